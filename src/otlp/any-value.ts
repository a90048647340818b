/**
 * Arrays and maps inside attribute values (AnyValue, opentelemetry-proto 1.11 common/v1/common.proto), decoded into OTLP/JSON
 * objects. They are rare and small, so here objects are fine. Every string, key, bytes value and number inside becomes a leaf that can
 * be inspected and replaced. Limits: `value_nesting_max` levels and `value_elements_max` elements; what lies beyond becomes `[cut]`.
 */
import { LIMITS } from '#limits';

/** A place inside a nested value that can hold something sensitive. `holder[field]` is where its replacement goes. */
export interface Leaf {
  readonly holder: Record<string, unknown>;
  readonly field: 'stringValue' | 'bytesValue' | 'intValue' | 'doubleValue' | 'key';
  /** The nearest key above it inside the value; '' directly under the attribute. */
  readonly key: string;
  /** The keys above that one, outermost first. */
  readonly above: readonly string[];
  readonly text: string;
}

export interface NestedValue {
  /** OTLP/JSON AnyValue with one of `arrayValue` and `kvlistValue`. */
  readonly json: Record<string, unknown>;
  readonly leaves: readonly Leaf[];
  /** Elements of all levels that were kept: what it costs to hold. */
  readonly elements: number;
}

export const CUT = '[cut]';

/** Decodes an ArrayValue or KeyValueList at these bytes; null = malformed. */
export function decodeNested(bytes: Uint8Array, start: number, length: number, isMap: boolean): NestedValue | null {
  const reader = new Reader(bytes);
  try {
    const json = isMap ? reader.map(start, start + length, 1, NONE) : reader.array(start, start + length, 1, '', NONE);
    return { json, leaves: reader.leaves, elements: Math.min(reader.elements, LIMITS.value_elements_max) };
  } catch (error) {
    if (error === MALFORMED) return null;
    throw error;
  }
}

const NONE: readonly string[] = [];
const MALFORMED = new Error('malformed AnyValue');

class Reader {
  readonly leaves: Leaf[] = [];
  readonly #bytes: Buffer;
  elements = 0;
  #at = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
  }

  array(start: number, end: number, depth: number, key: string, above: readonly string[]): Record<string, unknown> {
    const values: unknown[] = [];
    this.#fields(start, end, (tag, from, to) => {
      if (tag === 10 && !this.#full(values, { stringValue: CUT })) values.push(this.#value(from, to, depth, key, above)); // values = 1
    });
    return { arrayValue: { values } };
  }

  map(start: number, end: number, depth: number, above: readonly string[]): Record<string, unknown> {
    const values: unknown[] = [];
    this.#fields(start, end, (tag, from, to) => {
      if (tag === 10 && !this.#full(values, { key: CUT, value: { stringValue: CUT } })) values.push(this.#keyValue(from, to, depth, above)); // values = 1
    });
    return { kvlistValue: { values } };
  }

  #keyValue(start: number, end: number, depth: number, above: readonly string[]): Record<string, unknown> {
    let key = '';
    let valueFrom = 0;
    let valueTo = 0;
    this.#fields(start, end, (tag, from, to) => {
      if (tag === 10) key = this.#text(from, to); // key = 1
      else if (tag === 18) [valueFrom, valueTo] = [from, to]; // value = 2
    });
    const entry: Record<string, unknown> = { key };
    this.leaves.push({ holder: entry, field: 'key', key: '', above, text: key });
    entry['value'] = this.#value(valueFrom, valueTo, depth, key, above);
    return entry;
  }

  #value(start: number, end: number, depth: number, key: string, above: readonly string[]): Record<string, unknown> {
    let json: Record<string, unknown> = {};
    this.#fields(start, end, (tag, from, to) => {
      switch (tag) {
        case 10: // string_value = 1
          json = { stringValue: this.#text(from, to) };
          break;
        case 16: // bool_value = 2
          json = { boolValue: this.#varint(from, to) !== 0n };
          break;
        case 24: // int_value = 3
          json = { intValue: String(BigInt.asIntN(64, this.#varint(from, to))) };
          break;
        case 33: // double_value = 4
          json = { doubleValue: doubleJson(this.#bytes.readDoubleLE(from)) };
          break;
        case 42: // array_value = 5
        case 50: // kvlist_value = 6
          if (depth >= LIMITS.value_nesting_max) json = { stringValue: CUT };
          else json = tag === 42 ? this.array(from, to, depth + 1, key, above) : this.map(from, to, depth + 1, key === '' ? above : [...above, key]);
          break;
        case 58: // bytes_value = 7
          json = { bytesValue: this.#bytes.toString('base64', from, to) };
          break;
      }
    });
    this.#leaf(json, key, above);
    return json;
  }

  #leaf(json: Record<string, unknown>, key: string, above: readonly string[]): void {
    for (const field of ['stringValue', 'bytesValue', 'intValue'] as const) {
      const text = json[field];
      if (typeof text === 'string' && text !== '') this.leaves.push({ holder: json, field, key, above, text });
    }
    if (typeof json['doubleValue'] === 'number') this.leaves.push({ holder: json, field: 'doubleValue', key, above, text: String(json['doubleValue']) });
  }

  /** True when no more elements are taken; the first time it leaves `mark` as the last element. */
  #full(values: unknown[], mark: unknown): boolean {
    this.elements++;
    if (this.elements <= LIMITS.value_elements_max) return false;
    if (this.elements === LIMITS.value_elements_max + 1) values.push(mark);
    return true;
  }

  #text(start: number, end: number): string {
    return this.#bytes.toString('utf8', start, end);
  }

  /** Calls `field` with tag, start and end of each field's payload. Groups do not occur in AnyValue; one is malformed here. */
  #fields(start: number, end: number, field: (tag: number, from: number, to: number) => void): void {
    let at = start;
    while (at < end) {
      const tag = Number(this.#varint(at, end));
      const from = this.#at;
      let to = from;
      switch (tag & 7) {
        case 0:
          this.#varint(from, end);
          to = this.#at;
          break;
        case 1:
          to = from + 8;
          break;
        case 2: {
          const length = Number(this.#varint(from, end));
          field(tag, this.#at, bounded(this.#at + length, end));
          at = this.#atAfter(length, from, end);
          continue;
        }
        case 5:
          to = from + 4;
          break;
        default:
          throw MALFORMED;
      }
      field(tag, from, bounded(to, end));
      at = to;
    }
  }

  #atAfter(length: number, from: number, end: number): number {
    this.#varint(from, end);
    return this.#at + length;
  }

  #varint(start: number, end: number): bigint {
    let value = 0n;
    for (let at = start, shift = 0n; at < end && shift < 70n; at++, shift += 7n) {
      const byte = this.#bytes[at]!;
      value |= BigInt(byte & 127) << shift;
      if (byte < 128) {
        this.#at = at + 1;
        return BigInt.asUintN(64, value);
      }
    }
    throw MALFORMED;
  }
}

function bounded(to: number, end: number): number {
  if (!(to <= end)) throw MALFORMED;
  return to;
}

/** OTLP/JSON writes the values that JSON has no number for as strings (protobuf JSON mapping). */
export function doubleJson(value: number): number | string {
  if (Number.isNaN(value)) return 'NaN';
  if (value === Infinity) return 'Infinity';
  if (value === -Infinity) return '-Infinity';
  return Object.is(value, -0) ? '-0' : value;
}
