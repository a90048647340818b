/**
 * Writes the span entry of a row (docs/reference/log-format.md, "Span entry") from the columns of a Native block: no object per span or
 * attribute, and wherever the column already has the bytes that the entry wants, they are copied as they are.
 */
import { AttributeHeads, textStart } from './attribute-heads.ts';
import { copyInto, EntryBytes } from './entry-bytes.ts';
import { GroupDigests, type GroupKind, type RestrictedInGroup } from './group-digests.ts';
import type { AttributesColumn, DictionaryColumn } from './native-columns.ts';
import { SALT_BYTES, type Salts } from './salts.ts';
import { HashedBytes } from './sha256.ts';
import type { SpanColumns } from './span-columns.ts';

/** What stands for the status message where restricted keys are named. */
export const STATUS_MESSAGE = 'status.message';
const STRING_LETTER = 's'.charCodeAt(0);
const DIGEST_BYTES = 32;

export class SpanEntries {
  /** The entry that was written last, behind the byte that makes it a leaf. */
  readonly out = new EntryBytes();
  readonly #salts: Salts;
  readonly #restrictsStatus: boolean;
  readonly #resources: SharedDigests;
  readonly #scopes: SharedDigests;
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
    const groups = new GroupDigests(restricts, salts);
    this.#resources = new SharedDigests('resource', groups);
    this.#scopes = new SharedDigests('scope', groups);
    this.#heads = new AttributeHeads(restricts);
    this.#eventHeads = new AttributeHeads(restricts);
    this.#linkHeads = new AttributeHeads(restricts);
  }

  begin(columns: SpanColumns): void {
    this.#columns = columns;
    const { native } = columns;
    this.#resources.begin(columns, columns.resource);
    this.#scopes.begin(columns, columns.scope);
    this.#heads.begin(native, columns.attributes, columns.attributeTypes);
    this.#eventHeads.begin(native, columns.eventAttributes, columns.eventTypes);
    this.#linkHeads.begin(native, columns.linkAttributes, columns.linkTypes);
  }

  /** Writes the entry of the row at this place of the block, which is row `row` for the salts. */
  write(at: number, row: number): void {
    const columns = this.#columns!;
    const { out } = this;
    const { native } = columns;
    this.#row = row;
    this.#restricted = 0;
    out.begin();
    this.#fixed(columns, at);
    this.#text(columns.producer, at);
    this.#text(columns.service, at);
    this.#text(columns.name, at);
    this.#text(columns.traceState, at);
    this.#statusMessage(columns, at);
    this.#resources.write(out, at);
    this.#scopes.write(out, at);
    const { ends } = columns.attributes;
    this.#list(this.#heads, columns.attributes, ends[at]!, ends[at + 1]!, at);
    this.#events(columns, columns.events[at]!, columns.events[at + 1]!);
    this.#links(columns, columns.links[at]!, columns.links[at + 1]!);
    const first = columns.minimized[at]!;
    const last = columns.minimized[at + 1]!;
    out.varuint(last - first);
    for (let statement = first; statement < last; statement++) {
      this.#text(columns.minimizedPlace, statement);
      this.#text(columns.minimizedKind, statement);
      out.copy4(native.view, columns.minimizedCount.start + statement * 4);
    }
    out.uint8(0);
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
    const ofGroups = (kind: GroupKind, groups: SharedDigests) => groups.restricted(at).map(({ position, salt }): RestrictedField => ({ field: `${kind}.attributes[${position}]`, salt }));
    return [...salted, ...ofGroups('resource', this.#resources), ...ofGroups('scope', this.#scopes)];
  }

  #fixed(columns: SpanColumns, at: number): void {
    const { out } = this;
    const { view } = columns.native;
    out.copy8(view, columns.traceId.start + at * 16);
    out.copy8(view, columns.traceId.start + at * 16 + 8);
    out.copy8(view, columns.spanId.start + at * 8);
    out.copy8(view, columns.parentId.start + at * 8);
    out.copy4(view, columns.flags.start + at * 4);
    out.copy4(view, columns.kind.start + at * 4);
    out.copy8(view, columns.start.start + at * 8);
    out.copy8(view, columns.duration.start + at * 8);
    out.copy4(view, columns.statusCode.start + at * 4);
    out.copy4(view, columns.droppedAttributes.start + at * 4);
    out.copy4(view, columns.droppedEvents.start + at * 4);
    out.copy4(view, columns.droppedLinks.start + at * 4);
  }

  #text(column: DictionaryColumn, at: number): void {
    const index = column.indexes[at]!;
    const { starts } = column.keys;
    this.out.copy(this.#columns!.native, starts[index]!, starts[index + 1]!);
  }

  #statusMessage(columns: SpanColumns, at: number): void {
    const { starts } = columns.statusMessage;
    const start = starts[at]!;
    const end = starts[at + 1]!;
    // An empty one is only its length.
    if (this.#restrictsStatus && end - start > 1) {
      this.out.uint8(1);
      this.#digest(STRING_LETTER, start, end);
    } else {
      this.out.uint8(0);
      this.out.copy(columns.native, start, end);
    }
  }

  #events(columns: SpanColumns, first: number, last: number): void {
    const { out } = this;
    const { view } = columns.native;
    out.varuint(last - first);
    for (let event = first; event < last; event++) {
      out.copy8(view, columns.eventTime.start + event * 8);
      this.#text(columns.eventName, event);
      out.copy4(view, columns.eventDropped.start + event * 4);
      const { ends } = columns.eventAttributes;
      this.#list(this.#eventHeads, columns.eventAttributes, ends[event]!, ends[event + 1]!, event);
    }
  }

  #links(columns: SpanColumns, first: number, last: number): void {
    const { out } = this;
    const { native } = columns;
    const { view } = native;
    out.varuint(last - first);
    for (let link = first; link < last; link++) {
      out.copy8(view, columns.linkTraceId.start + link * 16);
      out.copy8(view, columns.linkTraceId.start + link * 16 + 8);
      out.copy8(view, columns.linkSpanId.start + link * 8);
      out.copy(native, columns.linkTraceState.starts[link]!, columns.linkTraceState.starts[link + 1]!);
      out.copy4(view, columns.linkFlags.start + link * 4);
      out.copy4(view, columns.linkDropped.start + link * 4);
      const { ends } = columns.linkAttributes;
      this.#list(this.#linkHeads, columns.linkAttributes, ends[link]!, ends[link + 1]!, link);
    }
  }

  /** An attribute list: its head, then runs of open values with the digests of restricted ones between them. */
  #list(heads: AttributeHeads, column: AttributesColumn, first: number, last: number, list: number): void {
    const { out } = this;
    const { native } = this.#columns!;
    heads.find(first, last, list);
    copyInto(out, heads.bytes.bytes, heads.bytes.view, heads.start, heads.end);
    if (first === last) return;
    const { starts } = column.values;
    let open = first;
    for (let i = heads.restrictedStart; i < heads.restrictedEnd; i++) {
      const position = heads.positions[i]!;
      const element = first + position;
      if (element > open) out.copy(native, starts[open]!, starts[element]!);
      this.#digest(heads.letter(position, list), starts[element]!, starts[element + 1]!);
      open = element + 1;
    }
    if (last > open) out.copy(native, starts[open]!, starts[last]!);
  }

  /** H(salt ‖ letter ‖ text) of the String between the two places. */
  #digest(letter: number, start: number, end: number): void {
    const { native } = this.#columns!;
    const value = this.#value;
    value.length = 0;
    value.reserve(SALT_BYTES + 1);
    this.#salts.write(this.#row, this.#restricted++, value.bytes, 0);
    value.bytes[SALT_BYTES] = letter;
    value.length = SALT_BYTES + 1;
    copyInto(value, native.bytes, native.view, textStart(native, start), end);
    this.out.reserve(DIGEST_BYTES);
    value.digest(this.out.bytes, this.out.length);
    this.out.length += DIGEST_BYTES;
  }
}

