/** The server's own figures as one plain answer: is it well, what is waiting, how long things take, what is on the disk and how long it stays. */
import { LIMITS } from '#limits';
import type { Meter } from '#meter';
import { REFUSALS, type Refusal, type RefusalCode } from '#refusal';
import type { Store, TableFigures } from '#store';
import { isPostQuantum, type Tls, type TlsState } from '#tls';

export interface Times {
  readonly p50_ms: number | null;
  readonly p95_ms: number | null;
  readonly p99_ms: number | null;
  /** RFC 3339; null when it has not happened since the start. */
  readonly lastAt: string | null;
}

export interface Listens {
  readonly otlpHttp: { readonly host: string; readonly port: number };
  readonly otlpGrpc: { readonly host: string; readonly port: number };
}

export interface Vitals {
  readonly version: string;
  readonly startedAt: string;
  readonly now: string;
  readonly uptime_ms: number;
  /** Where exporters send to; null before the receivers have started. */
  readonly listens: Listens | null;
  readonly ready: { readonly ok: boolean; readonly code?: RefusalCode; readonly message?: string; readonly advice?: string };
  readonly queue: { readonly requestsInFlight: number; readonly requestsMax: number; readonly bytesInFlight: number; readonly bytesMax: number; readonly pendingRows: number; readonly pendingRowsMax: number };
  /** Of the last five minutes. */
  readonly commit: Times;
  readonly flush: Times;
  /** Bytes. `max` is null where only age bounds what is kept. */
  readonly disk: { readonly used: number; readonly max: number | null; readonly free: number; readonly freeMin: number };
  readonly retention: readonly { readonly class: string; readonly age_ms: number; readonly oldestDay: string | null; readonly rows: number; readonly bytes: number }[];
  readonly engine: { readonly parts: number; readonly rows: number; readonly bytes: number };
  readonly memory: { readonly rss: number };
  /** TLS connections since the start, by version and key exchange; none where plain HTTP is spoken. */
  readonly tls: {
    readonly connections: number;
    readonly notPostQuantum: number;
    readonly exchanges: readonly { readonly version: string; readonly group: string; readonly count: number }[];
    /** Handshakes that were not completed or not let in. */
    readonly failed: readonly { readonly reason: string; readonly count: number }[];
    /** RFC 3339: when the server's certificate ends; null without TLS. */
    readonly certificateEndsAt: string | null;
    /** What somebody should do about it, for as long as it is so. */
    readonly warnings: readonly { readonly message: string; readonly advice: string }[];
  };
  /** Received; of the last half minute, and stored since the store began. */
  readonly spans: { readonly perSecond: number; readonly total: number };
}

export interface VitalsParts {
  readonly version: string;
  readonly now_ms?: () => number;
  readonly ready: () => Promise<Refusal | null>;
  readonly listens: () => Listens | null;
  readonly inFlight: () => { readonly requests: number; readonly bytes: number };
  readonly store: Pick<Store, 'health' | 'tables' | 'accounting'>;
  readonly meter: Pick<Meter, 'recent' | 'connections' | 'handshakesFailed'>;
  /** Null: plain HTTP. */
  readonly tls: Pick<Tls, 'state'> | null;
  readonly config: { readonly retention: Readonly<Record<string, { readonly days: number }>>; readonly diskBytesMax: number | null; readonly diskFreeBytesMin: number };
}

const DAY_MS = 86_400_000;
/** Many people may watch at once. */
const KEPT_MS = 1_000;

export function createVitals(parts: VitalsParts): () => Promise<Vitals> {
  const { now_ms = Date.now } = parts;
  const started_ms = now_ms();
  let kept: { readonly at_ms: number; readonly vitals: Promise<Vitals> } | null = null;
  return () => {
    if (kept === null || now_ms() - kept.at_ms >= KEPT_MS) kept = { at_ms: now_ms(), vitals: readVitals(parts, started_ms, now_ms()) };
    return kept.vitals;
  };
}

