/**
 * Signing notes and opening them. The cryptography is passed in: Node has it synchronous and browsers do not, so an opener lists what is
 * claimed, has each claim verified in its own way, and judges by the answers.
 */
import { parseCheckpoint, type Checkpoint } from './checkpoint.ts';
import { cosignatureMessage, splitTimestamped, subtreeMessage, timestamped } from './cosignature.ts';
import { flawed, isFlaw, type Flaw } from './flaw.ts';
import type { Note, NoteSignature } from './note.ts';
import { KEY_TYPES, type Algorithm, type Verifier } from './vkey.ts';

/** That the holder of a key signed a message. */
export interface Claim {
  readonly verifier: Verifier;
  readonly algorithm: Algorithm;
  readonly message: Uint8Array;
  readonly signature: Uint8Array;
  /** When the cosigner says that it signed, in seconds since 1970; undefined for a plain signature. */
  readonly time_s: number | undefined;
  /** False for an ML-DSA-44 cosignature: it leaves out the extension lines. */
  readonly coversText: boolean;
}

/** False for whatever is wrong, and never an exception. */
export type Verify = (algorithm: Algorithm, publicKey: Uint8Array, message: Uint8Array, signature: Uint8Array) => boolean;

export interface OpenedNote {
  readonly text: string;
  /** The claims that hold, in the order of the note, at most one for each key: the first. */
  readonly claims: readonly Claim[];
}

/** Opens a note: at least one known key signed it, and no known key's signature is false (C2SP signed-note §Signatures). */
export function openNote(note: Note, verifiers: readonly Verifier[], verify: Verify): OpenedNote | Flaw {
  const claims = claimsOf(note, verifiers);
  if (isFlaw(claims)) return claims;
  return judge(note, claims, claims.map(({ algorithm, verifier, message, signature }) => verify(algorithm, verifier.publicKey, message, signature)));
}

/** The signatures of a note that known keys are said to have made. Those of other keys are passed over. */
export function claimsOf(note: Note, verifiers: readonly Verifier[]): Claim[] | Flaw {
  const known = new Map(verifiers.map((verifier) => [`${verifier.keyId} ${verifier.name}`, verifier]));
  if (known.size !== verifiers.length) return flawed('key_ambiguous');
  const claims: Claim[] = [];
  for (const signature of note.signatures) {
    const verifier = known.get(`${signature.keyId} ${signature.name}`);
    const claim = verifier && claimOf(note.text, verifier, signature.signature);
    if (isFlaw(claim)) return claim;
    if (claim !== undefined) claims.push(claim);
  }
  return claims;
}

/** The note, if the answers allow it: one for each claim, in their order. */
export function judge(note: Note, claims: readonly Claim[], holds: readonly boolean[]): OpenedNote | Flaw {
  const wrong = claims.findIndex((_, at) => holds[at] !== true);
  if (wrong !== -1) return flawed('signature_false', `claim ${wrong + 1}`);
  const first = claims.filter(({ verifier }, at) => claims.findIndex((claim) => claim.verifier === verifier) === at);
  return first.length === 0 ? flawed('signature_missing') : { text: note.text, claims: first };
}

/** The checkpoint that a note is, without extension lines that nobody known signed. */
export function openedCheckpoint({ text, claims }: OpenedNote): Checkpoint | Flaw {
  const checkpoint = parseCheckpoint(text);
  if (isFlaw(checkpoint) || claims.some(({ coversText }) => coversText)) return checkpoint;
  return { ...checkpoint, extensions: [] };
}

/** How many different keys among these cosigned: what a quorum counts. A key under two names or types is one. */
export function cosigners({ claims }: OpenedNote, among: readonly Verifier[]): number {
  const counted = claims.filter(({ verifier, time_s }) => time_s !== undefined && among.includes(verifier));
  return new Set(counted.map(({ verifier }) => `${KEY_TYPES[verifier.type].algorithm} ${verifier.publicKey.join()}`)).size;
}

/** Signs the text of a note. `time_s` is for cosignatures, whose text must be a checkpoint; a plain signature leaves it out. */
export function signNote(text: string, verifier: Verifier, sign: (message: Uint8Array) => Uint8Array, time_s: number): NoteSignature | Flaw {
  const message = messageOf(text, verifier, time_s);
  if (isFlaw(message)) return message;
  const signature = sign(message);
  if (signature.length !== KEY_TYPES[verifier.type].signatureBytes) return flawed('signature_malformed', `${signature.length} bytes`);
  const bytes = KEY_TYPES[verifier.type].signs === 'text' ? signature : timestamped(time_s, signature);
  return isFlaw(bytes) ? bytes : { name: verifier.name, keyId: verifier.keyId, signature: bytes };
}

function claimOf(text: string, verifier: Verifier, bytes: Uint8Array): Claim | Flaw {
  const { algorithm, signs, signatureBytes } = KEY_TYPES[verifier.type];
  if (signs === 'text' && bytes.length !== signatureBytes) return flawed('signature_malformed', `${bytes.length} bytes`);
  const stamped = signs === 'text' ? { time_s: undefined, signature: bytes } : splitTimestamped(bytes, signatureBytes);
  if (isFlaw(stamped)) return stamped;
  const message = messageOf(text, verifier, stamped.time_s ?? 0);
  return isFlaw(message) ? message : { verifier, algorithm, message, ...stamped, coversText: signs !== 'subtree' };
}

function messageOf(text: string, verifier: Verifier, time_s: number): Uint8Array | Flaw {
  const { signs } = KEY_TYPES[verifier.type];
  if (signs === 'text') return new TextEncoder().encode(text);
  const checkpoint = parseCheckpoint(text);
  if (isFlaw(checkpoint)) return checkpoint;
  if (signs === 'cosignature') return cosignatureMessage(text, time_s);
  const { origin, size, root } = checkpoint;
  return subtreeMessage({ cosigner: verifier.name, time_s, origin, range: { start: 0, end: size }, hash: root });
}
