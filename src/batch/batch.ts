/**
 * A request as columns: typed arrays of offsets into the received bytes, no object per span or attribute. `otlp` fills it,
 * `validate` marks spans it refuses, `inspect` and `minimize` set marks and outputs of values, `seal` reads it all.
 *
 * Every text and attribute value of the record, wherever it stands, is one entry of the `value…` columns. Attribute lists are
 * ranges of entries. Reused from request to request: arrays grow, they are not made anew.
 */
export { ByteWriter, copyWords, equalBytes, equalWords, HASH_SEED, hashBytes, hashWords, isExclusive, release, viewOf } from './bytes.ts';
export { KEYS_FULL, KeyTable, PLACE, textBytesMax } from './key-table.ts';
import { viewOf } from './bytes.ts';
import { KeyTable } from './key-table.ts';

/** What a value is; the order of `TYPE_LETTERS`, which is what the store keeps. */
export const TYPE = { empty: 0, string: 1, bool: 2, int: 3, double: 4, array: 5, map: 6, bytes: 7 } as const;
/** One letter per type as stored in `attribute_types`. */
export const TYPE_LETTERS = 'nsbidamx';

/** In `refused`: the span was taken before, and `compare` dropped it. */
export const DUPLICATE = 255;
/** The same: a rule of the policy drops the span. */
export const DROPPED_BY_POLICY = 254;

/** No entry: an absent text. */
export const NONE = 0xffff_ffff;

const SPANS_START = 1_024;
const VALUES_START = 16_384;
const SMALL_START = 256;

export class SpanBatch {
  readonly keys: KeyTable;
  /** The request, attacker-controlled. Offsets below point into it. */
  bytes: Uint8Array = new Uint8Array(0);
  /** The same bytes, to be read by words. */
  view: DataView = new DataView(new ArrayBuffer(0));

  // --- spans ----------------------------------------------------------------------------------------------------------
  spans = 0;
  resource = new Uint32Array(SPANS_START);
  scope = new Uint32Array(SPANS_START);
  /** Where the span's message lies in `bytes`, as it was received. */
  spanStart = new Uint32Array(SPANS_START);
  spanEnd = new Uint32Array(SPANS_START);
  /** Offset of 16 bytes; 0 = missing or of the wrong length. */
  traceId = new Uint32Array(SPANS_START);
  /** Offset of 8 bytes; 0 = missing or of the wrong length. */
  spanId = new Uint32Array(SPANS_START);
  /** Offset of 8 bytes; 0 = none; NONE = of the wrong length. */
  parentId = new Uint32Array(SPANS_START);
  flags = new Uint32Array(SPANS_START);
  kind = new Int32Array(SPANS_START);
  startLow = new Uint32Array(SPANS_START);
  startHigh = new Uint32Array(SPANS_START);
  endLow = new Uint32Array(SPANS_START);
  endHigh = new Uint32Array(SPANS_START);
  statusCode = new Int32Array(SPANS_START);
  /** Indexes of values, or NONE. */
  name = new Uint32Array(SPANS_START);
  statusMessage = new Uint32Array(SPANS_START);
  traceState = new Uint32Array(SPANS_START);
  attributesStart = new Uint32Array(SPANS_START);
  attributesEnd = new Uint32Array(SPANS_START);
  eventsStart = new Uint32Array(SPANS_START);
  eventsEnd = new Uint32Array(SPANS_START);
  linksStart = new Uint32Array(SPANS_START);
  linksEnd = new Uint32Array(SPANS_START);
  droppedAttributes = new Uint32Array(SPANS_START);
  droppedEvents = new Uint32Array(SPANS_START);
  droppedLinks = new Uint32Array(SPANS_START);
  /** 0 = taken; otherwise 1 + index into `validate`'s codes, `DROPPED_BY_POLICY` or `DUPLICATE`. */
  refused = new Uint8Array(SPANS_START);
  /** Spans beyond the limit: counted, not decoded. */
  spansCut = 0;

