/**
 * What requests hold in memory from their first byte until they are answered: how many there are, and their bytes. One
 * budget for both transports; above it new requests are refused as retryable instead of taking memory without bound.
 */

export class Budget {
  requests = 0;
  bytes = 0;
  readonly #requestsMax: number;
  readonly #bytesMax: number;

  constructor(requestsMax: number, bytesMax: number) {
    this.#requestsMax = requestsMax;
    this.#bytesMax = bytesMax;
  }

  /** A place for one request, or null. */
  enter(): Lease | null {
    if (this.requests >= this.#requestsMax || this.bytes >= this.#bytesMax) return null;
    this.requests++;
    return new Lease(this, this.#bytesMax);
  }
}

/** What one request holds. `leave` gives everything back, once; calling it again is harmless. */
export class Lease {
  readonly #budget: Budget;
  readonly #bytesMax: number;
  #held = 0;
  #left = false;

  constructor(budget: Budget, bytesMax: number) {
    this.#budget = budget;
    this.#bytesMax = bytesMax;
  }

  /** False: the budget is used up, nothing was taken. */
  take(bytes: number): boolean {
    if (this.#left || this.#budget.bytes + bytes > this.#bytesMax) return false;
    this.#held += bytes;
    this.#budget.bytes += bytes;
    return true;
  }

  give(bytes: number): void {
    if (this.#left) return;
    this.#held -= bytes;
    this.#budget.bytes -= bytes;
  }

  leave(): void {
    if (this.#left) return;
    this.#left = true;
    this.#budget.requests--;
    this.#budget.bytes -= this.#held;
  }
}
