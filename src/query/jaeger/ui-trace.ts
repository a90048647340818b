/**
 * A trace in Jaeger's UI model, the JSON of API v1: spans with references, tags and logs, and the processes they belong to. What a
 * span says beside its attributes becomes the tags that Jaeger's own translation of OTLP makes; what minimization replaced
 * stands in the tag `tracekeep.minimized`. Written as text, like OTLP/JSON.
 */
import { setImmediate as nextTurn } from 'node:timers/promises';
import { LIMITS } from '#limits';
import { HIDDEN_KEY, MINIMIZED_KEY, versionText } from '#query/otlp-json';
import { type Attribute, hiddenPlaces, type Note, type Span, type SpanEvent, type Trace } from '#query/span';
import { fieldsOf, listOf, parseFields } from './json-fields.ts';
import { attributeTag, memberTag, SPAN_KINDS, stringTag, tag } from './ui-tags.ts';

/** Spans written before everything else on this thread gets a turn. */
const TURN_SPANS = 1_000;
/** In which SDKs and collectors hand warnings of Jaeger's own over. */
const WARNINGS_KEY = '@jaeger@warnings';
const STATUS_NAMES = ['', 'OK', 'ERROR'];

export async function uiTraceJson(trace: Trace): Promise<string> {
  const processes = new Processes();
  const scopes = new Map<string, string[]>();
  const spans: string[] = [];
  for (const [at, span] of trace.spans.entries()) {
    if (at % TURN_SPANS === TURN_SPANS - 1) await nextTurn();
    let scopeTags = scopes.get(span.scope);
    if (scopeTags === undefined) scopes.set(span.scope, (scopeTags = tagsOfScope(span.scope)));
    spans.push(spanJson(span, scopeTags, processes.idOf(span), trace.notes?.get(span)));
  }
  const warnings = trace.more ? [`The trace holds more than ${LIMITS.trace_spans_max} spans; not all of them are in this answer.`] : [];
  return `{"traceID":"${trace.traceId}","spans":[${spans.join(',')}],"processes":{${processes.json()}},"warnings":${listOrNull(warnings)}}`;
}

function spanJson(span: Span, scopeTags: readonly string[], process: string, note?: Note): string {
  const { attributes, warnings } = takeWarnings(span);
  if (span.duration < 0n) warnings.push('The span ends before it starts: its duration is shown as 0.');
  if (note !== undefined && note.versions > 1) warnings.push(`There are versions of this span with other content. This is version ${versionText(note)}.`);
  const flags = span.flags & 0xff;
  return [
    `{"traceID":"${span.traceId}","spanID":"${span.spanId}"${flags === 0 ? '' : `,"flags":${flags}`}`,
    `"operationName":${JSON.stringify(span.name)}`,
    `"references":[${referencesOf(span).join(',')}]`,
    `"startTime":${span.start / 1_000n}`,
    `"duration":${span.duration < 0n ? 0n : span.duration / 1_000n}`,
    `"tags":[${[...scopeTags, ...attributes.map(attributeTag), ...fieldTags(span)].join(',')}]`,
    `"logs":[${span.events.map(logJson).join(',')}]`,
    `"processID":"${process}"`,
    `"warnings":${listOrNull(warnings)}}`,
  ].join(',');
}

/** What a span says in fields of its own. Dropped counts: OpenTelemetry specification, transformation to non-OTLP formats. */
function fieldTags(span: Span): string[] {
  const kind = SPAN_KINDS[span.kind] ?? '';
  const status = STATUS_NAMES[span.statusCode] ?? '';
  const dropped = { attributes: span.droppedAttributes, events: span.droppedEvents, links: span.droppedLinks };
  const tags = [
    kind === '' ? '' : stringTag('span.kind', kind),
    status === '' ? '' : stringTag('otel.status_code', status),
    status === 'ERROR' ? tag('error', 'bool', 'true') : '',
    span.statusMessage === '' ? '' : stringTag('otel.status_description', span.statusMessage),
    span.traceState === '' ? '' : stringTag('w3c.tracestate', span.traceState),
    ...Object.entries(dropped).map(([what, count]) => (count === 0 ? '' : tag(`otel.dropped_${what}_count`, 'int64', String(count)))),
    span.minimized.length === 0 ? '' : stringTag(MINIMIZED_KEY, JSON.stringify(span.minimized.map(({ place, kind: what, count }) => `${place}: ${count} ${what}`))),
  ];
  const places = hiddenPlaces(span);
  if (span.isOutline === true) tags.push(tag(HIDDEN_KEY, 'bool', 'true'));
  else if (places.length > 0) tags.push(stringTag(HIDDEN_KEY, JSON.stringify(places)));
  return tags.filter((one) => one !== '');
}

