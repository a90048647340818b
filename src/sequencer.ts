/**
 * Orders what comes in: recognises duplicates, hands exports to the workers, decides when open blocks are closed, and
 * acknowledges a request when the commit that holds it is durable and not earlier. One per server, on the main thread.
 */
import { createHash } from 'node:crypto';
import { Worker } from 'node:worker_threads';
import { LIMITS } from '#limits';
import type { Commit, Producer, RequestAccount, SealedBlock, Secret } from '#model';
import type { Taken } from '#pipeline';
import { isRefusal, type Refusal, type RefusalCode, refuse } from '#refusal';
import type { FromWorker, ToWorker, WorkerData } from '#worker';

export type IngestAnswer = { readonly rejectedSpans: number; readonly message: string } | Refusal;

/** What the sequencer needs of the store. */
export interface CommitStore {
  readonly lastBlockId: number;
  readonly pendingRows: number;
  commit(commit: Commit): Promise<void>;
  rememberedRequests(): Iterable<{ readonly digest: string; readonly account: RequestAccount; readonly at_ms: number }>;
  /** Why nothing can be written now, or null. */
  readonly unavailable: RefusalCode | null;
}

export interface SequencerEvents {
  /** What became of the spans of a request is durable. */
  accounted?(account: RequestAccount): void;
  /** A request waited this long for a worker. */
  waited?(ms: number): void;
  committed?(rows: number, ms: number): void;
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

interface Remembered {
  /** Resolves when the first of the equal requests is answered; a refusal is not remembered beyond that. */
  readonly first: Promise<IngestAnswer>;
  account: RequestAccount | null;
  readonly at_ms: number;
}

export class Sequencer {
  readonly #store: CommitStore;
  readonly #digestKey: Secret<Uint8Array>;
  readonly #events: SequencerEvents;
  readonly #lanes: Lane[];
  readonly #requests = new Map<number, Request>();
  /** Oldest first: what is beyond the limits is forgotten from the front. */
  readonly #remembered = new Map<string, Remembered>();
  #nextRequest = 1;
  #bytes = 0;
  #working = 0;
  /** Requests taken since blocks were closed last and not in a block that came back, and when blocks are closed for them. */
  readonly #open = new Set<number>();
  #closeBy_ms = 0;
  #timer: NodeJS.Timeout | null = null;
  #draining = false;
  /** Repeated requests not answered yet. */
  #duplicates = 0;
  #idle: (() => void)[] = [];

  constructor(store: CommitStore, options: { workers: number; digestKey: Secret<Uint8Array>; events?: SequencerEvents; worker?: URL }) {
    this.#store = store;
    this.#digestKey = options.digestKey;
    this.#events = options.events ?? {};
    const nextBlock = new BigInt64Array(new SharedArrayBuffer(8));
    nextBlock[0] = BigInt(store.lastBlockId + 1);
    this.#lanes = Array.from({ length: options.workers }, () => this.#startLane(options.worker ?? WORKER, { nextBlock }));
    for (const { digest, account, at_ms } of store.rememberedRequests()) {
      this.#remembered.set(digest, { first: Promise.resolve(account.answer), account, at_ms });
    }
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
    if (this.#store.pendingRows >= LIMITS.pending_rows_max) return refuse('overloaded', 'rows waiting for the store');
    return null;
  }

  /** Takes one export; resolves when it is durable or refused. `body` is handed over: its buffer is gone afterwards. */
  submit(producer: Producer, body: Uint8Array, encoding: 'protobuf' | 'json'): Promise<IngestAnswer> {
    if (this.#draining) return Promise.resolve(refuse('draining'));
    const digest = this.#digest(producer, body, encoding);
    const known = this.#remembered.get(digest);
    if (known !== undefined) {
      this.#duplicates++;
      return this.#duplicate(producer, digest, known).finally(() => {
        this.#duplicates--;
        this.#tellIdle();
      });
    }
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
      const exported: ToWorker = { is: 'export', request, body, encoding, producer };
      lane.worker.postMessage(exported, body.byteOffset === 0 && body.byteLength === body.buffer.byteLength ? [body.buffer as ArrayBuffer] : []);
    });
    this.#remember(digest, { first, account: null, at_ms: Date.now() });
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
    else if (message.is === 'lost') {
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
        else if (result.stored === 0) void this.#commit([], [id]);
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
    // A worker closes full blocks by itself.
    for (const request of block.requests) this.#open.delete(request);
    await this.#commit([block], block.requests);
  }

