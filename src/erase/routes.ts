/** `/api/v1/subjects`: what is held of a person, forgetting them, and everything that is held as OTLP/JSON. Whom it is about stands in bodies, never in an address. */
import { actorOf } from '#control';
import { LIMITS } from '#limits';
import { answersAs, array, count, object, text } from '#query/answers';
import { readerOf, sendRefusal } from '#query/guard';
import { noteReason, noteShown } from '#query/recorded';
import { sendJson } from '#query/reply';
import { APPROVAL, approvalView, type ApprovalDecider } from '#query/reveal/approval-routes';
import { querySchema } from '#query/search-parameters';
import { isRefusal } from '#refusal';
import type { FastifyInstance } from 'fastify';
import type { ExportTold, FoundSubject, Receipt, ReceiptLog } from './answer-types.ts';
import { exportText, type Subjects } from './erase.ts';
import { OPENING_KEY } from './export.ts';

const BODY_BYTES_MAX = 16 * 1024;
const SUBJECT = { type: 'string', minLength: 1, maxLength: LIMITS.subject_bytes_max, description: 'The person, as the sealed value names them.' } as const;
const REASON = { type: 'string', maxLength: LIMITS.reveal_reason_characters_max, description: 'Why: a ticket, a request. Do not name the person here; the reason stays in the log for ever. The name that was asked for is taken out, and what recognizers find.' } as const;
const APPROVAL_ID = { type: 'string', pattern: '^v_[0-9a-f]{16}$', description: 'The id of one that was given for this, where one is needed. It is used up.' } as const;
const NO_QUERY = querySchema({});
const ORNULL = { type: ['string', 'null'] } as const;

const CLEAR = array(object({ why: text() }, { description: 'key: an attribute key with *; place: anything else. Where the policy keeps something in clear; whether this person stands there is not known.' }));
const FOUND = object<FoundSubject>({
  subject: text('A keyed digest: the same for the same person.'), spans: count, traces: count, keys: { ...count, description: 'That are there.' }, hours: count, from: ORNULL, to: ORNULL, services: array(text()),
  fields: array(object({ key: text(), sealed: { type: 'boolean' } })), clear: CLEAR, erased: { ...count, description: 'Keys that were destroyed, and by which spans are found all the same.' },
});
const RECEIPT = object<Receipt>({
  id: text(), tenant: text(), at: text('RFC 3339.'), by: text(), entry: { ...count, description: 'Index in the log.' }, keys: count, spans: count, tokens: count, salt: text('Base64. It is nowhere else.'), commitment: text('Base64.'), clear: CLEAR,
  log: object<ReceiptLog>({ origin: text(), size: count, root: text(), leaf: text(), proof: array(text()), checkpoint: text(), statement: text('Of the entry, as the log commits to it.'), closed: text('Base64: SHA-256 of its closed part.') }),
});
const EXPORT = object<ExportTold>({ id: text('Of the export, as the log has it; the same on each page.'), by: text(), reason: text('As it is kept.'), at: text('RFC 3339.'), watermark: text(), spans: count, opened: { ...count, description: 'Values.' }, erased: count, changed: count, nextCursor: { ...ORNULL, description: 'null on the last page.' } });
const ASKED = { description: 'Somebody else has to approve it first; the answer to the same question later names the same approval.', ...object({ approval: APPROVAL }) };

export type ServedSubjects = Pick<Subjects, 'find' | 'forget' | 'exportPage'>;

export function addSubjectRoutes(app: FastifyInstance, subjects: ServedSubjects, decider: ApprovalDecider): void {
  app.post<{ Body: { subject: string } }>(
    '/api/v1/subjects/find',
    { bodyLimit: BODY_BYTES_MAX, config: { action: 'subject.find' }, schema: { summary: 'What is sealed for a person, and where they may stand in clear', querystring: NO_QUERY, body: { type: 'object', additionalProperties: false, required: ['subject'], properties: { subject: SUBJECT } }, response: answersAs(FOUND) } },
    async (request, reply) => {
      const found = await subjects.find(readerOf(request), request.body.subject);
      if (isRefusal(found)) return sendRefusal(request, reply, found);
      noteShown(request, found.spans);
      reply.header('cache-control', 'no-store');
      return sendJson(reply, JSON.stringify(found));
    },
  );

  app.post<{ Body: { subject: string; reason?: string; approval?: string } }>(
    '/api/v1/subjects/forget',
    {
      bodyLimit: BODY_BYTES_MAX,
      config: { action: 'subject.forget' },
      schema: { summary: 'Destroy the keys of what was sealed for a person; the answer is the receipt', querystring: NO_QUERY, body: { type: 'object', additionalProperties: false, required: ['subject'], properties: { subject: SUBJECT, reason: REASON, approval: APPROVAL_ID } }, response: { 202: ASKED, ...answersAs(RECEIPT) } },
    },
    async (request, reply) => {
      const reader = readerOf(request);
      const { reason = '', ...wanted } = request.body;
      const forgotten = await subjects.forget(reader, { ...wanted, reason }, actorOf(reader));
      if (isRefusal(forgotten)) return sendRefusal(request, reply, forgotten);
      reply.header('cache-control', 'no-store');
      if (forgotten.is === 'asked') return sendJson(reply.code(202), JSON.stringify({ approval: approvalView(forgotten.approval, reader, decider) }));
      return sendJson(reply, JSON.stringify(forgotten.receipt));
    },
  );

  app.post<{ Body: { subject: string; reason?: string; approval?: string; cursor?: string } }>(
    '/api/v1/subjects/export',
    {
      bodyLimit: BODY_BYTES_MAX,
      config: { action: 'subject.export' },
      schema: {
        summary: 'A page of everything that is sealed for a person, opened; the log is told before it is shown', querystring: NO_QUERY,
        body: { type: 'object', additionalProperties: false, required: ['subject'], properties: { subject: SUBJECT, reason: REASON, approval: APPROVAL_ID, cursor: { type: 'string', maxLength: 256, description: 'nextCursor of the page before, within an hour.' } } },
        response: { 202: ASKED, ...answersAs(object({ resourceSpans: array({ type: 'object' }), export: EXPORT }, { description: `OTLP/JSON. Each resource has the attribute ${OPENING_KEY}.` })) },
      },
    },
    async (request, reply) => {
      const reader = readerOf(request);
      const { reason = '', ...question } = request.body;
      const page = await subjects.exportPage(reader, { ...question, reason }, actorOf(reader));
      if (isRefusal(page)) return sendRefusal(request, reply, page);
      reply.header('cache-control', 'no-store');
      if (page.is === 'asked') {
        noteReason(request, page.approval.reason);
        noteShown(request, 0);
        return sendJson(reply.code(202), JSON.stringify({ approval: approvalView(page.approval, reader, decider) }));
      }
      noteReason(request, page.reason);
      noteShown(request, page.spans.length, [...new Set(page.spans.map(({ traceId }) => traceId))]);
      const { resourceSpans, told } = await exportText(page);
      return sendJson(reply, `{"resourceSpans":${resourceSpans},"export":${JSON.stringify(told)}}`);
    },
  );
}
