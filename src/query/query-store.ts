/**
 * What queries need of the store, and nothing more: statements with bound parameters, and a way to wait until what was
 * acknowledged can be read. `#store` and `#clickhouse` fulfil it; tests bring an engine of their own.
 */

export type Param = string | number | bigint | readonly (string | number | bigint)[];
export type Params = Readonly<Record<string, Param>>;

export interface QueryBounds {
  /** The engine gives up after this time. */
  readonly deadline_ms: number;
  /** More rows than this are a failure of the statement, which limits itself. */
  readonly rows_max: number;
}

/** One line of the account. `outcome` is received, stored, refused, dropped (in spans) or minimized (in values); `reason` a code or kind. */
export interface AccountLine {
  readonly tenant: string;
  readonly producer: string;
  readonly outcome: string;
  readonly reason: string;
  readonly count: number;
}

export interface QueryStore {
  /** Runs one statement with `{name:Type}` parameters bound by the engine; 64-bit numbers arrive as text where the statement says so. */
  query<Row>(sql: string, params: Params, bounds: QueryBounds): Promise<Row[]>;
  /** Rows acknowledged that cannot be read yet. */
  readonly pendingRows: number;
  /** Resolves when everything acknowledged before the call can be read; may take for ever while the disk is full. */
  settle(): Promise<void>;
  /** False only if no acknowledged span of such a trace waits to become readable. Takes the low 32 bits of the trace key. */
  mayBePending(traceKeyLow32: number): boolean;
  /**
   * Where figures by minute are: rolls up to and including `roll`, and for `blocks` in their spans; together every span that can be read, once.
   * Holds for statements begun in the turn in which it is asked.
   */
  readonly figures: { readonly roll: number; readonly blocks: readonly number[] };
  /** The whole account, pending commits included. */
  accounting(): Promise<readonly AccountLine[]>;
}
