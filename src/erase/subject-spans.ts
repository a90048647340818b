/**
 * The spans of which values were sealed for a person, by the token that they have for it and the keys that closed them.
 */
import type { ControlStore } from '#control';
import { LIMITS } from '#limits';
import type { TenantId } from '#model';
import type { Run } from '#query/answering';
import type { Params } from '#query/query-store';
import type { FoundSpans } from './answer-types.ts';
import { STATEMENTS } from './statements.ts';

/** Whose they are, ids of keys, and the hours of the windows that these belong to. */
export interface SubjectPlaces {
  readonly token: Uint8Array;
  readonly keyIds: readonly Uint8Array[];
  readonly hours: readonly number[];
}

const NOTHING: FoundSpans = { spans: 0, traces: 0, from: null, to: null, services: [] };

/** Of keys that are there. */
export function placesOf(control: Pick<ControlStore, 'subjectKeysOf' | 'findWindow'>, tenant: TenantId, token: Uint8Array): SubjectPlaces {
  const keys = control.subjectKeysOf(tenant, token);
  const hours = [...new Set(keys.map(({ window }) => window))].flatMap((window) => control.findWindow(window)?.hour ?? []);
  return { token, keyIds: keys.map(({ keyId }) => keyId), hours: [...new Set(hours)].sort((a, b) => a - b) };
}

export async function countSpans(run: Run, places: SubjectPlaces): Promise<FoundSpans> {
  if (places.keyIds.length === 0) return NOTHING;
  const params = { ...spansParams(places), limit: LIMITS.subject_services_max };
  const [row] = await run<{ spans: string; traces: string; first: string; last: string; services: readonly string[] }>(STATEMENTS.counted, params, 1);
  if (row === undefined || Number(row.spans) === 0) return NOTHING;
  return { spans: Number(row.spans), traces: Number(row.traces), from: timeOf(row.first), to: timeOf(row.last), services: [...row.services].sort() };
}

/** By how many keys spans of the person are found. */
export async function countKeysFound(run: Run, token: Uint8Array): Promise<number> {
  const [row] = await run<{ keys: string }>(STATEMENTS.keysCounted, { subject: Buffer.from(token).toString('hex') }, 1);
  return Number(row?.keys ?? 0);
}

/** What `of-subject.sql` asks for. */
export function spansParams({ token, keyIds }: SubjectPlaces): Params {
  return { subject: Buffer.from(token).toString('hex'), keys: keyIds.map(numberOf) };
}

function numberOf(keyId: Uint8Array): bigint {
  return Buffer.from(keyId).readBigUInt64LE();
}

function timeOf(nanoseconds: string): string {
  return new Date(Number(BigInt(nanoseconds) / 1_000_000n)).toISOString();
}
