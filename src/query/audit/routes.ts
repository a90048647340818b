/** `/api/v1/audit`: who did what, for those who check the others. */
import { LIMITS } from '#limits';
import { answersAs, array, count, object, text } from '#query/answers';
import { readerOf } from '#query/guard';
import { readTime } from '#query/parameters';
import { sendAnswer } from '#query/reply';
import { optional, querySchema } from '#query/search-parameters';
import type { Outcome } from '#records';
import { isRefusal, type Refusal } from '#refusal';
import type { FastifyInstance } from 'fastify';
import type { Audit, AuditPlace, AuditQuestion } from './audit.ts';

interface Parameters {
  readonly who?: string;
  readonly action?: string;
  readonly resource?: string;
  readonly outcome?: Outcome;
  readonly from?: string;
  readonly to?: string;
  readonly cursor?: string;
  readonly limit?: number;
}

const orNull = (type: string, description: string): object => ({ type: [type, 'null'], description });
const TIME = 'RFC 3339, seconds, ms, µs or ns since 1970, now, or how long ago (1h).';
const RECORD = object({
  id: text('Of no other record.'), time: text(), who: text('A name; unknown for whoever had no valid credential.'), whoId: orNull('string', 'Of the account or token.'), whoKind: text('person, token, command line, link, server, or nobody.'),
  action: text('What was asked for, or done: trace.read, token.made.'), resource: text('trace:ID, token:ID, account:ID, …, or a word where it is no single thing: search.'), outcome: { type: 'string', enum: ['allowed', 'refused', 'failed'] },
  code: orNull('string', 'The refusal.'), route: text('Method and pattern of the path, or the verb.'), filter: orNull('string', 'What was asked for, as the minimization policy leaves it; null also where that is not sure.'), rows: orNull('integer', 'How many things were shown.'),
  reason: orNull('string', 'Why, as the request said.'), network: orNull('string', 'Whence.'), count: { ...count, description: 'Equal ones, from time to until.' }, until: orNull('string', 'null of one.'), tenant: orNull('string', 'null for what is of none.'), entry: { ...count, description: 'Index of the entry of the log that commits to it.' },
});
const PAGE = object({ records: array(RECORD), nextCursor: { type: ['string', 'null'], description: 'null at the end.' } });
const glob = (description: string): object => ({ type: 'string', minLength: 1, maxLength: LIMITS.audit_filter_characters_max, description: `${description}; * stands for any run of characters.` });

export function addAuditRoutes(app: FastifyInstance, { audit, now_ms }: { readonly audit: Audit; readonly now_ms: () => number }): void {
  app.get<{ Querystring: Parameters }>(
    '/api/v1/audit',
    {
      config: { action: 'audit.read' },
      schema: {
        summary: 'Who did what, the newest first',
        description: 'Reads, refused requests, sign-ins and changes of the own tenant; in the tenant default also those of no tenant. To ask is itself recorded.',
        querystring: querySchema({
          who: glob('Name or id'), action: glob('Action'), resource: glob('Resource'), outcome: { type: 'string', enum: ['allowed', 'refused', 'failed'] },
          from: { type: 'string', maxLength: 64, description: `At this time or later: ${TIME} Default: 31 days before the end.` }, to: { type: 'string', maxLength: 64, description: `Until then: ${TIME}` },
          cursor: { type: 'string', minLength: 1, maxLength: 96, pattern: '^[A-Za-z0-9_-]+$', description: 'nextCursor of the page before, with the same filters.' },
          limit: { type: 'integer', minimum: 1, maximum: LIMITS.audit_page_max, default: LIMITS.audit_page_default },
        }),
        response: answersAs(PAGE),
      },
    },
    async (request, reply) => {
      const question = questionOf(request.query, now_ms());
      if (isRefusal(question)) return sendAnswer(request, reply, question);
      const page = await audit.records(readerOf(request), question);
      return sendAnswer(request, reply, isRefusal(page) ? page : { records: page.records, nextCursor: page.next === null ? null : cursorOf(page.next) });
    },
  );
}

/** Also for the verb, which asks with the same names. */
export function questionOf({ who, action, resource, outcome, limit = LIMITS.audit_page_default, ...texts }: Parameters, now_ms: number): AuditQuestion | Refusal {
  const from = optional(texts.from, 'from', (value) => readTime(value, now_ms));
  const to = optional(texts.to, 'to', (value) => readTime(value, now_ms));
  const after = optional(texts.cursor, 'cursor', readCursor);
  for (const one of [from, to, after]) if (isRefusal(one)) return one;
  const given = { who, action, resource, outcome, from: milliseconds(from), to: milliseconds(to), after };
  return { ...(Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined)) as Omit<AuditQuestion, 'limit'>), limit };
}

function milliseconds(ns: bigint | Refusal | undefined): number | undefined {
  return typeof ns === 'bigint' ? Number(ns / 1_000_000n) : undefined;
}

export function cursorOf({ ms, entry, ordinal }: AuditPlace): string {
  return Buffer.from(`${ms}.${entry}.${ordinal}`).toString('base64url');
}

/** Null for what `cursorOf` did not make. Attacker-controlled. */
export function readCursor(text: string): AuditPlace | null {
  const [, ms, entry, ordinal] = /^([0-9]{1,15})\.([0-9]{1,15})\.([0-9]{1,9})$/.exec(Buffer.from(text, 'base64url').toString('latin1')) ?? [];
  return ms === undefined ? null : { ms: Number(ms), entry: Number(entry), ordinal: Number(ordinal) };
}
