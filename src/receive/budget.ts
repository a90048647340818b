/**
 * What requests hold in memory from their first byte until they are answered: how many there are, and their bytes. One
 * budget for both transports; above it new requests are refused as retryable instead of taking memory without bound. One
 * sender gets a share of it at most: whoever sends slowly on purpose holds up itself.
 */
import { LIMITS } from '#limits';

interface Share {
  requests: number;
  bytes: number;
}

/** What one sender may have of `whole`. */
export function shareOf(whole: number): number {
  return Math.ceil(whole * LIMITS.producer_share_max);
}

export class Budget {
  requests = 0;
  bytes = 0;
  readonly #requestsMax: number;
  readonly #bytesMax: number;
  /** Only of senders that hold something. */
  readonly #shares = new Map<object, Share>();

  constructor(requestsMax: number, bytesMax: number) {
    this.#requestsMax = requestsMax;
    this.#bytesMax = bytesMax;
  }

  /** A place for one request of this sender, or null. */
  enter(sender: object): Lease | null {
    const share = this.#shares.get(sender) ?? { requests: 0, bytes: 0 };
    if (this.requests >= this.#requestsMax || this.bytes >= this.#bytesMax) return null;
    if (share.requests >= shareOf(this.#requestsMax) || share.bytes >= shareOf(this.#bytesMax)) return null;
    this.#shares.set(sender, share);
    this.requests++;
    share.requests++;
    return new Lease(this, sender, share);
  }

  /** For leases: false if there is no room for so many bytes. Negative ones are given back. */
  add(share: Share, bytes: number): boolean {
    if (bytes > 0 && (this.bytes + bytes > this.#bytesMax || share.bytes + bytes > shareOf(this.#bytesMax))) return false;
    this.bytes += bytes;
    share.bytes += bytes;
    return true;
  }

  /** For leases. */
  leave(sender: object, share: Share): void {
    this.requests--;
    if (--share.requests === 0) this.#shares.delete(sender);
  }
}

/** What one request holds. `leave` gives everything back, once; calling it again is harmless. */
export class Lease {
  readonly #budget: Budget;
  readonly #sender: object;
  readonly #share: Share;
  #held = 0;
  #left = false;

  constructor(budget: Budget, sender: object, share: Share) {
    this.#budget = budget;
    this.#sender = sender;
    this.#share = share;
  }

  /** False: the budget or the sender's share is used up, nothing was taken. */
  take(bytes: number): boolean {
    if (this.#left || !this.#budget.add(this.#share, bytes)) return false;
    this.#held += bytes;
    return true;
  }

  give(bytes: number): void {
    if (this.#left) return;
    this.#held -= bytes;
    this.#budget.add(this.#share, -bytes);
  }

  leave(): void {
    if (this.#left) return;
    this.#left = true;
    this.#budget.add(this.#share, -this.#held);
    this.#budget.leave(this.#sender, this.#share);
  }
}
