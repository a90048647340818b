/**
 * Which spans were taken last: a hash table of bounded size in memory that all workers share. An entry says of a span's ids (as a keyed 64-bit
 * tag) what its content was (48 bits of a hash), who sent it (16 bits of one) and which block took it. The oldest entries make room for new ones: what is forgotten is stored
 * a second time and recognised when it is read, so forgetting costs nothing but room.
 *
 * An entry is a promise until its block is durable, and void if the block fails: `doubt` makes all entries void that were made so far. How a
 * promise is kept stands at `DurableBlocks`.
 */
import { randomBytes } from 'node:crypto';
import { LIMITS } from '#limits';

/** Besides the number of the block that took the same content, which is above: not taken before, and taken with other content. */
export const NOT_TAKEN = 0;
export const OTHER_CONTENT = -1;

// The head: [0] entries of blocks before this one are void; [1], [2] the first block of this process; [4…] random words for the hashes.
const VALID_FROM = 0;
const FIRST_LOW = 1;
const FIRST_HIGH = 2;
const KEYS = 4;
export const KEY_WORDS = 8;
const HEAD_WORDS = 32;
// A bucket is two lines of a processor's cache. The first has a lock, which entry is replaced next, and the tags of six entries; contents and blocks follow.
const BUCKET_WORDS = 32;
const ENTRIES = 6;
const NEXT = 1;
const TAGS_LOW = 2;
const TAGS_HIGH = TAGS_LOW + ENTRIES;
const REST = TAGS_HIGH + ENTRIES;
/** Content in a word and a half, the sender in the other half, and the block. */
const REST_WORDS = 3;
const CONTENT_HIGH = 0xffff_0000;
/** Blocks are counted from the first of this process, so that a number fits a word. */
const SERIAL_MAX = 0x7fff_ffff;
/** Looks at a lock before the thread sleeps; whoever holds it needs a fraction of this, unless the system took its processor away. */
const SPINS = 200;
const SLEEP_MS = 1;

export class TakenSpans {
  /** Whether what `take` found taken was sent by somebody else; one in 65,536 senders passes for another. */
  byAnother = false;
  readonly memory: SharedArrayBuffer;
  /** Random words, the same for all workers. */
  readonly keys: Int32Array;
  readonly #words: Int32Array;
  readonly #worker: number;
  readonly #mask: number;
  readonly #firstBlock: number;

  /** `worker`: from 1, names who holds a lock. */
  constructor(memory: SharedArrayBuffer, worker: number) {
    this.memory = memory;
    this.#words = new Int32Array(memory);
    this.#worker = worker;
    this.#mask = Math.floor((this.#words.length - HEAD_WORDS) / BUCKET_WORDS) - 1;
    this.#firstBlock = (this.#words[FIRST_LOW]! >>> 0) + (this.#words[FIRST_HIGH]! >>> 0) * 0x1_0000_0000;
    this.keys = this.#words.slice(KEYS, KEYS + KEY_WORDS);
  }

  /** Memory for an empty table; `bytes` is rounded down to a power of two. */
  static allocate(firstBlock: number, bytes: number = LIMITS.taken_spans_bytes): SharedArrayBuffer {
    const buckets = 2 ** Math.floor(Math.log2(bytes / (BUCKET_WORDS * 4)));
    const memory = new SharedArrayBuffer((HEAD_WORDS + buckets * BUCKET_WORDS) * 4);
    const words = new Int32Array(memory);
    words[VALID_FROM] = 1;
    words[FIRST_LOW] = firstBlock | 0;
    words[FIRST_HIGH] = Math.floor(firstBlock / 0x1_0000_0000);
    words.set(new Int32Array(new Uint8Array(randomBytes(KEY_WORDS * 4)).buffer), KEYS);
    return memory;
  }

  /** Entries of earlier blocks are void. No block from this one on has failed. */
  get validFrom(): number {
    return Atomics.load(this.#words, VALID_FROM) + this.#firstBlock - 1;
  }

  /** A block failed, or may have: entries of all blocks before `next`, which no worker has begun yet, are void. */
  doubt(next: number): void {
    Atomics.store(this.#words, VALID_FROM, Math.min(next - this.#firstBlock + 1, SERIAL_MAX));
  }

  /** Begins to bring the bucket of a tag into the cache. Called for many tags in a row, their waits overlap. What it returns means nothing. */
  touch(tagLow: number): number {
    const bucket = HEAD_WORDS + (tagLow & this.#mask) * BUCKET_WORDS;
    return this.#words[bucket + NEXT]! + this.#words[bucket + BUCKET_WORDS - 1]!;
  }

  /**
   * Notes that `block` takes a span, unless its ids were taken with this content. Returns the block that took it, `NOT_TAKEN`, or
   * `OTHER_CONTENT`; after the last two the entry is made. Of `contentHigh` and of the hash of the sender the upper halves count.
   */
  take(tagLow: number, tagHigh: number, contentLow: number, contentHigh: number, sender: number, block: number): number {
    const words = this.#words;
    const content = (contentHigh & CONTENT_HIGH) | (sender >>> 16);
    const bucket = HEAD_WORDS + (tagLow & this.#mask) * BUCKET_WORDS;
    if (Atomics.compareExchange(words, bucket, 0, this.#worker) !== 0) this.#waitFor(bucket);
    let found = NOT_TAKEN;
    for (let entry = 0; entry < ENTRIES; entry++) {
      if (words[bucket + TAGS_LOW + entry] !== tagLow || words[bucket + TAGS_HIGH + entry] !== tagHigh) continue;
      const rest = bucket + REST + entry * REST_WORDS;
      const serial = words[rest + 2]!;
      if (serial < Atomics.load(words, VALID_FROM)) continue;
      if (words[rest] === contentLow && ((words[rest + 1]! ^ content) & CONTENT_HIGH) === 0) {
        this.byAnother = words[rest + 1] !== content;
        found = serial;
        break;
      }
      found = OTHER_CONTENT;
    }
    const serial = block - this.#firstBlock + 1;
    if (found <= 0 && serial < SERIAL_MAX) {
      // Entries are replaced in turn, so that the oldest goes.
      const entry = words[bucket + NEXT]!;
      const rest = bucket + REST + entry * REST_WORDS;
      words[bucket + NEXT] = entry === ENTRIES - 1 ? 0 : entry + 1;
      words[bucket + TAGS_LOW + entry] = tagLow;
      words[bucket + TAGS_HIGH + entry] = tagHigh;
      words[rest] = contentLow;
      words[rest + 1] = content;
      words[rest + 2] = serial;
    }
    Atomics.store(words, bucket, 0);
    return found > 0 ? found + this.#firstBlock - 1 : found;
  }

  /** Opens what a worker that is gone held closed. What it left half written is void after `doubt`, which comes first. */
  openLocksOf(worker: number): void {
    const words = this.#words;
    for (let bucket = HEAD_WORDS; bucket < words.length; bucket += BUCKET_WORDS) Atomics.compareExchange(words, bucket, worker, 0);
  }

  #waitFor(bucket: number): void {
    const words = this.#words;
    for (let spins = 0; ; spins++) {
      const holder = Atomics.load(words, bucket);
      if (holder === 0 && Atomics.compareExchange(words, bucket, 0, this.#worker) === 0) return;
      if (spins > SPINS && holder !== 0) Atomics.wait(words, bucket, holder, SLEEP_MS);
    }
  }
}
