/**
 * Control data: who may send and who may read, how it is sealed, and what was decided. Kept sealed in SQLite (see `sealed.ts`); each subject has a file here that says what
 * may be asked and changed of it, with its statements, and this puts them together. The server and command-line verbs open the same database at the same time.
 *
 * What an operator gets wrong is a refusal; a database that cannot be read or written is a failure.
 */
import { accessPoliciesIn } from './access-policies.ts';
import { accountsIn } from './accounts.ts';
import { approvalsIn } from './approvals.ts';
import { certificatesIn } from './certificates.ts';
import { erasuresIn } from './erasures.ts';
import { exportsIn } from './exports.ts';
import { findingsIn } from './findings.ts';
import { glassIn } from './glass.ts';
import { holdersIn } from './holders.ts';
import { identitiesIn } from './identities.ts';
import { openingsIn } from './openings.ts';
import { outboxIn } from './outbox.ts';
import { policiesIn } from './policies.ts';
import { producersIn } from './producers.ts';
import { proposalsIn } from './proposals.ts';
import { ControlRows } from './rows.ts';
import type { ControlOptions } from './rows.ts';
import { sealingRootIn } from './sealing-root.ts';
import { secondFactorsIn } from './second-factors.ts';
import { sessionsIn } from './sessions.ts';
import { subjectKeysIn } from './subject-keys.ts';
import { tenantKeysIn } from './tenant-keys.ts';
import { tenantsIn } from './tenants.ts';
import { tokensIn } from './tokens.ts';
import { trustsIn } from './trusts.ts';
import { windowsIn } from './windows.ts';

export { COMMAND_LINE, SERVER, actorOf } from './actor.ts';
export type { Actor } from './actor.ts';
export { isOver } from './approvals.ts';
export type { Approval, ApprovalKind, NewApproval } from './approvals.ts';
export type { NewOpening, Opening } from './openings.ts';
export type { AccessVersion, NewAccessPolicies } from './access-policies.ts';
export type { GlassRecord, NewGlass } from './glass.ts';
export type { Named } from './change.ts';
export { newCredential } from './credential.ts';
export { isGroupName } from './names.ts';
export type { AccountRecord, KeySource, ProducerRecord, RevokedCertificate, SecondFactor, TokenRecord, TrustRecord } from './records.ts';
export type { BoundTrust } from './snapshot.ts';
export type { NewExport } from './exports.ts';
export type { Erasure, NewErasure, UnfinishedErasure } from './erasures.ts';
export { KEY_DIGEST_BYTES, keyDigest } from './subject-keys.ts';
export type { FoundSubjectKey } from './subject-keys.ts';
export type { NewTenantKey, TenantKeyVersion } from './tenant-keys.ts';
export type { KeyUse } from './windows.ts';
export type { NewTrust } from './trusts.ts';
export { CLOSED, distinct } from './finding.ts';
export type { Analytic, CountedFinding, Evidence, FindingFilter, FindingRecord, FindingResource, NewFinding, SeverityId, StatusId } from './finding.ts';
export type { OutboxEntry, OutboxRow } from './outbox.ts';
export type { NewPolicy, PolicyTexts, PolicyVersion } from './policies.ts';
export type { PolicyProposal } from './proposals.ts';
export type { CodeProof } from './second-factors.ts';
export type { FoundSession, OpenSession, SignInWay, StartedSession } from './sessions.ts';

/** Everything that the subjects offer: whoever uses it says by `Pick` what of it. */
export interface ControlStore extends ReturnType<typeof storeOf> {}

export const ControlStore = {
  /** Opens the database below the data directory, making it if it is not there. Throws if it was made with another key. */
  async open(options: ControlOptions): Promise<ControlStore> {
    return storeOf(await ControlRows.open(options));
  },
};

function storeOf(rows: ControlRows) {
  return {
    ...holdersIn(rows), ...tenantsIn(rows),
    ...producersIn(rows), ...trustsIn(rows), ...certificatesIn(rows),
    ...tokensIn(rows), ...accountsIn(rows), ...secondFactorsIn(rows),
    ...sessionsIn(rows), ...identitiesIn(rows),
    ...findingsIn(rows), ...outboxIn(rows),
    ...policiesIn(rows), ...proposalsIn(rows),
    ...accessPoliciesIn(rows), ...glassIn(rows),
    ...approvalsIn(rows), ...openingsIn(rows),
    ...sealingRootIn(rows), ...tenantKeysIn(rows), ...windowsIn(rows),
    ...subjectKeysIn(rows), ...erasuresIn(rows), ...exportsIn(rows),
    close: () => rows.close(),
  };
}
