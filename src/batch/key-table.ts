/**
 * Attribute keys as small integers. A key's text, class and fate are worked out once per distinct key of a worker, so that
 * policy and rules are array look-ups for every span after. Bounded: a worker starts afresh between requests when full.
 */
import { LIMITS } from '#limits';
import { equalWords, HASH_SEED, hashWords, viewOf } from './bytes.ts';

/** Text that is no attribute has a key too, so that one loop inspects every value of a record. */
export const PLACE = {
  name: 0,
  statusMessage: 1,
  traceState: 2,
  eventName: 3,
  scopeName: 4,
  scopeVersion: 5,
  schemaUrl: 6,
} as const;
const PLACES = ['name', 'status.message', 'trace_state', 'event.name', 'scope.name', 'scope.version', 'schema_url'] as const;

/** Longest text kept under a key, in bytes; names are shorter than values. */
export function textBytesMax(key: number): number {
  if (key >= PLACES.length || key === PLACE.statusMessage) return LIMITS.value_bytes_max;
  return key === PLACE.traceState ? LIMITS.trace_state_bytes_max : LIMITS.name_bytes_max;
}

/** Keys in this namespace are the server's own words about a span; a producer's are dropped, or it could forge them. */
const RESERVED_PREFIX = 'tracekeep.';

/** In place of an id: one request brings more different keys than are told apart, its attribute is cut. */
export const KEYS_FULL = -1;
const KEYS_MAX = 2 * LIMITS.interned_keys_max;

/** Entries of the byte-addressed cache in front of the map; a power of two. */
const SLOTS = 16_384;
const PROBES_MAX = 8;

export class KeyTable {
  /** Text of each key as sent; the first entries are `PLACE`. */
  readonly texts: string[] = [...PLACES];
  /** 1 = belongs to the server, to be dropped. */
  readonly reserved: number[] = PLACES.map(() => 0);
  /** Rises whenever ids lose their meaning; holders of ids compare it. */
  generation = 0;

  readonly #ids = new Map<string, number>();
  readonly #views: DataView[] = PLACES.map((text) => viewOf(Buffer.from(text)));
  /** Which key followed each key last: lists repeat, so the next key is mostly known before it is hashed. */
  #after = new Int32Array(1_024).fill(-1);
  #previous = 0;
  readonly #slots = new Int32Array(SLOTS).fill(-1);

  get size(): number {
    return this.texts.length;
  }

  /** The id of the key at these bytes, or `KEYS_FULL`. Equal bytes give equal ids within a generation. */
  intern(view: DataView, start: number, length: number): number {
    const guess = this.#after[this.#previous]!;
    if (guess >= 0 && this.#is(guess, view, start, length)) return (this.#previous = guess);
    const id = this.#find(view, start, length);
    if (id >= 0) {
      if (id >= this.#after.length || this.#previous >= this.#after.length) this.#growAfter();
      this.#after[this.#previous] = id;
      this.#previous = id;
    }
    return id;
  }

  /** Forgets all keys when there are too many. Only between requests. */
  resetWhenFull(): void {
    if (this.texts.length < LIMITS.interned_keys_max) return;
    this.texts.length = this.reserved.length = this.#views.length = PLACES.length;
    this.#ids.clear();
    this.#slots.fill(-1);
    this.#after.fill(-1);
    this.#previous = 0;
    this.generation++;
  }

  #find(view: DataView, start: number, length: number): number {
    let slot = hashWords(view, start, length, HASH_SEED) & (SLOTS - 1);
    for (let probe = 0; probe < PROBES_MAX; probe++) {
      const id = this.#slots[slot]!;
      if (id < 0) break;
      if (this.#is(id, view, start, length)) return id;
      slot = (slot + 1) & (SLOTS - 1);
    }
    return this.#add(view, start, length, slot);
  }

  #is(id: number, view: DataView, start: number, length: number): boolean {
    const known = this.#views[id]!;
    return known.byteLength === length && equalWords(known, 0, view, start, length);
  }

  #growAfter(): void {
    const larger = new Int32Array(this.texts.length * 2).fill(-1);
    larger.set(this.#after);
    this.#after = larger;
  }

  #add(view: DataView, start: number, length: number, slot: number): number {
    const copy = new Uint8Array(view.buffer, view.byteOffset + start, length).slice();
    // Latin-1 maps bytes one to one, so that keys that are invalid UTF-8 stay distinct.
    const exact = Buffer.from(copy.buffer).toString('latin1');
    let id = this.#ids.get(exact);
    if (id === undefined) {
      if (this.texts.length >= KEYS_MAX) return KEYS_FULL;
      id = this.texts.length;
      const text = Buffer.from(copy.buffer).toString('utf8');
      this.texts.push(text);
      this.reserved.push(text.startsWith(RESERVED_PREFIX) ? 1 : 0);
      this.#views.push(viewOf(copy));
      this.#ids.set(exact, id);
    }
    if (this.#slots[slot]! < 0) this.#slots[slot] = id;
    return id;
  }
}
