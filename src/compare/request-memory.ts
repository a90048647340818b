/**
 * The requests that were taken, as long as memory reaches back: by digest who sent one, how many spans it had and how many of them were refused. In typed
 * arrays of a fixed size, 40 bytes a request; the oldest make room. The sentence that its sender was told is kept of the newest ones only.
 *
 * INVARIANT: every request that was taken after `since_ms` is remembered. Spans that ended before that are not taken (`validate`), so an exact copy
 * of a request is either recognised or too old.
 */
import { LIMITS } from '#limits';
import type { ProducerId, TakenRequest, TenantId } from '#model';

// A ring of entries in the order of their answers, and a hash table of places in it. Digests are keyed, so a word of one is a hash that nobody can choose.
const ENTRY_WORDS = 8;
const PRODUCER = 4;
const AT_S = 5;
const RECEIVED = 6;
const REJECTED = 7;
const DIGEST = /^[0-9a-f]{32}$/;
/** Where more is not known any more. */
const FORGOTTEN_MESSAGE = 'Some spans were refused when this request was sent first.';

export class RequestMemory {
  readonly #capacity: number;
  readonly #entries: Uint32Array;
  /** 1 + a place in the ring; 0 where nothing is. */
  readonly #table: Uint32Array;
  readonly #mask: number;
  /** Entries ever made, and the oldest of them that is there: each lies at its number modulo the capacity. */
  #next = 0;
  #oldest = 0;
  #since_ms: number;
  readonly #producers: { readonly producer: ProducerId; readonly tenant: TenantId }[] = [];
  readonly #producerAt = new Map<ProducerId, number>();
  /** By number of the entry, oldest first. */
  readonly #messages = new Map<number, string>();
  readonly #digest = new Uint32Array(4);

  /** `since_ms`: what was taken before is not known; 0 if nothing was. */
  constructor(since_ms: number, capacity: number = LIMITS.remembered_requests_max) {
    this.#since_ms = since_ms;
    this.#capacity = capacity;
    this.#entries = new Uint32Array(capacity * ENTRY_WORDS);
    this.#table = new Uint32Array(2 ** Math.ceil(Math.log2(capacity * 1.5)));
    this.#mask = this.#table.length - 1;
  }

  get since_ms(): number {
    return this.#since_ms;
  }

  get size(): number {
    return this.#next - this.#oldest;
  }

  /** Whether another request would push one out that was taken after `at_ms`. */
  pushesOut(at_ms: number): boolean {
    return this.size >= this.#capacity && this.#entries[this.#word(this.#oldest) + AT_S]! * 1_000 > at_ms;
  }

  find(digest: string): TakenRequest | null {
    this.#read(digest);
    const entry = this.#table[this.#lookUp()]!;
    if (entry === 0) return null;
    const word = (entry - 1) * ENTRY_WORDS;
    const rejected = this.#entries[word + REJECTED]!;
    const number = this.#oldest + ((entry - 1 - (this.#oldest % this.#capacity) + this.#capacity) % this.#capacity);
    const message = this.#messages.get(number) ?? (rejected > 0 ? FORGOTTEN_MESSAGE : '');
    return { ...this.#producers[this.#entries[word + PRODUCER]!]!, received: this.#entries[word + RECEIVED]!, rejected, message };
  }

  /** `at_ms`: not before the moment in which its spans were judged. A digest that is there already belongs to the new one. */
  add(digest: string, { producer, tenant, received, rejected, message }: TakenRequest, at_ms: number): void {
    if (this.size >= this.#capacity) this.#forgetOldest();
    this.#read(digest);
    const number = this.#next++;
    const word = this.#word(number);
    this.#entries.set(this.#digest, word);
    this.#entries[word + PRODUCER] = this.#producer(producer, tenant);
    this.#entries[word + AT_S] = Math.ceil(at_ms / 1_000);
    this.#entries[word + RECEIVED] = received;
    this.#entries[word + REJECTED] = rejected;
    this.#table[this.#lookUp()] = 1 + (number % this.#capacity);
    if (message !== '') this.#messages.set(number, message);
    for (const old of this.#messages.keys()) {
      if (this.#messages.size <= LIMITS.remembered_messages_max) break;
      this.#messages.delete(old);
    }
  }

  /** What was taken before `at_ms`. */
  forgetBefore(at_ms: number): void {
    while (this.size > 0 && this.#entries[this.#word(this.#oldest) + AT_S]! * 1_000 < at_ms) this.#forgetOldest();
  }

  #forgetOldest(): void {
    const word = this.#word(this.#oldest);
    this.#since_ms = Math.max(this.#since_ms, this.#entries[word + AT_S]! * 1_000);
    this.#digest.set(this.#entries.subarray(word, word + 4));
    const slot = this.#lookUp();
    // The digest may belong to a later request by now.
    if (this.#table[slot] === 1 + (this.#oldest % this.#capacity)) this.#empty(slot);
    this.#messages.delete(this.#oldest);
    this.#oldest++;
  }

  /** Linear probing without gravestones: what could not lie at its own slot moves up. */
  #empty(slot: number): void {
    let hole = slot;
    for (let at = (hole + 1) & this.#mask; this.#table[at] !== 0; at = (at + 1) & this.#mask) {
      const home = this.#entries[(this.#table[at]! - 1) * ENTRY_WORDS]! & this.#mask;
      if (((at - home) & this.#mask) < ((at - hole) & this.#mask)) continue;
      this.#table[hole] = this.#table[at]!;
      hole = at;
    }
    this.#table[hole] = 0;
  }

  /** The slot that has `#digest`, or the one where it belongs. */
  #lookUp(): number {
    const [first, second, third, fourth] = this.#digest;
    let slot = first! & this.#mask;
    for (let entry = this.#table[slot]!; entry !== 0; entry = this.#table[slot]!) {
      const word = (entry - 1) * ENTRY_WORDS;
      const entries = this.#entries;
      if (entries[word] === first && entries[word + 1] === second && entries[word + 2] === third && entries[word + 3] === fourth) break;
      slot = (slot + 1) & this.#mask;
    }
    return slot;
  }

  #read(digest: string): void {
    if (!DIGEST.test(digest)) throw new Error('cannot remember a request by what is no digest of 16 bytes');
    for (let word = 0; word < 4; word++) this.#digest[word] = Number.parseInt(digest.slice(word * 8, word * 8 + 8), 16);
  }

  #word(number: number): number {
    return (number % this.#capacity) * ENTRY_WORDS;
  }

  #producer(producer: ProducerId, tenant: TenantId): number {
    let at = this.#producerAt.get(producer);
    if (at === undefined) {
      at = this.#producers.push({ producer, tenant }) - 1;
      this.#producerAt.set(producer, at);
    }
    return at;
  }
}
