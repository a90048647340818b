/**
 * Opening a checkpoint in a browser: the Ed25519 signatures of known keys are verified, those of type ML-DSA-44 are passed over, since no browser has that
 * without a flag. Each alone is enough to open a note.
 */
import { claimsOf, isFlaw, judge, KEY_TYPES, NOTE_BYTES_MAX, parseNote, parseVkey, type Claim, type Flaw, type OpenedNote, type Verifier } from '#merkle';
import { verifyEd25519 } from './ed25519.ts';
import { sha256 } from './sha256.ts';

/** The key of a line, if it is one that a browser can verify with. */
export function browserVerifier(vkey: string): Verifier | null {
  const verifier = parseVkey(sha256, vkey);
  return isFlaw(verifier) || KEY_TYPES[verifier.type].algorithm !== 'ed25519' ? null : verifier;
}

/** Whether it holds; undefined if no browser can say. */
export async function holdsHere({ algorithm, verifier, message, signature }: Claim): Promise<boolean | undefined> {
  return algorithm === 'ed25519' ? verifyEd25519(verifier.publicKey, message, signature) : undefined;
}

export async function openText(text: string, verifiers: readonly Verifier[]): Promise<OpenedNote | Flaw> {
  const note = text.length > NOTE_BYTES_MAX ? ({ flaw: 'note_too_large' } as const) : parseNote(new TextEncoder().encode(text));
  if (isFlaw(note)) return note;
  const claims = claimsOf(note, verifiers);
  if (isFlaw(claims)) return claims;
  const holds = await Promise.all(claims.map(({ verifier, message, signature }) => verifyEd25519(verifier.publicKey, message, signature)));
  return judge(note, claims, holds);
}
