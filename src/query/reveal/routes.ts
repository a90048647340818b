/** `POST /api/v1/traces/:id/reveal`: sealed values of a trace, opened for a reason, as OTLP/JSON that says for whom it was opened. */
import { LIMITS } from '#limits';
import { readerName, type Reader } from '#model';
import { answersAs, array, count, object, text } from '#query/answers';
import { readerOf, sendRefusal } from '#query/guard';
import { otlpJson } from '#query/otlp-json';
import { noteReason, noteShown } from '#query/recorded';
import { sendJson } from '#query/reply';
import { querySchema } from '#query/search-parameters';
import { isRefusal } from '#refusal';
import type { FastifyInstance } from 'fastify';
import { APPROVAL, approvalView, type ApprovalDecider } from './approval-routes.ts';
import type { Reveal, Revealed } from './reveal.ts';

/** On every resource of what was opened: the id of the opening. */
export const OPENING_KEY = 'tracekeep.opening';

const BODY_BYTES_MAX = 128 * 1024;
const PARAMS = { type: 'object', required: ['id'], properties: { id: { type: 'string', pattern: '^[0-9a-fA-F]{32}$' } } } as const;
const BODY = {
  type: 'object', additionalProperties: false,
  properties: {
    reason: { type: 'string', maxLength: 4 * LIMITS.reveal_reason_characters_max, description: `Why, ${LIMITS.reveal_reason_characters_min} characters at least; it stands in the log.` },
    fields: { type: 'array', minItems: 1, maxItems: LIMITS.reveal_fields_max, items: { type: 'string', minLength: 1, maxLength: 256 }, description: 'Attribute keys, or status.message. Absent: all that whoever asks may open.' },
    spans: { type: 'array', minItems: 1, maxItems: LIMITS.reveal_spans_max, items: { type: 'string', pattern: '^[0-9a-fA-F]{16}$' }, description: 'Absent: all of the trace.' },
    approval: { type: 'string', pattern: '^v_[0-9a-f]{16}$', description: 'The id of one that was given for this, where one is needed. It is used up.' },
  },
} as const;
const REVEAL = object({
  id: text('Of the opening, as the log has it.'), by: object({ id: text(), name: text() }), reason: text('As it is kept: minimized.'), at: text('RFC 3339.'), until: text('When whoever shows it closes it again.'), watermark: text('For whom, when, and the id of the opening.'),
  opened: { ...count, description: 'Values.' }, erased: { ...count, description: 'Values of which the keys were destroyed.' }, changed: { ...count, description: 'Values that do not open: what is stored is not what was sealed.' }, fields: array(text()),
});
const ANSWER = {
  202: { description: 'Somebody else has to approve it first; the answer to the same question later names the same approval.', ...object({ approval: APPROVAL }) },
  ...answersAs(object({ resourceSpans: array({ type: 'object' }), reveal: REVEAL }, { description: `OTLP/JSON of the spans that have something of these fields sealed, with what could be opened in its place. Each resource has the attribute ${OPENING_KEY}.` })),
};

export function addRevealRoutes(app: FastifyInstance, reveal: Reveal, decider: ApprovalDecider): void {
  app.post<{ Params: { id: string }; Body: { reason?: string; fields?: readonly string[]; spans?: readonly string[]; approval?: string } | null }>(
    '/api/v1/traces/:id/reveal',
    { bodyLimit: BODY_BYTES_MAX, config: { action: 'field.reveal' }, schema: { summary: 'Open sealed values of a trace, for a reason; the log is told before they are shown', params: PARAMS, querystring: querySchema({}), body: BODY, response: ANSWER } },
    async (request, reply) => {
      const reader = readerOf(request);
      const { reason = '', ...question } = request.body ?? {};
      const revealed = await reveal.reveal(reader, { trace: request.params.id, reason, ...question });
      if (isRefusal(revealed)) return sendRefusal(request, reply, revealed);
      if (revealed.is === 'asked') {
        noteReason(request, revealed.approval.reason);
        noteShown(request, 0);
        return sendJson(reply.code(202), JSON.stringify({ approval: approvalView(revealed.approval, reader, decider) }));
      }
      noteReason(request, revealed.reason);
      noteShown(request, revealed.counts.opened);
      if (revealed.more) reply.header('tracekeep-more', 'true');
      reply.header('cache-control', 'no-store');
      return sendJson(reply, await revealedJson(revealed, reader));
    },
  );
}

async function revealedJson({ opening, reason, traceId, spans, notes, more, counts, fields }: Extract<Revealed, { is: 'opened' }>, reader: Reader): Promise<string> {
  const at = new Date(opening.at);
  const by = { id: reader.id, name: readerName(reader) };
  const watermark = `Opened for ${by.name}, ${at.toISOString().slice(0, 19).replace('T', ' ')}Z, ${opening.id}`;
  const told = { id: opening.id, by, reason, at: at.toISOString(), until: new Date(opening.at + LIMITS.reveal_shown_ms).toISOString(), watermark, ...counts, fields };
  return otlpJson({ traceId, spans, notes, more }, { ofResources: [JSON.stringify({ key: OPENING_KEY, value: { stringValue: opening.id } })], members: [`"reveal":${JSON.stringify(told)}`] });
}
