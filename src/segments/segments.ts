/**
 * A log of sealed records in segment files, used for the store's journal, the access journal, remembered requests and blocks that are set aside. Entries that are appended while the disk is
 * busy go out together as one record, with one sync. So the only record that a crash can tear is the last one of the last segment.
 *
 * A segment begins with a random salt from which its key is derived, and a process never appends to a segment it did not create.
 */

import { randomBytes } from 'node:crypto';
import { mkdirSync, readdirSync } from 'node:fs';
import { readFile, stat, truncate, unlink } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { isExclusive, release } from '#batch';
import { type AppendFile, FILES, type Files } from '#files';
import { deriveKey, type KeyPurpose, Sealer } from '#keys';
import type { Secret } from '#model';
import { readRecord, sealRecord } from './record.ts';

const MAGIC = Buffer.from('TKSEG1\0\0', 'latin1');
const SALT_BYTES = 32;
const PREAMBLE_BYTES = MAGIC.length + SALT_BYTES;
const NAME = /^(\d{16})\.seg$/;
/** Bytes that go out as one record at most, beyond a single entry. */
const RECORD_BYTES_TARGET = 64 * 1024 * 1024;

/** Smaller pieces of a written record are left to the garbage collector. */
const RELEASED_BYTES_MIN = 16 * 1024;

export interface SegmentsOptions {
  readonly directory: string;
  readonly key: Secret<Uint8Array>;
  readonly purpose: KeyPurpose;
  readonly segmentBytesMax: number;
  readonly files?: Files;
  /** Called for each entry that is there already, oldest first. */
  readonly replay: (sequence: number, entry: Uint8Array) => void;
}

/** A segment that is not as it was written, and cannot be the torn end of one. */
export class SegmentDamaged extends Error {
  readonly path: string;
  readonly at: number | null;

  constructor(message: string, path: string, at: number | null) {
    super(message);
    this.name = 'SegmentDamaged';
    this.path = path;
    this.at = at;
  }
}

interface Segment {
  readonly path: string;
  readonly first: number;
  last: number;
  bytes: number;
}

interface Waiting {
  readonly parts: readonly Uint8Array[];
  readonly bytes: number;
  readonly durable: (sequence: number) => void;
  readonly done: (sequence: number) => void;
  readonly failed: (error: unknown) => void;
}

export class Segments {
  readonly #options: SegmentsOptions;
  readonly #files: Files;
  readonly #old: Segment[] = [];
  #current: (Segment & { readonly file: AppendFile; readonly sealer: Sealer }) | null = null;
  /** A failed write may have left something behind `current.bytes`: it must be gone before anything else is written. */
  #unclean = false;
  #rotate = false;
  #next = 1;
  #waiting: Waiting[] = [];
  #writing: Promise<void> | null = null;

  private constructor(options: SegmentsOptions) {
    this.#options = options;
    this.#files = options.files ?? FILES;
  }

  /** Reads what is there, cuts a torn tail off, and throws when anything else does not authenticate or is missing. */
  static async open(options: SegmentsOptions): Promise<Segments> {
    mkdirSync(options.directory, { recursive: true, mode: 0o700 });
    const log = new Segments(options);
    await log.#files.syncDirectory(dirname(options.directory));
    const names = readdirSync(options.directory).filter((name) => NAME.test(name)).sort();
    for (const [at, name] of names.entries()) await log.#read(join(options.directory, name), Number(NAME.exec(name)?.[1]), at === names.length - 1);
    return log;
  }

  get lastSequence(): number {
    return this.#next - 1;
  }

  get bytes(): number {
    return this.#old.reduce((sum, segment) => sum + segment.bytes, this.#current?.bytes ?? 0);
  }

  /**
   * Resolves with the record's sequence once the entry is on the disk; rejects when it is certain not to be replayed. `durable` hears of it first,
   * in the very order in which a replay gives the entries. It must not fail: what is durable cannot be taken back.
   */
  append(parts: readonly Uint8Array[], durable: (sequence: number) => void = () => undefined): Promise<number> {
    const length = Buffer.alloc(4);
    length.writeUInt32LE(parts.reduce((sum, part) => sum + part.length, 0));
    return new Promise((done, failed) => {
      this.#waiting.push({ parts: [length, ...parts], bytes: length.readUInt32LE(0), durable, done, failed });
      this.#writing ??= this.#writeAll();
    });
  }

  /** Removes the segments that hold nothing after the sequence. The newest segment stays. */
  async removeThrough(sequence: number): Promise<void> {
    let removed = false;
    for (let oldest = this.#old[0]; oldest !== undefined && oldest.last <= sequence; oldest = this.#old[0]) {
      await unlink(oldest.path);
      this.#old.shift();
      removed = true;
    }
    if (removed) await this.#files.syncDirectory(this.#options.directory);
  }

