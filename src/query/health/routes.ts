/** `GET /api/v1/health`: the server's own figures in plain JSON, for everybody who may read here. */
import { answersAs, array, count, object, text } from '#query/answers';
import { sendJson } from '#query/reply';
import { querySchema } from '#query/search-parameters';
import type { FastifyInstance } from 'fastify';
import type { Vitals } from './vitals.ts';

const ms = { type: ['number', 'null'], description: 'Milliseconds, of the last five minutes; null when nothing happened.' };
const times = object({ p50_ms: ms, p95_ms: ms, p99_ms: ms, lastAt: { type: ['string', 'null'] } });

const ADDRESS = object({ host: text(), port: count });
const SHAPE = object({
  version: text(), startedAt: text(), now: text(), uptime_ms: count,
  listens: { type: ['object', 'null'], properties: { otlpHttp: ADDRESS, otlpGrpc: ADDRESS } },
  ready: { type: 'object', required: ['ok'], properties: { ok: { type: 'boolean' }, code: text('A code of docs/reference/refusals.md.'), message: text(), advice: text() } },
  queue: object({ requestsInFlight: count, requestsMax: count, bytesInFlight: count, bytesMax: count, pendingRows: count, pendingRowsMax: count }),
  commit: times, flush: times,
  disk: object({ used: count, max: { type: ['integer', 'null'], description: 'Bytes; null where only age bounds what is kept.' }, free: count, freeMin: count }),
  retention: array(object({ class: text(), age_ms: count, oldestDay: { type: ['string', 'null'] }, rows: count, bytes: count })),
  engine: object({ parts: count, rows: count, bytes: count }),
  memory: object({ rss: count }),
  tls: object({ connections: count, notPostQuantum: count, exchanges: array(object({ version: text(), group: text('Of the key exchange; `unknown` counts as not post-quantum.'), count })), failed: array(object({ reason: text(), count })), certificateEndsAt: { type: ['string', 'null'] }, warnings: array(object({ message: text(), advice: text() })) }),
  spans: object({ perSecond: { type: 'number' }, total: count }),
});

export function addHealthRoutes(app: FastifyInstance, vitals: () => Promise<Vitals>): void {
  app.get(
    '/api/v1/health',
    { config: { action: 'server.read' }, schema: { summary: 'The server’s own figures: queue, commit time, disk, retention', querystring: querySchema({}), response: answersAs(SHAPE) } },
    async (_request, reply) => sendJson(reply, JSON.stringify(await vitals())),
  );
}
