/**
 * The table `spans` as columns under construction: appends the taken spans of minimized batches, row by row, straight from
 * the received bytes, and writes one Native block. Column order and types are those of `SPANS` in the schema.
 */
import { ByteWriter, NONE, TYPE, TYPE_LETTERS } from '#batch';
import { SPANS } from '#clickhouse/schema';
import { ArrayColumn, AttributesColumn, type ColumnWriter, DictionaryColumn, encodeBlock, Offsets, PlainColumn } from '#columns';
import type { MinimizedBatch, Minimizer, SealedValue } from '#minimize';
import type { FilterColumns } from './filter-columns.ts';
import { GroupTexts } from './group-texts.ts';
import { MinimizedColumns } from './minimized-columns.ts';
import type { BlockIdentity } from './block-identity.ts';
import { SealedColumns, STATUS_MESSAGE } from './sealed-columns.ts';
import type { SubjectKeys } from './subject-keys.ts';
import { TokenColumns } from './token-columns.ts';
import type { TraceOrder } from './trace-order.ts';

const LETTERS = Buffer.from(TYPE_LETTERS);
const DIGITS = new Uint8Array(24);
const NOTHING = new Uint8Array(0);

export class SpanColumns {
  rows = 0;
  /** Values replaced since the last `takeCounts`, by kind; `neutralized` counts harmful characters. */
  readonly minimized = new MinimizedColumns();
  readonly #sealed: SealedColumns;
  readonly #tokens: TokenColumns;

  readonly #minimizer: Minimizer;
  readonly #block = new PlainColumn(8 * 8_192);
  readonly #row = new PlainColumn(4 * 8_192);
  readonly #day = new PlainColumn(2 * 8_192);
  readonly #retention = new DictionaryColumn();
  readonly #tenant = new DictionaryColumn();
  readonly #producer = new DictionaryColumn();
  readonly #traceId = new PlainColumn(16 * 8_192);
  readonly #spanId = new PlainColumn(8 * 8_192);
  readonly #parentId = new PlainColumn(8 * 8_192);
  readonly #traceState = new DictionaryColumn();
  readonly #flags = new PlainColumn(4 * 8_192);
  readonly #name = new DictionaryColumn();
  readonly #kind = new PlainColumn(4 * 8_192);
  readonly #start = new PlainColumn(8 * 8_192);
  readonly #duration = new PlainColumn(8 * 8_192);
  readonly #statusCode = new PlainColumn(4 * 8_192);
  readonly #statusMessage = new PlainColumn(8_192);
  readonly #service = new DictionaryColumn();
  readonly #resource = new DictionaryColumn();
  readonly #scope = new DictionaryColumn();
  readonly #attributes = new AttributesColumn();
  readonly #attributeTypes = new DictionaryColumn();
  readonly #droppedAttributes = new PlainColumn(4 * 8_192);
  readonly #droppedEvents = new PlainColumn(4 * 8_192);
  readonly #droppedLinks = new PlainColumn(4 * 8_192);
  readonly #events = new Offsets();
  readonly #eventTime = new PlainColumn(1_024);
  readonly #eventName = new DictionaryColumn();
  readonly #eventAttributes = new AttributesColumn();
  readonly #eventTypes = new DictionaryColumn();
  readonly #eventDropped = new PlainColumn(1_024);
  readonly #links = new Offsets();
  readonly #linkTraceId = new PlainColumn(1_024);
  readonly #linkSpanId = new PlainColumn(1_024);
  readonly #linkTraceState = new PlainColumn(1_024);
  readonly #linkFlags = new PlainColumn(1_024);
  readonly #linkAttributes = new AttributesColumn();
  readonly #linkTypes = new DictionaryColumn();
  readonly #linkDropped = new PlainColumn(1_024);
  readonly #columns: readonly ColumnWriter[];

  /** Column-local index of each key of `keys.texts`, valid while its stamp is this block's. */
  #keyIndex = new Uint32Array(1_024);
  #keyStamp = new Uint32Array(1_024);
  #stamp = 1;
  #keysGeneration = 0;
  readonly #filter: FilterColumns;
  readonly #types = new ByteWriter(1_024);
  readonly #groups: GroupTexts;

