/**
 * The evidence that `tracekeep evidence export` asks for, as the server that has the store answers it over the admin socket: a question of a viewer of the
 * tenant it names, as `tracekeep trace` has.
 */
import { LIMITS } from '#limits';
import { commandLineReader, tenantId } from '#model';
import type { Queries } from '#query';
import { isRefusal, refuse } from '#refusal';
import type { Refusal } from '#refusal';

import type { AdminArguments } from './admin.ts';

/** The document, and what is said of it. */
export interface StoredEvidence {
  readonly json: string;
  readonly spans: number;
  readonly origin: string;
  readonly size: number;
  readonly omitted: readonly string[];
  /** Names with `*` that should be left out and match nothing. */
  readonly unmatched: readonly string[];
}

export type EvidenceQueries = Pick<Queries, 'evidence'>;

/** `args`: `tenant`, `id`, `omit` (a list of fields), and `span` for one span alone. */
export async function findStoredEvidence({ evidence }: EvidenceQueries, args: AdminArguments): Promise<StoredEvidence | Refusal> {
  const tenant = typeof args['tenant'] === 'string' ? tenantId(args['tenant']) : null;
  const { id, omit, span } = args;
  if (tenant === null) return refuse('query_invalid', 'the tenant');
  if (typeof id !== 'string') return refuse('query_invalid', 'the trace id');
  if (!isFields(omit)) return refuse('query_invalid', 'the fields to leave out');
  if (span !== undefined && (typeof span !== 'string' || !/^[0-9a-f]{16}$/.test(span))) return refuse('query_invalid', 'the span id');
  if (evidence === null) return refuse('path_unknown', 'this server has no log');
  const reader = commandLineReader(tenant);
  const answer = await evidence.evidence(reader, id, { omit, ...(span === undefined ? {} : { spanId: span }) });
  if (isRefusal(answer)) return answer;
  const { json, spans, origin, size, omitted, unmatched } = answer;
  return { json, spans, origin, size, omitted, unmatched };
}

function isFields(value: unknown): value is readonly string[] {
  return Array.isArray(value) && value.length <= LIMITS.evidence_omitted_max && value.every((one) => typeof one === 'string' && one.length > 0 && one.length <= LIMITS.key_bytes_max);
}
