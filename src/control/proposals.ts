/**
 * The one open proposal of a policy: somebody proposed it, and somebody else approves or rejects it. What becomes of it, and what the log is told, are one transaction.
 */
import { isRefusal, refuse } from '#refusal';
import type { Refusal } from '#refusal';

import { COMMAND_LINE } from './actor.ts';
import type { Actor } from './actor.ts';
import { newId } from './change.ts';
import type { Change } from './change.ts';
import { tellLog } from './outbox.ts';
import { namedWeakenings, newestVersion, putInForce } from './policies.ts';
import type { NewPolicy, PolicyVersion } from './policies.ts';
import { accountPlace, asAccount } from './records.ts';
import type { ControlRows } from './rows.ts';

export interface PolicyProposal extends NewPolicy {
  /** How many there are; `weakenings` names the first ones. */
  readonly weakeningsCount: number;
  /** `q_` and 16 hexadecimal digits. */
  readonly id: string;
  /** Digest of the policy it would take the place of. */
  readonly base: string;
  readonly by: Actor;
  readonly at: number;
}

export function proposalsIn(rows: ControlRows) {
  return {
    /** The open one. */
    findProposal(): PolicyProposal | null {
      const [row] = rows.read(rows.kysely.selectFrom('policy_proposals').selectAll().limit(1));
      return row === undefined ? null : (rows.sealer.open(proposalPlace(row.id), row.sealed) as PolicyProposal);
    },

    /** In place of an earlier one of the same person or of one that came too late. Refusals: policy_changed, policy_needs_person, policy_proposal_open. */
    async proposePolicy(policy: NewPolicy, base: string, by: Actor = COMMAND_LINE): Promise<PolicyProposal | Refusal> {
      return rows.change(by, (change) => proposePolicy(change, policy, base));
    },

    /** Puts in force what somebody else proposed. Refusals: name_unknown, policy_changed, policy_needs_person, policy_own_proposal. */
    async approvePolicy(id: string, note: string, by: Actor = COMMAND_LINE): Promise<PolicyVersion | Refusal> {
      return rows.change(by, (change) => approvePolicy(change, id, note));
    },

    /** Refusals: name_unknown. */
    async rejectPolicy(id: string, note: string, by: Actor = COMMAND_LINE): Promise<PolicyProposal | Refusal> {
      return rows.change(by, (change) => rejectPolicy(change, id, note));
    },
  };
}

async function proposePolicy(change: Change, policy: NewPolicy, base: string): Promise<PolicyProposal | Refusal> {
  if (change.by.is === 'token') return refuse('policy_needs_person');
  const before = await newestVersion(change);
  if (before?.digest !== base) return refuse('policy_changed');
  const open = await openProposal(change);
  if (open !== null && open.base === base && !isSame(open.by, change.by)) return refuse('policy_proposal_open', open.id);
  if (open !== null) await end(change, open, 'replaced', '');
  const proposal: PolicyProposal = { ...policy, weakenings: namedWeakenings(policy.weakenings), weakeningsCount: policy.weakenings.length, id: newId(change, 'q_'), base, by: change.by, at: change.now };
  await change.rows.insertInto('policy_proposals').values({ id: proposal.id, sealed: change.sealer.seal(proposalPlace(proposal.id), proposal) }).execute();
  await tellLog(change, 'policy', { what: 'proposed', proposal: proposal.id, policy: policy.digest, base }, { note: policy.note, weakenings: policy.weakenings.length });
  return proposal;
}

async function approvePolicy(change: Change, id: string, note: string): Promise<PolicyVersion | Refusal> {
  const proposal = await openProposal(change);
  if (proposal === null || proposal.id !== id) return refuse('name_unknown', 'an open proposal');
  const mayNot = await mayApprove(change, proposal);
  if (mayNot !== null) return mayNot;
  const version = await putInForce(change, proposal, proposal.base, { by: proposal.by, approvedBy: change.by, approvalNote: note });
  if (!isRefusal(version)) await change.rows.deleteFrom('policy_proposals').execute();
  return version;
}

async function rejectPolicy(change: Change, id: string, note: string): Promise<PolicyProposal | Refusal> {
  const proposal = await openProposal(change);
  if (proposal === null || proposal.id !== id) return refuse('name_unknown', 'an open proposal');
  await end(change, proposal, isSame(proposal.by, change.by) ? 'withdrawn' : 'rejected', note);
  return proposal;
}

/** An account made after the proposal may be its author's. */
async function mayApprove(change: Change, proposal: PolicyProposal): Promise<Refusal | null> {
  const { by } = change;
  if (isSame(by, proposal.by)) return refuse('policy_own_proposal');
  if (by.is === 'command line') return null;
  if (by.is !== 'person') return refuse('policy_needs_person');
  const row = await change.rows.selectFrom('accounts').select('sealed').where('id', '=', by.id).executeTakeFirst();
  const account = row === undefined ? null : asAccount(change.sealer.open(accountPlace(by.id), row.sealed));
  return account === null || account.created >= proposal.at ? refuse('policy_needs_person', 'an account that is older than the proposal') : null;
}

async function end(change: Change, { id, digest, base }: PolicyProposal, what: 'replaced' | 'withdrawn' | 'rejected', note: string): Promise<void> {
  await change.rows.deleteFrom('policy_proposals').where('id', '=', id).execute();
  await tellLog(change, 'policy', { what, proposal: id, policy: digest, base }, { note });
}

async function openProposal(change: Change): Promise<PolicyProposal | null> {
  const row = await change.rows.selectFrom('policy_proposals').selectAll().limit(1).executeTakeFirst();
  return row === undefined ? null : (change.sealer.open(proposalPlace(row.id), row.sealed) as PolicyProposal);
}

/** Everybody on the command line is one person. */
function isSame(one: Actor, other: Actor): boolean {
  return one.is === other.is && ('id' in one ? one.id : '') === ('id' in other ? other.id : '');
}

const proposalPlace = (id: string): string => `policy_proposals/${id}`;
