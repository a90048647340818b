/**
 * Reading back: authorise ▸ bound ▸ fetch ▸ answer. Every question names its reader; every statement carries the reader's tenant, a
 * limit and a deadline. Refusals are values: `query_invalid` for what cannot be asked, `query_timeout` and `query_busy` for what
 * takes too long.
 */
import { decide, type Action } from '#access';
import { LIMITS } from '#limits';
import { traceId as readTraceId, type Reader, type TenantId } from '#model';
import { isRefusal, refuse, type Refusal } from '#refusal';
import { accountOf, type Account } from './account.ts';
import { dayText, type BoundedSearch, type Run } from './candidates.ts';
import { anchored, type Filters } from './condition.ts';
import { findDependencies, type Dependencies, type DependencyWindow } from './dependencies.ts';
import { fetchTrace, fetchTraces, fitTogether } from './fetch-trace.ts';
import { Gate } from './gate.ts';
import { ORDER_NAMES, readCursor, type Order } from './order.ts';
import type { QueryStore } from './query-store.ts';
import { countOrphans, runSearch, type SearchPage, type TraceSummary } from './search.ts';
import type { Trace } from './span.ts';
import { STATEMENTS } from './statements.ts';
import { low32, traceKeyOf } from './trace-key.ts';

export interface Search extends Filters {
  /** Nanoseconds since 1970; without them the last hour. */
  readonly start?: bigint;
  readonly end?: bigint;
  readonly limit?: number;
  readonly order?: Order;
  readonly cursor?: string;
}

export interface Operation {
  readonly name: string;
  /** OTLP span kind. */
  readonly kind: number;
  readonly spanCount: number;
}

/** Whole traces that a search found. */
export interface FoundTraces {
  readonly traces: readonly Trace[];
  /** Ids of traces found that are too large to go into the same answer. */
  readonly leftOut: readonly string[];
}

export interface SummaryWithOrphans extends TraceSummary {
  /** Spans whose parent is not in the trace. */
  readonly orphanCount: number;
}

export interface Queries {
  traceById(reader: Reader, id: string): Promise<Trace | Refusal>;
  /** Traces that exist, in the order of their ids; others are not in the answer. */
  tracesByIds(reader: Reader, ids: readonly string[]): Promise<readonly Trace[] | Refusal>;
  search(reader: Reader, search: Search): Promise<SearchPage | Refusal>;
  /** The first page of a search with the spans of its traces. */
  findTraces(reader: Reader, search: Search): Promise<FoundTraces | Refusal>;
  /** The first page of a search with what the list of Jaeger's API v3 says of each trace. */
  findSummaries(reader: Reader, search: Search): Promise<readonly SummaryWithOrphans[] | Refusal>;
  /** Calls between services. */
  dependencies(reader: Reader, window: DependencyWindow): Promise<Dependencies | Refusal>;
  services(reader: Reader): Promise<readonly string[] | Refusal>;
  operations(reader: Reader, service: string): Promise<readonly Operation[] | Refusal>;
  accounting(reader: Reader): Promise<Account | Refusal>;
}

export interface QueryParts {
  readonly store: QueryStore;
  /** Producers of a tenant, so that those who sent nothing are shown too. */
  readonly producers: (tenant: TenantId) => Promise<readonly { readonly id: string; readonly name: string }[]>;
  readonly now_ms?: () => number;
  readonly deadline_ms?: number;
  /** Waits for readability are at least this far apart: each makes the store write. */
  readonly settle_ms?: number;
}

const DEFAULT_RANGE_NS = 3_600_000_000_000n;
const NAMES_MAX = 10_000;

