/**
 * The page Search, the first one everybody sees: the newest traces at once, a bar to ask for others, pictures of how many and how long, facets to
 * narrow down, and a live tail. Everything asked stands in the URL.
 */
import { useQueryClient } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { ListFilter } from 'lucide-react';
import { type ReactNode, useCallback, useEffect, useMemo, useRef, useState, useSyncExternalStore } from 'react';
import { plural } from '#time/format.ts';
import { refreshNow, useRange } from '#time/use-range.ts';
import { Button } from '#ui/button.tsx';
import { Choice } from '#ui/choice.tsx';
import { Page } from '#ui/page-header.tsx';
import { useShortcuts } from '#ui/shortcuts.ts';
import { ORDERS, type Order, writeState } from './address.ts';
import { CompareBar } from './compare-bar.tsx';
import { NoTracesYet, NothingFound } from './empties.tsx';
import { FirstHints } from './first-hints.tsx';
import { FacetSide } from './facet-side.tsx';
import { Facets } from './facets.tsx';
import { type Filter, withFilter } from './filters.ts';
import { lasting, remember } from './kept.ts';
import { LiveButton, LiveNote } from './live-button.tsx';
import styles from './page.module.css';
import { Pictures } from './pictures.tsx';
import { useKeys, useServices, useTraces } from './queries.ts';
import { QueryBar, type QueryBarHandle } from './query-bar.tsx';
import { Results } from './results.tsx';
import { SavedMenu } from './saved-menu.tsx';
import { printQuery } from './syntax.ts';
import { onTop } from './tail.ts';
import { Slow, Trouble } from './troubles.tsx';
import { useFacets } from './use-facets.ts';
import { useKept } from './use-kept.ts';
import { usePreload } from './use-preload.ts';
import { useSearchState } from './use-search-state.ts';
import { useTail } from './use-tail.ts';

/** Which facets are usual does not change with what is asked. */
const NO_FILTERS: readonly Filter[] = [];
const WIDE = '(width >= 1100px)';
const ORDER_LABELS: Readonly<Record<Order, string>> = { newest: 'Newest first', oldest: 'Oldest first', longest: 'Longest first', shortest: 'Shortest first' };

