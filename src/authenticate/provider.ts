/**
 * The provider with whom people sign in (OpenID Connect Core 1.0), as a client of it: authorization code with PKCE (RFC 7636), pushed to it first where
 * it takes that (RFC 9126), the issuer in its answer compared (RFC 9207), ID tokens verified by its keys. The protocol is `openid-client`'s; this
 * file says with what bounds, and what its failures mean. The provider is asked when somebody needs it, never at the start: one that
 * is down concerns nobody but its own people.
 */
import { readFileSync, statSync } from 'node:fs';

import { jwtVerify } from 'jose';
import * as client from 'openid-client';

import type { OidcSettings } from '#config';
import { LIMITS } from '#limits';
import { isRefusal, refuse, type Refusal } from '#refusal';
import { isOnThisMachine, readHttpsAddress } from '#tls/https-address';

import { askIssuer, type Ask } from './ask-issuer.ts';
import { IssuerKeys } from './issuer-keys.ts';
import { personOf, saysGroups, type Barred, type ProviderPerson } from './provider-person.ts';
import { readToken } from './token-form.ts';

/** What only the browser that began a sign-in can bring back. */
export interface SignInSecrets {
  readonly state: string;
  readonly nonce: string;
  readonly verifier: string;
}

/** What the provider said of somebody, and how to ask it again. */
export interface ProviderAnswer {
  readonly person: ProviderPerson;
  /** The session at the provider, if it names them. */
  readonly sid: string | null;
  readonly idToken: string;
  readonly refreshToken: string | null;
  /** When the ID token ends, in milliseconds since 1970. */
  readonly ends: number;
}

/** What it says when it is asked again; ID tokens need not come along. */
export type StillThere = Omit<ProviderAnswer, 'idToken' | 'sid'> & { readonly idToken: string | null };

export interface LoggedOut {
  readonly sid: string | null;
  readonly subject: string | null;
}

export interface Provider {
  readonly settings: OidcSettings;
  /** Where the browser goes. Refusals: provider_unavailable, overloaded. */
  begin(secrets: SignInSecrets, redirectUri: string): Promise<string | Refusal>;
  /** `answer`: the address with which the browser came back. Refusals: provider_unavailable, provider_refused, provider_answer_invalid, overloaded. */
  finish(secrets: SignInSecrets, answer: URL): Promise<ProviderAnswer | Barred | Refusal>;
  /** Whether somebody is still signed in there. Refusals: session_over if not, provider_unavailable, overloaded. */
  again(refreshToken: string, before: ProviderPerson): Promise<StillThere | Barred | Refusal>;
  /** Where the browser goes to sign out there too; null if that is not offered or cannot be found out. */
  leave(idToken: string, redirectUri: string): Promise<string | null>;
  /** OpenID Connect Back-Channel Logout 1.0. Refusals: logout_token_invalid, provider_unavailable. */
  loggedOut(token: string): Promise<LoggedOut | Refusal>;
}

export interface ProviderOptions {
  readonly now_ms?: () => number;
  readonly ask?: Ask;
  /** Hears why the provider could not be asked, or what of its answer is wrong. */
  readonly report?: (failure: unknown) => void;
}

const LOGOUT_EVENT = 'http://schemas.openid.net/event/backchannel-logout';
/** What providers sign ID tokens with. */
const ALGORITHMS = ['RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512', 'ES256', 'ES384', 'ES512', 'EdDSA', 'Ed25519'];

