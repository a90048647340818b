/**
 * Versions of the minimization policy and the one open proposal. Every version is kept with its text as it was written; the newest is in force.
 * A version and what the log is told of it are one transaction, so that none can be in force that the log will not know.
 *
 * Texts were checked by whoever calls: this file knows policies by their digest alone.
 */
import { LIMITS } from '#limits';
import type { Weakening } from '#policy/weakening';
import { isRefusal, refuse } from '#refusal';
import type { Refusal } from '#refusal';

import type { Actor } from './actor.ts';
import { newId } from './change.ts';
import type { Change } from './change.ts';
import type { ControlDatabase } from './database.ts';
import { append, tellLog } from './outbox.ts';
import { policyEntries } from './policy-entries.ts';
import { accountPlace, asAccount } from './records.ts';
import type {} from './records.ts';
import type { ColumnSealer } from './sealed.ts';

export interface NewPolicy {
  /** YAML, comments included. */
  readonly text: string;
  /** Canonical JSON of the document, and the SHA-256 of that. */
  readonly canonical: string;
  readonly digest: string;
  readonly rules: number;
  /** Against the policy it takes the place of. */
  readonly weakenings: readonly Weakening[];
  readonly note: string;
}

export interface PolicyVersion {
  readonly version: number;
  readonly digest: string;
  readonly rules: number;
  /** The first `policy_weakenings_named_max` of them. */
  readonly weakenings: readonly Weakening[];
  readonly weakeningsCount: number;
  readonly note: string;
  /** When it came in force, and when the next one did. */
  readonly since: number;
  readonly until: number | null;
  readonly by: Actor;
  readonly approvedBy: Actor | null;
  readonly approvalNote: string;
}

export interface PolicyTexts {
  readonly text: string;
  readonly canonical: string;
}

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

/** Puts a policy in force in place of the one of the digest `base`; null: if there is none yet. Refusals: policy_changed. */
export async function addPolicy(change: Change, policy: NewPolicy, base: string | null): Promise<PolicyVersion | Refusal> {
  return insert(change, policy, base, { by: change.by, approvedBy: null, approvalNote: '' });
}

/** The proposal, in place of an earlier one of the same person or of one that came too late. Refusals: policy_changed, policy_needs_person, policy_proposal_open. */
export async function proposePolicy(change: Change, policy: NewPolicy, base: string): Promise<PolicyProposal | Refusal> {
  if (change.by.is === 'token') return refuse('policy_needs_person');
  const before = await newest(change);
  if (before?.digest !== base) return refuse('policy_changed');
  const open = await openProposal(change);
  if (open !== null && open.base === base && !isSame(open.by, change.by)) return refuse('policy_proposal_open', open.id);
  if (open !== null) await end(change, open, 'replaced', '');
  const proposal: PolicyProposal = { ...policy, weakenings: named(policy.weakenings), weakeningsCount: policy.weakenings.length, id: newId(change, 'q_'), base, by: change.by, at: change.now };
  await change.rows.insertInto('policy_proposals').values({ id: proposal.id, sealed: change.sealer.seal(proposalPlace(proposal.id), proposal) }).execute();
  await tellLog(change, 'policy', { what: 'proposed', proposal: proposal.id, policy: policy.digest, base }, { note: policy.note, weakenings: policy.weakenings.length });
  return proposal;
}

/** Puts in force what somebody else proposed. Refusals: name_unknown, policy_changed, policy_needs_person, policy_own_proposal. */
export async function approvePolicy(change: Change, id: string, note: string): Promise<PolicyVersion | Refusal> {
  const proposal = await openProposal(change);
  if (proposal === null || proposal.id !== id) return refuse('name_unknown', 'an open proposal');
  const mayNot = await mayApprove(change, proposal);
  if (mayNot !== null) return mayNot;
  const version = await insert(change, proposal, proposal.base, { by: proposal.by, approvedBy: change.by, approvalNote: note });
  if (!isRefusal(version)) await change.rows.deleteFrom('policy_proposals').execute();
  return version;
}

/** Refusals: name_unknown. */
export async function rejectPolicy(change: Change, id: string, note: string): Promise<PolicyProposal | Refusal> {
  const proposal = await openProposal(change);
  if (proposal === null || proposal.id !== id) return refuse('name_unknown', 'an open proposal');
  await end(change, proposal, isSame(proposal.by, change.by) ? 'withdrawn' : 'rejected', note);
  return proposal;
}

/** Tells the log once more what is in force: it may have heard of versions that an older copy of the database does not have. */
export async function tellPolicyAgain(change: Change): Promise<void> {
  const row = await change.rows.selectFrom('policies').selectAll().orderBy('version', 'desc').limit(1).executeTakeFirst();
  if (row === undefined) return;
  const texts = openTexts(change.sealer, row.version, row.sealed_text);
  for (const entry of policyEntries(openVersion(change.sealer, row), texts.canonical)) await append(change, { ...entry, time: change.now });
}

