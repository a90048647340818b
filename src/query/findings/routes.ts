/** `/api/v1/findings`: what was found, in the form of OCSF, and what people decide about it. */
import { CLOSED, actorOf, type FindingRecord, type SeverityId, type StatusId } from '#control';
import type { Findings } from '#findings';
import { ocsfFinding } from '#findings/ocsf';
import { LIMITS } from '#limits';
import { answersAs, array, count, object, text } from '#query/answers';
import { readerOf } from '#query/guard';
import { readTime } from '#query/parameters';
import { sendAnswer } from '#query/reply';
import { optional, querySchema } from '#query/search-parameters';
import { isRefusal, refuse, type Refusal } from '#refusal';
import type { FastifyInstance } from 'fastify';
import { cursorOf, readCursor } from './cursor.ts';

export type FindingsSource = Pick<Findings, 'list' | 'find' | 'change' | 'flush'>;

interface ListParameters {
  readonly status?: readonly StatusId[];
  readonly severity?: SeverityId;
  readonly analytic?: string;
  readonly since?: string;
  readonly cursor?: string;
  readonly limit?: number;
}

const UID = { type: 'string', pattern: '^f_[0-9a-f]{16}$' } as const;
const PARAMS = { type: 'object', required: ['uid'], properties: { uid: UID } } as const;
const STATUS_ID = { type: 'integer', enum: [1, 2, 3, 4, 5] } as const;
const COMMENT = { type: 'string', maxLength: LIMITS.finding_text_characters_max } as const;
const BODY_BYTES_MAX = 16 * 1024;

const FINDING = object({
  activity_id: { ...count, description: '1 created, 2 updated, 3 closed.' }, category_uid: count, class_uid: count, type_uid: count, time: { ...count, description: 'Seen last, ms since 1970.' },
  severity_id: { ...count, description: '1 informational to 6 fatal.' }, severity: text(), status_id: { ...count, description: '1 new, 2 in progress, 3 suppressed, 4 resolved, 5 archived.' }, status: text(), message: text(),
  count: { ...count, description: 'How often it was found.' },
  metadata: object({ version: text('Of OCSF.'), product: object({ name: text(), version: text() }) }),
  finding_info: object({ uid: text(), title: text(), analytic: object({ uid: text(), name: text(), type_id: count }), created_time: count, first_seen_time: count, last_seen_time: count }),
  evidences: array(object({ data: { type: 'object', description: 'Places: block, row, entry (index in the log), trace_id, span_id, producer_id.' } })),
  resources: array(object({ type: text(), uid: text() })),
});
const PAGE = object({ findings: array(FINDING), nextCursor: { type: ['string', 'null'], description: 'null at the end.' } });

export function addFindingRoutes(app: FastifyInstance, { findings, now_ms }: { readonly findings: FindingsSource; readonly now_ms: () => number }): void {
  app.get<{ Querystring: ListParameters }>(
    '/api/v1/findings',
    {
      config: { action: 'finding.read' },
      schema: {
        summary: 'Findings, those seen last first',
        description: 'Events of OCSF 1.8, class Detection Finding. Those without metadata.tenant_uid concern the whole deployment.',
        querystring: querySchema({
          status: { type: 'array', maxItems: 5, items: STATUS_ID, description: `status_id, repeated for more; default: all that are not closed (${CLOSED.join(', ')}).` },
          severity: { type: 'integer', minimum: 1, maximum: 6, description: 'At least this severity_id.' },
          analytic: { type: 'string', pattern: '^[a-z][a-z0-9.-]{0,63}$', description: 'uid of the analytic.' },
          since: { type: 'string', maxLength: 64, description: 'Seen at this time or later: RFC 3339, seconds, ms, µs or ns since 1970, now, or how long ago (1h).' },
          cursor: { type: 'string', minLength: 1, maxLength: 64, pattern: '^[A-Za-z0-9_-]+$', description: 'nextCursor of the page before, with the same filters.' },
          limit: { type: 'integer', minimum: 1, maximum: LIMITS.findings_page_max, default: LIMITS.findings_page_default },
        }),
        response: answersAs(PAGE),
      },
    },
    async (request, reply) => {
      const { status = OPEN, severity, analytic, limit = LIMITS.findings_page_default } = request.query;
      const since = optional(request.query.since, 'since', (value) => readTime(value, now_ms()));
      const after = optional(request.query.cursor, 'cursor', readCursor);
      if (isRefusal(since)) return sendAnswer(request, reply, since);
      if (isRefusal(after)) return sendAnswer(request, reply, after);
      await findings.flush();
      const found = findings.list({
        tenant: readerOf(request).tenant, status_id: status, limit: limit + 1,
        ...(severity === undefined ? {} : { severity_id: severity }), ...(analytic === undefined ? {} : { analytic }), ...(after === undefined ? {} : { after }),
        ...(since === undefined ? {} : { since: Number(since / 1_000_000n) }),
      });
      const page = found.slice(0, limit);
      const end = found.length > limit ? page.at(-1) : undefined;
      return sendAnswer(request, reply, { findings: page.map(ocsfFinding), nextCursor: end === undefined ? null : cursorOf(end) });
    },
  );

  app.get<{ Params: { uid: string } }>(
    '/api/v1/findings/:uid',
    { config: { action: 'finding.read' }, schema: { summary: 'One finding', params: PARAMS, querystring: querySchema({}), response: answersAs(FINDING) } },
    async (request, reply) => sendAnswer(request, reply, viewOf(findings.find(readerOf(request).tenant, request.params.uid) ?? refuse('not_found'))),
  );

  app.post<{ Params: { uid: string }; Body: { status_id: StatusId; comment?: string } }>(
    '/api/v1/findings/:uid/status',
    {
      bodyLimit: BODY_BYTES_MAX,
      config: { action: 'finding.change' },
      schema: {
        summary: 'Give a finding another status',
        description: 'A finding that is resolved (4) or archived (5) is new again when it happens again; a suppressed one (3) is only counted. What concerns the whole deployment is changed by administrators of the tenant default.',
        params: PARAMS, querystring: querySchema({}), response: answersAs(FINDING),
        body: { type: 'object', additionalProperties: false, required: ['status_id'], properties: { status_id: STATUS_ID, comment: COMMENT } },
      },
    },
    async (request, reply) => {
      const reader = readerOf(request);
      const { status_id, comment = '' } = request.body;
      return sendAnswer(request, reply, viewOf(await findings.change(actorOf(reader), reader.tenant, request.params.uid, { status_id, comment })));
    },
  );
}

const OPEN: readonly StatusId[] = [1, 2, 3];

function viewOf(finding: FindingRecord | Refusal): object | Refusal {
  return isRefusal(finding) ? finding : ocsfFinding(finding);
}
