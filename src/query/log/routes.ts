/**
 * The log for everybody: checkpoint, tiles and entry bundles as C2SP tlog-tiles lays them out, under `/log`; and for readers its state, its
 * entries, and proofs of consistency. What is served never goes beyond the published checkpoint.
 */
import { LIMITS } from '#limits';
import { isFlaw, parseTilePath, tilePath, tileWidth, type Tile } from '#merkle';
import { answersAs, array, count, object, text } from '#query/answers';
import { readerOf, sendRefusal } from '#query/guard';
import { sendAnswer } from '#query/reply';
import { querySchema } from '#query/search-parameters';
import { isRefusal, refuse } from '#refusal';
import type { FastifyInstance } from 'fastify';
import type { LogParts, LogQueries } from './log.ts';

const SIZE = { type: 'integer', minimum: 0, maximum: Number.MAX_SAFE_INTEGER } as const;
const orNull = (shape: object): object => ({ anyOf: [shape, { type: 'null' }] });
const WITNESS = object({ name: text(), host: text(), state: text('waiting, cosigned, failing or refused.'), size: orNull(count), cosigned: orNull(text('When it cosigned last.')), failure: orNull(text('Why there is nothing newer.')) });
const STATE = object({
  origin: text(), vkeys: array(text()), size: { ...count, description: 'Entries that are durable.' },
  published: orNull(object({ size: count, root: text('Base64.'), signed: orNull(text()), signatures: array(object({ name: text(), keyId: text(), time: orNull(text()) })), note: text('As /log/checkpoint.') })),
  quorum: { ...count, description: 'Witnesses that must have cosigned before a checkpoint is published.' },
  held: orNull(text('Why the published checkpoint does not advance.')),
  witnesses: array(WITNESS), public: { type: 'boolean' },
  growth: array(object({ hour: text(), type: text(), entries: count })),
});
const ENTRIES = object({ size: count, entries: array({ ...object({ index: count, time: text(), type: text() }), description: 'For administrators also statement: what the entry says, of their tenant; null if it is of another one or not written yet.' }) });

export function addLogRoutes(app: FastifyInstance, queries: LogQueries): void {
  addPublishedRoutes(app, queries.parts);

  app.get(
    '/api/v1/log',
    { config: { action: 'log.read' }, schema: { summary: 'How far the log is published and who witnessed it', querystring: querySchema({}), response: answersAs(STATE) } },
    async (request, reply) => sendAnswer(request, reply, await queries.state(readerOf(request))),
  );

  app.get<{ Querystring: { from?: number; limit?: number } }>(
    '/api/v1/log/entries',
    {
      config: { action: 'entry.list' },
      schema: {
        summary: 'Entries of the log, oldest first',
        querystring: querySchema({ from: { ...SIZE, description: 'Index of the first; without it, the newest ones.' }, limit: { type: 'integer', minimum: 1, maximum: LIMITS.log_entries_max, default: LIMITS.log_entries_default } }),
        response: answersAs(ENTRIES),
      },
    },
    async (request, reply) => sendAnswer(request, reply, await queries.entries(readerOf(request), request.query.from, request.query.limit ?? LIMITS.log_entries_default)),
  );

  app.get<{ Params: { index: number } }>(
    '/api/v1/log/entries/:index',
    {
      config: { action: 'entry.read' },
      schema: {
        summary: 'An entry with the two texts that it is a commitment to, for administrators',
        description: 'What bodies say is in docs/reference/log-bodies.md. The closed part is null for blocks, and outside the tenant default for what concerns all tenants.',
        params: { type: 'object', required: ['index'], properties: { index: SIZE } }, querystring: querySchema({}),
        response: answersAs(object({ index: count, time: text(), type: text(), statement: text('As it is stored.'), closed: orNull(text('As it is stored.')) })),
      },
    },
    async (request, reply) => sendAnswer(request, reply, await queries.entry(readerOf(request), request.params.index)),
  );

  app.get<{ Querystring: { from: number; to: number } }>(
    '/api/v1/log/consistency',
    {
      config: { action: 'log.read' },
      schema: {
        summary: 'A proof that the log of one size began as the log of another (RFC 6962)',
        querystring: { ...querySchema({ from: SIZE, to: { ...SIZE, description: 'At most the published size.' } }), required: ['from', 'to'] },
        response: answersAs(object({ proof: array(text('Base64.')) })),
      },
    },
    async (request, reply) => {
      const proof = queries.consistency(request.query.from, request.query.to);
      return sendAnswer(request, reply, isRefusal(proof) ? proof : { proof });
    },
  );
}

/** C2SP tlog-tiles. */
function addPublishedRoutes(app: FastifyInstance, { log, publisher, public: isPublic }: LogParts): void {
  const config = isPublic ? ({ action: 'log.fetch', public: true } as const) : ({ action: 'log.read' } as const);
  const cache = (rest: string): string => `${isPublic ? 'public' : 'private'}, ${rest}`;

  app.get(
    '/log/checkpoint',
    // HEAD is answered as GET is (RFC 9110 §9.3.2): mirrors ask it before they fetch.
    { exposeHeadRoute: true, config, schema: { summary: 'The signed checkpoint of the log (C2SP tlog-checkpoint)', querystring: querySchema({}) } },
    async (request, reply) => {
      const { published } = publisher;
      if (published === null) return sendRefusal(request, reply, refuse('not_found', 'no checkpoint is published yet'));
      return reply.header('cache-control', cache('max-age=1')).type('text/plain; charset=utf-8').send(published.note);
    },
  );

  app.get<{ Params: { '*': string } }>(
    '/log/tile/*',
    { exposeHeadRoute: true, config, schema: { summary: 'Tiles and entry bundles of the log (C2SP tlog-tiles)', querystring: querySchema({}) } },
    async (request, reply) => {
      const tile = parseTilePath(`tile/${request.params['*']}`);
      const bytes = isFlaw(tile) ? null : bytesOf(tile, log, publisher.published?.size ?? 0);
      if (bytes === null) return sendRefusal(request, reply, refuse('not_found', isFlaw(tile) ? 'no path of a tile' : `${tilePath(tile)} is not in the published log`));
      return reply.header('cache-control', cache('max-age=31536000, immutable')).type('application/octet-stream').send(bytes);
    },
  );
}

/** Of any width that some published size had, so none beyond the present one. */
function bytesOf({ level, index, width }: Tile, log: LogParts['log'], size: number): Uint8Array | null {
  if (tileWidth(level, index, size) < width) return null;
  return level === 'entries' ? log.bundle(index, width) : log.tile(level, index, width);
}
