/**
 * The worker threads. Each has a lane, which outlives it: a worker that died is replaced. Exports of a lane are worked on in their order.
 *
 * A policy is changed for all of them at once. One after another makes its pipeline, which may take long, while the others work. Then nothing is handed
 * over until each has closed what it had open and taken the new one. So a single block number parts what is made under the old from what is made under the new.
 */
import { Worker } from 'node:worker_threads';
import { copyOf, type HeldWindow } from '#keys';
import type { TenantId } from '#model';
import type { PolicyDocument } from '#policy';
import type { FromWorker, ToWorker, WorkerData } from '#worker';

export interface Lane {
  /** Of requests handed over and not reported back. */
  bytes: number;
  working: number;
}

/** A policy as workers are told it. */
export interface WorkerPolicy {
  readonly document: PolicyDocument;
  readonly digest: string;
}

export interface LanesParts {
  readonly workers: number;
  /** The program of a worker; tests have their own. */
  readonly program?: URL;
  readonly policy: WorkerPolicy;
  readonly data: Omit<WorkerData, 'worker' | 'policy'>;
  /** The windows that a worker which starts has to know. */
  readonly windows?: () => readonly HeldWindow[];
  readonly heard: (lane: Lane, message: FromWorker) => void;
  /** A worker died, with everything that it had not handed over. `worker`: its number, which its successor will have. */
  readonly lost: (lane: Lane, worker: number) => void;
  readonly failed: (error: unknown) => void;
}

/** A pipeline that is not made by then never will be. */
const PREPARED_MS = 60_000;
/** A worker that is ended has this long to overwrite its keys. */
const WIPED_MS = 1_000;
/** A worker that died is replaced after this long. */
const RESTART_MS = 500;
const PROGRAM = new URL('../worker.ts', import.meta.url);

interface Runner extends Lane {
  readonly number: number;
  /** Replaced when it dies; until then the lane takes nothing. */
  worker: Worker;
  alive: boolean;
  /** Who waits until its worker has forgotten a person, or is gone, by the number of the question. */
  readonly forgetting: Map<number, (keyIds: readonly Uint8Array[]) => void>;
  /** Who waits until its worker has no window's key any more, or is gone. */
  wiped: (() => void) | null;
  /** Resolves when a worker of this lane has come up. */
  readonly ready: PromiseWithResolvers<void>;
  /** What it is asked to prepare or to take while the policy is changed, and who waits for it. */
  asked: Asked | null;
}

interface Asked {
  readonly question: ToWorker & { readonly is: 'prepare' | 'policy' };
  readonly settled: PromiseWithResolvers<void>;
  deaths: number;
}

export class Lanes {
  readonly #parts: LanesParts;
  readonly #runners: readonly Runner[];
  #policy: WorkerPolicy;
  /** What is handed over while the policy is changed. */
  #held: { readonly runner: Runner; readonly worker: Worker; readonly message: ToWorker; readonly transfer: readonly ArrayBuffer[] }[] | null = null;
  #changing: Promise<unknown> = Promise.resolve();
  #asked = 0;
  #ended = false;

  constructor(parts: LanesParts) {
    this.#parts = parts;
    const { document, digest } = parts.policy;
    this.#policy = { document, digest };
    this.#runners = Array.from({ length: parts.workers }, (_, at) => this.#startRunner(at + 1));
  }