  async #commit(blocks: readonly SealedBlock[], ids: readonly number[]): Promise<void> {
    const accounts = new Map<number, RequestAccount>();
    for (const id of ids) {
      const request = this.#requests.get(id);
      if (request?.taken == null) continue;
      request.committing = true;
      accounts.set(id, accountOf(request.producer, request.digest, request.taken));
    }
    const began_ms = performance.now();
    try {
      await this.#store.commit({ blocks, requests: [...accounts.values()] });
      this.#events.committed?.(blocks.reduce((rows, block) => rows + block.rows, 0), performance.now() - began_ms);
    } catch (error) {
      this.#events.failed?.('cannot commit', error);
      for (const id of ids) this.#answer(id, refuse(this.#store.unavailable ?? 'store_unavailable'));
      return;
    }
    for (const [id, account] of accounts) this.#answer(id, account.answer, account);
  }

  #answer(id: number, answer: IngestAnswer, account: RequestAccount | null = null): void {
    const request = this.#requests.get(id);
    if (request === undefined) return;
    this.#requests.delete(id);
    this.#bytes -= request.bytes;
    const remembered = this.#remembered.get(request.digest);
    if (account === null) this.#remembered.delete(request.digest);
    else if (remembered !== undefined) remembered.account = account;
    if (account !== null) this.#events.accounted?.(account);
    request.answer(answer);
    this.#tellIdle();
  }

  get #isIdle(): boolean {
    return this.#requests.size === 0 && this.#duplicates === 0;
  }

  #tellIdle(): void {
    if (this.#isIdle) for (const done of this.#idle.splice(0)) done();
  }

  /**
   * The same bytes from the same producer again: an exporter that did not hear the acknowledgement. Answered as the first was, stored
   * no second time, its spans counted as dropped.
   */
  async #duplicate(producer: Producer, digest: string, known: Remembered): Promise<IngestAnswer> {
    const answer = await known.first;
    if (isRefusal(answer) || known.account === null) return answer;
    const { received } = known.account;
    const account: RequestAccount = { producer: producer.id, tenant: producer.tenant, digest, received, stored: 0, refused: {}, dropped: received, minimized: {}, answer };
    try {
      await this.#store.commit({ blocks: [], requests: [account] });
    } catch (error) {
      this.#events.failed?.('cannot commit', error);
      return refuse(this.#store.unavailable ?? 'store_unavailable');
    }
    this.#events.accounted?.(account);
    return answer;
  }

  #remember(digest: string, remembered: Remembered): void {
    this.#remembered.set(digest, remembered);
    const oldest_ms = remembered.at_ms - LIMITS.remembered_requests_ms_max;
    for (const [old, { account, at_ms }] of this.#remembered) {
      if ((at_ms >= oldest_ms && this.#remembered.size <= LIMITS.remembered_requests_max) || account === null) break;
      this.#remembered.delete(old);
    }
  }

  /** Keyed, so that what lies in the journal confirms no guess at a request's content. */
  #digest(producer: Producer, body: Uint8Array, encoding: string): string {
    return createHash('sha256').update(this.#digestKey.reveal()).update(`${producer.id} ${encoding} `).update(body).digest('hex').slice(0, 32);
  }
}

function accountOf(producer: Producer, digest: string, taken: Taken): RequestAccount {
  const rejectedSpans = taken.received - taken.stored;
  return {
    producer: producer.id, tenant: producer.tenant, digest, received: taken.received, stored: taken.stored, refused: taken.refused, dropped: 0,
    minimized: taken.minimized, answer: { rejectedSpans, message: taken.message },
  };
}
