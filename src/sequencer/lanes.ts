/**
 * The worker threads. Each has a lane, which outlives it: a worker that died is replaced. Exports of a lane are worked on in their order.
 *
 * A policy is changed for all of them at once: nothing is handed over until each has closed what it had open and taken the new one. So a single
 * block number parts what was made under the old from what is made under the new.
 */
import { Worker } from 'node:worker_threads';
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
  readonly heard: (lane: Lane, message: FromWorker) => void;
  /** A worker died, with everything that it had not handed over. `worker`: its number, which its successor will have. */
  readonly lost: (lane: Lane, worker: number) => void;
  readonly failed: (error: unknown) => void;
}

/** A worker that died is replaced after this long. */
const RESTART_MS = 500;
const PROGRAM = new URL('../worker.ts', import.meta.url);

interface Runner extends Lane {
  readonly number: number;
  /** Replaced when it dies; until then the lane takes nothing. */
  worker: Worker;
  alive: boolean;
  /** Resolves when a worker of this lane has come up. */
  readonly ready: PromiseWithResolvers<void>;
  /** While the policy is changed and this lane has not taken it: hears when it has, or why it cannot. */
  taking: { readonly digest: string; readonly settled: PromiseWithResolvers<void>; deaths: number } | null;
}

export class Lanes {
  readonly #parts: LanesParts;
  readonly #runners: readonly Runner[];
  #policy: WorkerPolicy;
  /** What is handed over while the policy is changed. */
  #held: { readonly runner: Runner; readonly worker: Worker; readonly message: ToWorker; readonly transfer: readonly ArrayBuffer[] }[] | null = null;
  #changing: Promise<unknown> = Promise.resolve();
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
    return alive.length === 0 ? null : alive.reduce((least, other) => (other.bytes < least.bytes ? other : least));
  }

  send(lane: Lane, message: ToWorker, transfer: readonly ArrayBuffer[]): void {
    const runner = lane as Runner;
    if (this.#held === null) runner.worker.postMessage(message, transfer);
    else this.#held.push({ runner, worker: runner.worker, message, transfer });
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
    for (const { taking } of this.#runners) taking?.settled.reject(new Error('cannot change the policy: the server is stopping'));
    await Promise.all(this.#runners.map(({ worker }) => worker.terminate()));
  }

  async #usePolicy(policy: WorkerPolicy, lasting: () => Promise<boolean>): Promise<'used' | 'kept' | 'unusable'> {
    if (this.#ended) throw new Error('cannot change the policy: the server is stopping');
    const earlier = this.#policy;
    this.#held = [];
    try {
      // First of all: a worker that is started from now on comes up with it.
      this.#policy = policy;
      await Promise.all(this.#runners.map((runner) => this.#tell(runner, policy)));
      if (await lasting()) return 'used';
      this.#goBack(earlier);
      return 'kept';
    } catch (error) {
      this.#goBack(earlier);
      if (!(error instanceof UnusablePolicy)) throw error;
      this.#parts.failed(error);
      return 'unusable';
    } finally {
      const held = this.#held;
      this.#held = null;
      for (const { runner, worker, message, transfer } of held) if (runner.alive && runner.worker === worker) worker.postMessage(message, transfer);
    }
  }

  /** Resolves when the lane's worker, or the one that takes its place, has the policy. One may die of something else meanwhile; two in a row died of it. */
  #tell(runner: Runner, { document, digest }: WorkerPolicy): Promise<void> {
    const settled = Promise.withResolvers<void>();
    runner.taking = { digest, settled, deaths: 0 };
    runner.worker.postMessage({ is: 'policy', document, digest } satisfies ToWorker);
    return settled.promise.finally(() => {
      if (runner.taking?.settled === settled) runner.taking = null;
    });
  }

  /** Nobody waits for it: workers do as they are told in the order in which they are told. */
  #goBack(earlier: WorkerPolicy): void {
    this.#policy = earlier;
    for (const runner of this.#runners) {
      runner.taking?.settled.resolve();
      runner.worker.postMessage({ is: 'policy', ...earlier } satisfies ToWorker);
    }
  }

  #startRunner(number: number): Runner {
    const runner: Runner = { number, worker: this.#startWorker(number, () => runner), alive: true, bytes: 0, working: 0, ready: Promise.withResolvers(), taking: null };
    return runner;
  }

  #startWorker(number: number, runner: () => Runner): Worker {
    const worker = new Worker(this.#parts.program ?? PROGRAM, { workerData: { ...this.#parts.data, worker: number, policy: this.#policy.document } satisfies WorkerData });
    worker.on('message', (message: FromWorker) => this.#hear(runner(), message));
    worker.on('error', (error) => this.#parts.failed(error));
    worker.on('exit', () => this.#exited(runner()));
    return worker;
  }

  #hear(runner: Runner, message: FromWorker): void {
    if (message.is === 'ready') runner.ready.resolve();
    const { taking } = runner;
    if (taking !== null && (message.is === 'ready' || message.is === 'policy')) {
      if (message.is === 'policy' && message.failure !== null) taking.settled.reject(new UnusablePolicy(`cannot use a policy in a worker: ${message.failure}`));
      else if (message.policy === taking.digest) taking.settled.resolve();
    }
    this.#parts.heard(runner, message);
  }

  #exited(runner: Runner): void {
    runner.alive = false;
    if (runner.taking !== null && ++runner.taking.deaths > 1) runner.taking.settled.reject(new UnusablePolicy('cannot use a policy in a worker: it died of it'));
    this.#parts.lost(runner, runner.number);
    if (this.#ended) return;
    setTimeout(() => {
      if (this.#ended) return;
      runner.worker = this.#startWorker(runner.number, () => runner);
      runner.alive = true;
    }, RESTART_MS).unref();
  }
}

class UnusablePolicy extends Error {}
