/**
 * The newest checkpoint of the log, signed with both keys and kept beside them: outside of the data directory, so that an older copy of it, or
 * one whose log was cut, shows at the next start. It is written before anybody gets it.
 */
import { existsSync, readFileSync, statSync } from 'node:fs';
import { replaceFile, type Files } from '#files';
import { verifyNatively, type Signer } from '#keys/signing';
import { flawText, isFlaw, NOTE_BYTES_MAX, openedCheckpoint, openNote, parseNote, printCheckpoint, printNote, sameBytes, type Checkpoint, type Flaw } from '#merkle';

/** A checkpoint that this log stands by for ever. */
export interface SignedCheckpoint {
  /** The signed note, as it is published. */
  readonly note: string;
  readonly size: number;
  readonly root: Uint8Array;
}

export class CheckpointFile {
  readonly #path: string;
  readonly #signers: readonly Signer[];
  readonly #files: Files;
  #newest: SignedCheckpoint | null;
  #writing: Promise<unknown> = Promise.resolve();

  private constructor(path: string, signers: readonly Signer[], files: Files, newest: SignedCheckpoint | null) {
    this.#path = path;
    this.#signers = signers;
    this.#files = files;
    this.#newest = newest;
  }

  /** Reads what was signed last. Throws when it is no checkpoint of this log signed by these keys. */
  static open(path: string, origin: string, signers: readonly Signer[], files: Files): CheckpointFile {
    if (!existsSync(path)) return new CheckpointFile(path, signers, files, null);
    const note = statSync(path).size > NOTE_BYTES_MAX ? '' : readFileSync(path, 'utf8');
    const found = openOwn(note, signers);
    const why = isFlaw(found) ? flawText(found) : found.origin === origin ? null : 'it is of another log';
    if (isFlaw(found) || why !== null) throw new Error(`cannot open the log: ${path} is not a checkpoint that its keys signed (${why ?? ''}); restore it from a copy`);
    return new CheckpointFile(path, signers, files, { note, size: found.size, root: found.root });
  }

  get newest(): SignedCheckpoint | null {
    return this.#newest;
  }

  /** Signs what `tree` gives when its turn comes, and gives the note when it is durable. Signed once, it must stay true: `tree` is durable already. */
  sign(tree: () => Checkpoint, time_s: number): Promise<SignedCheckpoint> {
    const signed = this.#writing.then(async () => {
      const { size, root, ...rest } = tree();
      if (size < (this.#newest?.size ?? 0) || (size === this.#newest?.size && !sameBytes(root, this.#newest.root))) throw new Error('cannot sign a checkpoint: it would take back what was signed before');
      const note = signedNote(printCheckpoint({ ...rest, size, root }), this.#signers, time_s);
      await replaceFile(this.#files, this.#path, Buffer.from(note));
      this.#newest = { note, size, root };
      return this.#newest;
    });
    this.#writing = signed.catch(() => undefined);
    return signed;
  }

  async close(): Promise<void> {
    await this.#writing;
  }
}

/** The checkpoint of a note, if each of our keys signed it. */
function openOwn(note: string, signers: readonly Signer[]): Checkpoint | Flaw {
  const parsed = parseNote(Buffer.from(note));
  const opened = isFlaw(parsed) ? parsed : openNote(parsed, signers.map(({ verifier }) => verifier), verifyNatively);
  if (isFlaw(opened)) return opened;
  return opened.claims.length < signers.length ? { flaw: 'signature_missing' } : openedCheckpoint(opened);
}

function signedNote(text: string | Flaw, signers: readonly Signer[], time_s: number): string {
  const note = isFlaw(text) ? text : printNote(text, signers.map((signer) => signer.sign(text, time_s)));
  if (isFlaw(note)) throw new Error(`cannot sign a checkpoint: ${flawText(note)}`);
  return note;
}

