/** When open blocks are closed: at a lull, and in any case when their oldest request has waited `commit_delay_ms_max`. */
import { LIMITS } from '#limits';

/** Requests stop coming for this long: what is open is closed. Shorter than anyone notices, longer than the gap between two requests of a busy sender. */
const LULL_MS = 2;

export class ClosingTime {
  readonly #close: () => void;
  /** Requests taken since blocks were closed last and not in a block that came back. */
  readonly #open = new Set<number>();
  #by_ms = 0;
  #timer: NodeJS.Timeout | null = null;

  constructor(close: () => void) {
    this.#close = close;
  }

  /** Lies in an open block from now on. */
  add(request: number): void {
    if (this.#open.size === 0) this.#by_ms = performance.now() + LIMITS.commit_delay_ms_max;
    this.#open.add(request);
  }

  /** Its block came back, or is lost. */
  delete(request: number): void {
    this.#open.delete(request);
  }

  /** Sets the time anew. `isBusy`: workers have requests that they have not reported back. */
  set(isBusy: boolean): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
    if (this.#open.size === 0) return;
    const left_ms = this.#by_ms - performance.now();
    if (left_ms <= 0) this.#closeNow();
    else this.#timer = setTimeout(() => this.#closeNow(), isBusy ? left_ms : Math.min(LULL_MS, left_ms));
  }

  #closeNow(): void {
    this.#timer = null;
    this.#open.clear();
    this.#close();
  }
}
