/**
 * Accounts and sessions of people whom a provider knows. Such an account is found by issuer and subject alone: its row has the hash of these where others have that of
 * their name, so no name leads to it, and none that the provider gives can be taken for somebody else's. It has no password; roles, groups
 * and tenant are written anew whenever the provider says them, and by nobody else.
 *
 * What is needed to ask the provider again lies in a table beside the sessions, so that requests need not open it; it goes with the session.
 */
import { LIMITS } from '#limits';
import type { Role, TenantId } from '#model';
import { isRefusal, refuse } from '#refusal';
import type { Refusal } from '#refusal';

import { endSessionsOf, tellOfAccount, writeAccount } from './account-rows.ts';
import { SERVER, actorOf } from './actor.ts';
import { newId } from './change.ts';
import type { Change } from './change.ts';
import { tellLog } from './outbox.ts';
import { accountPlace, asAccount, providerSessionPlace, sessionPlace } from './records.ts';
import type { AccountRecord, ProviderSessionRecord, SessionRecord } from './records.ts';
import type { ControlRows } from './rows.ts';
import type { ColumnSealer } from './sealed.ts';
import { endOf, openSession } from './sessions.ts';
import type { SignInWay, StartedSession } from './sessions.ts';
import { ensureTenant } from './tenants.ts';
import { revokeTokensOf } from './tokens.ts';

/** Somebody as the provider tells of them. */
export interface ProviderIdentity {
  readonly issuer: string;
  readonly subject: string;
  /** Shown, and nothing else. */
  readonly name: string;
  readonly tenant: TenantId;
  readonly roles: readonly Role[];
  readonly groups: readonly string[];
}

/** What a session that began at a provider knows of it. */
export interface ProviderSession {
  /** The provider's own id of the session, if it has one. */
  readonly sid: string | null;
  readonly idToken: string;
  readonly refreshToken: string | null;
  /** When the provider was asked last. */
  readonly asked: number;
  /** When it has to be asked again before the session is used; null: it cannot be asked. */
  readonly checkBy: number | null;
  /** When the session ends in any case; null: as others do. */
  readonly until: number | null;
}

export function identitiesIn(rows: ControlRows) {
  const { kysely, sealer } = rows;
  return {
    /** What a session knows of the provider at which it began; null for others, and if it is over. */
    findProviderSession(id: string): (ProviderSession & { readonly person: ProviderIdentity }) | null {
      const [row] = rows.read(kysely.selectFrom('provider_sessions').select('sealed').where('session', '=', id));
      const [own] = rows.read(kysely.selectFrom('sessions').select(['account', 'sealed']).where('id', '=', id));
      if (row === undefined || own === undefined) return null;
      const [found] = rows.read(kysely.selectFrom('accounts').select('sealed').where('id', '=', own.account));
      const account = found === undefined ? null : asAccount(sealer.open(accountPlace(own.account), found.sealed));
      if (account?.identity === undefined) return null;
      const { issuer: _, ...provider } = sealer.open(providerSessionPlace(id), row.sealed) as ProviderSessionRecord;
      const { checkBy = null, until = null } = sealer.open(sessionPlace(id), own.sealed) as SessionRecord;
      const { name, tenant, roles, groups, identity } = account;
      return { ...provider, checkBy, until, person: { ...identity, name, tenant, roles, groups } };
    },

    /** For somebody whom the sign-in provider knows; makes the account or brings it up to date. Refusals: control_limit. */
    async startProviderSession(identity: ProviderIdentity, session: ProviderSession, way: SignInWay): Promise<StartedSession | Refusal> {
      return rows.change(SERVER, (change) => startProviderSession(change, identity, session, way));
    },

    /** The provider was asked, and this is what it said. A session that ended meanwhile stays ended. */
    async renewProviderSession(id: string, identity: ProviderIdentity, session: ProviderSession): Promise<void> {
      await rows.change(SERVER, (change) => renewProviderSession(change, id, identity, session));
    },

    /** Whoever signed out at the provider: all of their sessions, or those of one session there. How many ended. */
    async endProviderSessions(who: { readonly issuer: string; readonly subject: string | null; readonly sid: string | null }): Promise<number> {
      return rows.change(SERVER, (change) => endProviderSessions(change, who));
    },

    /** Takes roles, groups and sessions from somebody whom the provider gives none any longer. */
    async barIdentity(issuer: string, subject: string): Promise<void> {
      await rows.change(SERVER, (change) => barIdentity(change, issuer, subject));
    },
  };
}

/** A new session, with the account made or brought up to date in the same transaction. */
async function startProviderSession(change: Change, identity: ProviderIdentity, { checkBy, until, ...provider }: ProviderSession, way: SignInWay): Promise<StartedSession | Refusal> {
  const account = await bringUpToDate(change, identity);
  if (isRefusal(account)) return account;
  const started = await openSession({ ...change, by: actorOf(account) }, account, way, { ...(checkBy !== null && { checkBy }), ...(until !== null && { until }) });
  await change.rows.insertInto('provider_sessions').values({ session: started.id, sid: sidHash(change.sealer, identity.issuer, provider.sid), sealed: change.sealer.seal(providerSessionPlace(started.id), { ...provider, issuer: identity.issuer } satisfies ProviderSessionRecord) }).execute();
  return started;
}

