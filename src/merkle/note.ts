/**
 * Signed notes (C2SP signed-note): a text, an empty line, and lines of signatures. Parsing says nothing about who signed; the text must not be
 * used before the note was opened.
 */
import { fromBase64, toBase64 } from './base64.ts';
import { flawed, isFlaw, type Flaw } from './flaw.ts';

/** One line of a signature. `signature` is what follows the key id, the time of a cosignature included. */
export interface NoteSignature {
  readonly name: string;
  /** The first four bytes of the key's hash, as a number. */
  readonly keyId: number;
  readonly signature: Uint8Array;
}

export interface Note {
  /** Ends with a line feed, which is signed too. */
  readonly text: string;
  readonly signatures: readonly NoteSignature[];
}

/** The specification asks for 16 at least; each costs a verification. */
export const SIGNATURES_MAX = 64;
/** Room for that many post-quantum signatures of up to 5 kB each. */
export const NOTE_BYTES_MAX = 512 * 1024;
/** As in cosignatures, where a name's length is one byte. */
const NAME_BYTES_MAX = 255;
const KEY_ID_BYTES = 4;
const DASH = '\u2014 ';

const utf8 = new TextEncoder();

/** A note from bytes that may be attacker-controlled. */
export function parseNote(bytes: Uint8Array): Note | Flaw {
  if (bytes.length > NOTE_BYTES_MAX) return flawed('note_too_large');
  let note: string;
  try {
    note = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return flawed('note_malformed', 'not UTF-8');
  }
  // The text may hold empty lines itself: the last one ends it.
  const end = note.lastIndexOf('\n\n') + 1;
  if (end === 0) return flawed('note_malformed', 'no empty line');
  const text = note.slice(0, end);
  if (!isText(text)) return flawed('note_malformed', 'control character');
  const signatures = parseSignatures(note.slice(end + 1));
  if (isFlaw(signatures)) return signatures;
  return signatures.length === 0 ? flawed('note_malformed', 'no signature') : { text, signatures };
}

/** Lines of signatures, as they end a note or as a witness answers with; none at all is fine here. */
export function parseSignatures(text: string): NoteSignature[] | Flaw {
  if (text === '') return [];
  if (!text.endsWith('\n')) return flawed('note_malformed', 'no line feed at the end');
  const lines = text.split('\n', SIGNATURES_MAX + 2);
  if (lines.length > SIGNATURES_MAX + 1) return flawed('note_too_large', `more than ${SIGNATURES_MAX} signatures`);
  const signatures: NoteSignature[] = [];
  for (const [at, line] of lines.slice(0, -1).entries()) {
    const [name, encoded, more] = line.startsWith(DASH) ? line.slice(DASH.length).split(' ', 3) : [];
    const blob = encoded === undefined || more !== undefined ? undefined : fromBase64(encoded);
    if (name === undefined || !isKeyName(name) || blob === undefined || blob.length <= KEY_ID_BYTES) {
      return flawed('note_malformed', `signature ${at + 1}`);
    }
    signatures.push({ name, keyId: new DataView(blob.buffer).getUint32(0), signature: blob.subarray(KEY_ID_BYTES) });
  }
  return signatures;
}

export function printNote(text: string, signatures: readonly NoteSignature[]): string | Flaw {
  if (!text.endsWith('\n') || !isText(text)) return flawed('note_malformed');
  if (signatures.length === 0) return flawed('note_malformed', 'no signature');
  if (signatures.length > SIGNATURES_MAX) return flawed('note_too_large', `more than ${SIGNATURES_MAX} signatures`);
  if (!signatures.every(({ name }) => isKeyName(name))) return flawed('name_invalid');
  const note = `${text}\n${signatures.map(printSignature).join('')}`;
  return utf8.encode(note).length > NOTE_BYTES_MAX ? flawed('note_too_large') : note;
}

/** One line, as it stands in a note. */
export function printSignature({ name, keyId, signature }: NoteSignature): string {
  const blob = new Uint8Array(KEY_ID_BYTES + signature.length);
  new DataView(blob.buffer).setUint32(0, keyId);
  blob.set(signature, KEY_ID_BYTES);
  return `${DASH}${name} ${toBase64(blob)}\n`;
}

/** Not empty, no Unicode space (U+0085 is one that `\s` leaves out), no plus sign, nothing that cannot be UTF-8. */
export function isKeyName(name: string): boolean {
  return name !== '' && name.length <= NAME_BYTES_MAX && !/[\s\u0085+\u0000-\u001f]/u.test(name) && name.isWellFormed() && utf8.encode(name).length <= NAME_BYTES_MAX;
}

function isText(text: string): boolean {
  return text.isWellFormed() && !/[\u0000-\u0009\u000b-\u001f]/u.test(text);
}
