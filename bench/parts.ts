/**
 * The stages of the pipeline one by one, in this process, in microseconds a span. Stages are medians over requests, so what else the machine
 * does and the collector's pauses hardly show in them; journal and engine are CPU times, as exact as the kernel's clock tick.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type KeyTable as Keys, KeyTable, SpanBatch } from '#batch';
import { Comparer, TakenSpans } from '#compare';
import { type InspectedBatch, Inspector } from '#inspect';
import { openRootKey } from '#keys';
import { LIMITS } from '#limits';
import { Minimizer, Pseudonyms } from '#minimize';
import { compilePolicy, DEFAULT_POLICY } from '#policy';
import { DEFAULT_TENANT, type ProducerId, type RequestAccount, type SealedBlock, Secret } from '#model';
import { decodeRequest } from '#otlp';
import { isRefusal } from '#refusal';
import { Scanner } from '#scanner';
import { RECOGNIZERS } from '#scanner/recognizers';
import { BlockBuilder } from '#seal';
import { Store } from '#store';
import { type ValidBatch, validate } from '#validate';
import type { Corpus } from './corpus.ts';
import { measureLeaves } from './leaves.ts';
import { LOG_BLOCKS, measureLog } from './log.ts';
import { scopedPolicy } from './scoped-policy.ts';
import { measureSealing } from './sealing.ts';
import { medianOf } from './summary.ts';

/** Microseconds a span. */
export interface Parts {
  readonly decode: number;
  readonly validate: number;
  /** As in the server: what was looked at in earlier requests is remembered. */
  readonly inspect: number;
  /** Nothing is remembered from earlier requests. */
  readonly inspectFirst: number;
  /** Everything is remembered. */
  readonly inspectRepeated: number;
  readonly minimize: number;
  /** Under fifty rules with scopes. */
  readonly minimizeByPlace: number;
  /** With a table that is full, as it is on a server that has run for some time. */
  readonly compare: number;
  readonly append: number;
  /** What a policy adds to all stages together that seals two fields of a fifth of the spans. */
  readonly sealing: number;
  /** Columns, index and filter of a block, and its leaves. */
  readonly encode: number;
  /** Of that, the leaves of the log. */
  readonly leaves: number;
  /** Of a block of 2,000 spans: its body, its entry and its place in the tree. */
  readonly log: number;
  /** Bytes of the log for each span of such blocks: entries, hashes and bodies. */
  readonly logBytesPerSpan: number;
  /** This thread's share of a durable commit: framing, encryption, bookkeeping. */
  readonly journal: number;
  /** Insert into the engine, all threads, merges left out as far as they begin later. */
  readonly insert: number;
  readonly nativeBytesPerSpan: number;
  /** Spans per second of CPU whose leaves are computed again from what the engine returns. */
  readonly recomputedPerCpuSecond: number;
}

const BLOCK_ROWS = 8_192;
/** Fewer than the store inserts at once, so that the engine begins only when it is asked to. */
const SPANS_MAX = 120_000;
/** Warms the compiler up; not measured. */
const WARM_REQUESTS = 40;
const HURRIED = { logBlocks: 20, takenShare: 0.01 };
const RETENTION = 'default';
const PRODUCER = { id: 'p_0123456789abcdef' as ProducerId, tenant: DEFAULT_TENANT };
const DAY_MS = 86_400_000;

/** `hurried`: enough that there is a figure. */
export async function measureParts(corpus: Corpus, hurried = false): Promise<Parts> {
  const requests = Math.min(corpus.requests, Math.ceil(SPANS_MAX / 512));
  const clock = new StageClock();
  const stages = new Stages(clock, hurried ? HURRIED.takenShare : 1);
  const shift = corpus.shiftTo(Date.now());
  for (let at = 0; at < Math.min(WARM_REQUESTS, requests); at++) stages.take(corpus.request(at, 1, shift).body);
  stages.restart();
  for (let at = 0; at < requests; at++) stages.take(corpus.request(at, 0, shift).body);
  stages.close();
  const { spans } = stages;
  const bytes = stages.blocks.reduce((sum, block) => sum + block.spans.length, 0);
  const { leaves_us, recomputedPerCpuSecond } = await measureLeaves(stages.blocks);
  const { log_us, bytesPerSpan } = await measureLog(hurried ? HURRIED.logBlocks : LOG_BLOCKS);
  const { journal_us, insert_us } = await measureStore(stages.blocks);
  const each = (name: string): number => clock.us(name);
  return {
    decode: each('decode'), validate: each('validate'), inspect: each('inspect'), inspectFirst: each('inspectFirst'), inspectRepeated: each('inspectRepeated'),
    minimize: each('minimize'), minimizeByPlace: each('minimizeByPlace'), compare: each('compare'), append: each('append'), sealing: measureSealing(corpus, 'many').added_us, encode: each('encode'), leaves: leaves_us, log: log_us, logBytesPerSpan: bytesPerSpan, journal: journal_us / spans, insert: insert_us / spans, nativeBytesPerSpan: bytes / spans, recomputedPerCpuSecond,
  };
}

class StageClock {
  readonly #times = new Map<string, number[]>();

  time<Result>(name: string, spans: () => number, work: () => Result): Result {
    const before = performance.now();
    const result = work();
    const us = (performance.now() - before) * 1_000;
    const times = this.#times.get(name) ?? [];
    times.push(us / Math.max(1, spans()));
    this.#times.set(name, times);
    return result;
  }