  /** Sequences go on after this one: for a log that was emptied, or whose files are older than what is known of it. Nothing may be in it. */
  continueAfter(sequence: number): void {
    if (this.#old.length > 0 || this.#current !== null) throw new Error('cannot renumber segments that hold records');
    this.#next = Math.max(this.#next, sequence + 1);
  }

  /** Bytes of the segment that the next append goes to. */
  get currentBytes(): number {
    return this.#current?.bytes ?? 0;
  }

  /** The next append begins a new segment, so that `removeThrough` can take the present one. */
  rotate(): void {
    this.#rotate = true;
  }

  async close(): Promise<void> {
    await this.#writing;
    await this.#current?.file.close();
    this.#current = null;
  }

  // --- reading --------------------------------------------------------------------------------------------------------

  async #read(path: string, first: number, newest: boolean): Promise<void> {
    const bytes = await readFile(path);
    const damaged = (at: number): Error => new SegmentDamaged(`cannot open the ${this.#options.purpose}: ${path} is damaged at byte ${at}; restore the file, or remove it and lose what it holds`, path, at);
    if (bytes.length < PREAMBLE_BYTES || !bytes.subarray(0, MAGIC.length).equals(MAGIC)) {
      // The first record of a segment is synced together with the preamble: without one, nothing in it was acknowledged.
      if (!newest || !(bytes.length < PREAMBLE_BYTES || bytes.every((byte) => byte === 0))) throw damaged(0);
      await unlink(path);
      return this.#files.syncDirectory(this.#options.directory);
    }
    if (this.#old.length > 0 && first !== this.#next) throw new SegmentDamaged(`cannot open the ${this.#options.purpose}: the segment before ${path} is missing or cut`, path, null);
    this.#next = first;
    const sealer = this.#sealer(bytes.subarray(MAGIC.length, PREAMBLE_BYTES));
    let at = PREAMBLE_BYTES;
    while (at < bytes.length) {
      const read = readRecord(sealer, bytes, at);
      if (read.is === 'torn' && newest) {
        await truncate(path, at);
        break;
      }
      if (read.is !== 'whole' || read.sequence !== this.#next) throw damaged(at);
      for (const entry of entriesOf(read.text)) this.#options.replay(read.sequence, entry);
      this.#next += 1;
      at = read.next;
    }
    if (this.#next > first) this.#old.push({ path, first, last: this.#next - 1, bytes: at });
    else await unlink(path);
  }

  #sealer(salt: Uint8Array): Sealer {
    return new Sealer(deriveKey(this.#options.key, 'segment', salt), this.#options.purpose);
  }

  // --- writing --------------------------------------------------------------------------------------------------------

  async #writeAll(): Promise<void> {
    while (this.#waiting.length > 0) {
      const group = this.#takeGroup();
      let sequence: number;
      try {
        sequence = await this.#write(group.flatMap(({ parts }) => parts));
      } catch (error) {
        for (const { failed } of group) failed(error);
        continue;
      }
      for (const { durable, done } of group) {
        durable(sequence);
        done(sequence);
      }
    }
    // In the same turn in which nothing was found waiting, so that no entry is left behind.
    this.#writing = null;
  }

  #takeGroup(): Waiting[] {
    let bytes = 0;
    let count = 0;
    for (const entry of this.#waiting) {
      bytes += entry.bytes;
      if (count > 0 && bytes > RECORD_BYTES_TARGET) break;
      count += 1;
    }
    return this.#waiting.splice(0, count);
  }

  async #write(parts: readonly Uint8Array[]): Promise<number> {
    if (this.#unclean) await this.#clean();
    if (this.#rotate || (this.#current !== null && this.#current.bytes >= this.#options.segmentBytesMax)) await this.#retireCurrent();
    this.#rotate = false;
    this.#current ??= await this.#begin();
    const segment = this.#current;
    const sequence = this.#next;
    const record = sealRecord(segment.sealer, sequence, parts);
    this.#unclean = true;
    try {
      await segment.file.append(record);
      await segment.file.sync();
    } catch (error) {
      // Left for the next append when it does not work now; until then nothing is accepted.
      await this.#clean().catch(() => undefined);
      throw error;
    }
    this.#unclean = false;
    segment.bytes += record.reduce((sum, part) => sum + part.length, 0);
    segment.last = sequence;
    this.#next = sequence + 1;
    for (const part of record) if (part.length >= RELEASED_BYTES_MIN && isExclusive(part)) release(part);
    return sequence;
  }

  /** After a failed write: cut back to the last good record. After a failed sync nothing in the file's cache is sure, so it is not used again. */
  async #clean(): Promise<void> {
    await this.#current?.file.cut(this.#current.bytes);
    this.#unclean = false;
    await this.#retireCurrent();
  }

  async #retireCurrent(): Promise<void> {
    const segment = this.#current;
    if (segment === null) return;
    this.#current = null;
    await segment.file.close();
    if (segment.last >= segment.first) this.#old.push({ path: segment.path, first: segment.first, last: segment.last, bytes: segment.bytes });
    else await unlink(segment.path);
  }

  async #begin(): Promise<Segment & { readonly file: AppendFile; readonly sealer: Sealer }> {
    const path = join(this.#options.directory, `${String(this.#next).padStart(16, '0')}.seg`);
    // Only an earlier attempt of ours that failed, or a segment without a whole record, can be in the way.
    if (await stat(path).then(() => true, () => false)) await unlink(path);
    const salt = randomBytes(SALT_BYTES);
    const file = await this.#files.create(path);
    try {
      await file.append([MAGIC, salt]);
      await this.#files.syncDirectory(this.#options.directory);
    } catch (error) {
      await file.close();
      await unlink(path).catch(() => undefined);
      throw error;
    }
    return { path, first: this.#next, last: this.#next - 1, bytes: PREAMBLE_BYTES, file, sealer: this.#sealer(salt) };
  }
}

/** The entries that went out as one record. */
function entriesOf(text: Uint8Array): Uint8Array[] {
  const view = Buffer.from(text.buffer, text.byteOffset, text.byteLength);
  const entries: Uint8Array[] = [];
  for (let at = 0; at < view.length; ) {
    const end = at + 4 + view.readUInt32LE(at);
    entries.push(view.subarray(at + 4, end));
    at = end;
  }
  return entries;
}
