/**
 * What a request was answered, written down before the first byte of the answer leaves: who asked what, with which filter, how many things were shown,
 * and why. Of a filter only what the minimization policy leaves is kept, and a digest; ids are kept as they are.
 */
import { RECORDED, type Action } from '#access';
import { LIMITS } from '#limits';
import { readerName, type Reader, type TenantId } from '#model';
import { networkText } from '#model/network';
import type { Outcome, Records } from '#records';
import type { Refusal, RefusalCode } from '#refusal';
import type { FastifyRequest } from 'fastify';

/** A name, under which policies know the value, and the value. */
export type AskedValue = readonly [key: string, value: string];

export interface RequestRecorder extends Pick<Records, 'record' | 'digestOf'> {
  /** The values as a span of the tenant would keep them, null for one that would be removed; null altogether if that is not sure. */
  minimized(tenant: TenantId, values: readonly AskedValue[]): readonly (AskedValue | null)[] | null;
}

interface Shown {
  readonly ids: Set<string>;
  rows: number | null;
}

const reasons = new WeakMap<FastifyRequest, string>();

const shown = new WeakMap<FastifyRequest, Shown>();
const recordings = new WeakMap<FastifyRequest, () => Promise<true | Refusal>>();

/** Trace ids, span ids, ids of findings. */
const ID = /^(?:[0-9a-f]{32}|[0-9a-f]{16}|f_[0-9a-f]{16})$/i;

/** For handlers: so many things are in the answer, and these traces whole. What is said again is added. */
export function noteShown(request: FastifyRequest, rows: number, traceIds: readonly string[] = []): void {
  const before = shown.get(request) ?? { ids: new Set(), rows: null };
  before.rows = (before.rows ?? 0) + rows;
  for (const id of traceIds) before.ids.add(id);
  shown.set(request, before);
}

/** For handlers: why it was asked, as the body says, minimized. */
export function noteReason(request: FastifyRequest, reason: string): void {
  reasons.set(request, reason);
}

/** For answers that go on for long: what `noteShown` said until now is recorded at once. True without a recorder. */
export async function recordSoFar(request: FastifyRequest): Promise<true | Refusal> {
  return (await recordings.get(request)?.()) ?? true;
}

/** Whether the answer to a request that reached its handler is recorded. */
export function isRecorded(action: string): boolean {
  return Object.hasOwn(RECORDED, action) && RECORDED[action as Action];
}

/** From here on `recordSoFar` works. */
export function beginRecording(recorder: RequestRecorder, request: FastifyRequest, reader: Reader): void {
  recordings.set(request, () => recordAnswer(recorder, request, reader, 'allowed'));
}

/** Durable when it resolves. The refusal says why it could not be recorded. */
export function recordAnswer(recorder: RequestRecorder, request: FastifyRequest, reader: Reader | null, outcome: Outcome, code?: RefusalCode): Promise<true | Refusal> {
  const { method, url: path, config } = request.routeOptions;
  const at = request.url.indexOf('?');
  const { ids = [], rows = null } = shown.get(request) ?? {};
  return recorder.record({
    reader: reader === null ? null : { id: reader.id, name: readerName(reader), tenant: reader.tenant, kind: reader.kind },
    action: config.action ?? 'none',
    route: `${String(method)} ${path ?? ''}`,
    outcome, ...(code === undefined ? {} : { code }),
    ids: [...new Set([...idsOf(request), ...ids])],
    query: at === -1 || reader === null ? '' : recorder.digestOf(request.url.slice(at + 1)),
    // Whoever has no credential writes nothing into the log.
    filter: reader === null ? '' : filterOf(recorder, request, reader.tenant),
    rows: outcome === 'allowed' ? rows : null,
    reason: reader === null ? '' : reasonOf(recorder, request, reader.tenant),
    network: networkText(request.ip),
  });
}

export function outcomeOf(status: number): Outcome {
  if (status < 400) return 'allowed';
  return status === 401 || status === 403 ? 'refused' : 'failed';
}

/** Of the path, and of Jaeger's search by ids. Attacker-controlled: what is no id is not kept. */
function idsOf({ params, query }: FastifyRequest): readonly string[] {
  const asked = typeof query === 'object' && query !== null && 'traceID' in query ? [query.traceID].flat() : [];
  return [...Object.values(params ?? {}), ...asked].filter((text): text is string => typeof text === 'string' && ID.test(text)).map((text) => text.toLowerCase());
}

