/**
 * Approvals: what somebody asked to be allowed once, and what somebody else said of it. An act that needs one uses it up in its own transaction (`useApproval`), so that
 * none is good for two acts, however they come. Who may do the act, and so may approve it, is decided by whoever calls.
 *
 * Both are people: who holds a token that acts for nobody is not known, and may be the other of the two. So may an account that was made after the question.
 */
import { LIMITS } from '#limits';
import type { EntryType, TenantId } from '#model';
import { refuse, type Refusal } from '#refusal';

import type { Actor } from './actor.ts';
import { newId, type Change } from './change.ts';
import { tellLog } from './outbox.ts';
import { accountPlace, asAccount } from './records.ts';
import type { ControlRows } from './rows.ts';
import { tenantKey } from './tenant-keys.ts';

export type ApprovalKind = 'reveal' | 'forget' | 'export';
export type ApprovalState = 'waiting' | 'approved' | 'declined' | 'used';

export interface Approval {
  /** `v_` and 16 hexadecimal digits. */
  readonly id: string;
  readonly kind: ApprovalKind;
  readonly tenant: TenantId;
  /** The account of who asked. */
  readonly person: string;
  readonly by: Actor;
  readonly reason: string;
  /** Milliseconds since 1970. */
  readonly made: number;
  /** Then it is over: while it waits, so long to be decided; once it is approved, so long to be used. */
  readonly until: number;
  readonly state: ApprovalState;
  /** What it is about, as its kind has it. */
  readonly trace: string | null;
  /** Attribute keys, or `status.message`. */
  readonly fields: readonly string[];
  /** Of a person the keyed digest: nobody is named here, and the log is not even told that. Null once it is used. */
  readonly subject: string | null;
  readonly decidedBy: Actor | null;
  readonly decided: number | null;
}

export type NewApproval = Pick<Approval, 'kind' | 'tenant' | 'reason' | 'trace' | 'fields' | 'subject'> & { readonly person: string | null };

/** Which entries of the log tell of it. */
const TOLD_AS: Readonly<Record<ApprovalKind, EntryType>> = { reveal: 'opening', forget: 'erasure', export: 'opening' };

export function isOver({ until }: Pick<Approval, 'until'>, now: number): boolean {
  return until <= now;
}

export function approvalsIn(rows: ControlRows) {
  const { kysely, sealer } = rows;
  return {
    /** Newest first, `approvals_listed_max` at most, those of which nothing can become any more behind the others. */
    listApprovals(tenant: TenantId): readonly Approval[] {
      const found = rows.read(kysely.selectFrom('approvals').select(['id', 'sealed']).where('tenant', '=', tenantKey(sealer, tenant)));
      const now = rows.now();
      return found.map(({ id, sealed }) => sealer.open(approvalPlace(id), sealed) as Approval).sort((a, b) => Number(isOpen(b, now)) - Number(isOpen(a, now)) || b.made - a.made).slice(0, LIMITS.approvals_listed_max);
    },

    /** The one that waits, where the same was asked before. Refusals: approval_needs_person, control_limit. */
    async askApproval(wanted: NewApproval, by: Actor): Promise<Approval | Refusal> {
      return rows.change(by, (change) => askApproval(change, wanted));
    },

    /** `person`: the account of who decides, who may do the act. One's own can be taken back. Refusals: name_unknown, approval_over, approval_needs_person, approval_own. */
    async decideApproval(tenant: TenantId, id: string, verdict: 'approved' | 'declined', person: string | null, by: Actor): Promise<Approval | Refusal> {
      return rows.change(by, (change) => decideApproval(change, tenant, id, verdict, person));
    },

    /** What using an approval would be refused for. Null: nothing. */
    approvalUnusable(tenant: TenantId, id: string, kind: ApprovalKind, person: string | null, covers: (approval: Approval) => boolean): Refusal | null {
      return approvalUnusable(rows, tenant, id, kind, person, covers);
    },
  };
}

/** What using an approval would be refused for, before anything is done for it. Null: nothing. */
export function approvalUnusable(rows: ControlRows, tenant: TenantId, id: string, kind: ApprovalKind, person: string | null, covers: (approval: Approval) => boolean): Refusal | null {
  const [row] = rows.read(rows.kysely.selectFrom('approvals').select('sealed').where('id', '=', id).where('tenant', '=', tenantKey(rows.sealer, tenant)));
  const unusable = whyUnusable(row === undefined ? null : (rows.sealer.open(approvalPlace(id), row.sealed) as Approval), kind, person, covers, rows.now());
  return unusable === null ? null : refuse('approval_unusable', unusable);
}

/** Whether anything can still become of it. */
function isOpen(approval: Approval, now: number): boolean {
  return (approval.state === 'waiting' || approval.state === 'approved') && !isOver(approval, now);
}

