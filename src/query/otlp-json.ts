/**
 * Spans as OTLP/JSON (OTLP 1.11 §JSON Protobuf Encoding): hexadecimal ids, 64-bit numbers as decimal text, enums as numbers,
 * fields with their default value left out. Written as text, not as objects: a double such as -0 or a 64-bit integer
 * passes unchanged, and a trace of 100,000 spans costs one string. A span whose values were replaced carries one attribute
 * more, `tracekeep.minimized`, an array of sentences such as `attributes.url.full: 1 email`; one of which this reader does not see everything carries
 * `tracekeep.hidden`, which is true or an array of places such as `attributes.user.email`. What else is to be said of spans
 * stands beside them in `notes`, or where there is no room beside them, the version of a span in its attribute `tracekeep.version`.
 */
import { setImmediate as nextTurn } from 'node:timers/promises';
import { type Attribute, hiddenPlaces, type Minimized, type Note, type Span, type SpanEvent, type SpanLink, type Trace } from './span.ts';

/** The attribute that says what minimization did to a span. */
export const MINIMIZED_KEY = 'tracekeep.minimized';

/** The attribute that says that policy hides a span (`true`) or which of its values. */
export const HIDDEN_KEY = 'tracekeep.hidden';

/** Which of several versions of a span this is. */
export const VERSION_KEY = 'tracekeep.version';

/** Spans written before everything else on this thread gets a turn: about 20 ms. */
const TURN_SPANS = 1_000;

/**
 * `{"resourceSpans":[…]}`; spans that share resource and scope are grouped, groups and spans by start. Where there is something to say of spans, `notes` names each
 * by its place among all of them, counted through from 0.
 */
export async function otlpJson(trace: Trace, beside: Beside = NOTHING): Promise<string> {
  const { resourceSpans, placed } = await groupedJson(trace.spans, (span) => spanJson(span), beside.ofResources);
  const notes: string[] = [];
  if (trace.notes !== undefined && trace.notes.size > 0) {
    for (const [place, span] of placed.entries()) {
      const note = trace.notes.get(span);
      if (note !== undefined) notes.push(object([field('span', String(place)), field('spanId', quote(span.spanId)), ...noteMembers(note)]));
    }
  }
  return object([field('resourceSpans', resourceSpans), listField('notes', notes), ...beside.members]);
}

/** What is written beside what is stored: attributes of every resource, and members beside `resourceSpans`, as JSON. */
export interface Beside {
  readonly ofResources: readonly string[];
  readonly members: readonly string[];
}

const NOTHING: Beside = { ofResources: [], members: [] };

/** The same with nothing beside `resourceSpans`. */
export async function plainOtlpJson(trace: Trace): Promise<string> {
  const { resourceSpans } = await groupedJson(trace.spans, (span) => spanJson(span, trace.notes?.get(span)));
  return object([field('resourceSpans', resourceSpans)]);
}

/** The list `resourceSpans` of spans that are written one by one, and the spans in the order in which they stand there. */
export async function groupedJson<One extends Pick<Span, 'resource' | 'scope'>>(spans: readonly One[], write: (span: One) => string, ofResources: readonly string[] = []): Promise<{ readonly resourceSpans: string; readonly placed: readonly One[] }> {
  const resources = new Map<string, Map<string, One[]>>();
  for (const span of spans) {
    const scopes = entry(resources, span.resource, () => new Map<string, One[]>());
    entry(scopes, span.scope, () => []).push(span);
  }
  const placed: One[] = [];
  const groups: string[] = [];
  for (const [resource, scopes] of resources) {
    const inner: string[] = [];
    for (const [scope, ofScope] of scopes) {
      const texts: string[] = [];
      for (const span of ofScope) {
        if (placed.push(span) % TURN_SPANS === 0) await nextTurn();
        texts.push(write(span));
      }
      const { json, schemaUrl } = scopeOf(scope);
      inner.push(object([field('scope', json), field('spans', `[${texts.join(',')}]`), stringField('schemaUrl', schemaUrl)]));
    }
    const { json, schemaUrl } = resourceOf(resource, ofResources);
    groups.push(object([field('resource', json), field('scopeSpans', `[${inner.join(',')}]`), stringField('schemaUrl', schemaUrl)]));
  }
  return { resourceSpans: `[${groups.join(',')}]`, placed };
}

