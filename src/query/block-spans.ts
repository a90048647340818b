/**
 * The spans of a block from its Native columns, without the engine: what `seal` has written, as the store would give it back. Texts of
 * dictionaries are made once a block.
 */
import { NativeReader } from '#leaves/native-block';
import type { AttributesColumn, DictionaryColumn, FixedColumn, NativeCursor, StringColumn } from '#leaves/native-columns';
import { SpanColumns } from '#leaves/span-columns';
import { spanOf } from './span.ts';
import type { Span } from './span.ts';

/** Keeps its memory from block to block. */
export class BlockSpans {
  readonly #reader = new NativeReader();

  /** The spans of one Native block, by row. */
  read(native: Uint8Array): Span[] {
    this.#reader.begin(native);
    const spans: Span[] = [];
    while (this.#reader.next()) {
      const rows = new Rows(new SpanColumns(this.#reader));
      for (let row = 0; row < this.#reader.rows; row++) spans.push(rows.span(row));
    }
    return spans;
  }
}

class Rows {
  readonly #columns: SpanColumns;
  readonly #native: NativeCursor;
  readonly #bytes: Buffer;
  /** Texts of each dictionary, as far as they were needed. */
  readonly #texts = new Map<DictionaryColumn, (string | undefined)[]>();

  constructor(columns: SpanColumns) {
    this.#columns = columns;
    this.#native = columns.native;
    const { bytes } = columns.native;
    this.#bytes = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  span(row: number): Span {
    const of = this.#columns;
    const events = range(of.events, row);
    const links = range(of.links, row);
    const minimized = range(of.minimized, row);
    return spanOf({
      atBlock: '0',
      atRow: this.#uint32(of.row, row),
      traceId: this.#hex(of.traceId, row),
      spanId: this.#hex(of.spanId, row),
      parentSpanId: this.#hex(of.parentId, row),
      traceState: this.#text(of.traceState, row),
      spanFlags: this.#uint32(of.flags, row),
      spanName: this.#text(of.name, row),
      spanKind: this.#uint32(of.kind, row) | 0,
      startNano: this.#uint64(of.start, row).toString(),
      durationNano: BigInt.asIntN(64, this.#uint64(of.duration, row)).toString(),
      statusCode: this.#uint32(of.statusCode, row) | 0,
      statusMessage: this.#string(of.statusMessage, row),
      serviceName: this.#text(of.service, row),
      resourceText: this.#text(of.resource, row),
      scopeText: this.#text(of.scope, row),
      ...this.#attributes(of.attributes, row),
      types: this.#text(of.attributeTypes, row),
      droppedAttributes: this.#uint32(of.droppedAttributes, row),
      droppedEvents: this.#uint32(of.droppedEvents, row),
      droppedLinks: this.#uint32(of.droppedLinks, row),
      eventTimes: events.map((at) => this.#uint64(of.eventTime, at).toString()),
      eventNames: events.map((at) => this.#text(of.eventName, at)),
      eventKeys: events.map((at) => this.#attributes(of.eventAttributes, at).keys),
      eventTexts: events.map((at) => this.#attributes(of.eventAttributes, at).texts),
      eventTypes: events.map((at) => this.#text(of.eventTypes, at)),
      eventDropped: events.map((at) => this.#uint32(of.eventDropped, at)),
      linkTraceIds: links.map((at) => this.#hex(of.linkTraceId, at)),
      linkSpanIds: links.map((at) => this.#hex(of.linkSpanId, at)),
      linkTraceStates: links.map((at) => this.#string(of.linkTraceState, at)),
      linkFlags: links.map((at) => this.#uint32(of.linkFlags, at)),
      linkKeys: links.map((at) => this.#attributes(of.linkAttributes, at).keys),
      linkTexts: links.map((at) => this.#attributes(of.linkAttributes, at).texts),
      linkTypes: links.map((at) => this.#text(of.linkTypes, at)),
      linkDropped: links.map((at) => this.#uint32(of.linkDropped, at)),
      minimizedPlaces: minimized.map((at) => this.#text(of.minimizedPlace, at)),
      minimizedKinds: minimized.map((at) => this.#text(of.minimizedKind, at)),
      minimizedCounts: minimized.map((at) => this.#uint32(of.minimizedCount, at)),
    });
  }

  #uint32({ start }: FixedColumn, at: number): number {
    return this.#native.view.getUint32(start + at * 4, true);
  }

  #uint64({ start }: FixedColumn, at: number): bigint {
    return this.#native.view.getBigUint64(start + at * 8, true);
  }

  #hex({ start, width }: FixedColumn, at: number): string {
    return this.#bytes.toString('hex', start + at * width, start + (at + 1) * width);
  }

  #text(column: DictionaryColumn, at: number): string {
    let texts = this.#texts.get(column);
    if (texts === undefined) this.#texts.set(column, (texts = []));
    const key = column.indexes[at]!;
    return (texts[key] ??= this.#string(column.keys, key));
  }

  /** Behind the varuint of its length. */
  #string({ starts }: StringColumn, at: number): string {
    let start = starts[at]!;
    while (this.#bytes[start]! > 127) start++;
    return this.#bytes.toString('utf8', start + 1, starts[at + 1]);
  }

  #attributes(column: AttributesColumn, at: number): { readonly keys: readonly string[]; readonly texts: readonly string[] } {
    const elements = range(column.ends, at);
    return { keys: elements.map((element) => this.#text(column.keys, element)), texts: elements.map((element) => this.#string(column.values, element)) };
  }
}

/** The elements of a row's list. */
function range(ends: Uint32Array, row: number): number[] {
  const start = ends[row]!;
  return Array.from({ length: ends[row + 1]! - start }, (_, at) => start + at);
}