async function askApproval(change: Change, wanted: NewApproval): Promise<Approval | Refusal> {
  const { kind, tenant, person, reason, trace, fields, subject } = wanted;
  if (person === null) return refuse('approval_needs_person');
  const all = await storedOf(change, tenant);
  const waiting = all.filter((one) => one.person === person && one.state === 'waiting' && !isOver(one, change.now));
  const same = waiting.find((one) => JSON.stringify([one.kind, one.trace, one.fields, one.subject, one.reason]) === JSON.stringify([kind, trace, fields, subject, reason]));
  if (same !== undefined) return same;
  if (waiting.length >= LIMITS.approvals_waiting_max) return refuse('control_limit', `${LIMITS.approvals_waiting_max} questions of one person that wait for an approval`);
  // What is over is cleared away with the next one, by its age, and of one person by number; the log keeps it.
  const ended = all.filter((one) => !isOpen(one, change.now)).sort((a, b) => b.made - a.made);
  const many = ended.filter((one) => one.person === person).slice(LIMITS.approvals_kept_max - 1);
  const old = new Set([...many, ...ended.filter(({ until }) => until + LIMITS.approval_kept_ms <= change.now)].map(({ id }) => id));
  for (const id of old) await change.rows.deleteFrom('approvals').where('id', '=', id).execute();
  const approval: Approval = { id: newId(change, 'v_'), kind, tenant, person, by: change.by, reason, made: change.now, until: change.now + LIMITS.approval_waiting_ms_max, state: 'waiting', trace, fields, subject, decidedBy: null, decided: null };
  await change.rows.insertInto('approvals').values({ id: approval.id, tenant: tenantKey(change.sealer, tenant), sealed: change.sealer.seal(approvalPlace(approval.id), approval) }).execute();
  await tellApproval(change, approval, 'asked', { reason, ...(fields.length === 0 ? {} : { fields }) });
  return approval;
}

async function decideApproval(change: Change, tenant: TenantId, id: string, verdict: 'approved' | 'declined', person: string | null): Promise<Approval | Refusal> {
  const approval = await stored(change, tenant, id);
  if (approval === null) return refuse('name_unknown', 'an approval');
  if (approval.state !== 'waiting' || isOver(approval, change.now)) return refuse('approval_over');
  if (person === null) return refuse('approval_needs_person');
  if (verdict === 'approved') {
    if (person === approval.person) return refuse('approval_own');
    if (!(await isOlder(change, person, approval.made))) return refuse('approval_needs_person', 'an account that is older than the question');
  }
  const until = verdict === 'approved' ? change.now + LIMITS.approval_use_ms_max : approval.until;
  const decided: Approval = { ...approval, state: verdict, until, decidedBy: change.by, decided: change.now };
  await replace(change, decided);
  await tellApproval(change, decided, person === approval.person ? 'taken back' : verdict, {});
  return decided;
}

/** Uses it up, for an act of the person who asked that `covers` says it was given for. The caller tells the log of the act. Refusals: approval_unusable. */
export async function useApproval(change: Change, tenant: TenantId, id: string, kind: ApprovalKind, person: string | null, covers: (approval: Approval) => boolean): Promise<Approval | Refusal> {
  const approval = await stored(change, tenant, id);
  const unusable = whyUnusable(approval, kind, person, covers, change.now);
  if (unusable !== null || approval === null) return refuse('approval_unusable', unusable ?? '');
  const used: Approval = { ...approval, state: 'used', subject: null };
  await replace(change, used);
  return used;
}

function whyUnusable(approval: Approval | null, kind: ApprovalKind, person: string | null, covers: (approval: Approval) => boolean, now: number): string | null {
  // Of somebody else's nothing is told, not even that it is there.
  if (approval === null || approval.kind !== kind || person === null || approval.person !== person) return 'there is none of this id for you';
  if (approval.state !== 'approved') return approval.state === 'waiting' ? 'it is not decided yet' : approval.state === 'used' ? 'it was used' : 'it was declined';
  if (isOver(approval, now)) return 'it is over';
  return covers(approval) ? null : 'it was given for something else';
}

async function storedOf(change: Change, tenant: TenantId): Promise<readonly Approval[]> {
  const rows = await change.rows.selectFrom('approvals').select(['id', 'sealed']).where('tenant', '=', tenantKey(change.sealer, tenant)).execute();
  return rows.map(({ id, sealed }) => change.sealer.open(approvalPlace(id), sealed) as Approval);
}

async function stored(change: Change, tenant: TenantId, id: string): Promise<Approval | null> {
  const row = await change.rows.selectFrom('approvals').select('sealed').where('id', '=', id).where('tenant', '=', tenantKey(change.sealer, tenant)).executeTakeFirst();
  return row === undefined ? null : (change.sealer.open(approvalPlace(id), row.sealed) as Approval);
}

async function replace(change: Change, approval: Approval): Promise<void> {
  await change.rows.updateTable('approvals').set({ sealed: change.sealer.seal(approvalPlace(approval.id), approval) }).where('id', '=', approval.id).execute();
}

async function isOlder(change: Change, person: string, than: number): Promise<boolean> {
  const row = await change.rows.selectFrom('accounts').select('sealed').where('id', '=', person).executeTakeFirst();
  return row !== undefined && asAccount(change.sealer.open(accountPlace(person), row.sealed)).created < than;
}

function tellApproval(change: Change, { kind, tenant, id, trace }: Approval, what: string, closed: Readonly<Record<string, unknown>>): Promise<void> {
  return tellLog(change, TOLD_AS[kind], { what, tenant, approval: id, kind }, { ...(trace === null ? {} : { trace }), ...closed });
}

const approvalPlace = (id: string): string => `approvals/${id}`;
