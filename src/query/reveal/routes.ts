/**
 * `POST /api/v1/traces/:id/reveal`: sealed values of a trace, opened for a reason, as OTLP/JSON that says for whom it was opened. `POST …/evidence`: the same as a document
 * that proves them.
 */
import { LIMITS } from '#limits';
import { readerName, type Reader } from '#model';
import { answersAs, array, count, object, text } from '#query/answers';
import { EVIDENCE, sendEvidence } from '#query/evidence/routes';
import { readerOf, sendRefusal } from '#query/guard';
import { otlpJson } from '#query/otlp-json';
import { noteReason, noteShown } from '#query/recorded';
import { sendJson } from '#query/reply';
import { querySchema } from '#query/search-parameters';
import { isRefusal } from '#refusal';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { RevealNote, SealProof } from './answer-types.ts';
import { APPROVAL, approvalView, type ApprovalDecider } from './approval-routes.ts';
import type { OpenedEvidence } from './opened-evidence.ts';
import type { OpenedWhole, Reveal, Revealed, RevealQuestion } from './reveal.ts';

/** On every resource of what was opened: the id of the opening. */
export const OPENING_KEY = 'tracekeep.opening';

const BODY_BYTES_MAX = 128 * 1024;
const PARAMS = { type: 'object', required: ['id'], properties: { id: { type: 'string', pattern: '^[0-9a-fA-F]{32}$' } } } as const;
const PROPERTIES = {
  reason: { type: 'string', maxLength: 4 * LIMITS.reveal_reason_characters_max, description: `Why, ${LIMITS.reveal_reason_characters_min} characters at least. Do not name the person here; the reason stays in the log for ever. What recognizers find in it is taken out.` },
  fields: { type: 'array', minItems: 1, maxItems: LIMITS.reveal_fields_max, items: { type: 'string', minLength: 1, maxLength: 256 }, description: 'Attribute keys, or status.message. Absent: all that whoever asks may open.' },
  spans: { type: 'array', minItems: 1, maxItems: LIMITS.reveal_spans_max, items: { type: 'string', pattern: '^[0-9a-fA-F]{16}$' }, description: 'Absent: all of the trace.' },
  approval: { type: 'string', pattern: '^v_[0-9a-f]{16}$', description: 'The id of one that was given for this, where one is needed. It is used up.' },
} as const;
const BODY = {
  type: 'object', additionalProperties: false,
  properties: { ...PROPERTIES, proofs: { type: 'boolean', description: 'With what a reader who has the evidence of the trace needs to see that it is what was sealed.' } },
} as const;
const EVIDENCE_BODY = {
  type: 'object', additionalProperties: false,
  properties: { ...PROPERTIES, omit: { type: 'array', maxItems: LIMITS.evidence_omitted_max, items: { type: 'string', minLength: 1, maxLength: LIMITS.key_bytes_max }, description: 'As of the evidence without what is sealed.' } },
} as const;
const REVEAL = object<RevealNote>({
  id: text('Of the opening, as the log has it.'), by: object({ id: text(), name: text() }), reason: text('As it is kept: minimized.'), at: text('RFC 3339.'), until: text('When whoever shows it closes it again.'), watermark: text('For whom, when, and the id of the opening.'),
  opened: { ...count, description: 'Values.' }, erased: { ...count, description: 'Values of which the keys were destroyed.' }, changed: { ...count, description: 'Values that do not open: what is stored is not what was sealed.' }, fields: array(text()),
  proofs: { ...array(object<SealProof>({ spanId: text(), text: text('Base64, of the seal.'), salt: text('Base64.'), values: array(object({ field: text(), type: text(), text: text() })) })), description: 'If they are asked for: of seals of which all values were opened.' },
});
const ANSWER = {
  202: { description: 'Somebody else has to approve it first; the answer to the same question later names the same approval.', ...object({ approval: APPROVAL }) },
  ...answersAs(object({ resourceSpans: array({ type: 'object' }), reveal: REVEAL }, { description: `OTLP/JSON of the spans that have something of these fields sealed, with what could be opened in its place. Each resource has the attribute ${OPENING_KEY}.` })),
};

type Body = Partial<Omit<RevealQuestion, 'trace'>> | null;

