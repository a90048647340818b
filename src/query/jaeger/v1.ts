/**
 * API v1, the one of Jaeger UI and Grafana's data source: `cmd/jaeger/internal/extension/jaegerquery` of Jaeger 2.20, with the
 * routes dropped since.
 */
import { LIMITS } from '#limits';
import { readerOf } from '#query/guard';
import { noteShown } from '#query/recorded';
import type { FoundTraces, Search } from '#query';
import { isRefusal, refuse, type Refusal } from '#refusal';
import type { FastifyInstance, FastifyReply, FastifyRequest, RouteShorthandOptions } from 'fastify';
import { dataJson, type MissingTrace, wordingV1 } from './envelope.ts';
import type { JaegerServed } from './jaeger.ts';
import { namedOperations } from './operations.ts';
import { type Described, described, many, noteTraces, optional, type Parameters, send, text, textOf, textsOf } from './route.ts';
import { clip, searchOf } from './search.ts';
import { uiTraceJson } from './ui-trace.ts';
import { readBool, readEpoch, readId, readMillis } from './values.ts';

const ENVELOPE = { description: 'errors says what went wrong.', type: 'object', properties: { data: {}, errors: { type: 'array', items: { type: 'object' } } } };
const LOOKBACK_NS = 2n * 86_400_000_000_000n;
const DEPENDENCIES_LOOKBACK_MS = 86_400_000;
const SERVICE = { service: text('Service name, exactly.') };
const TIMES = { start: text('Microseconds since 1970.'), end: text('Microseconds since 1970.') };
const FORM = { raw: text('Accepted: traces are never adjusted.'), prettyPrint: text('Anything but false indents the answer.') };
const SEARCH_NAMES = { tags: 'tags', durationMin: 'minDuration', durationMax: 'maxDuration', limit: 'limit' };
const SEARCH = {
  ...SERVICE, ...TIMES, ...FORM,
  operation: text('Span name, exactly.'),
  tag: many('key:value; repeat it for more, all hold on one span.'),
  tags: many('The same as a JSON object.'),
  minDuration: text('Go duration: 1.5s, 100ms.'),
  maxDuration: text('Go duration.'),
  limit: text(`Traces, default 100, at most ${LIMITS.search_results_max}.`),
  traceID: many('These traces instead of a search.'),
};

type Get = { Querystring: Parameters; Params: Readonly<Record<string, string>> };
type Answer = (request: FastifyRequest<Get>, reply: FastifyReply) => Promise<string | Refusal>;

