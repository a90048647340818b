/**
 * Writes the span entry of a row (docs/reference/log-format.md, "Span entry") from the columns of a Native block: no object per span or
 * attribute, and wherever the column already has the bytes that the entry wants, they are copied as they are.
 */
import { AttributeHeads, textStart } from './attribute-heads.ts';
import { EntryPrefixes } from './entry-prefixes.ts';
import { GroupDigests, type GroupKind } from './group-digests.ts';
import type { AttributesColumn, DictionaryColumn } from './native-columns.ts';
import { SALT_BYTES, type Salts } from './salts.ts';
import { copyBytes, DIGEST_BYTES, HashedBytes, writeVaruint } from './sha256.ts';
import type { DigestColumn } from './digest-column.ts';
import type { SpanColumns } from './span-columns.ts';

/** What stands for the status message where restricted keys are named. */
export const STATUS_MESSAGE = 'status.message';
const STRING_LETTER = 's'.charCodeAt(0);
const LEAF = 0;
const VERSION = 1;
const NO_SEALED_VALUES = 0;
const SEALED_VALUES = 1;
/** Of the id of the key of a seal. */
const SEAL_KEY_BYTES = 8;
const VARUINT_BYTES_MAX = 10;
const FIXED_BYTES = 74;

export class SpanEntries {
  /** The entry that was written last, behind the byte that makes it a leaf. */
  readonly out = new HashedBytes(1 << 16);
  readonly #salts: Salts;
  readonly #restrictsStatus: boolean;
  readonly #prefixes: EntryPrefixes;
  readonly #heads: AttributeHeads;
  readonly #eventHeads: AttributeHeads;
  readonly #linkHeads: AttributeHeads;
  readonly #value = new HashedBytes(4_096);
  #columns: SpanColumns | null = null;
  /** Of the span under construction: its number in the block, and how many restricted values it has had. */
  #row = 0;
  #restricted = 0;

  constructor(restricts: (key: string) => boolean, salts: Salts) {
    this.#salts = salts;
    this.#restrictsStatus = restricts(STATUS_MESSAGE);
    this.#prefixes = new EntryPrefixes(new GroupDigests(restricts, salts));
    this.#heads = new AttributeHeads(restricts);
    this.#eventHeads = new AttributeHeads(restricts);
    this.#linkHeads = new AttributeHeads(restricts);
  }

  begin(columns: SpanColumns): void {
    this.#columns = columns;
    const { native } = columns;
    this.#prefixes.begin(columns);
    this.#heads.begin(native, columns.attributes, columns.attributeTypes);
    this.#eventHeads.begin(native, columns.eventAttributes, columns.eventTypes);
    this.#linkHeads.begin(native, columns.linkAttributes, columns.linkTypes);
  }

  /** Writes the entry of the row at this place of the block, which is row `row` for the salts. */
  write(at: number, row: number): void {
    const columns = this.#columns!;
    const { out } = this;
    const { view } = columns.native;
    this.#row = row;
    this.#restricted = 0;
    const { starts: messages } = columns.statusMessage;
    let to = this.#prefix(columns, at, messages[at]!, messages[at + 1]!);
    const { ends } = columns.attributes;
    to = this.#list(this.#heads, columns.attributes, ends[at]!, ends[at + 1]!, at, to);
    to = this.#events(columns, columns.events[at]!, columns.events[at + 1]!, to);
    to = this.#links(columns, columns.links[at]!, columns.links[at + 1]!, to);
    const first = columns.minimized[at]!;
    const last = columns.minimized[at + 1]!;
    out.room(to, VARUINT_BYTES_MAX);
    to = writeVaruint(out, to, last - first);
    for (let statement = first; statement < last; statement++) {
      to = this.#roomyText(columns.minimizedPlace, statement, to);
      to = this.#roomyText(columns.minimizedKind, statement, to);
      out.room(to, 4);
      out.view.setUint32(to, view.getUint32(columns.minimizedCount.start + statement * 4, true), true);
      to += 4;
    }
    out.length = this.#seals(columns, columns.sealed[at]!, columns.sealed[at + 1]!, to);
  }

