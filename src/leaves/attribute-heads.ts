/**
 * What an attribute list begins with (their number, letters and keys), and which of its values are restricted. Most rows have the keys
 * and letters of a row before them: a head is made once and then copied whole, and the rest of the list is one run of the values' column.
 */
import type { AttributesColumn, DictionaryColumn, NativeCursor } from './native-columns.ts';
import { MalformedNative } from './native-columns.ts';
import { copyBytes, HashedBytes } from './sha256.ts';

const SLOTS = 1 << 12;
/** The heads of a block; beyond it they are made anew. */
const HEADS_BYTES_MAX = 1 << 20;
const POSITIONS_MAX = 1 << 16;
/** `TYPE_LETTERS` of the batch; 'r' is not among them, or a stored letter could pass for a restricted value's. */
const LETTERS = new Uint8Array(256);
for (const letter of 'nsbidamx') LETTERS[letter.charCodeAt(0)] = 1;
const RESTRICTED = 'r'.charCodeAt(0);

export class AttributeHeads {
  /** Of the head that `find` found last: where it is in `bytes`, and its restricted positions in `positions`. */
  start = 0;
  end = 0;
  restrictedStart = 0;
  restrictedEnd = 0;
  readonly bytes = new HashedBytes(1 << 14);
  positions = new Uint32Array(1_024);
  #positions = 0;

  readonly #restricts: (key: string) => boolean;
  #native: NativeCursor | null = null;
  #attributes: AttributesColumn | null = null;
  #types: DictionaryColumn | null = null;
  /** By key of the dictionary: 0 not looked at, 1 open, 2 restricted. */
  #keys = new Uint8Array(256);
  /** By slot: the list it was made for (its first element, + 1; 0 = none), their number and letters, and where the head is. */
  readonly #first = new Uint32Array(SLOTS);
  readonly #count = new Uint32Array(SLOTS);
  readonly #letters = new Uint32Array(SLOTS);
  readonly #start = new Uint32Array(SLOTS);
  readonly #end = new Uint32Array(SLOTS);
  readonly #restrictedStart = new Uint32Array(SLOTS);
  readonly #restrictedEnd = new Uint32Array(SLOTS);

  constructor(restricts: (key: string) => boolean) {
    this.#restricts = restricts;
  }

  begin(native: NativeCursor, attributes: AttributesColumn, types: DictionaryColumn): void {
    this.#native = native;
    this.#attributes = attributes;
    this.#types = types;
    if (this.#keys.length < attributes.keys.size) this.#keys = new Uint8Array(attributes.keys.size * 2);
    else this.#keys.fill(0);
    this.#clear();
  }

  /** The head of the list of the elements from `first` to `last` (excluded) whose types are row `typesRow` of the types. */
  find(first: number, last: number, typesRow: number): void {
    const { indexes } = this.#attributes!.keys;
    const letters = this.#types!.indexes[typesRow]!;
    const count = last - first;
    let hash = letters;
    for (let at = first; at < last; at++) hash = Math.imul(hash ^ indexes[at]!, 0x9e3779b1) ^ (hash >>> 15);
    const slot = (hash ^ (hash >>> 13)) & (SLOTS - 1);
    const known = this.#first[slot]! - 1;
    if (known < 0 || this.#count[slot] !== count || this.#letters[slot] !== letters || !same(indexes, known, first, count)) this.#make(slot, first, last, letters);
    this.start = this.#start[slot]!;
    this.end = this.#end[slot]!;
    this.restrictedStart = this.#restrictedStart[slot]!;
    this.restrictedEnd = this.#restrictedEnd[slot]!;
  }

  /** The letter of an element as stored. */
  letter(position: number, typesRow: number): number {
    const { keys, indexes } = this.#types!;
    return this.#native!.bytes[textStart(this.#native!, keys.starts[indexes[typesRow]!]!) + position]!;
  }

  #make(slot: number, first: number, last: number, letters: number): void {
    const native = this.#native!;
    const { keys } = this.#attributes!;
    const types = this.#types!.keys;
    const count = last - first;
    if (this.bytes.length > HEADS_BYTES_MAX || this.#positions > POSITIONS_MAX) this.#clear();
    const { bytes } = this;
    const typesEnd = types.starts[letters + 1]!;
    const typesStart = textStart(native, types.starts[letters]!);
    if (typesEnd - typesStart !== count) throw new MalformedNative('it has not one type for each attribute');
    const start = bytes.length;
    const restrictedStart = this.#positions;
    // The length of the letters in front of them is the number of attributes.
    bytes.room(start, typesEnd - types.starts[letters]!);
    let end = copyBytes(bytes, start, native.bytes, native.view, types.starts[letters]!, typesEnd);
    const written = end - count;
    for (let position = 0; position < count; position++) {
      if (LETTERS[bytes.bytes[written + position]!] !== 1) throw new MalformedNative('it has an attribute of an unknown type');
      const key = keys.indexes[first + position]!;
      if (this.#isRestricted(key)) {
        bytes.bytes[written + position] = RESTRICTED;
        this.#note(position);
      }
      const keyStart = keys.keys.starts[key]!;
      const keyEnd = keys.keys.starts[key + 1]!;
      bytes.room(end, keyEnd - keyStart);
      end = copyBytes(bytes, end, native.bytes, native.view, keyStart, keyEnd);
    }
    bytes.length = end;
    this.#first[slot] = first + 1;
    this.#count[slot] = count;
    this.#letters[slot] = letters;
    this.#start[slot] = start;
    this.#end[slot] = end;
    this.#restrictedStart[slot] = restrictedStart;
    this.#restrictedEnd[slot] = this.#positions;
  }

  #isRestricted(key: number): boolean {
    const known = this.#keys[key]!;
    if (known !== 0) return known === 2;
    const native = this.#native!;
    const { starts } = this.#attributes!.keys.keys;
    const start = textStart(native, starts[key]!);
    const text = Buffer.from(native.bytes.buffer, native.bytes.byteOffset + start, starts[key + 1]! - start).toString('utf8');
    const restricted = this.#restricts(text);
    this.#keys[key] = restricted ? 2 : 1;
    return restricted;
  }

  #note(position: number): void {
    if (this.#positions === this.positions.length) {
      const larger = new Uint32Array(this.positions.length * 2);
      larger.set(this.positions);
      this.positions = larger;
    }
    this.positions[this.#positions++] = position;
  }

  #clear(): void {
    this.bytes.length = 0;
    this.#positions = 0;
    this.#first.fill(0);
  }
}

/** Behind the varuint of its length. */
export function textStart(native: NativeCursor, start: number): number {
  let at = start;
  while (native.bytes[at]! > 127) at++;
  return at + 1;
}

function same(indexes: Uint32Array, a: number, b: number, count: number): boolean {
  for (let i = 0; i < count; i++) if (indexes[a + i] !== indexes[b + i]) return false;
  return true;
}
