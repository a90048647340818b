/**
 * Reads JSON (RFC 8259) from bytes without building objects: a hostile body costs no memory beyond its own bytes, numbers
 * keep all their digits, and nothing can reach a prototype. The nesting limit is checked before each step down.
 *
 * Scalars are left where they are: `start` and `end` say where in `source` the last string or number stands. Strings are
 * taken as the bytes they are; whether those are UTF-8 is judged later, the same way as for protobuf.
 */
import { type Refusal, refuse } from '#refusal';

/** Thrown inside the walk, turned into a refusal at its door. Names a place and a field of the schema, never a value. */
export class JsonError extends Error {
  readonly refusal: Refusal;

  constructor(refusal: Refusal) {
    super(refusal.refused);
    this.refusal = refusal;
  }
}

export const QUOTE = 0x22;
export const OPEN_OBJECT = 0x7b;
export const CLOSE_OBJECT = 0x7d;
export const OPEN_ARRAY = 0x5b;
export const CLOSE_ARRAY = 0x5d;
export const COMMA = 0x2c;
export const COLON = 0x3a;
export const BACKSLASH = 0x5c;
export const MINUS = 0x2d;
export const ZERO = 0x30;
export const NINE = 0x39;
/** What `peek` answers at the end of the bytes. */
export const END = -1;

const TRUE = Buffer.from('true');
const FALSE = Buffer.from('false');
const NULL = Buffer.from('null');

export class JsonReader {
  /** Where the last scalar stands: the body itself, or a copy of a string freed of its escapes. */
  source: Uint8Array;
  start = 0;
  end = 0;
  /** The last string holds escapes, the last number a fraction or an exponent. */
  special = false;

  readonly #bytes: Uint8Array;
  readonly #depthMax: number;
  #at = 0;
  #depth = 0;

  constructor(bytes: Uint8Array, depthMax: number) {
    this.#bytes = bytes;
    this.source = bytes;
    this.#depthMax = depthMax;
    // RFC 8259 §8.1: a byte order mark may be ignored.
    if (bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf) this.#at = 3;
  }

  /** The next byte that is not white space, or END. */
  peek(): number {
    for (;;) {
      const byte = this.#bytes[this.#at];
      if (byte === undefined) return END;
      if (byte !== 0x20 && byte !== 0x0a && byte !== 0x0d && byte !== 0x09) return byte;
      this.#at++;
    }
  }

  take(byte: number, place: string): void {
    if (this.peek() !== byte) this.fail(`${place}: '${String.fromCharCode(byte)}' is expected`);
    this.#at++;
  }

  fail(why: string): never {
    throw new JsonError(refuse('body_undecodable', `JSON, byte ${this.#at}: ${why}`));
  }

