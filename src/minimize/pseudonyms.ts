/**
 * Pseudonyms: keyed digests that stand instead of values. Equal values of one tenant have equal pseudonyms for one purpose within one period,
 * and nobody without the key can tell whose they are, or try values until one fits. Tenant, purpose and period each have a key of their own,
 * so that pseudonyms of two of them cannot be joined.
 */
import { createHmac, hkdfSync } from 'node:crypto';
import type { Secret } from '#model';

export interface PseudonymUse {
  readonly tenant: string;
  readonly purpose: string;
  /** `12h`, `30d`; absent = one period for good. Periods are counted from 1970. */
  readonly every?: string | undefined;
}

const KEYS_MAX = 4_096;
const UNIT_MS = { h: 3_600_000, d: 86_400_000 } as const;
/** RFC 4648 §6, in lower case. */
const BASE32 = 'abcdefghijklmnopqrstuvwxyz234567';
const PSEUDONYM_BYTES = 10;

/** Periods are whole hours: within one of these no pseudonym changes. */
export const PERIOD_STEP_MS = UNIT_MS.h;

export class Pseudonyms {
  readonly #key: Secret<Uint8Array> | null;
  readonly #keys = new Map<string, Uint8Array>();

  /** Without a key there are no pseudonyms: what would have become one is replaced. */
  constructor(key: Secret<Uint8Array> | null) {
    this.#key = key;
  }

  /** `[pseudonym:…]` for a value that came at `now_ms`; null without a key. Text and its UTF-8 bytes are the same value. */
  of(value: string | Uint8Array, { tenant, purpose, every }: PseudonymUse, now_ms: number): string | null {
    if (this.#key === null) return null;
    const period = every === undefined ? '' : `${every} ${Math.floor(now_ms / periodOf(every))}`;
    const name = JSON.stringify([tenant, purpose, period]);
    let key = this.#keys.get(name);
    if (key === undefined) {
      key = new Uint8Array(hkdfSync('sha256', this.#key.reveal(), new Uint8Array(0), `tracekeep/1/pseudonym/${name}`, 32));
      if (this.#keys.size >= KEYS_MAX) this.#keys.clear();
      this.#keys.set(name, key);
    }
    return `[pseudonym:${base32(createHmac('sha256', key).update(value).digest().subarray(0, PSEUDONYM_BYTES))}]`;
  }
}

function periodOf(every: string): number {
  const parsed = /^([1-9]\d{0,5})([hd])$/.exec(every);
  if (parsed === null) throw new Error('cannot make a pseudonym: the period is not a number of hours or days');
  return Number(parsed[1]) * UNIT_MS[parsed[2] as 'h' | 'd'];
}

function base32(bytes: Uint8Array): string {
  let text = '';
  let bits = 0;
  let held = 0;
  for (const byte of bytes) {
    held = (held << 8) | byte;
    for (bits += 8; bits >= 5; bits -= 5) text += BASE32[(held >>> (bits - 5)) & 31];
    held &= (1 << bits) - 1;
  }
  return text;
}