async function readVitals({ version, ready, listens, inFlight, store, meter, tls, config }: VitalsParts, started_ms: number, now: number): Promise<Vitals> {
  const [refused, tables, lines] = await Promise.all([ready(), store.tables(), store.accounting()]);
  const health = store.health();
  const recent = meter.recent();
  const { requests, bytes } = inFlight();
  return {
    version,
    startedAt: instant(started_ms),
    now: instant(now),
    uptime_ms: now - started_ms,
    listens: listens(),
    ready: refused === null ? { ok: true } : { ok: false, code: refused.refused, message: REFUSALS[refused.refused].says, advice: REFUSALS[refused.refused].advice },
    queue: { requestsInFlight: requests, requestsMax: LIMITS.requests_in_flight_max, bytesInFlight: bytes, bytesMax: LIMITS.bytes_in_flight_max, pendingRows: health.pendingRows, pendingRowsMax: LIMITS.pending_rows_max },
    commit: timesOf(recent.commit),
    flush: timesOf(recent.flush),
    disk: { used: health.dataBytes, max: config.diskBytesMax, free: health.diskFreeBytes, freeMin: config.diskFreeBytesMin },
    retention: retentionOf(tables, config.retention),
    engine: { parts: sum(tables, 'parts'), rows: sum(tables, 'rows'), bytes: sum(tables, 'bytes') },
    memory: { rss: process.memoryUsage.rss() },
    tls: tlsOf(meter, tls?.state() ?? null),
    spans: { perSecond: recent.spansPerSecond, total: lines.reduce((total, { outcome, count }) => (outcome === 'stored' ? total + count : total), 0) },
  };
}

/** What cannot be told counts as not post-quantum. */
function tlsOf(meter: VitalsParts['meter'], state: TlsState | null): Vitals['tls'] {
  const exchanges = meter.connections();
  const total = (some: Vitals['tls']['exchanges']): number => some.reduce((sum, { count }) => sum + count, 0);
  const endsAt = state === null ? null : instant(state.ends);
  const warnings = [
    ...(state?.ending === true ? [{ message: `The certificate of the server ends at ${endsAt}.`, advice: 'Renew it, as with "tracekeep ca renew". It is taken up without a restart.' }] : []),
    ...(state?.unusable === true ? [{ message: 'The files of certificate and key were changed and cannot be used; the one before stays in use.', advice: 'Standard error names what is wrong with them.' }] : []),
    ...(state?.minVersion === 'TLSv1.2' ? [{ message: 'TLS 1.2 is spoken too: such connections can be read later with a quantum computer.', advice: 'Remove the setting tls-min-version as soon as the exporters that need it are gone.' }] : []),
  ];
  return { connections: total(exchanges), notPostQuantum: total(exchanges.filter((one) => !isPostQuantum(one))), exchanges, failed: meter.handshakesFailed(), certificateEndsAt: endsAt, warnings };
}

/** Classes that are configured, and those that are not any more but still have rows: these follow `default`. */
function retentionOf(tables: readonly TableFigures[], classes: VitalsParts['config']['retention']): Vitals['retention'] {
  const byClass = Map.groupBy(tables.filter(({ retention }) => retention !== ''), ({ retention }) => retention);
  return [...new Set([...Object.keys(classes), ...byClass.keys()])].sort().map((name) => {
    const own = byClass.get(name) ?? [];
    const days = (Object.hasOwn(classes, name) ? classes[name] : classes['default'])?.days ?? 0;
    const spans = own.filter(({ table }) => table === 'spans');
    return { class: name, age_ms: days * DAY_MS, oldestDay: spans.map(({ day }) => day).sort()[0] ?? null, rows: sum(spans, 'rows'), bytes: sum(own, 'bytes') };
  });
}

function timesOf({ p50_ms, p95_ms, p99_ms, lastAt }: Omit<Times, 'lastAt'> & { readonly lastAt: number | null }): Times {
  return { p50_ms, p95_ms, p99_ms, lastAt: lastAt === null ? null : instant(lastAt) };
}

function instant(ms: number): string {
  return new Date(ms).toISOString();
}

function sum(tables: readonly TableFigures[], figure: 'parts' | 'rows' | 'bytes'): number {
  return tables.reduce((total, one) => total + one[figure], 0);
}