async function renewProviderSession(change: Change, id: string, identity: ProviderIdentity, { checkBy, until, ...provider }: ProviderSession): Promise<void> {
  const row = await change.rows.selectFrom('sessions').select('sealed').where('id', '=', id).executeTakeFirst();
  if (row === undefined) return;
  const account = await bringUpToDate(change, identity);
  if (isRefusal(account)) return;
  const { checkBy: _, until: __, ...before } = change.sealer.open(sessionPlace(id), row.sealed) as SessionRecord;
  const session: SessionRecord = { ...before, ...(checkBy !== null && { checkBy }), ...(until !== null && { until }) };
  await change.rows.updateTable('sessions').set({ ends: endOf(session), sealed: change.sealer.seal(sessionPlace(id), session) }).where('id', '=', id).execute();
  await change.rows.updateTable('provider_sessions').set({ sealed: change.sealer.seal(providerSessionPlace(id), { ...provider, issuer: identity.issuer } satisfies ProviderSessionRecord) }).where('session', '=', id).execute();
}

/** Sessions of a person or of a session at the provider, or of both at once: those that have the `sid` if there is one, else all of the subject. */
async function endProviderSessions(change: Change, { issuer, subject, sid }: { readonly issuer: string; readonly subject: string | null; readonly sid: string | null }): Promise<number> {
  const account = subject === null ? null : await findIdentity(change, issuer, subject);
  if (subject !== null && account === null) return 0;
  let rows = change.rows.selectFrom('sessions').select(['sessions.id', 'sessions.account']);
  if (account !== null) rows = rows.where('sessions.account', '=', account.id);
  if (sid !== null) rows = rows.innerJoin('provider_sessions', 'provider_sessions.session', 'sessions.id').where('provider_sessions.sid', '=', sidHash(change.sealer, issuer, sid));
  const ended = sid === null && account === null ? [] : await rows.execute();
  for (const { id } of ended) await change.rows.deleteFrom('sessions').where('id', '=', id).execute();
  for (const id of new Set(ended.map((one) => one.account))) {
    const row = await change.rows.selectFrom('accounts').select('sealed').where('id', '=', id).executeTakeFirst();
    if (row === undefined) continue;
    const { tenant, name } = asAccount(change.sealer.open(accountPlace(id), row.sealed));
    await tellLog(change, 'sign-in', { what: 'signed out by the provider', tenant, person: id }, { name });
  }
  return ended.length;
}

/** Somebody who is in no group any longer that may do anything here. The account stays, so that what it did has a name. */
async function barIdentity(change: Change, issuer: string, subject: string): Promise<void> {
  const before = await findIdentity(change, issuer, subject);
  if (before === null || (before.roles.length === 0 && before.groups.length === 0)) return;
  const account: AccountRecord = { ...before, roles: [], groups: [] };
  await writeAccount(change, account);
  await endSessionsOf(change, account.id);
  await tellOfAccount(change, account, ['role', 'groups']);
}

/** The account as the provider says it is now; made if there is none. Another tenant is another world: nothing of before goes along. */
async function bringUpToDate(change: Change, { issuer, subject, name, tenant, roles, groups }: ProviderIdentity): Promise<AccountRecord | Refusal> {
  const before = await findIdentity(change, issuer, subject);
  const ensured = await ensureTenant(change, tenant);
  if (isRefusal(ensured)) return ensured;
  if (before !== null) {
    const account: AccountRecord = { ...before, name, tenant, roles, groups };
    const moved = before.tenant !== tenant;
    const changed = [...(moved ? ['tenant'] : []), ...(sameList(before.roles, roles) ? [] : ['role']), ...(sameList(before.groups, groups) ? [] : ['groups']), ...(before.name === name ? [] : ['name'])];
    if (changed.length === 0) return before;
    if (moved) {
      await endSessionsOf(change, before.id);
      await revokeTokensOf(change, before.id);
    }
    await writeAccount(change, account);
    await tellOfAccount(change, account, changed);
    return account;
  }
  const { count } = await change.rows.selectFrom('accounts').select((is) => is.fn.countAll<number>().as('count')).executeTakeFirstOrThrow();
  if (count >= LIMITS.accounts_max) return refuse('control_limit', `${LIMITS.accounts_max} accounts`);
  const account: AccountRecord = { id: newId(change, 'a_'), name, tenant, roles, groups, password: null, created: change.now, signedIn: null, secondFactor: null, identity: { issuer, subject } };
  await change.rows.insertInto('accounts').values({ id: account.id, name: identityHash(change.sealer, issuer, subject), sealed: change.sealer.seal(accountPlace(account.id), account) }).execute();
  await tellOfAccount(change, account, ['added']);
  return account;
}

async function findIdentity(change: Change, issuer: string, subject: string): Promise<AccountRecord | null> {
  const row = await change.rows.selectFrom('accounts').select(['id', 'sealed']).where('name', '=', identityHash(change.sealer, issuer, subject)).executeTakeFirst();
  return row === undefined ? null : asAccount(change.sealer.open(accountPlace(row.id), row.sealed));
}

function identityHash(sealer: ColumnSealer, issuer: string, subject: string): Uint8Array {
  return sealer.hash('identity', issuer, subject);
}

function sidHash(sealer: ColumnSealer, issuer: string, sid: string | null): Uint8Array | null {
  return sid === null ? null : sealer.hash('provider session', issuer, sid);
}

function sameList(one: readonly string[], other: readonly string[]): boolean {
  return one.length === other.length && one.every((item, at) => item === other[at]);
}