export function addRoutesV1(app: FastifyInstance, served: JaegerServed): void {
  const { queries, now_ms } = served;
  const get = (path: string, route: Described, answer: Answer): void => {
    app.get<Get>(path, optionsOf(route), async (request, reply) => {
      const pretty = textOf(request.query, 'prettyPrint');
      return send(request, reply, await answer(request, reply), pretty !== '' && pretty !== 'false');
    });
  };

  get('/api/services', { action: 'service.list', summary: 'Jaeger v1: services', answer: 'data: names' }, async (request) => {
    const services = await queries.services(readerOf(request));
    return isRefusal(services) ? services : dataJson(JSON.stringify(services), services.length);
  });

  const operationNames = async (request: FastifyRequest, service: string): Promise<string | Refusal> => {
    const operations = await queries.operations(readerOf(request), service);
    if (isRefusal(operations)) return operations;
    const names = [...new Set(operations.map(({ name }) => name))];
    return dataJson(JSON.stringify(names), names.length);
  };
  get('/api/services/:service/operations', { action: 'operation.list', summary: 'Jaeger v1: operations of a service', path: SERVICE, answer: 'data: names' }, (request) => operationNames(request, request.params['service'] ?? ''));
  // Grafana's data source does not escape the slashes of a service's name.
  get('/api/services/*', { action: 'operation.list', summary: 'Jaeger v1: operations of a service whose name has slashes', path: { '*': text('service/operations') }, answer: 'data: names' }, async (request) => {
    const service = /^(.+)\/operations$/s.exec(request.params['*'] ?? '')?.[1];
    return service === undefined ? refuse('path_unknown') : operationNames(request, service);
  });

  get('/api/operations', { action: 'operation.list', summary: 'Jaeger v1: operations with their kind', query: { ...SERVICE, spanKind: text('internal, server, client, producer or consumer.') }, answer: 'data: name and spanKind' }, async (request) => {
    const service = textOf(request.query, 'service');
    if (service === '') return refuse('query_invalid', "parameter 'service' is required");
    const operations = await queries.operations(readerOf(request), service);
    if (isRefusal(operations)) return operations;
    const named = namedOperations(operations, textOf(request.query, 'spanKind'), '');
    return dataJson(JSON.stringify(named), named.length);
  });

  get('/api/traces', { action: 'trace.search', summary: 'Jaeger v1: search, whole traces', query: SEARCH, answer: 'data: traces; errors: traces left out' }, async (request, reply) => {
    const { query } = request;
    const wrong = wrongRaw(query);
    if (wrong !== null) return wrong;
    const ids = textsOf(query, 'traceID');
    if (ids.length > 0) return byIds(served, request, ids);
    const fitted = readSearch(query, now_ms());
    if (isRefusal(fitted)) return fitted;
    if (fitted.clipped) reply.header('tracekeep-clipped', 'true');
    const found = await queries.findTraces(readerOf(request), fitted.search);
    if (isRefusal(found)) return found;
    noteTraces(request, found.traces);
    return foundJson(found);
  });

  get('/api/traces/:id', { action: 'trace.read', summary: 'Jaeger v1: a trace', path: { id: text('Hexadecimal or base64.') }, query: { ...TIMES, ...FORM }, answer: 'data: one trace' }, async (request) => {
    const { query } = request;
    const wrong = wrongRaw(query) ?? wrongTime(query, now_ms());
    if (wrong !== null) return wrong;
    const id = readId(request.params['id'] ?? '');
    if (id === null) return refuse('query_invalid', 'the trace id is neither hexadecimal nor base64, or all zero');
    // An id leads to its rows without a time range, so that a wrong one hides nothing.
    noteShown(request, 0, [id]);
    const trace = await queries.traceById(readerOf(request), id);
    if (isRefusal(trace)) return trace;
    noteTraces(request, [trace]);
    return dataJson(`[${await uiTraceJson(trace)}]`);
  });

  get('/api/dependencies', { action: 'dependency.read', summary: 'Jaeger v1: calls between services', query: { ...SERVICE, endTs: text('Milliseconds since 1970, default now.'), lookback: text('Milliseconds, default a day.') }, answer: 'data: parent, child and callCount' }, async (request, reply) => {
    const { query } = request;
    const endTs = textOf(query, 'endTs') === '' ? now_ms() : readMillis(textOf(query, 'endTs'));
    if (endTs === null) return refuse('query_invalid', "unable to parse param 'endTs'");
    const lookback = textOf(query, 'lookback') === '' ? DEPENDENCIES_LOOKBACK_MS : readMillis(textOf(query, 'lookback'));
    if (lookback === null) return refuse('query_invalid', "unable to parse param 'lookback'");
    const end = BigInt(endTs) * 1_000_000n;
    const { start, clipped } = clip(BigInt(Math.max(0, endTs - lookback)) * 1_000_000n, end);
    const found = await queries.dependencies(readerOf(request), { start, end });
    if (isRefusal(found)) return found;
    if (clipped) reply.header('tracekeep-clipped', 'true');
    if (found.oneIn > 1) reply.header('tracekeep-estimated', `1/${found.oneIn}`);
    const service = textOf(query, 'service');
    return dataJson(JSON.stringify(service === '' ? found.links : found.links.filter(({ parent, child }) => parent === service || child === service)));
  });

  addUnsupported(app);
}

