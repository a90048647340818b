/**
 * People who sign in with a provider. What binds the way there to the way back is one random text in a cookie of the browser: state, nonce and PKCE verifier are keyed
 * hashes of it, so nothing is kept here, and what was begun elsewhere, is over, or was completed before is not completed. A session
 * lives no longer than the provider says: where it gives a refresh token it is asked again every few minutes, else the session
 * ends with the ID token; and it ends at once when the provider says that somebody signed out (back-channel logout).
 */
import { randomBytes, timingSafeEqual } from 'node:crypto';

import type { ControlStore, StartedSession } from '#control';
import { LIMITS } from '#limits';
import { Secret } from '#model';
import { networkText } from '#model/network';
import { isRefusal, refuse, type Refusal } from '#refusal';

import type { Provider, ProviderAnswer, SignInSecrets } from './provider.ts';
import type { Barred } from './provider-person.ts';
import type { Asker, FailedAttempt, NewSession } from './session.ts';

export interface ProviderSignIn {
  /** What the sign-in page calls it. */
  readonly name: string;
  /** `base`: the origin under which the browser knows the console. Refusals: provider_unavailable, overloaded. */
  begin(base: string): Promise<{ readonly location: string; readonly browser: Secret<string> } | Refusal>;
  /** `search`: what followed `?` when the browser came back; `browsers`: the cookies of this name. Refusals: provider_*, control_limit, overloaded. */
  finish(search: string, browsers: readonly string[], base: string, asker: Asker): Promise<NewSession | Refusal>;
  /** Asks the provider about the session of a cookie for which `session` said provider_check_due. Refusals: session_over, provider_no_role, provider_unavailable. */
  renew(cookies: readonly string[]): Promise<true | Refusal>;
  /** Where to go to end the session at the provider too, asked before it is ended here; null: nowhere. */
  leave(sessionId: string, base: string): Promise<string | null>;
  /** Ends the sessions of whoever signed out at the provider. Refusals: logout_token_invalid, provider_unavailable. */
  loggedOut(token: string): Promise<true | Refusal>;
}

export interface ProviderSignInParts {
  readonly control: Pick<ControlStore, 'proofOf' | 'findSession' | 'startProviderSession' | 'renewProviderSession' | 'barIdentity' | 'findProviderSession' | 'endProviderSessions' | 'endSession'>;
  readonly provider: Provider;
  readonly welcome: (started: StartedSession | Refusal) => NewSession | Refusal;
  readonly deny: (attempt: FailedAttempt, refusal: Refusal) => Promise<Refusal>;
  readonly now_ms: () => number;
  readonly random?: (bytes: number) => Uint8Array;
}

/** The address to which the provider sends browsers back; it has to be registered there. */
export const RETURN_PATH = '/sign-in/return';

