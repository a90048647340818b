/**
 * Openings of sealed values, each told to the log in the transaction that counts it against what one reader may open in an hour, and that uses up the approval it
 * needed. Nothing is shown before this is durable.
 */
import { LIMITS } from '#limits';
import type { TenantId } from '#model';
import { isRefusal, refuse, type Refusal } from '#refusal';

import type { Actor } from './actor.ts';
import { useApproval, type Approval } from './approvals.ts';
import { newId, type Change } from './change.ts';
import type { ControlDatabase } from './database.ts';
import { tellLog } from './outbox.ts';
import type { ColumnSealer } from './sealed.ts';

export interface NewOpening {
  readonly tenant: TenantId;
  /** Whoever is counted: the account of a person, also where a token acts for them, or a token. */
  readonly reader: string;
  /** The account, where there is one. */
  readonly person: string | null;
  readonly trace: string;
  /** Of the spans of which something was opened. */
  readonly spans: readonly string[];
  readonly fields: readonly string[];
  readonly values: number;
  readonly erased: number;
  readonly changed: number;
  readonly reason: string;
  /** Null where none was needed. */
  readonly approval: string | null;
}

export interface Opening {
  /** `o_` and 16 hexadecimal digits. */
  readonly id: string;
  /** Milliseconds since 1970. */
  readonly at: number;
  readonly by: Actor;
}

/** What one reader may open in an hour. */
export interface OpeningBounds {
  readonly openings: number;
  readonly values: number;
}

const HOUR_MS = 3_600_000;
const BOUNDS: OpeningBounds = { openings: LIMITS.reveal_openings_per_hour_max, values: LIMITS.reveal_values_per_hour_max };

/** Refusals: reveal_limit, approval_unusable. */
export async function recordOpening(change: Change, wanted: NewOpening, bounds: OpeningBounds = BOUNDS): Promise<Opening | Refusal> {
  const { tenant, reader, person, trace, spans, fields, values, erased, changed, reason, approval } = wanted;
  const since = change.now - HOUR_MS;
  const before = await change.rows.selectFrom('openings').select((is) => [is.fn.countAll<number>().as('openings'), is.fn.coalesce(is.fn.sum<number>('opened'), is.lit(0)).as('opened')] as const).where('reader', '=', readerHash(change.sealer, reader)).where('time', '>', since).executeTakeFirstOrThrow();
  const full = beyond(before, values, bounds);
  if (full !== null) return full;
  const used = approval === null ? null : await useApproval(change, tenant, approval, 'reveal', person, coversOpening(trace, fields));
  if (isRefusal(used)) return used;
  await change.rows.deleteFrom('openings').where('time', '<=', since).execute();
  const opening: Opening = { id: newId(change, 'o_'), at: change.now, by: change.by };
  await change.rows.insertInto('openings').values({ id: opening.id, reader: readerHash(change.sealer, reader), time: change.now, opened: values }).execute();
  await tellLog(change, 'opening', { what: 'opened', tenant, opening: opening.id, values, erased, changed, approval }, { reason, trace, fields: fields.slice(0, TOLD_MAX), spans: spans.slice(0, TOLD_MAX), spansCount: spans.length, ...(used === null ? {} : { approvedBy: used.decidedBy }) });
  return opening;
}

/** Whether an approval is for this trace, and for all of these fields. */
export function coversOpening(trace: string, fields: readonly string[]): (approval: Approval) => boolean {
  return (approval) => approval.trace === trace && fields.every((field) => approval.fields.includes(field));
}

/** What `recordOpening` would say of so many more values, before anything is opened for it. Null: nothing. */
export function openingRefused(database: ControlDatabase, sealer: ColumnSealer, reader: string, values: number, now: number, bounds: OpeningBounds = BOUNDS): Refusal | null {
  const rows = database.kysely.selectFrom('openings').select((is) => [is.fn.countAll<number>().as('openings'), is.fn.coalesce(is.fn.sum<number>('opened'), is.lit(0)).as('opened')] as const).where('reader', '=', readerHash(sealer, reader)).where('time', '>', now - HOUR_MS);
  const [before] = database.readNow(rows);
  return before === undefined ? null : beyond(before, values, bounds);
}

/** Of ids and keys as many as an entry has room for. */
const TOLD_MAX = 512;

function beyond(before: { readonly openings: number; readonly opened: number }, values: number, bounds: OpeningBounds): Refusal | null {
  if (before.openings >= bounds.openings) return refuse('reveal_limit', `${bounds.openings} openings in an hour`);
  return before.opened + values > bounds.values ? refuse('reveal_limit', `${bounds.values} values in an hour`) : null;
}

function readerHash(sealer: ColumnSealer, reader: string): Uint8Array {
  return sealer.hash('openings', reader);
}