export function findPolicy(database: ControlDatabase, sealer: ColumnSealer, version?: number): (PolicyVersion & PolicyTexts) | null {
  const rows = database.kysely.selectFrom('policies').selectAll();
  const wanted = version === undefined ? rows.orderBy('version', 'desc').limit(1) : rows.where('version', 'in', [version, version + 1]).orderBy('version');
  const [row, next] = database.readNow(wanted);
  if (row === undefined || (version !== undefined && row.version !== version)) return null;
  return { ...openVersion(sealer, row), until: next === undefined ? null : openVersion(sealer, next).since, ...openTexts(sealer, row.version, row.sealed_text) };
}

/** The number of the one in force; 0 if there is none. */
export function newestPolicy(database: ControlDatabase): number {
  const [row] = database.readNow(database.kysely.selectFrom('policies').select((is) => is.fn.max('version').as('version')));
  return row?.version ?? 0;
}

/** Newest first, `policy_versions_listed_max` at most. */
export function listPolicies(database: ControlDatabase, sealer: ColumnSealer): readonly PolicyVersion[] {
  const rows = database.readNow(database.kysely.selectFrom('policies').select(['version', 'sealed']).orderBy('version', 'desc').limit(LIMITS.policy_versions_listed_max));
  const versions = rows.map((row) => openVersion(sealer, row));
  return versions.map((version, at) => ({ ...version, until: versions[at - 1]?.since ?? null }));
}

export function findProposal(database: ControlDatabase, sealer: ColumnSealer): PolicyProposal | null {
  const [row] = database.readNow(database.kysely.selectFrom('policy_proposals').selectAll().limit(1));
  return row === undefined ? null : (sealer.open(proposalPlace(row.id), row.sealed) as PolicyProposal);
}

async function insert(change: Change, policy: NewPolicy | PolicyProposal, base: string | null, who: Pick<PolicyVersion, 'by' | 'approvedBy' | 'approvalNote'>): Promise<PolicyVersion | Refusal> {
  const before = await newest(change);
  if ((before?.digest ?? null) !== base) return refuse('policy_changed');
  const { text, canonical, digest, rules, weakenings, note } = policy;
  const version: PolicyVersion = {
    version: (before?.version ?? 0) + 1, digest, rules, note, since: change.now, until: null, ...who,
    weakenings: named(weakenings), weakeningsCount: 'weakeningsCount' in policy ? policy.weakeningsCount : weakenings.length,
  };
  const place = policyPlace(version.version);
  await change.rows.insertInto('policies').values({ version: version.version, sealed: change.sealer.seal(place, version), sealed_text: change.sealer.seal(`${place}/text`, { text, canonical }) }).execute();
  for (const entry of policyEntries(version, canonical)) await append(change, { ...entry, time: change.now });
  return version;
}

/** Kept with each version, and listed with many. */
function named(weakenings: readonly Weakening[]): readonly Weakening[] {
  const few = (names: readonly string[]): readonly string[] => names.slice(0, LIMITS.policy_weakening_kept_names_max);
  return weakenings.slice(0, LIMITS.policy_weakenings_named_max).map((one) => ({ ...one, kinds: few(one.kinds), keys: few(one.keys) }));
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

async function newest(change: Change): Promise<PolicyVersion | null> {
  const row = await change.rows.selectFrom('policies').select(['version', 'sealed']).orderBy('version', 'desc').limit(1).executeTakeFirst();
  return row === undefined ? null : openVersion(change.sealer, row);
}

async function openProposal(change: Change): Promise<PolicyProposal | null> {
  const row = await change.rows.selectFrom('policy_proposals').selectAll().limit(1).executeTakeFirst();
  return row === undefined ? null : (change.sealer.open(proposalPlace(row.id), row.sealed) as PolicyProposal);
}

/** Everybody on the command line is one person. */
function isSame(one: Actor, other: Actor): boolean {
  return one.is === other.is && ('id' in one ? one.id : '') === ('id' in other ? other.id : '');
}

function openVersion(sealer: ColumnSealer, { version, sealed }: { readonly version: number; readonly sealed: Uint8Array }): PolicyVersion {
  return sealer.open(policyPlace(version), sealed) as PolicyVersion;
}

function openTexts(sealer: ColumnSealer, version: number, sealed: Uint8Array): PolicyTexts {
  return sealer.open(`${policyPlace(version)}/text`, sealed) as PolicyTexts;
}

const policyPlace = (version: number): string => `policies/${version}`;
const proposalPlace = (id: string): string => `policy_proposals/${id}`;
