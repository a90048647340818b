/**
 * The access journal: each record is in it, synced, before the answer that it tells of is sent, and stays until the log has it. Records that come
 * together share a write and a sync. What the log has already when a server starts is left out by its sequence, so that none is logged twice.
 */
import type { FailedAttempt } from '#authenticate/sign-in';
import type { Files } from '#files';
import { LIMITS } from '#limits';
import type { Secret } from '#model';
import { Segments } from '#segments';

import type { Read } from './reads.ts';

/** What is written down, and when it happened, in milliseconds since 1970. */
export type Written = { readonly is: 'read'; readonly at: number; readonly read: Read } | { readonly is: 'attempt'; readonly at: number; readonly attempt: FailedAttempt };

export interface AccessJournalPlace {
  readonly directory: string;
  readonly key: Secret<Uint8Array>;
  readonly files?: Files;
}

export class AccessJournal {
  readonly #segments: Segments;

  private constructor(segments: Segments) {
    this.#segments = segments;
  }

  /** Gives what is in it and not yet in the log, which has everything up to `logged`, oldest first. Throws when it is damaged. */
  static async open(place: AccessJournalPlace, logged: number): Promise<{ readonly journal: AccessJournal; readonly unlogged: readonly Written[] }> {
    const unlogged: Written[] = [];
    const segments = await Segments.open({
      ...place,
      purpose: 'access',
      segmentBytesMax: LIMITS.records_segment_bytes_max,
      replay: (sequence, entry) => {
        if (sequence > logged) unlogged.push(JSON.parse(Buffer.from(entry).toString()) as Written);
      },
    });
    await segments.removeThrough(logged);
    // Sequences that the log has seen are never given again, whatever became of the files.
    if (segments.lastSequence <= logged && segments.bytes === 0) segments.continueAfter(logged);
    return { journal: new AccessJournal(segments), unlogged };
  }

  get bytes(): number {
    return this.#segments.bytes;
  }

  get lastSequence(): number {
    return this.#segments.lastSequence;
  }

  /** Durable when resolved; `durable` hears of it at once, and all that share a sequence in one turn. Rejects when it is certain not to be replayed. */
  async append(written: Written, durable: (sequence: number) => void): Promise<void> {
    await this.#segments.append([Buffer.from(JSON.stringify(written))], durable);
  }

  /** Removes what the log has, as far as whole segments hold nothing else: a new one each time would be two more syncs for whoever comes next. */
  forget(through: number): Promise<void> {
    return this.#segments.removeThrough(through);
  }

  close(): Promise<void> {
    return this.#segments.close();
  }
}
