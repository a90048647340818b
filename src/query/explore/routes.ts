/** The routes of this folder, with the schemas that bound every parameter before a handler sees it. */
import type { Action } from '#access';
import { LIMITS } from '#limits';
import { answersAs, object, text } from '#query/answers';
import { readerOf } from '#query/guard';
import { sendAnswer, sendJson } from '#query/reply';
import { type AskedRange, type Search } from '#query/search-bounds';
import { FILTERS, querySchema, readSearch, type SearchParameters, SERVICE, TIMES } from '#query/search-parameters';
import { isRefusal, refuse, type Refusal } from '#refusal';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { Explore } from './explore.ts';
import { refusalsJson } from './refusals.ts';
import { EVENTS, SHAPES } from './shapes.ts';
import { Tails, type TailTimes } from './tail.ts';
import { FIELDS, type AskedKey } from './values.ts';

export interface ExploreServed {
  readonly explore: Explore;
  readonly now_ms: () => number;
  /** For tests: a shorter tail. */
  readonly tailTimes?: TailTimes;
}

type Asked<More> = { Querystring: SearchParameters & More };

const BUCKETS = { type: 'integer', minimum: 1, maximum: LIMITS.histogram_buckets_max, default: LIMITS.histogram_buckets_default, description: 'Buckets of equal width over the range.' };
const SUGGESTED = { type: 'integer', minimum: 1, maximum: LIMITS.suggestions_max, default: LIMITS.suggestions_default };
const PREFIX = { type: 'string', maxLength: LIMITS.key_bytes_max, description: 'Only what begins with it.' };

export function addExploreRoutes(app: FastifyInstance, { explore, now_ms, tailTimes }: ExploreServed): void {
  const tails = new Tails(explore, tailTimes);
  app.addHook('preClose', async () => tails.end());

  /** Reads the filters, then asks. */
  const withSearch = async <T>(request: FastifyRequest<Asked<unknown>>, ask: (search: Search) => Promise<T | Refusal>): Promise<T | Refusal> => {
    const search = readSearch(request.query, now_ms());
    return isRefusal(search) ? search : ask(search);
  };

  app.get<Asked<{ readonly buckets?: number }>>(
    '/api/v1/search/histogram',
    route('trace.search', 'Spans that fulfil all filters, over time', { ...FILTERS, buckets: BUCKETS }, SHAPES.histogram),
    async (request, reply) => sendAnswer(request, reply, await withSearch(request, (search) => explore.histogram(readerOf(request), search, request.query.buckets ?? LIMITS.histogram_buckets_default))),
  );

  app.get<Asked<{ readonly limit?: number }>>(
    '/api/v1/search/points',
    route('trace.search', 'Spans that fulfil all filters, as points of duration over time', { ...FILTERS, limit: { type: 'integer', minimum: 1, maximum: LIMITS.points_max, default: LIMITS.points_default } }, SHAPES.points),
    async (request, reply) => sendAnswer(request, reply, await withSearch(request, (search) => explore.points(readerOf(request), search, request.query.limit ?? LIMITS.points_default))),
  );

  app.get<Asked<unknown>>(
    '/api/v1/search/tail',
    { config: { action: 'trace.search' }, schema: { summary: 'Traces with a span that fulfils all filters, as they arrive', querystring: querySchema(FILTERS), response: { ...answersAs({}), 200: EVENTS } } },
    async (request, reply) => {
      const search = readSearch(request.query, now_ms());
      return isRefusal(search) ? sendAnswer(request, reply, search) : tails.answer(request, reply, search);
    },
  );

  app.get<Asked<{ readonly prefix?: string; readonly limit?: number }>>(
    '/api/v1/attributes',
    route('attribute.list', 'Attribute keys, most frequent first', { prefix: PREFIX, service: SERVICE, ...TIMES, limit: SUGGESTED }, SHAPES.keys),
    async (request, reply) => {
      const { prefix = '', service, limit = LIMITS.suggestions_default } = request.query;
      return sendAnswer(request, reply, await withSearch(request, (search) => explore.attributeKeys(readerOf(request), { ...timesOf(search), prefix, limit, ...(service === undefined ? {} : { service }) })));
    },
  );

  app.get<Asked<{ readonly key: string; readonly place?: AskedKey['place']; readonly prefix?: string; readonly limit?: number }>>(
    '/api/v1/attributes/values',
    route('attribute.list', 'Values of an attribute key, most frequent first', {
      key: { type: 'string', minLength: 1, maxLength: LIMITS.key_bytes_max, description: `An attribute key; ${FIELDS.join(', ')} with the place field.` },
      place: { type: 'string', enum: ['span', 'event', 'resource', 'scope', 'field'], description: 'Where the attribute is; without it anywhere.' },
      prefix: { ...PREFIX, maxLength: LIMITS.query_text_bytes_max }, service: SERVICE, ...TIMES, limit: SUGGESTED,
    }, SHAPES.values, ['key']),
    async (request, reply) => {
      const { key, place, prefix = '', service, limit = LIMITS.suggestions_default } = request.query;
      if (place === 'field' && !FIELDS.some((field) => field === key)) return sendAnswer(request, reply, refuse('query_invalid', `key is none of ${FIELDS.join(', ')}`));
      const asked = { key, prefix, limit, ...(place === undefined ? {} : { place }), ...(service === undefined ? {} : { service }) };
      return sendAnswer(request, reply, await withSearch(request, (search) => explore.attributeValues(readerOf(request), { ...timesOf(search), ...asked })));
    },
  );

  app.get<Asked<{ readonly buckets?: number; readonly producer?: string }>>(
    '/api/v1/accounting/history',
    route('accounting.read', 'The account over time, per producer, with every reason', { ...TIMES, buckets: BUCKETS, producer: { type: 'string', maxLength: LIMITS.producer_name_bytes_max, description: 'Id of a producer; without it all.' } }, SHAPES.history),
    async (request, reply) => {
      const { buckets = LIMITS.histogram_buckets_default, producer } = request.query;
      return sendAnswer(request, reply, await withSearch(request, (search) => explore.accountingHistory(readerOf(request), { ...timesOf(search), buckets, ...(producer === undefined ? {} : { producer }) })));
    },
  );

  app.get(
    '/api/v1/refusals',
    route('accounting.read', 'Every way in which Tracekeep says no, and what to do about it', {}, object({ refusals: { type: 'array', items: object({ code: text(), says: text(), advice: text(), http: { type: 'integer' } }) } })),
    async (_request, reply) => sendJson(reply, refusalsJson()),
  );
}

function route(action: Action, summary: string, parameters: Readonly<Record<string, object>>, shape: object, required: readonly string[] = []) {
  return { config: { action }, schema: { summary, querystring: querySchema(parameters, required), response: answersAs(shape) } };
}

function timesOf({ start, end }: Search): AskedRange {
  return { ...(start === undefined ? {} : { start }), ...(end === undefined ? {} : { end }) };
}