export function createProviderSignIn({ control, provider, welcome, deny, now_ms, random = randomBytes }: ProviderSignInParts): ProviderSignIn {
  const { settings } = provider;
  const renewing = new Map<string, Promise<true | Refusal>>();
  const completed = new Completed();

  const proofOf = (what: string, ...parts: readonly string[]): string => control.proofOf('provider', what, settings.issuer, settings.clientId, ...parts);
  const secretsOf = (text: string): SignInSecrets => ({ state: proofOf('state', text), nonce: proofOf('nonce', text), verifier: proofOf('verifier', text) });

  /** The random text of a cookie that we made, and that is not over. */
  const readBrowser = (cookie: string): string | null => {
    const [text = '', ends = '', proof = ''] = cookie.split('.');
    const [expected, given] = [Buffer.from(proofOf('browser', text, ends)), Buffer.from(proof)];
    return expected.length === given.length && timingSafeEqual(expected, given) && Number(ends) > now_ms() ? text : null;
  };

  const checkByOf = ({ refreshToken }: Pick<ProviderAnswer, 'refreshToken'>): number | null => (refreshToken === null ? null : now_ms() + LIMITS.provider_check_ms);
  const untilOf = ({ refreshToken, ends }: Pick<ProviderAnswer, 'refreshToken' | 'ends'>): number | null => (refreshToken === null ? ends : null);

  /** Whoever lost their groups has lost them in every browser. */
  const bar = async ({ issuer, subject, barred }: Barred): Promise<Refusal> => {
    await control.barIdentity(issuer, subject);
    return barred;
  };

  const ask = async (id: string): Promise<true | Refusal> => {
    const kept = control.findProviderSession(id);
    if (kept === null || kept.refreshToken === null) return refuse('session_over');
    const answer = await provider.again(kept.refreshToken, kept.person);
    if ('barred' in answer) return bar(answer);
    if (!isRefusal(answer)) {
      await control.renewProviderSession(id, answer.person, { ...kept, idToken: answer.idToken ?? kept.idToken, refreshToken: answer.refreshToken, asked: now_ms(), checkBy: checkByOf(answer) });
      return true;
    }
    if (answer.refused === 'provider_unavailable' || answer.refused === 'overloaded') {
      // It goes on for a while on what was said last.
      if (now_ms() >= kept.asked + LIMITS.provider_check_ms + LIMITS.provider_unreached_ms_max) return answer;
      await control.renewProviderSession(id, kept.person, { ...kept, checkBy: now_ms() + LIMITS.provider_pause_ms });
      return true;
    }
    await control.endSession(id);
    return answer;
  };

  return {
    name: settings.name,

    async begin(base) {
      const text = Buffer.from(random(32)).toString('base64url');
      const location = await provider.begin(secretsOf(text), base + RETURN_PATH);
      if (isRefusal(location)) return location;
      const ends = String(now_ms() + LIMITS.provider_sign_in_ms_max);
      return { location, browser: new Secret(`${text}.${ends}.${proofOf('browser', text, ends)}`) };
    },

    async finish(search, browsers, base, { address }) {
      const attempt = { account: null, how: 'provider', early: false, network: networkText(address) } as const;
      const [cookie = '', ...others] = browsers;
      const text = others.length > 0 ? null : readBrowser(cookie);
      if (text === null) return deny(attempt, refuse('provider_answer_invalid', browsers.length === 0 ? 'this browser began none, or too long ago' : 'its cookie'));
      const secrets = secretsOf(text);
      const answer = new URL(`${base}${RETURN_PATH}?${search.replace(/^\?/, '')}`);
      // An answer that is not to what this browser began uses nothing up: it may be somebody else's doing.
      if (answer.searchParams.getAll('state').join() !== secrets.state) return deny(attempt, refuse('provider_answer_invalid', 'its state'));
      if (!completed.add(text, now_ms())) return deny(attempt, refuse('provider_answer_invalid', 'it was completed before'));
      const found = await provider.finish(secrets, answer);
      if ('barred' in found) return deny(attempt, await bar(found));
      if (isRefusal(found)) return deny(attempt, found);
      const { person, sid, idToken, refreshToken } = found;
      return welcome(await control.startProviderSession(person, { sid, idToken, refreshToken, asked: now_ms(), checkBy: checkByOf(found), until: untilOf(found) }, { how: 'provider', network: attempt.network }));
    },

    async renew(cookies) {
      for (const cookie of cookies.slice(0, LIMITS.session_cookies_max)) {
        const found = control.findSession(cookie);
        const checkBy = found?.session.checkBy ?? null;
        if (found === null || checkBy === null || checkBy > now_ms()) continue;
        const under = renewing.get(found.id) ?? ask(found.id).finally(() => renewing.delete(found.id));
        renewing.set(found.id, under);
        const answer = await under;
        if (answer !== true) return answer;
      }
      return true;
    },

    async leave(sessionId, base) {
      const kept = control.findProviderSession(sessionId);
      return kept === null ? null : provider.leave(kept.idToken, `${base}/sign-in`);
    },

    async loggedOut(token) {
      const who = await provider.loggedOut(token);
      if (isRefusal(who)) return who;
      await control.endProviderSessions({ issuer: settings.issuer, ...who });
      return true;
    },
  };
}

/** Sign-ins that were completed, as long as their cookies would be taken. */
class Completed {
  readonly #texts = new Map<string, number>();

  /** False if it is there already. */
  add(text: string, now: number): boolean {
    for (const [oldest, at] of this.#texts) {
      if (now - at < LIMITS.provider_sign_in_ms_max && this.#texts.size < LIMITS.provider_sign_ins_max) break;
      this.#texts.delete(oldest);
    }
    if (this.#texts.has(text)) return false;
    this.#texts.set(text, now);
    return true;
  }
}
