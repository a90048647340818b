/**
 * The canonical bytes of a span, from its OTLP/JSON and from what stands beside it in evidence: what the block's tree has as a leaf. The server has the
 * same bytes from its stored columns; that both agree is what a proof shows.
 */
import type { Sha256 } from '#merkle';
import { valueOf, type Value } from './any-value.ts';
import { EntryWriter } from './entry-writer.ts';
import { Wrong } from './flaw.ts';
import { i32Of, idOf, listOf, type Members, membersOf, textOf, u32Of, u64Of } from './reading.ts';
import { RestrictedFields, STATUS_MESSAGE, type Restricted, type Visit } from './restricted.ts';
import { openedValues, SEALED_MARK, SEALED_VALUES, sealDigest, type OpenedValue, type Sealed } from './seals.ts';

/** A span as parsed from OTLP/JSON, with the resource and the scope that it stands under. Nothing of it is checked yet. */
export interface PlacedSpan {
  readonly resource: unknown;
  readonly resourceSchemaUrl: unknown;
  readonly scope: unknown;
  readonly scopeSchemaUrl: unknown;
  readonly span: unknown;
}

/** What the server did at one place of a span before it was stored. */
export interface Minimized {
  readonly place: string;
  readonly kind: string;
  readonly count: number;
}

/** What is proved with a span and has no place in OTLP/JSON. */
export interface Beside {
  /** The id of the producer that sent it. */
  readonly producer: string;
  /** The service, where it is not the one that the resource names. */
  readonly service?: string;
  readonly minimized: readonly Minimized[];
  readonly restricted: readonly Restricted[];
  /** What the span has sealed; absent = nothing. */
  readonly sealed?: readonly Sealed[];
}

export interface SpanEntry {
  /** A view, good until the next span is read. */
  readonly entry: Uint8Array;
  readonly traceId: string;
  readonly spanId: string;
  readonly service: string;
  readonly name: string;
  /** Nanoseconds since 1970. */
  readonly start: bigint;
  /** What its seals hold, as far as it stands beside them. */
  readonly opened: readonly OpenedValue[];
}

const SPAN = known('traceId', 'spanId', 'traceState', 'parentSpanId', 'flags', 'name', 'kind', 'startTimeUnixNano', 'endTimeUnixNano', 'attributes', 'droppedAttributesCount', 'events', 'droppedEventsCount', 'links', 'droppedLinksCount', 'status');
const STATUS = known('message', 'code');
const EVENT = known('timeUnixNano', 'name', 'attributes', 'droppedAttributesCount');
const LINK = known('traceId', 'spanId', 'traceState', 'attributes', 'droppedAttributesCount', 'flags');
const RESOURCE = known('attributes', 'droppedAttributesCount');
const SCOPE = known('name', 'version', 'attributes', 'droppedAttributesCount');
const ATTRIBUTE = known('key', 'value');

/** Where the span at hand says `[sealed]`, and the key there. */
type Places = Map<string, string>;

const VERSION = 1;
const RESTRICTED = 'r';
const UNKNOWN_SERVICE = 'unknown_service';

/** Two, because a digest is worked out while the span entry is written. */
const entry = new EntryWriter();
const group = new EntryWriter();

/** Throws `Wrong`: for other doors than this folder's files there is `spanEntry` of the door. */
export function readSpan(sha256: Sha256, placed: PlacedSpan, beside: Beside, visit: Visit): SpanEntry {
  const span = membersOf(placed.span, 'span', SPAN);
  const fields = new RestrictedFields(sha256, beside.restricted);
  const resource = readResource(sha256, placed, fields, visit);
  const scope = readScope(sha256, placed, fields, visit);
  const service = beside.service ?? resource.service;
  const [traceId, spanId, name] = [idOf(span['traceId'], 16, 'traceId'), idOf(span['spanId'], 8, 'spanId'), textOf(span['name'], 'name')];
  const start = u64Of(span['startTimeUnixNano'], 'startTimeUnixNano');
  const end = u64Of(span['endTimeUnixNano'], 'endTimeUnixNano');
  const status = membersOf(span['status'] ?? {}, 'status', STATUS);
  entry.reset().u8(VERSION).hex(traceId).hex(spanId).hex(idOf(span['parentSpanId'], 8, 'parentSpanId'));
  entry.u32(u32Of(span['flags'], 'flags')).i32(i32Of(span['kind'], 'kind')).u64(start).i64(end - start).i32(i32Of(status['code'], 'status.code'));
  for (const count of ['droppedAttributesCount', 'droppedEventsCount', 'droppedLinksCount']) entry.u32(u32Of(span[count], count));
  entry.string(beside.producer).string(service).string(name).string(textOf(span['traceState'], 'traceState'));
  const message = textOf(status['message'], 'status.message');
  statusMessage(message, fields, visit);
  entry.raw(resource.digest).raw(scope);
  const places: Places = new Map(message === SEALED_MARK ? [[STATUS_MESSAGE, STATUS_MESSAGE]] : []);
  attributeList(entry, span['attributes'], 'attributes', fields, visit, places);
  events(listOf(span['events'], 'events'), fields, visit, places);
  links(listOf(span['links'], 'links'), fields, visit, places);
  entry.varuint(beside.minimized.length);
  for (const { place, kind, count } of beside.minimized) entry.string(place).string(kind).u32(count);
  const opened = seals(sha256, beside.sealed ?? [], places, visit);
  fields.close();
  return { entry: entry.written(), traceId, spanId, service, name, start, opened };
}

