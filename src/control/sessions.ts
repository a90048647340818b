/**
 * Sessions of people who signed in. Only a keyed hash of the token is kept, so nobody who reads the database can use one. They are rows
 * like everything else here: they survive a restart, and a verb of the command line ends one as surely as the server does. They are
 * read anew for every request, never from memory: what was ended is over at once.
 */
import { LIMITS } from '#limits';
import type { Secret } from '#model';
import { refuse } from '#refusal';
import type { Refusal } from '#refusal';

import { COMMAND_LINE, SERVER, actorOf } from './actor.ts';
import type { Actor } from './actor.ts';
import { writeAccount } from './account-rows.ts';
import { credentialHash, issueCredential } from './change.ts';
import type { Change } from './change.ts';
import { credentialFault } from './credential.ts';
import { tellLog } from './outbox.ts';
import { accountPlace, asAccount, sessionPlace } from './records.ts';
import type { AccountRecord, SessionRecord } from './records.ts';
import type { ControlRows } from './rows.ts';
import { leftOf } from './second-factors.ts';
import type { CodeProof } from './second-factors.ts';

export interface FoundSession {
  readonly id: string;
  readonly session: SessionRecord;
  /** As it is now: its role counts, not the one at sign-in. */
  readonly account: AccountRecord;
  /** When it is over if nobody uses it again. */
  readonly ends: number;
}

/** How somebody came in, for the log. */
export interface SignInWay {
  readonly how: 'password' | 'link' | 'first link' | 'new password' | 'second factor' | 'provider';
  /** The network of the address it came from, never the address. */
  readonly network: string | null;
  /** The code that came with it. `session`: somebody who was signed in already, with whatever it took then. */
  readonly proof?: CodeProof | 'session' | null;
}

export interface OpenSession {
  readonly id: string;
  readonly session: SessionRecord;
  readonly ends: number;
}

export interface StartedSession extends FoundSession {
  /** For the cookie: told once, kept nowhere. */
  readonly token: Secret<string>;
}

export function sessionsIn(rows: ControlRows) {
  const { kysely, sealer } = rows;
  return {
    /** The session of a cookie, attacker-controlled; null for what is none, is over or was ended. */
    findSession(text: string): FoundSession | null {
      if (credentialFault(text) !== null) return null;
      const id = credentialHash(sealer, text);
      const [row] = rows.read(kysely.selectFrom('sessions').select('sealed').where('id', '=', id));
      if (row === undefined) return null;
      const session = sealer.open(sessionPlace(id), row.sealed) as SessionRecord;
      const ends = endOf(session);
      if (ends <= rows.now()) return null;
      const [found] = rows.read(kysely.selectFrom('accounts').select('sealed').where('id', '=', session.account));
      if (found === undefined) return null;
      return { id, session, account: asAccount(sealer.open(accountPlace(session.account), found.sealed)), ends };
    },

    /** Of the account of this id those that are not over, newest first. */
    listSessions(account: string): readonly OpenSession[] {
      const found = rows.read(kysely.selectFrom('sessions').select(['id', 'sealed']).where('account', '=', account));
      const sessions = found.map(({ id, sealed }) => ({ id, session: sealer.open(sessionPlace(id), sealed) as SessionRecord })).map((one) => ({ ...one, ends: endOf(one.session) }));
      return sessions.filter(({ ends }) => ends > rows.now()).sort((a, b) => b.session.created - a.session.created);
    },

    /** Told to the log as done by the person whose session it is. */
    async startSession(account: Pick<AccountRecord, 'id' | 'name' | 'password'>, way: SignInWay = { how: 'password', network: null }): Promise<StartedSession | Refusal> {
      return rows.change(actorOf(account), (change) => startSession(change, account, way));
    },

    /** Writes down that a session is in use. One that was ended meanwhile stays ended. */
    async touchSession(id: string): Promise<void> {
      await rows.change(SERVER, (change) => touchSession(change, id));
    },

    async endSession(id: string, by: Actor = COMMAND_LINE): Promise<void> {
      await rows.change(by, (change) => endSession(change, id));
    },
  };
}