export interface RestrictedField {
  /** As in the evidence document: `attributes[3]`. */
  readonly field: string;
  readonly salt: Uint8Array;
}

/** The digests of one dictionary of resources or scopes, each made when the first of its rows is met. */
class SharedDigests {
  readonly #kind: GroupKind;
  readonly #groups: GroupDigests;
  #columns: SpanColumns | null = null;
  #column: DictionaryColumn | null = null;
  #digests: (Uint8Array | undefined)[] = [];

  constructor(kind: GroupKind, groups: GroupDigests) {
    this.#kind = kind;
    this.#groups = groups;
  }

  begin(columns: SpanColumns, column: DictionaryColumn): void {
    this.#columns = columns;
    this.#column = column;
    this.#digests = [];
  }

  write(out: EntryBytes, at: number): void {
    const index = this.#column!.indexes[at]!;
    out.append((this.#digests[index] ??= this.#groups.digest(this.#kind, this.#textOf(index))));
  }

  restricted(at: number): RestrictedInGroup[] {
    const restricted: RestrictedInGroup[] = [];
    this.#groups.digest(this.#kind, this.#textOf(this.#column!.indexes[at]!), restricted);
    return restricted;
  }

  #textOf(index: number): Uint8Array {
    const { native } = this.#columns!;
    const { starts } = this.#column!.keys;
    return native.bytes.subarray(textStart(native, starts[index]!), starts[index + 1]!);
  }
}
