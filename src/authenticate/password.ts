/**
 * Passwords: which ones are taken, how they are kept and how they are checked. argon2id (RFC 9106) makes a guess expensive for whoever
 * stole the hashes; that it is expensive for us too is bounded: few are computed at once, few wait, more are refused.
 */
import { argon2, randomBytes, timingSafeEqual } from 'node:crypto';
import { promisify } from 'node:util';

import { LIMITS } from '#limits';
import { isRefusal, refuse } from '#refusal';
import type { Refusal } from '#refusal';

export interface Passwords {
  /** A PHC string. Refusals: password_weak, overloaded. */
  hash(password: string, accountName: string): Promise<string | Refusal>;
  /** Does the same work when there is nothing to compare with (null): who measures the time does not learn which names exist. Refusal: overloaded. */
  matches(password: string, kept: string | null): Promise<boolean | Refusal>;
}

export interface PasswordOptions {
  readonly random?: (bytes: number) => Uint8Array;
  /** Tests cannot wait for the real cost. */
  readonly cost?: Argon2Cost;
}

export interface Argon2Cost {
  readonly memory_kib: number;
  readonly passes: number;
  readonly lanes: number;
}

const COST: Argon2Cost = { memory_kib: LIMITS.argon2_memory_kib, passes: LIMITS.argon2_passes, lanes: LIMITS.argon2_lanes };
const SALT_BYTES = 16;
const TAG_BYTES = 32;

export function createPasswords({ random = randomBytes, cost = COST }: PasswordOptions = {}): Passwords {
  const turns = new Turns(LIMITS.argon2_at_once_max, LIMITS.argon2_waiting_max);
  return {
    async hash(password, accountName) {
      const wrong = passwordFault(password, accountName);
      if (wrong !== null) return refuse('password_weak', wrong);
      const salt = random(SALT_BYTES);
      const tag = await turns.take(() => derive(password, salt, cost));
      return isRefusal(tag) ? tag : `$argon2id$v=19$m=${cost.memory_kib},t=${cost.passes},p=${cost.lanes}$${base64(salt)}$${base64(tag)}`;
    },
    async matches(password, kept) {
      const known = kept === null ? null : readHash(kept);
      // More characters than any password has cannot be right, and are not worth hashing.
      if ([...password].length > LIMITS.password_characters_max) return false;
      const tag = await turns.take(() => derive(password, known?.salt ?? new Uint8Array(SALT_BYTES), known?.cost ?? cost));
      if (isRefusal(tag)) return tag;
      const equal = timingSafeEqual(tag, known?.tag ?? Buffer.alloc(TAG_BYTES));
      return known !== null && equal;
    },
  };
}

const KEYBOARD_AND_CUSTOM: readonly string[] = [
  'qwertyuiop', 'qwertzuiop', 'azertyuiop', 'asdfghjkl', 'zxcvbnm', '1234567890', 'abcdefghijklmnopqrstuvwxyz', 'password', 'passwort', 'passw0rd', 'tracekeep', 'administrator', 'letmein', 'welcome', 'iloveyou', 'changeme',
];
const PIECE_MIN = 4;
/** What must be left of a password without the pieces that everybody tries first. */
const REST_MIN = 8;

/** Why a password would be guessed soon, or null. It says nothing about passwords that leaked elsewhere: no list of those is asked. */
export function passwordFault(password: string, accountName: string): string | null {
  const text = password.normalize('NFKC');
  const { length } = [...text];
  if (length < LIMITS.password_characters_min || length > LIMITS.password_characters_max) return `it has ${length} characters`;
  if (!text.isWellFormed()) return 'it is not well-formed text';
  if (isRepetition(text)) return 'it repeats one short piece';
  const lower = text.toLowerCase();
  const rest = withoutPieces(lower, accountName.normalize('NFKC').toLowerCase());
  if (new Set(rest).size < REST_MIN - 2 || rest.length < REST_MIN) return 'it is made of a name, a row of keys or a common password';
  return null;
}

/** True for `abcabcabcabcabc`. */
function isRepetition(text: string): boolean {
  for (let size = 1; size <= text.length / 2; size++) if (text === text.slice(0, size).repeat(Math.ceil(text.length / size)).slice(0, text.length)) return true;
  return false;
}

function withoutPieces(text: string, accountName: string): string {
  const known = [...KEYBOARD_AND_CUSTOM, ...(accountName.length >= PIECE_MIN ? [accountName] : [])];
  let rest = '';
  for (let at = 0; at < text.length; ) {
    const found = Math.max(...known.map((word) => runLength(text, at, word)));
    if (found < PIECE_MIN) rest += text[at];
    at += found < PIECE_MIN ? 1 : found;
  }
  return rest;
}

/** How many characters from `at` on are a run of characters of the word, forwards or backwards. */
function runLength(text: string, at: number, word: string): number {
  let longest = 0;
  for (const line of [word, [...word].toReversed().join('')]) {
    for (let start = line.indexOf(text[at] ?? ''); start !== -1; start = line.indexOf(text[at] ?? '', start + 1)) {
      let run = 0;
      while (start + run < line.length && at + run < text.length && line[start + run] === text[at + run]) run += 1;
      longest = Math.max(longest, run);
    }
  }
  return longest;
}

const argon2Async = promisify(argon2);

/** NIST SP 800-63B-4 §3.1.1.2 asks for a normalization, so that the same keys give the same password on every machine. */
function derive(password: string, salt: Uint8Array, { memory_kib, passes, lanes }: Argon2Cost): Promise<Buffer> {
  return argon2Async('argon2id', { message: Buffer.from(password.normalize('NFKC')), nonce: salt, parallelism: lanes, tagLength: TAG_BYTES, memory: memory_kib, passes });
}

const PHC = /^\$argon2id\$v=19\$m=([0-9]{1,7}),t=([0-9]{1,3}),p=([0-9]{1,3})\$([A-Za-z0-9+/]{1,128})\$([A-Za-z0-9+/]{1,128})$/;

/** With the cost it was made with, so that the cost may rise without anybody losing their password. */
function readHash(kept: string): { readonly cost: Argon2Cost; readonly salt: Buffer; readonly tag: Buffer } {
  const [, memory, passes, lanes, salt, tag] = PHC.exec(kept) ?? [];
  if (salt === undefined || tag === undefined) throw new Error('cannot read the hash of a password');
  return { cost: { memory_kib: Number(memory), passes: Number(passes), lanes: Number(lanes) }, salt: Buffer.from(salt, 'base64'), tag: Buffer.from(tag, 'base64') };
}

function base64(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('base64').replaceAll('=', '');
}

/** A bounded number of works at once and a bounded queue before them, first come, first served. */
class Turns {
  readonly #waiting: (() => void)[] = [];
  readonly #waitingMax: number;
  #free: number;

  constructor(atOnce: number, waitingMax: number) {
    this.#free = atOnce;
    this.#waitingMax = waitingMax;
  }

  async take<Done>(work: () => Promise<Done>): Promise<Done | Refusal> {
    if (this.#free === 0) {
      if (this.#waiting.length >= this.#waitingMax) return refuse('overloaded', 'passwords are being checked');
      await new Promise<void>((resolve) => this.#waiting.push(resolve));
    } else {
      this.#free -= 1;
    }
    try {
      return await work();
    } finally {
      // The place goes to the next in line without ever being free, so that nobody comes in between.
      const next = this.#waiting.shift();
      if (next === undefined) this.#free += 1;
      else next();
    }
  }
}
