/**
 * Walks an ExportTraceServiceRequest (opentelemetry-proto 1.11, trace/v1/trace.proto) on the wire and records where things
 * are, without making objects. Field numbers are in the comments. Unknown fields are skipped, as protobuf asks; a field of an
 * unexpected wire type counts as unknown. A repeated singular message is merged, a repeated scalar overwritten, as protobuf asks.
 *
 * The bytes are attacker-controlled: every length is checked against the message that holds it, nothing recurses except
 * through skipped groups, which are bounded.
 *
 * Long because it is one walk over one position: in pieces, the position would be an argument and a result of every call.
 */
import { KEYS_FULL, NONE, PLACE, SpanBatch, TYPE } from '#batch';
import { LIMITS } from '#limits';
import { type Refusal, refuse } from '#refusal';

const VARINT = 0;
const FIXED64 = 1;
const BYTES = 2;
const GROUP = 3;
const GROUP_END = 4;
const FIXED32 = 5;

const GROUPS_NESTED_MAX = 8;

/** Thrown inside the walk, turned into a refusal at its door. One object: an attacker must not make us build stacks. */
class WireError extends Error {
  readonly refusal: Refusal;

  constructor(refusal: Refusal) {
    super(refusal.refused);
    this.refusal = refusal;
  }
}
const MALFORMED = new WireError(refuse('body_undecodable', 'malformed protobuf'));
const TOO_MANY_GROUPS = new WireError(refuse('body_too_large', `more than ${LIMITS.groups_per_request_max} resources or scopes`));
const TOO_MANY_VALUES = new WireError(refuse('body_too_large', `more than ${LIMITS.values_per_request_max} attributes`));
const TOO_MANY_EVENTS = new WireError(refuse('body_too_large', `more than ${LIMITS.events_links_per_request_max} events and links`));

/**
 * Decodes `bytes` into `batch`, which is reset first. Returns null, or why nothing can be taken: `body_undecodable`,
 * `body_too_large`. Spans beyond `spans_per_request_max` are counted in `batch.spansCut`.
 */
export function decodeRequest(bytes: Uint8Array, batch: SpanBatch): Refusal | null {
  batch.reset(bytes);
  try {
    new Walk(bytes, batch).request();
    return null;
  } catch (error) {
    if (error instanceof WireError) return error.refusal;
    throw error;
  }
}

class Walk {
  readonly #bytes: Uint8Array;
  readonly #batch: SpanBatch;
  /** Where the walk is. Methods that read move it. */
  #at = 0;
  /** High half of the varint read last. */
  #high = 0;
  /** For duplicate keys: the list a key was last seen in and at which value. Indexed by key id. */
  #seenIn = seenIn;
  #seenAt = seenAt;

  constructor(bytes: Uint8Array, batch: SpanBatch) {
    this.#bytes = bytes;
    this.#batch = batch;
  }

  request(): void {
    const end = this.#bytes.length;
    while (this.#at < end) {
      const tag = this.#varint(end);
      if (tag === ((1 << 3) | BYTES)) this.#resourceSpans(this.#length(end)); // resource_spans = 1
      else this.#skip(tag, end, 0);
    }
  }

