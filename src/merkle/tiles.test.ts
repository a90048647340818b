/** Tiles and entry bundles as C2SP tlog-tiles has them, with the numbers of its text. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ENTRY_BYTES_MAX, packBundle, unpackBundle } from './bundles.ts';
import { isFlaw } from './flaw.ts';
import { checkConsistency, checkInclusion, proveConsistency, proveInclusion, rangeHash } from './proofs.ts';
import { consistencyRanges, inclusionRanges } from './ranges.ts';
import { hex, leaves, naivePath, naiveRoot, randomOf, sha256 } from './testing.ts';
import { TileBuilder, type TileBytes } from './tile-builder.ts';
import { tileNodes, type ReadTile } from './tile-nodes.ts';
import { parseTilePath, tilePath, tilesBetween, tilesFor, tileWidth, type Tile } from './tiles.ts';

/** More than one full tile, so that there is one of the second level. */
const SIZE = 1_100;
const LEAVES = leaves(SIZE);
const SEED = 4711;

/** What a log has on disk, by path. */
class Disk {
  readonly files = new Map<string, Uint8Array>();
  readonly asked: string[] = [];
  readonly read: ReadTile = (tile) => {
    this.asked.push(tilePath(tile));
    return this.files.get(tilePath(tile));
  };

  write(tiles: readonly TileBytes[]): void {
    for (const { tile, bytes } of tiles) this.files.set(tilePath(tile), bytes);
  }
}

function built(size: number): { builder: TileBuilder; disk: Disk } {
  const builder = new TileBuilder(sha256);
  const disk = new Disk();
  for (const leaf of LEAVES.slice(0, size)) disk.write(builder.append(leaf));
  disk.write(builder.partials());
  return { builder, disk };
}

test('tlog-tiles: the tiles of a tree of 70,000 and of 256', () => {
  const at = (size: number, level: Tile['level']) => tilesBetween(0, size).filter((tile) => tile.level === level);
  assert.equal(at(70_000, 0).length, 274);
  assert.deepEqual(at(70_000, 0).at(-1), { level: 0, index: 273, width: 112 });
  assert.deepEqual(at(70_000, 1), [{ level: 1, index: 0, width: 256 }, { level: 1, index: 1, width: 17 }]);
  assert.deepEqual(at(70_000, 2), [{ level: 2, index: 0, width: 1 }]);
  assert.deepEqual(at(70_000, 3), []);
  assert.deepEqual(at(70_000, 'entries').at(-1), { level: 'entries', index: 273, width: 112 });
  assert.deepEqual(tilesBetween(0, 256).map(tilePath), ['tile/entries/000', 'tile/0/000', 'tile/1/000.p/1']);
  assert.equal(tileWidth(0, 1, 256), 0);
});

test('tlog-tiles: between two sizes a log writes what is new or wider, and nothing else', () => {
  assert.deepEqual(tilesBetween(70_000, 70_000), []);
  assert.deepEqual(tilesBetween(70_000, 70_001).map(tilePath), ['tile/entries/273.p/113', 'tile/0/273.p/113']);
  assert.deepEqual(tilesBetween(255, 257).map(tilePath), ['tile/entries/000', 'tile/entries/001.p/1', 'tile/0/000', 'tile/0/001.p/1', 'tile/1/000.p/1']);
  for (const [before, after] of [[0, 700], [300, 1_100], [511, 512], [512, 513]] as const) {
    const [had, has] = [new Set(built(before).disk.files.keys()), [...built(after).disk.files.keys()]];
    const fresh = has.filter((path) => !had.has(path) && !pathsOfPast(path, after));
    assert.deepEqual(tilesBetween(before, after).filter(({ level }) => level !== 'entries').map(tilePath).sort(), fresh.sort());
  }
});

test('tlog-tiles: a path names a tile, and each tile has one path', () => {
  const paths = { 'tile/0/x001/x234/067': 1_234_067, 'tile/0/005': 5, 'tile/1/x001/000.p/17': 1_000, 'tile/entries/273.p/112': 273, 'tile/6/000.p/1': 0 };
  for (const [path, index] of Object.entries(paths)) {
    const tile = parseTilePath(path);
    assert.ok(!isFlaw(tile), path);
    assert.equal(tile.index, index);
    assert.equal(tilePath(tile), path);
  }
  const wrong = ['', 'tile', 'tile/0', 'tile/0/5', 'tile/0/0005', 'tile/00/005', 'tile/7/005', 'tile/64/005', 'tile/-1/005', 'tile/0/x000/005', 'tile/0/001/005', 'tile/0/x001', 'tile/0/005.p/0',
    'tile/0/005.p/256', 'tile/0/005.p/01', 'tile/0/005.p/', 'tile/0/005.p/300', 'tile/0/005/', '/tile/0/005', 'tile/0/005\n', 'tile/data/005', 'tile/entries/../0/005', 'tile/0/٠٠٥', 'tile/0/x009/x007/x199/x254/x740/992', 'tile/0/x999/x999/x999/x999/x999/999', `tile/0/${'x001/'.repeat(10_000)}001`];
  for (const path of wrong) assert.deepEqual(parseTilePath(path), { flaw: 'tile_path' }, path.slice(0, 40));
});

