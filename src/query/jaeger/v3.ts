/**
 * API v3, OTLP in grpc-gateway's JSON: `jaeger-idl/proto/api_v3/query_service.proto`. Parameters have the camelCase names of the
 * definition; the older snake_case names, which Grafana sends, are taken as well.
 */
import { LIMITS } from '#limits';
import { readerOf } from '#query/guard';
import { noteShown } from '#query/recorded';
import type { SummaryWithOrphans } from '#query';
import { plainOtlpJson } from '#query/otlp-json';
import type { Trace } from '#query/span';
import { isRefusal, refuse, type Refusal } from '#refusal';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { wordingV3 } from './envelope.ts';
import type { JaegerServed } from './jaeger.ts';
import { namedOperations } from './operations.ts';
import { type Described, described, noteTraces, optional, type Parameters, send, text, textOf } from './route.ts';
import { clip, type FittedSearch, searchOf } from './search.ts';
import { readBool, readId, readInstant } from './values.ts';

const ENVELOPE = { type: 'object', description: 'What went wrong.', properties: { error: { type: 'object', properties: { grpcCode: { type: 'integer' }, httpCode: { type: 'integer' }, message: { type: 'string' }, httpStatus: { type: 'string' } } } } };
/** Each parameter's names, the defined one first. */
const NAMES = {
  startTime: ['startTime', 'start_time'],
  endTime: ['endTime', 'end_time'],
  rawTraces: ['rawTraces', 'raw_traces'],
  spanKind: ['spanKind', 'span_kind'],
  service: ['query.serviceName', 'query.service_name'],
  // Releases of Jaeger UI before the definition settled say span_name.
  operation: ['query.operationName', 'query.operation_name', 'query.span_name'],
  timeMin: ['query.startTimeMin', 'query.start_time_min'],
  timeMax: ['query.startTimeMax', 'query.start_time_max'],
  durationMin: ['query.durationMin', 'query.duration_min'],
  durationMax: ['query.durationMax', 'query.duration_max'],
  depth: ['query.searchDepth', 'query.search_depth', 'query.num_traces'],
  queryRaw: ['query.rawTraces', 'query.raw_traces'],
  attributes: ['query.attributes'],
  filter: ['filter', 'query.filter'],
} as const satisfies Record<string, readonly string[]>;
type Name = keyof typeof NAMES;

const WORDS: Readonly<Record<Name, string>> = {
  startTime: 'RFC 3339.', endTime: 'RFC 3339.', rawTraces: 'Accepted: traces are never adjusted.', spanKind: 'internal, server, client, producer or consumer.',
  service: 'Service name, exactly.', operation: 'Span name, exactly.', timeMin: 'Earliest start of the span, RFC 3339; required.', timeMax: 'Latest start, RFC 3339; required.',
  durationMin: 'Go duration: 1.5s, 100ms.', durationMax: 'Go duration.', depth: `Traces, default 100, at most ${LIMITS.search_results_max}.`, queryRaw: 'Accepted: traces are never adjusted.',
  attributes: 'JSON object of key and value.', filter: 'Not supported.',
};
const SEARCH: readonly Name[] = ['service', 'operation', 'timeMin', 'timeMax', 'durationMin', 'durationMax', 'depth', 'queryRaw', 'attributes', 'filter'];
const SEARCH_NAMES = { tags: 'query.attributes', durationMin: 'query.durationMin', durationMax: 'query.durationMax', limit: 'query.searchDepth' };

type Get = { Querystring: Parameters; Params: Readonly<Record<string, string>> };
type Answer = (request: FastifyRequest<Get>, reply: FastifyReply) => Promise<string | Refusal>;