function readResource(sha256: Sha256, { resource, resourceSchemaUrl }: PlacedSpan, fields: RestrictedFields, visit: Visit): { readonly digest: Uint8Array; readonly service: string } {
  const members = membersOf(resource ?? {}, 'resource', RESOURCE);
  group.reset().ascii('tracekeep resource v1\n');
  const values = attributeList(group, members['attributes'], 'resource.attributes', fields, visit);
  group.u32(u32Of(members['droppedAttributesCount'], 'resource.droppedAttributesCount')).string(textOf(resourceSchemaUrl, 'schemaUrl'));
  const named = values.findLast(({ key, letter }) => key === 'service.name' && letter === 's');
  return { digest: sha256(group.written()), service: named?.text || UNKNOWN_SERVICE };
}

function readScope(sha256: Sha256, { scope, scopeSchemaUrl }: PlacedSpan, fields: RestrictedFields, visit: Visit): Uint8Array {
  const members = membersOf(scope ?? {}, 'scope', SCOPE);
  group.reset().ascii('tracekeep scope v1\n').string(textOf(members['name'], 'scope.name')).string(textOf(members['version'], 'scope.version'));
  attributeList(group, members['attributes'], 'scope.attributes', fields, visit);
  group.u32(u32Of(members['droppedAttributesCount'], 'scope.droppedAttributesCount')).string(textOf(scopeSchemaUrl, 'schemaUrl'));
  return sha256(group.written());
}

/** All of them have one name where it is named what was left out. */
function seals(sha256: Sha256, sealed: readonly Sealed[], places: Places, visit: Visit): readonly OpenedValue[] {
  if (sealed.length === 0) {
    entry.u8(0);
    return [];
  }
  entry.u8(1).varuint(sealed.length);
  return sealed.flatMap((seal) => {
    visit(SEALED_VALUES, seal.digest === undefined ? 'shown' : 'left out');
    entry.raw(seal.digest ?? sealDigest(sha256, seal.key, seal.text));
    return seal.opened === undefined ? [] : openedValues(sha256, seal.text, seal.opened, places);
  });
}

/** An empty one is never restricted. */
function statusMessage(text: string, fields: RestrictedFields, visit: Visit): void {
  const restricted = fields.message;
  if (restricted === undefined) {
    if (text !== '') visit(STATUS_MESSAGE, 'open');
    entry.u8(0).string(text);
    return;
  }
  if ((restricted.salt === undefined) !== (text === '')) throw new Wrong('restricted_mismatch', STATUS_MESSAGE);
  visit(STATUS_MESSAGE, restricted.salt === undefined ? 'left out' : 'shown');
  entry.u8(1).raw(fields.digestOf(restricted, text === '' ? { letter: 'n', text } : { letter: 's', text }));
}

function events(list: readonly unknown[], fields: RestrictedFields, visit: Visit, places: Places): void {
  entry.varuint(list.length);
  for (const [at, value] of list.entries()) {
    const event = membersOf(value, 'event', EVENT);
    entry.u64(u64Of(event['timeUnixNano'], 'timeUnixNano')).string(textOf(event['name'], 'event.name')).u32(dropped(event));
    attributeList(entry, event['attributes'], `events[${at}].attributes`, fields, visit, places);
  }
}

function links(list: readonly unknown[], fields: RestrictedFields, visit: Visit, places: Places): void {
  entry.varuint(list.length);
  for (const [at, value] of list.entries()) {
    const link = membersOf(value, 'link', LINK);
    entry.hex(idOf(link['traceId'], 16, 'link.traceId')).hex(idOf(link['spanId'], 8, 'link.spanId')).string(textOf(link['traceState'], 'link.traceState'));
    entry.u32(u32Of(link['flags'], 'link.flags')).u32(dropped(link));
    attributeList(entry, link['attributes'], `links[${at}].attributes`, fields, visit, places);
  }
}

/** `places`: null for what is never sealed, which is what spans share. */
function attributeList(out: EntryWriter, list: unknown, name: string, fields: RestrictedFields, visit: Visit, places: Places | null = null): readonly (Value & { readonly key: string })[] {
  const restricted = fields.listed(name);
  const values = listOf(list, name).map((attribute) => {
    const { key, value } = membersOf(attribute, name, ATTRIBUTE);
    return { key: textOf(key, name), ...valueOf(value) };
  });
  out.varuint(values.length);
  for (const [at, { letter }] of values.entries()) out.ascii(restricted.has(at) ? RESTRICTED : letter);
  for (const { key } of values) out.string(key);
  for (const [at, value] of values.entries()) {
    const one = restricted.get(at);
    if (value.text === SEALED_MARK && value.letter === 's') places?.set(`${name}[${at}]`, value.key);
    visit(value.key, one === undefined ? 'open' : one.salt === undefined ? 'left out' : 'shown');
    if (one === undefined) out.string(value.text);
    else out.raw(fields.digestOf(one, value));
  }
  return values;
}

function dropped(members: Members): number {
  return u32Of(members['droppedAttributesCount'], 'droppedAttributesCount');
}

function known(...names: readonly string[]): ReadonlySet<string> {
  return new Set(names);
}
