/**
 * Items: what a search can ask of a block without reading its spans. An item is an attribute with its value (of a span, event, resource or
 * scope), an attribute's key alone, a service or an operation, as 32 bits of hash over the bytes that are stored. A block keeps its items
 * as Bloom filters, cut into slices by the first bits of the hash, so that a look-up reads one slice of each block. The filters are those of
 * Apache Parquet: groups of 256 bits, of which an item has one in each 32, so that a look-up compares one number of each slice.
 *
 * INVARIANT: filters on disk rest on every function and number here. What changes one must rebuild them or number the table anew.
 */
import { hashWords } from '#batch';

/** A filter gives a wrong yes about once in 700. */
const BITS_PER_ITEM = 16;
export const GROUP_BYTES = 32;
/** Of the Parquet format, "Bloom filter"; odd, at random. */
const SALTS = [0x47b6137b, 0x44974d91, 0x8824ad5b, 0xa2b7289d, 0x705495c7, 0x2df1424b, 0x9efc4947, 0x5c6bfb31] as const;
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
  return GROUP_BYTES * Math.max(1, Math.ceil((items * BITS_PER_ITEM) / (8 * GROUP_BYTES)));
}

/** Which group of a filter an item is in, as a share of their number in units of 2^-32. */
export function groupOf(item: number): number {
  return mix(item ^ 0x5bd1e995);
}

/** The bits of an item in its group, as a little-endian number of 256 bits. */
export function maskOf(item: number): bigint {
  const key = keyOf(item);
  return SALTS.reduce((mask, salt, word) => mask | (1n << BigInt(32 * word + (Math.imul(key, salt) >>> 27))), 0n);
}

/** Sets the bits of an item in the filter at `start`. */
export function setBits(filter: Uint8Array, start: number, length: number, item: number): void {
  // Exact: below 2^53.
  const group = Math.floor((groupOf(item) * (length / GROUP_BYTES)) / 0x1_0000_0000);
  const key = keyOf(item);
  let at = start + group * GROUP_BYTES;
  for (let word = 0; word < 8; word++, at += 4) {
    const bit = Math.imul(key, SALTS[word]!) >>> 27;
    filter[at + (bit >>> 3)]! |= 1 << (bit & 7);
  }
}

function keyOf(item: number): number {
  return mix(item ^ 0x1b873593);
}

/** Every bit of the answer depends on every bit of the number (the finalizer of MurmurHash3). */
function mix(hash: number): number {
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) >>> 0;
}