export function SearchPage(): ReactNode {
  const { state, change, go } = useSearchState();
  const range = useRange();
  const navigate = useNavigate();
  const client = useQueryClient();
  const bar = useRef<QueryBarHandle>(null);
  const [chosen, setChosen] = useState<readonly string[]>([]);
  const isWide = useSyncExternalStore(watchWide, () => matchMedia(WIDE).matches);
  const [sheet, setSheet] = useState(false);
  const [, updateKept] = useKept();

  const services = useServices();
  const found = useTraces(state.filters, state.order, range);
  const tail = useTail(state.live, state.filters);
  // The list comes first; what stands beside it is asked for when it is there.
  const isThere = !found.isPending || found.error !== null || found.fetchStatus === 'idle';
  const keys = useKeys(NO_FILTERS, range, isThere && (isWide || sheet));
  const facets = useFacets(keys.data);
  const preload = usePreload(range.now_ms);
  const listed = useMemo(() => found.data?.pages.flatMap(({ traces }) => traces) ?? [], [found.data]);
  const traces = useMemo(() => onTop(tail.arrived.traces, listed), [tail.arrived.traces, listed]);

  const query = printQuery(state.filters);
  useEffect(() => {
    if (query !== '') updateKept((kept) => remember(kept, { name: query, address: lasting(writeState({ from: range.range.from, to: range.range.to }, state)) }));
    // The range and the look of the page go along, but only a new query is a new search.
  }, [query]);

  const setFilters = useCallback((filters: readonly Filter[]) => change({ filters }), [change]);
  const choose = useCallback((id: string) => setChosen((before) => (before.includes(id) ? before.filter((one) => one !== id) : [...before.slice(-1), id])), []);
  const onlyService = useCallback((name: string) => change({ filters: withFilter(state.filters, { is: 'service', value: name }) }), [change, state.filters]);
  const setLive = (live: boolean): void => change({ live, ...(live ? { order: 'newest' } : {}), ...(live && range.range.to !== undefined ? { range: { from: '1h' } } : {}) });
  const toggleFacets = (): void => (isWide ? facets.setOpen(!facets.open) : setSheet(!sheet));
  useShortcuts('Search', [
    { keys: '/', does: 'Write into the query bar', act: () => bar.current?.focus() },
    { keys: 'f', does: 'Show or hide facets', act: toggleFacets },
    { keys: 'l', does: 'Live tail on or off', act: () => setLive(!state.live) },
    { keys: 'c', does: 'Compare the two chosen traces', act: () => (chosen[0] === undefined || chosen[1] === undefined ? undefined : void navigate({ to: '/compare/$a/$b', params: { a: chosen[0], b: chosen[1] } })) },
  ]);

  const isEmptyStore = services.data?.length === 0 && traces.length === 0 && !found.isFetching;
  const narrower = { filters: state.filters, range, services: services.data ?? [], change };
  const tries = useRef(0);
  useEffect(() => {
    if (found.isSuccess) tries.current = 0;
  }, [found.isSuccess]);
  const { refetch } = found;
  const retry = useCallback(() => {
    void refetch();
    void client.refetchQueries({ predicate: (one) => one.isActive() && one.state.status === 'error' });
  }, [refetch, client]);
  // That the search before found nothing says nothing of this one.
  const isWaiting = found.isPending || (found.isPlaceholderData && traces.length === 0);
  const isStopped = found.fetchStatus === 'idle' && (found.isPending || found.isPlaceholderData);
  const said = isWaiting || found.error !== null ? '' : `${plural(traces.length, 'trace')}${found.hasNextPage ? ' so far, more below' : ''}`;
  return (
    <Page wide>
      <h1 className="visually-hidden">Search</h1>
      <div className={styles['top']}>
        <Button aria-label="Facets" aria-pressed={isWide ? facets.open : sheet} onPress={toggleFacets} className={styles['toggle'] ?? ''}>
          <ListFilter aria-hidden />
        </Button>
        <QueryBar ref={bar} filters={state.filters} range={range} onFilters={setFilters} onRun={refreshNow} onTrace={(id) => void navigate({ to: '/traces/$id', params: { id } })} />
        <SavedMenu query={query} go={go} />
        <LiveButton live={state.live} onLive={setLive} />
      </div>
      <div className={styles['columns']} data-facets={(isWide && facets.open && !isEmptyStore) || undefined}>
        {isEmptyStore ? null : (
          <FacetSide isWide={isWide} isOpen={isWide ? facets.open : sheet} onClose={() => setSheet(false)}>
            <Facets isReady={isThere} filters={state.filters} range={range} onFilters={setFilters} keys={facets.keys} onKeys={facets.setKeys} />
          </FacetSide>
        )}
        <div className={styles['main']}>
          {isEmptyStore ? null : <Pictures state={state} range={range} change={change} isRefused={found.error !== null} />}
          <section className={styles['results']} aria-label="Results">
            {isEmptyStore ? null : <FirstHints />}
            {isEmptyStore ? null : (
              <header className={styles['head']}>
                <h2 role="status" className={styles['count']}>
                  {said}
                </h2>
                {state.live ? <LiveNote tail={tail} /> : null}
                <Slow {...narrower} isWaiting={found.isFetching && !found.isFetchingNextPage} stop={() => void client.cancelQueries({ queryKey: ['search'] })} />
                <div className={styles['order']}>
                  <Choice label="Order" bare options={ORDERS.map((id) => ({ id, label: ORDER_LABELS[id] }))} value={state.order} onChange={(order) => change({ order, ...(order === 'newest' ? {} : { live: false }) })} />
                </div>
              </header>
            )}
            {found.error !== null ? (
              <Trouble {...narrower} error={found.error} retry={retry} tries={tries} edit={(filter) => bar.current?.edit(filter)} />
            ) : isStopped ? (
              <p className={styles['stopped']}>
                The search was stopped. <Button onPress={() => void found.refetch()}>Search again</Button>
              </p>
            ) : isEmptyStore ? (
              <NoTracesYet />
            ) : !isWaiting && traces.length === 0 && !found.hasNextPage ? (
              <NothingFound {...narrower} />
            ) : (
              <Results
                traces={traces}
                added={tail.arrived.added}
                isLoading={isWaiting}
                isStale={found.isPlaceholderData}
                hasMore={found.hasNextPage}
                isLoadingMore={found.isFetchingNextPage}
                loadMore={() => void found.fetchNextPage()}
                preload={preload}
                live={state.live}
                filtered={state.filters.length > 0}
                chosen={chosen}
                onChoose={choose}
                onService={onlyService}
              />
            )}
          </section>
        </div>
      </div>
      <CompareBar chosen={chosen} onClear={() => setChosen([])} />
    </Page>
  );
}

function watchWide(changed: () => void): () => void {
  const media = matchMedia(WIDE);
  media.addEventListener('change', changed);
  return () => media.removeEventListener('change', changed);
}
