/**
 * Keeps work that nobody waits for to a share of a core: it goes on in small steps, and after each few milliseconds rests so long that the share holds.
 * What it waited for the engine counts as work, since that is another thread at work.
 */
import { setTimeout as wait } from 'node:timers/promises';

/** Longer steps would be felt by whoever shares the thread. */
const STEP_MS = 4;
const REST_MS_MAX = 2_000;

/** Thrown by `rest` once it was stopped. */
export class Stopped extends Error {
  constructor() {
    super('cannot go on: it was stopped');
    this.name = 'Stopped';
  }
}

export class Pace {
  readonly #share: () => number;
  readonly #now_ms: () => number;
  readonly #stop = new AbortController();
  #since_ms: number;

  /** `share` is asked before each rest: more than 0, up to 1. */
  constructor(share: () => number, now_ms: () => number = () => performance.now()) {
    this.#share = share;
    this.#now_ms = now_ms;
    this.#since_ms = now_ms();
  }

  /** To be awaited between steps; undefined while the present step may go on. */
  rest(): Promise<void> | undefined {
    if (this.#stop.signal.aborted) throw new Stopped();
    const worked_ms = this.#now_ms() - this.#since_ms;
    return worked_ms < STEP_MS ? undefined : this.#rest(worked_ms);
  }

  stop(): void {
    this.#stop.abort();
  }

  async #rest(worked_ms: number): Promise<void> {
    const rest_ms = Math.min(REST_MS_MAX, worked_ms * (1 / this.#share() - 1));
    try {
      await wait(rest_ms, undefined, { signal: this.#stop.signal, ref: false });
    } catch {
      throw new Stopped();
    }
    this.#since_ms = this.#now_ms();
  }
}
