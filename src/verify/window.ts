/** How the bodies of blocks are taken together, and where in the log a time is. */
import { parseEntry } from '#evidence';
import type { BlockBody } from './bodies.ts';
import type { Entries } from './tree.ts';

/** A question names them one by one. */
export const BLOCKS_AT_ONCE = 400;
const MARGIN = 16;

/** Bodies of one policy, up to so many rows and blocks at once. */
export class Window {
  readonly #rowsMax: () => number;
  #bodies: BlockBody[] = [];
  #rows = 0;

  constructor(rowsMax: () => number) {
    this.#rowsMax = rowsMax;
  }

  *add(body: BlockBody): Generator<readonly BlockBody[]> {
    const full = this.#rows + body.rows > this.#rowsMax() || this.#bodies.length >= BLOCKS_AT_ONCE || (this.#bodies[0] !== undefined && this.#bodies[0].policy !== body.policy);
    if (full) yield* this.rest();
    this.#bodies.push(body);
    this.#rows += body.rows;
  }

  *rest(): Generator<readonly BlockBody[]> {
    if (this.#bodies.length > 0) yield this.#bodies;
    this.#bodies = [];
    this.#rows = 0;
  }
}

/** The first entry of this time or later. Clocks may have been set back a little: of some before it, each is looked at. */
export function firstSince(entries: Entries, since_ms: number): number {
  let [low, high] = [0, entries.size];
  while (low < high) {
    const middle = Math.floor((low + high) / 2);
    const entry = parseEntry(entries.read(middle, middle + 1)[0] ?? new Uint8Array(0));
    if (entry !== undefined && entry.time_ms < since_ms) low = middle + 1;
    else high = middle;
  }
  const from = Math.max(0, low - MARGIN);
  const near = entries.read(from, low).findIndex((entry) => (parseEntry(entry)?.time_ms ?? 0) >= since_ms);
  return near < 0 ? low : from + near;
}