function optionsOf(route: Described): RouteShorthandOptions {
  return described(route, wordingV1, ENVELOPE);
}

async function byIds({ queries }: JaegerServed, request: FastifyRequest, texts: readonly string[]): Promise<string | Refusal> {
  const ids: string[] = [];
  for (const one of texts) {
    const id = readId(one);
    if (id === null) return refuse('query_invalid', 'cannot parse traceID param');
    ids.push(id);
  }
  noteShown(request, 0, ids);
  const traces = await queries.tracesByIds(readerOf(request), ids);
  if (isRefusal(traces)) return traces;
  noteTraces(request, traces);
  const found = new Set(traces.map(({ traceId }) => traceId));
  return tracesJson(traces, ids.filter((id) => !found.has(id)).map((traceID) => ({ msg: 'trace not found', traceID })));
}

function foundJson({ traces, leftOut }: FoundTraces): Promise<string> {
  return tracesJson(traces, leftOut.map((traceID) => ({ msg: 'found, but the answer is as large as it may be; ask for this trace by its id', traceID })));
}

async function tracesJson(traces: FoundTraces['traces'], missing: readonly MissingTrace[]): Promise<string> {
  const texts: string[] = [];
  for (const trace of traces) texts.push(await uiTraceJson(trace));
  return dataJson(`[${texts.join(',')}]`, 0, missing);
}

function readSearch(query: Parameters, now_ms: number): { search: Search; clipped: boolean } | Refusal {
  const service = textOf(query, 'service');
  if (service === '') return refuse('query_invalid', "parameter 'service' is required");
  const wrong = wrongTime(query, now_ms);
  if (wrong !== null) return wrong;
  const now = BigInt(now_ms) * 1_000_000n;
  const end = readEpoch(textOf(query, 'end'), now_ms) ?? now;
  const start = readEpoch(textOf(query, 'start'), now_ms) ?? (end > LOOKBACK_NS ? end - LOOKBACK_NS : 0n);
  const asked = {
    service, start, end,
    ...optional('operation', textOf(query, 'operation')),
    ...optional('durationMin', textOf(query, 'minDuration')),
    ...optional('durationMax', textOf(query, 'maxDuration')),
    pairs: textsOf(query, 'tag'),
    objects: textsOf(query, 'tags'),
    limit: textOf(query, 'limit'),
  };
  return searchOf(asked, SEARCH_NAMES);
}

function wrongTime(query: Parameters, now_ms: number): Refusal | null {
  for (const name of ['start', 'end']) {
    const value = textOf(query, name);
    if (value !== '' && readEpoch(value, now_ms) === null) return refuse('query_invalid', `unable to parse param '${name}'`);
  }
  return null;
}

function wrongRaw(query: Parameters): Refusal | null {
  const raw = textOf(query, 'raw');
  return raw !== '' && readBool(raw) === null ? refuse('query_invalid', "unable to parse param 'raw'") : null;
}

/** What Jaeger answers and Tracekeep does not; Jaeger UI shows its page without these. */
function addUnsupported(app: FastifyInstance): void {
  const refuseIt = (what: string) => async (request: FastifyRequest, reply: FastifyReply) => send(request, reply, refuse('query_unsupported', what));
  const unsupported = (what: string): RouteShorthandOptions => optionsOf({ action: 'trace.read', summary: `Jaeger v1: not supported (${what})`, answer: 'never' });
  for (const name of ['latencies', 'calls', 'errors', 'minstep']) app.get(`/api/metrics/${name}`, unsupported('metrics'), refuseIt('metrics of spans in Jaeger’s form'));
  app.get('/api/deep-dependencies', unsupported('deep dependencies'), refuseIt('deep dependencies'));
  app.get('/api/quality-metrics', unsupported('quality metrics'), refuseIt('quality metrics'));
  app.post('/api/archive/:id', unsupported('archive'), refuseIt('there is no archive; retention classes say how long traces are kept'));
  app.post('/api/transform', unsupported('transform'), refuseIt('files are not read here'));
}
