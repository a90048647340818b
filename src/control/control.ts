/**
 * Control data: who may send and who may read. Producers with their ingest keys, tokens, people with their sessions, tenants with their retention class, kept
 * sealed in SQLite (see `sealed.ts`). The server and command-line verbs open the same database at the same time: there is no owner.
 * Credentials are answered from memory, and a change made anywhere is noticed within `CHECK_MS`.
 * Long because it is the one door to all of it, with a method of a line or two for each question and change.
 *
 * What an operator gets wrong is a refusal; a database that cannot be read or written is a failure.
 */
import { randomBytes } from 'node:crypto';
import { join } from 'node:path';

import type { EncapsulatedWindow, SealingRootRecord, WindowPlace } from '#keys';
import { LIMITS } from '#limits';
import type { Producer, Role, Secret, SubjectKeyRow, TenantId } from '#model';
import { isRefusal, refuse } from '#refusal';
import type { Refusal } from '#refusal';

import { COMMAND_LINE, SERVER, actorOf } from './actor.ts';
import type { Actor } from './actor.ts';
import { accountNameHash } from './account-rows.ts';
import { addAccount, changeAccount, removeAccount, signOutAccount } from './accounts.ts';
import type { AccountChange, NewAccount } from './accounts.ts';
import { addAccessPolicies, findAccessPolicies, listAccessPolicies } from './access-policies.ts';
import type { AccessVersion, NewAccessPolicies } from './access-policies.ts';
import { approvalRefused, askApproval, decideApproval, listApprovals } from './approvals.ts';
import type { Approval, ApprovalKind, NewApproval } from './approvals.ts';
import { barIdentity, endProviderSessions, findProviderSession, renewProviderSession, startProviderSession } from './identities.ts';
import type { ProviderIdentity, ProviderSession } from './identities.ts';
import { revokeCertificate } from './certificates.ts';
import type { NewRevocation } from './certificates.ts';
import { credentialHash } from './change.ts';
import type { Change, Named } from './change.ts';
import { credentialFault } from './credential.ts';
import { openControlDatabase } from './database.ts';
import type { ControlDatabase } from './database.ts';
import { coversOpening, openingRefused, recordOpening } from './openings.ts';
import type { NewOpening, Opening } from './openings.ts';
import { alignOutbox, forgetOutbox, readOutbox } from './outbox.ts';
import type { OutboxRow } from './outbox.ts';
import { addPolicy, approvePolicy, findPolicy, findProposal, listPolicies, newestPolicy, proposePolicy, rejectPolicy, tellPolicyAgain } from './policies.ts';
import type { NewPolicy, PolicyProposal, PolicyTexts, PolicyVersion } from './policies.ts';
import { addProducer, changeProducer, revokeProducer, rotateProducer } from './producers.ts';
import type { KeyedProducer, NewProducer, ProducerChange } from './producers.ts';
import { accountPlace, asAccount } from './records.ts';
import type { AccountRecord, ProducerRecord, RevokedCertificate, SecondFactor, TenantRecord, TokenRecord, TrustRecord } from './records.ts';
import { changeFinding, findFinding, listFindings, recordFindings } from './findings.ts';
import type { CountedFinding, FindingFilter, FindingRecord, StatusId } from './finding.ts';
import { eraseAgain, eraseSubject, finishErasure, listErasures } from './erasures.ts';
import type { Erasure, NewErasure, UnfinishedErasure } from './erasures.ts';
import { recordExport } from './exports.ts';
import type { NewExport } from './exports.ts';
import { breakGlass, endGlass, isBroken } from './glass.ts';
import type { GlassRecord, NewGlass } from './glass.ts';
import { ColumnSealer } from './sealed.ts';
import { addSealingRoot, findSealingRoot } from './sealing-root.ts';
import { addSubjectKeys, countDestroyedKeys, countKeysBehind, countSubjectKeys, destroySubjectKeys, digestSubjectKeys, findSubjectKeys, subjectKeysOf } from './subject-keys.ts';
import type { FoundSubjectKey } from './subject-keys.ts';
import { addTenantKey, addWindow, countWindows, findWindow, listTenantKeys, replaceWindows, retireTenantKey, windowsBefore } from './tenant-keys.ts';
import type { KeyUse, NewTenantKey, TenantKeyVersion } from './tenant-keys.ts';
import { addSecondFactor, removeSecondFactor, renewRecoveryCodes, resetSecondFactor } from './second-factors.ts';
import type { CodeProof } from './second-factors.ts';
import { endSession, findSession, listSessions, startSession, touchSession } from './sessions.ts';
import type { FoundSession, OpenSession, SignInWay, StartedSession } from './sessions.ts';
import { takeSnapshot } from './snapshot.ts';
import type { BoundTrust, CredentialHolder, Snapshot } from './snapshot.ts';
import { setTenant } from './tenants.ts';
import { addTrust, removeTrust } from './trusts.ts';
import type { NewTrust } from './trusts.ts';
import { addToken, revokeToken, touchToken } from './tokens.ts';
import type { IssuedToken, NewToken } from './tokens.ts';

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
export type { KeyUse, NewTenantKey, TenantKeyVersion } from './tenant-keys.ts';
export type { NewTrust } from './trusts.ts';
export { CLOSED, distinct } from './finding.ts';
export type { Analytic, CountedFinding, Evidence, FindingFilter, FindingRecord, FindingResource, NewFinding, SeverityId, StatusId } from './finding.ts';
export type { OutboxEntry, OutboxRow } from './outbox.ts';
export type { NewPolicy, PolicyProposal, PolicyTexts, PolicyVersion } from './policies.ts';
export type { CodeProof } from './second-factors.ts';
export type { FoundSession, OpenSession, SignInWay, StartedSession } from './sessions.ts';

