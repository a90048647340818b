/** Somebody who is signed in, who asks to be, and under what attempts are counted. */
import { LIMITS } from '#limits';
import type { Reader, Secret, TenantId } from '#model';
import { subscriberOf } from '#model/network';
import type { Refusal } from '#refusal';

import type { AttemptKey } from './attempts.ts';

export interface SignedIn {
  readonly reader: Reader;
  readonly sessionId: string;
  /** What a request that changes something must carry in a header, beside the cookie. */
  readonly csrf: string;
  /** Milliseconds since 1970. */
  readonly signedInAt: number;
  readonly expiresAt: number;
  /** Null: none. */
  readonly secondFactor: { readonly since: number; readonly recoveryCodesLeft: number } | null;
  /** This person has to add a second factor before anything else. */
  readonly mustAddFactor: boolean;
  /** The sign-in provider that knows this person; null: an account of this server. */
  readonly issuer: string | null;
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

export interface FailedAttempt {
  /** Null for a name that nobody has: it may be a password typed into the wrong field. */
  readonly account: { readonly id: string; readonly name: string; readonly tenant: TenantId } | null;
  /** `code`: the password was right, or the link. */
  readonly how: 'password' | 'code' | 'link' | 'new password' | 'second factor' | 'provider';
  /** It had to wait, and was not looked at. */
  readonly early: boolean;
  readonly network: string;
}

const OWN = { free: LIMITS.attempts_account_free, delay_ms_max: LIMITS.attempts_account_delay_ms_max } as const;

export const accountKey = (name: string): AttemptKey => ({ key: `account ${name.normalize('NFC')}`, ...OWN });
export const deviceKey = (account: string, device: string): AttemptKey => ({ key: `device ${account} ${device}`, ...OWN });
export const passwordKey = (account: string): AttemptKey => ({ key: `password ${account}`, ...OWN });
export const addressKey = (address: string): AttemptKey => ({ key: `address ${subscriberOf(address)}`, free: LIMITS.attempts_address_free, delay_ms_max: LIMITS.attempts_address_delay_ms_max });

export function tooMany(wait_ms: number): Refusal {
  const seconds = Math.ceil(wait_ms / 1_000);
  return { refused: 'too_many_attempts', detail: `the next one in ${seconds} s`, retryAfter_s: seconds };
}