function tagsOfScope(scope: string): string[] {
  const { name, version } = parseFields(scope);
  return [
    ...(typeof name === 'string' && name !== '' ? [stringTag('otel.scope.name', name)] : []),
    ...(typeof version === 'string' && version !== '' ? [stringTag('otel.scope.version', version)] : []),
  ];
}

const NO_SPAN = /^0*$/;

/** The parent first; a link to the parent only says what kind of reference that is. Links that lead nowhere are left out. */
function referencesOf({ traceId, parentSpanId, links }: Span): string[] {
  const isParent = (link: Span['links'][number]): boolean => link.traceId === traceId && link.spanId === parentSpanId;
  const references: string[] = [];
  if (parentSpanId !== '') {
    const link = links.findLast(isParent);
    references.push(reference(link === undefined ? 'CHILD_OF' : refTypeOf(link.attributes), traceId, parentSpanId));
  }
  for (const link of links) {
    if (isParent(link) || NO_SPAN.test(link.traceId) || NO_SPAN.test(link.spanId)) continue;
    references.push(reference(refTypeOf(link.attributes), link.traceId, link.spanId));
  }
  return references;
}

function refTypeOf(attributes: readonly Attribute[]): string {
  return attributes.some(({ key, text }) => key === 'opentracing.ref_type' && text === 'child_of') ? 'CHILD_OF' : 'FOLLOWS_FROM';
}

function reference(refType: string, traceId: string, spanId: string): string {
  return `{"refType":"${refType}","traceID":"${traceId}","spanID":"${spanId}"}`;
}

/** The event's name is the field `event`, unless it has one. */
function logJson({ time, name, attributes, dropped }: SpanEvent): string {
  const fields = attributes.map(attributeTag);
  if (name !== '' && !attributes.some(({ key }) => key === 'event')) fields.unshift(stringTag('event', name));
  if (dropped > 0) fields.push(tag('otel.dropped_attributes_count', 'int64', String(dropped)));
  return `{"timestamp":${time / 1_000n},"fields":[${fields.join(',')}]}`;
}

function takeWarnings(span: Span): { attributes: readonly Attribute[]; warnings: string[] } {
  const carried = span.attributes.find(({ key, type }) => key === WARNINGS_KEY && type === 'a');
  if (carried === undefined) return { attributes: span.attributes, warnings: [] };
  const values = listOf(fieldsOf(parseFields(carried.text)['arrayValue'])['values']);
  const warnings = values.map((one) => fieldsOf(one)['stringValue']);
  return { attributes: span.attributes.filter((one) => one !== carried), warnings: warnings.filter((one) => typeof one === 'string') };
}

/** The processes of a trace: one for each resource. */
class Processes {
  readonly #ids = new Map<string, string>();
  readonly #texts: string[] = [];

  idOf({ service, resource }: Span): string {
    const key = JSON.stringify([service, resource]);
    const known = this.#ids.get(key);
    if (known !== undefined) return known;
    const id = `p${this.#ids.size + 1}`;
    const tags = listOf(parseFields(resource)['attributes']).filter((member) => fieldsOf(member)['key'] !== 'service.name').map(memberTag);
    this.#ids.set(key, id);
    this.#texts.push(`"${id}":{"serviceName":${JSON.stringify(service)},"tags":[${tags.filter((one) => one !== null).join(',')}]}`);
    return id;
  }

  json(): string {
    return this.#texts.join(',');
  }
}

function listOrNull(texts: readonly string[]): string {
  return texts.length === 0 ? 'null' : JSON.stringify(texts);
}
