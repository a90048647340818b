/** The wait for the first trace of a fresh key: it tells what was refused and why, and when it is there it leads to it. */
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { ArrowRight } from 'lucide-react';
import type { ReactNode } from 'react';
import { get } from '#api/client.ts';
import { type Producer, useAccounting, useRefusals } from '#api/ingest.ts';
import { duration, plural } from '#time/format.ts';
import { Panel } from '#ui/panel.tsx';
import { ServiceName } from '#ui/service-name.tsx';
import { State } from '#ui/state.tsx';
import { useNow } from '#ui/use-now.ts';
import styles from './ingest.module.css';
import { speaksFor } from './speaks-for.ts';

const EVERY_MS = 2_000;
/** Clocks differ. */
const BEFORE_MS = 300_000;

interface FoundTrace {
  readonly traceId: string;
  readonly rootService: string;
  readonly rootName: string;
  readonly durationNano: string;
  readonly spanCount: number;
  readonly services: readonly { readonly name: string }[];
  readonly minimizedCount: number;
  readonly sealedCount: number;
}

export function FirstTrace({ producer, since_ms }: { readonly producer: Producer | null; readonly since_ms: number | null }): ReactNode {
  const account = useAccounting(producer === null ? false : EVERY_MS);
  const refusals = useRefusals();
  const now_ms = useNow(1_000);
  const own = account.data?.producers.find(({ id }) => id === producer?.id);
  const stored = own?.stored ?? 0;
  const trace = useFirstTrace(producer, since_ms, stored);
  if (producer === null || since_ms === null) {
    return (
      <Panel title="The first trace">
        <p className={styles['quiet']}>Once there is a key, this place waits for the first trace that is sent with it.</p>
      </Panel>
    );
  }
  if (stored > 0) return <Arrived producer={producer} trace={trace} stored={stored} />;
  const refused = Object.entries(own?.refusedBy ?? {});
  return (
    <Panel title="The first trace">
      <div className={styles['waiting']} role="status">
        <span aria-hidden className={styles['pulse']} />
        <div>
          <strong>Waiting for the first trace of {producer.name}…</strong>
          <p className={styles['quiet']}>Start the service and do something with it. Exporters send every few seconds. Waiting for {duration(Math.max(1, Math.floor((now_ms - since_ms) / 1_000)) * 1e9)}.</p>
        </div>
      </div>
      {refused.map(([code, spans]) => (
        <div key={code} role="alert" className={styles['refusedHere']}>
          <State state="error">{plural(spans, 'span')} arrived and {spans === 1 ? 'was' : 'were'} refused</State>
          <p>
            <code>{code}</code> {refusals.data?.get(code)?.says}
          </p>
          <p>
            <b>What to do:</b> {refusals.data?.get(code)?.advice}
          </p>
        </div>
      ))}
      {refused.length === 0 && now_ms - since_ms > 60_000 ? (
        <p className={styles['quiet']}>
          Nothing yet? The exporter’s log says why: a refusal begins with its code. <b>Connection refused</b> means a wrong endpoint, <code>credential_unknown</code> a key that was cut off in copying. The line under <b>curl</b> above shows whether key and network are right.
        </p>
      ) : null}
    </Panel>
  );
}

function Arrived({ producer, trace, stored }: { readonly producer: Producer; readonly trace: FoundTrace | null; readonly stored: number }): ReactNode {
  return (
    <Panel title="The first trace">
      <div className={styles['arrived']} role="status">
        <State state="verified">First trace arrived</State>
        {trace === null ? (
          <p>
            {plural(stored, 'span')} of {producer.name} {stored === 1 ? 'is' : 'are'} stored.
          </p>
        ) : (
          <>
            <Link to="/traces/$id" params={{ id: trace.traceId }} className={styles['toTrace'] ?? ''}>
              <ServiceName name={trace.rootService} />
              <strong>{trace.rootName}</strong>
              <span>
                {duration(trace.durationNano)}, {plural(trace.spanCount, 'span')}
              </span>
              <span className={styles['go']}>
                Look at it <ArrowRight aria-hidden size={15} />
              </span>
            </Link>
            {trace.minimizedCount === 0 ? null : <State state="minimized">{plural(trace.minimizedCount, 'value')} {trace.minimizedCount === 1 ? 'was' : 'were'} replaced before it was stored</State>}
            {trace.sealedCount === 0 ? null : <State state="restricted">{plural(trace.sealedCount, 'value')} {trace.sealedCount === 1 ? 'was' : 'were'} sealed before it was stored</State>}
          </>
        )}
        <p className={styles['quiet']}>
          What {producer.name} sends from now on is in <Link to="/search" search={{ service: producer.services.find((glob) => !glob.includes('*')) }}>Search</Link>.
        </p>
      </div>
    </Panel>
  );
}

/** The newest trace with a service that the key may speak for; asked once spans of the key are stored. */
function useFirstTrace(producer: Producer | null, since_ms: number | null, stored: number): FoundTrace | null {
  const { data } = useQuery({
    queryKey: ['first trace', producer?.id],
    enabled: producer !== null && stored > 0,
    queryFn: async ({ signal }) => {
      const { traces } = await get<{ traces: readonly FoundTrace[] }>('/api/v1/search', { start: new Date((since_ms ?? 0) - BEFORE_MS).toISOString(), limit: 100 }, signal);
      return traces.find(({ services }) => services.some(({ name }) => speaksFor(producer?.services ?? [], name))) ?? null;
    },
    refetchInterval: ({ state }) => (state.data == null ? EVERY_MS : false),
    staleTime: Infinity,
  });
  return data ?? null;
}
