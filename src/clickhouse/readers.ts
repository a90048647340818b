/**
 * The sessions that answer queries: a bounded pool with a bounded queue. A session runs one statement at a time and a statement cannot be
 * interrupted from outside, so each carries its deadline into the engine; a caller is let go at the deadline in any case, while the
 * session stays taken until the engine is done with it.
 */

import { LIMITS } from '#limits';
import { refuse, refusalText, type Refusal } from '#refusal';
import type { Params } from './parameters.ts';
import { setParameters } from './parameters.ts';
import type { EngineSession } from './session.ts';

export interface QueryBounds {
  readonly deadline_ms: number;
  /** More rows than this fail the query: a statement limits itself. */
  readonly rows_max: number;
}

/** A query that was not answered for a reason the caller should know: `query_busy` or `query_timeout`. */
export class QueryRefused extends Error {
  readonly refusal: Refusal;

  constructor(refusal: Refusal, cause?: unknown) {
    super(refusalText(refusal), { cause });
    this.name = 'QueryRefused';
    this.refusal = refusal;
  }
}

/** Bytes of one answer. */
const RESULT_BYTES_MAX = 512 * 1024 * 1024;
/** Given to the engine to notice the deadline by itself before the caller is let go. */
const GRACE_MS = 250;

/** What every reader session is told once. No spilling: a query's temporary data stays in memory or the query fails. */
export const READER_SETTINGS = `SET ${Object.entries({
  max_memory_usage: LIMITS.query_memory_bytes_max,
  max_threads: 2,
  // The engine looks at the clock between blocks: with its default of 65,409 rows a costly pattern runs on for minutes after the deadline.
  max_block_size: 2_048,
  max_bytes_before_external_group_by: 0,
  max_bytes_before_external_sort: 0,
  max_bytes_ratio_before_external_group_by: 0,
  max_bytes_ratio_before_external_sort: 0,
  timeout_before_checking_execution_speed: 0,
  timeout_overflow_mode: "'throw'",
  result_overflow_mode: "'throw'",
  max_result_bytes: RESULT_BYTES_MAX,
  output_format_json_quote_64bit_integers: 1,
  output_format_json_escape_forward_slashes: 0,
  readonly: 2,
})
  .map(([name, value]) => `${name} = ${value}`)
  .join(', ')}`;

export class Readers {
  readonly #free: EngineSession[];
  readonly #waiting: { readonly enter: (session: EngineSession) => void; readonly refuse: () => void }[] = [];
  #draining = false;

  constructor(sessions: readonly EngineSession[]) {
    this.#free = [...sessions];
  }

  async query<T>(sql: string, params: Params, bounds: QueryBounds): Promise<T[]> {
    const setup = setParameters(sql, params);
    const until_ms = performance.now() + bounds.deadline_ms;
    const session = await this.#take(bounds.deadline_ms);
    const left_ms = Math.max(1, until_ms - performance.now());
    const limits = `SET max_execution_time = ${(left_ms / 1000).toFixed(3)}, max_result_rows = ${Math.trunc(bounds.rows_max)}`;
    const running = session.text(`${limits}; ${setup === '' ? '' : `${setup}; `}${sql}`, 'JSONEachRow').finally(() => this.#give(session));
    const text = await before(running, left_ms + GRACE_MS);
    return parseRows<T>(text);
  }

  /** From now on nothing is begun, and what waits is refused: a statement that runs cannot be cut short, so a stop waits for these few only. */
  drain(): void {
    this.#draining = true;
    for (const { refuse: refuseNow } of this.#waiting.splice(0)) refuseNow();
  }

  #take(wait_ms: number): Promise<EngineSession> {
    if (this.#draining) return Promise.reject(new QueryRefused(refuse('draining')));
    const free = this.#free.pop();
    if (free !== undefined) return Promise.resolve(free);
    if (this.#waiting.length >= LIMITS.queries_waiting_max) return Promise.reject(new QueryRefused(refuse('query_busy')));
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        this.#waiting.splice(this.#waiting.indexOf(turn), 1);
        reject(new QueryRefused(refuse('query_timeout', 'while waiting for other queries')));
      }, wait_ms);
      const turn = {
        enter: (session: EngineSession): void => {
          clearTimeout(timer);
          resolve(session);
        },
        refuse: (): void => {
          clearTimeout(timer);
          reject(new QueryRefused(refuse('draining')));
        },
      };
      this.#waiting.push(turn);
    });
  }

  #give(session: EngineSession): void {
    const next = this.#waiting.shift();
    if (next === undefined) this.#free.push(session);
    else next.enter(session);
  }
}

async function before(running: Promise<string>, deadline_ms: number): Promise<string> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new QueryRefused(refuse('query_timeout'))), deadline_ms);
  });
  try {
    return await Promise.race([running, late]);
  } catch (error) {
    throw isTimeout(error) ? new QueryRefused(refuse('query_timeout'), error) : error;
  } finally {
    clearTimeout(timer);
  }
}

/** TIMEOUT_EXCEEDED and TOO_SLOW of ClickHouse. */
function isTimeout(error: unknown): boolean {
  const code = error instanceof Error && 'clickhouseCode' in error ? error.clickhouseCode : null;
  return code === 159 || code === 160;
}

function parseRows<T>(text: string): T[] {
  const body = text.trim();
  return body === '' ? [] : (JSON.parse(`[${body.replaceAll('\n', ',')}]`) as T[]);
}
