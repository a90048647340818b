/**
 * The log as readers see it: how far it is published and by whom it is witnessed, how it grows, what its entries are, and proofs that it only ever
 * grew. Proofs and entries come from the log, whose files are read at once; what entries say comes from the store.
 */
import { readFileSync } from 'node:fs';
import { parseEntry } from '#evidence';
import { LIMITS } from '#limits';
import { toBase64 } from '#merkle';
import { DEFAULT_TENANT, ENTRY_TYPES, type Reader } from '#model';
import type { Published, PublisherStatus } from '#publish';
import type { Answering } from '#query/answering';
import { refuse, type Refusal } from '#refusal';

/** The log, as its door gives it. */
export interface ReadableLog {
  readonly size: number;
  entry(index: number): Uint8Array | null;
  consistency(from: number, to: number): readonly Uint8Array[] | null;
  tile(level: number, index: number, width: number): Uint8Array | null;
  bundle(index: number, width: number): Uint8Array | null;
}

export interface LogParts {
  readonly log: ReadableLog;
  readonly publisher: { readonly published: Published | null; status(): PublisherStatus };
  /** Whether `/log` needs no credential. */
  readonly public: boolean;
}

export interface LogState extends PublisherStatus {
  readonly public: boolean;
  /** Entries by hour and type of the last days, the newest first, as far as they are in the store. */
  readonly growth: readonly { readonly hour: string; readonly type: string; readonly entries: number }[];
}

export interface LogEntry {
  readonly index: number;
  readonly time: string;
  readonly type: string;
  /** For administrators, and only of their tenant; null where it is of another one, or not in the store yet. */
  readonly statement?: string | null;
}

/** An entry with the texts that it is a commitment to. */
export interface LogEntryBody {
  readonly index: number;
  readonly time: string;
  readonly type: string;
  readonly statement: string;
  /** Null where it is not this reader's to see: of blocks, whose salt hides restricted values, and outside the default tenant of what concerns all. */
  readonly closed: string | null;
}

export interface LogEntries {
  /** Of the log. */
  readonly size: number;
  readonly entries: readonly LogEntry[];
}

export interface LogQueries {
  readonly parts: LogParts;
  state(reader: Reader): Promise<LogState | Refusal>;
  /** Entries from an index on; without one, the newest. */
  entries(reader: Reader, from: number | undefined, limit: number): Promise<LogEntries | Refusal>;
  /** For administrators: one entry with its body. */
  entry(reader: Reader, index: number): Promise<LogEntryBody | Refusal>;
  /** That the published log of one size began as that of another, in base64. */
  consistency(from: number, to: number): readonly string[] | Refusal;
}

const HOUR_MS = 3_600_000;
const TYPES = new Map<number, string>(Object.entries(ENTRY_TYPES).map(([name, type]) => [type, name]));

const read = (name: string): string => readFileSync(new URL(`./sql/${name}.sql`, import.meta.url), 'utf8');
const STATEMENTS = { growth: read('growth'), statements: read('statements'), body: read('body') } as const;

export function createLogQueries({ answer, access, settled, now_ms }: Answering, parts: LogParts): LogQueries {
  const { log, publisher } = parts;
  let growth: { readonly until_ms: number; readonly rows: LogState['growth'] } | null = null;

  return {
    parts,

    state: (reader) =>
      answer(reader, 'log.read', 'scan', async (run) => {
        // The same for everybody, and asked by every console that is open.
        if (growth === null || growth.until_ms <= now_ms()) {
          const since = now_ms() - LIMITS.log_growth_hours * HOUR_MS;
          const params = { first: String(firstSince(log, since)), since: String(since), limit: String(LIMITS.log_growth_rows_max) };
          const rows = await run<{ hour: string; type: number; entries: string }>(STATEMENTS.growth, params, LIMITS.log_growth_rows_max);
          growth = { until_ms: now_ms() + LIMITS.log_growth_ms_max, rows: rows.map(({ hour, type, entries }) => ({ hour: new Date(Number(hour) * 1000).toISOString(), type: typeName(type), entries: Number(entries) })) };
        }
        return { ...publisher.status(), public: parts.public, growth: growth.rows };
      }),

    entries: (reader, from, limit) =>
      answer(reader, 'entry.list', 'lookup', async (run) => {
        const size = log.size;
        const first = from ?? Math.max(0, size - limit);
        const last = Math.min(size, first + limit) - 1;
        const entries: LogEntry[] = [];
        const reads = access.decide(reader, 'entry.read', { tenant: reader.tenant }) === true;
        // What an entry says goes into the engine with what else is accounted, and otherwise when enough has come together.
        if (reads) await settled('account');
        const said = reads && last >= first ? await run<{ entry: string; statement: string }>(STATEMENTS.statements, { first: String(first), last: String(last), limit: String(limit) }, limit) : [];
        const statements = new Map(said.map(({ entry, statement }) => [Number(entry), statement]));
        for (let index = first; index <= last; index++) {
          const entry = parseEntry(log.entry(index) ?? new Uint8Array(0));
          if (entry === undefined) throw new Error(`cannot read entry ${index} of the log`);
          entries.push({ index, time: new Date(entry.time_ms).toISOString(), type: typeName(entry.type), ...(reads ? { statement: statements.get(index) ?? null } : {}) });
        }
        return { size, entries };
      }),

    entry: (reader, index) =>
      answer(reader, 'entry.read', 'lookup', async (run) => {
        const entry = index < log.size ? parseEntry(log.entry(index) ?? new Uint8Array(0)) : undefined;
        if (entry === undefined) return refuse('not_found');
        await settled('account');
        const [said] = await run<{ tenant: string; statement: string; closed: string }>(STATEMENTS.body, { index: String(index) }, 1);
        if (said === undefined) return refuse('not_found');
        const isShown = entry.type !== ENTRY_TYPES.block && (said.tenant === reader.tenant || reader.tenant === DEFAULT_TENANT);
        return { index, time: new Date(entry.time_ms).toISOString(), type: typeName(entry.type), statement: said.statement, closed: isShown ? said.closed : null };
      }),

    consistency(from, to) {
      if (from > to) return refuse('query_invalid', 'from is above to');
      if (to > (publisher.published?.size ?? 0)) return refuse('not_found', 'to is above the published size');
      const proof = from === 0 ? [] : log.consistency(from, to);
      return proof === null ? refuse('not_found') : proof.map(toBase64);
    },
  };
}

/** The first entry that may be of this time or later: times rise, but for what clocks do. */
function firstSince(log: ReadableLog, since_ms: number): number {
  let [low, high] = [0, log.size];
  while (low < high) {
    const middle = Math.floor((low + high) / 2);
    const entry = parseEntry(log.entry(middle) ?? new Uint8Array(0));
    if (entry !== undefined && entry.time_ms < since_ms) low = middle + 1;
    else high = middle;
  }
  return low;
}

function typeName(type: number): string {
  return TYPES.get(type) ?? `type ${type}`;
}
