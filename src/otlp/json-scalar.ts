/**
 * Scalars of the OTLP/JSON mapping (OTLP 1.11 §JSON Protobuf Encoding) on their way from a `JsonReader` to a
 * `ProtoWriter`: integers of 64 bits as text or number, exact; ids as hexadecimal; bytes as base64; doubles with names.
 */
import { BACKSLASH, END, hexDigit, isDigit, type JsonReader, MINUS, NINE, QUOTE, ZERO } from './json-reader.ts';
import type { ProtoWriter } from './proto-writer.ts';

const TWO_32 = 0x1_0000_0000;
/** Longer texts cannot be ids; they are not decoded. */
const ID_TEXT_MAX = 64;

/** An integer as two unsigned halves, two's complement. */
export interface Halves {
  low: number;
  high: number;
}

/** Reads an integer, as number or decimal text, into `into`. Signed: int64 or int32; otherwise uint64 or uint32. */
export function readInteger(reader: JsonReader, name: string, bits: 32 | 64, signed: boolean, into: Halves): void {
  if (reader.peek() === QUOTE) reader.plainString(name);
  else reader.number(name);
  if (!(reader.special ? fromDouble(Number(reader.text()), into) : fromDigits(reader.source, reader.start, reader.end, into))) reader.fail(`${name}: an integer is expected`);
  if (!fits(into, bits, signed)) reader.fail(`${name}: out of range`);
  if (negative) negate(into);
}

/** Sign of the integer read last; the halves hold its magnitude until it is checked. */
let negative = false;

function fromDigits(bytes: Uint8Array, start: number, end: number, into: Halves): boolean {
  negative = bytes[start] === MINUS;
  const first = negative ? start + 1 : start;
  // 20 digits hold any 64-bit integer; more are refused before they cost anything.
  if (first === end || end - first > 20) return false;
  let low = 0;
  let high = 0;
  for (let i = first; i < end; i++) {
    const byte = bytes[i] as number;
    if (byte < ZERO || byte > NINE) return false;
    low = low * 10 + (byte - ZERO);
    high = high * 10 + Math.floor(low / TWO_32);
    low %= TWO_32;
  }
  into.low = low;
  into.high = high;
  return true;
}

/** `1e9` and `1.0` are integers too. */
function fromDouble(value: number, into: Halves): boolean {
  if (!Number.isInteger(value)) return false;
  negative = value < 0;
  const magnitude = Math.abs(value);
  into.high = Math.floor(magnitude / TWO_32);
  into.low = magnitude % TWO_32;
  return true;
}

function fits({ low, high }: Halves, bits: 32 | 64, signed: boolean): boolean {
  const zero = low === 0 && high === 0;
  if (negative && !signed) return zero;
  const top = bits === 64 ? high : low;
  if (bits === 32 && high !== 0) return false;
  if (!signed) return top < TWO_32;
  return top < TWO_32 / 2 || (negative && top === TWO_32 / 2 && (bits === 32 || low === 0));
}

function negate(value: Halves): void {
  value.low = (~value.low + 1) >>> 0;
  value.high = (~value.high + (value.low === 0 ? 1 : 0)) >>> 0;
}