  // --- values: texts and attributes of spans, events, links, resources and scopes -----------------------------------------
  values = 0;
  valueKey = new Uint32Array(VALUES_START);
  valueType = new Uint8Array(VALUES_START);
  /** Offset into `bytes`; low half of an integer or double; 0 or 1 of a bool. */
  valueA = new Uint32Array(VALUES_START);
  /** Length in bytes; high half of an integer or double. */
  valueB = new Uint32Array(VALUES_START);
  /** 0 = stored as it is; otherwise an entry of `inspect`'s findings, and what `minimize` makes of it, valid for this batch. */
  valueMark = new Uint32Array(VALUES_START);
  /** Of a worker's values, those with equal numbers have equal key, type and bytes; 0 says nothing. */
  valueNumber = new Uint32Array(VALUES_START);

  // --- events and links ---------------------------------------------------------------------------------------------------
  events = 0;
  eventTimeLow = new Uint32Array(SMALL_START);
  eventTimeHigh = new Uint32Array(SMALL_START);
  eventName = new Uint32Array(SMALL_START);
  eventAttributesStart = new Uint32Array(SMALL_START);
  eventAttributesEnd = new Uint32Array(SMALL_START);
  eventDropped = new Uint32Array(SMALL_START);
  links = 0;
  linkTraceId = new Uint32Array(SMALL_START);
  linkSpanId = new Uint32Array(SMALL_START);
  linkTraceState = new Uint32Array(SMALL_START);
  linkFlags = new Uint32Array(SMALL_START);
  linkAttributesStart = new Uint32Array(SMALL_START);
  linkAttributesEnd = new Uint32Array(SMALL_START);
  linkDropped = new Uint32Array(SMALL_START);

  // --- resources and scopes -------------------------------------------------------------------------------------------------
  resources = 0;
  /** Where the resource's message lies in `bytes`; equal when there is none. */
  resourceStart = new Uint32Array(SMALL_START);
  resourceEnd = new Uint32Array(SMALL_START);
  resourceAttributesStart = new Uint32Array(SMALL_START);
  resourceAttributesEnd = new Uint32Array(SMALL_START);
  resourceDropped = new Uint32Array(SMALL_START);
  resourceSchemaUrl = new Uint32Array(SMALL_START);
  /** Index of the value of `service.name`, or NONE. */
  resourceService = new Uint32Array(SMALL_START);
  scopes = 0;
  scopeStart = new Uint32Array(SMALL_START);
  scopeEnd = new Uint32Array(SMALL_START);
  scopeName = new Uint32Array(SMALL_START);
  scopeVersion = new Uint32Array(SMALL_START);
  scopeAttributesStart = new Uint32Array(SMALL_START);
  scopeAttributesEnd = new Uint32Array(SMALL_START);
  scopeDropped = new Uint32Array(SMALL_START);
  scopeSchemaUrl = new Uint32Array(SMALL_START);

  constructor(keys: KeyTable) {
    this.keys = keys;
  }

  /** Begins a new request over these bytes. */
  reset(bytes: Uint8Array): void {
    this.bytes = bytes;
    this.view = viewOf(bytes);
    this.spans = this.spansCut = this.values = this.events = this.links = this.resources = this.scopes = 0;
    this.keys.resetWhenFull();
  }

  /** Adds an entry of `type` and returns its index; offset and length, or the two halves of a number. */
  addValue(key: number, type: number, a: number, b: number): number {
    if (this.values === this.valueKey.length) this.#growValues();
    const at = this.values++;
    this.valueKey[at] = key;
    this.valueType[at] = type;
    this.valueA[at] = a;
    this.valueB[at] = b;
    this.valueMark[at] = this.valueNumber[at] = 0;
    return at;
  }

  /** Adds a span with every column at its neutral value and returns its index. */
  addSpan(): number {
    if (this.spans === this.traceId.length) this.#growSpans();
    const at = this.spans++;
    this.traceId[at] = this.spanId[at] = this.parentId[at] = this.flags[at] = 0;
    this.kind[at] = this.statusCode[at] = 0;
    this.startLow[at] = this.startHigh[at] = this.endLow[at] = this.endHigh[at] = 0;
    this.name[at] = this.statusMessage[at] = this.traceState[at] = NONE;
    this.droppedAttributes[at] = this.droppedEvents[at] = this.droppedLinks[at] = 0;
    this.refused[at] = 0;
    return at;
  }

