/**
 * What sealing costs a worker: the corpus through two whole pipelines, request by request in turns, under the default policy, under one that seals two fields of some spans and under one that replaces them. CPU time of this thread; each three of requests are one measurement, so what else the machine does is in both.
 */
import { randomKey, SUBJECT_KEY_ROW_BYTES, Tokens } from '#keys';
import { DEFAULT_TENANT, type Producer, type ProducerId, Secret } from '#model';
import { compilePolicy, DEFAULT_POLICY, type PolicyDocument } from '#policy';
import { Pipeline } from '#pipeline';
import { isRefusal } from '#refusal';
import { type BlockBuilder, SubjectKeys } from '#seal';
import type { Corpus } from './corpus.ts';
import { type People, replacingPolicy, sealingPolicy, toAFifth } from './sealed-traffic.ts';

const BLOCK_ROWS = 8_192;
const WARM_REQUESTS = 40;
const REQUESTS_MAX = 200;
const PRODUCER: Producer = { id: 'p_0123456789abcdef' as ProducerId, name: 'bench', tenant: DEFAULT_TENANT, retention: 'default', services: ['*'], backfill: false, version: 1 };

export interface WorkerSealing {
  readonly people: People;
  /** Microseconds a span that sealing adds where a fifth of the spans has two fields sealed. */
  readonly added_us: number;
  readonly without_us: number;
  /** What it adds beyond replacing these fields. */
  readonly overReplacing_us: number;
  /** Keys made for each span that was sealed. */
  readonly keysPerSealed: number;
}

class Side {
  readonly times: number[] = [];
  sealed = 0;
  spans = 0;
  rows = 0;
  readonly #pipeline: Pipeline;
  readonly #builder: BlockBuilder;

  constructor(policy: PolicyDocument) {
    const keys = new SubjectKeys(new Tokens(new Secret(new Uint8Array(32))));
    keys.begin(DEFAULT_TENANT, { id: 1, key: randomKey() });
    this.#pipeline = new Pipeline(null, compilePolicy(policy), new Secret(new Uint8Array(32)), keys);
    this.#builder = this.#pipeline.builder();
  }

  /** The time of a request and, if it is the one that fills it, of its block. */
  take(body: Uint8Array, isMeasured: boolean): void {
    const before = process.threadCpuUsage();
    if (!this.#builder.isOpen) this.#builder.open({ block: 1, day: 20_833, retention: 'default', tenant: DEFAULT_TENANT });
    const taken = this.#pipeline.take(body, 'protobuf', PRODUCER, 1, Date.now(), () => this.#builder);
    if (isRefusal(taken)) throw new Error(`cannot take the corpus: ${taken.refused}`);
    if (this.#builder.rows >= BLOCK_ROWS) for (const { rows } of this.#builder.close().subjectKeys ?? []) this.rows += rows.length / SUBJECT_KEY_ROW_BYTES;
    const { user, system } = process.threadCpuUsage(before);
    this.spans += taken.stored;
    this.sealed += taken.minimized['sealed'] ?? 0;
    if (isMeasured) this.times.push((user + system) / taken.stored);
  }
}

export function measureSealing(corpus: Corpus, people: People): WorkerSealing {
  const sides = { without: new Side(DEFAULT_POLICY), replacing: new Side(replacingPolicy(people)), with: new Side(sealingPolicy(people)) };
  const all = Object.values(sides);
  const shift = corpus.shiftTo(Date.now());
  const requests = Math.min(corpus.requests, REQUESTS_MAX);
  for (let at = 0; at < requests + WARM_REQUESTS; at++) {
    const { body } = corpus.request(at % corpus.requests, at < WARM_REQUESTS ? 1 : 0, shift);
    for (const turn of all.keys()) all[(turn + at) % all.length]!.take(Uint8Array.from(body), at >= WARM_REQUESTS);
  }
  const factor = toAFifth(sides.with.sealed, sides.with.spans);
  const without_us = meanOf(sides.without.times);
  const with_us = meanOf(sides.with.times);
  const overReplacing_us = (with_us - meanOf(sides.replacing.times)) * factor;
  return { people, without_us, overReplacing_us, added_us: (with_us - without_us) * factor, keysPerSealed: sides.with.rows / (sides.with.sealed / 2) };
}

/** Without the tenth of the requests on either side: blocks are closed in some, and the collector runs in some. */
function meanOf(times: readonly number[]): number {
  const kept = times.toSorted((a, b) => a - b).slice(Math.floor(times.length / 10), Math.ceil((times.length * 9) / 10));
  return kept.reduce((sum, one) => sum + one, 0) / Math.max(1, kept.length);
}
