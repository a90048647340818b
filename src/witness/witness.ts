/**
 * A witness (C2SP tlog-witness): it cosigns a log's checkpoint only if that continues the last one it cosigned, so the log cannot show different
 * histories to different people without one of them lacking its cosignature. Run by somebody else than the log.
 */
import { setTimeout as later } from 'node:timers';
import { isFlaw, openedCheckpoint, openNote, parseNote, parseVkey, printNote, printSignature, sameBytes, type NoteSignature, type Verifier } from '#merkle';
import { openSigners, sha256, verifyNatively, type Signer } from '#keys/signing';
import { isRefusal, refuse, type Refusal } from '#refusal';
import { WitnessState, type Recorded, type Refused } from './state.ts';
import { readSubmission, type Submission } from './submission.ts';
import { judgeSubmission, openSubmitted, type Suspicion } from './verdict.ts';

export { printSubmission, SUBMISSION_BYTES_MAX } from './submission.ts';
export { listenAsWitness, type RunningWitness } from './listen.ts';
export { WitnessState, type Recorded, type Refused } from './state.ts';

export interface WitnessParts {
  readonly state: WitnessState;
  readonly signers: readonly Signer[];
  /** The keys of the logs that it follows; the name of a key is the origin of its log. */
  readonly logs: readonly Verifier[];
  /** Once for each checkpoint that was refused although the log signed it. */
  readonly onRefused?: (suspicion: Suspicion, origin: string, size: number, cosigned: number) => void;
  readonly now_ms?: () => number;
}

/** Signature lines, or why not; with the size that was cosigned last, which goes with `checkpoint_conflict`. */
export interface Answer {
  readonly lines: string | Refusal;
  readonly size: number;
}

/** How long repetitions are counted before the counts are written: each write is synced, and anybody can repeat. */
const COUNT_MS = 1_000;
const TRIES = 3;

export class Witness {
  readonly #parts: WitnessParts;
  readonly #keysOf: ReadonlyMap<string, readonly Verifier[]>;
  readonly #now_ms: () => number;
  #repeated = new Map<string, { readonly log: string; readonly suspicion: Suspicion; readonly size: number; readonly root: Uint8Array; count: number }>();
  #timer: NodeJS.Timeout | undefined;

  /** Throws when the state is not what this witness signed. */
  constructor(parts: WitnessParts) {
    this.#parts = parts;
    this.#keysOf = Map.groupBy(parts.logs, ({ name }) => name);
    this.#now_ms = parts.now_ms ?? Date.now;
    for (const recorded of parts.state.logs()) this.#checkRecorded(recorded);
  }

  get vkeys(): readonly string[] {
    return this.#parts.signers.map(({ vkey }) => vkey);
  }