export function createQueries(parts: QueryParts): Queries {
  const { store, now_ms = Date.now, deadline_ms = LIMITS.query_ms_default, settle_ms = 250 } = parts;
  const lookups = new Gate(LIMITS.queries_at_once_max);
  const scans = new Gate(LIMITS.queries_at_once_max - 1);
  const settled = shareSettles(store, settle_ms);

  /** Authorises, waits for a place and gives the work a `run` that knows the reader's tenant and what is left of the time. */
  async function answer<T>(reader: Reader, action: Action, gate: Gate, work: (run: Run) => Promise<T | Refusal>): Promise<T | Refusal> {
    const allowed = decide(reader, action, { tenant: reader.tenant });
    if (allowed !== true) return allowed;
    const until = now_ms() + deadline_ms;
    const run: Run = async (sql, params, rows_max) => {
      const left = until - now_ms();
      if (left <= 0) throw new DeadlineError();
      // INVARIANT: every statement that reads rows asks for the tenant, and only this line answers.
      const bound = sql.includes('{tenant:String}') ? { ...params, tenant: reader.tenant } : params;
      return store.query(sql, bound, { deadline_ms: left, rows_max });
    };
    return gate.run(deadline_ms, async () => {
      try {
        return await work(run);
      } catch (error) {
        return refusalOf(error, now_ms() >= until);
      }
    });
  }

  async function searchPage(search: Search, run: Run): Promise<SearchPage | Refusal> {
    const bounded = boundSearch(search, now_ms());
    if (isRefusal(bounded)) return bounded;
    for (const { op, value } of bounded.attributes) {
      // A pattern that no row meets would otherwise pass unread.
      if (op === '=~' || op === '!~') await run(STATEMENTS.pattern, { pattern: anchored(value) }, 1);
    }
    await settled();
    return runSearch(bounded, run);
  }

  return {
    traceById: (reader, text) =>
      answer(reader, 'trace.read', lookups, async (run) => {
        const id = readTraceId(text);
        if (id === null) return refuse('query_invalid', 'a trace id is 32 hexadecimal digits, not all zero');
        const readable = !store.mayBePending(low32(traceKeyOf(id))) || (await settled());
        const trace = await fetchTrace(id, run);
        if (trace.spans.length > 0) return trace;
        return readable ? refuse('not_found') : refuse('query_timeout', 'what was just acknowledged cannot be read yet');
      }),

    tracesByIds: (reader, texts) =>
      answer(reader, 'trace.read', scans, async (run) => {
        const ids = [...new Set(texts.map(readTraceId))].filter((id) => id !== null);
        if (ids.length > LIMITS.search_results_max) return refuse('query_invalid', `more than ${LIMITS.search_results_max} trace ids`);
        await settled();
        return fetchTraces(ids, run);
      }),

    search: (reader, search) => answer(reader, 'trace.search', scans, (run) => searchPage(search, run)),

    findTraces: (reader, search) =>
      answer(reader, 'trace.search', scans, async (run) => {
        const allowed = decide(reader, 'trace.read', { tenant: reader.tenant });
        if (allowed !== true) return allowed;
        const page = await searchPage(search, run);
        if (isRefusal(page)) return page;
        const { fitting, leftOut } = fitTogether(page.traces);
        return { traces: await fetchTraces(fitting, run), leftOut };
      }),

    findSummaries: (reader, search) =>
      answer(reader, 'trace.search', scans, async (run) => {
        const page = await searchPage(search, run);
        if (isRefusal(page)) return page;
        const orphans = await countOrphans(page.traces.map(({ traceId }) => traceId), run);
        return page.traces.map((one) => ({ ...one, orphanCount: orphans.get(one.traceId) ?? 0 }));
      }),

    dependencies: (reader, window) =>
      answer(reader, 'dependency.read', scans, async (run) => {
        if (window.start > window.end) return refuse('query_invalid', 'start lies after end');
        if (window.end - window.start > BigInt(LIMITS.search_range_ms_max) * 1_000_000n) return refuse('query_invalid', 'the range from start to end is longer than 31 days');
        await settled();
        return findDependencies(window, run);
      }),

    services: (reader) =>
      answer(reader, 'service.list', scans, async (run) => {
        await settled();
        const rows = await run<{ serviceName: string }>(STATEMENTS.services, { day_min: oldestDay(now_ms()), limit: NAMES_MAX }, NAMES_MAX);
        return rows.map(({ serviceName }) => serviceName);
      }),

    operations: (reader, service) =>
      answer(reader, 'operation.list', scans, async (run) => {
        await settled();
        const params = { service, day_min: oldestDay(now_ms()), limit: NAMES_MAX };
        const rows = await run<{ spanName: string; spanKind: number; spanCount: string }>(STATEMENTS.operations, params, NAMES_MAX);
        return rows.map(({ spanName, spanKind, spanCount }) => ({ name: spanName, kind: spanKind, spanCount: Number(spanCount) }));
      }),

    accounting: (reader) =>
      answer(reader, 'accounting.read', lookups, async () => {
        const lines = await store.accounting();
        return accountOf(lines.filter(({ tenant }) => tenant === reader.tenant), await parts.producers(reader.tenant));
      }),
  };
}

class DeadlineError extends Error {}