/** `name=value`, one after another as they were asked; empty where it is not sure what it would tell. */
function filterOf(recorder: RequestRecorder, request: FastifyRequest, tenant: TenantId): string {
  const parts = partsOf(request);
  if (parts === null) return '';
  const values = recorder.minimized(tenant, parts.map(({ value }) => value).filter((value) => value !== null));
  if (values === null) return '';
  let at = 0;
  const text = parts.map(({ name, relation, value }) => {
    if (value === null) return name;
    const left = values[at++] ?? null;
    const key = name === null ? (left?.[0] ?? '[removed]') : name;
    return `${key}${relation}${relation === '' ? '' : (left?.[1] ?? '[removed]')}`;
  }).join(' & ');
  return text.length > LIMITS.record_filter_characters_max ? '' : inOneLine(text);
}

interface Part {
  /** What is written before the value; null: the key, as it was minimized. */
  readonly name: string | null;
  readonly relation: string;
  /** What has to be minimized; null if nothing has. */
  readonly value: AskedValue | null;
}

/** Numbers, times, ranges and words that the schema lists say nothing of anybody. */
const PLAIN = /^(?:-?[0-9.]{1,20}(?:ns|us|µs|ms|s|m|h|d)?|now|[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9:.]{5,18}Z?|[a-z_]{1,16})$/;
const PLAIN_NAMES: ReadonlySet<string> = new Set(['start', 'end', 'from', 'to', 'limit', 'order', 'buckets', 'durationMin', 'durationMax', 'minDuration', 'maxDuration', 'copy', 'status', 'kind', 'place', 'outcome', 'lookback', 'endTs', 'step']);
/** They say where one is in a list, or are kept as ids. */
const LEFT_OUT: ReadonlySet<string> = new Set(['cursor', 'traceID', 'raw', 'prettyPrint']);
/** JSON objects of attributes. */
const OBJECTS: ReadonlySet<string> = new Set(['tags', 'query.attributes']);
/** An attribute filter: place, key, relation, value (`readAttribute`). */
const ATTRIBUTE = /^(?:(?:span|event|resource|scope|field):)?([^=!<>~]{1,256})(=~|!~|!=|<=|>=|=|<|>|~)?([^]*)$/;
/** Jaeger's. */
const TAG = /^([^:]{1,256})(:)([^]*)$/;
/** Names under which policies know what these parameters hold. */
const NAMES: ReadonlyMap<string, string> = new Map([['service', 'service.name'], ['operation', 'span.name']]);

/** Of the parameters that the route knows; others change nothing. Null if one of them cannot be told apart. */
function partsOf({ query, routeOptions }: FastifyRequest): readonly Part[] | null {
  const { properties = {} } = (routeOptions.schema?.querystring ?? {}) as { readonly properties?: Readonly<Record<string, unknown>> };
  const asked = Object.entries((query ?? {}) as Readonly<Record<string, unknown>>).filter(([name]) => Object.hasOwn(properties, name) && !LEFT_OUT.has(name));
  const { key } = Object.fromEntries(asked);
  const parts = asked.flatMap(([name, value]) => [value].flat().flatMap((one) => partsIn(name, String(one), typeof key === 'string' ? key : null)));
  return parts.includes(null) ? null : parts.filter((part) => part !== null);
}

function partsIn(name: string, text: string, key: string | null): readonly (Part | null)[] {
  if (PLAIN_NAMES.has(name) && PLAIN.test(text)) return [{ name: `${name}=${text}`, relation: '', value: null }];
  if (OBJECTS.has(name)) return objectParts(text);
  if (name === 'attribute' || name === 'tag') {
    const [, attribute = '', relation = '', value = ''] = (name === 'tag' ? TAG : ATTRIBUTE).exec(text) ?? [];
    return [attribute === '' ? null : { name: null, relation, value: [attribute, value] }];
  }
  // The beginning of values of a key is treated as one of them.
  return [{ name, relation: '=', value: [(name === 'prefix' ? key : null) ?? NAMES.get(name) ?? name, text] }];
}

function objectParts(text: string): readonly (Part | null)[] {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return [null];
  }
  if (typeof value !== 'object' || value === null) return [null];
  return Object.entries(value).map(([key, one]) => ({ name: null, relation: '=', value: [key, String(one)] }));
}

/** One header, in one line. */
function reasonOf(recorder: RequestRecorder, request: FastifyRequest, tenant: TenantId): string {
  const noted = reasons.get(request);
  if (noted !== undefined) return noted.slice(0, LIMITS.record_reason_characters_max);
  const [text = ''] = request.raw.headersDistinct['x-tracekeep-reason'] ?? [];
  const line = inOneLine(text).trim().slice(0, LIMITS.record_reason_characters_max);
  return line === '' ? '' : (recorder.minimized(tenant, [['reason', line]])?.[0]?.[1] ?? '');
}

function inOneLine(text: string): string {
  return text.replace(/[\0-\x1f\x7f-\x9f\u2028\u2029]+/g, ' ');
}
