/** The settings of the log: what it is called, who cosigns it, how often it is verified, and where records of who did what are pushed. */
import type { Config } from '#config';
import { sha256 } from '#keys/signing';
import { LIMITS } from '#limits';
import { isFlaw, isKeyName, parseVkey } from '#merkle';

import { isMap, unreadable, type Given } from './given.ts';
import { OperatorError } from './operator-error.ts';
import { readPeriod } from './quantity.ts';

const REST_MS_MIN = 60_000;
const REST_MS_MAX = 31 * 86_400_000;

/** Of the log, and the name of its keys (C2SP signed-note). */
export function readOrigin({ value, place }: Given): string | null {
  if (value === '') return null;
  if (typeof value !== 'string' || !isKeyName(value)) throw unreadable(place, 'a name without spaces and plus signs, such as log.example.org/traces');
  return value;
}

/** `VKEY URL`, more of them after commas, or in the file a list of maps of `key` and `url`. */
export function readWitnesses({ value, place }: Given): Config['witnesses'] {
  if (value === '') return [];
  const what = 'verifier keys with addresses, such as "witness.example+3c3628a8+BB6A… https://witness.example/"; in the file a list of key and url';
  const items: readonly unknown[] = typeof value === 'string' ? value.split(/\s*,\s*/u).map((text) => text.split(/\s+/u)) : Array.isArray(value) ? value.map((item) => (isMap(item) && Object.keys(item).length === 2 ? [item['key'], item['url']] : null)) : [null];
  const witnesses = items.map((item) => {
    const [key, url, more] = Array.isArray(item) ? (item as readonly unknown[]) : [];
    if (typeof key !== 'string' || typeof url !== 'string' || more !== undefined) throw unreadable(place, what);
    const verifier = parseVkey(sha256, key);
    // A plain signature says nothing about when, and is what logs sign with.
    if (isFlaw(verifier) || verifier.type === 0x01) throw unreadable(place, `${what}. A key is not that of a witness ("tracekeep witness vkeys" prints them)`);
    return { key, url: readUrl(url, place) };
  });
  const urls = new Set(witnesses.map(({ url }) => url));
  if (urls.size > LIMITS.witnesses_max) throw unreadable(place, `at most ${LIMITS.witnesses_max} witnesses`);
  // One key at two addresses would count twice for a quorum.
  if (new Set(witnesses.map(({ key }) => key.slice(key.indexOf('+', key.indexOf('+') + 1)))).size < witnesses.length) throw unreadable(place, 'different keys: one of them stands there twice');
  return witnesses;
}

export function readQuorum({ value, place }: Given): number {
  const text = String(value);
  if (!/^\d{1,2}$/.test(text) || Number(text) > LIMITS.witnesses_max) throw unreadable(place, `a number of witnesses up to ${LIMITS.witnesses_max}, or 0`);
  return Number(text);
}

export function readRest({ value, place }: Given): number | null {
  if (value === 'never') return null;
  const ms = typeof value === 'string' ? readPeriod(value) : null;
  if (ms === null || ms < REST_MS_MIN || ms > REST_MS_MAX) throw unreadable(place, 'a period from 1m to 31d, or never');
  return ms;
}

export function readPushUrl({ value, place }: Given): string | null {
  if (value === '') return null;
  const url = typeof value === 'string' && URL.canParse(value) ? new URL(value) : null;
  const isHere = url !== null && ['127.0.0.1', '[::1]', 'localhost'].includes(url.hostname);
  if (url === null || url.username !== '' || url.password !== '' || !(url.protocol === 'https:' || (url.protocol === 'http:' && isHere))) throw unreadable(place, 'an https address without user, such as https://siem.example/events, or an http one of this machine');
  return url.href;
}

export function auditPushOf(url: string | null, tokenFile: string | null): Config['auditPush'] {
  if (url === null && tokenFile !== null) throw new OperatorError('cannot use audit-push-token-file without audit-push-url', 2);
  return url === null ? null : { url, tokenFile };
}

function readUrl(text: string, place: string): string {
  const url = URL.canParse(text) ? new URL(text) : null;
  const plain = url !== null && /^https?:$/.test(url.protocol) && url.username === '' && url.password === '' && url.search === '' && url.hash === '';
  if (!plain) throw unreadable(place, 'an address such as https://witness.example/, without user, query and fragment');
  return url.href.endsWith('/') ? url.href : `${url.href}/`;
}
