/**
 * People who sign in: by name and password, or once by a link that the server printed. What comes out is a session, whose token goes into a
 * cookie and whose second half, the CSRF token, only the console's own pages ever see.
 */
import { randomBytes, timingSafeEqual } from 'node:crypto';

import { actorOf, newCredential, type ControlStore, type FoundSession, type StartedSession } from '#control';
import { LIMITS } from '#limits';
import { DEFAULT_TENANT, Secret } from '#model';
import type { Reader, TenantId } from '#model';
import { isRefusal, refuse } from '#refusal';
import type { Refusal } from '#refusal';

import { Attempts, type AttemptKey } from './attempts.ts';
import { networkText, subscriberOf } from '#model/network';
import { createPasswords, type Passwords } from './password.ts';
import { createPeople } from './people.ts';
import { SignInLinks } from './sign-in-links.ts';

export interface SignedIn {
  readonly reader: Reader;
  readonly sessionId: string;
  /** What a request that changes something must carry in a header, beside the cookie. */
  readonly csrf: string;
  /** Milliseconds since 1970. */
  readonly signedInAt: number;
  readonly expiresAt: number;
}

export interface NewSession {
  readonly signedIn: SignedIn;
  readonly token: Secret<string>;
  /** For a cookie that outlives the session: this browser is no stranger to the account. */
  readonly device: Secret<string>;
}

/** Who asks, as far as an attempt is concerned. All of it attacker-controlled but the address. */
export interface Asker {
  readonly address: string;
  readonly device?: string | undefined;
}

export interface SignInLink {
  readonly kind: 'first' | 'link';
  readonly text: Secret<string>;
}

export interface SignIn {
  /** The session of the cookies of this name that came with a request. Refusals: credential_missing, session_over, store_unavailable. */
  session(cookies: readonly string[]): SignedIn | Refusal;
  /** Refusals: sign_in_failed, too_many_attempts, overloaded, store_unavailable. */
  signIn(name: string, password: string, asker: Asker): Promise<NewSession | Refusal>;
  /** Makes the first administrator of an empty store. Refusals: link_unknown, password_weak, name_invalid, overloaded. */
  signInFirst(link: string, name: string, password: string, asker: Asker): Promise<NewSession | Refusal>;
  signInByLink(link: string, asker: Asker): Promise<NewSession | Refusal>;
  /** Every other session ends. Refusals: sign_in_failed, password_weak, too_many_attempts, overloaded. */
  changePassword(who: SignedIn, current: string, wanted: string, asker: Asker): Promise<NewSession | Refusal>;
  signOut(who: SignedIn): Promise<void>;
  signOutEverywhere(who: SignedIn): Promise<void>;
  /** True as long as nobody has an account. */
  isEmpty(): boolean;
  /** For an account, or without a name for the first one. Refusals: name_unknown, name_taken when there are accounts and none was named. */
  makeLink(name?: string): SignInLink | Refusal;
}

export interface SignInOptions {
  readonly passwords?: Passwords;
  readonly now_ms?: () => number;
  readonly random?: (bytes: number) => Uint8Array;
  /** Hears of failures that the asker sees as a retryable refusal. */
  readonly report?: (failure: unknown) => void;
  /** Records attempts that failed before they are answered, or says why that cannot be. Those that succeed are told to the log with the session itself. */
  readonly failed?: (attempt: FailedAttempt) => Promise<true | Refusal>;
}

export interface FailedAttempt {
  /** Null for a name that nobody has: it may be a password typed into the wrong field. */
  readonly account: { readonly id: string; readonly name: string; readonly tenant: TenantId } | null;
  readonly how: 'password' | 'link' | 'new password';
  /** It had to wait, and was not looked at. */
  readonly early: boolean;
  readonly network: string;
}

type Control = Pick<ControlStore, 'findSession' | 'findAccount' | 'hasAccounts' | 'proofOf' | 'startSession' | 'touchSession' | 'endSession' | 'addAccount' | 'changeAccount' | 'removeAccount' | 'signOutAccount' | 'listAccounts'>;

