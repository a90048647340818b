/**
 * Codes of the second factor: those that an app makes from a secret and the time (RFC 6238 over RFC 4226: SHA-1, six digits, thirty seconds, which
 * is what every app can), and recovery codes for whoever lost the app. Looking at a code is the same work whatever it is and whether there is a
 * second factor at all: who measures learns nothing.
 */
import { randomBytes, randomInt, timingSafeEqual } from 'node:crypto';

import { Secret as Key, TOTP } from 'otpauth';

import type { CodeProof, ControlStore, SecondFactor } from '#control';
import { LIMITS } from '#limits';
import { Secret } from '#model';

export interface Codes {
  /** Base32. RFC 4226 §4 R6 asks for 160 bits. */
  newSecret(): Secret<string>;
  /** What apps read from a picture (the Key Uri Format). */
  uriOf(secret: Secret<string>, accountName: string): string;
  newRecoveryCodes(): readonly string[];
  hashesOf(account: string, recoveryCodes: readonly string[]): readonly string[];
  /** What the code proves; null if it does not fit, or if one of its time or a later one was taken. `text` is attacker-controlled. */
  check(account: string, factor: SecondFactor | null, text: string): CodeProof | null;
}

export interface CodesOptions {
  readonly now_ms?: () => number;
  readonly random?: (bytes: number) => Uint8Array;
}

const ISSUER = 'Tracekeep';
const SECRET_BYTES = 20;
const PERIOD_S = 30;
/** Codes of the step before and after are taken too: clocks differ, and people type (RFC 6238 §5.2). */
const WINDOW = 1;
const FORM = { issuer: ISSUER, algorithm: 'SHA1', digits: 6, period: PERIOD_S } as const;

/** Letters and digits that nobody mistakes for another: 49 bits in ten. */
const LETTERS = 'abcdefghjkmnpqrstuvwxyz23456789';
const RECOVERY_LETTERS = 10;
/** As long as digits are, or it would not be compared. */
const NONE = 'no one';

export function createCodes(control: Pick<ControlStore, 'proofOf'>, { now_ms = Date.now, random = randomBytes }: CodesOptions = {}): Codes {
  const nobody = new Key({ buffer: bufferOf(random(SECRET_BYTES)) });
  const hashOf = (account: string, code: string): string => control.proofOf('recovery code', account, code);
  return {
    newSecret: () => new Secret(new Key({ buffer: bufferOf(random(SECRET_BYTES)) }).base32),
    uriOf: (secret, accountName) => new TOTP({ ...FORM, label: accountName, secret: secret.reveal() }).toString(),
    newRecoveryCodes: () => Array.from({ length: LIMITS.recovery_codes }, newRecoveryCode),
    hashesOf: (account, codes) => codes.map((code) => hashOf(account, readCode(code).letters)),
    check(account, factor, text) {
      const { digits, letters } = readCode(text);
      const now = now_ms();
      const delta = TOTP.validate({ ...FORM, secret: factor === null ? nobody : Key.fromBase32(factor.secret), token: digits, timestamp: now, window: WINDOW });
      const hash = hashOf(account, letters);
      const known = (factor?.recovery ?? []).filter((one) => isEqual(one, hash));
      if (factor === null) return null;
      if (known.length > 0) return { since: factor.since, is: 'recovery code', hash };
      const step = delta === null ? -1 : TOTP.counter({ period: PERIOD_S, timestamp: now }) + delta;
      return step > factor.step ? { since: factor.since, is: 'code', step } : null;
    },
  };
}

/** Apps show codes in groups, and people write recovery codes as they like. What is no code of a kind becomes one that fits nothing and costs the same. */
function readCode(text: string): { readonly digits: string; readonly letters: string } {
  const bare = text.length > LIMITS.code_characters_max ? '' : text.toLowerCase().replaceAll(/[\s-]/g, '');
  return { digits: /^[0-9]{6}$/.test(bare) ? bare : NONE, letters: /^[a-z0-9]{10}$/.test(bare) ? bare : NONE };
}

function newRecoveryCode(): string {
  const letters = Array.from({ length: RECOVERY_LETTERS }, () => LETTERS[randomInt(LETTERS.length)]).join('');
  return `${letters.slice(0, RECOVERY_LETTERS / 2)}-${letters.slice(RECOVERY_LETTERS / 2)}`;
}

function isEqual(one: string, other: string): boolean {
  const [left, right] = [Buffer.from(one), Buffer.from(other)];
  return left.length === right.length && timingSafeEqual(left, right);
}

function bufferOf(bytes: Uint8Array): ArrayBuffer {
  return new Uint8Array(bytes).buffer;
}
