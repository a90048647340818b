/** What is really leaking: which services send sensitive values where, how much and since when, what is new, and what the policy does about it. */
import { type ReactNode, useMemo, useState } from 'react';
import { type ExposureRow, useExposure } from '#api/exposure.ts';
import { useServiceNames } from '#api/figures.ts';
import { useMay } from '#api/session.ts';
import { useRange } from '#time/use-range.ts';
import { Button } from '#ui/button.tsx';
import { Choice, Segments } from '#ui/choice.tsx';
import { ErrorNote } from '#ui/error-note.tsx';
import { Page, PageHeader } from '#ui/page-header.tsx';
import { Panel } from '#ui/panel.tsx';
import { useShortcuts } from '#ui/shortcuts.ts';
import { SkeletonRows } from '#ui/skeleton.tsx';
import { kindName } from '#words';
import { useExposureAddress } from './address.ts';
import { NothingMatches, NothingSeen } from './empties.tsx';
import styles from './exposure.module.css';
import { ExposureTable } from './exposure-table.tsx';
import { narrowedRows, sortedRows, stepsOf, summaryOf } from './rows.ts';

const AGES = [
  { id: 'all', label: 'All' },
  { id: 'new', label: 'New' },
] as const;
/** More than this are seldom read; a button shows them. */
const ROWS_FIRST = 100;
const ANY = 'any';

export function ExposurePage(): ReactNode {
  const range = useRange();
  const [address, change] = useExposureAddress();
  const [all, setAll] = useState(false);
  const names = useServiceNames();
  const mayWrite = useMay('policy.write');
  const { data, error, refetch, isPlaceholderData } = useExposure(address.service, range);
  const rows = data?.rows ?? [];
  const found = narrowedRows(rows, address);
  const shown = all ? found : sortedRows(found, address.sort).slice(0, ROWS_FIRST);
  const services = useOptions('Any service', names.data ?? [], address.service, (name) => name);
  const kinds = useOptions('Any kind', useKinds(rows), address.kind, kindName);
  const isNarrowed = address.service !== undefined || address.kind !== undefined || address.onlyNew;
  useShortcuts('Exposure', [{ keys: 'n', does: address.onlyNew ? 'Show everything' : 'Show only what is new', act: () => change({ onlyNew: !address.onlyNew }) }]);
  const everything = { service: undefined, kind: undefined, onlyNew: false };
  return (
    <Page wide>
      <PageHeader title="Exposure">
        What services send that is sensitive, counted as it arrives. The policy acts on each line before anything is stored; the programs go on sending it until somebody changes them. What a rule keeps is not counted.
      </PageHeader>
      <div className={styles['filters']} role="toolbar" aria-label="What is shown">
        <Segments label="Since when" options={AGES} value={address.onlyNew ? 'new' : 'all'} onChange={(id) => change({ onlyNew: id === 'new' })} />
        <Choice bare label="Service" options={services} value={address.service ?? ANY} onChange={(id) => change({ service: id === ANY ? undefined : id })} />
        <Choice bare label="Kind" options={kinds} value={address.kind ?? ANY} onChange={(id) => change({ kind: id === ANY ? undefined : id })} />
      </div>
      {error !== null ? <ErrorNote error={error} retry={() => void refetch()} /> : null}
      {data === undefined ? (
        error === null ? (
          <Panel flush>
            <div className={styles['loading']}>
              <SkeletonRows rows={8} height="44px" label="What is exposed is being counted" />
            </div>
          </Panel>
        ) : null
      ) : found.length === 0 ? (
        isNarrowed ? (
          <NothingMatches onAll={() => change(everything)} />
        ) : (
          <NothingSeen everSent={(names.data?.length ?? 0) > 0} />
        )
      ) : (
        <div className={styles['list']} data-stale={isPlaceholderData || undefined} aria-busy={isPlaceholderData}>
          <p className={styles['summary']}>{summaryOf(found, data.more)}</p>
          <Panel flush>
            <ExposureTable label={`Exposure, ${range.label}`} rows={shown} sort={address.sort} onSort={(sort) => change({ sort })} range={range.range} steps={stepsOf(data)} now_ms={range.now_ms} mayWrite={mayWrite} />
          </Panel>
          {found.length > shown.length ? <Button onPress={() => setAll(true)}>Show all {found.length}</Button> : null}
          {data.more ? <p className={styles['summary']}>These {rows.length} have most values; there are more. Choose a service to see all of its own.</p> : null}
        </div>
      )}
    </Page>
  );
}

function useKinds(rows: readonly ExposureRow[]): readonly string[] {
  return useMemo(() => [...new Set(rows.map(({ kind }) => kind))].sort(), [rows]);
}

/** What can be chosen, the chosen one even if it is not there now. */
function useOptions(any: string, ids: readonly string[], chosen: string | undefined, label: (id: string) => string): { readonly id: string; readonly label: string }[] {
  return useMemo(() => [{ id: ANY, label: any }, ...[...new Set([...ids, ...(chosen === undefined ? [] : [chosen])])].map((id) => ({ id, label: label(id) }))], [any, ids, chosen, label]);
}