  /** Steps into an object or array. */
  enter(open: number, place: string): void {
    this.take(open, place);
    if (++this.#depth > this.#depthMax) throw new JsonError(refuse('body_too_deep', `JSON, byte ${this.#at}: deeper than ${this.#depthMax}`));
  }

  /** After `enter` or a member: is there another one? Takes the comma, or the closing bracket and steps out. */
  more(close: number, first: boolean): boolean {
    if (this.peek() === close) {
      this.#at++;
      this.#depth--;
      return false;
    }
    if (first) return true;
    this.take(COMMA, 'member');
    if (this.peek() === close) this.fail('a member is expected after the comma');
    return true;
  }

  /** Takes a string including its quotes; the contents are left escaped. `place` names a field of the schema. */
  string(place: string): void {
    if (this.peek() !== QUOTE) this.fail(`${place}: a string is expected`);
    this.#at++;
    const bytes = this.#bytes;
    let i = this.#at;
    this.start = i;
    this.special = false;
    for (;;) {
      const byte = bytes[i];
      if (byte === QUOTE) break;
      if (byte === undefined || byte < 0x20) this.fail(`${place}: a string does not end`);
      i++;
      if (byte !== BACKSLASH) continue;
      this.special = true;
      i = this.#escape(i);
    }
    this.source = bytes;
    this.end = i;
    this.#at = i + 1;
  }

  /** Takes a string and frees it of escapes, for scalars that are written as text. */
  plainString(place: string): void {
    this.string(place);
    if (!this.special) return;
    const text: unknown = JSON.parse(`"${Buffer.from(this.source.subarray(this.start, this.end)).toString('latin1')}"`);
    this.source = Buffer.from(String(text), 'latin1');
    this.start = 0;
    this.end = this.source.length;
    this.special = false;
  }

  /** The last scalar as text of one byte a character. */
  text(): string {
    return Buffer.from(this.source.buffer, this.source.byteOffset + this.start, this.end - this.start).toString('latin1');
  }

  number(place: string): void {
    this.peek();
    const bytes = this.#bytes;
    let i = this.#at;
    this.source = bytes;
    this.start = i;
    this.special = false;
    if (bytes[i] === MINUS) i++;
    if (bytes[i] === ZERO) i++;
    else i = this.#digits(i, place);
    if (bytes[i] === 0x2e) {
      this.special = true;
      i = this.#digits(i + 1, place);
    }
    if (bytes[i] === 0x65 || bytes[i] === 0x45) {
      this.special = true;
      i++;
      if (bytes[i] === 0x2b || bytes[i] === MINUS) i++;
      i = this.#digits(i, place);
    }
    this.end = i;
    this.#at = i;
  }

  boolean(place: string): boolean {
    const is = this.peek() === TRUE[0];
    this.#word(is ? TRUE : FALSE, place);
    return is;
  }

  /** Takes `null` if it stands here. */
  absent(): boolean {
    if (this.peek() !== NULL[0]) return false;
    this.#word(NULL, 'null');
    return true;
  }

  /** Takes any value: what an unknown field holds. */
  skip(): void {
    const byte = this.peek();
    if (byte === QUOTE) this.string('unknown field');
    else if (byte === OPEN_OBJECT) {
      this.enter(OPEN_OBJECT, 'object');
      for (let first = true; this.more(CLOSE_OBJECT, first); first = false) {
        this.string('key');
        this.take(COLON, 'key');
        this.skip();
      }
    } else if (byte === OPEN_ARRAY) {
      this.enter(OPEN_ARRAY, 'array');
      for (let first = true; this.more(CLOSE_ARRAY, first); first = false) this.skip();
    } else if (byte === TRUE[0] || byte === FALSE[0]) this.boolean('unknown field');
    else if (!this.absent()) this.number('unknown field');
  }

  #escape(at: number): number {
    switch (this.#bytes[at]) {
      case QUOTE: case BACKSLASH: case 0x2f: case 0x62: case 0x66: case 0x6e: case 0x72: case 0x74:
        return at + 1;
      case 0x75:
        for (let i = at + 1; i < at + 5; i++) if (hexDigit(this.#bytes[i]) < 0) this.fail('a string holds a malformed escape');
        return at + 5;
      default:
        return this.fail('a string holds a malformed escape');
    }
  }

  #digits(at: number, place: string): number {
    let i = at;
    while (isDigit(this.#bytes[i])) i++;
    if (i === at) this.fail(`${place}: a number is expected`);
    return i;
  }

  #word(word: Uint8Array, place: string): void {
    for (let i = 0; i < word.length; i++) if (this.#bytes[this.#at + i] !== word[i]) this.fail(`${place}: a value is expected`);
    this.#at += word.length;
  }
}

export function isDigit(byte: number | undefined): boolean {
  return byte !== undefined && byte >= ZERO && byte <= NINE;
}

/** 0 to 15, or -1. */
export function hexDigit(byte: number | undefined): number {
  if (byte === undefined) return -1;
  if (byte >= ZERO && byte <= NINE) return byte - ZERO;
  const lower = byte | 0x20;
  return lower >= 0x61 && lower <= 0x66 ? lower - 0x57 : -1;
}