/** A double as number, as decimal text, or as "NaN", "Infinity", "-Infinity" (protobuf JSON mapping). */
export function readDouble(reader: JsonReader, name: string): number {
  if (reader.peek() !== QUOTE) {
    reader.number(name);
    const value = Number(reader.text());
    if (!Number.isFinite(value)) reader.fail(`${name}: out of range`);
    return value;
  }
  reader.plainString(name);
  if (reader.end - reader.start > ID_TEXT_MAX) reader.fail(`${name}: a number is expected`);
  const text = reader.text();
  if (text === 'NaN') return NaN;
  if (text === 'Infinity') return Infinity;
  if (text === '-Infinity') return -Infinity;
  const value = Number(text);
  // Number() takes more than decimal numbers: '', ' 1', '0x1'.
  if (!isDigit(text.charCodeAt(text.length - 1)) || !/^-?[0-9]+(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?$/.test(text) || !Number.isFinite(value)) reader.fail(`${name}: a number is expected`);
  return value;
}

/**
 * A trace or span id: hexadecimal of either case. A wrong length stays wrong, and what is no hexadecimal at all becomes a
 * single byte, so that validation refuses that span alone. Empty stays empty: a root span has no parent.
 */
export function copyId(reader: JsonReader, name: string, writer: ProtoWriter): void {
  reader.plainString(name);
  const { source, start, end } = reader;
  if ((end - start) % 2 !== 0 || end - start > ID_TEXT_MAX) return writer.byte(0);
  for (let i = start; i < end; i++) if (hexDigit(source[i]) < 0) return writer.byte(0);
  for (let i = start; i < end; i += 2) writer.byte((hexDigit(source[i]) << 4) | hexDigit(source[i + 1]));
}

/** Base64 of either alphabet, padded or not. */
export function copyBase64(reader: JsonReader, name: string, writer: ProtoWriter): void {
  reader.plainString(name);
  const text = reader.text();
  try {
    const bytes = Uint8Array.fromBase64(text, { alphabet: /[-_]/.test(text) ? 'base64url' : 'base64' });
    writer.raw(bytes, 0, bytes.length);
  } catch {
    reader.fail(`${name}: base64 is expected`);
  }
}

/** Reads a string and writes its text. */
export function copyString(reader: JsonReader, name: string, writer: ProtoWriter): void {
  reader.string(name);
  copyText(reader, writer);
}

/** Writes the string read last without its escapes. Lone surrogates become U+FFFD; other bytes are copied as they are. */
export function copyText(reader: JsonReader, writer: ProtoWriter): void {
  const { source, end } = reader;
  if (!reader.special) return writer.raw(source, reader.start, end);
  let plain = reader.start;
  for (let i = reader.start; i < end; ) {
    if (source[i] !== BACKSLASH) {
      i++;
      continue;
    }
    writer.raw(source, plain, i);
    i = copyEscape(source, i, end, writer);
    plain = i;
  }
  writer.raw(source, plain, end);
}

const ESCAPES: Readonly<Record<number, number>> = { 0x62: 0x08, 0x66: 0x0c, 0x6e: 0x0a, 0x72: 0x0d, 0x74: 0x09 };

/** Writes what the escape at `at` stands for; the reader has checked its form. Returns where the text goes on. */
function copyEscape(source: Uint8Array, at: number, end: number, writer: ProtoWriter): number {
  const kind = source[at + 1] as number;
  if (kind !== 0x75) {
    writer.byte(ESCAPES[kind] ?? kind);
    return at + 2;
  }
  const unit = codeUnit(source, at);
  const next = at + 6 < end && source[at + 6] === BACKSLASH && source[at + 7] === 0x75 ? codeUnit(source, at + 6) : END;
  if (unit >= 0xd800 && unit < 0xdc00 && next >= 0xdc00 && next < 0xe000) {
    writeCodePoint(writer, 0x10000 + ((unit - 0xd800) << 10) + (next - 0xdc00));
    return at + 12;
  }
  writeCodePoint(writer, unit >= 0xd800 && unit < 0xe000 ? 0xfffd : unit);
  return at + 6;
}

function codeUnit(source: Uint8Array, at: number): number {
  return (hexDigit(source[at + 2]) << 12) | (hexDigit(source[at + 3]) << 8) | (hexDigit(source[at + 4]) << 4) | hexDigit(source[at + 5]);
}

function writeCodePoint(writer: ProtoWriter, code: number): void {
  if (code < 0x80) return writer.byte(code);
  if (code < 0x800) writer.byte(0xc0 | (code >> 6));
  else {
    if (code < 0x10000) writer.byte(0xe0 | (code >> 12));
    else {
      writer.byte(0xf0 | (code >> 18));
      writer.byte(0x80 | ((code >> 12) & 0x3f));
    }
    writer.byte(0x80 | ((code >> 6) & 0x3f));
  }
  writer.byte(0x80 | (code & 0x3f));
}
