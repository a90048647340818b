/**
 * What minimization did, in words people use: `3 values replaced: 2 e-mail addresses, 1 token`.
 */
import type { Minimized } from './span.ts';
import { safeText } from './terminal-text.ts';

/** Singular and plural of the kinds; another kind is called by its own name. */
const WORDS: Readonly<Record<string, readonly [string, string]>> = {
  credential: ['credential', 'credentials'],
  authorization: ['authorization value', 'authorization values'],
  cookie: ['cookie', 'cookies'],
  'session-id': ['session id', 'session ids'],
  jwt: ['JSON web token', 'JSON web tokens'],
  'private-key': ['private key', 'private keys'],
  password: ['password', 'passwords'],
  email: ['e-mail address', 'e-mail addresses'],
  card: ['payment card number', 'payment card numbers'],
  iban: ['IBAN', 'IBANs'],
  'national-id': ['national id', 'national ids'],
  phone: ['phone number', 'phone numbers'],
  ip: ['client address', 'client addresses'],
  literal: ['statement literal', 'statement literals'],
  parameter: ['query parameter', 'query parameters'],
  token: ['token', 'tokens'],
  neutralized: ['harmful character', 'harmful characters'],
};

/** Harmful characters are made visible, not replaced. */
const NEUTRALIZED = 'neutralized';

export function kindText(kind: string, count: number): string {
  const words = Object.hasOwn(WORDS, kind) ? WORDS[kind] : undefined;
  const name = words === undefined ? `${safeText(kind).replaceAll('-', ' ')}${count === 1 ? '' : 's'}` : words[count === 1 ? 0 : 1];
  return `${count} ${name}${kind === NEUTRALIZED ? ' made visible' : ''}`;
}

interface Told {
  readonly service: string;
  readonly minimized: readonly Minimized[];
}

/** Counts by kind over a trace. What a resource or scope had replaced stands at each of its spans and counts once a service. */
export function totalsOf(spans: readonly Told[]): Map<string, number> {
  const totals = new Map<string, number>();
  const told = new Set<string>();
  for (const { service, minimized } of spans) {
    for (const { place, kind, count } of minimized) {
      if (place.startsWith('resource.') || place.startsWith('scope.')) {
        const once = JSON.stringify([service, place, kind, count]);
        if (told.has(once)) continue;
        told.add(once);
      }
      totals.set(kind, (totals.get(kind) ?? 0) + count);
    }
  }
  return totals;
}

export function replacedText(totals: ReadonlyMap<string, number>): string {
  const neutralized = totals.get(NEUTRALIZED) ?? 0;
  const kinds = [...totals].filter(([kind]) => kind !== NEUTRALIZED).sort(([, left], [, right]) => right - left);
  const sum = kinds.reduce((total, [, count]) => total + count, 0);
  const replaced = sum === 0 ? 'No value was replaced.' : `${sum} ${sum === 1 ? 'value' : 'values'} replaced: ${kinds.map(([kind, count]) => kindText(kind, count)).join(', ')}.`;
  return neutralized === 0 ? replaced : `${replaced} ${kindText(NEUTRALIZED, neutralized)}.`;
}
