/**
 * How many queries run at once. More wait their turn within their own deadline; beyond a bound they are refused. Scans
 * may not take every place, so that a trace is found while slow searches run.
 */
import { LIMITS } from '#limits';
import { refuse, type Refusal } from '#refusal';

export class Gate {
  readonly #places: number;
  readonly #waiting_max: number;
  readonly #waiting: (() => void)[] = [];
  #running = 0;

  constructor(places: number, waiting_max: number = LIMITS.queries_waiting_max) {
    this.#places = places;
    this.#waiting_max = waiting_max;
  }

  /** Runs the work when there is a place: `query_busy` when too many wait, `query_timeout` when the turn does not come in time. */
  async run<T>(deadline_ms: number, work: () => Promise<T>): Promise<T | Refusal> {
    if (this.#running >= this.#places) {
      if (this.#waiting.length >= this.#waiting_max) return refuse('query_busy');
      if (!(await this.#turn(deadline_ms))) return refuse('query_timeout', 'while waiting for other queries');
    } else {
      this.#running += 1;
    }
    try {
      return await work();
    } finally {
      this.#leave();
    }
  }

  /** The one who leaves hands over the place, so `#running` stays. */
  #turn(deadline_ms: number): Promise<boolean> {
    return new Promise((resolve) => {
      const enter = (): void => {
        clearTimeout(timer);
        resolve(true);
      };
      const timer = setTimeout(() => {
        this.#waiting.splice(this.#waiting.indexOf(enter), 1);
        resolve(false);
      }, deadline_ms);
      this.#waiting.push(enter);
    });
  }

  #leave(): void {
    const next = this.#waiting.shift();
    if (next === undefined) this.#running -= 1;
    else next();
  }
}