  /** Resolves when every worker has come up once; what is handed over before waits for it. */
  async ready(): Promise<void> {
    await Promise.all(this.#runners.map(({ ready }) => ready.promise));
  }

  /** The one with the least to do; null if no worker runs. */
  least(): Lane | null {
    const alive = this.#runners.filter((runner) => runner.alive);
    // One that makes a pipeline has no time. When all of them change, none has, and what is handed over is held.
    const free = alive.filter(({ asked }) => asked === null);
    const lanes = free.length === 0 ? alive : free;
    return lanes.length === 0 ? null : lanes.reduce((least, other) => (other.bytes < least.bytes ? other : least));
  }

  send(lane: Lane, message: ToWorker, transfer: readonly ArrayBuffer[]): void {
    const runner = lane as Runner;
    if (this.#held === null) runner.worker.postMessage(message, transfer);
    else this.#held.push({ runner, worker: runner.worker, message, transfer });
  }

  /** Hands a window's key to all workers, before what is sent next. */
  handWindow(window: HeldWindow): void {
    for (const runner of this.#runners) {
      const [message, transfer] = windowMessage(window);
      this.send(runner, message, transfer);
    }
  }

  /** Has all workers wipe the keys of other hours, behind what was sent before. */
  windowsOver(hour: number | null): void {
    if (this.#ended) return;
    for (const runner of this.#runners) this.send(runner, { is: 'windows-over', hour }, []);
  }

  /** Has all workers hand out what is open and drop the keys of a person. Resolves, with the ids of these, when each has or is gone. */
  async forgetSubject(tenant: TenantId, subject: Uint8Array): Promise<readonly Uint8Array[]> {
    if (this.#ended) throw new Error('cannot drop the keys of a person: the server is stopping');
    const asked = ++this.#asked;
    const alive = this.#runners.filter((runner) => runner.alive);
    const answers = alive.map((runner) => new Promise<readonly Uint8Array[]>((resolve) => runner.forgetting.set(asked, resolve)));
    for (const runner of alive) this.send(runner, { is: 'forget-subject', asked, tenant, subject }, []);
    return (await Promise.all(answers)).flat();
  }

  /** Asks for what is open. */
  closeBlocks(): void {
    for (const { worker } of this.#runners) worker.postMessage({ is: 'close' } satisfies ToWorker);
  }

  /**
   * Changes the policy of all workers, or of none. Meanwhile nothing is handed to them. `lasting` runs when none of them has anything of the
   * old policy open and before any is given something under the new one; if it says no or throws, the old one stays. `unusable`: a worker could not
   * take it.
   */
  usePolicy(policy: WorkerPolicy, lasting: () => Promise<boolean>): Promise<'used' | 'kept' | 'unusable'> {
    const change = this.#changing.then(() => this.#usePolicy(policy, lasting));
    this.#changing = change.catch(() => undefined);
    return change;
  }

  async end(): Promise<void> {
    this.#ended = true;
    for (const { asked } of this.#runners) asked?.settled.reject(new Error('cannot change the policy: the server is stopping'));
    await this.#wipe();
    await Promise.all(this.#runners.map(({ worker }) => worker.terminate()));
  }

  /** What a worker leaves in memory when it is ended is freed and not overwritten. */
  async #wipe(): Promise<void> {
    const alive = this.#runners.filter((runner) => runner.alive);
    const wiped = alive.map((runner) => new Promise<void>((resolve) => (runner.wiped = resolve)));
    for (const { worker } of alive) worker.postMessage({ is: 'windows-over', hour: null } satisfies ToWorker);
    let late: NodeJS.Timeout | undefined;
    const tooLong = new Promise<void>((resolve) => {
      late = setTimeout(resolve, WIPED_MS);
    });
    await Promise.race([Promise.all(wiped), tooLong]);
    clearTimeout(late);
  }

  async #usePolicy(policy: WorkerPolicy, lasting: () => Promise<boolean>): Promise<'used' | 'kept' | 'unusable'> {
    if (this.#ended) throw new Error('cannot change the policy: the server is stopping');
    const earlier = this.#policy;
    try {
      for (const runner of this.#runners) await this.#ask(runner, { is: 'prepare', ...policy });
      this.#held = [];
      // Before any is told: a worker that is started from now on comes up with it.
      this.#policy = policy;
      await Promise.all(this.#runners.map((runner) => this.#ask(runner, { is: 'policy', ...policy })));
      if (await lasting()) return 'used';
      this.#goBack(earlier);
      return 'kept';
    } catch (error) {
      this.#goBack(earlier);
      if (!(error instanceof UnusablePolicy)) throw error;
      this.#parts.failed(error);
      return 'unusable';
    } finally {
      const held = this.#held ?? [];
      this.#held = null;
      for (const { runner, worker, message, transfer } of held) if (runner.alive && runner.worker === worker) worker.postMessage(message, transfer);
      for (const { worker } of this.#runners) worker.postMessage({ is: 'forget' } satisfies ToWorker);
    }
  }

  /** Resolves when the lane's worker, or the one that takes its place, has done it. One may die of something else meanwhile; two in a row died of it. */
  async #ask(runner: Runner, question: Asked['question']): Promise<void> {
    const settled = Promise.withResolvers<void>();
    runner.asked = { question, settled, deaths: 0 };
    runner.worker.postMessage(question);
    const late = setTimeout(() => {
      settled.reject(new UnusablePolicy('cannot use a policy in a worker: it takes too long'));
      // Nothing else ends it. The next one comes up with the policy before.
      void runner.worker.terminate();
    }, PREPARED_MS);
    try {
      await settled.promise;
    } finally {
      clearTimeout(late);
      if (runner.asked?.settled === settled) runner.asked = null;
    }
  }

  /** Nobody waits for it: workers do as they are told in the order in which they are told, and still have the pipeline that they had. */
  #goBack(earlier: WorkerPolicy): void {
    if (this.#policy === earlier) return;
    this.#policy = earlier;
    for (const runner of this.#runners) {
      runner.asked?.settled.resolve();
      runner.worker.postMessage({ is: 'policy', ...earlier } satisfies ToWorker);
    }
  }

  #startRunner(number: number): Runner {
    const runner: Runner = { number, worker: this.#startWorker(number, () => runner), alive: true, bytes: 0, working: 0, ready: Promise.withResolvers(), forgetting: new Map(), wiped: null, asked: null };
    return runner;
  }

  #startWorker(number: number, runner: () => Runner): Worker {
    const worker = new Worker(this.#parts.program ?? PROGRAM, { workerData: { ...this.#parts.data, worker: number, policy: this.#policy.document } satisfies WorkerData });
    for (const window of this.#parts.windows?.() ?? []) worker.postMessage(...windowMessage(window));
    worker.on('message', (message: FromWorker) => this.#hear(runner(), message));
    worker.on('error', (error) => this.#parts.failed(error));
    worker.on('exit', () => this.#exited(runner()));
    return worker;
  }

  #hear(runner: Runner, message: FromWorker): void {
    if (message.is === 'ready') runner.ready.resolve();
    if (message.is === 'wiped') runner.wiped?.();
    if (message.is === 'subject-forgotten') settleForgetting(runner, message.asked, message.keyIds);
    if (runner.asked !== null) hearAnswer(runner.asked, runner.worker, message);
    this.#parts.heard(runner, message);
  }

  #exited(runner: Runner): void {
    runner.alive = false;
    if (runner.asked !== null && ++runner.asked.deaths > 1) runner.asked.settled.reject(new UnusablePolicy('cannot use a policy in a worker: it died of it'));
    runner.wiped?.();
    for (const asked of [...runner.forgetting.keys()]) settleForgetting(runner, asked, []);
    this.#parts.lost(runner, runner.number);
    if (this.#ended) return;
    setTimeout(() => {
      if (this.#ended) return;
      runner.worker = this.#startWorker(runner.number, () => runner);
      runner.alive = true;
    }, RESTART_MS).unref();
  }
}

function settleForgetting({ forgetting }: Runner, asked: number, keyIds: readonly Uint8Array[]): void {
  forgetting.get(asked)?.(keyIds);
  forgetting.delete(asked);
}

/** Each worker has a copy of its own, which is handed over and not copied again. */
function windowMessage({ id, tenant, hour, key }: HeldWindow): [ToWorker, ArrayBuffer[]] {
  const copy = copyOf(key.reveal());
  return [{ is: 'window', window: { id, tenant, hour, key: copy } }, [copy.buffer]];
}

function hearAnswer({ question, settled }: Asked, worker: Worker, message: FromWorker): void {
  if (message.is === 'ready') {
    // It takes the place of one that died: it has the policy, or has not been asked.
    if (message.policy === question.digest) settled.resolve();
    else worker.postMessage(question);
  } else if ((message.is === 'prepared' && question.is === 'prepare') || (message.is === 'policy' && question.is === 'policy')) {
    if (message.failure !== null) settled.reject(new UnusablePolicy(`cannot use a policy in a worker: ${message.failure}`));
    else if (message.policy === question.digest) settled.resolve();
  }
}

class UnusablePolicy extends Error {}