export function addRoutesV3(app: FastifyInstance, { queries, now_ms }: JaegerServed): void {
  const get = (path: string, route: Described, answer: Answer): void => {
    app.get<Get>(path, described(route, wordingV3, ENVELOPE), async (request, reply) => send(request, reply, await answer(request, reply)));
  };

  get('/api/v3/services', { action: 'service.list', summary: 'Jaeger v3: services', answer: 'services: names' }, async (request) => {
    const services = await queries.services(readerOf(request));
    return isRefusal(services) ? services : JSON.stringify({ services });
  });

  get('/api/v3/operations', { action: 'operation.list', summary: 'Jaeger v3: operations of a service', query: { service: text(WORDS.service), ...textsFor(['spanKind']) }, answer: 'operations: name and spanKind' }, async (request) => {
    const operations = await queries.operations(readerOf(request), textOf(request.query, 'service'));
    if (isRefusal(operations)) return operations;
    return JSON.stringify({ operations: namedOperations(operations, value(request.query, 'spanKind'), 'internal') });
  });

  get('/api/v3/traces/:id', { action: 'trace.read', summary: 'Jaeger v3: a trace', path: { id: text('Hexadecimal or base64.') }, query: textsFor(['startTime', 'endTime', 'rawTraces']), answer: 'result: OTLP/JSON' }, async (request) => {
    const wrong = wrongValue(request.query, now_ms());
    if (wrong !== null) return wrong;
    const id = readId(request.params['id'] ?? '');
    if (id === null) return refuse('query_invalid', 'malformed parameter trace_id');
    noteShown(request, 0, [id]);
    const trace = await queries.traceById(readerOf(request), id);
    if (isRefusal(trace)) return trace;
    noteTraces(request, [trace]);
    return resultJson([trace]);
  });

  get('/api/v3/traces', { action: 'trace.search', summary: 'Jaeger v3: search, whole traces', query: textsFor(SEARCH), answer: 'result: OTLP/JSON of all traces found' }, async (request, reply) => {
    const fitted = readSearch(request.query, now_ms());
    if (isRefusal(fitted)) return fitted;
    if (fitted.clipped) reply.header('tracekeep-clipped', 'true');
    const found = await queries.findTraces(readerOf(request), fitted.search);
    if (isRefusal(found)) return found;
    if (found.traces.length === 0) return refuse('not_found');
    if (found.leftOut.length > 0) reply.header('tracekeep-more', 'true');
    noteTraces(request, found.traces);
    return resultJson(found.traces);
  });

  get('/api/v3/trace-summaries', { action: 'trace.search', summary: 'Jaeger v3: search', query: textsFor(SEARCH), answer: 'summaries: one for each trace' }, async (request, reply) => {
    const fitted = readSearch(request.query, now_ms());
    if (isRefusal(fitted)) return fitted;
    if (fitted.clipped) reply.header('tracekeep-clipped', 'true');
    const summaries = await queries.findSummaries(readerOf(request), fitted.search);
    if (isRefusal(summaries)) return summaries;
    noteShown(request, summaries.length);
    return JSON.stringify({ summaries: summaries.map(summaryOf) });
  });

  get('/api/v3/dependencies', { action: 'dependency.read', summary: 'Jaeger v3: calls between services', query: textsFor(['startTime', 'endTime']), answer: 'dependencies: parent, child and callCount' }, async (request, reply) => {
    const wrong = missingOf(request.query, ['startTime', 'endTime']) ?? wrongValue(request.query, now_ms());
    if (wrong !== null) return wrong;
    const end = instant(request.query, 'endTime', now_ms());
    const { start, clipped } = clip(instant(request.query, 'startTime', now_ms()), end);
    if (end <= start) return refuse('query_invalid', 'endTime must be after startTime');
    const found = await queries.dependencies(readerOf(request), { start, end });
    if (isRefusal(found)) return found;
    if (clipped) reply.header('tracekeep-clipped', 'true');
    if (found.oneIn > 1) reply.header('tracekeep-estimated', `1/${found.oneIn}`);
    // 64-bit numbers are text in the JSON of protocol buffers.
    return JSON.stringify({ dependencies: found.links.map(({ parent, child, callCount }) => ({ parent, child, callCount: String(callCount) })) });
  });
}

function textsFor(names: readonly Name[]): Record<string, object> {
  return Object.fromEntries(names.flatMap((name) => NAMES[name].map((parameter, at) => [parameter, text(at === 0 ? WORDS[name] : `The same as ${NAMES[name][0]}.`)])));
}

function value(query: Parameters, name: Name): string {
  return textOf(query, ...NAMES[name]);
}

function readSearch(query: Parameters, now_ms: number): FittedSearch | Refusal {
  if (value(query, 'filter') !== '') return refuse('query_unsupported', 'structured filters; use query.attributes');
  const wrong = missingOf(query, ['timeMin', 'timeMax']) ?? wrongValue(query, now_ms);
  if (wrong !== null) return wrong;
  const start = instant(query, 'timeMin', now_ms);
  const end = instant(query, 'timeMax', now_ms);
  if (start >= end) return refuse('query_invalid', 'query.startTimeMin must be before query.startTimeMax');
  const depth = value(query, 'depth');
  const asked = {
    start, end,
    ...optional('service', value(query, 'service')),
    ...optional('operation', value(query, 'operation')),
    ...optional('durationMin', value(query, 'durationMin')),
    ...optional('durationMax', value(query, 'durationMax')),
    objects: [value(query, 'attributes')],
    // 0 is the default of protocol buffers: nothing was said.
    limit: depth === '0' ? '' : depth,
  };
  return searchOf(asked, SEARCH_NAMES);
}

function missingOf(query: Parameters, names: readonly Name[]): Refusal | null {
  return names.some((name) => value(query, name) === '') ? refuse('query_invalid', `${names.map((name) => NAMES[name][0]).join(' and ')} are required`) : null;
}

function wrongValue(query: Parameters, now_ms: number): Refusal | null {
  const times: readonly Name[] = ['startTime', 'endTime', 'timeMin', 'timeMax'];
  const flags: readonly Name[] = ['rawTraces', 'queryRaw'];
  const wrong = [
    ...times.filter((name) => value(query, name) !== '' && readInstant(value(query, name), now_ms) === null),
    ...flags.filter((name) => value(query, name) !== '' && readBool(value(query, name)) === null),
  ][0];
  return wrong === undefined ? null : refuse('query_invalid', `malformed parameter ${NAMES[wrong][0]}`);
}

/** INVARIANT: only called after `wrongValue` found nothing. */
function instant(query: Parameters, name: Name, now_ms: number): bigint {
  return readInstant(value(query, name), now_ms) ?? 0n;
}

const BEFORE = '{"resourceSpans":['.length;
const AFTER = ']}'.length;

/** The traces one after another in one list, as grpc-gateway streams them. */
async function resultJson(traces: readonly Trace[]): Promise<string> {
  const lists: string[] = [];
  for (const trace of traces) lists.push((await plainOtlpJson(trace)).slice(BEFORE, -AFTER));
  return `{"result":{"resourceSpans":[${lists.join(',')}]}}`;
}

function summaryOf(summary: SummaryWithOrphans): object {
  const { traceId, rootService, rootName, startTimeUnixNano, durationNano, spanCount, errorCount, orphanCount, services } = summary;
  return {
    traceId,
    rootServiceName: rootService,
    rootOperationName: rootName,
    minStartTimeUnixNano: startTimeUnixNano,
    maxEndTimeUnixNano: String(BigInt(startTimeUnixNano) + BigInt(durationNano)),
    spanCount,
    errorSpanCount: errorCount,
    orphanSpanCount: orphanCount,
    services: services.map((one) => ({ name: one.name, spanCount: one.spanCount, errorSpanCount: one.errorCount })),
  };
}
