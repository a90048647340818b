/** What minimization did, in words people use: `3 values replaced: 2 e-mail addresses, 1 token`. */
import { count, plural } from '#time/format.ts';
import type { KindCount } from './outline.ts';

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

/** `2 e-mail addresses`. */
export function kindWords({ kind, count: many }: KindCount): string {
  const known = Object.hasOwn(WORDS, kind) ? WORDS[kind] : undefined;
  const [one, more] = known ?? [kind.replaceAll('-', ' '), `${kind.replaceAll('-', ' ')}s`];
  return `${count(many)} ${many === 1 ? one : more}${kind === NEUTRALIZED ? ' made visible' : ''}`;
}

/** The whole sentence; '' when nothing was done. */
export function replacedWords(kinds: readonly KindCount[]): string {
  const replaced = kinds.filter(({ kind }) => kind !== NEUTRALIZED);
  const sum = replaced.reduce((total, { count: many }) => total + many, 0);
  const sentences = [
    ...(sum === 0 ? [] : [`${plural(sum, 'value')} replaced: ${replaced.map(kindWords).join(', ')}`]),
    ...kinds.filter(({ kind }) => kind === NEUTRALIZED).map(kindWords),
  ];
  return sentences.join('; ');
}
