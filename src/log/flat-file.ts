/**
 * A file of items of one length that only grows. What is added is in memory until it is synced, and read from there; after a failure the
 * part that was not synced is written again.
 */
import { closeSync, existsSync, openSync, readSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import { type AppendFile, type Files } from '#files';

const TAIL_BYTES_START = 4096;

export class FlatFile {
  readonly #path: string;
  readonly #itemBytes: number;
  readonly #files: Files;
  #file: AppendFile | null = null;
  #reader: number | null = null;
  #exists: boolean;
  #isNamed: boolean;
  /** The file has more than counts. */
  readonly #isLonger: boolean;
  /** Bytes that are on the disk for good. */
  #synced: number;
  #tail = new Uint8Array(TAIL_BYTES_START);
  #tailBytes = 0;

  private constructor(path: string, itemBytes: number, files: Files, exists: boolean, synced: number, isLonger: boolean) {
    this.#path = path;
    this.#itemBytes = itemBytes;
    this.#files = files;
    this.#exists = this.#isNamed = exists;
    this.#synced = synced;
    this.#isLonger = isLonger;
  }

  /** A file whose first `items` count; `trim` cuts off what it has beyond them. Throws when it has fewer. */
  static open(path: string, itemBytes: number, items: number, files: Files): FlatFile {
    const exists = existsSync(path);
    const bytes = exists ? statSync(path).size : 0;
    const wanted = items * itemBytes;
    if (bytes < wanted) throw new Error(`cannot open the log: ${path} has ${bytes} bytes and must have ${wanted}, so it was cut or exchanged; restore it from a copy of the data directory`);
    return new FlatFile(path, itemBytes, files, exists, wanted, bytes > wanted);
  }

  get bytes(): number {
    return this.#synced + this.#tailBytes;
  }

  get items(): number {
    return this.bytes / this.#itemBytes;
  }

  async trim(): Promise<void> {
    if (this.#isLonger) this.#file ??= await this.#open();
  }

  push(item: Uint8Array): void {
    if (this.#tailBytes + this.#itemBytes > this.#tail.length) {
      const larger = new Uint8Array(this.#tail.length * 2);
      larger.set(this.#tail.subarray(0, this.#tailBytes));
      this.#tail = larger;
    }
    this.#tail.set(item, this.#tailBytes);
    this.#tailBytes += this.#itemBytes;
  }

  /** The items from `start` up to but without `end`, which are there. */
  read(start: number, end: number): Uint8Array {
    const [from, to] = [start * this.#itemBytes, end * this.#itemBytes];
    const bytes = new Uint8Array(to - from);
    const onDisk = Math.max(0, Math.min(to, this.#synced) - from);
    if (onDisk > 0) this.#readDisk(bytes.subarray(0, onDisk), from);
    if (to > this.#synced) bytes.set(this.#tail.subarray(from + onDisk - this.#synced, to - this.#synced), onDisk);
    return bytes;
  }

  /** INVARIANT: one call at a time. What is pushed while it runs is left to the next one. */
  async sync(): Promise<void> {
    const bytes = this.#tailBytes;
    if (bytes === 0) return;
    try {
      this.#file ??= await this.#open();
      await this.#file.append([this.#tail.subarray(0, bytes)]);
      await this.#file.sync();
      if (!this.#isNamed) await this.#files.syncDirectory(dirname(this.#path));
    } catch (error) {
      // Nothing beyond what was synced is sure any more: the next attempt cuts it off.
      await this.#closeWriter().catch(() => undefined);
      throw error;
    }
    this.#isNamed = true;
    this.#synced += bytes;
    this.#tail.copyWithin(0, bytes, this.#tailBytes);
    this.#tailBytes -= bytes;
    if (this.#tailBytes === 0 && this.#tail.length > TAIL_BYTES_START) this.#tail = new Uint8Array(TAIL_BYTES_START);
  }

  async close(): Promise<void> {
    if (this.#reader !== null) closeSync(this.#reader);
    this.#reader = null;
    await this.#closeWriter();
  }

  async #open(): Promise<AppendFile> {
    if (this.#exists) return this.#files.open(this.#path, this.#synced);
    const file = await this.#files.create(this.#path);
    this.#exists = true;
    return file;
  }

  async #closeWriter(): Promise<void> {
    const file = this.#file;
    this.#file = null;
    await file?.close();
  }

  #readDisk(bytes: Uint8Array, from: number): void {
    this.#reader ??= openSync(this.#path, 'r');
    for (let at = 0; at < bytes.length; ) {
      const read = readSync(this.#reader, bytes, at, bytes.length - at, from + at);
      if (read === 0) throw new Error(`cannot read the log: ${this.#path} is shorter than it was`);
      at += read;
    }
  }
}
