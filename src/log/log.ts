/**
 * The tamper-evident log: a Merkle tree over entries (docs/reference/log-format.md), its files, its signing keys, and the newest checkpoint
 * that was signed. It appends in memory and at once; whoever appends knows the entry to be durable elsewhere (in the journal), so what is
 * signed is never lost. `sync` brings the files up to it, so that they need not be grown from there again.
 */
import { join } from 'node:path';
import { entryBytes } from '#evidence';
import { FILES, type Files } from '#files';
import { sha256 } from '#keys/signing';
import { flawText, isFlaw, proveConsistency, proveInclusion, rangeHash, sameBytes, tileNodes, toBase64, type Flaw, type Tile } from '#merkle';
import { ENTRY_TYPES, type LogBody } from '#model';
import { CheckpointFile, type SignedCheckpoint } from './checkpoint-file.ts';
import { LogFiles } from './log-files.ts';
import { openLogKeys, type LogKeys, type LogKeySettings } from './log-keys.ts';

export { accountBodies, accountsIn, accountsOf, blockBody, logKeyBody, newSalt, retentionBodies, summed, type AnnouncedRemoval, type ProducerAccount } from './bodies.ts';
export type { SignedCheckpoint } from './checkpoint-file.ts';
export { readLogVkeys, type LogKeySettings } from './log-keys.ts';

export interface LogOptions {
  readonly directory: string;
  readonly dataDir: string;
  readonly keys: LogKeySettings;
  /** How far the files are known to be durable, and the root there in base64 (null: not known). */
  readonly synced: { readonly size: number; readonly root: string | null };
  /** What was appended after that, oldest first. */
  readonly replayed: readonly LogBody[];
  readonly files?: Files;
  readonly now_ms?: () => number;
}

export class Log {
  readonly #files: LogFiles;
  readonly #keys: LogKeys;
  readonly #checkpoints: CheckpointFile;
  readonly #now_ms: () => number;

  private constructor(files: LogFiles, keys: LogKeys, checkpoints: CheckpointFile, now_ms: () => number) {
    this.#files = files;
    this.#keys = keys;
    this.#checkpoints = checkpoints;
    this.#now_ms = now_ms;
  }

  /**
   * Grows the files from what is replayed, makes the keys of a log without entries, and compares the log with the checkpoint that was signed last.
   * Throws, with what to do, when files were changed or cut, when the keys are missing, or when the log does not contain that checkpoint.
   */
  static async open(options: LogOptions): Promise<Log> {
    const { directory, dataDir, keys, synced, replayed, files = FILES, now_ms = Date.now } = options;
    const onDisk = await LogFiles.open({ directory, size: synced.size, sha256, files });
    try {
      if (synced.root !== null && toBase64(rootOf(onDisk, synced.size)) !== synced.root) throw new Error(`cannot open the log: the files in ${directory} are not those that the journal speaks of; restore the folder from a copy of the data directory`);
      for (const body of replayed) onDisk.append(entryOf(body));
      const opened = openLogKeys({ ...keys, dataDir, isEmpty: onDisk.size === 0 });
      const path = join(keys.folder, 'checkpoint');
      const log = new Log(onDisk, opened, CheckpointFile.open(path, opened.origin, opened.signers, files), now_ms);
      await log.#compare(path);
      // Not before: of a log that is refused nothing is lost.
      await onDisk.trim();
      return log;
    } catch (error) {
      await onDisk.close();
      throw error;
    }
  }

  /** The name of the log, and of its keys. */
  get origin(): string {
    return this.#keys.origin;
  }

  get size(): number {
    return this.#files.size;
  }

  get bytes(): number {
    return this.#files.bytes;
  }

