/** The columns of a block of `spans` that a span entry is made of, found by name. */
import type { NativeReader } from './native-block.ts';
import { ArrayColumn, AttributesColumn, type ColumnReader, DictionaryColumn, FixedColumn, MalformedNative, type NativeCursor, StringColumn } from './native-columns.ts';

export class SpanColumns {
  readonly rows: number;
  readonly native: NativeCursor;
  readonly row: FixedColumn;
  readonly traceId: FixedColumn;
  readonly spanId: FixedColumn;
  readonly parentId: FixedColumn;
  readonly flags: FixedColumn;
  readonly kind: FixedColumn;
  readonly start: FixedColumn;
  readonly duration: FixedColumn;
  readonly statusCode: FixedColumn;
  readonly droppedAttributes: FixedColumn;
  readonly droppedEvents: FixedColumn;
  readonly droppedLinks: FixedColumn;
  readonly producer: DictionaryColumn;
  readonly service: DictionaryColumn;
  readonly name: DictionaryColumn;
  readonly traceState: DictionaryColumn;
  readonly statusMessage: StringColumn;
  readonly resource: DictionaryColumn;
  readonly scope: DictionaryColumn;
  readonly attributes: AttributesColumn;
  readonly attributeTypes: DictionaryColumn;
  /** Ends of the lists of events, links, statements and seals, the same in all of their columns. */
  readonly events: Uint32Array;
  readonly links: Uint32Array;
  readonly minimized: Uint32Array;
  readonly eventTime: FixedColumn;
  readonly eventName: DictionaryColumn;
  readonly eventAttributes: AttributesColumn;
  readonly eventTypes: DictionaryColumn;
  readonly eventDropped: FixedColumn;
  readonly linkTraceId: FixedColumn;
  readonly linkSpanId: FixedColumn;
  readonly linkTraceState: StringColumn;
  readonly linkFlags: FixedColumn;
  readonly linkAttributes: AttributesColumn;
  readonly linkTypes: DictionaryColumn;
  readonly linkDropped: FixedColumn;
  readonly minimizedPlace: DictionaryColumn;
  readonly minimizedKind: DictionaryColumn;
  readonly minimizedCount: FixedColumn;
  readonly sealed: Uint32Array;
  readonly sealedKey: FixedColumn;
  readonly sealedText: StringColumn;

  /** Of the block that was read last. */
  constructor(reader: NativeReader) {
    this.rows = reader.rows;
    this.native = reader.cursor;
    const text = (name: string): DictionaryColumn => reader.column(name, DictionaryColumn);
    this.row = reader.fixed('row', 4);
    this.traceId = reader.fixed('trace_id', 16);
    this.spanId = reader.fixed('span_id', 8);
    this.parentId = reader.fixed('parent_span_id', 8);
    this.flags = reader.fixed('flags', 4);
    this.kind = reader.fixed('kind', 4);
    this.start = reader.fixed('start', 8);
    this.duration = reader.fixed('duration', 8);
    this.statusCode = reader.fixed('status_code', 4);
    this.droppedAttributes = reader.fixed('dropped_attributes', 4);
    this.droppedEvents = reader.fixed('dropped_events', 4);
    this.droppedLinks = reader.fixed('dropped_links', 4);
    this.producer = text('producer');
    this.service = text('service');
    this.name = text('name');
    this.traceState = text('trace_state');
    this.statusMessage = reader.column('status_message', StringColumn);
    this.resource = text('resource');
    this.scope = text('scope');
    this.attributes = reader.column('attributes', AttributesColumn);
    this.attributeTypes = text('attribute_types');

    const events = new Lists(reader, 'events.time');
    this.events = events.ends;
    this.eventTime = events.fixed('events.time', 8);
    this.eventName = events.of('events.name', DictionaryColumn);
    this.eventAttributes = events.of('events.attributes', AttributesColumn);
    this.eventTypes = events.of('events.attribute_types', DictionaryColumn);
    this.eventDropped = events.fixed('events.dropped', 4);

    const links = new Lists(reader, 'links.trace_id');
    this.links = links.ends;
    this.linkTraceId = links.fixed('links.trace_id', 16);
    this.linkSpanId = links.fixed('links.span_id', 8);
    this.linkTraceState = links.of('links.trace_state', StringColumn);
    this.linkFlags = links.fixed('links.flags', 4);
    this.linkAttributes = links.of('links.attributes', AttributesColumn);
    this.linkTypes = links.of('links.attribute_types', DictionaryColumn);
    this.linkDropped = links.fixed('links.dropped', 4);

    const minimized = new Lists(reader, 'minimized.place');
    this.minimized = minimized.ends;
    this.minimizedPlace = minimized.of('minimized.place', DictionaryColumn);
    this.minimizedKind = minimized.of('minimized.kind', DictionaryColumn);
    this.minimizedCount = minimized.fixed('minimized.count', 4);

    const sealed = new Lists(reader, 'sealed.key');
    this.sealed = sealed.ends;
    this.sealedKey = sealed.fixed('sealed.key', 8);
    this.sealedText = sealed.of('sealed.text', StringColumn);
  }
}

/** Array columns whose lists are of equal lengths in each row. */
class Lists {
  readonly ends: Uint32Array;
  readonly #reader: NativeReader;
  /** The ends as they are in the block. */
  readonly #bytes: Uint8Array;

  constructor(reader: NativeReader, first: string) {
    const column = reader.column(first, ArrayColumn);
    this.#reader = reader;
    this.ends = column.ends(reader.cursor, reader.rows);
    this.#bytes = this.#endsOf(column);
  }

  of<T extends ColumnReader>(name: string, kind: new (...args: never[]) => T): T {
    const column = this.#reader.array(name, kind);
    if (Buffer.compare(this.#endsOf(column), this.#bytes) !== 0) throw new MalformedNative(`its lists of ${name} are not as long as the others`);
    return column.elements;
  }

  #endsOf({ endsStart }: ArrayColumn): Uint8Array {
    return this.#reader.cursor.bytes.subarray(endsStart, endsStart + this.#reader.rows * 8);
  }

  fixed(name: string, width: number): FixedColumn {
    const column = this.of(name, FixedColumn);
    if (column.width !== width) throw new MalformedNative(`its column ${name} has another width`);
    return column;
  }
}
