/**
 * What was found in a value, remembered by (attribute key, type, bytes): most values of most spans have been seen before, and a
 * look-up costs a hash and a comparison instead of a scan. Seeded and compared in full, so that nobody can make one value
 * pass for another; bounded, and forgotten as a whole when full, so that nobody can grow it.
 */
import { copyWords, equalWords, HASH_SEED, hashWords } from '#batch';
import { LIMITS } from '#limits';

const SLOTS = 1 << 17;
const PROBES_MAX = 6;
/** Words of a slot: hash, key and type, offset in the arena, length, mark + 1 (0 = free), number of the value. */
const STRIDE = 6;
/** Numbers above are `minimize`'s, for what it made of values. */
const NUMBER_MAX = 0x7fff_ffff;
const ARENA_FULL = LIMITS.memo_bytes_max - LIMITS.memo_value_bytes_max;

export class Memo {
  readonly #slots = new Uint32Array(SLOTS * STRIDE);
  readonly #arenaView = new DataView(new ArrayBuffer(LIMITS.memo_bytes_max));
  #used_bytes = 0;
  /** Where `find` looked last, so that it looks there again: what `remember` fills. */
  #slot = 0;
  #hash = 0;
  #last = 0;

  /** Of the value just found or remembered: equal numbers mean equal key, type and bytes, also across `clear`. 0 = not remembered. */
  number = 0;

  get full(): boolean {
    return this.#used_bytes >= ARENA_FULL;
  }

  clear(): void {
    this.#slots.fill(0);
    this.#used_bytes = 0;
  }

  /** The same, and overwrites the values. */
  wipe(): void {
    new Uint8Array(this.#arenaView.buffer, 0, this.#used_bytes).fill(0);
    this.clear();
  }

  /** The mark remembered for this value, or -1. `keyAndType` tells apart equal bytes under different keys. */
  find(keyAndType: number, view: DataView, start: number, length: number): number {
    const slots = this.#slots;
    const hash = hashWords(view, start, length, HASH_SEED ^ Math.imul(keyAndType, 0x9e3779b1));
    let slot = (hash & (SLOTS - 1)) * STRIDE;
    this.#hash = hash;
    for (let probe = 0; probe < PROBES_MAX; probe++) {
      this.#slot = slot;
      const mark = slots[slot + 4]!;
      if (mark === 0) break;
      if (slots[slot] === hash && slots[slot + 1] === keyAndType && slots[slot + 3] === length && equalWords(this.#arenaView, slots[slot + 2]!, view, start, length)) {
        this.number = slots[slot + 5]!;
        return mark - 1;
      }
      slot += STRIDE;
      if (slot === SLOTS * STRIDE) slot = 0;
    }
    return -1;
  }

  /** Remembers the value that `find` just missed; the slot it takes may be another's. */
  remember(keyAndType: number, view: DataView, start: number, length: number, mark: number): void {
    this.number = 0;
    if (length > LIMITS.memo_value_bytes_max || this.full) return;
    this.number = this.#last = (this.#last + 1) & NUMBER_MAX || 1;
    const slots = this.#slots;
    const slot = this.#slot;
    slots[slot] = this.#hash;
    slots[slot + 1] = keyAndType;
    slots[slot + 2] = this.#used_bytes;
    slots[slot + 3] = length;
    slots[slot + 4] = mark + 1;
    slots[slot + 5] = this.number;
    copyWords(this.#arenaView, this.#used_bytes, view, start, length);
    this.#used_bytes += length;
  }
}