  /** The restricted fields of the row at this place, in the order of their numbers, and those of its resource and scope. */
  restricted(at: number, row: number): RestrictedField[] {
    const columns = this.#columns!;
    const fields: string[] = [];
    const { starts } = columns.statusMessage;
    if (this.#restrictsStatus && starts[at + 1]! - starts[at]! > 1) fields.push(STATUS_MESSAGE);
    const add = (prefix: string, heads: AttributeHeads, column: AttributesColumn, list: number): void => {
      heads.find(column.ends[list]!, column.ends[list + 1]!, list);
      for (let i = heads.restrictedStart; i < heads.restrictedEnd; i++) fields.push(`${prefix}attributes[${heads.positions[i]!}]`);
    };
    add('', this.#heads, columns.attributes, at);
    const firstEvent = columns.events[at]!;
    for (let event = firstEvent; event < columns.events[at + 1]!; event++) add(`events[${event - firstEvent}].`, this.#eventHeads, columns.eventAttributes, event);
    const firstLink = columns.links[at]!;
    for (let link = firstLink; link < columns.links[at + 1]!; link++) add(`links[${link - firstLink}].`, this.#linkHeads, columns.linkAttributes, link);
    const salted = fields.map((field, number): RestrictedField => {
      const salt = Buffer.alloc(SALT_BYTES);
      this.#salts.write(row, number, salt, 0);
      return { field, salt };
    });
    const ofGroup = (kind: GroupKind, groups: DigestColumn, index: number) => groups.restricted(index).map(({ position, salt }): RestrictedField => ({ field: `${kind}.attributes[${position}]`, salt }));
    const { resources, scopes } = this.#prefixes;
    return [...salted, ...ofGroup('resource', resources, columns.resource.indexes[at]!), ...ofGroup('scope', scopes, columns.scope.indexes[at]!)];
  }

  /** Everything before the attributes. */
  #prefix(columns: SpanColumns, at: number, message: number, messageEnd: number): number {
    const { out } = this;
    const prefixes = this.#prefixes;
    prefixes.find(at);
    const { start, end } = prefixes;
    const { bytes, view } = prefixes.bytes;
    out.room(0, FIXED_BYTES + end - start + DIGEST_BYTES + messageEnd - message);
    this.#fixed(columns, at);
    // An empty one is only its length, and stands in the prefix.
    if (messageEnd - message === 1) return copyBytes(out, FIXED_BYTES, bytes, view, start, end);
    const to = copyBytes(out, FIXED_BYTES, bytes, view, start, prefixes.message);
    return copyBytes(out, this.#statusMessage(message, messageEnd, to), bytes, view, prefixes.message + 2, end);
  }

  /** Leaf prefix, version, and all that has the same length in every span. */
  #fixed(columns: SpanColumns, at: number): void {
    const to = this.out.view;
    const { view } = columns.native;
    to.setUint8(0, LEAF);
    to.setUint8(1, VERSION);
    const traceId = columns.traceId.start + at * 16;
    to.setBigUint64(2, view.getBigUint64(traceId, true), true);
    to.setBigUint64(10, view.getBigUint64(traceId + 8, true), true);
    to.setBigUint64(18, view.getBigUint64(columns.spanId.start + at * 8, true), true);
    to.setBigUint64(26, view.getBigUint64(columns.parentId.start + at * 8, true), true);
    to.setUint32(34, view.getUint32(columns.flags.start + at * 4, true), true);
    to.setUint32(38, view.getUint32(columns.kind.start + at * 4, true), true);
    to.setBigUint64(42, view.getBigUint64(columns.start.start + at * 8, true), true);
    to.setBigUint64(50, view.getBigUint64(columns.duration.start + at * 8, true), true);
    to.setUint32(58, view.getUint32(columns.statusCode.start + at * 4, true), true);
    to.setUint32(62, view.getUint32(columns.droppedAttributes.start + at * 4, true), true);
    to.setUint32(66, view.getUint32(columns.droppedEvents.start + at * 4, true), true);
    to.setUint32(70, view.getUint32(columns.droppedLinks.start + at * 4, true), true);
  }

  #text(column: DictionaryColumn, at: number, to: number): number {
    const index = column.indexes[at]!;
    const { starts } = column.keys;
    const { bytes, view } = this.#columns!.native;
    return copyBytes(this.out, to, bytes, view, starts[index]!, starts[index + 1]!);
  }

  #roomyText(column: DictionaryColumn, at: number, to: number): number {
    const index = column.indexes[at]!;
    const { starts } = column.keys;
    this.out.room(to, starts[index + 1]! - starts[index]!);
    return this.#text(column, at, to);
  }

  #statusMessage(start: number, end: number, to: number): number {
    const { out } = this;
    if (this.#restrictsStatus) {
      out.bytes[to] = 1;
      return this.#digest(STRING_LETTER, start, end, to + 1);
    }
    out.bytes[to] = 0;
    const { bytes, view } = this.#columns!.native;
    return copyBytes(out, to + 1, bytes, view, start, end);
  }

