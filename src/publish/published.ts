/** The published checkpoint: the log's signed note with the cosignatures of its witnesses, as one file and as what it says. */
import { existsSync, readFileSync, statSync } from 'node:fs';
import { flawText, isFlaw, NOTE_BYTES_MAX, openedCheckpoint, openNote, parseNote, parseVkey, toBase64, type NoteSignature } from '#merkle';
import { sha256, verifyNatively } from '#keys/signing';

export interface NoteSigner {
  readonly name: string;
  /** Eight hexadecimal digits, as in the verifier key. */
  readonly keyId: string;
  /** When, in ISO 8601; null for a plain signature, which says none. */
  readonly time: string | null;
}

export interface Published {
  readonly note: string;
  readonly size: number;
  readonly root: Uint8Array;
  /** When the log signed it, in ISO 8601. */
  readonly signed: string | null;
  readonly signatures: readonly NoteSigner[];
}

/** The same for JSON, with the root in base64. */
export type PublishedShown = Omit<Published, 'root'> & { readonly root: string };

export function showPublished(published: Published | null): PublishedShown | null {
  return published === null ? null : { ...published, root: toBase64(published.root) };
}

/** What a note says that the log with these keys signed. Throws for any other. */
export function openPublished(note: string, origin: string, vkeys: readonly string[]): Published {
  const parsed = parseNote(Buffer.from(note));
  const verifiers = vkeys.map((vkey) => parseVkey(sha256, vkey)).flatMap((verifier) => (isFlaw(verifier) ? [] : [verifier]));
  const opened = isFlaw(parsed) ? parsed : openNote(parsed, verifiers, verifyNatively);
  const checkpoint = isFlaw(opened) ? opened : openedCheckpoint(opened);
  if (isFlaw(opened) || isFlaw(checkpoint)) throw new Error(`cannot use a published checkpoint: ${isFlaw(checkpoint) ? flawText(checkpoint) : ''}`);
  if (checkpoint.origin !== origin) throw new Error('cannot use a published checkpoint: it is of another log');
  const time_s = opened.claims.find((claim) => claim.time_s !== undefined)?.time_s;
  return { note, size: checkpoint.size, root: checkpoint.root, signed: time_s === undefined ? null : timeOf(time_s), signatures: signaturesOf(note) };
}

/** Null if nothing was published yet. */
export function readPublished(file: string, origin: string, vkeys: readonly string[]): Published | null {
  if (!existsSync(file)) return null;
  return openPublished(statSync(file).size > NOTE_BYTES_MAX ? '' : readFileSync(file, 'utf8'), origin, vkeys);
}

/** Whose signatures a note carries, whether they hold or not. */
export function signaturesOf(note: string): NoteSigner[] {
  const parsed = parseNote(Buffer.from(note));
  return isFlaw(parsed) ? [] : parsed.signatures.map((one) => ({ name: one.name, keyId: one.keyId.toString(16).padStart(8, '0'), time: timeIn(one) }));
}

/** A cosignature begins with its time in seconds; a plain Ed25519 signature is 64 bytes long and has none. */
function timeIn({ signature }: NoteSignature): string | null {
  if (signature.length <= 64) return null;
  const time_s = Number(new DataView(signature.buffer, signature.byteOffset).getBigUint64(0));
  return timeOf(time_s);
}

function timeOf(time_s: number): string | null {
  return time_s > 0 && time_s <= 253_402_300_799 ? new Date(time_s * 1000).toISOString() : null;
}
