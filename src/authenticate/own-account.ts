/**
 * What somebody who is signed in changes about how he proves who he is: the password, the second factor, its recovery codes. Each wants the
 * current password again, so that a browser left open is not enough, and each attempt counts.
 */
import { actorOf, type AccountRecord, type CodeProof, type ControlStore, type SignInWay } from '#control';
import { LIMITS } from '#limits';
import { Secret } from '#model';
import { networkText } from '#model/network';
import { isRefusal, refuse } from '#refusal';
import type { Refusal } from '#refusal';

import type { Attempts } from './attempts.ts';
import type { Codes } from './codes.ts';
import type { Passwords } from './password.ts';
import type { People } from './people.ts';
import { passwordKey, tooMany, type Asker, type FailedAttempt, type NewSession, type SignedIn } from './session.ts';

export interface OwnAccount {
  /** Every other session ends. Refusals: sign_in_failed, account_of_provider, password_weak, too_many_attempts, overloaded. */
  changePassword(who: SignedIn, current: string, wanted: string, asker: Asker): Promise<NewSession | Refusal>;
  /** A secret that counts when a code made from it comes back. Refusals: sign_in_failed, name_taken, too_many_attempts, overloaded. */
  offerSecondFactor(who: SignedIn, password: string, asker: Asker): Promise<FactorOffer | Refusal>;
  /** Every other session ends. Refusals: code_wrong, name_taken, too_many_attempts. */
  confirmSecondFactor(who: SignedIn, code: string, asker: Asker): Promise<(NewSession & NewCodes) | Refusal>;
  /** Every other session ends. Refusals: sign_in_failed, too_many_attempts, overloaded. */
  removeSecondFactor(who: SignedIn, password: string, code: string, asker: Asker): Promise<NewSession | Refusal>;
  /** The old ones count no more. The same refusals. */
  renewRecoveryCodes(who: SignedIn, password: string, code: string, asker: Asker): Promise<NewCodes | Refusal>;
}

export interface FactorOffer {
  readonly secret: Secret<string>;
  /** The same as a URI, for a picture. */
  readonly uri: Secret<string>;
}

export interface NewCodes {
  /** Shown once, kept nowhere. */
  readonly recoveryCodes: readonly string[];
}

export interface OwnAccountParts {
  readonly control: Pick<ControlStore, 'findAccount' | 'addSecondFactor' | 'removeSecondFactor' | 'renewRecoveryCodes'>;
  readonly passwords: Passwords;
  readonly people: Pick<People, 'change'>;
  readonly attempts: Attempts;
  readonly codes: Codes;
  readonly now_ms: () => number;
  /** Records an attempt that failed, and gives the refusal, or that of what cannot be recorded. */
  readonly deny: (attempt: FailedAttempt, refusal: Refusal) => Promise<Refusal>;
  /** Begins a session for somebody who was signed in already. */
  readonly begin: (account: AccountRecord, way: SignInWay) => Promise<NewSession | Refusal>;
}

interface Offered {
  readonly secret: Secret<string>;
  readonly until: number;
}

type How = 'new password' | 'second factor';