/** Throws if the secret's file cannot be used: better at the start than when the first person wants to sign in. */
export function openProvider(settings: OidcSettings, { now_ms = Date.now, ask = fetch, report = () => undefined }: ProviderOptions = {}): Provider {
  const { issuer, clientId, groupsClaim } = settings;
  readSecret(settings.clientSecretFile);
  const onThisMachine = isOnThisMachine(new URL(issuer));
  const description = new Description(() => discover(settings, ask), now_ms);
  const keys = new IssuerKeys(issuer, { at: 'issuer' }, 'sig', { now_ms, ask, report });
  const used = new Map<string, number>();
  // Whoever begins sign-ins by the thousand keeps nobody who is signed in from being asked about.
  const asking = { strangers: 0, known: 0 };

  /** Does something with the provider, and says what a failure means. */
  const asked = async <Done>(by: keyof typeof asking, work: (config: client.Configuration) => Promise<Done>): Promise<Done | Refusal> => {
    if (asking[by] >= LIMITS.provider_questions_max) return refuse('overloaded', 'the provider is being asked');
    asking[by] += 1;
    try {
      return await work(await description.get());
    } catch (failure) {
      report(failure);
      return refusalOf(failure);
    } finally {
      asking[by] -= 1;
    }
  };

  /** The claims of an ID token, with groups from the userinfo endpoint if it says nothing of them. */
  const withGroups = async (config: client.Configuration, claims: client.IDToken, accessToken: string): Promise<Readonly<Record<string, unknown>>> => {
    if (saysGroups(claims, groupsClaim) || config.serverMetadata().userinfo_endpoint === undefined) return claims;
    return { ...(await client.fetchUserInfo(config, accessToken, claims.sub)), ...claims };
  };

  return {
    settings,

    begin: ({ state, nonce, verifier }, redirectUri) =>
      asked('strangers', async (config) => {
        const parameters = { redirect_uri: redirectUri, scope: settings.scopes.join(' '), state, nonce, code_challenge: await client.calculatePKCECodeChallenge(verifier), code_challenge_method: 'S256' };
        const pushes = config.serverMetadata().pushed_authorization_request_endpoint !== undefined;
        const url = pushes ? await client.buildAuthorizationUrlWithPAR(config, parameters) : client.buildAuthorizationUrl(config, parameters);
        if (!isAskable(url.href, onThisMachine)) throw new Error('cannot send a browser to the provider: its address is not https');
        return url.href;
      }),

    finish: ({ state, nonce, verifier }, answer) =>
      asked('strangers', async (config) => {
        const tokens = await client.authorizationCodeGrant(config, answer, { expectedState: state, expectedNonce: nonce, pkceCodeVerifier: verifier, idTokenExpected: true });
        const claims = tokens.claims();
        if (claims === undefined || tokens.id_token === undefined) return refuse('provider_answer_invalid', 'there is no ID token');
        const person = personOf(await withGroups(config, claims, tokens.access_token), settings);
        if (isRefusal(person) || 'barred' in person) return person;
        return { person, sid: textOf(claims['sid']), idToken: tokens.id_token, refreshToken: tokens.refresh_token ?? null, ends: claims.exp * 1_000 };
      }),

    async again(refreshToken, before) {
      const answer = await asked('known', async (config) => {
        const tokens = await client.refreshTokenGrant(config, refreshToken);
        const claims = tokens.claims();
        // OpenID Connect Core §12.2: it is about the same person, or about nobody.
        if (claims !== undefined && claims.sub !== before.subject) return refuse('session_over', 'the provider names somebody else');
        const said = claims === undefined ? (config.serverMetadata().userinfo_endpoint === undefined ? null : await client.fetchUserInfo(config, tokens.access_token, before.subject)) : await withGroups(config, claims, tokens.access_token);
        const person = said === null ? before : personOf(said, settings);
        if (isRefusal(person) || 'barred' in person) return person;
        return { person, idToken: tokens.id_token ?? null, refreshToken: tokens.refresh_token ?? refreshToken, ends: claims === undefined ? now_ms() : claims.exp * 1_000 };
      });
      return isRefusal(answer) && (answer.refused === 'provider_refused' || answer.refused === 'provider_answer_invalid') ? refuse('session_over', 'the provider says so') : answer;
    },

    async leave(idToken, redirectUri) {
      const url = await asked('known', async (config) => (config.serverMetadata().end_session_endpoint === undefined ? '' : client.buildEndSessionUrl(config, { id_token_hint: idToken, post_logout_redirect_uri: redirectUri }).href));
      return isRefusal(url) || !isAskable(url, onThisMachine) ? null : url;
    },

    async loggedOut(token) {
      const form = token.length > LIMITS.token_characters_max ? refuse('logout_token_invalid', 'its length') : readToken(token, ALGORITHMS, LOGOUT_TYPES);
      if (isRefusal(form)) return refuse('logout_token_invalid', form.detail);
      if (form.issuer !== issuer) return refuse('logout_token_invalid', 'its issuer');
      const now = now_ms();
      try {
        await keys.ready();
        const { payload } = await jwtVerify(token, keys.find, { algorithms: ALGORITHMS, issuer, audience: clientId, currentDate: new Date(now), clockTolerance: LIMITS.token_skew_ms_max / 1_000, maxTokenAge: LIMITS.logout_token_ms_max / 1_000, requiredClaims: ['exp', 'jti'] });
        const { sub, sid, jti, nonce, events } = payload as Readonly<Record<string, unknown>>;
        // Back-Channel Logout §2.6.
        if (nonce !== undefined || typeof events !== 'object' || events === null || !Object.hasOwn(events, LOGOUT_EVENT)) return refuse('logout_token_invalid', 'it is not about a logout');
        if (textOf(sub) === null && textOf(sid) === null) return refuse('logout_token_invalid', 'it names neither a person nor a session');
        if (typeof jti !== 'string' || !isFirst(used, jti, now)) return refuse('logout_token_invalid', 'it was used before');
        return { sid: textOf(sid), subject: textOf(sub) };
      } catch (failure) {
        report(failure);
        return keys.counts() ? refuse('logout_token_invalid', 'its signature or a claim') : refuse('provider_unavailable');
      }
    },
  };
}

const LOGOUT_TYPES: readonly string[] = ['jwt', 'logout+jwt'];

/** The provider's description, fetched when first needed and again after a while. A failure is not tried again at once, and what is known is used meanwhile. */
class Description {
  readonly #fetch: () => Promise<client.Configuration>;
  readonly #now: () => number;
  #known: { readonly config: client.Configuration; readonly fetched: number } | null = null;
  #failed: { readonly cause: unknown; readonly at: number } | null = null;
  #asking: Promise<client.Configuration> | null = null;

