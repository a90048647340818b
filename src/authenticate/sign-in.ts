/**
 * People who sign in: by name and password, or once by a link that the server printed. What comes out is a session, whose token goes into a
 * cookie and whose second half, the CSRF token, only the console's own pages ever see.
 */
import { randomBytes, timingSafeEqual } from 'node:crypto';

import type { SecondFactorDuty } from '#config';
import { actorOf, newCredential, type AccountRecord, type CodeProof, type ControlStore, type FoundSession, type StartedSession } from '#control';
import { LIMITS } from '#limits';
import { DEFAULT_TENANT, Secret } from '#model';
import { networkText } from '#model/network';
import { isRefusal, refuse } from '#refusal';
import type { Refusal } from '#refusal';

import { Attempts } from './attempts.ts';
import { createCodes } from './codes.ts';
import { createOwnAccount, type OwnAccount } from './own-account.ts';
import { createPasswords, type Passwords } from './password.ts';
import { createPeople } from './people.ts';
import type { Provider } from './provider.ts';
import { createProviderSignIn, type ProviderSignIn, type ProviderSignInParts } from './provider-sign-in.ts';
import { accountKey, addressKey, deviceKey, tooMany, type Asker, type FailedAttempt, type NewSession, type SignedIn } from './session.ts';
import { SignInLinks } from './sign-in-links.ts';

export type { FactorOffer, NewCodes } from './own-account.ts';
export type { Asker, FailedAttempt, NewSession, SignedIn } from './session.ts';

export interface OwnSession {
  readonly isThis: boolean;
  /** Milliseconds since 1970. */
  readonly created: number;
  /** Last used, give or take `session_touch_ms`. */
  readonly seen: number;
  readonly ends: number;
  /** That of the address it began from; null: not known. */
  readonly network: string | null;
}

export interface SignInLink {
  readonly kind: 'first' | 'link';
  readonly text: Secret<string>;
}

export interface SignIn extends OwnAccount {
  /** The session of the cookies of this name that came with a request. Refusals: credential_missing, session_over, provider_check_due, store_unavailable. */
  session(cookies: readonly string[]): SignedIn | Refusal;
  /**
   * `code` is of the second factor, '' for none. A name that nobody has, a wrong password, a wrong code and one that is missing are one
   * refusal; only a browser from which this person signed in before is told that a code is missing. Refusals: sign_in_failed, code_needed,
   * too_many_attempts, overloaded, store_unavailable.
   */
  signIn(name: string, password: string, asker: Asker, code?: string): Promise<NewSession | Refusal>;
  /** Makes the first administrator of an empty store. Refusals: link_unknown, password_weak, name_invalid, overloaded. */
  signInFirst(link: string, name: string, password: string, asker: Asker): Promise<NewSession | Refusal>;
  /** The link stands for the password, not for the code. Refusals: link_unknown, code_needed, sign_in_failed, too_many_attempts. */
  signInByLink(link: string, asker: Asker, code?: string): Promise<NewSession | Refusal>;
  /** People of a sign-in provider; null: there is none. */
  readonly provider: ProviderSignIn | null;
  signOut(who: SignedIn): Promise<void>;
  signOutEverywhere(who: SignedIn): Promise<void>;
  /** One's own, newest first. */
  sessionsOf(who: SignedIn): readonly OwnSession[];
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
  /** Who has to have a second factor. */
  readonly requireSecondFactor?: SecondFactorDuty;
  /** Who signs in people besides; null: nobody. */
  readonly provider?: Provider | null;
}

type Control = Pick<ControlStore, 'findSession' | 'rolesByGlass' | 'findAccount' | 'hasAccounts' | 'proofOf' | 'startSession' | 'touchSession' | 'endSession' | 'addAccount' | 'changeAccount' | 'removeAccount' | 'signOutAccount' | 'listAccounts' | 'listSessions' | 'addSecondFactor' | 'removeSecondFactor' | 'resetSecondFactor' | 'renewRecoveryCodes'> & ProviderSignInParts['control'];

