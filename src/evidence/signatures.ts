/**
 * Who signed the checkpoint of a document. Readers trust the keys that they bring and no others. The document names the keys of all its signatures, so that no
 * line of it stays unchecked; that such a signature is true says only that nobody altered it. Verifying is passed in, as for every note.
 */
import { claimsOf, flawText, isFlaw, judge, parseVkey, sameBytes, type Claim, type Note, type OpenedNote, type Sha256, type Verifier } from '#merkle';
import { Wrong } from './flaw.ts';

export interface Signatures {
  readonly note: Note;
  /** One for each line, in their order. */
  readonly claims: readonly Claim[];
  /** The keys that the reader trusts. */
  readonly trusted: readonly Verifier[];
}

/** What every signature claims, each by a key that is trusted or named. Throws `Wrong`. */
export function claimsOfAll(note: Note, keys: readonly string[], trusted: readonly Verifier[], sha256: Sha256): Signatures {
  const named = keys.map((key) => {
    const verifier = parseVkey(sha256, key);
    if (isFlaw(verifier)) throw new Wrong('checkpoint_refused', `keys: ${flawText(verifier)}`);
    // An id is short enough to be met on purpose.
    const known = trusted.find((one) => one.keyId === verifier.keyId && one.name === verifier.name);
    if (known !== undefined && (known.type !== verifier.type || !sameBytes(known.publicKey, verifier.publicKey))) throw new Wrong('checkpoint_refused', 'a key is named under the id of one that is given');
    return known ?? verifier;
  });
  const claims = claimsOf(note, [...trusted, ...named.filter((one) => !trusted.includes(one))]);
  if (isFlaw(claims)) throw new Wrong('checkpoint_refused', flawText(claims));
  if (claims.length !== note.signatures.length) throw new Wrong('checkpoint_refused', 'a signature is by a key that is neither given nor named');
  if (!named.every((one) => claims.some(({ verifier }) => verifier === one))) throw new Wrong('checkpoint_refused', 'a key is named that did not sign');
  return { note, claims, trusted };
}

/**
 * The note as it is opened by the trusted keys; undefined if there are none. `holds`: for each claim whether it does, undefined if that cannot be checked here,
 * which a trusted key is not excused for. Throws `Wrong`.
 */
export function openedBy({ note, claims, trusted }: Signatures, holds: readonly (boolean | undefined)[]): OpenedNote | undefined {
  const wrong = claims.findIndex((_, at) => holds[at] === false);
  if (wrong !== -1) throw new Wrong('checkpoint_refused', flawText({ flaw: 'signature_false', detail: `signature ${wrong + 1}` }));
  if (trusted.length === 0) return undefined;
  const counted = claims.map((claim, at) => ({ claim, holds: holds[at] === true })).filter(({ claim }) => trusted.includes(claim.verifier));
  const opened = judge(note, counted.map(({ claim }) => claim), counted.map((one) => one.holds));
  if (isFlaw(opened)) throw new Wrong('checkpoint_refused', flawText(opened));
  return opened;
}