/** A resource as stored: what stands in `resource`, and beside it. */
export function resourceOf(text: string, more: readonly string[] = []): { readonly json: string; readonly schemaUrl: string } {
  const stored = parseOwner(text);
  const owner = more.length === 0 ? stored : { ...stored, attributes: [...stored.attributes, ...more] };
  return { json: resourceJson(owner), schemaUrl: owner.schemaUrl };
}

export function scopeOf(text: string): { readonly json: string; readonly schemaUrl: string } {
  const owner = parseOwner(text);
  return { json: scopeJson(owner), schemaUrl: owner.schemaUrl };
}

/** `{"resource":{…},"scope":{…},"span":{…},"minimized":[{place, kind, count, rule, action}],"producer":…}` of one span; what was minimized stands beside the span, not in it. */
export function onlySpanJson(span: Span, { version, versions, copies }: Note, producer: string, minimized: readonly Minimized[]): string {
  return object([
    field('resource', resourceJson(parseOwner(span.resource))),
    field('scope', scopeJson(parseOwner(span.scope))),
    field('span', spanJson({ ...span, minimized: [] })),
    field('minimized', JSON.stringify(minimized)),
    field('producer', quote(producer)),
    field('version', String(version)),
    field('versions', String(versions)),
    field('copies', String(copies)),
    field('forged', String(version > 1)),
  ]);
}

function resourceJson({ attributes, dropped }: Owner): string {
  return object([listField('attributes', attributes), numberField('droppedAttributesCount', dropped)]);
}

function scopeJson({ name, version, attributes, dropped }: Owner): string {
  return object([stringField('name', name), stringField('version', version), listField('attributes', attributes), numberField('droppedAttributesCount', dropped)]);
}

/** A span as it stands in `spans`. */
/** `note`: says in an attribute which version it is. */
export function spanJson(span: Span, note?: Note): string {
  const attributes = span.attributes.map(attributeJson);
  if (span.minimized.length > 0) attributes.push(minimizedJson(span.minimized));
  const hidden = hiddenJson(span);
  if (hidden !== '') attributes.push(hidden);
  if (note !== undefined && note.versions > 1) attributes.push(`{"key":"${VERSION_KEY}","value":{"stringValue":${quote(versionText(note))}}}`);
  return object([
    field('traceId', quote(span.traceId)),
    field('spanId', quote(span.spanId)),
    stringField('traceState', span.traceState),
    stringField('parentSpanId', span.parentSpanId),
    numberField('flags', span.flags),
    field('name', quote(span.name)),
    numberField('kind', span.kind),
    field('startTimeUnixNano', quote(span.start.toString())),
    field('endTimeUnixNano', quote(BigInt.asUintN(64, span.start + span.duration).toString())),
    listField('attributes', attributes),
    numberField('droppedAttributesCount', span.droppedAttributes),
    listField('events', span.events.map(eventJson)),
    numberField('droppedEventsCount', span.droppedEvents),
    listField('links', span.links.map(linkJson)),
    numberField('droppedLinksCount', span.droppedLinks),
    field('status', object([stringField('message', span.statusMessage), numberField('code', span.statusCode)])),
  ]);
}

function noteMembers({ version, versions, copies, begunOutside }: Note): string[] {
  return [
    ...(versions > 1 ? [field('version', String(version)), field('versions', String(versions))] : []),
    ...(version > 1 ? [field('forged', 'true')] : []),
    ...(copies > 1 ? [field('copies', String(copies))] : []),
    ...(begunOutside ? [field('begunOutside', 'true')] : []),
  ];
}

/** `2 of 3, forged: stored after another version`. */
export function versionText({ version, versions }: Note): string {
  return `${version} of ${versions}, ${version === 1 ? 'stored first' : 'forged: stored after another version'}`;
}

function eventJson(event: SpanEvent): string {
  return object([
    field('timeUnixNano', quote(event.time.toString())),
    field('name', quote(event.name)),
    listField('attributes', event.attributes.map(attributeJson)),
    numberField('droppedAttributesCount', event.dropped),
  ]);
}

function linkJson(link: SpanLink): string {
  return object([
    field('traceId', quote(link.traceId)),
    field('spanId', quote(link.spanId)),
    stringField('traceState', link.traceState),
    listField('attributes', link.attributes.map(attributeJson)),
    numberField('droppedAttributesCount', link.dropped),
    numberField('flags', link.flags),
  ]);
}

function attributeJson({ key, type, text }: Attribute): string {
  return `{"key":${quote(key)},"value":${valueJson(type, text)}}`;
}

