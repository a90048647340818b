/**
 * The text of a credential: a prefix that says what it is for (`tk_` ingest key, `tt_` token, `ts_` session, `tl_` sign-in link), 32 random bytes and a checksum of
 * 4 bytes, both in base64url. The prefix lets secret scanners find leaked ones. The checksum is no protection: it tells a truncated
 * or mistyped credential from a revoked one without a look at anything, and spares us hashing garbage.
 */
import { hash, randomBytes } from 'node:crypto';

import { Secret } from '#model';

export type CredentialKind = 'producer' | 'token' | 'session' | 'link';

const PREFIXES: Readonly<Record<CredentialKind, string>> = { producer: 'tk_', token: 'tt_', session: 'ts_', link: 'tl_' };
const RANDOM_BYTES = 32;
const FORM = /^t[klst]_[A-Za-z0-9_-]{49}$/;
const CHARACTERS = 52;

export function newCredential(kind: CredentialKind, random: (bytes: number) => Uint8Array = randomBytes): Secret<string> {
  const body = PREFIXES[kind] + Buffer.from(random(RANDOM_BYTES)).toString('base64url');
  return new Secret(body + checksum(body));
}

/** Why a text cannot be a credential of ours, or null if it can. Attacker-controlled: looks at no more than a credential's length. */
export function credentialFault(text: string): string | null {
  if (!/^t[klst]_/.test(text)) return 'it begins with none of the prefixes of a credential';
  if (text.length !== CHARACTERS) return `it has ${text.length} characters instead of ${CHARACTERS}`;
  if (!FORM.test(text) || checksum(text.slice(0, -6)) !== text.slice(-6)) return 'its checksum does not fit: a character is wrong';
  return null;
}

function checksum(body: string): string {
  return hash('sha256', `tracekeep credential ${body}`, 'buffer').toString('base64url', 0, 4);
}