  /** What is appended is noted in `filter` as well. Without `keys`, what would be sealed is lost. */
  constructor(minimizer: Minimizer, filter: FilterColumns, keys: SubjectKeys | null = null) {
    this.#minimizer = minimizer;
    this.#tokens = new TokenColumns();
    this.#sealed = new SealedColumns(keys, this.#tokens);
    this.#filter = filter;
    this.#groups = new GroupTexts(minimizer, filter.items);
    const array = (offsets: Offsets, elements: ColumnWriter) => new ArrayColumn(offsets, elements);
    this.#columns = [
      this.#block, this.#row, this.#day, this.#retention, this.#tenant, this.#producer, this.#traceId, this.#spanId, this.#parentId, this.#traceState, this.#flags, this.#name,
      this.#kind, this.#start, this.#duration, this.#statusCode, this.#statusMessage, this.#service, this.#resource, this.#scope, this.#attributes, this.#attributeTypes,
      this.#droppedAttributes, this.#droppedEvents, this.#droppedLinks,
      array(this.#events, this.#eventTime), array(this.#events, this.#eventName), array(this.#events, this.#eventAttributes), array(this.#events, this.#eventTypes), array(this.#events, this.#eventDropped),
      array(this.#links, this.#linkTraceId), array(this.#links, this.#linkSpanId), array(this.#links, this.#linkTraceState), array(this.#links, this.#linkFlags),
      array(this.#links, this.#linkAttributes), array(this.#links, this.#linkTypes), array(this.#links, this.#linkDropped),
      ...this.minimized.columns, ...this.#sealed.columns,
    ];
    if (this.#columns.length !== SPANS.columns.length) throw new Error('cannot build spans: the columns differ from the schema');
  }

  /**
   * Appends the taken spans of a request in the order of its traces. Column by column where a column is one loop; what may carry a mark
   * goes span by span, so that the statements about what was minimized stay with their row.
   */
  append(batch: MinimizedBatch, order: TraceOrder, identity: BlockIdentity, producer: string): void {
    const rows = order.taken;
    const spans = order.order;
    this.#groups.begin(batch);
    this.minimized.begin(batch, this.#minimizer, this.#groups);
    if (this.#keysGeneration !== batch.keys.generation) {
      // The key table started afresh: ids mean other keys now.
      this.#keysGeneration = batch.keys.generation;
      this.#stamp++;
      this.#filter.forgetKeys();
      this.minimized.forgetKeys();
    }
    if (batch.keys.size > this.#keyIndex.length) this.#sizeKeys(batch.keys.size);
    this.#block.repeat64(identity.block, rows);
    this.#row.count32(this.rows, rows);
    this.#day.repeat16(identity.day, rows);
    this.#tenant.pushRun(intern(this.#tenant, identity.tenant), rows);
    this.#retention.pushRun(intern(this.#retention, identity.retention), rows);
    this.#producer.pushRun(intern(this.#producer, producer), rows);
    this.#traceId.gather(batch.bytes, batch.traceId, spans, rows, 16);
    this.#spanId.gather(batch.bytes, batch.spanId, spans, rows, 8);
    this.#parentId.gather(batch.bytes, batch.parentId, spans, rows, 8);
    this.#flags.gather32(batch.flags, spans, rows);
    this.#kind.gather32(batch.kind, spans, rows);
    this.#start.gather64(batch.startLow, batch.startHigh, spans, rows);
    this.#filter.addStarts(batch, spans, rows);
    this.#durations(batch, spans, rows);
    this.#statusCode.gather32(batch.statusCode, spans, rows);
    this.#droppedAttributes.gather32(batch.droppedAttributes, spans, rows);
    this.#droppedEvents.gather32(batch.droppedEvents, spans, rows);
    this.#droppedLinks.gather32(batch.droppedLinks, spans, rows);
    // No value is longer as stored than as sent, but for numbers as text and what has an output of its own.
    this.#attributes.values.reserve(batch.bytes.length + batch.values * 32);
    for (let at = 0; at < rows; at++) {
      const span = spans[at]!;
      this.#pushText(this.#traceState, batch, batch.traceState[span]!);
      this.#pushText(this.#name, batch, batch.name[span]!);
      this.#text(this.#statusMessage, batch, batch.statusMessage[span]!);
      const resource = batch.resource[span]!;
      this.#service.pushIndex(this.#groups.service(resource, this.#service));
      this.#resource.pushIndex(this.#groups.resource(resource, this.#resource));
      this.#scope.pushIndex(this.#groups.scope(batch.scope[span]!, this.#scope));
      this.#list(batch, batch.attributesStart[span]!, batch.attributesEnd[span]!, this.#attributes, this.#attributeTypes, true);
      this.#eventsOf(batch, span);
      this.#linksOf(batch, span);
      this.minimized.endRow(span);
      this.#sealed.endRow(span, this.rows + at);
    }
    this.#sealed.close(batch, identity);
    this.rows += rows;
  }

  /** One Native block of all rows, one of their filter, and one of their tokens; the columns are empty afterwards. */
  encode(identity: BlockIdentity): { spans: Uint8Array<ArrayBuffer>; filter: Uint8Array<ArrayBuffer>; tokens: Uint8Array<ArrayBuffer> } {
    this.#filter.addField('service', this.#service);
    this.#filter.addField('operation', this.#name);
    const filter = this.#filter.encode(identity);
    const tokens = this.#tokens.encode(identity);
    const spans = encodeBlock(SPANS.columns, this.#columns, this.rows);
    for (const column of this.#columns) column.reset();
    this.minimized.newBlock();
    this.#groups.reset();
    this.rows = 0;
    this.#stamp++;
    return { spans, filter, tokens };
  }

  #durations(batch: MinimizedBatch, spans: Uint32Array, rows: number): void {
    const { startLow, startHigh, endLow, endHigh } = batch;
    this.#duration.reserve(rows * 8);
    for (let at = 0; at < rows; at++) {
      const span = spans[at]!;
      const low = endLow[span]! - startLow[span]!;
      this.#duration.uint32(low >>> 0);
      this.#duration.uint32((endHigh[span]! - startHigh[span]! - (low < 0 ? 1 : 0)) >>> 0);
    }
  }

  #eventsOf(batch: MinimizedBatch, span: number): void {
    const start = batch.eventsStart[span]!;
    const end = batch.eventsEnd[span]!;
    this.#events.push(end - start);
    for (let event = start; event < end; event++) {
      this.#eventTime.uint32(batch.eventTimeLow[event]!);
      this.#eventTime.uint32(batch.eventTimeHigh[event]!);
      this.minimized.place = 'event';
      this.minimized.index = event - start;
      this.#pushText(this.#eventName, batch, batch.eventName[event]!);
      this.#list(batch, batch.eventAttributesStart[event]!, batch.eventAttributesEnd[event]!, this.#eventAttributes, this.#eventTypes, true);
      this.minimized.place = 'span';
      this.#eventDropped.uint32(batch.eventDropped[event]!);
    }
  }

  #linksOf(batch: MinimizedBatch, span: number): void {
    const start = batch.linksStart[span]!;
    const end = batch.linksEnd[span]!;
    this.#links.push(end - start);
    for (let link = start; link < end; link++) {
      const traceId = batch.linkTraceId[link]!;
      const spanId = batch.linkSpanId[link]!;
      if (traceId === 0) this.#linkTraceId.zeros(16);
      else this.#linkTraceId.copy(batch.bytes, traceId, 16);
      if (spanId === 0) this.#linkSpanId.zeros(8);
      else this.#linkSpanId.copy(batch.bytes, spanId, 8);
      this.minimized.place = 'link';
      this.minimized.index = link - start;
      this.#text(this.#linkTraceState, batch, batch.linkTraceState[link]!);
      this.#linkFlags.uint32(batch.linkFlags[link]!);
      this.#list(batch, batch.linkAttributesStart[link]!, batch.linkAttributesEnd[link]!, this.#linkAttributes, this.#linkTypes, false);
      this.minimized.place = 'span';
      this.#linkDropped.uint32(batch.linkDropped[link]!);
    }
  }

  /** An attribute list: keys by index, values as text, one type letter each. `searched`: searches look here, so the filter must know. */
  #list(batch: MinimizedBatch, start: number, end: number, column: AttributesColumn, types: DictionaryColumn, searched: boolean): void {
    const { bytes, view, valueKey, valueType, valueMark, valueA, valueB } = batch;
    const { values, keys } = column;
    const letters = this.#types;
    const filter = this.#filter;
    const span = column === this.#attributes;
    letters.reset();
    let kept = 0;
    for (let value = start; value < end; value++) {
      const mark = valueMark[value]!;
      const key = valueKey[value]!;
      let type = valueType[value]!;
      const written = values.length;
      if (mark !== 0) {
        const output = this.minimized.take(mark, key);
        if (output.dropped) continue;
        if (output.seal !== undefined) this.#seal(output.seal, batch, value, kept);
        type = output.type;
        values.string(output.bytes, 0, output.bytes.length);
      } else if (type === TYPE.string) values.stringOf(view, valueA[value]!, valueB[value]!);
      else this.#scalar(values, type, valueA[value]!, valueB[value]!, bytes);
      if (searched) filter.addValue(batch, value, values, written);
      if (this.#minimizer.keyCounts[key]!.length > 0) this.minimized.takeKey(key);
      letters.uint8(LETTERS[type]!);
      const keyBytes = this.#minimizer.keyBytes[key]!;
      if (!span) {
        keys.push(keyBytes, 0, keyBytes.length);
        if (searched) filter.addKey(key);
      } else if (this.#keyStamp[key] === this.#stamp) keys.pushIndex(this.#keyIndex[key]!);
      else {
        this.#keyStamp[key] = this.#stamp;
        filter.addKey(key);
        keys.pushIndex((this.#keyIndex[key] = keys.intern(keyBytes, 0, keyBytes.length)));
      }
      kept++;
    }
    column.offsets.push(kept);
    types.push(letters.bytes, 0, letters.length);
  }

  /** Gathers a value that the policy seals; what stands in its place is written as any other. `at`: its place in its list. */
  #seal(seal: SealedValue, batch: MinimizedBatch, value: number, at: number): void {
    const { place, index } = this.minimized;
    const text = this.#sealed.add(place, index, at, this.#minimizer.keyBytes[batch.valueKey[value]!]!, LETTERS[seal.bytes === null ? batch.valueType[value]! : seal.type]!);
    const start = text.length;
    if (seal.bytes === null) this.#scalar(text, batch.valueType[value]!, batch.valueA[value]!, batch.valueB[value]!, batch.bytes);
    else text.string(seal.bytes, 0, seal.bytes.length);
    if (seal.isSubject) this.#sealed.setSubject(start);
    // Searches do not look at links.
    if (seal.isSearchable && place !== 'link') this.#sealed.setSearchable();
  }

  #scalar(values: PlainColumn, type: number, low: number, high: number, bytes: Uint8Array): void {
    switch (type) {
      case TYPE.int: {
        if (high !== 0) {
          pushAscii(values, String((BigInt(high | 0) << 32n) | BigInt(low)));
          return;
        }
        let at = DIGITS.length;
        let rest = low;
        do {
          const next = Math.floor(rest / 10);
          DIGITS[--at] = 48 + (rest - next * 10);
          rest = next;
        } while (rest > 0);
        values.string(DIGITS, at, DIGITS.length - at);
        return;
      }
      case TYPE.bool:
        pushAscii(values, low === 1 ? 'true' : 'false');
        return;
      case TYPE.double: {
        HALVES[0] = low;
        HALVES[1] = high;
        pushAscii(values, Object.is(DOUBLE[0], -0) ? '-0' : String(DOUBLE[0]));
        return;
      }
      case TYPE.bytes:
        pushAscii(values, Buffer.from(bytes.buffer, bytes.byteOffset + low, high).toString('base64'));
        return;
      case TYPE.empty:
        values.uint8(0);
        return;
      case TYPE.string:
        values.string(bytes, low, high);
        return;
      default:
        // INVARIANT: arrays and maps always carry a mark, so that they come out of `minimize` as text.
        throw new Error('cannot seal a nested value that was not minimized');
    }
  }

  #text(column: PlainColumn, batch: MinimizedBatch, value: number): void {
    if (value === NONE) column.uint8(0);
    else if (batch.valueMark[value] === 0) column.string(batch.bytes, batch.valueA[value]!, batch.valueB[value]!);
    else {
      const output = this.minimized.take(batch.valueMark[value]!, batch.valueKey[value]!);
      if (output.seal !== undefined) this.#seal(output.seal, batch, value, STATUS_MESSAGE);
      column.string(output.bytes, 0, output.bytes.length);
    }
  }

  #pushText(column: DictionaryColumn, batch: MinimizedBatch, value: number): void {
    if (value === NONE) column.push(NOTHING, 0, 0);
    else if (batch.valueMark[value] === 0) column.push(batch.bytes, batch.valueA[value]!, batch.valueB[value]!);
    else {
      const output = this.minimized.take(batch.valueMark[value]!, batch.valueKey[value]!);
      column.push(output.bytes, 0, output.bytes.length);
    }
  }

  #sizeKeys(keys: number): void {
    this.#keyIndex = new Uint32Array(keys * 2);
    this.#keyStamp = new Uint32Array(keys * 2);
    this.#stamp = 1;
  }
}

const DOUBLE = new Float64Array(1);
const HALVES = new Uint32Array(DOUBLE.buffer);

function intern(column: DictionaryColumn, text: string): number {
  const bytes = Buffer.from(text);
  return column.intern(bytes, 0, bytes.length);
}

function pushAscii(column: PlainColumn, text: string): void {
  column.varuint(text.length);
  column.reserve(text.length);
  for (let i = 0; i < text.length; i++) column.bytes[column.length++] = text.charCodeAt(i);
}
