/**
 * The query API under `/api/v1`, one route after another with the schema of its parameters. Schemas bound everything before a
 * handler sees it; the OpenAPI document is made from them.
 */
import { LIMITS } from '#limits';
import { isRefusal, type Refusal } from '#refusal';
import type { FastifyInstance } from 'fastify';
import { answers } from './answers.ts';
import { readerOf, sendRefusal } from './guard.ts';
import { ORDER_NAMES } from './order.ts';
import { otlpJson } from './otlp-json.ts';
import type { Queries } from './query.ts';
import { noteShown } from './recorded.ts';
import { sendAnswer, sendJson } from './reply.ts';
import { FILTERS, KINDS, querySchema, readSearch, SERVICE, type SearchParameters } from './search-parameters.ts';

export interface Served {
  readonly queries: Queries;
  /** OpenMetrics or Prometheus text of the server's own figures. */
  readonly metricsText: () => Promise<string>;
  readonly ready: () => Promise<Refusal | null>;
  readonly now_ms: () => number;
}

/** One method of one path, as `GET /api/v1/routes` lists it. */
export interface Route {
  readonly method: string;
  readonly path: string;
  readonly action: string;
  readonly public: boolean;
}

const SEARCH_QUERY = querySchema({
  ...FILTERS,
  limit: { type: 'integer', minimum: 1, maximum: LIMITS.search_results_max, default: LIMITS.search_results_default },
  order: { type: 'string', enum: ORDER_NAMES, default: 'newest' },
  cursor: { type: 'string', minLength: 1, maxLength: 256, pattern: '^[A-Za-z0-9_-]+$', description: 'nextCursor of the page before, with the same search.' },
});

const NO_QUERY = querySchema({});

export function addRoutes(app: FastifyInstance, served: Served, routes: readonly Route[]): void {
  const { queries } = served;

  app.get<{ Params: { id: string } }>(
    '/api/v1/traces/:id',
    {
      config: { action: 'trace.read' },
      schema: {
        summary: 'A trace as OTLP/JSON',
        description: 'Spans whose values were minimized carry the attribute tracekeep.minimized. The header tracekeep-more: true says that the trace holds more spans than the answer.',
        params: { type: 'object', required: ['id'], properties: { id: { type: 'string', pattern: '^[0-9a-fA-F]{32}$' } } },
        querystring: NO_QUERY,
        response: answers('trace'),
      },
    },
    async (request, reply) => {
      const trace = await queries.traceById(readerOf(request), request.params.id);
      if (isRefusal(trace)) return sendRefusal(request, reply, trace);
      noteShown(request, trace.spans.length);
      if (trace.more) reply.header('tracekeep-more', 'true');
      return sendJson(reply, await otlpJson(trace));
    },
  );

  app.get<{ Querystring: SearchParameters }>(
    '/api/v1/search',
    { config: { action: 'trace.search' }, schema: { summary: 'Traces with a span that fulfils all filters', querystring: SEARCH_QUERY, response: answers('search') } },
    async (request, reply) => {
      const search = readSearch(request.query, served.now_ms());
      return sendAnswer(request, reply, isRefusal(search) ? search : await queries.search(readerOf(request), search));
    },
  );

  app.get(
    '/api/v1/services',
    { config: { action: 'service.list' }, schema: { summary: 'Services that sent spans in the last 31 days', querystring: NO_QUERY, response: answers('services') } },
    async (request, reply) => sendAnswer(request, reply, wrap('services', await queries.services(readerOf(request)))),
  );

  app.get<{ Params: { service: string } }>(
    '/api/v1/services/:service/operations',
    {
      config: { action: 'operation.list' },
      schema: { summary: 'Operations of a service', params: { type: 'object', required: ['service'], properties: { service: SERVICE } }, querystring: NO_QUERY, response: answers('operations') },
    },
    async (request, reply) => {
      const operations = await queries.operations(readerOf(request), request.params.service);
      if (isRefusal(operations)) return sendRefusal(request, reply, operations);
      noteShown(request, operations.length);
      return sendJson(reply, JSON.stringify({ operations: operations.map((one) => ({ ...one, kind: KINDS[one.kind] ?? String(one.kind) })) }));
    },
  );

  app.get(
    '/api/v1/accounting',
    { config: { action: 'accounting.read' }, schema: { summary: 'Received = stored + refused + dropped, in spans, in all and per producer', querystring: NO_QUERY, response: answers('accounting') } },
    async (request, reply) => sendAnswer(request, reply, await queries.accounting(readerOf(request))),
  );

  app.get(
    '/api/v1/routes',
    { config: { action: 'openapi.read' }, schema: { summary: 'Every route of this port', querystring: NO_QUERY, response: answers('routes') } },
    async (_request, reply) => sendJson(reply, JSON.stringify({ routes })),
  );

  app.get(
    '/api/v1/openapi.json',
    { config: { action: 'openapi.read' }, schema: { summary: 'This document', querystring: NO_QUERY } },
    async (_request, reply) => sendJson(reply, JSON.stringify(app.swagger())),
  );

  app.get(
    '/metrics',
    { config: { action: 'metrics.read' }, schema: { summary: 'The server’s own figures', querystring: NO_QUERY } },
    async (_request, reply) => {
      return reply.type('text/plain; version=0.0.4; charset=utf-8').send(await served.metricsText());
    },
  );

  app.get('/healthz', { config: { action: 'health.read', public: true }, schema: { summary: 'The process answers' } }, async (_request, reply) => sendJson(reply, '{"status":"ok"}'));

  app.get('/readyz', { config: { action: 'health.read', public: true }, schema: { summary: 'Traces are taken and answered' } }, async (request, reply) => {
    const refused = await served.ready();
    return refused === null ? sendJson(reply, '{"status":"ready"}') : sendRefusal(request, reply, refused);
  });
}

function wrap<T extends object>(name: string, value: T | Refusal): Refusal | Record<string, T> {
  return isRefusal(value) ? value : { [name]: value };
}
