/**
 * Starts trials, each on a thread of its own with a bound on its memory: a policy may be made to take long, and whoever sends must not notice. A page
 * that takes too long ends the trial.
 */
import { Worker } from 'node:worker_threads';
import { LIMITS } from '#limits';
import type { Secret } from '#model';
import type { CompiledPolicy } from '#policy';
import type { RunningTrial, StartTrial, TriedOnStored } from '#query/trial';
import { refuse, type Refusal } from '#refusal';
import type { FromTrial, ToTrial, TrialData } from './trial-thread.ts';

const PROGRAM = new URL('./trial-thread.ts', import.meta.url);

export interface TrialBounds {
  readonly program?: URL;
  readonly page_ms?: number;
  readonly heap_mib?: number;
}

/** `today`: the policy in force when a trial starts. Tests have programs of their own, and less patience. */
export function trialStarter(today: () => CompiledPolicy, pseudonymKey: Secret<Uint8Array>, bounds: TrialBounds = {}): StartTrial {
  const { program = PROGRAM, page_ms = LIMITS.policy_trial_page_ms_max, heap_mib = LIMITS.policy_trial_heap_mib_max } = bounds;
  return (document, tenant) => {
    const workerData: TrialData = { tried: document, today: today().document, tenant, pseudonymKey: pseudonymKey.reveal() };
    const worker = new Worker(program, { workerData, resourceLimits: { maxOldGenerationSizeMb: heap_mib } });
    return new ThreadTrial(worker, page_ms);
  };
}

class TrialOver extends Error {
  readonly refusal: Refusal;

  constructor(cause?: unknown) {
    super('cannot try the policy: its thread ended', { cause });
    this.refusal = refuse('query_timeout', 'the policy takes too long, or too much memory');
  }
}

class ThreadTrial implements RunningTrial {
  readonly #worker: Worker;
  readonly #page_ms: number;
  /** The one question under way. */
  #asked: PromiseWithResolvers<FromTrial> | null = null;
  #failure: Error | null = null;

  constructor(worker: Worker, page_ms: number) {
    this.#worker = worker;
    this.#page_ms = page_ms;
    worker.on('message', (message: FromTrial) => this.#asked?.resolve(message));
    worker.on('error', (error: Error & { readonly code?: string }) => this.#fail(error.code === 'ERR_WORKER_OUT_OF_MEMORY' ? new TrialOver(error) : new Error('cannot try the policy', { cause: error })));
    worker.on('exit', () => this.#fail(new TrialOver()));
  }

  async take(rows: Parameters<RunningTrial['take']>[0]): Promise<void> {
    await this.#ask({ is: 'rows', rows });
  }

  async result(): Promise<Pick<TriedOnStored, 'more' | 'changes'>> {
    const answer = await this.#ask({ is: 'end' });
    if (answer.is !== 'result') throw new Error('cannot read what a trial found');
    return answer.result;
  }

  end(): void {
    this.#fail(new TrialOver());
    void this.#worker.terminate();
  }

  async #ask(question: ToTrial): Promise<FromTrial> {
    if (this.#failure !== null) throw this.#failure;
    const asked = (this.#asked = Promise.withResolvers<FromTrial>());
    const late = setTimeout(() => this.end(), this.#page_ms);
    try {
      this.#worker.postMessage(question);
      return await asked.promise;
    } finally {
      clearTimeout(late);
      this.#asked = null;
    }
  }

  #fail(failure: Error): void {
    this.#failure ??= failure;
    this.#asked?.reject(this.#failure);
  }
}