  get origins(): readonly string[] {
    return [...this.#keysOf.keys()];
  }

  /** INVARIANT: nothing is awaited, so submissions are judged one after the other; another process meets the compare-and-set of the state. */
  addCheckpoint(body: Uint8Array): Answer {
    const submission = readSubmission(body);
    if (isRefusal(submission)) return { lines: submission, size: 0 };
    const keys = this.#keysOf.get(submission.checkpoint.origin);
    if (keys === undefined) return { lines: refuse('checkpoint_origin'), size: 0 };
    const checkpoint = openSubmitted(submission.note, keys, verifyNatively);
    if (isRefusal(checkpoint)) return { lines: checkpoint, size: 0 };
    const log = logName(checkpoint.origin);
    for (let tries = 0; tries < TRIES; tries++) {
      const before = this.#parts.state.recorded(log);
      const size = before?.size ?? 0;
      const { refusal, suspicion } = judgeSubmission(sha256, submission, checkpoint, before);
      if (suspicion !== null) this.#suspect(log, suspicion, submission, before);
      if (refusal !== null) return { lines: refusal, size };
      const lines = this.#cosign(log, submission, before);
      if (lines !== null) return { lines, size: checkpoint.size };
    }
    return { lines: refuse('overloaded'), size: 0 };
  }

  /** The latest cosigned checkpoint of a log, by the hexadecimal SHA-256 of its origin. */
  checkpoint(log: string): string | null {
    return this.#parts.state.recorded(log)?.note ?? null;
  }

  /** Those refused of a log, the newest first; null if it is not followed and never was. */
  refused(log: string): readonly Refused[] | null {
    const known = this.origins.some((origin) => logName(origin) === log) || this.#parts.state.recorded(log) !== null;
    return known ? this.#parts.state.refused(log) : null;
  }

  /** Writes what was only counted. The state stays open: whoever opened it closes it. */
  stop(): void {
    clearTimeout(this.#timer);
    this.#writeCounts();
  }

  /** Null if another process cosigned meanwhile. */
  #cosign(log: string, { note, checkpoint }: Submission, before: Recorded | null): string | null {
    const { origin, size, root } = checkpoint;
    const time_s = Math.max(1, Math.floor(this.#now_ms() / 1000));
    // Anybody may send the same again and again, and each new cosignature is a synced write.
    if (before?.time_s === time_s && before.size === size && sameBytes(before.root, root)) return this.#ownLines(before.note);
    const cosignatures = this.#parts.signers.map((signer) => signer.sign(note.text, time_s));
    const printed = printNote(note.text, [...this.#logSignatures(note.signatures, origin), ...cosignatures]);
    if (isFlaw(printed)) throw new Error('cannot print a cosigned checkpoint');
    if (!this.#parts.state.advance(log, before, { origin, size, root, note: printed, time_s })) return null;
    return cosignatures.map(printSignature).join('');
  }

  #suspect(log: string, suspicion: Suspicion, { note, checkpoint }: Submission, before: Recorded | null): void {
    const { origin, size, root } = checkpoint;
    const name = `${log} ${suspicion} ${size} ${root.join()}`;
    const repeated = this.#repeated.get(name);
    if (repeated !== undefined) {
      repeated.count++;
      return;
    }
    const now_ms = this.#now_ms();
    const kept = printNote(note.text, this.#logSignatures(note.signatures, origin));
    if (isFlaw(kept)) throw new Error('cannot print a refused checkpoint');
    const isNew = this.#parts.state.keep(log, root, { origin, suspicion, size, note: kept, against: before?.note ?? '', first_ms: now_ms });
    if (isNew) this.#parts.onRefused?.(suspicion, origin, size, before?.size ?? 0);
    this.#repeated.set(name, { log, suspicion, size, root, count: isNew ? 0 : 1 });
    this.#timer ??= later(() => this.#writeCounts(), COUNT_MS).unref();
  }

  #writeCounts(): void {
    this.#timer = undefined;
    const repeated = [...this.#repeated.values()];
    this.#repeated = new Map();
    for (const { log, suspicion, size, root, count } of repeated) {
      if (count > 0) this.#parts.state.again(log, suspicion, size, root, count, this.#now_ms());
    }
  }

  /** The first of each key that is known: what strangers added is not kept. */
  #logSignatures(signatures: readonly NoteSignature[], origin: string): NoteSignature[] {
    const keys = this.#keysOf.get(origin) ?? [];
    return keys.flatMap(({ name, keyId }) => signatures.find((signature) => signature.name === name && signature.keyId === keyId) ?? []);
  }

  #ownLines(text: string): string {
    const note = parseNote(Buffer.from(text));
    if (isFlaw(note)) throw new Error('cannot read the state of the witness');
    const own = this.#parts.signers.map(({ verifier }) => verifier);
    return note.signatures.filter((one) => own.some(({ name, keyId }) => one.name === name && one.keyId === keyId)).map(printSignature).join('');
  }

  #checkRecorded({ origin, size, root, note: text }: Recorded): void {
    const note = parseNote(Buffer.from(text));
    const opened = isFlaw(note) ? note : openNote(note, this.#parts.signers.map(({ verifier }) => verifier), verifyNatively);
    const checkpoint = isFlaw(opened) ? opened : openedCheckpoint(opened);
    const holds = !isFlaw(checkpoint) && checkpoint.origin === origin && checkpoint.size === size && sameBytes(checkpoint.root, root);
    if (!holds) throw new Error(`cannot use the state of the witness: what it holds of ${origin} is not what this witness cosigned`);
  }
}

/** How a witness names itself and where it keeps its keys. */
export function openWitnessKeys(file: string, name: string): Signer[] {
  return openSigners({ file, what: 'keys of the witness', name, types: [0x04, 0x06] });
}

/** A log's key from its line; null if it is none. */
export function readLogKey(text: string): Verifier | null {
  const verifier = parseVkey(sha256, text);
  return isFlaw(verifier) || verifier.type === 0x04 ? null : verifier;
}

/** How paths name a log: lower-case hexadecimal SHA-256 of its origin. */
export function logName(origin: string): string {
  return Buffer.from(sha256(Buffer.from(origin))).toString('hex');
}