test(`proofs made from tiles hold, and read what was named before (seed ${SEED})`, () => {
  const random = randomOf(SEED);
  for (let round = 0; round < 12; round++) {
    const size = 1 + random(SIZE);
    const { builder, disk } = built(size);
    const root = builder.root();
    assert.equal(hex(root), hex(naiveRoot(LEAVES.slice(0, size))), `size ${size}`);
    const nodes = tileNodes(sha256, size, disk.read);
    const [index, first] = [random(size), 1 + random(size)];
    disk.asked.length = 0;
    const path = proveInclusion(sha256, nodes, index, { start: 0, end: size });
    assert.deepEqual(new Set(disk.asked), new Set(tilesFor(inclusionRanges(index, { start: 0, end: size }), size).map(tilePath)));
    assert.ok(!isFlaw(path));
    assert.deepEqual(path.map(hex), naivePath(index, LEAVES.slice(0, size)).map(hex));
    assert.equal(checkInclusion(sha256, index, size, LEAVES[index]!, path, root), undefined);
    disk.asked.length = 0;
    const proof = proveConsistency(sha256, nodes, { start: 0, end: first }, size);
    assert.deepEqual(new Set(disk.asked), new Set(tilesFor(consistencyRanges({ start: 0, end: first }, size), size).map(tilePath)));
    assert.ok(!isFlaw(proof));
    assert.equal(checkConsistency(sha256, first, size, naiveRoot(LEAVES.slice(0, first)), proof, root), undefined);
  }
});

test('a builder that is resumed goes on as if it had not stopped, at every kind of size', () => {
  for (const size of [0, 1, 255, 256, 257, 511, 512, 1_000]) {
    const { disk } = built(size);
    const resumed = TileBuilder.resume(sha256, size, disk.read);
    assert.ok(!isFlaw(resumed), `size ${size}`);
    assert.equal(resumed.size, size);
    for (const leaf of LEAVES.slice(size)) disk.write(resumed.append(leaf));
    disk.write(resumed.partials());
    assert.equal(hex(resumed.root()), hex(naiveRoot(LEAVES)), `size ${size}`);
    for (const [path, bytes] of built(SIZE).disk.files) assert.equal(hex(disk.files.get(path)!), hex(bytes), path);
  }
});

test('the hash over a full tile is the one in the tile above it, from the level above that too', () => {
  const builder = new TileBuilder(sha256);
  const full: TileBytes[] = [];
  const leaf = LEAVES[0]!;
  for (let count = 0; count < 65_536; count++) full.push(...builder.append(leaf));
  assert.deepEqual(full.slice(-2).map(({ tile }) => tilePath(tile)), ['tile/0/255', 'tile/1/000']);
  assert.deepEqual(builder.partials().map(({ tile }) => tilePath(tile)), ['tile/2/000.p/1']);
  let level = leaf;
  for (let height = 0; height < 16; height++) level = naiveRoot([level, level]);
  assert.equal(hex(builder.root()), hex(level));
  assert.equal(hex(builder.partials()[0]!.bytes), hex(level));
});

test('tiles that are missing, too short or too long are a flaw; a full one serves for a part of it', () => {
  const { disk } = built(300);
  const nodes = (read: ReadTile) => rangeHash(sha256, tileNodes(sha256, 300, read), { start: 0, end: 300 });
  const root = hex(naiveRoot(LEAVES.slice(0, 300)));
  assert.deepEqual(nodes(() => undefined), { flaw: 'node_missing', detail: 'level 0, tile 1, width 44' });
  for (const length of [0, 31, 44 * 32 - 1, 44 * 32 + 1, 45 * 32, 8_191, 100_000]) {
    assert.equal(isFlaw(nodes(() => new Uint8Array(length))), true, `${length} bytes`);
    assert.equal(isFlaw(TileBuilder.resume(sha256, 300, () => new Uint8Array(length))), true, `${length} bytes`);
  }
  const widened: ReadTile = (tile) => {
    const bytes = new Uint8Array(8_192).fill(7);
    bytes.set(disk.read(tile)!);
    return bytes;
  };
  assert.equal(hex(nodes(widened) as Uint8Array), root);
  const resumed = TileBuilder.resume(sha256, 300, widened);
  assert.ok(!isFlaw(resumed));
  assert.equal(hex(resumed.root()), root);
  assert.equal(isFlaw(TileBuilder.resume(sha256, -1, disk.read)), true);
  assert.equal(isFlaw(rangeHash(sha256, tileNodes(sha256, 300, disk.read), { start: 0, end: 512 })), true);
});

test('bundles give back their entries, and anything cut or added is refused', () => {
  const entries = [new Uint8Array(0), Uint8Array.of(1, 2, 3), new Uint8Array(ENTRY_BYTES_MAX).fill(9)];
  const bundle = packBundle(entries);
  assert.ok(!isFlaw(bundle));
  assert.deepEqual(unpackBundle(bundle, 3), entries);
  assert.equal(hex(bundle.subarray(0, 7)), '00000003010203');
  for (const width of [0, 1, 2, 4, 256]) assert.equal(isFlaw(unpackBundle(bundle, width)), true, `width ${width}`);
  for (const cut of [1, 2, 3, 4, 6, 8, bundle.length - 1]) assert.equal(isFlaw(unpackBundle(bundle.subarray(0, cut), 3)), true, `${cut} bytes`);
  assert.equal(isFlaw(unpackBundle(Uint8Array.of(...bundle, 0), 3)), true);
  assert.equal(isFlaw(unpackBundle(new Uint8Array(2 * 257), 256)), true);
  assert.equal((unpackBundle(new Uint8Array(2 * 256), 5) as Uint8Array[]).length, 5);
  assert.deepEqual(packBundle([new Uint8Array(ENTRY_BYTES_MAX + 1)]), { flaw: 'entry_too_large', detail: 'entry 0' });
  assert.equal(isFlaw(packBundle(Array.from({ length: 257 }, () => new Uint8Array(1)))), true);
});

/** Partial tiles that were written for a smaller tree. */
function pathsOfPast(path: string, size: number): boolean {
  const tile = parseTilePath(path);
  return !isFlaw(tile) && tileWidth(tile.level, tile.index, size) !== tile.width;
}