export interface ControlOptions {
  /** The server's data directory; the database is `control/control.sqlite` below it. */
  readonly dataDir: string;
  /** 32 bytes derived from the root key for this use alone. */
  readonly key: Secret<Uint8Array>;
  /** Milliseconds since 1970. */
  readonly clock?: () => number;
  /** Milliseconds of a clock that never jumps. */
  readonly elapsed?: () => number;
  readonly random?: (bytes: number) => Uint8Array;
}

/** Well below what is promised, so that a slow look is still in time. */
const CHECK_MS = Math.min(100, LIMITS.revocation_ms_max / 2);

export class ControlStore {
  readonly #database: ControlDatabase;
  readonly #sealer: ColumnSealer;
  readonly #clock: () => number;
  readonly #elapsed: () => number;
  readonly #random: (bytes: number) => Uint8Array;
  #snapshot: Snapshot | null = null;
  #checkedAt = 0;

  private constructor(database: ControlDatabase, sealer: ColumnSealer, options: ControlOptions) {
    this.#database = database;
    this.#sealer = sealer;
    this.#clock = options.clock ?? Date.now;
    this.#elapsed = options.elapsed ?? (() => performance.now());
    this.#random = options.random ?? randomBytes;
  }

  /** Opens the database, making it if it is not there. Throws if it was made with another key. */
  static async open(options: ControlOptions): Promise<ControlStore> {
    const path = join(options.dataDir, 'control', 'control.sqlite');
    const sealer = new ColumnSealer(options.key);
    let database: ControlDatabase | undefined;
    try {
      database = openControlDatabase(path);
      await checkSeal(database, sealer);
      return new ControlStore(database, sealer, options);
    } catch (cause) {
      database?.close();
      throw new Error(`cannot open the control database ${path}`, { cause });
    }
  }

  close(): void {
    this.#database.close();
  }

