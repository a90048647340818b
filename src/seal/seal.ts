/**
 * Turns minimized batches into blocks: rows of one tenant and retention class, encoded as ClickHouse Native columns, with the
 * index of their traces, a filter of their attributes, and the root of their leaves in the log. A block takes several requests; a request is never split.
 */
import { randomFillSync } from 'node:crypto';
import { BLOCK_SALT_BYTES, BlockLeaves } from '#leaves';
import type { MinimizedBatch, Minimizer } from '#minimize';
import type { SealedBlock, TenantId } from '#model';
import { FilterColumns } from './filter-columns.ts';
import { SpanColumns } from './span-columns.ts';
import type { SubjectKeys } from './subject-keys.ts';
import { TraceColumns } from './trace-columns.ts';
import { TraceOrder } from './trace-order.ts';

export { SubjectKeys } from './subject-keys.ts';

export interface BlockIdentity {
  readonly block: number;
  readonly day: number;
  readonly retention: string;
  readonly tenant: TenantId;
}

/** One open block. After `close` it takes the next identity with `open`; its memory is reused. */
export class BlockBuilder {
  readonly #spans: SpanColumns;
  readonly #traces = new TraceColumns();
  readonly #order = new TraceOrder();
  #identity: BlockIdentity | null = null;
  #requests: number[] = [];
  readonly #leaves: BlockLeaves;
  readonly #policy: string;
  readonly #keys: SubjectKeys | null;

  /** Builders of one thread may share `leaves`, which hold no block, and the keys. Without keys, what would be sealed is lost. */
  constructor(minimizer: Minimizer, leaves = new BlockLeaves(minimizer.policy.restricts), keys: SubjectKeys | null = null) {
    this.#keys = keys;
    this.#leaves = leaves;
    this.#policy = minimizer.policy.digest;
    this.#spans = new SpanColumns(minimizer, new FilterColumns(minimizer), keys);
  }

  get rows(): number {
    return this.#spans.rows;
  }

  get isOpen(): boolean {
    return this.#identity !== null;
  }

  /** Number of the open block. */
  get block(): number {
    if (this.#identity === null) throw new Error('cannot number a block: none is open');
    return this.#identity.block;
  }

  /** Those appended to the open block. */
  get requests(): readonly number[] {
    return this.#requests;
  }

  open(identity: BlockIdentity): void {
    if (this.#identity !== null) throw new Error('cannot open a block: one is open');
    this.#identity = identity;
  }

  /** Appends the taken spans of a request and returns how many values were replaced, by kind. */
  append(batch: MinimizedBatch, request: number, producer: string): Record<string, number> {
    if (this.#identity === null) throw new Error('cannot append: no block is open');
    this.#order.arrange(batch);
    const firstRow = this.#spans.rows;
    this.#spans.append(batch, this.#order, this.#identity, producer);
    this.#traces.append(batch, this.#order, this.#identity, firstRow);
    this.#requests.push(request);
    return this.#spans.minimized.counts();
  }

  /** Gives up the number of a block that nothing was appended to. */
  discard(): void {
    if (this.rows > 0) throw new Error('cannot discard a block: it has rows');
    this.#identity = null;
  }

  close(): SealedBlock {
    if (this.#identity === null) throw new Error('cannot close: no block is open');
    const { block, day, retention, tenant } = this.#identity;
    const rows = this.#spans.rows;
    const { spans, filter, tokens } = this.#spans.encode(this.#identity);
    const traces = this.#traces.encode();
    const salt = randomFillSync(new Uint8Array(BLOCK_SALT_BYTES));
    const { root, groups, first, last } = this.#leaves.compute(spans, salt);
    const sealed: SealedBlock = {
      id: block, tenant, retention, day, rows, spans, filter, tokens, traces: traces.bytes, traceKeys: traces.keys, requests: this.#requests,
      salt, root, groups, first, last, policy: this.#policy,
      ...(this.#keys !== null && { subjectKeys: this.#keys.takeRows() }),
    };
    this.#identity = null;
    this.#requests = [];
    return sealed;
  }
}
