/**
 * OTLP/JSON to protobuf: the bytes of an ExportTraceServiceRequest in JSON become the same request on the wire, so that
 * there is one decoder and one batch. Written straight from bytes to bytes along a table of fields; memory is the output.
 *
 * The rules (OTLP 1.11 §JSON Protobuf Encoding, protobuf JSON mapping): lowerCamelCase names alone are known and others
 * ignored, `null` is absent, enums are integers. On doubt the body is refused: a known key twice, two values in one
 * AnyValue, a type that does not fit its field. One malformed id refuses its span alone, later.
 */
import { LIMITS } from '#limits';
import type { Refusal } from '#refusal';
import { CLOSE_ARRAY, CLOSE_OBJECT, COLON, END, JsonError, JsonReader, OPEN_ARRAY, OPEN_OBJECT, QUOTE } from './json-reader.ts';
import { copyBase64, copyId, copyString, copyText, type Halves, readDouble, readInteger } from './json-scalar.ts';
import { ProtoWriter, WIRE } from './proto-writer.ts';

/** A value nests through `kvlistValue`, `values`, the entry and its `value`: four levels of JSON for one of its own. */
const DEPTH_MAX = LIMITS.json_nesting_max + 4 * LIMITS.value_nesting_max;

/** The request on the wire, or why it cannot be: `body_undecodable`, `body_too_deep`. No bytes at all are an empty request. */
export function requestFromJson(bytes: Uint8Array): Uint8Array | Refusal {
  // Nothing takes more room on the wire than in JSON, so the first buffer is the last.
  const writer = new ProtoWriter(bytes.length + 16);
  if (bytes.length === 0) return writer.written();
  const reader = new JsonReader(bytes, DEPTH_MAX);
  try {
    new Transcoder(reader, writer).message(REQUEST);
    if (reader.peek() !== END) reader.fail('something follows the request');
    return writer.written();
  } catch (error) {
    if (error instanceof JsonError) return error.refusal;
    throw error;
  }
}

/** `list` is a repeated message. */
type Kind = 'string' | 'id' | 'bytes' | 'bool' | 'int64' | 'double' | 'enum' | 'uint32' | 'fixed32' | 'fixed64' | 'message' | 'list';

interface Field {
  readonly name: string;
  readonly nameBytes: Uint8Array;
  readonly number: number;
  readonly kind: Kind;
  /** For messages and lists. A function, since AnyValue holds itself. */
  readonly of: () => Message;
  /** Its bit among the keys seen in one object. */
  readonly bit: number;
}

interface Message {
  /** Fields by the length of their name, then compared byte by byte: no string is made of a key. */
  readonly byLength: readonly (readonly Field[] | undefined)[];
  /** All fields belong to one `oneof`. */
  readonly oneof: boolean;
}

type Row = readonly [name: string, number: number, kind: Kind, of?: () => Message];

function message(rows: readonly Row[], oneof = false): Message {
  const byLength: Field[][] = [];
  rows.forEach(([name, number, kind, of], index) => {
    (byLength[name.length] ??= []).push({ name, nameBytes: Buffer.from(name), number, kind, of: of ?? noMessage, bit: 1 << index });
  });
  return { byLength, oneof };
}

function noMessage(): Message {
  throw new Error('cannot descend into a scalar field');
}

// opentelemetry-proto 1.11: common/v1, resource/v1, trace/v1, collector/trace/v1.
const ATTRIBUTES = (number: number): Row => ['attributes', number, 'list', () => KEY_VALUE];
const ARRAY_VALUE: Message = message([['values', 1, 'list', () => ANY_VALUE]]);
const KEY_VALUE: Message = message([['key', 1, 'string'], ['value', 2, 'message', () => ANY_VALUE]]);
const KEY_VALUE_LIST: Message = message([['values', 1, 'list', () => KEY_VALUE]]);
const ANY_VALUE: Message = message(
  [
    ['stringValue', 1, 'string'], ['boolValue', 2, 'bool'], ['intValue', 3, 'int64'], ['doubleValue', 4, 'double'],
    ['arrayValue', 5, 'message', () => ARRAY_VALUE], ['kvlistValue', 6, 'message', () => KEY_VALUE_LIST], ['bytesValue', 7, 'bytes'],
  ],
  true,
);
const EVENT = message([['timeUnixNano', 1, 'fixed64'], ['name', 2, 'string'], ATTRIBUTES(3), ['droppedAttributesCount', 4, 'uint32']]);
const LINK = message([
  ['traceId', 1, 'id'], ['spanId', 2, 'id'], ['traceState', 3, 'string'], ATTRIBUTES(4), ['droppedAttributesCount', 5, 'uint32'], ['flags', 6, 'fixed32'],
]);
const STATUS = message([['message', 2, 'string'], ['code', 3, 'enum']]);
const SPAN = message([
  ['traceId', 1, 'id'], ['spanId', 2, 'id'], ['traceState', 3, 'string'], ['parentSpanId', 4, 'id'], ['name', 5, 'string'], ['kind', 6, 'enum'],
  ['startTimeUnixNano', 7, 'fixed64'], ['endTimeUnixNano', 8, 'fixed64'], ATTRIBUTES(9), ['droppedAttributesCount', 10, 'uint32'],
  ['events', 11, 'list', () => EVENT], ['droppedEventsCount', 12, 'uint32'], ['links', 13, 'list', () => LINK], ['droppedLinksCount', 14, 'uint32'],
  ['status', 15, 'message', () => STATUS], ['flags', 16, 'fixed32'],
]);
const SCOPE = message([['name', 1, 'string'], ['version', 2, 'string'], ATTRIBUTES(3), ['droppedAttributesCount', 4, 'uint32']]);
const SCOPE_SPANS = message([['scope', 1, 'message', () => SCOPE], ['spans', 2, 'list', () => SPAN], ['schemaUrl', 3, 'string']]);
const RESOURCE = message([ATTRIBUTES(1), ['droppedAttributesCount', 2, 'uint32']]);
const RESOURCE_SPANS = message([['resource', 1, 'message', () => RESOURCE], ['scopeSpans', 2, 'list', () => SCOPE_SPANS], ['schemaUrl', 3, 'string']]);
const REQUEST = message([['resourceSpans', 1, 'list', () => RESOURCE_SPANS]]);

