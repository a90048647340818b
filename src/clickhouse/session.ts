/**
 * One connection to the embedded engine. It runs one statement at a time; statements queue in the order given.
 */

import { Session } from 'chdb';

/** A statement that the engine refused. Its own words may quote values of the statement, so they are kept out of the message. */
export class EngineError extends Error {
  /** ClickHouse's error code, null if there was none. */
  readonly clickhouseCode: number | null;

  constructor(clickhouseCode: number | null, cause: unknown) {
    super(`cannot run a statement: the engine answered Code: ${clickhouseCode ?? 'unknown'}`, { cause });
    this.name = 'EngineError';
    this.clickhouseCode = clickhouseCode;
  }
}

/**
 * No machine code is made of expressions at run time. The engine would do it at the fourth statement of a kind, which costs up to 350 ms of CPU and
 * comes again in each process; rolls and searches over half a million spans are not quicker for it.
 */
const INTERPRETED = 'SET compile_expressions = 0, compile_aggregate_expressions = 0, compile_sort_description = 0';

export class EngineSession {
  readonly #session: Session;
  #last: Promise<unknown> = Promise.resolve();

  constructor(path: string, connectionArgs?: string[]) {
    this.#session = connectionArgs === undefined ? new Session(path) : new Session(path, { connectionArgs });
    // What follows is queued behind it; without it everything works as well.
    void this.text(INTERPRETED).catch(() => undefined);
  }

  /** Runs statements separated by `;` and gives the answer of the last one in the named format. */
  text(sql: string, format: 'JSONEachRow' | 'TabSeparated' = 'TabSeparated'): Promise<string> {
    return this.#after(async () => (await this.#session.queryAsync(sql, { format })).text());
  }

  /** The answer as a stream of Native blocks. */
  native(sql: string): Promise<Uint8Array> {
    return this.#after(async () => (await this.#session.queryAsync(sql, { format: 'Native' })).bytes());
  }

  async close(): Promise<void> {
    await this.#last;
    this.#session.close();
  }

  #after<T>(work: () => Promise<T>): Promise<T> {
    const result = this.#last.then(work).catch((cause: unknown) => {
      throw new EngineError(cause instanceof Error && 'clickhouseCode' in cause ? Number(cause.clickhouseCode ?? 0) || null : null, cause);
    });
    this.#last = result.catch(() => undefined);
    return result;
  }
}
