/** When there is nothing to list: no traces in this store at all, or none that fit. Each says the next step. */
import { Link } from '@tanstack/react-router';
import { type ReactNode, useEffect } from 'react';
import { endpointOf } from '#api/endpoint.ts';
import { useHealth } from '#api/health.ts';
import { PRESETS, type Range } from '#time/range.ts';
import { type PageRange, refreshNow } from '#time/use-range.ts';
import { Button } from '#ui/button.tsx';
import { Snippet } from '#ui/copy.tsx';
import { Empty } from '#ui/empty.tsx';
import { wordsOf } from './chips.tsx';
import type { Filter } from './filters.ts';
import { without } from './filters.ts';
import styles from './page.module.css';
import { useServices } from './queries.ts';
import type { SearchControl } from './use-search-state.ts';

const LOOK_AGAIN_MS = 3_000;

/** Looks for the first trace by itself. */
export function NoTracesYet(): ReactNode {
  const { data, refetch } = useServices();
  const health = useHealth(0, 60_000);
  useEffect(() => {
    const timer = setInterval(() => void refetch(), LOOK_AGAIN_MS);
    return () => clearInterval(timer);
  }, [refetch]);
  const arrived = data !== undefined && data.length > 0;
  useEffect(() => {
    if (arrived) refreshNow();
  }, [arrived]);
  return (
    <Empty title="No traces yet">
      <p>
        This store has not kept a span so far. Connect a service: the page <Link to="/ingest">Ingest</Link> makes a key and shows the lines for your language. Or send one span by hand, with a key in place of <code>YOUR_KEY</code>:
      </p>
      <Snippet label="command that sends one span" text={firstSpan(endpointOf(health.data?.listens?.otlpHttp ?? null, window.location))} />
      <p className={styles['waiting']}>
        <i aria-hidden /> Waiting for the first trace. It appears here by itself.
      </p>
    </Empty>
  );
}

export interface NothingFoundProps {
  readonly filters: readonly Filter[];
  readonly range: PageRange;
  readonly change: SearchControl['change'];
}

export function NothingFound({ filters, range, change }: NothingFoundProps): ReactNode {
  const last = filters.at(-1);
  const wider = widerThan(range);
  return (
    <Empty title={filters.length === 0 ? `No traces in this range: ${range.label.toLowerCase()}` : 'No span fulfils all of these filters'}>
      <p>{filters.length === 0 ? 'The store holds traces, but none that began in it. Look further back:' : `All filters hold on one and the same span, within the range: ${range.label.toLowerCase()}. Look further back, or ask for less:`}</p>
      <div className={styles['ways']}>
        {wider.map(({ from, label }) => (
          <Button key={from} onPress={() => change({ range: { from } })}>
            {label}
          </Button>
        ))}
        {last === undefined ? null : <Button onPress={() => change({ filters: without(filters, last) })}>Without {shortWords(last)}</Button>}
        {filters.length > 1 ? <Button onPress={() => change({ filters: [] })}>Without all filters</Button> : null}
      </div>
      {filters.some((one) => one.is === 'attribute' && one.op === '=~') ? <p>A regular expression has to match the whole value: write .*part.* or use ~ for a part.</p> : null}
    </Empty>
  );
}

export function shortWords(filter: Filter): string {
  const { name, sign, value } = wordsOf(filter);
  const text = `${name}${sign === ':' ? ': ' : ` ${sign} `}${value}`.trim();
  return text.length > 40 ? `${text.slice(0, 39)}…` : text;
}

/** The next wider presets. */
function widerThan({ range, from_ms, to_ms }: PageRange): readonly { readonly from: string; readonly label: string }[] {
  const length = to_ms - from_ms;
  const sizes: Readonly<Record<string, number>> = { m: 60_000, h: 3_600_000, d: 86_400_000 };
  const wider = PRESETS.filter(({ from }) => Number.parseInt(from, 10) * (sizes[from.at(-1) ?? ''] ?? 0) > length * 1.01 || isPast(range));
  return wider.slice(isPast(range) ? 2 : 0).slice(0, 3);
}

function isPast(range: Range): boolean {
  return range.to !== undefined;
}

function firstSpan(endpoint: string): string {
  return `curl -X POST ${endpoint}/v1/traces \\
  -H 'Authorization: Bearer YOUR_KEY' \\
  -H 'Content-Type: application/json' \\
  -d '{"resourceSpans":[{"resource":{"attributes":[{"key":"service.name","value":{"stringValue":"hello"}}]},
    "scopeSpans":[{"spans":[{"traceId":"'$(openssl rand -hex 16)'","spanId":"'$(openssl rand -hex 8)'",
      "name":"first span","kind":2,"startTimeUnixNano":"'$(date +%s)'000000000","endTimeUnixNano":"'$(date +%s)'250000000"}]}]}]}'`;
}
