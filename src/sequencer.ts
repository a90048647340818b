/**
 * Orders what comes in: recognises requests that were sent before, hands exports to the workers, decides when open blocks are closed, and
 * acknowledges a request when the commit that holds it is durable and not earlier. One per server, on the main thread.
 *
 * A request of which spans were dropped, because some block took them before, waits for that block as well (`DurableBlocks`). Its own spans are
 * committed meanwhile, accounted as a part of it; that it is taken as a whole is written, and answered, when all of it is durable.
 *
 * Long because a request's state has one owner: its way is told from submission to answer, with what a dying worker or a failing store does to it.
 */
import { createHash } from 'node:crypto';
import { Worker } from 'node:worker_threads';
import { copyFindings, DurableBlocks, repeatFinding, RequestMemory, TakenSpans, VersionFindings } from '#compare';
import type { NewFinding } from '#findings';
import { LIMITS } from '#limits';
import { type Commit, type Producer, type ProducerId, type RequestAccount, type SealedBlock, type Secret, type TakenRequest, takenOf } from '#model';
import type { Taken } from '#pipeline';
import { isRefusal, type Refusal, type RefusalCode, refuse } from '#refusal';
import type { FromWorker, ToWorker, WorkerData } from '#worker';

export type IngestAnswer = { readonly rejectedSpans: number; readonly message: string } | Refusal;

/** What the sequencer needs of the store. */
export interface CommitStore {
  readonly lastBlockId: number;
  readonly pendingRows: number;
  commit(commit: Commit): Promise<void>;
  /** Every request that was taken after this is among them. */
  readonly rememberedSince_ms: number;
  /** Oldest first. `at_ms`: when it was durable, or later. */
  rememberedRequests(): Iterable<{ readonly digest: string; readonly request: TakenRequest; readonly at_ms: number }>;
  /** Why nothing can be written now, or null. */
  readonly unavailable: RefusalCode | null;
}

export interface SequencerEvents {
  /** What became of the spans of a request is durable. */
  accounted?(account: RequestAccount): void;
  /** A request waited this long for a worker. */
  waited?(ms: number): void;
  committed?(rows: number, ms: number): void;
  /** What somebody ought to look at. */
  found?(finding: NewFinding): void;
  failed?(what: string, error: unknown): void;
}

/** Requests stop coming for this long: what is open is closed. Shorter than anyone notices, longer than the gap between two requests of a busy sender. */
const LULL_MS = 2;
/** A worker that died is replaced after this long. */
const RESTART_MS = 500;
const WORKER = new URL('./worker.ts', import.meta.url);

interface Request {
  readonly producer: Producer;
  readonly digest: string;
  readonly bytes: number;
  readonly worker: Lane;
  readonly answer: (answer: IngestAnswer) => void;
  readonly submitted_ms: number;
  taken: Taken | null;
  /** Its block came back and is on its way to the store: what becomes of the worker no longer matters. */
  committing: boolean;
}

/** Who sent which bytes. */
type Sent = Pick<Request, 'producer' | 'digest'>;

interface Content {
  readonly body: Uint8Array;
  readonly encoding: 'protobuf' | 'json';
}

interface Lane {
  /** Replaced when it dies; until then the lane takes nothing. */
  worker: Worker;
  alive: boolean;
  bytes: number;
  /** Requests handed over and not reported back. */
  working: number;
  /** Resolves when a worker of this lane has come up. */
  readonly ready: Promise<void>;
  readonly up: () => void;
}

interface Unanswered {
  /** Who sent it first. */
  readonly producer: ProducerId;
  /** Resolves when the first of the equal requests is answered; a refusal is not remembered beyond that. */
  readonly first: Promise<IngestAnswer>;
}