  constructor(fetch: () => Promise<client.Configuration>, now_ms: () => number) {
    this.#fetch = fetch;
    this.#now = now_ms;
  }

  async get(): Promise<client.Configuration> {
    const now = this.#now();
    if (this.#known !== null && now - this.#known.fetched < LIMITS.provider_description_ms_max) return this.#known.config;
    if (this.#asking === null && this.#failed !== null && now - this.#failed.at < LIMITS.provider_pause_ms) {
      if (this.#known !== null) return this.#known.config;
      throw this.#failed.cause;
    }
    this.#asking ??= this.#take().finally(() => (this.#asking = null));
    return this.#asking;
  }

  async #take(): Promise<client.Configuration> {
    try {
      const config = await this.#fetch();
      this.#known = { config, fetched: this.#now() };
      this.#failed = null;
      return config;
    } catch (cause) {
      this.#failed = { cause, at: this.#now() };
      if (this.#known !== null) return this.#known.config;
      throw cause;
    }
  }
}

async function discover({ issuer, clientId, clientSecretFile }: OidcSettings, ask: Ask): Promise<client.Configuration> {
  const secret = readSecret(clientSecretFile);
  const url = new URL(issuer);
  const execute = [client.enableNonRepudiationChecks, ...(url.protocol === 'http:' ? [client.allowInsecureRequests] : [])];
  const outside: client.CustomFetch = (to, { body, ...init }) => askIssuer(to, { ...init, ...(body === undefined ? {} : { body }) } as RequestInit, ask);
  // The way to authenticate is chosen when the first question needs it: only the description says which ones there are.
  const authenticate: client.ClientAuth = (server, ...rest) => {
    const methods = server.token_endpoint_auth_methods_supported ?? ['client_secret_basic'];
    const how = secret === null ? client.None() : methods.includes('client_secret_basic') ? client.ClientSecretBasic(secret) : client.ClientSecretPost(secret);
    how(server, ...rest);
  };
  const config = await client.discovery(url, clientId, { [client.clockTolerance]: LIMITS.token_skew_ms_max / 1_000 }, authenticate, { execute, timeout: LIMITS.issuer_answer_ms_max / 1_000, [client.customFetch]: outside });
  // The issuer is compared byte by byte from here on, with what its tokens say.
  if (config.serverMetadata().issuer !== issuer) throw new Error('cannot use the description of the provider: it names another issuer');
  return config;
}

/** The secret that the client shares with its provider; null without a file. */
function readSecret(file: string | null): string | null {
  if (file === null) return null;
  try {
    const { mode, size } = statSync(file);
    if ((mode & 0o077) !== 0) throw new Error('it is open to other users; run chmod 600 on it');
    if (size > LIMITS.provider_secret_bytes_max) throw new Error(`it has more than ${LIMITS.provider_secret_bytes_max} bytes`);
    const secret = readFileSync(file, 'utf8').trim();
    if (secret === '') throw new Error('it is empty');
    return secret;
  } catch (cause) {
    throw new Error(`cannot read the client secret ${file}`, { cause });
  }
}

function refusalOf(failure: unknown): Refusal {
  if (failure instanceof client.AuthorizationResponseError) return refuse('provider_refused', wordOf(failure.error));
  if (failure instanceof client.ResponseBodyError) return failure.status < 500 && failure.error !== 'temporarily_unavailable' ? refuse('provider_refused', wordOf(failure.error)) : refuse('provider_unavailable');
  if (failure instanceof client.ClientError && failure.code !== undefined && !UNREACHED.includes(failure.code)) return refuse('provider_answer_invalid');
  return refuse('provider_unavailable');
}

const UNREACHED: readonly string[] = ['OAUTH_TIMEOUT', 'OAUTH_ABORT', 'OAUTH_RESPONSE_IS_NOT_CONFORM'];

/** RFC 6749 §4.1.2.1: a code of the protocol, not a text. */
function wordOf(error: string): string {
  return /^[a-z_]{1,64}$/.test(error) ? error : 'an unknown error';
}

function isAskable(url: string, onThisMachine: boolean): boolean {
  const read = readHttpsAddress(url);
  return read !== null && (onThisMachine || !isOnThisMachine(read));
}

function textOf(value: unknown): string | null {
  return typeof value === 'string' && value !== '' && value.length <= LIMITS.provider_subject_characters_max ? value : null;
}

/** Whether an id was not seen as long as a token with it would be taken. */
function isFirst(used: Map<string, number>, id: string, now: number): boolean {
  for (const [known, at] of used) {
    if (now - at < LIMITS.logout_token_ms_max + 2 * LIMITS.token_skew_ms_max && used.size < LIMITS.logout_tokens_max) break;
    used.delete(known);
  }
  if (used.has(id)) return false;
  used.set(id, now);
  return true;
}
