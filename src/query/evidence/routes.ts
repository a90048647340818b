/** The routes of evidence: a whole trace, or one span of it. */
import { LIMITS } from '#limits';
import { answersAs, array, object, text } from '#query/answers';
import { readerOf, sendRefusal } from '#query/guard';
import { noteShown } from '#query/recorded';
import { sendJson } from '#query/reply';
import { querySchema } from '#query/search-parameters';
import { isRefusal } from '#refusal';
import type { FastifyInstance, FastifyReply } from 'fastify';
import type { EvidenceAnswer, EvidenceExport } from './evidence.ts';

export const EVIDENCE = object(
  {
    format: text('tracekeep-evidence/1'), traceId: text(), origin: text('Of the log.'), checkpoint: text('A signed note.'), keys: array(text('Verifier keys of its signatures.')),
    blocks: array({ type: 'object' }), omitted: array(text('Keys of what was left out.')), resourceSpans: array({ type: 'object', description: 'OTLP/JSON.' }),
  },
  { description: 'See docs/reference/log-format.md.' },
);

export function addEvidenceRoutes(app: FastifyInstance, { evidence }: EvidenceExport): void {
  app.get<{ Params: { id: string }; Querystring: { omit?: readonly string[]; span?: string } }>(
    '/api/v1/traces/:id/evidence',
    {
      config: { action: 'trace.read' },
      schema: {
        summary: 'What proves the spans of a trace to whoever knows the key of the log',
        description: 'Waits some seconds for the checkpoint that covers the newest spans. tracekeep evidence verify checks the answer without this server. Values that are hidden from the reader are left out. The header tracekeep-hidden-spans counts spans of the trace that are shown as outlines only, tracekeep-unprovable-spans those in which a value was restricted after they were stored.',
        params: { type: 'object', required: ['id'], properties: { id: { type: 'string', pattern: '^[0-9a-fA-F]{32}$' } } },
        querystring: querySchema({
          omit: {
            type: 'array', maxItems: LIMITS.evidence_omitted_max, items: { type: 'string', minLength: 1, maxLength: LIMITS.key_bytes_max },
            description: 'An attribute key, in which * stands for any run of characters, or status.message: values to leave out, repeated for more. Only restricted fields can be left out, and one without * must be there.',
          },
          span: { type: 'string', pattern: '^[0-9a-fA-F]{16}$', description: 'Of this span alone.' },
        }),
        response: answersAs(EVIDENCE),
      },
    },
    async (request, reply) => {
      const { omit = [], span } = request.query;
      const answer = await evidence(readerOf(request), request.params.id, { omit, ...(span === undefined ? {} : { spanId: span.toLowerCase() }) });
      if (isRefusal(answer)) return sendRefusal(request, reply, answer);
      noteShown(request, answer.spans);
      return sendEvidence(reply, answer);
    },
  );
}

export function sendEvidence(reply: FastifyReply, { json, outlines, unprovable }: EvidenceAnswer): FastifyReply {
  if (outlines > 0) reply.header('tracekeep-hidden-spans', String(outlines));
  if (unprovable > 0) reply.header('tracekeep-unprovable-spans', String(unprovable));
  return sendJson(reply, json);
}
