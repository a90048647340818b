/**
 * Openings of sealed values, each told to the log in the transaction that counts it against what one reader may open in an hour, and that uses up the approval it
 * needed. Nothing is shown before this is durable.
 */
import type { Kysely } from 'kysely';

import { LIMITS } from '#limits';
import type { TenantId } from '#model';
import { isRefusal, refuse, type Refusal } from '#refusal';

import type { Actor } from './actor.ts';
import { approvalUnusable, useApproval, type Approval } from './approvals.ts';
import { newId, type Change } from './change.ts';
import type { ControlTables } from './database.ts';
import { tellLog } from './outbox.ts';
import type { ControlRows } from './rows.ts';
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

const HOUR_MS = 3_600_000;
/** Of ids and keys as many as an entry has room for. */
const TOLD_MAX = 512;

export function openingsIn(rows: ControlRows) {
  return {
    /** Counted, told to the log and durable when resolved: then it may be shown. Refusals: reveal_limit, approval_unusable. */
    async recordOpening(wanted: NewOpening, by: Actor): Promise<Opening | Refusal> {
      return rows.change(by, (change) => recordOpening(change, wanted));
    },

    /** Whether the approval does not allow this opening. Null: it does. */
    openingUnapproved({ tenant, approval, person, trace, fields }: Pick<NewOpening, 'tenant' | 'person' | 'trace' | 'fields'> & { readonly approval: string }): Refusal | null {
      return approvalUnusable(rows, tenant, approval, 'reveal', person, covers(trace, fields));
    },

    /** Whether so many more values are beyond what this reader may open in an hour. Null: they are not. */
    openingRefused(reader: string, values: number): Refusal | null {
      const [before] = rows.read(openedSince(rows.kysely, rows.sealer, reader, rows.now() - HOUR_MS));
      return before === undefined ? null : beyond(before, values);
    },
  };
}

async function recordOpening(change: Change, wanted: NewOpening): Promise<Opening | Refusal> {
  const { tenant, reader, person, trace, spans, fields, values, erased, changed, reason, approval } = wanted;
  const since = change.now - HOUR_MS;
  const before = await openedSince(change.rows, change.sealer, reader, since).executeTakeFirstOrThrow();
  const full = beyond(before, values);
  if (full !== null) return full;
  const used = approval === null ? null : await useApproval(change, tenant, approval, 'reveal', person, covers(trace, fields));
  if (isRefusal(used)) return used;
  await change.rows.deleteFrom('openings').where('time', '<=', since).execute();
  const opening: Opening = { id: newId(change, 'o_'), at: change.now, by: change.by };
  await change.rows.insertInto('openings').values({ id: opening.id, reader: readerHash(change.sealer, reader), time: change.now, opened: values }).execute();
  await tellLog(change, 'opening', { what: 'opened', tenant, opening: opening.id, values, erased, changed, approval }, { reason, trace, fields: fields.slice(0, TOLD_MAX), spans: spans.slice(0, TOLD_MAX), spansCount: spans.length, ...(used === null ? {} : { approvedBy: used.decidedBy }) });
  return opening;
}

/** Whether an approval is for this trace, and for all of these fields. */
function covers(trace: string, fields: readonly string[]): (approval: Approval) => boolean {
  return (approval) => approval.trace === trace && fields.every((field) => approval.fields.includes(field));
}

/** What a reader opened behind a moment. */
function openedSince(kysely: Kysely<ControlTables>, sealer: ColumnSealer, reader: string, since: number) {
  return kysely.selectFrom('openings').select((is) => [is.fn.countAll<number>().as('openings'), is.fn.coalesce(is.fn.sum<number>('opened'), is.lit(0)).as('opened')] as const).where('reader', '=', readerHash(sealer, reader)).where('time', '>', since);
}

function beyond(before: { readonly openings: number; readonly opened: number }, values: number): Refusal | null {
  const { reveal_openings_per_hour_max: openings_max, reveal_values_per_hour_max: values_max } = LIMITS;
  if (before.openings >= openings_max) return refuse('reveal_limit', `${openings_max} openings in an hour`);
  return before.opened + values > values_max ? refuse('reveal_limit', `${values_max} values in an hour`) : null;
}

function readerHash(sealer: ColumnSealer, reader: string): Uint8Array {
  return sealer.hash('openings', reader);
}
