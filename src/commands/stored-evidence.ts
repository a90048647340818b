/**
 * The evidence that `tracekeep evidence export` asks for, as the server that has the store answers it over the admin socket: a question of a viewer of the
 * tenant it names, as `tracekeep trace` has.
 */
import { LIMITS } from '#limits';
import { commandLineReader, type Reader, tenantId } from '#model';
import type { Queries } from '#query';
import type { EvidenceAnswer } from '#query/evidence';
import type { OpenedEvidence, OpenedEvidenceQuestion } from '#query/reveal/opened-evidence';
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
  readonly seals: EvidenceAnswer['seals'];
}

export type EvidenceQueries = Pick<Queries, 'evidence' | 'openedEvidence'>;

/** `args`: `tenant`, `id`, `omit` (a list of fields), and `span` for one span alone, or `reveal`, the reason for which what is sealed is shown. */
export async function findStoredEvidence({ evidence, openedEvidence }: EvidenceQueries, args: AdminArguments): Promise<StoredEvidence | Refusal> {
  const tenant = typeof args['tenant'] === 'string' ? tenantId(args['tenant']) : null;
  const { id, omit, span, reveal } = args;
  if (tenant === null) return refuse('query_invalid', 'the tenant');
  if (typeof id !== 'string') return refuse('query_invalid', 'the trace id');
  if (!isFields(omit)) return refuse('query_invalid', 'the fields to leave out');
  if (span !== undefined && (typeof span !== 'string' || !/^[0-9a-f]{16}$/.test(span))) return refuse('query_invalid', 'the span id');
  if (reveal !== undefined && (typeof reveal !== 'string' || span !== undefined)) return refuse('query_invalid', 'the reason');
  if (evidence === null) return refuse('path_unknown', 'this server has no log');
  const reader = commandLineReader(tenant);
  const answer = reveal === undefined ? await evidence.evidence(reader, id, { omit, ...(span === undefined ? {} : { spanId: span }) }) : await openedFor(reader, { trace: id, omit, reason: reveal }, openedEvidence);
  if (isRefusal(answer)) return answer;
  const { json, spans, origin, size, omitted, unmatched, seals } = answer;
  return { json, spans, origin, size, omitted, unmatched, seals };
}

async function openedFor(reader: Reader, question: OpenedEvidenceQuestion, evidence: OpenedEvidence | null): Promise<EvidenceAnswer | Refusal> {
  if (evidence === null) return refuse('path_unknown', 'this server opens nothing');
  const answer = await evidence.openedEvidence(reader, question);
  if (isRefusal(answer)) return answer;
  // The command line is nobody whom somebody else could approve something for: it was refused.
  return answer.is === 'shown' ? answer.evidence : refuse('approval_needs_person');
}

function isFields(value: unknown): value is readonly string[] {
  return Array.isArray(value) && value.length <= LIMITS.evidence_omitted_max && value.every((one) => typeof one === 'string' && one.length > 0 && one.length <= LIMITS.key_bytes_max);
}
