/** `/api/v1/integrity`: what the verification in the background has looked at and found, and having it look at everything now. */
import { answersAs, count, object, text } from '#query/answers';
import { sendJson } from '#query/reply';
import { querySchema } from '#query/search-parameters';
import type { IntegrityState } from '#verify/background';
import type { FastifyInstance } from 'fastify';

export interface IntegritySource {
  state(): IntegrityState;
  verifyNow(): void;
}

const NO_QUERY = querySchema({});
const BLOCKS_AND_SPANS = object({ blocks: count, spans: count });
const nullable = (shape: object): object => ({ ...shape, type: ['object', 'null'] });

const STATE = object({
  running: nullable(object({ startedAt: text(), phase: text('log, blocks, look-up or account.'), spans: { ...count, description: 'Checked so far.' }, spansTotal: { ...count, description: 'About.' } })),
  full: nullable(
    object({
      startedAt: text(), finishedAt: text(), took_ms: { ...count, description: 'Rests included.' }, findings: { ...count, description: 'See /api/v1/findings?analytic=integrity.…' }, entries: { ...count, description: 'Of the log.' }, blocks: count, spans: count,
      expired: { ...BLOCKS_AND_SPANS, description: 'Removed by a rule of retention that the log states.' }, beforeLog: { ...BLOCKS_AND_SPANS, description: 'From before there was a log: nothing holds them.' },
    }),
  ),
  failed: { ...nullable(object({ at: text(), why: text() })), description: 'When and why the last pass could not be finished.' },
});

export function addIntegrityRoutes(app: FastifyInstance, integrity: IntegritySource): void {
  app.get(
    '/api/v1/integrity',
    { config: { action: 'integrity.read' }, schema: { summary: 'The last verification of everything that is stored, and the one that runs', querystring: NO_QUERY, response: answersAs(STATE) } },
    async (_request, reply) => sendJson(reply, JSON.stringify(shown(integrity.state()))),
  );

  app.post(
    '/api/v1/integrity/verify',
    { config: { action: 'integrity.verify' }, schema: { summary: 'Verify everything now', querystring: NO_QUERY, response: { 202: { description: 'It begins.', ...STATE }, ...answersAs(STATE) } } },
    async (_request, reply) => {
      integrity.verifyNow();
      return sendJson(reply.code(202), JSON.stringify(shown(integrity.state())));
    },
  );
}

function shown({ running, full, failed }: IntegrityState): object {
  return { running: running === null ? null : { startedAt: running.startedAt, phase: running.phase, spans: running.spans, spansTotal: running.spansTotal }, full, failed };
}
