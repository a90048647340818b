/**
 * Answering one question: authorise ▸ wait for a place ▸ fetch within the deadline ▸ say no in words. Everything that reads the store goes
 * through here, so that a statement never runs without the reader's tenant, what the reader sees of it, a limit on its rows and what is left of the time.
 */
import { createAccess, type Access, type Action, type Place } from '#access';
import type { Tokens } from '#keys';
import { LIMITS } from '#limits';
import type { Reader } from '#model';
import { isRefusal, refuse, type Refusal } from '#refusal';
import { Gate } from './gate.ts';
import { createKnownPlaces } from './known-places.ts';
import type { Params, QueryStore } from './query-store.ts';
import { sealedValuesOf, type SealedValues } from './sealed-values.ts';
import { Sight } from './sight.ts';

/** Runs a statement for the reader's tenant (`{tenant:String}`), over what the reader sees of it, within what is left of the deadline. */
export interface Run {
  <Row>(sql: string, params: Params, rows_max: number): Promise<Row[]>;
  /** For those who would learn of what is not seen in another way than from rows. */
  readonly sight: Sight;
  /** Which sealed values a filter of the reader's asks for. */
  readonly sealed: SealedValues;
}

/** The same for another action of the same reader, of whom something else may be seen then. */
export type RunAs = (action: Action) => Promise<Run | Refusal>;

/** `lookup`: answered from a few rows. `scan`: may read many; scans together never take every place. */
export type Weight = 'lookup' | 'scan';

export interface AnsweringParts {
  /** Default: that of roles as they come. */
  readonly access?: Access;
  readonly store: QueryStore;
  /** By which sealed values are found; without them none are. */
  readonly tokens?: Pick<Tokens, 'of'>;
  readonly now_ms?: () => number;
  readonly deadline_ms?: number;
  /** Waits for readability are at least this far apart: each makes the store write. */
  readonly settle_ms?: number;
}

export interface Answering {
  /** Authorises, waits for a place and gives the work a `run` that knows the reader's tenant, what is seen of it and what is left of the time. */
  answer<T>(reader: Reader, action: Action, weight: Weight, work: (run: Run, as: RunAs) => Promise<T | Refusal>): Promise<T | Refusal>;
  /** Waits until what was acknowledged can be read; false when that takes too long. `account`: also what was refused without a single span stored. */
  settled(what?: 'spans' | 'account'): Promise<boolean>;
  readonly access: Access;
  readonly store: QueryStore;
  readonly now_ms: () => number;
}

export function createAnswering({ access = createAccess(), store, tokens, now_ms = Date.now, deadline_ms = LIMITS.query_ms_default, settle_ms = 250 }: AnsweringParts): Answering {
  const settled = shareSettles(store, settle_ms);
  const places = createKnownPlaces(store, now_ms);
  const runFor = (reader: Reader, sight: Sight, left_ms: () => number): Run => {
    const run = async <Row>(sql: string, params: Params, rows_max: number): Promise<Row[]> => {
      const deadline_ms = left_ms();
      // INVARIANT: every statement that reads rows asks for the tenant, and only these lines answer; what it reads of it is decided here too.
      const bound = sql.includes('{tenant:String}') ? { ...params, tenant: reader.tenant } : params;
      const seen = sight.of(sql, bound);
      return store.query(seen.sql, seen.params, { deadline_ms, rows_max });
    };
    return Object.assign(run, { sight, sealed: sealedValuesOf(reader, sight, { access, tokens: tokens ?? null }) });
  };
  const gates: Record<Weight, Gate> = { lookup: new Gate(LIMITS.queries_at_once_max), scan: new Gate(LIMITS.queries_at_once_max - 1) };
  return {
    access,
    store,
    now_ms,
    settled,
    async answer(reader, action, weight, work) {
      const allowed = access.decide(reader, action, { tenant: reader.tenant });
      if (allowed !== true) return allowed;
      const until = now_ms() + deadline_ms;
      const left_ms = (): number => {
        const left = until - now_ms();
        if (left <= 0) throw new DeadlineError();
        return left;
      };
      const known = async (): Promise<readonly Place[]> => {
        await settled();
        const found = await places.of(reader.tenant, left_ms());
        if (isRefusal(found)) throw new RefusedError(found);
        return found;
      };
      return gates[weight].run(deadline_ms, async () => {
        try {
          const as: RunAs = async (other) => {
            const visibility = await access.visibility(reader, other, known);
            return isRefusal(visibility) ? visibility : runFor(reader, new Sight(visibility), left_ms);
          };
          const run = await as(action);
          return isRefusal(run) ? run : await work(run, as);
        } catch (error) {
          return refusalOf(error, now_ms() >= until);
        }
      });
    },
  };
}

class DeadlineError extends Error {}

/** Carries a refusal out of what cannot return one. */
class RefusedError extends Error {
  readonly refusal: Refusal;

  constructor(refusal: Refusal) {
    super('cannot answer: it is refused');
    this.refusal = refusal;
  }
}

/** Error codes of ClickHouse that are an answer to the caller rather than a failure of the server. */
const TOO_SLOW: readonly number[] = [159, 160];
const MEMORY_LIMIT_EXCEEDED = 241;
const CANNOT_COMPILE_REGEXP = 427;
const TOO_LARGE_RESULT: readonly number[] = [MEMORY_LIMIT_EXCEEDED, 158, 307, 396];

function refusalOf(error: unknown, late: boolean): Refusal {
  // The engine says busy and late in our own words, and so do we.
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
function shareSettles(store: QueryStore, settle_ms: number): (what?: 'spans' | 'account') => Promise<boolean> {
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
  return async (what = 'spans') => {
    if (what === 'spans' && store.pendingRows === 0) return true;
    next ??= settle();
    return next;
  };
}
