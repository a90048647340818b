/**
 * The body of `POST /add-checkpoint` (C2SP tlog-witness): a line `old <size>`, the hashes of a consistency proof, an empty line, and a signed
 * checkpoint. Whoever reaches the port wrote it.
 */
import { fromBase64, HASH_BYTES, isFlaw, NOTE_BYTES_MAX, parseCheckpoint, parseNote, toBase64, type Checkpoint, type Note } from '#merkle';
import { refuse, type Refusal } from '#refusal';

export interface Submission {
  readonly old: number;
  readonly proof: readonly Uint8Array[];
  readonly note: Note;
  /** What the note says; nobody has looked at its signatures yet. */
  readonly checkpoint: Checkpoint;
}

const PROOF_LINES_MAX = 63;
/** A hash in base64 and its line feed. */
const PROOF_LINE_BYTES = 45;
const OLD_LINE_BYTES_MAX = 'old 9007199254740991\n'.length;
const HEAD_BYTES_MAX = OLD_LINE_BYTES_MAX + PROOF_LINES_MAX * PROOF_LINE_BYTES + 1;

export const SUBMISSION_BYTES_MAX = HEAD_BYTES_MAX + NOTE_BYTES_MAX;

export function readSubmission(body: Uint8Array): Submission | Refusal {
  if (body.length > SUBMISSION_BYTES_MAX) return refuse('body_too_large');
  const head = Buffer.from(body.buffer, body.byteOffset, Math.min(body.length, HEAD_BYTES_MAX));
  const end = head.indexOf('\n\n');
  if (end === -1) return refuse('checkpoint_malformed', 'no empty line after the proof');
  // The head is ASCII; what is not becomes a character that no line of it has.
  const [first = '', ...lines] = head.toString('latin1', 0, end).split('\n');
  const old = Number(/^old (0|[1-9]\d{0,15})$/.exec(first)?.[1]);
  if (!Number.isSafeInteger(old)) return refuse('checkpoint_malformed', 'line 1');
  if (lines.length > PROOF_LINES_MAX) return refuse('checkpoint_malformed', `more than ${PROOF_LINES_MAX} hashes`);
  const proof: Uint8Array[] = [];
  for (const [at, line] of lines.entries()) {
    const hash = fromBase64(line);
    if (hash?.length !== HASH_BYTES) return refuse('checkpoint_malformed', `line ${at + 2}`);
    proof.push(hash);
  }
  const note = parseNote(body.subarray(end + 2));
  if (isFlaw(note)) return refuse('checkpoint_malformed', note.detail ?? 'the note');
  const checkpoint = parseCheckpoint(note.text);
  if (isFlaw(checkpoint)) return refuse('checkpoint_malformed', `the checkpoint, ${checkpoint.detail ?? ''}`);
  return { old, proof, note, checkpoint };
}

/** The body that a log sends. */
export function printSubmission(old: number, proof: readonly Uint8Array[], note: string): string {
  return `old ${old}\n${proof.map((hash) => `${toBase64(hash)}\n`).join('')}\n${note}`;
}