  #events(columns: SpanColumns, first: number, last: number, start: number): number {
    const { out } = this;
    const { view } = columns.native;
    out.room(start, VARUINT_BYTES_MAX);
    let to = writeVaruint(out, start, last - first);
    for (let event = first; event < last; event++) {
      out.room(to, 8);
      out.view.setBigUint64(to, view.getBigUint64(columns.eventTime.start + event * 8, true), true);
      to = this.#roomyText(columns.eventName, event, to + 8);
      out.room(to, 4);
      out.view.setUint32(to, view.getUint32(columns.eventDropped.start + event * 4, true), true);
      const { ends } = columns.eventAttributes;
      to = this.#list(this.#eventHeads, columns.eventAttributes, ends[event]!, ends[event + 1]!, event, to + 4);
    }
    return to;
  }

  #links(columns: SpanColumns, first: number, last: number, start: number): number {
    const { out } = this;
    const { bytes, view } = columns.native;
    out.room(start, VARUINT_BYTES_MAX);
    let to = writeVaruint(out, start, last - first);
    for (let link = first; link < last; link++) {
      const state = columns.linkTraceState.starts[link]!;
      const stateEnd = columns.linkTraceState.starts[link + 1]!;
      out.room(to, 24 + stateEnd - state + 8);
      const traceId = columns.linkTraceId.start + link * 16;
      to = copyBytes(out, to, bytes, view, traceId, traceId + 16);
      const spanId = columns.linkSpanId.start + link * 8;
      to = copyBytes(out, to, bytes, view, spanId, spanId + 8);
      to = copyBytes(out, to, bytes, view, state, stateEnd);
      out.view.setUint32(to, view.getUint32(columns.linkFlags.start + link * 4, true), true);
      out.view.setUint32(to + 4, view.getUint32(columns.linkDropped.start + link * 4, true), true);
      const { ends } = columns.linkAttributes;
      to = this.#list(this.#linkHeads, columns.linkAttributes, ends[link]!, ends[link + 1]!, link, to + 8);
    }
    return to;
  }

  /** An attribute list: its head, then runs of open values with the digests of restricted ones between them. */
  #list(heads: AttributeHeads, column: AttributesColumn, first: number, last: number, list: number, start: number): number {
    const { out } = this;
    const { bytes, view } = this.#columns!.native;
    const { starts } = column.values;
    heads.find(first, last, list);
    const { restrictedStart, restrictedEnd } = heads;
    const values = first === last ? 0 : starts[last]! - starts[first]!;
    out.room(start, heads.end - heads.start + values + (restrictedEnd - restrictedStart) * DIGEST_BYTES);
    let to = copyBytes(out, start, heads.bytes.bytes, heads.bytes.view, heads.start, heads.end);
    if (values === 0) return to;
    let open = first;
    for (let i = restrictedStart; i < restrictedEnd; i++) {
      const position = heads.positions[i]!;
      const element = first + position;
      if (element > open) to = copyBytes(out, to, bytes, view, starts[open]!, starts[element]!);
      to = this.#digest(heads.letter(position, list), starts[element]!, starts[element + 1]!, to);
      open = element + 1;
    }
    return last > open ? copyBytes(out, to, bytes, view, starts[open]!, starts[last]!) : to;
  }

  /** What is sealed stands as digests, so that it can be left out of a proof. */
  #seals(columns: SpanColumns, first: number, last: number, start: number): number {
    const { out } = this;
    out.room(start, 1 + VARUINT_BYTES_MAX + (last - first) * DIGEST_BYTES);
    if (last === first) {
      out.bytes[start] = NO_SEALED_VALUES;
      return start + 1;
    }
    out.bytes[start] = SEALED_VALUES;
    let to = writeVaruint(out, start + 1, last - first);
    const { native } = columns;
    const value = this.#value;
    for (let seal = first; seal < last; seal++, to += DIGEST_BYTES) {
      const text = textStart(native, columns.sealedText.starts[seal]!);
      const end = columns.sealedText.starts[seal + 1]!;
      const key = columns.sealedKey.start + seal * SEAL_KEY_BYTES;
      value.room(0, SEAL_KEY_BYTES + end - text);
      value.length = copyBytes(value, copyBytes(value, 0, native.bytes, native.view, key, key + SEAL_KEY_BYTES), native.bytes, native.view, text, end);
      value.digest(out.bytes, to);
    }
    return to;
  }

  /** H(salt ‖ letter ‖ text) of the String between the two places. */
  #digest(letter: number, start: number, end: number, to: number): number {
    const { native } = this.#columns!;
    const value = this.#value;
    value.room(0, SALT_BYTES + 1 + end - start);
    this.#salts.write(this.#row, this.#restricted++, value.bytes, 0);
    value.bytes[SALT_BYTES] = letter;
    value.length = copyBytes(value, SALT_BYTES + 1, native.bytes, native.view, textStart(native, start), end);
    value.digest(this.out.bytes, to);
    return to + DIGEST_BYTES;
  }
}

export interface RestrictedField {
  /** As in the evidence document: `attributes[3]`. */
  readonly field: string;
  readonly salt: Uint8Array;
}