function boundSearch(search: Search, now_ms: number): BoundedSearch | Refusal {
  const now = BigInt(now_ms) * 1_000_000n;
  // Clocks differ: without an end, spans from the near future are found as well.
  const end = search.end ?? (search.start === undefined || search.start <= now ? now + BigInt(LIMITS.future_ms_max) * 1_000_000n : search.start);
  const start = search.start ?? (search.end === undefined ? now : search.end) - DEFAULT_RANGE_NS;
  const { limit = LIMITS.search_results_default, order = 'newest' } = search;
  if (start > end) return refuse('query_invalid', 'start lies after end');
  if (end - start > BigInt(LIMITS.search_range_ms_max + LIMITS.future_ms_max) * 1_000_000n) return refuse('query_invalid', 'the range from start to end is longer than 31 days');
  if (!Number.isInteger(limit) || limit < 1 || limit > LIMITS.search_results_max) return refuse('query_invalid', `limit is not between 1 and ${LIMITS.search_results_max}`);
  if (!ORDER_NAMES.includes(order)) return refuse('query_invalid', `order is none of ${ORDER_NAMES.join(', ')}`);
  const wrong = wrongFilter(search);
  if (wrong !== null) return wrong;
  const cursor = search.cursor === undefined ? null : readCursor(search.cursor, order);
  if (isRefusal(cursor)) return cursor;
  return { ...search, start: start < 0n ? 0n : start, end, limit, order, cursor };
}

function wrongFilter(search: Search): Refusal | null {
  const { attributes, durationMin_ns: min, durationMax_ns: max } = search;
  if (attributes.length > LIMITS.search_attributes_max) return refuse('query_invalid', `more than ${LIMITS.search_attributes_max} attribute filters`);
  if (min !== undefined && max !== undefined && min > max) return refuse('query_invalid', 'durationMin is longer than durationMax');
  for (const [at, { key, op, value }] of attributes.entries()) {
    if (key === '' || Buffer.byteLength(key) > LIMITS.key_bytes_max) return refuse('query_invalid', `attribute filter ${at}: the key is empty or too long`);
    if (Buffer.byteLength(value) > LIMITS.query_text_bytes_max) return refuse('query_invalid', `attribute filter ${at}: the value is too long`);
    if (/^[<>]/.test(op) && (value.trim() === '' || !Number.isFinite(Number(value)))) return refuse('query_invalid', `attribute filter ${at}: ${op} compares numbers`);
  }
  return null;
}

/** Names of services and operations come from as far back as a search may reach. */
function oldestDay(now_ms: number): string {
  return dayText(now_ms - LIMITS.search_range_ms_max);
}

/** Error codes of ClickHouse that are an answer to the caller rather than a failure of the server. */
const TOO_SLOW: readonly number[] = [159, 160];
const MEMORY_LIMIT_EXCEEDED = 241;
const CANNOT_COMPILE_REGEXP = 427;
const TOO_LARGE_RESULT: readonly number[] = [MEMORY_LIMIT_EXCEEDED, 158, 307, 396];

function refusalOf(error: unknown, late: boolean): Refusal {
  // The engine says busy and late in our own words.
  if (error instanceof Error && 'refusal' in error && isRefusal(error.refusal)) return error.refusal;
  const code = engineCode(error);
  if (late || error instanceof DeadlineError || (code !== null && TOO_SLOW.includes(code))) return refuse('query_timeout');
  if (code === CANNOT_COMPILE_REGEXP) return refuse('query_invalid', 'the regular expression is not one of RE2');
  if (code !== null && TOO_LARGE_RESULT.includes(code)) return refuse('query_too_large');
  throw error;
}

function engineCode(error: unknown): number | null {
  for (let at: unknown = error, depth = 0; at instanceof Error && depth < 5; at = at.cause, depth += 1) {
    if ('clickhouseCode' in at && typeof at.clickhouseCode === 'number') return at.clickhouseCode;
  }
  return null;
}

/** With a full disk nothing becomes readable, and reading goes on with what there is. */
const SETTLE_WAIT_MS = 2_000;

/**
 * Waits until what was acknowledged can be read; false when that takes too long. Questions that come close together share one wait; each
 * still sees everything acknowledged before it was asked.
 */
function shareSettles(store: QueryStore, settle_ms: number): () => Promise<boolean> {
  let last_ms = Number.NEGATIVE_INFINITY;
  let next: Promise<boolean> | null = null;
  const settle = async (): Promise<boolean> => {
    const wait_ms = last_ms + settle_ms - performance.now();
    // INVARIANT: at least a turn, so that `next` is set by the caller before it is cleared here.
    await new Promise((resolve) => setTimeout(resolve, Math.max(0, wait_ms)));
    last_ms = performance.now();
    next = null;
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<boolean>((resolve) => {
      timer = setTimeout(() => resolve(false), SETTLE_WAIT_MS);
    });
    const done = store.settle().then(
      () => true,
      () => false,
    );
    return Promise.race([done, late]).finally(() => clearTimeout(timer));
  };
  return async () => {
    if (store.pendingRows === 0) return true;
    next ??= settle();
    return next;
  };
}