  /**
   * Whose credential this is. Never staler than `CHECK_MS`, and one that is not known yet is looked for at once, so that it is valid as soon as it was
   * made. Throws when the database cannot be read to see whether it changed; the caller then lets nobody in. Unknown, revoked and expired are one
   * answer: who guesses learns nothing.
   */
  findCredential(text: string): CredentialHolder | Refusal {
    const malformed = credentialFault(text);
    if (malformed !== null) return refuse('credential_unknown', malformed);
    const hash = credentialHash(this.#sealer, text);
    const found = this.#current().credentials.get(hash) ?? this.#look().credentials.get(hash);
    if (found === undefined || (found.expires !== null && found.expires <= this.#clock())) return refuse('credential_unknown');
    return found.holder;
  }

  /** Whose client certificate this is: by the one name in it, unless it was revoked. As fresh as `findCredential`, and throws as that does. */
  findCertificate({ name, fingerprint }: { readonly name: string; readonly fingerprint: string }): Producer | Refusal {
    const { certificates, revokedCertificates } = this.#current();
    if (revokedCertificates.has(fingerprint)) return refuse('certificate_revoked');
    return certificates.get(name) ?? refuse('certificate_unknown');
  }

  /** What producers trust of an issuer: attacker-controlled, as the token names it. As fresh as `findCredential`, and throws as that does. */
  findTrusts(issuer: string): readonly BoundTrust[] {
    return this.#current().trusts.get(issuer) ?? [];
  }

  /** Null as soon as it, or its producer, is gone. */
  findTrust(id: string): BoundTrust | null {
    return this.#current().trustsById.get(id) ?? null;
  }

  /** Refusals: name_unknown, trust_invalid, control_limit. */
  async addTrust(named: Named, wanted: NewTrust, by: Actor = COMMAND_LINE): Promise<TrustRecord | Refusal> {
    return this.#change(by, (change) => addTrust(change, named, wanted));
  }

  /** Refusals: name_unknown. */
  async removeTrust(named: Named, id: string, by: Actor = COMMAND_LINE): Promise<TrustRecord | Refusal> {
    return this.#change(by, (change) => removeTrust(change, named, id));
  }

  /** Newest first. */
  async listRevokedCertificates(): Promise<readonly RevokedCertificate[]> {
    return [...this.#current().revokedCertificates.values()].sort((a, b) => b.revoked - a.revoked);
  }

  async revokeCertificate(wanted: NewRevocation, by: Actor = COMMAND_LINE): Promise<RevokedCertificate | Refusal> {
    return this.#change(by, (change) => revokeCertificate(change, wanted));
  }

  /** The session of a cookie, read from the database; null if there is none or it is over. Throws when the database cannot be read. */
  findSession(text: string): FoundSession | null {
    return findSession(this.#database, this.#sealer, text, this.#clock());
  }

  /** The account of a name, whatever its tenant. */
  findAccount(name: string): AccountRecord | null {
    const hash = accountNameHash(this.#sealer, name);
    const [row] = this.#database.readNow(this.#database.kysely.selectFrom('accounts').select(['id', 'sealed']).where('name', '=', hash));
    return row === undefined ? null : asAccount(this.#sealer.open(accountPlace(row.id), row.sealed));
  }

  hasAccounts(): boolean {
    return this.#database.readNow(this.#database.kysely.selectFrom('accounts').select('id').limit(1)).length > 0;
  }

  /** A text that only this store can make of the parts: proves later that it made it, for this use. */
  proofOf(use: 'export' | 'provider' | 'csrf' | 'device' | 'recovery code', ...parts: readonly string[]): string {
    return this.#sealer.hash(use, ...parts).toString('base64url');
  }

  /** Of one tenant or of all, oldest first; the revoked ones are included. */
  async listProducers(tenant?: TenantId): Promise<readonly ProducerRecord[]> {
    return listed(this.#current().producers, tenant);
  }

  async listTokens(tenant?: TenantId): Promise<readonly TokenRecord[]> {
    return listed(this.#current().tokens, tenant);
  }

  async listAccounts(tenant?: TenantId): Promise<readonly AccountRecord[]> {
    const rows = this.#database.readNow(this.#database.kysely.selectFrom('accounts').select(['id', 'sealed']));
    return listed(rows.map(({ id, sealed }) => asAccount(this.#sealer.open(accountPlace(id), sealed))), tenant);
  }

  async listTenants(): Promise<readonly TenantRecord[]> {
    return [...this.#current().tenants.values()].sort((a, b) => a.created - b.created);
  }

  async addProducer(wanted: NewProducer, by: Actor = COMMAND_LINE): Promise<KeyedProducer | Refusal> {
    return this.#change(by, (change) => addProducer(change, wanted));
  }

  async changeProducer(named: Named, wanted: ProducerChange, by: Actor = COMMAND_LINE): Promise<ProducerRecord | Refusal> {
    return this.#change(by, (change) => changeProducer(change, named, wanted));
  }

  async rotateProducer(named: Named, graceMs: number, by: Actor = COMMAND_LINE): Promise<KeyedProducer | Refusal> {
    return this.#change(by, (change) => rotateProducer(change, named, graceMs));
  }

  async revokeProducer(named: Named, by: Actor = COMMAND_LINE): Promise<ProducerRecord | Refusal> {
    return this.#change(by, (change) => revokeProducer(change, named));
  }

  async addToken(wanted: NewToken, by: Actor = COMMAND_LINE): Promise<IssuedToken | Refusal> {
    return this.#change(by, (change) => addToken(change, wanted));
  }

  /** `user`: only one that acts for the account of this id. */
  async revokeToken(named: Named, by: Actor = COMMAND_LINE, user?: string): Promise<TokenRecord | Refusal> {
    return this.#change(by, (change) => revokeToken(change, named, user));
  }

  async touchToken(id: string): Promise<void> {
    await this.#change(SERVER, (change) => touchToken(change, id));
  }

  async addAccount(wanted: NewAccount, by: Actor = COMMAND_LINE): Promise<AccountRecord | Refusal> {
    return this.#change(by, (change) => addAccount(change, wanted));
  }

  /** Ends the sessions of the account. */
  async changeAccount(named: Named, wanted: AccountChange, by: Actor = COMMAND_LINE): Promise<AccountRecord | Refusal> {
    return this.#change(by, (change) => changeAccount(change, named, wanted));
  }

  async removeAccount(named: Named, by: Actor = COMMAND_LINE): Promise<AccountRecord | Refusal> {
    return this.#change(by, (change) => removeAccount(change, named));
  }

  async signOutAccount(named: Named, by: Actor = COMMAND_LINE): Promise<AccountRecord | Refusal> {
    return this.#change(by, (change) => signOutAccount(change, named));
  }

  /** Ends the sessions of the account, as the other changes of a second factor do. */
  async addSecondFactor(named: Named, factor: SecondFactor, by: Actor = COMMAND_LINE): Promise<AccountRecord | Refusal> {
    return this.#change(by, (change) => addSecondFactor(change, named, factor));
  }

  async removeSecondFactor(named: Named, proof: CodeProof, by: Actor = COMMAND_LINE): Promise<AccountRecord | Refusal> {
    return this.#change(by, (change) => removeSecondFactor(change, named, proof));
  }

  async resetSecondFactor(named: Named, by: Actor = COMMAND_LINE): Promise<AccountRecord | Refusal> {
    return this.#change(by, (change) => resetSecondFactor(change, named));
  }

  /** This one ends no session. */
  async renewRecoveryCodes(named: Named, proof: CodeProof, hashes: readonly string[], by: Actor = COMMAND_LINE): Promise<AccountRecord | Refusal> {
    return this.#change(by, (change) => renewRecoveryCodes(change, named, proof, hashes));
  }

  /** Of the account of this id, newest first. */
  listSessions(account: string): readonly OpenSession[] {
    return listSessions(this.#database, this.#sealer, account, this.#clock());
  }

  /** Told to the log as done by the person whose session it is. */
  async startSession(account: Pick<AccountRecord, 'id' | 'name' | 'password'>, way: SignInWay = { how: 'password', network: null }): Promise<StartedSession | Refusal> {
    return this.#change(actorOf(account), (change) => startSession(change, account, way));
  }

  /** For somebody whom the sign-in provider knows; makes the account or brings it up to date. Refusals: control_limit. */
  async startProviderSession(identity: ProviderIdentity, session: ProviderSession, way: SignInWay): Promise<StartedSession | Refusal> {
    return this.#change(SERVER, (change) => startProviderSession(change, identity, session, way));
  }

  async renewProviderSession(id: string, identity: ProviderIdentity, session: ProviderSession): Promise<void> {
    await this.#change(SERVER, (change) => renewProviderSession(change, id, identity, session));
  }

  /** Whoever signed out at the provider: all of their sessions, or those of one session there. How many ended. */
  async endProviderSessions(who: { readonly issuer: string; readonly subject: string | null; readonly sid: string | null }): Promise<number> {
    return this.#change(SERVER, (change) => endProviderSessions(change, who));
  }

  /** Takes roles, groups and sessions from somebody whom the provider gives none any longer. */
  async barIdentity(issuer: string, subject: string): Promise<void> {
    await this.#change(SERVER, (change) => barIdentity(change, issuer, subject));
  }

  /** What a session knows of the provider at which it began; null for others. */
  findProviderSession(id: string): (ProviderSession & { readonly person: ProviderIdentity }) | null {
    return findProviderSession(this.#database, this.#sealer, id);
  }

  async touchSession(id: string): Promise<void> {
    await this.#change(SERVER, (change) => touchSession(change, id));
  }

  async endSession(id: string, by: Actor = COMMAND_LINE): Promise<void> {
    await this.#change(by, (change) => endSession(change, id));
  }

  /** Makes the tenant if it is new. Which retention classes there are is the server's configuration; this takes any name. */
  async setTenant(name: TenantId, retention: string, by: Actor = COMMAND_LINE): Promise<TenantRecord | Refusal> {
    return this.#change(by, (change) => setTenant(change, name, retention));
  }

  /** Findings that there was no room for are counted. */
  async recordFindings(counted: readonly CountedFinding[]): Promise<{ readonly dropped: number }> {
    return this.#change(SERVER, (change) => recordFindings(change, counted));
  }

  /** `tenant` null: whoever it belongs to. Refusals: name_unknown, action_forbidden. */
  async changeFinding({ tenant, uid }: { readonly tenant: TenantId | null; readonly uid: string }, wanted: { readonly status_id: StatusId; readonly comment: string }, by: Actor = COMMAND_LINE): Promise<FindingRecord | Refusal> {
    return this.#change(by, (change) => changeFinding(change, tenant, uid, wanted));
  }

  findFinding(tenant: TenantId | null, uid: string): FindingRecord | null {
    return findFinding(this.#database, this.#sealer, tenant, uid);
  }

  /** Those seen last come first. */
  listFindings(filter: FindingFilter): readonly FindingRecord[] {
    return listFindings(this.#database, this.#sealer, filter);
  }

  /** What the log is still to be told, oldest first, as much as goes at once. */
  readOutbox(): readonly OutboxRow[] {
    return readOutbox(this.#database, this.#sealer);
  }

  async forgetOutbox(through: number): Promise<void> {
    await this.#change(SERVER, (change) => forgetOutbox(change, through));
  }

  /** At a start: rows that the log has are removed. True if this database is older than the log. */
  async alignOutbox(logged: number): Promise<boolean> {
    return this.#change(SERVER, (change) => alignOutbox(change, logged));
  }

  /** A version of the policy with its text; the one in force without a number. Null if there is none. */
  findPolicy(version?: number): (PolicyVersion & PolicyTexts) | null {
    return findPolicy(this.#database, this.#sealer, version);
  }

  /** Number of the version in force, 0 if there is none yet: cheap, for whoever looks often. */
  newestPolicy(): number {
    return newestPolicy(this.#database);
  }

  /** Newest first. */
  listPolicies(): readonly PolicyVersion[] {
    return listPolicies(this.#database, this.#sealer);
  }

  /** The open one. */
  findProposal(): PolicyProposal | null {
    return findProposal(this.#database, this.#sealer);
  }

  /** `base`: digest of the one in force, null if there is none yet. Refusals: policy_changed. */
  async addPolicy(policy: NewPolicy, base: string | null, by: Actor = COMMAND_LINE): Promise<PolicyVersion | Refusal> {
    return this.#change(by, (change) => addPolicy(change, policy, base));
  }

  /** Refusals: policy_changed, policy_needs_person, policy_proposal_open. */
  async proposePolicy(policy: NewPolicy, base: string, by: Actor = COMMAND_LINE): Promise<PolicyProposal | Refusal> {
    return this.#change(by, (change) => proposePolicy(change, policy, base));
  }

  /** Refusals: name_unknown, policy_changed, policy_needs_person, policy_own_proposal. */
  async approvePolicy(id: string, note: string, by: Actor = COMMAND_LINE): Promise<PolicyVersion | Refusal> {
    return this.#change(by, (change) => approvePolicy(change, id, note));
  }

  /** Refusals: name_unknown. */
  async rejectPolicy(id: string, note: string, by: Actor = COMMAND_LINE): Promise<PolicyProposal | Refusal> {
    return this.#change(by, (change) => rejectPolicy(change, id, note));
  }

  /** Tells the log of the policy in force although it was told before. */
  async tellPolicyAgain(): Promise<void> {
    await this.#change(SERVER, tellPolicyAgain);
  }

  /** Number of the version of a tenant's own access policies that is in force, 0 if it has none. As fresh as `findCredential`, and throws as that does. */
  accessVersion(tenant: TenantId): number {
    return this.#current().accessVersions.get(tenant) ?? 0;
  }

  /** What is broken now, newest first. As fresh as `findCredential`, and throws as that does. */
  listGlass(tenant: TenantId): readonly GlassRecord[] {
    return this.#current().glass.filter((one) => one.tenant === tenant && isBroken(one, this.#clock())).sort((a, b) => b.since - a.since);
  }

  /** Roles that somebody has besides their own, for the moment. */
  rolesByGlass(person: string): readonly Role[] {
    return this.#current().glass.filter((one) => one.person === person && isBroken(one, this.#clock())).map(({ role }) => role);
  }

  /** Refusals: glass_reason, glass_unneeded, name_unknown, time_invalid. */
  async breakGlass(wanted: NewGlass, by: Actor): Promise<GlassRecord | Refusal> {
    return this.#change(by, (change) => breakGlass(change, wanted));
  }

  /** Refusals: name_unknown. */
  async endGlass(tenant: TenantId, id: string, by: Actor = COMMAND_LINE): Promise<GlassRecord | Refusal> {
    return this.#change(by, (change) => endGlass(change, tenant, id));
  }

  /** A version with its text; the one in force without a number. Null if there is none. */
  findAccessPolicies(tenant: TenantId, version?: number): (AccessVersion & { readonly text: string }) | null {
    return findAccessPolicies(this.#database, this.#sealer, tenant, version);
  }

  /** Newest first. */
  listAccessPolicies(tenant: TenantId): readonly AccessVersion[] {
    return listAccessPolicies(this.#database, this.#sealer, tenant);
  }

  /** `base`: number of the version in force, 0 if there is none. Refusals: access_changed. */
  async addAccessPolicies(wanted: NewAccessPolicies, base: number, by: Actor = COMMAND_LINE): Promise<AccessVersion | Refusal> {
    return this.#change(by, (change) => addAccessPolicies(change, wanted, base));
  }

  /** Newest first, those that are over behind the others. */
  listApprovals(tenant: TenantId): readonly Approval[] {
    return listApprovals(this.#database, this.#sealer, tenant, this.#clock());
  }

  /** The one that waits, where the same was asked before. Refusals: approval_needs_person, control_limit. */
  async askApproval(wanted: NewApproval, by: Actor): Promise<Approval | Refusal> {
    return this.#change(by, (change) => askApproval(change, wanted));
  }

  /** `person`: the account of who decides, who may do the act. Refusals: name_unknown, approval_over, approval_needs_person, approval_own. */
  async decideApproval(tenant: TenantId, id: string, verdict: 'approved' | 'declined', person: string | null, by: Actor): Promise<Approval | Refusal> {
    return this.#change(by, (change) => decideApproval(change, tenant, id, verdict, person));
  }

  /** Counted, told to the log and durable when resolved: then it may be shown. Refusals: reveal_limit, approval_unusable. */
  async recordOpening(wanted: NewOpening, by: Actor): Promise<Opening | Refusal> {
    return this.#change(by, (change) => recordOpening(change, wanted));
  }

  /** Whether the approval does not allow this opening. Null: it does. */
  openingUnapproved({ tenant, approval, person, trace, fields }: Pick<NewOpening, 'tenant' | 'person' | 'trace' | 'fields'> & { readonly approval: string }): Refusal | null {
    return approvalRefused(this.#database, this.#sealer, tenant, approval, 'reveal', person, coversOpening(trace, fields), this.#clock());
  }

  /** Whether so many more values are beyond what this reader may open in an hour. Null: they are not. */
  openingRefused(reader: string, values: number): Refusal | null {
    return openingRefused(this.#database, this.#sealer, reader, values, this.#clock());
  }

  /** Null until there is one. */
  findSealingRoot(): SealingRootRecord | null {
    return findSealingRoot(this.#database, this.#sealer);
  }

  /** The one that is there, where another process was first. */
  async addSealingRoot(wanted: SealingRootRecord, by: Actor = COMMAND_LINE): Promise<SealingRootRecord> {
    return this.#change(by, (change) => addSealingRoot(change, wanted));
  }

  /** Newest first; the newest takes the new windows. */
  listTenantKeys(tenant: TenantId): readonly TenantKeyVersion[] {
    return listTenantKeys(this.#database, this.#sealer, tenant);
  }

  /** Null: somebody else made this version meanwhile. */
  async addTenantKey(wanted: NewTenantKey, by: Actor = COMMAND_LINE): Promise<TenantKeyVersion | null> {
    return this.#change(by, (change) => addTenantKey(change, wanted));
  }

  /** Destroys the private half of a version that nothing needs. Refusals: name_unknown, key_needed. */
  async retireTenantKey(tenant: TenantId, version: number, by: Actor = COMMAND_LINE): Promise<TenantKeyVersion | Refusal> {
    const retired = await this.#change(by, (change) => retireTenantKey(change, tenant, version));
    if (!isRefusal(retired)) this.#database.emptyLog();
    return retired;
  }

  /** Durable when resolved. `encapsulate` is given the id that the window will have, and the newest key. Null: the tenant has no key pair. */
  async addWindow(wanted: Omit<WindowPlace, 'id'>, encapsulate: (place: WindowPlace, newest: TenantKeyVersion) => EncapsulatedWindow): Promise<EncapsulatedWindow | null> {
    return this.#change(SERVER, (change) => addWindow(change, wanted, encapsulate));
  }

  findWindow(id: number): EncapsulatedWindow | null {
    return findWindow(this.#database, this.#sealer, id);
  }

  /** Windows of a tenant under earlier versions than this one, the oldest first, from behind the id `after`. */
  windowsBefore(tenant: TenantId, version: number, { after, limit }: { readonly after: number; readonly limit: number }): readonly EncapsulatedWindow[] {
    return windowsBefore(this.#database, this.#sealer, tenant, version, after, limit);
  }

  countWindows(tenant: TenantId): readonly KeyUse[] {
    return countWindows(this.#database, this.#sealer, tenant);
  }

  /** The same windows under a later version; `from`: those that they were under. */
  async replaceWindows(windows: readonly EncapsulatedWindow[], from: readonly number[], by: Actor = COMMAND_LINE): Promise<void> {
    await this.#change(by, (change) => replaceWindows(change, windows, from));
  }

  /** All in one transaction, durable when resolved: before what is sealed under them is. */
  async addSubjectKeys(rows: readonly SubjectKeyRow[]): Promise<void> {
    if (rows.length > 0) await this.#change(SERVER, (change) => addSubjectKeys(change, rows));
  }

  /** Those of the tenant that there are, also those that were destroyed. */
  findSubjectKeys(tenant: TenantId, keyIds: readonly Uint8Array[]): readonly FoundSubjectKey[] {
    return findSubjectKeys(this.#database, this.#sealer, tenant, keyIds);
  }

  countSubjectKeys(tenant: TenantId, token: Uint8Array): number {
    return countSubjectKeys(this.#database, this.#sealer, tenant, token);
  }

  /** Of the rows of all tenants behind `after`, so many at most, those of this one, destroyed ones too. `last`: the row to go on behind, null at the end. */
  countKeysBehind(tenant: TenantId, after: number, limit: number): { readonly keys: number; readonly last: number | null } {
    return countKeysBehind(this.#database, this.#sealer, tenant, after, limit);
  }

  countDestroyedKeys(tenant: TenantId): number {
    return countDestroyedKeys(this.#database, this.#sealer, tenant);
  }

  /**
   * Destroys the keys of a subject, so that no file of the database holds them any more. `also` is done in the same transaction, for what the log is to be told;
   * the ids of the keys are what it is given.
   */
  async destroySubjectKeys(tenant: TenantId, token: Uint8Array, by: Actor = COMMAND_LINE, also: (change: Change, keyIds: readonly Uint8Array[]) => Promise<void> = async () => {}): Promise<readonly Uint8Array[]> {
    const keyIds = await this.#change(by, async (change) => {
      const destroyed = (await destroySubjectKeys(change, tenant, token)).map(({ keyId }) => keyId);
      await also(change, destroyed);
      return destroyed;
    });
    this.#database.emptyLog();
    return keyIds;
  }

  /** Destroys the keys of a person and tells the log; no file of the database holds them any more when resolved. What is left to do after it is noted until `finishErasure`. Refusals: approval_unusable. */
  async eraseSubject(wanted: NewErasure, by: Actor = COMMAND_LINE): Promise<Erasure | Refusal> {
    const erasure = await this.#change(by, (change) => eraseSubject(change, wanted));
    if (!isRefusal(erasure)) this.#database.emptyLog();
    return erasure;
  }

  /** Destroys keys again that were destroyed, in whatever tenant; how many. */
  async eraseAgain(isErased: (keyId: Uint8Array, wrapped: Uint8Array) => boolean, by: Actor = COMMAND_LINE): Promise<number> {
    const keys = await this.#change(by, (change) => eraseAgain(change, isErased));
    this.#database.emptyLog();
    return keys;
  }

  /** Told to the log and durable when resolved: then it may be shown. Refusals: approval_unusable. */
  async recordExport(wanted: NewExport, by: Actor): Promise<Opening | Refusal> {
    return this.#change(by, (change) => recordExport(change, wanted));
  }

  /** What using an approval would be refused for. Null: nothing. */
  approvalUnusable(tenant: TenantId, id: string, kind: ApprovalKind, person: string | null, covers: (approval: Approval) => boolean): Refusal | null {
    return approvalRefused(this.#database, this.#sealer, tenant, id, kind, person, covers, this.#clock());
  }

  /** Those that were broken off. */
  listErasures(): readonly UnfinishedErasure[] {
    return listErasures(this.#database, this.#sealer);
  }

  async finishErasure(id: string): Promise<void> {
    await this.#change(SERVER, (change) => finishErasure(change, id));
    this.#database.emptyLog();
  }

  /** Those that a subject has. */
  subjectKeysOf(tenant: TenantId, token: Uint8Array): readonly Pick<FoundSubjectKey, 'keyId' | 'window'>[] {
    return subjectKeysOf(this.#database, this.#sealer, tenant, token);
  }

  /** Digests of the keys that there are, as entries about erasures have them, of rows behind `after`; `last`: the last of these rows, null if there is none. */
  digestSubjectKeys(after: number): { readonly digests: Uint8Array; readonly last: number | null } {
    return digestSubjectKeys(this.#database, after);
  }

  /** What the database says, or said at most `CHECK_MS` ago. */
  #current(): Snapshot {
    return this.#snapshot !== null && this.#elapsed() - this.#checkedAt < CHECK_MS ? this.#snapshot : this.#look();
  }

  /** What the database says; some microseconds if nothing changed. */
  #look(): Snapshot {
    const now = this.#elapsed();
    const known = this.#snapshot;
    const snapshot = known !== null && known.dataVersion === this.#database.dataVersion() ? known : takeSnapshot(this.#database, this.#sealer, known);
    this.#snapshot = snapshot;
    this.#checkedAt = now;
    return snapshot;
  }

  /** Runs a change under the write lock. A change that refuses has written nothing, so there is nothing to roll back. */
  async #change<Done>(by: Actor, work: (change: Change) => Promise<Done>): Promise<Done> {
    try {
      return await this.#database.kysely.transaction().execute((rows) => work({ rows, sealer: this.#sealer, by, now: this.#clock(), random: this.#random }));
    } catch (cause) {
      throw new Error('cannot change the control database', { cause });
    } finally {
      // The next question looks at the database, however soon it comes.
      this.#checkedAt = Number.NEGATIVE_INFINITY;
    }
  }
}

function listed<Item extends { readonly tenant: TenantId; readonly created: number }>(items: readonly Item[], tenant: TenantId | undefined): readonly Item[] {
  return items.filter((item) => tenant === undefined || item.tenant === tenant).sort((a, b) => a.created - b.created);
}

/** The first to open a new database leaves a sealed word in it; everybody else must be able to open that. */
async function checkSeal(database: ControlDatabase, sealer: ColumnSealer): Promise<void> {
  const seen = database.readNow(database.kysely.selectFrom('seal_check').select('sealed'))[0];
  if (seen === undefined) {
    const sealed = sealer.seal('seal_check', 'tracekeep');
    await database.kysely.insertInto('seal_check').values({ id: 1, sealed }).onConflict((row) => row.doNothing()).execute();
    return checkSeal(database, sealer);
  }
  try {
    sealer.open('seal_check', seen.sealed);
  } catch (cause) {
    throw new Error('cannot use this root key: the data was written with another one', { cause });
  }
}