export function createSignIn(control: Control, { passwords = createPasswords(), now_ms = Date.now, random = randomBytes, report = () => undefined, failed = async () => true }: SignInOptions = {}): SignIn {
  const attempts = new Attempts(now_ms);
  const links = new SignInLinks(() => newCredential('link', random), now_ms);
  const people = createPeople(control, passwords);
  const touching = new Set<string>();

  const signedIn = ({ id, session, account, ends }: FoundSession): SignedIn => ({
    reader: { id: account.id, name: account.name, tenant: account.tenant, kind: 'person', roles: account.roles, groups: account.groups, scopes: null },
    sessionId: id,
    csrf: control.proofOf('csrf', id),
    signedInAt: session.created,
    expiresAt: ends,
  });

  const newSession = (started: StartedSession | Refusal): NewSession | Refusal => {
    if (isRefusal(started)) return started;
    const nonce = Buffer.from(random(16)).toString('base64url');
    return { signedIn: signedIn(started), token: started.token, device: new Secret(`${nonce}.${control.proofOf('device', started.account.id, nonce)}`) };
  };

  /** A browser from which this person signed in before: what strangers do does not make it wait. */
  const isKnown = (account: string, device = ''): boolean => {
    const [nonce = '', proof = ''] = device.split('.');
    const expected = Buffer.from(control.proofOf('device', account, nonce));
    const given = Buffer.from(proof);
    return given.length === expected.length && timingSafeEqual(given, expected);
  };

  const deny = async (attempt: FailedAttempt, refusal: Refusal): Promise<Refusal> => {
    const recorded = await failed(attempt);
    return recorded === true ? refusal : recorded;
  };

  const unknownLink = (address: string): Promise<Refusal> => deny({ account: null, how: 'link', early: false, network: networkText(address) }, refuse('link_unknown'));

  const touch = (id: string): void => {
    if (touching.has(id)) return;
    touching.add(id);
    control.touchSession(id).catch(report).finally(() => touching.delete(id));
  };

  return {
    session(cookies) {
      const [first, ...others] = cookies;
      if (first === undefined) return refuse('credential_missing');
      if (others.length >= LIMITS.session_cookies_max) return refuse('session_over', 'too many session cookies');
      try {
        const found = new Map(cookies.map((text) => control.findSession(text)).filter((one) => one !== null).map((one) => [one.id, one]));
        const [only, ...more] = found.values();
        if (only === undefined) return refuse('session_over');
        // Another port or path of this host can add a cookie of this name. Choosing one could make people act as somebody else.
        if (more.length > 0) return refuse('session_over', 'the browser sent more than one session');
        if (now_ms() - only.session.seen >= LIMITS.session_touch_ms) touch(only.id);
        return signedIn(only);
      } catch (failure) {
        report(failure);
        return refuse('store_unavailable', 'sessions cannot be checked');
      }
    },

    async signIn(name, password, { address, device }) {
      const account = control.findAccount(name);
      const known = account !== null && isKnown(account.id, device);
      const own = known ? deviceKey(account.id, device ?? '') : accountKey(name);
      const place = known ? null : addressKey(address);
      const keys = place === null ? [own] : [own, place];
      const attempt = { account: account === null ? null : { id: account.id, name: account.name, tenant: account.tenant }, how: 'password', network: networkText(address) } as const;
      const wait = attempts.begin(keys);
      if (wait > 0) return deny({ ...attempt, early: true }, tooMany(wait));
      const right = await passwords.matches(password, account?.password ?? null);
      if (isRefusal(right)) {
        // Nothing was compared. Taken back, not cleared: a crowd must not buy itself a fresh start.
        for (const key of keys) attempts.takeBack(key);
        return right;
      }
      if (!right || account === null) {
        return deny({ ...attempt, early: false }, refuse('sign_in_failed'));
      }
      attempts.clear(own);
      if (place !== null) attempts.takeBack(place);
      return newSession(await control.startSession(account, { how: 'password', network: attempt.network }));
    },

    async signInFirst(link, name, password, { address }) {
      const target = links.look(link);
      if (target === null || target.account !== null) return unknownLink(address);
      const account = await people.add({ tenant: DEFAULT_TENANT, name, roles: ['admin'], password, first: true }, { is: 'link' });
      if (isRefusal(account)) return account;
      links.use(link);
      return newSession(await control.startSession(account, { how: 'first link', network: networkText(address) }));
    },

    async signInByLink(link, { address }) {
      const target = links.look(link);
      if (target === null || target.account === null) return unknownLink(address);
      links.use(link);
      const account = control.findAccount(target.account);
      return account === null ? unknownLink(address) : newSession(await control.startSession(account, { how: 'link', network: networkText(address) }));
    },

    async changePassword(who, current, wanted, { address }) {
      const account = control.findAccount(who.reader.name);
      if (account === null || account.id !== who.reader.id) return refuse('session_over');
      const key = passwordKey(account.id);
      const attempt = { account: { id: account.id, name: account.name, tenant: account.tenant }, how: 'new password', network: networkText(address) } as const;
      const wait = attempts.begin([key]);
      if (wait > 0) return deny({ ...attempt, early: true }, tooMany(wait));
      const right = await passwords.matches(current, account.password);
      if (isRefusal(right)) {
        attempts.takeBack(key);
        return right;
      }
      if (!right) {
        return deny({ ...attempt, early: false }, refuse('sign_in_failed', 'the current password'));
      }
      attempts.clear(key);
      const changed = await people.change({ tenant: account.tenant, name: account.name }, { password: wanted }, actorOf(who.reader));
      return isRefusal(changed) ? changed : newSession(await control.startSession(changed, { how: 'new password', network: attempt.network }));
    },

    signOut: ({ sessionId, reader }) => control.endSession(sessionId, actorOf(reader)),

    async signOutEverywhere({ reader }) {
      await people.signOut({ tenant: reader.tenant, name: reader.name }, actorOf(reader));
    },

    isEmpty: () => !control.hasAccounts(),

    makeLink(name) {
      if (name !== undefined) {
        const account = control.findAccount(name);
        return account === null ? refuse('name_unknown', 'an account') : { kind: 'link', text: links.make({ account: account.name }) };
      }
      if (control.hasAccounts()) return refuse('name_taken', 'somebody has an account already: say whose link it is to be');
      return { kind: 'first', text: links.make({ account: null }) };
    },
  };
}

const OWN = { free: LIMITS.attempts_account_free, delay_ms_max: LIMITS.attempts_account_delay_ms_max } as const;

const accountKey = (name: string): AttemptKey => ({ key: `account ${name.normalize('NFC')}`, ...OWN });
const deviceKey = (account: string, device: string): AttemptKey => ({ key: `device ${account} ${device}`, ...OWN });
const passwordKey = (account: string): AttemptKey => ({ key: `password ${account}`, ...OWN });
const addressKey = (address: string): AttemptKey => ({ key: `address ${subscriberOf(address)}`, free: LIMITS.attempts_address_free, delay_ms_max: LIMITS.attempts_address_delay_ms_max });

function tooMany(wait_ms: number): Refusal {
  const seconds = Math.ceil(wait_ms / 1_000);
  return { refused: 'too_many_attempts', detail: `the next one in ${seconds} s`, retryAfter_s: seconds };
}