class Transcoder {
  readonly #reader: JsonReader;
  readonly #writer: ProtoWriter;
  readonly #integer: Halves = { low: 0, high: 0 };

  constructor(reader: JsonReader, writer: ProtoWriter) {
    this.#reader = reader;
    this.#writer = writer;
  }

  message(table: Message): void {
    const reader = this.#reader;
    let seen = 0;
    reader.enter(OPEN_OBJECT, 'object');
    for (let first = true; reader.more(CLOSE_OBJECT, first); first = false) {
      const field = this.#key(table);
      reader.take(COLON, 'key');
      if (field === null) reader.skip();
      else if (!reader.absent()) {
        if ((seen & field.bit) !== 0) reader.fail(`${field.name}: stands twice in one object`);
        if (table.oneof && seen !== 0) reader.fail('an AnyValue holds two values');
        seen |= field.bit;
        if (field.kind === 'list') this.#list(field);
        else this.#value(field);
      }
    }
  }

  /** The field that a key names, or null. */
  #key(table: Message): Field | null {
    const reader = this.#reader;
    reader.string('key');
    if (!reader.special) return find(table, reader.source, reader.start, reader.end);
    const key = new ProtoWriter(reader.end - reader.start);
    copyText(reader, key);
    const bytes = key.written();
    return find(table, bytes, 0, bytes.length);
  }

  #list(field: Field): void {
    const reader = this.#reader;
    const table = field.of();
    reader.enter(OPEN_ARRAY, field.name);
    for (let first = true; reader.more(CLOSE_ARRAY, first); first = false) {
      const mark = this.#writer.open(field.number);
      // In an array of values null keeps its place as a value without content; anywhere else it has no meaning.
      if (table !== ANY_VALUE || !reader.absent()) this.message(table);
      this.#writer.close(mark);
    }
  }

  #value({ name, number, kind, of }: Field): void {
    const reader = this.#reader;
    const writer = this.#writer;
    switch (kind) {
      case 'string': case 'id': case 'bytes': case 'message': {
        const mark = writer.open(number);
        if (kind === 'string') copyString(reader, name, writer);
        else if (kind === 'id') copyId(reader, name, writer);
        else if (kind === 'bytes') copyBase64(reader, name, writer);
        else this.message(of());
        return writer.close(mark);
      }
      case 'bool':
        writer.tag(number, WIRE.varint);
        return writer.byte(reader.boolean(name) ? 1 : 0);
      case 'double':
        writer.tag(number, WIRE.fixed64);
        return writer.double(readDouble(reader, name));
      case 'enum':
        // OTLP 1.11: names of enum values must not be used; text is no integer here, unlike for the other kinds.
        if (reader.peek() === QUOTE) reader.fail(`${name}: an integer is expected`);
    }
    const integer = this.#integer;
    readInteger(reader, name, kind === 'fixed64' || kind === 'int64' ? 64 : 32, kind === 'int64' || kind === 'enum', integer);
    if (kind === 'fixed64') {
      writer.tag(number, WIRE.fixed64);
      writer.fixed32(integer.low);
      writer.fixed32(integer.high);
    } else if (kind === 'fixed32') {
      writer.tag(number, WIRE.fixed32);
      writer.fixed32(integer.low);
    } else {
      writer.tag(number, WIRE.varint);
      writer.varint64(integer.low, integer.high);
    }
  }
}

function find(table: Message, bytes: Uint8Array, start: number, end: number): Field | null {
  const candidates = table.byLength[end - start];
  if (candidates !== undefined) {
    next: for (const field of candidates) {
      const { nameBytes } = field;
      for (let i = 0; i < nameBytes.length; i++) if (nameBytes[i] !== bytes[start + i]) continue next;
      return field;
    }
  }
  return null;
}
