/**
 * Orders what comes in: recognises requests that were sent before, hands exports to the workers, decides when open blocks are closed, and acknowledges a request when the
 * commit that holds it is durable and not earlier (`commits.ts`). One per server, on the main thread.
 *
 * A policy is changed between two blocks (`usePolicy`, `lanes.ts`): those with numbers below the boundary were made under the old one, all others under the new.
 */
import { createHash } from 'node:crypto';
import { DurableBlocks, TakenSpans } from '#compare';
import { LIMITS } from '#limits';
import type { Producer, RequestAccount, Secret, TenantId } from '#model';
import type { Taken } from '#pipeline';
import { isRefusal, type Refusal, refuse } from '#refusal';
import type { FromWorker, ToWorker } from '#worker';
import { ClosingTime } from './closing-time.ts';
import { type CommitEvents, Commits, type WritingStore } from './commits.ts';
import { KeyRows } from './key-rows.ts';
import { type Lane, Lanes, type WorkerPolicy } from './lanes.ts';
import type { Content, IngestAnswer, Request, Sent } from './request.ts';
import { type RememberingStore, SentBefore } from './sent-before.ts';
import { type Sealing, WorkerWindows } from './windows.ts';

export type { IngestAnswer } from './request.ts';
export type { Sealing, WindowSource } from './windows.ts';

/** What the sequencer needs of the store. */
export interface CommitStore extends RememberingStore, WritingStore {
  readonly lastBlockId: number;
  readonly pendingRows: number;
}

export interface SequencerEvents extends CommitEvents {
  /** A request waited this long for a worker. */
  waited?(ms: number): void;
}

export interface SequencerOptions {
  readonly workers: number;
  readonly digestKey: Secret<Uint8Array>;
  /** Under which pseudonyms are made. */
  readonly pseudonymKey: Secret<Uint8Array> | null;
  /** The one in force. */
  readonly policy: WorkerPolicy;
  /** Null: nothing can be sealed, and no policy that wants it can be used. */
  readonly sealing: Sealing | null;
  readonly events?: SequencerEvents;
  readonly worker?: URL;
  readonly takenSpansBytes?: number;
  readonly rememberedRequests?: number;
  readonly now_ms?: () => number;
}

export class Sequencer {
  readonly #store: CommitStore;
  readonly #digestKey: Secret<Uint8Array>;
  readonly #events: SequencerEvents;
  readonly #lanes: Lanes;
  readonly #taken: TakenSpans;
  readonly #blocks: DurableBlocks;
  readonly #windows: WorkerWindows;
  readonly #requests = new Map<number, Request>();
  readonly #before: SentBefore;
  readonly #keyRows: KeyRows;
  readonly #commits: Commits;
  /** The number that the next block will have, which all workers count up. */
  readonly #nextBlock = new BigInt64Array(new SharedArrayBuffer(8));
  #nextRequest = 1;
  #bytes = 0;
  #working = 0;
  readonly #closing = new ClosingTime(() => this.#lanes.closeBlocks());
  #draining = false;
  #idle: (() => void)[] = [];

