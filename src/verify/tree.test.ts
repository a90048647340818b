import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, test } from 'node:test';
import { ENTRY_BYTES } from '#evidence';
import { sha256 } from '#keys/signing';
import { CompactRange, leafHash } from '#merkle';
import { checkTree, Entries } from './tree.ts';

const SIZE = 66_000;
let directory = '';
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'tracekeep-tree-'));
});
afterEach(() => rmSync(directory, { recursive: true }));

const entry = (index: number): Uint8Array => Buffer.alloc(ENTRY_BYTES, `entry ${index};`);
const rootOf = (leaves: readonly Uint8Array[]): Uint8Array => {
  const tree = new CompactRange(sha256);
  for (const leaf of leaves) tree.append(leaf);
  return tree.root();
};
const LEAVES = Array.from({ length: SIZE }, (_, index) => leafHash(sha256, entry(index)));

/** The files of a log, as the format says, with a level of 256 and one of 65,536. */
function write(size: number, change: (files: Record<string, Buffer>) => void = () => undefined): void {
  const above = (hashes: readonly Uint8Array[]): Uint8Array[] => Array.from({ length: Math.floor(hashes.length / 256) }, (_, tile) => rootOf(hashes.slice(tile * 256, tile * 256 + 256)));
  const first = above(LEAVES.slice(0, size));
  const files: Record<string, Buffer> = {
    entries: Buffer.concat(Array.from({ length: size }, (_, index) => Buffer.concat([Buffer.of(0, ENTRY_BYTES), entry(index)]))),
    'hashes.0': Buffer.concat(LEAVES.slice(0, size)), 'hashes.1': Buffer.concat(first), 'hashes.2': Buffer.concat(above(first)),
  };
  change(files);
  for (const [name, bytes] of Object.entries(files)) writeFileSync(join(directory, name), bytes);
}

test('a whole log has its roots at every size that is asked for, also beyond its files', async () => {
  write(SIZE - 3);
  const tail = [SIZE - 3, SIZE - 2, SIZE - 1].map(entry);
  const tree = await checkTree({ directory, synced: SIZE - 3, tail }, [255, 65_536, SIZE]);
  assert.deepEqual([tree.size, tree.findings, tree.differing], [SIZE, [], []]);
  for (const size of [255, 65_536, SIZE]) assert.deepEqual(tree.roots.get(size), rootOf(LEAVES.slice(0, size)), String(size));
});

test('what differs is named: an entry from its hash, a hash of each level from those below', async () => {
  write(1_000, (files) => {
    files['entries']!.writeUInt8(7, 300 * (2 + ENTRY_BYTES) + 9);
    files['hashes.1']!.writeUInt8(files['hashes.1']!.readUInt8(64) ^ 1, 64);
  });
  const tree = await checkTree({ directory, synced: 1_000, tail: [] }, [1_000]);
  assert.deepEqual(tree.differing, [300]);
  // Tile 1 holds entry 300; above a hash that differs nothing more can be said.
  assert.deepEqual(tree.findings.map(({ message }) => message), ['Hash 2 of the file hashes.1 is not that of the hashes below it.']);
  assert.deepEqual(tree.hashRoots.get(1_000), rootOf(LEAVES.slice(0, 1_000)));
  assert.notDeepEqual(tree.roots.get(1_000), tree.hashRoots.get(1_000));
});

test('a file that is too short is named with what it must have', async () => {
  write(300, (files) => {
    files['entries'] = files['entries']!.subarray(0, 299 * (2 + ENTRY_BYTES));
    files['hashes.1'] = Buffer.alloc(0);
  });
  const tree = await checkTree({ directory, synced: 300, tail: [entry(300)] }, [299, 300]);
  assert.deepEqual([tree.size, tree.roots.has(300), tree.roots.has(299)], [299, false, true]);
  assert.deepEqual(tree.findings.map(({ kind, subject }) => [kind, subject]), [['log-cut', 'entries'], ['log-cut', 'hashes.1']]);
});

test('entries are read across the end of the files', () => {
  write(10);
  const entries = new Entries({ directory, synced: 10, tail: [entry(10), entry(11)] });
  assert.deepEqual(entries.read(8, 12).map((bytes) => Buffer.from(bytes)), [8, 9, 10, 11].map((index) => Buffer.from(entry(index))));
  assert.deepEqual(entries.read(11, 12).map((bytes) => Buffer.from(bytes)), [Buffer.from(entry(11))]);
  entries.close();
});