  /** Resource and schema URL may stand after the spans on the wire, so they are looked for first. */
  #resourceSpans(end: number): void {
    const batch = this.#batch;
    if (batch.resources >= LIMITS.groups_per_request_max) throw TOO_MANY_GROUPS;
    const begin = this.#at;
    const resource = batch.addResource();
    const list = this.#newList();
    batch.resourceAttributesStart[resource] = batch.values;
    let cut = 0;
    while (this.#at < end) {
      const tag = this.#varint(end);
      if (tag === ((1 << 3) | BYTES)) { // resource = 1
        const resourceEnd = this.#length(end);
        // Of a message in parts, from the first one to the last.
        if (batch.resourceEnd[resource] === 0) batch.resourceStart[resource] = this.#at;
        batch.resourceEnd[resource] = resourceEnd;
        cut += this.#resource(resourceEnd, resource, list);
      }
      else this.#skip(tag, end, 0);
    }
    batch.resourceDropped[resource]! += cut;
    batch.resourceAttributesEnd[resource] = batch.values;
    for (let at = batch.resourceAttributesStart[resource]!; at < batch.values; at++) {
      if (batch.valueType[at] === TYPE.string && batch.keys.texts[batch.valueKey[at]!] === 'service.name') batch.resourceService[resource] = at;
    }
    this.#at = begin;
    while (this.#at < end) {
      const tag = this.#varint(end);
      if (tag === ((3 << 3) | BYTES)) batch.resourceSchemaUrl[resource] = this.#text(PLACE.schemaUrl, end); // schema_url = 3
      else this.#skip(tag, end, 0);
    }
    this.#at = begin;
    while (this.#at < end) {
      const tag = this.#varint(end);
      if (tag === ((2 << 3) | BYTES)) this.#scopeSpans(this.#length(end), resource); // scope_spans = 2
      else this.#skip(tag, end, 0);
    }
  }

  /** Returns how many attributes were cut. The sender's own count stands after the attributes as a rule. */
  #resource(end: number, resource: number, list: number): number {
    let cut = 0;
    while (this.#at < end) {
      const tag = this.#varint(end);
      if (tag === ((1 << 3) | BYTES)) cut += this.#attribute(this.#length(end), list, this.#batch.resourceAttributesStart[resource]!); // attributes = 1
      else if (tag === ((2 << 3) | VARINT)) this.#batch.resourceDropped[resource] = this.#varint(end); // dropped_attributes_count = 2
      else this.#skip(tag, end, 0); // entity_refs = 3 refer to attributes by key and carry nothing of their own
    }
    return cut;
  }

  #scopeSpans(end: number, resource: number): void {
    const batch = this.#batch;
    if (batch.scopes >= LIMITS.groups_per_request_max) throw TOO_MANY_GROUPS;
    const begin = this.#at;
    const scope = batch.addScope();
    const list = this.#newList();
    batch.scopeAttributesStart[scope] = batch.values;
    let nameAt = 0;
    let versionAt = 0;
    let cut = 0;
    while (this.#at < end) {
      const tag = this.#varint(end);
      if (tag === ((1 << 3) | BYTES)) { // scope = 1
        const scopeEnd = this.#length(end);
        if (batch.scopeEnd[scope] === 0) batch.scopeStart[scope] = this.#at;
        batch.scopeEnd[scope] = scopeEnd;
        while (this.#at < scopeEnd) {
          const inner = this.#varint(scopeEnd);
          if (inner === ((1 << 3) | BYTES)) nameAt = this.#defer(scopeEnd); // name = 1
          else if (inner === ((2 << 3) | BYTES)) versionAt = this.#defer(scopeEnd); // version = 2
          else if (inner === ((3 << 3) | BYTES)) cut += this.#attribute(this.#length(scopeEnd), list, batch.scopeAttributesStart[scope]!); // attributes = 3
          else if (inner === ((4 << 3) | VARINT)) batch.scopeDropped[scope] = this.#varint(scopeEnd); // dropped_attributes_count = 4
          else this.#skip(inner, scopeEnd, 0);
        }
      } else this.#skip(tag, end, 0);
    }
    batch.scopeAttributesEnd[scope] = batch.values;
    batch.scopeDropped[scope]! += cut;
    if (nameAt > 0) batch.scopeName[scope] = this.#textAt(nameAt, PLACE.scopeName, end);
    if (versionAt > 0) batch.scopeVersion[scope] = this.#textAt(versionAt, PLACE.scopeVersion, end);
    this.#at = begin;
    while (this.#at < end) {
      const tag = this.#varint(end);
      if (tag === ((2 << 3) | BYTES)) this.#span(this.#length(end), resource, scope); // spans = 2
      else if (tag === ((3 << 3) | BYTES)) batch.scopeSchemaUrl[scope] = this.#text(PLACE.schemaUrl, end); // schema_url = 3
      else this.#skip(tag, end, 0);
    }
  }

  #span(end: number, resource: number, scope: number): void {
    const batch = this.#batch;
    if (batch.spans >= LIMITS.spans_per_request_max) {
      batch.spansCut++;
      this.#at = end;
      return;
    }
    const bytes = this.#bytes;
    const span = batch.addSpan();
    batch.resource[span] = resource;
    batch.scope[span] = scope;
    batch.spanStart[span] = this.#at;
    batch.spanEnd[span] = end;
    const list = this.#newList();
    const eventsStart = batch.events;
    const linksStart = batch.links;
    const attributesStart = batch.values;
    let nameAt = 0;
    let stateAt = 0;
    let messageAt = 0;
    let cut = 0;
    while (this.#at < end) {
      const tag = this.#at < end && bytes[this.#at]! < 128 ? bytes[this.#at++]! : this.#varint(end);
      switch (tag) {
        case (9 << 3) | BYTES: // attributes = 9
          cut += this.#attribute(this.#length(end), list, attributesStart);
          break;
        case (1 << 3) | BYTES: // trace_id = 1
          batch.traceId[span] = this.#fixedBytes(16, end, 0);
          break;
        case (2 << 3) | BYTES: // span_id = 2
          batch.spanId[span] = this.#fixedBytes(8, end, 0);
          break;
        case (3 << 3) | BYTES: // trace_state = 3
          stateAt = this.#defer(end);
          break;
        case (4 << 3) | BYTES: // parent_span_id = 4
          batch.parentId[span] = this.#fixedBytes(8, end, NONE);
          break;
        case (5 << 3) | BYTES: // name = 5
          nameAt = this.#defer(end);
          break;
        case (6 << 3) | VARINT: // kind = 6
          batch.kind[span] = this.#varint(end) | 0;
          break;
        case (7 << 3) | FIXED64: // start_time_unix_nano = 7
          batch.startLow[span] = this.#fixed32(end);
          batch.startHigh[span] = this.#fixed32(end);
          break;
        case (8 << 3) | FIXED64: // end_time_unix_nano = 8
          batch.endLow[span] = this.#fixed32(end);
          batch.endHigh[span] = this.#fixed32(end);
          break;
        case (10 << 3) | VARINT: // dropped_attributes_count = 10
          batch.droppedAttributes[span] = this.#varint(end);
          break;
        case (11 << 3) | BYTES: { // events = 11; their attributes are read after the span's, so that lists stay in one piece
          const eventEnd = this.#length(end);
          if (batch.events + batch.links >= LIMITS.events_links_per_request_max) throw TOO_MANY_EVENTS;
          const event = batch.addEvent();
          batch.eventAttributesStart[event] = this.#at;
          batch.eventAttributesEnd[event] = eventEnd;
          this.#at = eventEnd;
          break;
        }
        case (12 << 3) | VARINT: // dropped_events_count = 12
          batch.droppedEvents[span] = this.#varint(end);
          break;
        case (13 << 3) | BYTES: { // links = 13
          const linkEnd = this.#length(end);
          if (batch.events + batch.links >= LIMITS.events_links_per_request_max) throw TOO_MANY_EVENTS;
          const link = batch.addLink();
          batch.linkAttributesStart[link] = this.#at;
          batch.linkAttributesEnd[link] = linkEnd;
          this.#at = linkEnd;
          break;
        }
        case (14 << 3) | VARINT: // dropped_links_count = 14
          batch.droppedLinks[span] = this.#varint(end);
          break;
        case (15 << 3) | BYTES: { // status = 15
          const statusEnd = this.#length(end);
          while (this.#at < statusEnd) {
            const inner = this.#varint(statusEnd);
            if (inner === ((2 << 3) | BYTES)) messageAt = this.#defer(statusEnd); // message = 2
            else if (inner === ((3 << 3) | VARINT)) batch.statusCode[span] = this.#varint(statusEnd) | 0; // code = 3
            else this.#skip(inner, statusEnd, 0);
          }
          break;
        }
        case (16 << 3) | FIXED32: // flags = 16
          batch.flags[span] = this.#fixed32(end);
          break;
        default:
          this.#skip(tag, end, 0);
      }
    }
    batch.attributesStart[span] = attributesStart;
    batch.attributesEnd[span] = batch.values;
    batch.droppedAttributes[span]! += cut;
    if (nameAt > 0) batch.name[span] = this.#textAt(nameAt, PLACE.name, end);
    if (stateAt > 0) batch.traceState[span] = this.#textAt(stateAt, PLACE.traceState, end);
    if (messageAt > 0) batch.statusMessage[span] = this.#textAt(messageAt, PLACE.statusMessage, end);
    for (let event = eventsStart; event < batch.events; event++) this.#event(event);
    for (let link = linksStart; link < batch.links; link++) this.#link(link);
    batch.eventsStart[span] = eventsStart;
    batch.eventsEnd[span] = batch.events;
    batch.linksStart[span] = linksStart;
    batch.linksEnd[span] = batch.links;
    this.#at = end;
  }

  #event(event: number): void {
    const batch = this.#batch;
    const end = batch.eventAttributesEnd[event]!;
    this.#at = batch.eventAttributesStart[event]!;
    const list = this.#newList();
    const start = batch.values;
    let nameAt = 0;
    let cut = 0;
    while (this.#at < end) {
      const tag = this.#varint(end);
      if (tag === ((1 << 3) | FIXED64)) { // time_unix_nano = 1
        batch.eventTimeLow[event] = this.#fixed32(end);
        batch.eventTimeHigh[event] = this.#fixed32(end);
      } else if (tag === ((2 << 3) | BYTES)) nameAt = this.#defer(end); // name = 2
      else if (tag === ((3 << 3) | BYTES)) cut += this.#attribute(this.#length(end), list, start); // attributes = 3
      else if (tag === ((4 << 3) | VARINT)) batch.eventDropped[event] = this.#varint(end); // dropped_attributes_count = 4
      else this.#skip(tag, end, 0);
    }
    batch.eventAttributesStart[event] = start;
    batch.eventAttributesEnd[event] = batch.values;
    batch.eventDropped[event]! += cut;
    if (nameAt > 0) batch.eventName[event] = this.#textAt(nameAt, PLACE.eventName, end);
  }

  #link(link: number): void {
    const batch = this.#batch;
    const end = batch.linkAttributesEnd[link]!;
    this.#at = batch.linkAttributesStart[link]!;
    const list = this.#newList();
    const start = batch.values;
    let stateAt = 0;
    let cut = 0;
    while (this.#at < end) {
      const tag = this.#varint(end);
      if (tag === ((1 << 3) | BYTES)) batch.linkTraceId[link] = this.#fixedBytes(16, end, 0); // trace_id = 1
      else if (tag === ((2 << 3) | BYTES)) batch.linkSpanId[link] = this.#fixedBytes(8, end, 0); // span_id = 2
      else if (tag === ((3 << 3) | BYTES)) stateAt = this.#defer(end); // trace_state = 3
      else if (tag === ((4 << 3) | BYTES)) cut += this.#attribute(this.#length(end), list, start); // attributes = 4
      else if (tag === ((5 << 3) | VARINT)) batch.linkDropped[link] = this.#varint(end); // dropped_attributes_count = 5
      else if (tag === ((6 << 3) | FIXED32)) batch.linkFlags[link] = this.#fixed32(end); // flags = 6
      else this.#skip(tag, end, 0);
    }
    batch.linkAttributesStart[link] = start;
    batch.linkAttributesEnd[link] = batch.values;
    batch.linkDropped[link]! += cut;
    if (stateAt > 0) batch.linkTraceState[link] = this.#textAt(stateAt, PLACE.traceState, end);
  }

  /** A KeyValue that ends at `end`. Returns how many attributes were cut by it: 0 or 1. */
  #attribute(end: number, list: number, listStart: number): number {
    const bytes = this.#bytes;
    const batch = this.#batch;
    let keyAt = 0;
    let keyLength = 0;
    let type: number = TYPE.empty;
    let a = 0;
    let b = 0;
    let at = this.#at;
    // The common form, without calls: key (1) of up to 127 bytes, then value (2) holding one string (1) of up to 127 bytes.
    if (at + 1 < end && bytes[at] === 10 && bytes[at + 1]! < 128) {
      keyAt = at + 2;
      keyLength = bytes[at + 1]!;
      at = keyAt + keyLength;
      if (at + 4 <= end && bytes[at] === 18 && bytes[at + 2] === 10 && bytes[at + 3]! < 128 && at + 4 + bytes[at + 3]! === end && bytes[at + 1] === bytes[at + 3]! + 2) {
        type = TYPE.string;
        a = at + 4;
        b = bytes[at + 3]!;
        at = end;
      }
    }
    if (at !== end) {
      keyAt = keyLength = 0;
      while (this.#at < end) {
        const tag = this.#varint(end);
        if (tag === ((1 << 3) | BYTES)) { // key = 1
          const keyEnd = this.#length(end);
          keyAt = this.#at;
          keyLength = keyEnd - keyAt;
          this.#at = keyEnd;
        } else if (tag === ((2 << 3) | BYTES)) { // value = 2
          const valueEnd = this.#length(end);
          while (this.#at < valueEnd) {
            const inner = this.#varint(valueEnd);
            switch (inner) {
              case (1 << 3) | BYTES: // string_value = 1
              case (5 << 3) | BYTES: // array_value = 5
              case (6 << 3) | BYTES: // kvlist_value = 6
              case (7 << 3) | BYTES: { // bytes_value = 7
                const partEnd = this.#length(valueEnd);
                type = inner === 10 ? TYPE.string : inner === 42 ? TYPE.array : inner === 50 ? TYPE.map : TYPE.bytes;
                a = this.#at;
                b = partEnd - a;
                this.#at = partEnd;
                break;
              }
              case (2 << 3) | VARINT: // bool_value = 2
                type = TYPE.bool;
                a = (this.#varint(valueEnd) | this.#high) !== 0 ? 1 : 0;
                b = 0;
                break;
              case (3 << 3) | VARINT: // int_value = 3
                type = TYPE.int;
                a = this.#varint(valueEnd);
                b = this.#high;
                break;
              case (4 << 3) | FIXED64: // double_value = 4
                type = TYPE.double;
                a = this.#fixed32(valueEnd);
                b = this.#fixed32(valueEnd);
                break;
              default:
                this.#skip(inner, valueEnd, 0);
            }
          }
        } else this.#skip(tag, end, 0);
      }
    }
    this.#at = end;
    if (keyLength > LIMITS.key_bytes_max) return 1;
    const key = batch.keys.intern(batch.view, keyAt, keyLength);
    if (key === KEYS_FULL || batch.keys.reserved[key] !== 0) return 1;
    if (this.#seenIn[key] === list) {
      // Keys are unique within a list (OTLP common.proto); the value sent last holds, in the place of the first.
      const first = this.#seenAt[key]!;
      batch.valueType[first] = type;
      batch.valueA[first] = a;
      batch.valueB[first] = b;
      return 1;
    }
    if (batch.values - listStart >= LIMITS.attributes_per_list_max) return 1;
    if (batch.values >= LIMITS.values_per_request_max) throw TOO_MANY_VALUES;
    if (key >= this.#seenIn.length) this.#growSeen(key);
    this.#seenIn[key] = list;
    this.#seenAt[key] = batch.addValue(key, type, a, b);
    return 0;
  }

  /** Numbers lists across requests, so that what was seen in an earlier one needs no clearing. */
  #newList(): number {
    if (lists >= 0xffff_fff0) {
      lists = 0;
      seenIn.fill(0);
    }
    return ++lists;
  }

  #growSeen(key: number): void {
    const length = Math.max(key + 1, seenIn.length * 2);
    const widerIn = new Uint32Array(length);
    widerIn.set(seenIn);
    const widerAt = new Uint32Array(length);
    widerAt.set(seenAt);
    seenIn = this.#seenIn = widerIn;
    seenAt = this.#seenAt = widerAt;
  }

  /** Adds the text that begins here as a value. */
  #text(place: number, end: number): number {
    const textEnd = this.#length(end);
    const value = this.#batch.addValue(place, TYPE.string, this.#at, textEnd - this.#at);
    this.#at = textEnd;
    return value;
  }

  /** Remembers where a length-delimited field begins and steps over it. */
  #defer(end: number): number {
    const begin = this.#at;
    this.#at = this.#length(end);
    return begin;
  }

  #textAt(begin: number, place: number, end: number): number {
    this.#at = begin;
    const textEnd = this.#length(end);
    if (textEnd === this.#at) return NONE;
    return this.#batch.addValue(place, TYPE.string, this.#at, textEnd - this.#at);
  }

  /** Offset of a bytes field of exactly `length`; 0 if empty, `otherwise` if of another length. */
  #fixedBytes(length: number, end: number, otherwise: number): number {
    const fieldEnd = this.#length(end);
    const begin = this.#at;
    this.#at = fieldEnd;
    if (fieldEnd === begin) return 0;
    return fieldEnd - begin === length ? begin : otherwise;
  }

  /** Reads a length and returns where its field ends. */
  #length(end: number): number {
    const first = this.#at < end ? this.#bytes[this.#at]! : 0x100;
    let length = first;
    if (first < 128) this.#at++;
    else {
      length = this.#varint(end);
      if (this.#high !== 0) throw MALFORMED;
    }
    const fieldEnd = this.#at + length;
    if (fieldEnd > end) throw MALFORMED;
    return fieldEnd;
  }

  /** Low 32 bits of a varint, unsigned; the high half is left in `#high`. At most ten bytes (protobuf encoding). */
  #varint(end: number): number {
    const bytes = this.#bytes;
    let low = 0;
    let high = 0;
    for (let shift = 0; shift < 70; shift += 7) {
      if (this.#at >= end) throw MALFORMED;
      const byte = bytes[this.#at++]!;
      const part = byte & 127;
      if (shift < 28) low |= part << shift;
      else if (shift === 28) {
        low |= part << 28;
        high = part >>> 4;
      } else if (shift < 63) high |= part << (shift - 32);
      else high |= (part & 1) << 31;
      if (byte < 128) {
        this.#high = high >>> 0;
        return low >>> 0;
      }
    }
    throw MALFORMED;
  }

  #fixed32(end: number): number {
    const at = this.#at;
    if (at + 4 > end) throw MALFORMED;
    this.#at = at + 4;
    const bytes = this.#bytes;
    return (bytes[at]! | (bytes[at + 1]! << 8) | (bytes[at + 2]! << 16) | (bytes[at + 3]! << 24)) >>> 0;
  }

  #skip(tag: number, end: number, depth: number): void {
    if (tag >>> 3 === 0) throw MALFORMED;
    switch (tag & 7) {
      case VARINT:
        this.#varint(end);
        return;
      case FIXED64:
        this.#at += 8;
        break;
      case BYTES:
        this.#at = this.#length(end);
        return;
      case GROUP:
        if (depth >= GROUPS_NESTED_MAX) throw MALFORMED;
        for (;;) {
          const inner = this.#varint(end);
          if ((inner & 7) === GROUP_END) {
            if (inner >>> 3 !== tag >>> 3) throw MALFORMED;
            return;
          }
          this.#skip(inner, end, depth + 1);
        }
      case FIXED32:
        this.#at += 4;
        break;
      default:
        throw MALFORMED;
    }
    if (this.#at > end) throw MALFORMED;
  }
}

// One decoder per thread: what was seen where, by key id, outlives a request so that it need not be cleared for each list.
let lists = 0;
let seenIn = new Uint32Array(1_024);
let seenAt = new Uint32Array(1_024);