/**
 * A session for an account whose password was just checked against `account.password`; refused as `session_over` if account or password
 * changed meanwhile, and as `sign_in_failed` if the account has a second factor and no code of it comes along that was not taken before.
 */
async function startSession(change: Change, { id: accountId, password }: Pick<AccountRecord, 'id' | 'password'>, { how, network, proof = null }: SignInWay): Promise<StartedSession | Refusal> {
  const row = await change.rows.selectFrom('accounts').select('sealed').where('id', '=', accountId).executeTakeFirst();
  const before = row === undefined ? null : asAccount(change.sealer.open(accountPlace(accountId), row.sealed));
  if (before === null || before.password === null || before.password !== password) return refuse('session_over', 'the account was changed a moment ago');
  const asksCode = before.secondFactor !== null && proof !== 'session';
  const secondFactor = asksCode ? proof === null ? null : leftOf(before.secondFactor, proof) : before.secondFactor;
  if (asksCode && secondFactor === null) return refuse('sign_in_failed');
  return openSession(change, { ...before, secondFactor }, { how, network, proof });
}

/** A session for somebody who has proved who they are. The oldest one makes room. */
export async function openSession(change: Change, known: AccountRecord, { how, network, proof = null }: SignInWay, bounds: Pick<SessionRecord, 'checkBy' | 'until'> = {}): Promise<StartedSession> {
  const account = { ...known, signedIn: change.now };
  const accountId = account.id;
  await writeAccount(change, account);
  await change.rows.deleteFrom('sessions').where('ends', '<=', change.now).execute();
  const others = await change.rows.selectFrom('sessions').select(['id', 'sealed']).where('account', '=', accountId).execute();
  const oldestFirst = others.map(({ id, sealed }) => ({ id, created: (change.sealer.open(sessionPlace(id), sealed) as SessionRecord).created })).sort((a, b) => a.created - b.created);
  for (const { id } of oldestFirst.slice(0, Math.max(0, others.length + 1 - LIMITS.account_sessions_max))) await change.rows.deleteFrom('sessions').where('id', '=', id).execute();

  const { credential, hash: id } = issueCredential(change, 'session');
  const session: SessionRecord = { account: accountId, created: change.now, seen: change.now, network, ...bounds };
  await change.rows.insertInto('sessions').values({ id, account: accountId, ends: endOf(session), sealed: change.sealer.seal(sessionPlace(id), session) }).execute();
  await tellLog(change, 'sign-in', { what: 'signed in', how, code: proof === null || proof === 'session' ? null : proof.is, tenant: account.tenant, person: accountId }, { name: account.name, network });
  return { id, session, account, ends: endOf(session), token: credential };
}

async function touchSession(change: Change, id: string): Promise<void> {
  const row = await change.rows.selectFrom('sessions').select('sealed').where('id', '=', id).executeTakeFirst();
  if (row === undefined) return;
  const session = { ...(change.sealer.open(sessionPlace(id), row.sealed) as SessionRecord), seen: change.now };
  await change.rows.updateTable('sessions').set({ ends: endOf(session), sealed: change.sealer.seal(sessionPlace(id), session) }).where('id', '=', id).execute();
}

/** What was over already is not told. */
async function endSession(change: Change, id: string): Promise<void> {
  const ended = await change.rows.deleteFrom('sessions').where('id', '=', id).returning('account').executeTakeFirst();
  if (ended === undefined) return;
  const row = await change.rows.selectFrom('accounts').select('sealed').where('id', '=', ended.account).executeTakeFirst();
  if (row === undefined) return;
  const { tenant, name } = asAccount(change.sealer.open(accountPlace(ended.account), row.sealed));
  await tellLog(change, 'sign-in', { what: 'signed out', tenant, person: ended.account }, { name });
}

export function endOf({ created, seen, until = Number.POSITIVE_INFINITY }: SessionRecord): number {
  return Math.min(created + LIMITS.session_ms_max, seen + LIMITS.session_idle_ms_max, until);
}