export class Sequencer {
  readonly #store: CommitStore;
  readonly #digestKey: Secret<Uint8Array>;
  readonly #events: SequencerEvents;
  readonly #lanes: Lane[];
  readonly #taken: TakenSpans;
  readonly #blocks: DurableBlocks;
  readonly #versions = new VersionFindings();
  readonly #requests = new Map<number, Request>();
  /** By digest. What was taken is remembered after it was answered. */
  readonly #unanswered = new Map<string, Unanswered>();
  readonly #memory: RequestMemory;
  readonly #now_ms: () => number;
  #nextRequest = 1;
  #bytes = 0;
  #working = 0;
  /** Requests taken since blocks were closed last and not in a block that came back, and when blocks are closed for them. */
  readonly #open = new Set<number>();
  #closeBy_ms = 0;
  #timer: NodeJS.Timeout | null = null;
  #draining = false;
  /** Repeated requests not answered yet. */
  #repeated = 0;
  #idle: (() => void)[] = [];

  constructor(store: CommitStore, options: { workers: number; digestKey: Secret<Uint8Array>; events?: SequencerEvents; worker?: URL; takenSpansBytes?: number; rememberedRequests?: number; now_ms?: () => number }) {
    this.#store = store;
    this.#digestKey = options.digestKey;
    this.#events = options.events ?? {};
    this.#now_ms = options.now_ms ?? Date.now;
    const nextBlock = new BigInt64Array(new SharedArrayBuffer(8));
    nextBlock[0] = BigInt(store.lastBlockId + 1);
    const taken = TakenSpans.allocate(store.lastBlockId + 1, options.takenSpansBytes);
    this.#taken = new TakenSpans(taken, 0);
    this.#blocks = new DurableBlocks(this.#taken, () => Number(Atomics.load(nextBlock, 0)));
    this.#lanes = Array.from({ length: options.workers }, (_, at) => this.#startLane(options.worker ?? WORKER, { nextBlock, taken, worker: at + 1 }));
    this.#memory = new RequestMemory(store.rememberedSince_ms, options.rememberedRequests);
    for (const { digest, request, at_ms } of store.rememberedRequests()) this.#memory.add(digest, request, at_ms);
  }

