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

/** A seal: closed, with the id of its key and its text, or left out, with the digest of both. */
export type Sealed =
  | { readonly key: Uint8Array; readonly text: Uint8Array; readonly digest?: undefined }
  | { readonly digest: Uint8Array; readonly key?: undefined; readonly text?: undefined };

/** What stands for the texts of sealed values where it is named what was left out. */
export const SEALED_VALUES = 'sealed.values';
/** Of the id of the key of a seal. */
export const SEAL_KEY_BYTES = 8;

/** What stands for a seal in the span entry. */
export function sealDigest(sha256: Sha256, key: Uint8Array, text: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(key.length + text.length);
  bytes.set(key);
  bytes.set(text, key.length);
  return sha256(bytes);
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
}

const SPAN = known('traceId', 'spanId', 'traceState', 'parentSpanId', 'flags', 'name', 'kind', 'startTimeUnixNano', 'endTimeUnixNano', 'attributes', 'droppedAttributesCount', 'events', 'droppedEventsCount', 'links', 'droppedLinksCount', 'status');
const STATUS = known('message', 'code');
const EVENT = known('timeUnixNano', 'name', 'attributes', 'droppedAttributesCount');
const LINK = known('traceId', 'spanId', 'traceState', 'attributes', 'droppedAttributesCount', 'flags');
const RESOURCE = known('attributes', 'droppedAttributesCount');
const SCOPE = known('name', 'version', 'attributes', 'droppedAttributesCount');
const ATTRIBUTE = known('key', 'value');

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
  statusMessage(textOf(status['message'], 'status.message'), fields, visit);
  entry.raw(resource.digest).raw(scope);
  attributeList(entry, span['attributes'], 'attributes', fields, visit);
  events(listOf(span['events'], 'events'), fields, visit);
  links(listOf(span['links'], 'links'), fields, visit);
  entry.varuint(beside.minimized.length);
  for (const { place, kind, count } of beside.minimized) entry.string(place).string(kind).u32(count);
  seals(sha256, beside.sealed ?? [], visit);
  fields.close();
  return { entry: entry.written(), traceId, spanId, service, name, start };
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

/** What a seal holds nobody sees here: all of them have one name. */
function seals(sha256: Sha256, sealed: readonly Sealed[], visit: Visit): void {
  if (sealed.length === 0) {
    entry.u8(0);
    return;
  }
  entry.u8(1).varuint(sealed.length);
  for (const seal of sealed) {
    visit(SEALED_VALUES, seal.digest === undefined ? 'shown' : 'left out');
    entry.raw(seal.digest ?? sealDigest(sha256, seal.key, seal.text));
  }
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

function events(list: readonly unknown[], fields: RestrictedFields, visit: Visit): void {
  entry.varuint(list.length);
  for (const [at, value] of list.entries()) {
    const event = membersOf(value, 'event', EVENT);
    entry.u64(u64Of(event['timeUnixNano'], 'timeUnixNano')).string(textOf(event['name'], 'event.name')).u32(dropped(event));
    attributeList(entry, event['attributes'], `events[${at}].attributes`, fields, visit);
  }
}

function links(list: readonly unknown[], fields: RestrictedFields, visit: Visit): void {
  entry.varuint(list.length);
  for (const [at, value] of list.entries()) {
    const link = membersOf(value, 'link', LINK);
    entry.hex(idOf(link['traceId'], 16, 'link.traceId')).hex(idOf(link['spanId'], 8, 'link.spanId')).string(textOf(link['traceState'], 'link.traceState'));
    entry.u32(u32Of(link['flags'], 'link.flags')).u32(dropped(link));
    attributeList(entry, link['attributes'], `links[${at}].attributes`, fields, visit);
  }
}

function attributeList(out: EntryWriter, list: unknown, name: string, fields: RestrictedFields, visit: Visit): readonly (Value & { readonly key: string })[] {
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