  addEvent(): number {
    if (this.events === this.eventName.length) this.#growEvents();
    const at = this.events++;
    this.eventTimeLow[at] = this.eventTimeHigh[at] = this.eventDropped[at] = 0;
    this.eventName[at] = NONE;
    return at;
  }

  addLink(): number {
    if (this.links === this.linkTraceId.length) this.#growLinks();
    const at = this.links++;
    this.linkTraceId[at] = this.linkSpanId[at] = this.linkFlags[at] = this.linkDropped[at] = 0;
    this.linkTraceState[at] = NONE;
    return at;
  }

  addResource(): number {
    if (this.resources === this.resourceDropped.length) this.#growResources();
    const at = this.resources++;
    this.resourceDropped[at] = this.resourceStart[at] = this.resourceEnd[at] = 0;
    this.resourceSchemaUrl[at] = this.resourceService[at] = NONE;
    return at;
  }

  addScope(): number {
    if (this.scopes === this.scopeDropped.length) this.#growScopes();
    const at = this.scopes++;
    this.scopeDropped[at] = this.scopeStart[at] = this.scopeEnd[at] = 0;
    this.scopeName[at] = this.scopeVersion[at] = this.scopeSchemaUrl[at] = NONE;
    return at;
  }

  #growValues(): void {
    this.valueKey = grown(this.valueKey);
    this.valueType = grownBytes(this.valueType);
    this.valueA = grown(this.valueA);
    this.valueB = grown(this.valueB);
    this.valueMark = grown(this.valueMark);
    this.valueNumber = grown(this.valueNumber);
  }

  #growSpans(): void {
    for (const column of [
      'resource', 'scope', 'spanStart', 'spanEnd', 'traceId', 'spanId', 'parentId', 'flags', 'startLow', 'startHigh', 'endLow', 'endHigh', 'name', 'statusMessage', 'traceState', 'attributesStart',
      'attributesEnd', 'eventsStart', 'eventsEnd', 'linksStart', 'linksEnd', 'droppedAttributes', 'droppedEvents', 'droppedLinks',
    ] as const) {
      this[column] = grown(this[column]);
    }
    this.kind = grownSigned(this.kind);
    this.statusCode = grownSigned(this.statusCode);
    this.refused = grownBytes(this.refused);
  }

  #growEvents(): void {
    for (const column of ['eventTimeLow', 'eventTimeHigh', 'eventName', 'eventAttributesStart', 'eventAttributesEnd', 'eventDropped'] as const) this[column] = grown(this[column]);
  }

  #growLinks(): void {
    for (const column of ['linkTraceId', 'linkSpanId', 'linkTraceState', 'linkFlags', 'linkAttributesStart', 'linkAttributesEnd', 'linkDropped'] as const) this[column] = grown(this[column]);
  }

  #growResources(): void {
    for (const column of ['resourceStart', 'resourceEnd', 'resourceAttributesStart', 'resourceAttributesEnd', 'resourceDropped', 'resourceSchemaUrl', 'resourceService'] as const) this[column] = grown(this[column]);
  }

  #growScopes(): void {
    for (const column of ['scopeStart', 'scopeEnd', 'scopeName', 'scopeVersion', 'scopeAttributesStart', 'scopeAttributesEnd', 'scopeDropped', 'scopeSchemaUrl'] as const) this[column] = grown(this[column]);
  }
}

function grown(column: Uint32Array): Uint32Array<ArrayBuffer> {
  const larger = new Uint32Array(column.length * 2);
  larger.set(column);
  return larger;
}

function grownSigned(column: Int32Array): Int32Array<ArrayBuffer> {
  const larger = new Int32Array(column.length * 2);
  larger.set(column);
  return larger;
}

function grownBytes(column: Uint8Array): Uint8Array<ArrayBuffer> {
  const larger = new Uint8Array(column.length * 2);
  larger.set(column);
  return larger;
}