export function addRevealRoutes(app: FastifyInstance, reveal: Reveal, decider: ApprovalDecider): void {
  app.post<{ Params: { id: string }; Body: (Body & { proofs?: boolean }) | null }>(
    '/api/v1/traces/:id/reveal',
    { bodyLimit: BODY_BYTES_MAX, config: { action: 'field.reveal' }, schema: { summary: 'Open sealed values of a trace, for a reason; the log is told before they are shown', params: PARAMS, querystring: querySchema({}), body: BODY, response: ANSWER } },
    async (request, reply) => {
      const reader = readerOf(request);
      const { reason = '', proofs = false, ...question } = request.body ?? {};
      const revealed = await reveal.reveal(reader, { trace: request.params.id, reason, ...question });
      if (isRefusal(revealed)) return sendRefusal(request, reply, revealed);
      if (revealed.is === 'asked') return sendAsked(request, reply, revealed, decider);
      noteRevealed(request, reply, revealed);
      return sendJson(reply, await revealedJson(revealed, reader, proofs));
    },
  );
}

/** The same route with GET shows nothing that is sealed, and asks for no reason (`#query/evidence/routes`). */
export function addOpenedEvidenceRoute(app: FastifyInstance, { openedEvidence }: OpenedEvidence, decider: ApprovalDecider): void {
  app.post<{ Params: { id: string }; Body: (Body & { omit?: readonly string[] }) | null }>(
    '/api/v1/traces/:id/evidence',
    {
      bodyLimit: BODY_BYTES_MAX,
      config: { action: 'field.reveal' },
      schema: {
        summary: 'The evidence of a trace with what is sealed in it, opened for a reason', params: PARAMS, querystring: querySchema({}), body: EVIDENCE_BODY,
        description: 'A seal commits to all its values: it is opened if whoever asks opens all of them. The header tracekeep-closed-seals counts those that stay closed.',
        response: { 202: ANSWER[202], ...answersAs(EVIDENCE) },
      },
    },
    async (request, reply) => {
      const reader = readerOf(request);
      const { reason = '', ...question } = request.body ?? {};
      const answer = await openedEvidence(reader, { trace: request.params.id, reason, ...question });
      if (isRefusal(answer)) return sendRefusal(request, reply, answer);
      if (answer.is === 'asked') return sendAsked(request, reply, answer, decider);
      noteRevealed(request, reply, answer.revealed);
      reply.header('tracekeep-opening', answer.revealed.opening.id);
      reply.header('tracekeep-closed-seals', String(answer.evidence.seals.closed));
      return sendEvidence(reply, answer.evidence);
    },
  );
}

function sendAsked(request: FastifyRequest, reply: FastifyReply, { approval }: Extract<Revealed, { is: 'asked' }>, decider: ApprovalDecider): FastifyReply {
  noteReason(request, approval.reason);
  noteShown(request, 0);
  return sendJson(reply.code(202), JSON.stringify({ approval: approvalView(approval, readerOf(request), decider) }));
}

function noteRevealed(request: FastifyRequest, reply: FastifyReply, { reason, counts, more }: Extract<Revealed, { is: 'opened' }>): void {
  noteReason(request, reason);
  noteShown(request, counts.opened);
  if (more) reply.header('tracekeep-more', 'true');
  reply.header('cache-control', 'no-store');
}

async function revealedJson({ opening, reason, traceId, spans, notes, more, counts, fields, whole }: Extract<Revealed, { is: 'opened' }>, reader: Reader, withProofs: boolean): Promise<string> {
  const at = new Date(opening.at);
  const by = { id: reader.id, name: readerName(reader) };
  const watermark = `Opened for ${by.name}, ${at.toISOString().slice(0, 19).replace('T', ' ')}Z, ${opening.id}`;
  const told: RevealNote = { id: opening.id, by, reason, at: at.toISOString(), until: new Date(opening.at + LIMITS.reveal_shown_ms).toISOString(), watermark, ...counts, fields, ...(withProofs && { proofs: whole.map(proofOf) }) };
  return otlpJson({ traceId, spans, notes, more }, { ofResources: [JSON.stringify({ key: OPENING_KEY, value: { stringValue: opening.id } })], members: [`"reveal":${JSON.stringify(told)}`] });
}

function proofOf({ spanId, text: sealed, opened: { salt, values } }: OpenedWhole): SealProof {
  return { spanId, text: Buffer.from(sealed).toString('base64'), salt: Buffer.from(salt).toString('base64'), values: values.map(({ field, letter, text: value }) => ({ field, type: letter, text: value })) };
}