  constructor(store: CommitStore, options: SequencerOptions) {
    this.#store = store;
    this.#digestKey = options.digestKey;
    this.#events = options.events ?? {};
    const { sealing } = options;
    const nextBlock = this.#nextBlock;
    nextBlock[0] = BigInt(store.lastBlockId + 1);
    const taken = TakenSpans.allocate(store.lastBlockId + 1, options.takenSpansBytes);
    this.#taken = new TakenSpans(taken, 0);
    this.#blocks = new DurableBlocks(this.#taken, () => this.#begun);
    this.#before = new SentBefore(store, options.rememberedRequests, {
      now_ms: options.now_ms ?? Date.now,
      account: (account) => this.#commits.account(account),
      unavailable: () => this.#commits.unavailable(),
      found: (finding) => this.#events.found?.(finding),
      answered: () => this.#tellIdle(),
    });
    this.#keyRows = new KeyRows(sealing?.subjectKeys ?? null, (error) => this.#events.failed?.('cannot keep the keys of sealed values', error));
    this.#commits = new Commits({
      store,
      blocks: this.#blocks,
      keyRows: this.#keyRows,
      events: this.#events,
      inBlock: (id) => {
        // A worker closes full blocks by itself.
        this.#closing.delete(id);
        return this.#requests.get(id);
      },
      answer: (id, answer, account) => this.#answer(id, answer, account),
    });
    this.#windows = new WorkerWindows({
      source: sealing?.windows ?? null,
      document: options.policy.document,
      hand: (window) => this.#lanes.handWindow(window),
      failed: (what, error) => this.#events.failed?.(what, error),
    });
    this.#lanes = new Lanes({
      workers: options.workers,
      ...(options.worker && { program: options.worker }),
      policy: options.policy,
      data: { nextBlock, taken, pseudonymKey: options.pseudonymKey?.reveal() ?? null, tokenKey: sealing?.tokenKey.reveal() ?? null },
      windows: () => sealing?.windows.held ?? [],
      heard: (lane, message) => this.#hear(lane, message),
      // Its open blocks are gone: their requests are refused, so that their senders try again.
      lost: (lane, worker) => {
        this.#blocks.lost();
        this.#taken.openLocksOf(worker);
        this.#refuseAllOf(lane);
      },
      failed: (error) => this.#events.failed?.('a pipeline worker failed', error),
    });
  }

  /** Resolves when every worker has come up once; what is submitted before waits for it. */
  ready(): Promise<void> {
    return this.#lanes.ready();
  }

  /**
   * From the block `boundary` on everything is made under this policy, and nothing before it. `lasting` runs when all that was open is closed and before
   * the first block under it; if it says no (`kept`) or throws, the old one stays. So it does if a worker cannot take it (`unusable`).
   */
  async usePolicy({ document, digest }: WorkerPolicy, lasting: () => Promise<boolean> = async () => true): Promise<{ readonly boundary: number } | 'kept' | 'unusable'> {
    let boundary = 0;
    const use = (): Promise<'used' | 'kept' | 'unusable'> =>
      this.#lanes.usePolicy({ document, digest }, () => {
        boundary = this.#begun;
        return lasting();
      });
    const outcome = await this.#windows.whileUsing(document, use);
    return outcome === 'used' ? { boundary } : outcome;
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
    if (this.#keyRows.isFull) return refuse('store_unavailable', 'keys of sealed values cannot be kept');
    if (this.#before.isFull) return refuse('overloaded', 'more requests than can be remembered');
    if (this.#store.pendingRows >= LIMITS.pending_rows_max) return refuse('overloaded', 'rows waiting for the store');
    return null;
  }

  /** Takes one export; resolves when it is durable or refused. `body` is handed over: its buffer is gone afterwards. */
  submit(producer: Producer, body: Uint8Array, encoding: 'protobuf' | 'json'): Promise<IngestAnswer> {
    if (this.#draining) return Promise.resolve(refuse('draining'));
    return this.#enter({ producer, digest: this.#digest(body, encoding) }, { body, encoding });
  }

  #enter(sent: Sent, content: Content): Promise<IngestAnswer> {
    return this.#before.answer(sent, () => this.#enter(sent, content)) ?? this.#handOver(sent, content);
  }

  /** Keys of other hours have been overwritten: workers do the same, behind what they were given. */
  windowsOver(hour: number | null): void {
    this.#lanes.windowsOver(hour);
  }

  /** Nothing more is sealed under the keys that workers have of a person; rows of these are durable when resolved, or never will be. */
  async forgetSubject(tenant: TenantId, subject: Uint8Array): Promise<void> {
    await this.#keyRows.settle(await this.#lanes.forgetSubject(tenant, subject));
  }

  /** Waits for a window, then begins anew: meanwhile the same request may have come again, or the hour ended. */
  async #whenSealable(sent: Sent, content: Content): Promise<IngestAnswer> {
    const bytes = content.body.byteLength;
    this.#bytes += bytes;
    const refusal = await this.#windows.ensure(sent.producer.tenant);
    this.#bytes -= bytes;
    if (refusal !== null) return refusal;
    return this.#draining ? refuse('draining') : this.#enter(sent, content);
  }

  /** To the worker with the least to do. */
  #handOver(sent: Sent, content: Content): Promise<IngestAnswer> {
    const { producer } = sent;
    const { body, encoding } = content;
    if (!this.#windows.canSeal(producer.tenant)) return this.#whenSealable(sent, content);
    const lane = this.#lanes.least();
    if (lane === null) return Promise.resolve(refuse('store_unavailable', 'no pipeline worker runs'));
    const first = new Promise<IngestAnswer>((answer) => {
      const request = this.#nextRequest++;
      const bytes = body.byteLength;
      this.#requests.set(request, { ...sent, bytes, lane, answer, submitted_ms: performance.now(), taken: null, committing: false });
      this.#bytes += bytes;
      lane.bytes += bytes;
      lane.working++;
      this.#working++;
      this.#closing.set(this.#working > 0);
      const exported: ToWorker = { is: 'export', request, body, encoding, producer, rememberedSince_ms: this.#before.since_ms };
      this.#lanes.send(lane, exported, body.byteOffset === 0 && body.byteLength === body.buffer.byteLength ? [body.buffer as ArrayBuffer] : []);
    });
    this.#before.begin(sent, first);
    return first;
  }

  /** Refuses new requests, waits until those in flight are answered, stops the workers. */
  async drain(): Promise<void> {
    this.#draining = true;
    if (!this.#isIdle) await new Promise<void>((done) => this.#idle.push(done));
    await this.#lanes.end();
  }

  /** Number of the block that will be begun next. */
  get #begun(): number {
    return Number(Atomics.load(this.#nextBlock, 0));
  }

  #refuseAllOf(lane: Lane): void {
    this.#working -= lane.working;
    lane.working = lane.bytes = 0;
    for (const [id, request] of [...this.#requests]) {
      if (request.lane !== lane || request.committing) continue;
      this.#closing.delete(id);
      this.#answer(id, refuse('store_unavailable', 'a pipeline worker failed'));
    }
    this.#closing.set(this.#working > 0);
  }

  #hear(lane: Lane, message: FromWorker): void {
    if (message.is === 'taken') this.#hearTaken(lane, message.request, message.result, message.took_ms);
    else if (message.is === 'block') void this.#commits.block(message.block);
    else if (message.is === 'unused') this.#blocks.durable(message.block);
    else if (message.is === 'subject-forgotten') void this.#keyRows.durable(message.rows);
    else if (message.is === 'lost') {
      this.#blocks.lost();
      this.#events.failed?.(`the pipeline failed: ${message.failure}`, null);
      for (const request of message.requests) {
        this.#closing.delete(request);
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
        else if (result.stored === 0) void this.#commits.finish(id, request);
        else this.#closing.add(id);
      }
    }
    this.#closing.set(this.#working > 0);
  }

  #answer(id: number, answer: IngestAnswer, account: RequestAccount | null = null): void {
    const request = this.#requests.get(id);
    if (request === undefined) return;
    this.#requests.delete(id);
    this.#bytes -= request.bytes;
    this.#before.end(request.digest, account);
    request.answer(answer);
    this.#tellIdle();
  }

  get #isIdle(): boolean {
    return this.#requests.size === 0 && this.#before.answering === 0;
  }

  #tellIdle(): void {
    if (this.#isIdle) for (const done of this.#idle.splice(0)) done();
  }

  /** Keyed, so that what lies in the journal confirms no guess at a request's content. */
  #digest(body: Uint8Array, encoding: string): string {
    return createHash('sha256').update(this.#digestKey.reveal()).update(`${encoding} `).update(body).digest('hex').slice(0, 32);
  }
}
