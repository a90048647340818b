/**
 * The log's own files against each other: entries, every level of hashes, and the roots that they make at the sizes of checkpoints. Read from the
 * beginning in pieces, whatever the length of the log.
 */
import { closeSync, existsSync, fstatSync, openSync, readSync } from 'node:fs';
import { join } from 'node:path';
import { ENTRY_BYTES } from '#evidence';
import { sha256 } from '#keys/signing';
import { CompactRange, emptyRoot, HASH_BYTES, leafHash, sameBytes, TILE_WIDTH } from '#merkle';
import { finding, rangesText, type Finding } from './finding.ts';

const ITEM_BYTES = 2 + ENTRY_BYTES;
const LEVELS = 7;
const PIECE = 16_384;
/** So many of one kind are named. */
const NAMED_MAX = 1_000;

/** The log as a snapshot says it should be: entries below `synced` in the files, those from there on not in them yet. */
export interface LogAtHand {
  readonly directory: string;
  readonly synced: number;
  readonly tail: readonly Uint8Array[];
}

export interface CheckedTree {
  /** Entries that are there. */
  readonly size: number;
  /** The root over the first entries, for each size that was asked for and is there. */
  readonly roots: ReadonlyMap<number, Uint8Array>;
  /** The roots that the hashes of the entries make, instead of the entries themselves. */
  readonly hashRoots: ReadonlyMap<number, Uint8Array>;
  /** Entries whose hash in the files is another. */
  readonly differing: readonly number[];
  readonly findings: readonly Finding[];
}

/** A file of items of one length; what is missing of it reads as absent. */
class Items {
  readonly count: number;
  readonly #fd: number | null;
  readonly #bytes: number;

  constructor(path: string, bytes: number) {
    this.#bytes = bytes;
    this.#fd = existsSync(path) ? openSync(path, 'r') : null;
    this.count = this.#fd === null ? 0 : Math.floor(fstatSync(this.#fd).size / bytes);
  }

