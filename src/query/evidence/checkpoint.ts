/**
 * The published checkpoint as evidence carries it: with the keys of its signatures beside it. A signature by a key that nobody knows here any more, such as that
 * of a witness who was taken out of the settings, stays away: no reader could check that line.
 */
import { isFlaw, parseCheckpoint, parseNote, printNote, printVkey, type Checkpoint, type Verifier } from '#merkle';

export interface NamedCheckpoint {
  readonly checkpoint: Checkpoint;
  /** A signed note. */
  readonly note: string;
  /** Verifier keys of its signatures, each once. */
  readonly keys: readonly string[];
}

/** `known`: the keys of the log and of its witnesses. */
export function namedCheckpoint(published: string, known: readonly Verifier[]): NamedCheckpoint {
  const parsed = parseNote(Buffer.from(published));
  const checkpoint = isFlaw(parsed) ? parsed : parseCheckpoint(parsed.text);
  if (isFlaw(parsed) || isFlaw(checkpoint)) throw new Error('cannot use the published checkpoint');
  const signed = parsed.signatures.flatMap((signature) => {
    const verifier = known.find(({ name, keyId }) => name === signature.name && keyId === signature.keyId);
    return verifier === undefined ? [] : [{ signature, verifier }];
  });
  const note = printNote(parsed.text, signed.map(({ signature }) => signature));
  if (isFlaw(note)) throw new Error('cannot use the published checkpoint: none of its signatures is by a key of the log');
  return { checkpoint, note, keys: [...new Set(signed.map(({ verifier }) => printVkey(verifier)))] };
}
