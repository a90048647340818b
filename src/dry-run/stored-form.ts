/**
 * Requests as they would be stored, without a store: through the pipeline into a block, and out of the block's columns again. What comes out is
 * therefore what a server would have sealed under this policy, not what something else believes it would.
 */
import { type Producer, producerId, type Secret, type TenantId } from '#model';
import { Pipeline } from '#pipeline';
import type { CompiledPolicy } from '#policy';
import { BlockSpans } from '#query/block-spans';
import { plainOtlpJson } from '#query/otlp-json';
import type { Span } from '#query/span';
import { isRefusal, type Refusal } from '#refusal';
import type { BlockBuilder } from '#seal';

/** What became of one request. */
export interface StoredForm {
  /** Those that are taken, traces together. */
  readonly spans: readonly Span[];
  /** Spans that are refused, by code. */
  readonly refused: Readonly<Record<string, number>>;
}

export interface Sender {
  readonly tenant: TenantId;
  /** Globs of the services it may speak for. */
  readonly services: readonly string[];
}

/** A block is read back when it holds so many rows, or came from so many bytes or requests. */
const ROWS_MAX = 4_096;
const BYTES_MAX = 8 * 1024 * 1024;
const REQUESTS_MAX = 2_048;

export class StoredForms {
  readonly #pipeline: Pipeline;
  readonly #builder: BlockBuilder;
  readonly #producer: Producer;
  readonly #spans = new BlockSpans();
  /** Rows of the open block that each request has, or why it has none. */
  #waiting: ({ readonly rows: number; readonly refused: Readonly<Record<string, number>> } | Refusal)[] = [];
  #bytes = 0;

  /** Without a key, values that would become pseudonyms are replaced. */
  constructor(policy: CompiledPolicy, sender: Sender, pseudonymKey: Secret<Uint8Array> | null) {
    this.#pipeline = new Pipeline(null, policy, pseudonymKey);
    this.#builder = this.#pipeline.builder();
    this.#producer = { id: producerId('p_0000000000000000')!, name: 'dry run', retention: 'default', backfill: true, version: 1, ...sender };
  }

  /** Whether it is time for `answers`. */
  get isFull(): boolean {
    return this.#builder.rows >= ROWS_MAX || this.#bytes >= BYTES_MAX || this.#waiting.length >= REQUESTS_MAX;
  }

  /** Takes one request, spans of any time; nothing of `body` is needed afterwards. */
  take(body: Uint8Array, encoding: 'protobuf' | 'json'): void {
    const before = this.#builder.rows;
    this.#bytes += body.length;
    const taken = this.#pipeline.take(body, encoding, this.#producer, this.#waiting.length, Date.now(), () => this.#open(), 0, true);
    this.#waiting.push(isRefusal(taken) ? taken : { rows: this.#builder.rows - before, refused: taken.refused });
  }

  /** In place of a request that could not even be read. */
  refuse(refusal: Refusal): void {
    this.#waiting.push(refusal);
  }

  /** What became of each request since the last time, in their order. */
  answers(): (StoredForm | Refusal)[] {
    const waiting = this.#waiting;
    this.#waiting = [];
    this.#bytes = 0;
    const spans = this.#builder.rows > 0 ? this.#spans.read(this.#builder.close().spans) : [];
    if (this.#builder.isOpen) this.#builder.discard();
    let row = 0;
    return waiting.map((one) => (isRefusal(one) ? one : { spans: spans.slice(row, (row += one.rows)), refused: one.refused }));
  }

  #open(): BlockBuilder {
    if (!this.#builder.isOpen) this.#builder.open({ block: 1, day: 0, retention: this.#producer.retention, tenant: this.#producer.tenant });
    return this.#builder;
  }
}

/** `{"resourceSpans":[…]}`, as the query API would answer it. */
export function otlpOf({ spans }: StoredForm): Promise<string> {
  return plainOtlpJson({ traceId: '', spans, more: false });
}
