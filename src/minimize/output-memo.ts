/**
 * Outputs made where rule sets differ by place: numbered, and remembered by treatment and value, so that one is made once for equal values however many
 * spans have them. Bounded, and forgotten as a whole. The same slot may serve two values by turns, which costs time, never truth: all of what an
 * output was made from is compared.
 */
import type { Output } from './output.ts';

/** As many as `inspect` remembers values. */
const SLOTS = 1 << 17;
/** Words of a slot: treatment, value, what the value is named by, output + 1 (0 = free). */
const STRIDE = 4;
const PROBES = 4;
const SERIAL_MAX = 0x7fff_ffff;

/** What a value is named by: what was found in it, its number, or its key, for outputs that are the same for all values of one. */
export const BY = { mark: 0, number: 1, key: 2 } as const;

/** Stands for a value that is stored as it is. */
export const UNTOUCHED = 0;

export class OutputMemo {
  /** Indexed by number; entry 0 is `UNTOUCHED`. */
  readonly outputs: (Output | null)[] = [null];
  /** Serial numbers of outputs by their index: none that was forgotten had the same. */
  readonly numbers: number[] = [0];
  bytes = 0;
  #serial = 0;
  readonly #slots = new Uint32Array(SLOTS * STRIDE);

  forget(): void {
    this.outputs.length = 1;
    this.bytes = 0;
    this.#slots.fill(0);
  }

  /** The number of the output of a value, or -1. */
  find(treatment: number, value: number, by: number): number {
    const slots = this.#slots;
    let slot = slotOf(treatment, value, by);
    for (let probe = 0; probe < PROBES; probe++) {
      const output = slots[slot + 3]!;
      if (output === 0) return -1;
      if (slots[slot] === treatment && slots[slot + 1] === value && slots[slot + 2] === by) return output - 1;
      slot = (slot + STRIDE) & (SLOTS * STRIDE - 1);
    }
    return -1;
  }

  /** Numbers an output; null is `UNTOUCHED`. */
  add(output: Output | null): number {
    if (output === null) return UNTOUCHED;
    this.bytes += output.bytes.length + OUTPUT_BYTES;
    this.#serial = (this.#serial + 1) & SERIAL_MAX;
    this.numbers[this.outputs.length] = this.#serial;
    return this.outputs.push(output) - 1;
  }

  remember(treatment: number, value: number, by: number, output: number): void {
    const slots = this.#slots;
    const first = slotOf(treatment, value, by);
    let slot = first;
    for (let probe = 0; probe < PROBES && slots[slot + 3] !== 0; probe++) slot = (slot + STRIDE) & (SLOTS * STRIDE - 1);
    if (slots[slot + 3] !== 0) slot = first;
    slots[slot] = treatment;
    slots[slot + 1] = value;
    slots[slot + 2] = by;
    slots[slot + 3] = output + 1;
  }
}

/** What an output takes beside its bytes, estimated. */
const OUTPUT_BYTES = 200;

function slotOf(treatment: number, value: number, by: number): number {
  const hash = Math.imul(value ^ Math.imul(treatment * 4 + by, 0x85eb_ca6b), 0x9e37_79b1);
  return ((hash ^ (hash >>> 15)) & (SLOTS - 1)) * STRIDE;
}
