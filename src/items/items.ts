/**
 * Items: what a search can ask of a block without reading its spans. An item is an attribute with its value (of a span, event, resource or
 * scope), an attribute's key alone, a service or an operation, as 32 bits of hash over the bytes that are stored. A block keeps its items
 * as Bloom filters, cut into slices by the first bits of the hash, so that a look-up reads one slice of each block.
 *
 * INVARIANT: filters on disk rest on every function and number here. What changes one must rebuild them or number the table anew.
 */
import { hashWords } from '#batch';

/** A filter gives a wrong yes about once in a thousand: 14 bits an item, of which 9 are looked at. */
export const FILTER_BITS_PER_ITEM = 14;
export const FILTER_PROBES = 9;
/** A slice holds about so many items: many slices of few bytes would cost more in rows than they save in reading. */
const SLICE_ITEMS = 256;
const LEVEL_MAX = 6;
/** Longer values are told apart by their first bytes and their length. */
const VALUE_BYTES_MAX = 256;

const KEY_SEED = 0x6b657973;
const FIELD_SEEDS = { service: 0x73657276, operation: 0x6f706572 } as const;
export type ItemField = keyof typeof FIELD_SEEDS;

/** What the hashes of an attribute's items begin with; worth keeping per key. */
export function keySeed(key: DataView): number {
  return hashWords(key, 0, key.byteLength, KEY_SEED);
}

/** The item of an attribute's key, whatever its value. */
export function keyItem(seed: number): number {
  return mix(seed ^ 0x2545f491) || 1;
}

/** The item of an attribute with the value at these bytes, as stored. */
export function valueItem(seed: number, view: DataView, start: number, length: number): number {
  if (length <= VALUE_BYTES_MAX) return hashWords(view, start, length, seed) || 1;
  return hashWords(view, start, VALUE_BYTES_MAX, seed ^ Math.imul(length, 0x2c1b3c6d)) || 1;
}

export function fieldItem(field: ItemField, view: DataView, start: number, length: number): number {
  return valueItem(FIELD_SEEDS[field], view, start, length);
}

/** How often a block's filter is halved into slices: 2^level slices. */
export function levelOf(items: number): number {
  return Math.max(0, Math.min(LEVEL_MAX, Math.floor(Math.log2(items / SLICE_ITEMS))));
}

/** The slice that an item is in, by the level of its block: 1 at level 0, then 2 and 3, then 4 to 7, … */
export function sliceOf(item: number, level: number): number {
  return (1 << level) + (level === 0 ? 0 : item >>> (32 - level));
}

/** The slices that an item can be in. Of each block exactly one of them exists. */
export function slicesOf(item: number): number[] {
  return Array.from({ length: LEVEL_MAX + 1 }, (_, level) => sliceOf(item, level));
}

export function filterBytes(items: number): number {
  return Math.max(4, Math.ceil((items * FILTER_BITS_PER_ITEM) / 8));
}

/** Where an item is looked for, as shares of a filter's length in units of 2^-32; each probe is the one before plus the step. */
export function probesOf(item: number): number[] {
  const step = stepOf(item);
  return Array.from({ length: FILTER_PROBES }, (_, at) => (firstOf(item) + Math.imul(at, step)) >>> 0);
}

/** Sets the bits of an item in the filter at `start`. */
export function setBits(filter: Uint8Array, start: number, length: number, item: number): void {
  const bits = length * 8;
  const step = stepOf(item);
  for (let probe = firstOf(item), left = FILTER_PROBES; left > 0; left--, probe = (probe + step) >>> 0) {
    // Exact: below 2^53.
    const bit = Math.floor((probe * bits) / 0x1_0000_0000);
    filter[start + (bit >>> 3)]! |= 1 << (bit & 7);
  }
}

function firstOf(item: number): number {
  return mix(item ^ 0x5bd1e995);
}

function stepOf(item: number): number {
  return (mix(item ^ 0x1b873593) | 1) >>> 0;
}

/** Every bit of the answer depends on every bit of the number (the finalizer of MurmurHash3). */
function mix(hash: number): number {
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) >>> 0;
}