export function createSignIn(control: Control, { passwords = createPasswords(), now_ms = Date.now, random = randomBytes, report = () => undefined, failed = async () => true, requireSecondFactor = 'never', provider = null }: SignInOptions = {}): SignIn {
  const attempts = new Attempts(now_ms);
  const links = new SignInLinks(() => newCredential('link', random), now_ms);
  const people = createPeople(control, passwords);
  const codes = createCodes(control, { now_ms, random });
  const mustHaveFactor = ({ roles, identity }: AccountRecord): boolean => identity === undefined && (requireSecondFactor === 'everybody' || (requireSecondFactor === 'administrators' && roles.includes('admin')));
  const touching = new Set<string>();

  const signedIn = ({ id, session, account, ends }: FoundSession): SignedIn => ({
    reader: { id: account.id, name: account.name, tenant: account.tenant, kind: 'person', roles: [...new Set([...account.roles, ...control.rolesByGlass(account.id)])], groups: account.groups, scopes: null },
    sessionId: id,
    csrf: control.proofOf('csrf', id),
    signedInAt: session.created,
    expiresAt: ends,
    secondFactor: account.secondFactor === null ? null : { since: account.secondFactor.since, recoveryCodesLeft: account.secondFactor.recovery.length },
    mustAddFactor: account.secondFactor === null && mustHaveFactor(account),
    issuer: account.identity?.issuer ?? null,
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
        if ((only.session.checkBy ?? Number.POSITIVE_INFINITY) <= now_ms()) return refuse('provider_check_due');
        if (now_ms() - only.session.seen >= LIMITS.session_touch_ms) touch(only.id);
        return signedIn(only);
      } catch (failure) {
        report(failure);
        return refuse('store_unavailable', 'sessions cannot be checked');
      }
    },

    async signIn(name, password, { address, device }, code = '') {
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
      // Whether there is a second factor or not, and whatever the password was: the same work.
      const proof = codes.check(account?.id ?? '', account?.secondFactor ?? null, code);
      if (!right || account === null) {
        return deny({ ...attempt, early: false }, refuse('sign_in_failed'));
      }
      if (account.secondFactor !== null && proof === null) {
        if (known && code === '') {
          attempts.takeBack(own);
          return refuse('code_needed');
        }
        return deny({ ...attempt, how: 'code', early: false }, refuse('sign_in_failed'));
      }
      const started = newSession(await control.startSession(account, { how: 'password', network: attempt.network, proof }));
      if (isRefusal(started)) return started;
      attempts.clear(own);
      if (place !== null) attempts.takeBack(place);
      return started;
    },

    async signInFirst(link, name, password, { address }) {
      const target = links.look(link);
      if (target === null || target.account !== null) return unknownLink(address);
      const account = await people.add({ tenant: DEFAULT_TENANT, name, roles: ['admin'], password, first: true }, { is: 'link' });
      if (isRefusal(account)) return account;
      links.use(link);
      return newSession(await control.startSession(account, { how: 'first link', network: networkText(address) }));
    },

    async signInByLink(link, { address }, code = '') {
      const target = links.look(link);
      const account = target === null || target.account === null ? null : control.findAccount(target.account);
      if (account === null) return unknownLink(address);
      const network = networkText(address);
      let proof: CodeProof | null = null;
      if (account.secondFactor !== null) {
        if (code === '') return refuse('code_needed');
        const key = accountKey(account.name);
        const attempt = { account: { id: account.id, name: account.name, tenant: account.tenant }, how: 'code', network } as const;
        const wait = attempts.begin([key]);
        if (wait > 0) return deny({ ...attempt, early: true }, tooMany(wait));
        proof = codes.check(account.id, account.secondFactor, code);
        if (proof === null) return deny({ ...attempt, early: false }, refuse('sign_in_failed'));
        attempts.clear(key);
      }
      links.use(link);
      return newSession(await control.startSession(account, { how: 'link', network, proof }));
    },

    ...createOwnAccount({ control, passwords, people, attempts, codes, now_ms, deny, begin: async (account, way) => newSession(await control.startSession(account, way)) }),

    provider: provider === null ? null : createProviderSignIn({ control, provider, welcome: newSession, deny, now_ms, random }),

    signOut: ({ sessionId, reader }) => control.endSession(sessionId, actorOf(reader)),

    async signOutEverywhere({ reader }) {
      await people.signOut({ tenant: reader.tenant, name: reader.id }, actorOf(reader));
    },

    sessionsOf: ({ sessionId, reader }) => control.listSessions(reader.id).map(({ id, session, ends }) => ({ isThis: id === sessionId, created: session.created, seen: session.seen, ends, network: session.network ?? null })),

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