  read(first: number, count: number): Buffer {
    const wanted = Math.max(0, Math.min(count, this.count - first)) * this.#bytes;
    const buffer = Buffer.alloc(wanted);
    for (let at = 0; this.#fd !== null && at < wanted; ) {
      const read = readSync(this.#fd, buffer, at, wanted - at, first * this.#bytes + at);
      if (read === 0) return buffer.subarray(0, at - (at % this.#bytes));
      at += read;
    }
    return buffer;
  }

  close(): void {
    if (this.#fd !== null) closeSync(this.#fd);
  }
}

/** Reads entries by index, once the tree was checked or on its own. */
export class Entries {
  readonly #items: Items;
  readonly #log: LogAtHand;
  readonly size: number;

  constructor(log: LogAtHand) {
    this.#log = log;
    this.#items = new Items(join(log.directory, 'entries'), ITEM_BYTES);
    const inFiles = Math.min(this.#items.count, log.synced);
    this.size = inFiles < log.synced ? inFiles : log.synced + log.tail.length;
  }

  /** The entries from `first` up to but without `end`, as far as they are there. */
  read(first: number, end: number): Uint8Array[] {
    const { synced, tail } = this.#log;
    const bytes = this.#items.read(first, Math.min(end, synced) - first);
    const entries: Uint8Array[] = [];
    for (let at = 0; at < bytes.length; at += ITEM_BYTES) entries.push(bytes.subarray(at + 2, at + ITEM_BYTES));
    if (end > synced && first + entries.length >= Math.min(synced, this.size)) entries.push(...tail.slice(Math.max(0, first - synced), end - synced));
    return entries;
  }

  close(): void {
    this.#items.close();
  }
}

/** Checks everything; `pause` is awaited between pieces. */
export async function checkTree(log: LogAtHand, sizes: readonly number[], pause: () => Promise<void> = async () => undefined): Promise<CheckedTree> {
  const entries = new Entries(log);
  const files = Array.from({ length: LEVELS }, (_, level) => new Items(join(log.directory, `hashes.${level}`), HASH_BYTES));
  try {
    return await check(log, entries, files, new Set(sizes), pause);
  } finally {
    entries.close();
    for (const file of files) file.close();
  }
}

async function check(log: LogAtHand, entries: Entries, files: readonly Items[], sizes: ReadonlySet<number>, pause: () => Promise<void>): Promise<CheckedTree> {
  const findings = lengthFindings(log, entries.size, files);
  const roots = new Map<number, Uint8Array>([[0, emptyRoot(sha256)]]);
  const hashRoots = new Map<number, Uint8Array>([[0, emptyRoot(sha256)]]);
  const [tree, hashTree] = [new CompactRange(sha256), new CompactRange(sha256)];
  const differing: number[] = [];
  const levels = new Levels(files);
  const { size } = entries;
  for (let first = 0; first < size; first += PIECE) {
    const piece = entries.read(first, Math.min(size, first + PIECE));
    const stored = files[0]!.read(first, Math.min(piece.length, log.synced - first));
    for (const [at, entry] of piece.entries()) {
      const leaf = leafHash(sha256, entry);
      const found = at * HASH_BYTES < stored.length ? stored.subarray(at * HASH_BYTES, (at + 1) * HASH_BYTES) : leaf;
      const differs = Buffer.compare(leaf, found) !== 0;
      if (differs && differing.length < NAMED_MAX) differing.push(first + at);
      tree.append(leaf);
      hashTree.append(found);
      levels.add(leaf, differs, first + at < log.synced);
      if (sizes.has(tree.size)) {
        roots.set(tree.size, tree.root());
        hashRoots.set(tree.size, hashTree.root());
      }
    }
    await pause();
  }
  return { size, roots, hashRoots, differing, findings: [...findings, ...levels.findings()] };
}

function lengthFindings({ directory, synced }: LogAtHand, size: number, files: readonly Items[]): Finding[] {
  const findings: Finding[] = [];
  if (size < synced) findings.push(finding('log-cut', 'entries', `${join(directory, 'entries')} has ${size} entries and must have ${synced}.`, { places: [{ entry: size }] }));
  for (const [level, file] of files.entries()) {
    const wanted = Math.floor(synced / TILE_WIDTH ** level);
    if (file.count < wanted) findings.push(finding('log-cut', `hashes.${level}`, `${join(directory, `hashes.${level}`)} has ${file.count} hashes and must have ${wanted}.`));
  }
  return findings;
}

/** The levels above the hashes of entries, each computed from the one below. */
class Levels {
  readonly #files: readonly Items[];
  readonly #edges = Array.from({ length: LEVELS }, () => ({ range: new CompactRange(sha256), index: 0, spoilt: false }));
  readonly #differing: number[][] = Array.from({ length: LEVELS }, () => []);

  constructor(files: readonly Items[]) {
    this.#files = files;
  }

  add(leaf: Uint8Array, differs: boolean, inFiles: boolean): void {
    let hash = leaf;
    let spoilt = differs;
    for (let level = 0; level + 1 < LEVELS; level++) {
      const edge = this.#edges[level]!;
      edge.range.append(hash);
      edge.spoilt ||= spoilt;
      if (edge.range.size < TILE_WIDTH) return;
      hash = edge.range.root();
      // Above an entry that differs from its hash, the hashes are those of one of the two.
      ({ spoilt } = edge);
      const index = edge.index++;
      edge.range.clear();
      edge.spoilt = false;
      const stored = inFiles ? this.#files[level + 1]!.read(index, 1) : hash;
      if (stored.length === HASH_BYTES && !spoilt && !sameBytes(stored, hash)) {
        if (this.#differing[level + 1]!.length < NAMED_MAX) this.#differing[level + 1]!.push(index);
        spoilt = true;
      }
    }
  }

  findings(): Finding[] {
    return this.#differing.flatMap((indexes, level) =>
      indexes.length === 0 ? [] : [finding('log-hash', `hashes.${level}`, `Hash ${rangesText(indexes)} of the file hashes.${level} is not that of the hashes below it.`, { places: indexes.map((index) => ({ entry: index * TILE_WIDTH ** level })) })],
    );
  }
}