  /** The root of the tree at a size up to the present one. */
  root(size = this.size): Uint8Array {
    return rootOf(this.#files, size);
  }

  /** Appends entries whose bodies are durable (`entryOf`), and gives the index of the first. */
  append(entries: readonly Uint8Array[]): number {
    const first = this.size;
    for (const entry of entries) this.#files.append(entry);
    return first;
  }

  /** What was appended before is in the files, durably, when resolved. */
  sync(): Promise<void> {
    return this.#files.sync();
  }

  /** The 41 bytes of an entry; null if there is none. */
  entry(index: number): Uint8Array | null {
    return Number.isSafeInteger(index) && index >= 0 && index < this.size ? this.#files.entry(index) : null;
  }

  /** A proof that an entry is in the tree of a size; null if there is no such entry or size. */
  inclusion(index: number, size = this.size): Uint8Array[] | null {
    return size > this.size ? null : proofOrNull(proveInclusion(sha256, nodesOf(this.#files, size), index, { start: 0, end: size }));
  }

  /** A proof that the tree of one size began as that of another; null if there are no such sizes. */
  consistency(from: number, to = this.size): Uint8Array[] | null {
    return to > this.size ? null : proofOrNull(proveConsistency(sha256, nodesOf(this.#files, to), { start: 0, end: from }, to));
  }

  /** The hashes of a tile (C2SP tlog-tiles), of which any width that is there can be had; null if it is not. */
  tile(level: number, index: number, width: number): Uint8Array | null {
    return this.#files.tile({ level, index, width });
  }

  /** The same for the entries of a bundle. */
  bundle(index: number, width: number): Uint8Array | null {
    return this.#files.tile({ level: 'entries', index, width });
  }

  /** The verifier keys, one a line as people hand them to each other, Ed25519 first. */
  vkeys(): readonly string[] {
    return this.#keys.signers.map(({ vkey }) => vkey);
  }

  /** Signs a checkpoint of the log as it is, and gives it once it is kept beside the keys. */
  sign(): Promise<SignedCheckpoint> {
    return this.#checkpoints.sign(() => ({ origin: this.origin, size: this.size, root: this.root(), extensions: [] }), Math.floor(this.#now_ms() / 1000));
  }

  /** The checkpoint that was signed last, also by an earlier process. */
  get signed(): SignedCheckpoint | null {
    return this.#checkpoints.newest;
  }

  async close(): Promise<void> {
    await this.#checkpoints.close();
    await this.#files.close();
  }

  /** A log is never shorter than, and never another one than, what was signed. The first thing that is signed is that it is empty. */
  async #compare(path: string): Promise<void> {
    const signed = this.#checkpoints.newest;
    if (signed === null) {
      if (this.size > 0) throw new Error(`cannot open the log: it has entries, and its newest checkpoint ${path} is missing, so nobody could tell whether it was cut; restore the file from a copy: any checkpoint of this log that was published will do`);
      await this.sign();
    } else if (signed.size > this.size) {
      throw new Error(`cannot open the log: ${path} was signed over ${signed.size} entries and there are ${this.size}, so the data directory is an older copy, or its log was cut. ${WHAT_TO_DO}`);
    } else if (!sameBytes(signed.root, this.root(signed.size))) {
      throw new Error(`cannot open the log: its first ${signed.size} entries are not those that ${path} was signed over, so they were changed, or the data directory is of another time. ${WHAT_TO_DO}`);
    }
  }
}

const WHAT_TO_DO =
  'Use the newest data directory. If it is lost, restore a copy of it together with the copy of the checkpoint that was made with it; who holds a later checkpoint will see that entries are gone';

/** What stands in the log for a body. Throws for texts that are not Unicode: nothing may be durable that has no entry. */
export function entryOf({ type, time_ms, statement, closed }: LogBody): Uint8Array {
  return entryBytes({ type: ENTRY_TYPES[type], time_ms, statement, closed }, sha256);
}

function nodesOf(files: LogFiles, size: number) {
  return tileNodes(sha256, size, (tile: Tile) => files.tile(tile) ?? undefined);
}

function rootOf(files: LogFiles, size: number): Uint8Array {
  const root = size > files.size ? ({ flaw: 'range_invalid' } as const) : rangeHash(sha256, nodesOf(files, size), { start: 0, end: size });
  if (isFlaw(root)) throw new Error(`cannot compute the root of the log: ${flawText(root)}`);
  return root;
}

function proofOrNull(proof: Uint8Array[] | Flaw): Uint8Array[] | null {
  if (!isFlaw(proof)) return proof;
  if (proof.flaw === 'range_invalid') return null;
  throw new Error(`cannot prove what is in the log: ${flawText(proof)}`);
}
