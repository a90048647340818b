/**
 * The items of a block under construction, each once, and the filters they become. Values are attacker-controlled and their hashes have no
 * secret, because they are kept on disk; the places in this table have one, so that nobody can make it slow.
 */
import { randomBytes } from 'node:crypto';
import { filterBytes, levelOf, setBits, sliceOf } from './items.ts';

const SECRET = randomBytes(8);
const MASK = SECRET.readUInt32LE(0);
const FACTOR = SECRET.readUInt32LE(4) | 1;
const SLOTS_LOG_START = 13;
/** What a larger block has grown is given back. */
const SLOTS_LOG_KEPT = 17;

/** The filter of one slice: `length` bytes at `start` of the bytes that all slices share. */
export interface Slice {
  readonly slice: number;
  readonly start: number;
  readonly length: number;
}

export class ItemSet {
  size = 0;
  #log = SLOTS_LOG_START;
  /** 0 = free; no item is 0. */
  #slots = new Uint32Array(1 << SLOTS_LOG_START);

  add(item: number): void {
    const slots = this.#slots;
    const mask = slots.length - 1;
    let slot = Math.imul(item ^ MASK, FACTOR) >>> (32 - this.#log);
    for (;;) {
      const found = slots[slot]!;
      if (found === item) return;
      if (found === 0) break;
      slot = (slot + 1) & mask;
    }
    slots[slot] = item;
    if (++this.size * 2 > slots.length) this.#grow();
  }

  /** The filters of all slices, in order, and nothing is left in the set. */
  takeFilters(): { readonly bytes: Uint8Array; readonly slices: readonly Slice[] } {
    const level = levelOf(this.size);
    const counts = new Uint32Array(1 << level);
    const first = 1 << level;
    for (const item of this.#slots) if (item !== 0) counts[sliceOf(item, level) - first]!++;
    let end = 0;
    const slices = Array.from(counts, (count, at): Slice => {
      const length = filterBytes(count);
      const start = end;
      end += length;
      return { slice: first + at, start, length };
    });
    const bytes = new Uint8Array(end);
    for (const item of this.#slots) {
      if (item === 0) continue;
      const { start, length } = slices[sliceOf(item, level) - first]!;
      setBits(bytes, start, length, item);
    }
    this.#clear();
    return { bytes, slices };
  }

  #clear(): void {
    this.size = 0;
    if (this.#log > SLOTS_LOG_KEPT) {
      this.#log = SLOTS_LOG_START;
      this.#slots = new Uint32Array(1 << SLOTS_LOG_START);
    } else this.#slots.fill(0);
  }

  #grow(): void {
    const before = this.#slots;
    this.#log += 2;
    this.#slots = new Uint32Array(1 << this.#log);
    this.size = 0;
    for (const item of before) if (item !== 0) this.add(item);
  }
}