export function createOwnAccount({ control, passwords, people, attempts, codes, now_ms, deny, begin }: OwnAccountParts): OwnAccount {
  /** By account. Lost with the process: then one begins anew. */
  const offers = new Map<string, Offered>();

  /** The account, if the password is its own; `look` decides on what else came with it. One refusal for both: nobody learns which was wrong. */
  const prove = async <Proof>({ reader, issuer }: SignedIn, password: string, { address }: Asker, how: How, look: (account: AccountRecord) => Proof | null): Promise<{ readonly account: AccountRecord; readonly proof: Proof } | Refusal> => {
    if (issuer !== null) return refuse('account_of_provider');
    const account = control.findAccount(reader.name);
    if (account === null || account.id !== reader.id) return refuse('session_over');
    const key = passwordKey(account.id);
    const attempt = { account: { id: account.id, name: account.name, tenant: account.tenant }, how, network: networkText(address) } as const;
    const wait = attempts.begin([key]);
    if (wait > 0) return deny({ ...attempt, early: true }, tooMany(wait));
    const right = await passwords.matches(password, account.password);
    if (isRefusal(right)) {
      attempts.takeBack(key);
      return right;
    }
    const proof = look(account);
    if (!right || proof === null) return deny({ ...attempt, early: false }, refuse('sign_in_failed', how === 'new password' ? 'the current password' : undefined));
    attempts.clear(key);
    return { account, proof };
  };

  const ofPassword = (): true => true;
  const ofCode = (code: string) => (account: AccountRecord): CodeProof | null => codes.check(account.id, account.secondFactor, code);

  const newCodes = (account: AccountRecord): NewCodes & { readonly hashes: readonly string[] } => {
    const recoveryCodes = codes.newRecoveryCodes();
    return { recoveryCodes, hashes: codes.hashesOf(account.id, recoveryCodes) };
  };

  const again = (account: AccountRecord, how: How, { address }: Asker): Promise<NewSession | Refusal> => begin(account, { how, network: networkText(address), proof: 'session' });

  return {
    async changePassword(who, current, wanted, asker) {
      const proven = await prove(who, current, asker, 'new password', ofPassword);
      if (isRefusal(proven)) return proven;
      const { tenant, name } = proven.account;
      const changed = await people.change({ tenant, name }, { password: wanted }, actorOf(who.reader));
      return isRefusal(changed) ? changed : again(changed, 'new password', asker);
    },

    async offerSecondFactor(who, password, asker) {
      const proven = await prove(who, password, asker, 'second factor', ofPassword);
      if (isRefusal(proven)) return proven;
      const { id, name, secondFactor } = proven.account;
      if (secondFactor !== null) return refuse('name_taken', 'a second factor of this account');
      const now = now_ms();
      for (const [account, { until }] of offers) if (until <= now) offers.delete(account);
      const secret = codes.newSecret();
      offers.set(id, { secret, until: now + LIMITS.factor_offer_ms_max });
      return { secret, uri: new Secret(codes.uriOf(secret, name)) };
    },

    async confirmSecondFactor(who, code, asker) {
      if (who.issuer !== null) return refuse('account_of_provider');
      const account = control.findAccount(who.reader.name);
      if (account === null || account.id !== who.reader.id) return refuse('session_over');
      const wait = attempts.begin([passwordKey(account.id)]);
      if (wait > 0) return tooMany(wait);
      const offer = offers.get(account.id);
      if (offer === undefined || offer.until <= now_ms()) return refuse('code_wrong', 'the offer is over: begin anew');
      const since = now_ms();
      const proof = codes.check(account.id, { secret: offer.secret.reveal(), since, step: -1, recovery: [] }, code);
      if (proof?.is !== 'code') return refuse('code_wrong');
      attempts.clear(passwordKey(account.id));
      const { recoveryCodes, hashes } = newCodes(account);
      const changed = await control.addSecondFactor({ tenant: account.tenant, name: account.id }, { secret: offer.secret.reveal(), since, step: proof.step, recovery: hashes }, actorOf(who.reader));
      if (isRefusal(changed)) return changed;
      offers.delete(account.id);
      const session = await again(changed, 'second factor', asker);
      return isRefusal(session) ? session : { ...session, recoveryCodes };
    },

    async removeSecondFactor(who, password, code, asker) {
      const proven = await prove(who, password, asker, 'second factor', ofCode(code));
      if (isRefusal(proven)) return proven;
      const changed = await control.removeSecondFactor({ tenant: proven.account.tenant, name: proven.account.id }, proven.proof, actorOf(who.reader));
      return isRefusal(changed) ? changed : again(changed, 'second factor', asker);
    },

    async renewRecoveryCodes(who, password, code, asker) {
      const proven = await prove(who, password, asker, 'second factor', ofCode(code));
      if (isRefusal(proven)) return proven;
      const { recoveryCodes, hashes } = newCodes(proven.account);
      const changed = await control.renewRecoveryCodes({ tenant: proven.account.tenant, name: proven.account.id }, proven.proof, hashes, actorOf(who.reader));
      return isRefusal(changed) ? changed : { recoveryCodes };
    },
  };
}