  us(name: string): number {
    return medianOf(this.#times.get(name) ?? []);
  }

  clear(): void {
    this.#times.clear();
  }
}

/** What `Pipeline.take` does, stage by stage. */
class Stages {
  blocks: SealedBlock[] = [];
  spans = 0;
  readonly #clock: StageClock;
  readonly #keys: Keys = new KeyTable();
  readonly #batch = new SpanBatch(this.#keys);
  readonly #policy = compilePolicy(DEFAULT_POLICY);
  readonly #scanner = new Scanner(RECOGNIZERS, { parts: this.#policy.distinguishes });
  readonly #inspector = new Inspector(this.#scanner, this.#keys);
  readonly #minimizer = new Minimizer(this.#policy, this.#inspector, this.#keys, new Pseudonyms(null));
  readonly #scoped = scopedStages(this.#keys);
  readonly #comparer: Comparer;
  readonly #builder = new BlockBuilder(this.#minimizer);

  constructor(clock: StageClock, takenShare: number) {
    this.#clock = clock;
    this.#comparer = new Comparer(takenBefore(takenShare));
  }

  /** Forgets what the warming up measured and made. */
  restart(): void {
    this.close();
    this.blocks = [];
    this.spans = 0;
    this.#clock.clear();
  }

  take(body: Uint8Array): void {
    const clock = this.#clock;
    const size = (): number => this.#batch.spans;
    const undecodable = clock.time('decode', size, () => decodeRequest(body, this.#batch));
    if (undecodable !== null) throw new Error(`cannot decode the corpus: ${undecodable.refused}`);
    const { batch, taken, received } = clock.time('validate', size, () => validate(this.#batch, { speaksFor: () => true, backfill: false }, Date.now()));
    if (taken !== received) throw new Error('cannot take all of the corpus');
    this.#inspect('inspectFirst', new Inspector(this.#scanner, this.#keys), batch);
    const inspected = this.#inspect('inspect', this.#inspector, batch);
    const minimized = clock.time('minimize', size, () => this.#minimizer.minimize(inspected, { tenant: DEFAULT_TENANT, now_ms: Date.now() }));
    if (!this.#builder.isOpen) this.#builder.open({ block: this.blocks.length + 1, day: Math.floor(Date.now() / DAY_MS), retention: RETENTION, tenant: DEFAULT_TENANT });
    const { dropped, versions } = clock.time('compare', size, () => this.#comparer.compare(minimized, PRODUCER, this.#builder.block));
    if (dropped + versions > 0) throw new Error('cannot take all of the corpus: spans of it occur twice');
    clock.time('append', size, () => this.#builder.append(minimized, 1, PRODUCER.id));
    this.#inspect('inspectRepeated', this.#inspector, batch);
    const again = this.#scoped.inspector.inspect(batch);
    if (isRefusal(again)) throw new Error('cannot inspect the corpus');
    clock.time('minimizeByPlace', size, () => this.#scoped.minimizer.minimize(again, { tenant: DEFAULT_TENANT, now_ms: Date.now() }));
    this.spans += taken;
    if (this.#builder.rows >= BLOCK_ROWS) this.close();
  }

  close(): void {
    if (!this.#builder.isOpen) return;
    const { rows } = this.#builder;
    this.blocks.push(this.#clock.time('encode', () => rows, () => this.#builder.close()));
  }

  #inspect(name: string, inspector: Inspector, batch: ValidBatch): InspectedBatch {
    const inspected = this.#clock.time(name, () => batch.spans, () => inspector.inspect(batch));
    if (isRefusal(inspected)) throw new Error('cannot inspect the corpus');
    return inspected;
  }
}

/** Stages of their own under a policy whose rules differ by place. */
function scopedStages(keys: Keys): { readonly inspector: Inspector; readonly minimizer: Minimizer } {
  const policy = compilePolicy(scopedPolicy(DEFAULT_POLICY));
  const inspector = new Inspector(new Scanner(RECOGNIZERS, { parts: policy.distinguishes, networksStay: policy.networksStay }), keys);
  return { inspector, minimizer: new Minimizer(policy, inspector, keys, new Pseudonyms(new Secret(new Uint8Array(32)))) };
}

/** Of more entries than it holds, such a share, of an early block. */
function takenBefore(share: number): TakenSpans {
  const taken = new TakenSpans(TakenSpans.allocate(1), 1);
  let tag = 1;
  for (let entry = 0; entry < (share * LIMITS.taken_spans_bytes) / 16; entry++) {
    tag = (Math.imul(tag, 1_664_525) + 1_013_904_223) | 0;
    taken.take(tag, entry, 0, 0, 0, 1);
  }
  return taken;
}

async function measureStore(blocks: readonly SealedBlock[]): Promise<{ readonly journal_us: number; readonly insert_us: number }> {
  const folder = mkdtempSync(join(tmpdir(), 'tracekeep-bench-'));
  const config = { retention: { [RETENTION]: { days: 30 } }, diskBytesMax: null, diskFreeBytesMin: 0 };
  const dataDir = join(folder, 'data');
  const store = await Store.open({ dataDir, rootKey: openRootKey({ file: join(folder, 'root.key'), dataDir }), config });
  try {
    const thread = process.threadCpuUsage();
    for (const block of blocks) await store.commit({ blocks: [block], requests: [accountOf(block)] });
    const journal = process.threadCpuUsage(thread);
    const whole = process.cpuUsage();
    await store.settle();
    const insert = process.cpuUsage(whole);
    return { journal_us: journal.user + journal.system, insert_us: insert.user + insert.system };
  } finally {
    await store.close();
    rmSync(folder, { recursive: true, force: true });
  }
}

function accountOf({ id, rows, tenant }: SealedBlock): RequestAccount {
  return { producer: PRODUCER.id, tenant, digest: id.toString(16).padStart(32, '0'), received: rows, stored: rows, refused: {}, dropped: 0, minimized: {}, answer: { rejectedSpans: 0, message: '' } };
}
