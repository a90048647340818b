/**
 * Compares the spans of a request with those taken last, by any worker: a span taken before with the same content is dropped, and one whose
 * ids were taken with other content is stored as well and told. Content is what was received, byte for byte: the messages of span, scope and
 * resource, and their schema URLs.
 */
import { DUPLICATE, NONE, type SpanBatch } from '#batch';
import { LIMITS } from '#limits';
import type { Producer } from '#model';
import { SpanHash } from './span-hash.ts';
import { NOT_TAKEN, OTHER_CONTENT, type TakenSpans } from './taken-spans.ts';

export { DurableBlocks } from './durable-blocks.ts';
export { copyFindings, repeatFinding, VersionFindings } from './found.ts';
export { RequestMemory } from './request-memory.ts';
export { TakenSpans } from './taken-spans.ts';

export interface Compared {
  readonly dropped: number;
  /** How many of them another producer had sent. */
  readonly ofOthers: number;
  /** The blocks that took what was dropped, each once: unless all of them become durable, the request must not be acknowledged. */
  readonly reliesOn: readonly number[];
  /** Spans taken although their ids had been taken with other content. */
  readonly versions: number;
  /** Ids of their traces, each once, `version_traces_told_max` at most. */
  readonly versionTraces: readonly string[];
}

const NOTHING: Compared = { dropped: 0, ofOthers: 0, reliesOn: [], versions: 0, versionTraces: [] };
const USE = { tag: 0, content: 1, sender: 2 } as const;

export class Comparer {
  readonly #taken: TakenSpans;
  readonly #hash: SpanHash;
  #tagLow = new Int32Array(1_024);
  #tagHigh = new Int32Array(1_024);
  #contentLow = new Int32Array(1_024);
  #contentHigh = new Int32Array(1_024);
  /** State of the content hash after resource and scope. */
  #ownerLow = 0;
  #ownerHigh = 0;
  #tenant = '';
  #sender = '';
  #senderHash = 0;
  #tenantLow = 0;
  #tenantHigh = 0;

  constructor(taken: TakenSpans) {
    this.#taken = taken;
    this.#hash = new SpanHash(taken.keys);
  }

  /**
   * Marks what is dropped as `DUPLICATE` in `batch.refused`; the other spans are noted as taken by `block`, whose fate decides about the entries.
   * INVARIANT: the caller appends what is left to that block, or gives the block up.
   */
  compare(batch: SpanBatch, producer: Pick<Producer, 'id' | 'tenant'>, block: number): Compared {
    this.#hashAll(batch, producer.tenant);
    if (producer.id !== this.#sender) this.#setSender(producer.id);
    const taken = this.#taken;
    const { refused, spans } = batch;
    let dropped = 0;
    let ofOthers = 0;
    let versions = 0;
    let reliesOn: Set<number> | null = null;
    let versionTraces: Set<string> | null = null;
    for (let span = 0; span < spans; span++) {
      if (refused[span] !== 0) continue;
      const found = taken.take(this.#tagLow[span]!, this.#tagHigh[span]!, this.#contentLow[span]!, this.#contentHigh[span]!, this.#senderHash, block);
      if (found === NOT_TAKEN) continue;
      if (found === OTHER_CONTENT) {
        versions++;
        versionTraces ??= new Set();
        if (versionTraces.size < LIMITS.version_traces_told_max) versionTraces.add(traceOf(batch, span));
      } else {
        refused[span] = DUPLICATE;
        dropped++;
        if (taken.byAnother) ofOthers++;
        (reliesOn ??= new Set()).add(found);
      }
    }
    return dropped + versions === 0 ? NOTHING : { dropped, ofOthers, reliesOn: [...(reliesOn ?? [])], versions, versionTraces: [...(versionTraces ?? [])] };
  }

  /** All hashes first, and each bucket touched: the waits for memory overlap. */
  #hashAll(batch: SpanBatch, tenant: string): void {
    const { view, refused, spans, traceId, spanId, scope, spanStart, spanEnd } = batch;
    const hash = this.#hash;
    const taken = this.#taken;
    if (spans > this.#tagLow.length) this.#sizeSpans(spans);
    if (tenant !== this.#tenant) this.#setTenant(tenant);
    let hashed = -1;
    for (let span = 0; span < spans; span++) {
      if (refused[span] !== 0) continue;
      hash.low = this.#tenantLow;
      hash.high = this.#tenantHigh;
      hash.absorb(view, traceId[span]!, 16);
      hash.absorb(view, spanId[span]!, 8);
      hash.finish();
      taken.touch((this.#tagLow[span] = hash.low));
      this.#tagHigh[span] = hash.high;
      // Spans of a scope follow each other.
      const owner = scope[span]!;
      if (owner !== hashed) this.#hashOwner(batch, (hashed = owner), batch.resource[span]!);
      hash.low = this.#ownerLow;
      hash.high = this.#ownerHigh;
      hash.absorb(view, spanStart[span]!, spanEnd[span]! - spanStart[span]!);
      hash.finish();
      this.#contentLow[span] = hash.low;
      this.#contentHigh[span] = hash.high;
    }
  }

  #hashOwner(batch: SpanBatch, scope: number, resource: number): void {
    const hash = this.#hash;
    hash.begin(USE.content);
    hash.absorb(batch.view, batch.resourceStart[resource]!, batch.resourceEnd[resource]! - batch.resourceStart[resource]!);
    this.#absorbText(batch, batch.resourceSchemaUrl[resource]!);
    hash.absorb(batch.view, batch.scopeStart[scope]!, batch.scopeEnd[scope]! - batch.scopeStart[scope]!);
    this.#absorbText(batch, batch.scopeSchemaUrl[scope]!);
    this.#ownerLow = hash.low;
    this.#ownerHigh = hash.high;
  }

  #absorbText(batch: SpanBatch, value: number): void {
    if (value === NONE) this.#hash.absorb(batch.view, 0, 0);
    else this.#hash.absorb(batch.view, batch.valueA[value]!, batch.valueB[value]!);
  }

  #setTenant(tenant: string): void {
    this.#tenant = tenant;
    this.#absorbName(USE.tag, tenant);
    this.#tenantLow = this.#hash.low;
    this.#tenantHigh = this.#hash.high;
  }

  #setSender(id: string): void {
    this.#sender = id;
    this.#absorbName(USE.sender, id);
    this.#hash.finish();
    this.#senderHash = this.#hash.low;
  }

  #absorbName(use: number, name: string): void {
    const bytes = Buffer.from(name);
    this.#hash.begin(use);
    this.#hash.absorb(new DataView(bytes.buffer, bytes.byteOffset, bytes.length), 0, bytes.length);
  }

  #sizeSpans(spans: number): void {
    this.#tagLow = new Int32Array(spans * 2);
    this.#tagHigh = new Int32Array(spans * 2);
    this.#contentLow = new Int32Array(spans * 2);
    this.#contentHigh = new Int32Array(spans * 2);
  }
}

function traceOf({ bytes, traceId }: SpanBatch, span: number): string {
  const at = traceId[span]!;
  return Buffer.from(bytes.buffer, bytes.byteOffset + at, 16).toString('hex');
}
