/**
 * Requests that were acknowledged, so that a retry after a lost acknowledgement is recognised, also after a crash. While a commit is in the
 * journal it speaks for itself; at its flush the accounts of its requests move here, before the journal lets go of them.
 */

import { zstdCompressSync, zstdDecompressSync } from 'node:zlib';
import type { Files } from '#files';
import { LIMITS } from '#limits';
import type { RequestAccount, Secret } from '#model';
import type { Journaled } from './journal.ts';
import { Segments } from './segments.ts';

export interface RememberedRequest {
  readonly digest: string;
  readonly account: RequestAccount;
  readonly at_ms: number;
}

/** Forgetting works by whole segments, so a segment spans a part of the time that is remembered. */
const SEGMENT_MS = LIMITS.remembered_requests_ms_max / 4;
const SEGMENT_BYTES_MAX = 16 * 1024 * 1024;

export class RememberedRequests {
  readonly #segments: Segments;
  readonly #loaded: RememberedRequest[];
  /** What each record held, oldest first: when it was written and how many requests. */
  readonly #records: { readonly sequence: number; readonly at_ms: number; readonly count: number }[];
  #rotated_ms: number;

  private constructor(segments: Segments, loaded: RememberedRequest[], records: { sequence: number; at_ms: number; count: number }[], now_ms: number) {
    this.#segments = segments;
    this.#loaded = loaded;
    this.#records = records;
    this.#rotated_ms = now_ms;
  }

  static async open(options: { readonly directory: string; readonly key: Secret<Uint8Array>; readonly now_ms: number; readonly files?: Files }): Promise<RememberedRequests> {
    const loaded: RememberedRequest[] = [];
    const records: { sequence: number; at_ms: number; count: number }[] = [];
    const segments = await Segments.open({
      directory: options.directory,
      key: options.key,
      purpose: 'remembered',
      segmentBytesMax: SEGMENT_BYTES_MAX,
      ...(options.files === undefined ? {} : { files: options.files }),
      replay: (sequence, entry) => {
        const requests = JSON.parse(zstdDecompressSync(entry).toString('utf8')) as RememberedRequest[];
        for (const request of requests) if (options.now_ms - request.at_ms < LIMITS.remembered_requests_ms_max) loaded.push(request);
        records.push({ sequence, at_ms: requests.at(-1)?.at_ms ?? 0, count: requests.length });
      },
    });
    return new RememberedRequests(segments, loaded, records, options.now_ms);
  }

  /** What was remembered when the process started; given once, the caller keeps it. */
  takeLoaded(): RememberedRequest[] {
    return this.#loaded.splice(0);
  }

  get bytes(): number {
    return this.#segments.bytes;
  }

  /** Durable when resolved. */
  async add(commits: readonly Journaled[]): Promise<void> {
    const requests = commits.flatMap(rememberedOf);
    if (requests.length === 0) return;
    const sequence = await this.#segments.append([zstdCompressSync(Buffer.from(JSON.stringify(requests)))]);
    this.#records.push({ sequence, at_ms: requests.at(-1)?.at_ms ?? 0, count: requests.length });
  }

  /** Forgets what is older than the limit or beyond the number of requests that are remembered. */
  async forget(now_ms: number): Promise<void> {
    if (now_ms - this.#rotated_ms >= SEGMENT_MS) {
      this.#rotated_ms = now_ms;
      this.#segments.rotate();
    }
    let count = this.#records.reduce((sum, record) => sum + record.count, 0);
    let through = 0;
    for (let oldest = this.#records[0]; oldest !== undefined; oldest = this.#records[0]) {
      if (now_ms - oldest.at_ms < LIMITS.remembered_requests_ms_max && count <= LIMITS.remembered_requests_max) break;
      through = oldest.sequence;
      count -= oldest.count;
      this.#records.shift();
    }
    if (through > 0) await this.#segments.removeThrough(through);
  }

  close(): Promise<void> {
    return this.#segments.close();
  }
}

/** Accounts of parts of requests, and of repeated ones, say of no request that it is taken. */
export function rememberedOf({ commit, at_ms }: Journaled): RememberedRequest[] {
  return commit.requests.filter(({ digest }) => digest !== '').map((account) => ({ digest: account.digest, account, at_ms }));
}
