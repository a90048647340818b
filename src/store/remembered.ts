/**
 * Requests that were acknowledged, so that a retry after a lost acknowledgement or a copy is recognised, also after a crash. While a commit is in the
 * journal it speaks for itself; at its flush its requests move here, before the journal lets go of them.
 *
 * What is forgotten is said before it is forgotten: each record carries the moment since which all requests are remembered.
 */
import type { Files } from '#files';
import { LIMITS } from '#limits';
import { type Secret, takenOf } from '#model';
import type { Journaled } from './journal.ts';
import { figuresOf, readRecord, type RememberedRequest, writeRecord } from './remembered-record.ts';
import { Segments } from '#segments';

/** Forgetting works by whole segments, so a segment spans a part of the time that is remembered. */
const SEGMENT_MS = LIMITS.remembered_requests_ms_max / 4;
const SEGMENT_BYTES_MAX = 16 * 1024 * 1024;

/** What a record holds: when the last of it was durable, and how many requests. */
interface Kept {
  readonly sequence: number;
  readonly at_ms: number;
  readonly count: number;
}

export class RememberedRequests {
  readonly #segments: Segments;
  readonly #loaded: Uint8Array[];
  /** Oldest first. */
  readonly #records: Kept[];
  #since_ms: number;
  /** Records up to this one are forgotten, and a later one says so. */
  #forgotten = 0;
  #rotated_ms: number;

  private constructor(segments: Segments, loaded: Uint8Array[], records: Kept[], since_ms: number, now_ms: number) {
    this.#segments = segments;
    this.#loaded = loaded;
    this.#records = records;
    this.#since_ms = since_ms;
    this.#rotated_ms = now_ms;
  }

  /** `isFirst`: nothing that was ever taken can be missing. */
  static async open(options: { readonly directory: string; readonly key: Secret<Uint8Array>; readonly now_ms: number; readonly isFirst: boolean; readonly files?: Files }): Promise<RememberedRequests> {
    const loaded: Uint8Array[] = [];
    const records: Kept[] = [];
    let since_ms = options.isFirst ? 0 : null;
    const segments = await Segments.open({
      directory: options.directory,
      key: options.key,
      purpose: 'remembered',
      segmentBytesMax: SEGMENT_BYTES_MAX,
      ...(options.files === undefined ? {} : { files: options.files }),
      replay: (sequence, entry) => {
        const figures = figuresOf(entry);
        // An earlier build forgot without a word what came before its first record.
        since_ms = figures.since_ms === null ? (since_ms ?? figures.first_ms) : Math.max(since_ms ?? 0, figures.since_ms);
        if (options.now_ms - figures.last_ms < LIMITS.remembered_requests_ms_max) loaded.push(entry);
        else since_ms = Math.max(since_ms, figures.last_ms);
        records.push({ sequence, at_ms: figures.last_ms, count: figures.count });
      },
    });
    return new RememberedRequests(segments, loaded, records, since_ms ?? options.now_ms, options.now_ms);
  }

  /** Every request that was durable after this was loaded, or is in the journal. 0: every one there ever was. */
  get since_ms(): number {
    return this.#since_ms;
  }

  /** What was remembered when the process started, oldest first; given once, the caller keeps it. */
  *takeLoaded(): Iterable<RememberedRequest> {
    for (let record = this.#loaded.shift(); record !== undefined; record = this.#loaded.shift()) yield* readRecord(record);
  }

  get bytes(): number {
    return this.#segments.bytes;
  }

  /** Durable when resolved. */
  async add(commits: readonly Journaled[], now_ms: number): Promise<void> {
    const requests = commits.flatMap(rememberedOf);
    if (requests.length === 0) return;
    const forgotten = this.#expire(now_ms);
    const sequence = await this.#segments.append([writeRecord(requests, this.#since_ms)]);
    this.#records.push({ sequence, at_ms: requests.at(-1)!.at_ms, count: requests.length });
    this.#forgotten = Math.max(this.#forgotten, forgotten);
  }

  /** Removes what is older than the limit or beyond the number of requests that are remembered, as far as a record says so. */
  async forget(now_ms: number): Promise<void> {
    if (now_ms - this.#rotated_ms >= SEGMENT_MS) {
      this.#rotated_ms = now_ms;
      this.#segments.rotate();
    }
    if (this.#forgotten > 0) await this.#segments.removeThrough(this.#forgotten);
  }

  close(): Promise<void> {
    return this.#segments.close();
  }

  /** The sequence of the last record that is over. */
  #expire(now_ms: number): number {
    let count = this.#records.reduce((sum, record) => sum + record.count, 0);
    let through = 0;
    for (let oldest = this.#records[0]; oldest !== undefined; oldest = this.#records[0]) {
      if (now_ms - oldest.at_ms < LIMITS.remembered_requests_ms_max && count <= LIMITS.remembered_requests_max) break;
      through = oldest.sequence;
      this.#since_ms = Math.max(this.#since_ms, oldest.at_ms);
      count -= oldest.count;
      this.#records.shift();
    }
    return through;
  }
}

/** Accounts of parts of requests, and of repeated ones, say of no request that it is taken. */
export function rememberedOf({ commit, at_ms }: Journaled): RememberedRequest[] {
  return commit.requests.filter(({ digest }) => digest !== '').map((account) => ({ digest: account.digest, request: takenOf(account), at_ms }));
}