const DECIMAL = /^-?[0-9]{1,20}$/;
const DOUBLE = /^-?[0-9]{1,40}(\.[0-9]{1,40})?(e[+-]?[0-9]{1,4})?$/;

/** A stored text that does not fit its type is answered as a string: whoever reads sees it, and the answer stays JSON. */
function valueJson(type: string, text: string): string {
  if (type === 'i' && DECIMAL.test(text)) return `{"intValue":"${text}"}`;
  // Some readers take -0 for an integer, which has no sign.
  if (type === 'd' && DOUBLE.test(text)) return `{"doubleValue":${text === '-0' ? '-0.0' : text}}`;
  if (type === 'd' && (text === 'NaN' || text === 'Infinity' || text === '-Infinity')) return `{"doubleValue":"${text}"}`;
  if (type === 'b' && (text === 'true' || text === 'false')) return `{"boolValue":${text}}`;
  if (type === 'x') return `{"bytesValue":${quote(text)}}`;
  if (type === 'n') return '{}';
  if ((type === 'a' || type === 'm') && isObject(text)) return text;
  return `{"stringValue":${quote(text)}}`;
}

function minimizedJson(minimized: readonly Minimized[]): string {
  const values = minimized.map(({ place, kind, count }) => `{"stringValue":${quote(`${place}: ${count} ${kind}`)}}`);
  return `{"key":${quote(MINIMIZED_KEY)},"value":{"arrayValue":{"values":[${values.join(',')}]}}}`;
}

function hiddenJson(span: Span): string {
  if (span.isOutline === true) return `{"key":"${HIDDEN_KEY}","value":{"boolValue":true}}`;
  const places = hiddenPlaces(span);
  return places.length === 0 ? '' : `{"key":"${HIDDEN_KEY}","value":{"arrayValue":{"values":[${places.map((place) => `{"stringValue":${quote(place)}}`).join(',')}]}}}`;
}

interface Owner {
  readonly name: string;
  readonly version: string;
  readonly schemaUrl: string;
  readonly attributes: readonly string[];
  readonly dropped: number;
}

const NOBODY: Owner = { name: '', version: '', schemaUrl: '', attributes: [], dropped: 0 };

/** Reads a resource or scope object. Numbers keep the text they were stored with. */
function parseOwner(text: string): Owner {
  let parsed: unknown;
  try {
    parsed = JSON.parse(text, keepNumbers);
  } catch {
    return NOBODY;
  }
  if (typeof parsed !== 'object' || parsed === null) return NOBODY;
  const { name, version, schemaUrl, attributes, droppedAttributesCount } = parsed as Record<string, unknown>;
  return {
    name: typeof name === 'string' ? name : '',
    version: typeof version === 'string' ? version : '',
    schemaUrl: typeof schemaUrl === 'string' ? schemaUrl : '',
    attributes: Array.isArray(attributes) ? attributes.map((one) => JSON.stringify(one)) : [],
    dropped: Number(droppedAttributesCount ?? 0) || 0,
  };
}

interface RawJson {
  isRawJSON(value: unknown): boolean;
  rawJSON(text: string): object;
}

/** A reviver for `JSON.parse` (ECMAScript JSON.parse source text access): doubles go out exactly as they were stored. */
function keepNumbers(key: string, value: unknown, context?: { readonly source?: string }): unknown {
  if (key !== 'doubleValue' || typeof value !== 'number' || context?.source === undefined) return value;
  return (JSON as unknown as RawJson).rawJSON(context.source);
}

function isObject(text: string): boolean {
  if (!text.startsWith('{')) return false;
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

function entry<Key, Value>(map: Map<Key, Value>, key: Key, make: () => Value): Value {
  const known = map.get(key);
  if (known !== undefined) return known;
  const made = make();
  map.set(key, made);
  return made;
}

const quote = (text: string): string => JSON.stringify(text);
const field = (name: string, json: string): string => `"${name}":${json}`;
const stringField = (name: string, text: string): string => (text === '' ? '' : field(name, quote(text)));
const numberField = (name: string, value: number): string => (value === 0 ? '' : field(name, String(value)));
const listField = (name: string, items: readonly string[]): string => (items.length === 0 ? '' : field(name, `[${items.join(',')}]`));
const object = (fields: readonly string[]): string => `{${fields.filter((one) => one !== '').join(',')}}`;
