/**
 * The journal is the commit: once `write` resolves, a commit survives the process and the power supply, and its requests may be
 * acknowledged. The engine gets the rows later, in inserts large enough to be cheap; a mark then says so, and segments that lie wholly before
 * the mark are removed.
 */

import type { Files } from '#files';
import { LIMITS } from '#limits';
import type { Commit, LogBody, Secret } from '#model';
import { decodeEntry, encodeCommit, encodeMark, type Logged, NOTHING_LOGGED } from './commit-entry.ts';
import { Segments } from '#segments';

/** A commit that is durable and not yet known to be in the engine. Commits of one record share its sequence. */
export interface Journaled {
  readonly sequence: number;
  readonly at_ms: number;
  readonly commit: Commit;
  /** Of its entries in the log, in their order; null from before there was one. */
  readonly bodies: readonly LogBody[] | null;
}

/** Writes are not possible now; nothing of the refused commit will be replayed. */
export class StoreUnavailable extends Error {
  readonly code: 'disk_full' | 'store_unavailable';

  constructor(cause: unknown) {
    super('cannot write the journal', { cause });
    this.name = 'StoreUnavailable';
    const code = cause instanceof Error && 'code' in cause ? cause.code : null;
    this.code = code === 'ENOSPC' || code === 'EDQUOT' ? 'disk_full' : 'store_unavailable';
  }
}

/** A segment that holds less is not worth a new file with each mark. */
const ROTATE_BYTES = 256 * 1024;

export class Journal {
  readonly #segments: Segments;
  #lastBlockId: number;

  private constructor(segments: Segments, lastBlockId: number) {
    this.#segments = segments;
    this.#lastBlockId = lastBlockId;
  }

  /** Opens the journal and gives the commits that are not marked as being in the engine, oldest first, and how far the log had come before them. */
  static async open(options: { readonly directory: string; readonly key: Secret<Uint8Array>; readonly files?: Files; readonly segmentBytesMax?: number }): Promise<{ journal: Journal; unflushed: Journaled[]; logged: Logged }> {
    let through = 0;
    let lastBlockId = 0;
    let logged = NOTHING_LOGGED;
    let unflushed: Journaled[] = [];
    const segments = await Segments.open({
      directory: options.directory,
      key: options.key,
      purpose: 'journal',
      segmentBytesMax: options.segmentBytesMax ?? LIMITS.journal_segment_bytes_max,
      ...(options.files === undefined ? {} : { files: options.files }),
      replay: (sequence, bytes) => {
        const entry = decodeEntry(bytes);
        if (entry.is === 'mark') {
          if (entry.mark.through >= through) ({ through, logged } = entry.mark);
          lastBlockId = Math.max(lastBlockId, entry.mark.lastBlockId);
          unflushed = unflushed.filter((commit) => commit.sequence > through);
        } else {
          for (const { id } of entry.commit.blocks) lastBlockId = Math.max(lastBlockId, id);
          const { at_ms, commit, bodies } = entry;
          if (sequence > through) unflushed.push({ sequence, at_ms, commit, bodies });
        }
      },
    });
    return { journal: new Journal(segments, lastBlockId), unflushed, logged };
  }

  /** Highest block id that was ever written. */
  get lastBlockId(): number {
    return this.#lastBlockId;
  }

  get bytes(): number {
    return this.#segments.bytes;
  }

  get isEmpty(): boolean {
    return this.#segments.lastSequence === 0;
  }

  /**
   * Durable when resolved. Calls that overlap share a write and a sync. Rejects with `StoreUnavailable`. `durable` hears of it at once, and of all
   * commits in the order in which a start would replay them.
   */
  async write(commit: Commit, bodies: readonly LogBody[], at_ms: number, durable: (journaled: Journaled) => void): Promise<void> {
    await this.#append(encodeCommit(commit, bodies, at_ms), (sequence) => {
      for (const { id } of commit.blocks) this.#lastBlockId = Math.max(this.#lastBlockId, id);
      durable({ sequence, at_ms, commit, bodies });
    });
  }

  /** Notes that everything through the sequence is durable in the engine, and in the files of the log, which had come so far with it. */
  async mark(through: number, logged: Logged): Promise<void> {
    // The mark begins a new segment, so that what it covers can go and a start has little to read.
    if (this.#segments.currentBytes >= ROTATE_BYTES) this.#segments.rotate();
    await this.#append(encodeMark({ through, lastBlockId: this.#lastBlockId, logged }));
  }

  /** Frees the segments before the mark. */
  async removeThrough(through: number): Promise<void> {
    await this.#segments.removeThrough(through);
  }

  close(): Promise<void> {
    return this.#segments.close();
  }

  async #append(parts: readonly Uint8Array[], durable?: (sequence: number) => void): Promise<void> {
    try {
      await this.#segments.append(parts, durable);
    } catch (cause) {
      throw new StoreUnavailable(cause);
    }
  }
}
