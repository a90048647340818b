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
  /** The key used last: most values come in rows of one purpose. */
  #last: { readonly tenant: string; readonly purpose: string; readonly every: string | undefined; readonly period: number; readonly key: Uint8Array } | null = null;

  /** Without a key there are no pseudonyms: what would have become one is replaced. */
  constructor(key: Secret<Uint8Array> | null) {
    this.#key = key;
  }

  /** `[pseudonym:…]` for a value that came at `now_ms`; null without a key. Text and its UTF-8 bytes are the same value. */
  of(value: string | Uint8Array, { tenant, purpose, every }: PseudonymUse, now_ms: number): string | null {
    if (this.#key === null) return null;
    const period = every === undefined ? -1 : Math.floor(now_ms / periodOf(every));
    const last = this.#last;
    const isLast = last !== null && last.period === period && last.purpose === purpose && last.tenant === tenant && last.every === every;
    const key = isLast ? last.key : this.#keyOf(this.#key, tenant, purpose, every, period);
    if (!isLast) this.#last = { tenant, purpose, every, period, key };
    return `[pseudonym:${base32(createHmac('sha256', key).update(value).digest())}]`;
  }

  #keyOf(parent: Secret<Uint8Array>, tenant: string, purpose: string, every: string | undefined, period: number): Uint8Array {
    const name = JSON.stringify([tenant, purpose, every === undefined ? '' : `${every} ${period}`]);
    let key = this.#keys.get(name);
    if (key === undefined) {
      key = new Uint8Array(hkdfSync('sha256', parent.reveal(), new Uint8Array(0), `tracekeep/1/pseudonym/${name}`, 32));
      if (this.#keys.size >= KEYS_MAX) this.#keys.clear();
      this.#keys.set(name, key);
    }
    return key;
  }
}

const PERIODS_MAX = 1_024;
const periods = new Map<string, number>();

function periodOf(every: string): number {
  let period_ms = periods.get(every);
  if (period_ms === undefined) {
    if (periods.size >= PERIODS_MAX) periods.clear();
    periods.set(every, (period_ms = readPeriod(every)));
  }
  return period_ms;
}

function readPeriod(every: string): number {
  const parsed = /^([1-9]\d{0,5})([hd])$/.exec(every);
  if (parsed === null) throw new Error('cannot make a pseudonym: the period is not a number of hours or days');
  return Number(parsed[1]) * UNIT_MS[parsed[2] as 'h' | 'd'];
}

/** Of the first bytes. */
function base32(bytes: Uint8Array): string {
  let text = '';
  let bits = 0;
  let held = 0;
  for (let at = 0; at < PSEUDONYM_BYTES; at++) {
    held = (held << 8) | bytes[at]!;
    for (bits += 8; bits >= 5; bits -= 5) text += BASE32[(held >>> (bits - 5)) & 31];
    held &= (1 << bits) - 1;
  }
  return text;
}