  /** Resolves when every worker has come up once; what is submitted before waits for it. */
  async ready(): Promise<void> {
    await Promise.all(this.#lanes.map((lane) => lane.ready));
  }

  get requestsInFlight(): number {
    return this.#requests.size;
  }

  get bytesInFlight(): number {
    return this.#bytes;
  }

  /** May another request enter? Asked before its body is read. Refusals: draining, disk_full, store_unavailable, overloaded. */
  admit(): Refusal | null {
    if (this.#draining) return refuse('draining');
    if (this.#store.unavailable !== null) return refuse(this.#store.unavailable);
    if (this.#requests.size >= LIMITS.requests_in_flight_max) return refuse('overloaded', `${LIMITS.requests_in_flight_max} requests in flight`);
    if (this.#bytes >= LIMITS.bytes_in_flight_max) return refuse('overloaded', 'bytes in flight');
    if (this.#memory.pushesOut(this.#now_ms() - LIMITS.remembered_requests_ms_min)) return refuse('overloaded', 'more requests than can be remembered');
    if (this.#store.pendingRows >= LIMITS.pending_rows_max) return refuse('overloaded', 'rows waiting for the store');
    return null;
  }

  /** Takes one export; resolves when it is durable or refused. `body` is handed over: its buffer is gone afterwards. */
  submit(producer: Producer, body: Uint8Array, encoding: 'protobuf' | 'json'): Promise<IngestAnswer> {
    if (this.#draining) return Promise.resolve(refuse('draining'));
    const sent: Sent = { producer, digest: this.#digest(body, encoding) };
    return this.#enter(sent, { body, encoding });
  }

  #enter(sent: Sent, content: Content): Promise<IngestAnswer> {
    const first = this.#unanswered.get(sent.digest);
    const known = first ?? this.#memory.find(sent.digest);
    if (known === null) return this.#handOver(sent, content);
    const isOwn = known.producer === sent.producer.id;
    // Of whose nothing was taken, there is nothing to copy.
    if ('rejected' in known && !isOwn && known.received === known.rejected) return this.#handOver(sent, content);
    this.#repeated++;
    const answer = 'first' in known ? this.#follow(sent, content, known) : isOwn ? this.#duplicate(sent.producer, known) : this.#copy(sent.producer, known);
    return answer.finally(() => {
      this.#repeated--;
      this.#tellIdle();
    });
  }

  /** To the worker with the least to do. */
  #handOver({ producer, digest }: Sent, { body, encoding }: Content): Promise<IngestAnswer> {
    const alive = this.#lanes.filter((lane) => lane.alive);
    if (alive.length === 0) return Promise.resolve(refuse('store_unavailable', 'no pipeline worker runs'));
    const first = new Promise<IngestAnswer>((answer) => {
      const lane = alive.reduce((least, other) => (other.bytes < least.bytes ? other : least));
      const request = this.#nextRequest++;
      const bytes = body.byteLength;
      this.#requests.set(request, { producer, digest, bytes, worker: lane, answer, submitted_ms: performance.now(), taken: null, committing: false });
      this.#bytes += bytes;
      lane.bytes += bytes;
      lane.working++;
      this.#working++;
      this.#holdTimer();
      const exported: ToWorker = { is: 'export', request, body, encoding, producer, rememberedSince_ms: this.#memory.since_ms };
      lane.worker.postMessage(exported, body.byteOffset === 0 && body.byteLength === body.buffer.byteLength ? [body.buffer as ArrayBuffer] : []);
    });
    this.#unanswered.set(digest, { producer: producer.id, first });
    return first;
  }

  /** Refuses new requests, waits until those in flight are answered, stops the workers. */
  async drain(): Promise<void> {
    this.#draining = true;
    if (!this.#isIdle) await new Promise<void>((done) => this.#idle.push(done));
    await Promise.all(this.#lanes.map(({ worker }) => worker.terminate()));
  }

  #startLane(url: URL, workerData: WorkerData): Lane {
    let up: () => void = () => {};
    const lane: Lane = { worker: this.#startWorker(url, workerData, () => lane), alive: true, bytes: 0, working: 0, ready: new Promise((resolve) => (up = resolve)), up };
    return lane;
  }

  #startWorker(url: URL, workerData: WorkerData, lane: () => Lane): Worker {
    const worker = new Worker(url, { workerData });
    worker.on('message', (message: FromWorker) => {
      if (message.is === 'ready') lane().up();
      this.#hear(lane(), message);
    });
    worker.on('error', (error) => this.#events.failed?.('a pipeline worker failed', error));
    // It takes its open blocks along: their requests are refused, so that their senders try again, and another takes its place.
    worker.on('exit', () => {
      lane().alive = false;
      this.#blocks.lost();
      this.#taken.openLocksOf(workerData.worker);
      this.#refuseAllOf(lane());
      if (this.#draining) return;
      setTimeout(() => {
        if (this.#draining) return;
        lane().worker = this.#startWorker(url, workerData, lane);
        lane().alive = true;
      }, RESTART_MS).unref();
    });
    return worker;
  }

  #refuseAllOf(lane: Lane): void {
    this.#working -= lane.working;
    lane.working = lane.bytes = 0;
    for (const [id, request] of [...this.#requests]) {
      if (request.worker !== lane || request.committing) continue;
      this.#open.delete(id);
      this.#answer(id, refuse('store_unavailable', 'a pipeline worker failed'));
    }
    this.#holdTimer();
  }

  #hear(lane: Lane, message: FromWorker): void {
    if (message.is === 'taken') this.#hearTaken(lane, message.request, message.result, message.took_ms);
    else if (message.is === 'block') void this.#commitBlock(message.block);
    else if (message.is === 'unused') this.#blocks.durable(message.block);
    else if (message.is === 'lost') {
      this.#blocks.lost();
      this.#events.failed?.(`the pipeline failed: ${message.failure}`, null);
      for (const request of message.requests) {
        this.#open.delete(request);
        this.#answer(request, refuse('store_unavailable'));
      }
    }
  }

  #hearTaken(lane: Lane, id: number, result: Taken | Refusal, took_ms: number): void {
    const request = this.#requests.get(id);
    this.#working--;
    lane.working--;
    if (request !== undefined) {
      lane.bytes -= request.bytes;
      this.#events.waited?.(Math.max(0, performance.now() - request.submitted_ms - took_ms));
      if (isRefusal(result)) this.#answer(id, result);
      else {
        request.taken = result;
        if (result.received === 0) this.#answer(id, { rejectedSpans: 0, message: '' });
        else if (result.stored === 0) void this.#finish(id, request, null);
        else {
          if (this.#open.size === 0) this.#closeBy_ms = performance.now() + LIMITS.commit_delay_ms_max;
          this.#open.add(id);
        }
      }
    }
    this.#holdTimer();
  }

  /** Open blocks are closed at a lull, and in any case when their oldest request has waited `commit_delay_ms_max`. */
  #holdTimer(): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
    if (this.#open.size === 0) return;
    const left_ms = this.#closeBy_ms - performance.now();
    if (left_ms <= 0) this.#closeBlocks();
    else this.#timer = setTimeout(() => this.#closeBlocks(), this.#working === 0 ? Math.min(LULL_MS, left_ms) : left_ms);
  }

  #closeBlocks(): void {
    this.#timer = null;
    this.#open.clear();
    const close: ToWorker = { is: 'close' };
    for (const { worker } of this.#lanes) worker.postMessage(close);
  }

  async #commitBlock(block: SealedBlock): Promise<void> {
    this.#blocks.arrived(block.id);
    const requests: { readonly id: number; readonly request: Request; readonly account: RequestAccount }[] = [];
    for (const id of block.requests) {
      // A worker closes full blocks by itself.
      this.#open.delete(id);
      const request = this.#requests.get(id);
      if (request?.taken == null) continue;
      request.committing = true;
      const waits = this.#blocks.open(request.taken.reliesOn).some((other) => other !== block.id);
      requests.push({ id, request, account: waits ? accountOfStored(request, request.taken) : accountOf(request, request.taken) });
    }
    const committed = await this.#commit([block], requests.map(({ account }) => account));
    if (committed) this.#blocks.durable(block.id);
    else this.#blocks.failed(block.id);
    for (const { id, request, account } of requests) {
      if (!committed) this.#answer(id, this.#unavailable());
      else if (account.digest === '') void this.#finish(id, request, account);
      else this.#acknowledge(id, request, account);
    }
  }

  /** What of a request is in no block: waits until everything it relies on is durable, and accounts for it. `stored` is the account of its other part. */
  async #finish(id: number, request: Request, stored: RequestAccount | null): Promise<void> {
    const { taken } = request;
    if (taken === null) throw new Error('cannot account for a request that no worker took');
    request.committing = true;
    const durable = await this.#blocks.when(taken.reliesOn);
    const rest = stored === null ? accountOf(request, taken) : accountOfDropped(request, taken);
    if (durable && (await this.#commit([], [rest]))) this.#acknowledge(id, request, rest);
    else this.#answer(id, this.#unavailable());
  }

  async #commit(blocks: readonly SealedBlock[], accounts: readonly RequestAccount[]): Promise<boolean> {
    const began_ms = performance.now();
    try {
      await this.#store.commit({ blocks, requests: accounts });
    } catch (error) {
      this.#events.failed?.('cannot commit', error);
      return false;
    }
    this.#events.committed?.(blocks.reduce((rows, block) => rows + block.rows, 0), performance.now() - began_ms);
    for (const account of accounts) this.#events.accounted?.(account);
    return true;
  }

  #unavailable(): Refusal {
    return refuse(this.#store.unavailable ?? 'store_unavailable');
  }

  #acknowledge(id: number, { producer, taken }: Request, account: RequestAccount): void {
    for (const trace of taken?.versionTraces ?? []) this.#events.found?.(this.#versions.of(producer, trace));
    if (taken !== null && taken.droppedOfOthers > 0) this.#events.found?.(repeatFinding(producer));
    this.#answer(id, account.answer, account);
  }

  #answer(id: number, answer: IngestAnswer, account: RequestAccount | null = null): void {
    const request = this.#requests.get(id);
    if (request === undefined) return;
    this.#requests.delete(id);
    this.#bytes -= request.bytes;
    this.#unanswered.delete(request.digest);
    if (account !== null) this.#remember(request.digest, account);
    request.answer(answer);
    this.#tellIdle();
  }

  get #isIdle(): boolean {
    return this.#requests.size === 0 && this.#repeated === 0;
  }

  #tellIdle(): void {
    if (this.#isIdle) for (const done of this.#idle.splice(0)) done();
  }

  /** An equal request is on its way: what becomes of it decides. A refusal is the answer to its own sender; to others it is as if it had not been. */
  async #follow(sent: Sent, content: Content, { producer, first }: Unanswered): Promise<IngestAnswer> {
    const answer = await first;
    if (producer === sent.producer.id && (isRefusal(answer) || this.#memory.find(sent.digest) === null)) return answer;
    return this.#enter(sent, content);
  }

  /**
   * The same bytes from the same producer again: an exporter that did not hear the acknowledgement. Answered as the first was, stored
   * no second time, its spans counted as dropped.
   */
  async #duplicate(producer: Producer, { received, rejected, message }: TakenRequest): Promise<IngestAnswer> {
    const answer = { rejectedSpans: rejected, message };
    return (await this.#commit([], [{ ...repeated(producer, received), dropped: received, answer }])) ? answer : this.#unavailable();
  }

  /** The same bytes from another producer: nobody's own spans. Refused and told. */
  async #copy(producer: Producer, first: TakenRequest): Promise<IngestAnswer> {
    const refusal = refuse('request_copied');
    if (!(await this.#commit([], [{ ...repeated(producer, first.received), refused: { [refusal.refused]: first.received } }]))) return this.#unavailable();
    for (const finding of copyFindings(producer, first)) this.#events.found?.(finding);
    return refusal;
  }

  /** When it is durable, which is after its spans were judged. */
  #remember(digest: string, account: RequestAccount): void {
    const now_ms = this.#now_ms();
    this.#memory.forgetBefore(now_ms - LIMITS.remembered_requests_ms_max);
    this.#memory.add(digest, takenOf(account), now_ms);
  }

  /** Keyed, so that what lies in the journal confirms no guess at a request's content. */
  #digest(body: Uint8Array, encoding: string): string {
    return createHash('sha256').update(this.#digestKey.reveal()).update(`${encoding} `).update(body).digest('hex').slice(0, 32);
  }
}

/** The whole request. */
function accountOf({ producer, digest }: Sent, taken: Taken): RequestAccount {
  const { received, stored, refused, dropped, minimized, message } = taken;
  return { producer: producer.id, tenant: producer.tenant, digest, received, stored, refused, dropped, minimized, answer: { rejectedSpans: received - stored - dropped, message } };
}

/** Without what was dropped; says of no request that it is taken. */
function accountOfStored(sent: Sent, taken: Taken): RequestAccount {
  return { ...accountOf(sent, taken), digest: '', received: taken.received - taken.dropped, dropped: 0 };
}

/** The rest of it. */
function accountOfDropped(sent: Sent, taken: Taken): RequestAccount {
  return { ...accountOf(sent, taken), received: taken.dropped, whole: taken.received, stored: 0, refused: {}, minimized: {} };
}

/** Of a request that was sent before: nothing of it is stored, and it is not remembered a second time. */
function repeated(producer: Producer, received: number): RequestAccount {
  return { producer: producer.id, tenant: producer.tenant, digest: '', received, stored: 0, refused: {}, dropped: 0, minimized: {}, answer: { rejectedSpans: 0, message: '' } };
}
