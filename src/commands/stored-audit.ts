/**
 * The records that `tracekeep audit` asks for, as the server that has the store answers them over the admin socket: a question of an auditor of the tenant
 * it names, and recorded as one.
 */
import { LIMITS } from '#limits';
import { commandLineReader, tenantId } from '#model';
import type { Queries } from '#query';
import type { AuditRecord } from '#query/audit';
import { cursorOf, questionOf } from '#query/audit/routes';
import { isRefusal, refuse } from '#refusal';
import type { Refusal } from '#refusal';

import type { AdminArguments } from './admin.ts';

export interface StoredAudit {
  readonly records: readonly AuditRecord[];
  readonly nextCursor: string | null;
}

export type AuditQueries = Pick<Queries, 'audit'>;

const TEXTS = ['who', 'action', 'resource', 'from', 'to', 'cursor'] as const;

/** `args`: `tenant`, and the parameters of `/api/v1/audit`. */
export async function findStoredAudit({ audit }: AuditQueries, args: AdminArguments, clock: () => number = Date.now): Promise<StoredAudit | Refusal> {
  const tenant = typeof args['tenant'] === 'string' ? tenantId(args['tenant']) : null;
  if (tenant === null) return refuse('query_invalid', 'the tenant');
  if (audit === null) return refuse('path_unknown', 'this server keeps no records');
  const { outcome, limit = LIMITS.audit_page_default } = args;
  if (outcome !== undefined && outcome !== 'allowed' && outcome !== 'refused' && outcome !== 'failed') return refuse('query_invalid', 'the outcome');
  if (typeof limit !== 'number' || !Number.isInteger(limit) || limit < 1 || limit > LIMITS.audit_page_max) return refuse('query_invalid', 'the limit');
  const texts: Partial<Record<(typeof TEXTS)[number], string>> = {};
  for (const name of TEXTS) {
    const text = args[name];
    if (text === undefined) continue;
    if (typeof text !== 'string' || text.length > LIMITS.audit_filter_characters_max) return refuse('query_invalid', name);
    texts[name] = text;
  }
  const question = questionOf({ ...texts, ...(outcome === undefined ? {} : { outcome }), limit }, clock());
  if (isRefusal(question)) return question;
  const page = await audit.records({ ...commandLineReader(tenant), roles: ['auditor'] }, question);
  return isRefusal(page) ? page : { records: page.records, nextCursor: page.next === null ? null : cursorOf(page.next) };
}
