import assert from 'node:assert/strict';
import { appendFileSync, cpSync, existsSync, mkdtempSync, readFileSync, rmSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, test } from 'node:test';
import { entryBytes } from '#evidence';
import { FILES, type Files } from '#files';
import { sha256, verifyNatively } from '#keys/signing';
import { checkConsistency, checkInclusion, emptyRoot, isFlaw, leafHash, openedCheckpoint, openNote, parseNote, parseVkey, TileBuilder, toBase64, unpackBundle, type Verifier } from '#merkle';
import { ENTRY_TYPES, type LogBody } from '#model';
import { Log, readLogVkeys, type LogOptions } from './log.ts';

let home = '';
const opened: Log[] = [];
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'tracekeep-log-'));
});
afterEach(async () => {
  for (const log of opened.splice(0)) await log.close();
  rmSync(home, { recursive: true, force: true });
});

async function open(options: Partial<LogOptions> = {}): Promise<Log> {
  const log = await Log.open({
    directory: join(home, 'data/log'), dataDir: join(home, 'data'), keys: { folder: join(home, 'data.log'), origin: null },
    synced: { size: 0, root: null }, replayed: [], now_ms: () => 1_795_000_000_500, ...options,
  });
  opened.push(log);
  return log;
}

const body = (at: number): LogBody => ({ type: 'access', time_ms: 1_795_000_000_000 + at, statement: `{"at":${at}}`, closed: `{"salt":"${at}"}` });
const bodies = (count: number, from = 0): LogBody[] => Array.from({ length: count }, (_, at) => body(from + at));
const entries = (count: number, from = 0): Uint8Array[] => bodies(count, from).map(entry);
const entry = ({ type, ...rest }: LogBody): Uint8Array => entryBytes({ type: ENTRY_TYPES[type], ...rest }, sha256);
const syncedAt = (log: Log): LogOptions['synced'] => ({ size: log.size, root: toBase64(log.root()) });

function expectedRoot(size: number): Uint8Array {
  const tree = new TileBuilder(sha256);
  for (const one of bodies(size)) tree.append(leafHash(sha256, entry(one)));
  return tree.root();
}

function checkpointOf(note: string, vkeys: readonly string[]) {
  const parsed = parseNote(Buffer.from(note));
  assert.ok(!isFlaw(parsed));
  const verifiers = vkeys.map((vkey) => parseVkey(sha256, vkey)).filter((key): key is Verifier => !isFlaw(key));
  const note_ = openNote(parsed, verifiers, verifyNatively);
  assert.ok(!isFlaw(note_), 'signatures');
  const checkpoint = openedCheckpoint(note_);
  assert.ok(!isFlaw(checkpoint));
  return { checkpoint, claims: note_.claims };
}

describe('the tree', () => {
  for (const size of [0, 1, 255, 256, 257, 700]) {
    test(`of ${size} entries has the root and the proofs of RFC 6962, synced or not`, async () => {
      const log = await open();
      const half = Math.floor(size / 2);
      assert.equal(log.append(entries(half)), 0);
      await log.sync();
      assert.equal(log.append(entries(size - half, half)), half);
      assert.deepEqual([log.size, Buffer.from(log.root())], [size, Buffer.from(expectedRoot(size))]);
      assert.deepEqual(Buffer.from(log.root(half)), Buffer.from(expectedRoot(half)));
      for (const index of [0, half, size - 1].filter((at) => at >= 0 && at < size)) {
        assert.deepEqual(Buffer.from(log.entry(index) ?? []), Buffer.from(entry(body(index))));
        assert.equal(checkInclusion(sha256, index, size, leafHash(sha256, entry(body(index))), log.inclusion(index) ?? [], log.root()), undefined);
      }
      if (half > 0) assert.equal(checkConsistency(sha256, half, size, log.root(half), log.consistency(half) ?? [], log.root()), undefined);
      assert.deepEqual([log.entry(size), log.inclusion(size), log.inclusion(0, size + 1), log.consistency(0, size + 1), log.entry(-1), log.entry(0.5)], [null, null, null, null, null, null]);
    });
  }

  test('gives tiles and bundles of any width that was published', async () => {
    const log = await open();
    log.append(entries(300));
    await log.sync();
    log.append(entries(220, 300));
    const tree = new TileBuilder(sha256);
    const full = bodies(520).flatMap((one) => tree.append(leafHash(sha256, entry(one))));
    for (const { tile, bytes } of [...full, ...tree.partials()]) {
      assert.deepEqual(Buffer.from(log.tile(Number(tile.level), tile.index, tile.width) ?? []), Buffer.from(bytes), JSON.stringify(tile));
    }
    const second = Buffer.from(log.tile(0, 1, 256) ?? []);
    for (const width of [1, 40, 44, 45, 255]) assert.deepEqual(Buffer.from(log.tile(0, 1, width) ?? []), second.subarray(0, width * 32));
    for (const [index, width] of [[0, 256], [1, 256], [2, 8], [2, 1]] as const) {
      const entries = unpackBundle(log.bundle(index, width) ?? new Uint8Array(0), width);
      assert.ok(!isFlaw(entries));
      assert.deepEqual(entries.map((bytes) => Buffer.from(bytes)), bodies(width, index * 256).map((one) => Buffer.from(entry(one))));
    }
    for (const [level, index, width] of [[0, 2, 9], [0, 3, 1], [1, 0, 3], [2, 0, 1], [7, 0, 1], [0, -1, 1], [0, 0, 0], [0, 0, 257], [0.5, 0, 1], [0, 0.5, 1], [-1, 0, 1]] as const) {
      assert.equal(log.tile(level, index, width), null, `${level} ${index} ${width}`);
    }
    assert.equal(log.bundle(2, 9), null);
  });
});

describe('sign()', () => {
  test('gives a note with both signatures that anybody opens with the keys, and keeps it beside them', async () => {
    const log = await open({ keys: { folder: join(home, 'data.log'), origin: 'log.example/traces' } });
    log.append(entries(3));
    const { note, size } = await log.sign();
    assert.equal(readFileSync(join(home, 'data.log/checkpoint'), 'utf8'), note);
    const { checkpoint, claims } = checkpointOf(note, log.vkeys());
    assert.deepEqual([checkpoint.origin, checkpoint.size, size, Buffer.from(checkpoint.root)], ['log.example/traces', 3, 3, Buffer.from(expectedRoot(3))]);
    assert.deepEqual(claims.map(({ algorithm, time_s }) => [algorithm, time_s]), [['ed25519', undefined], ['ml-dsa-44', 1_795_000_000]]);
    assert.equal(checkpointOf(note, log.vkeys().slice(0, 1)).claims.length, 1);
    assert.deepEqual(readLogVkeys(join(home, 'data.log')), log.vkeys());
    assert.equal(statSync(join(home, 'data.log/key')).mode & 0o777, 0o600);
    assert.equal(statSync(join(home, 'data.log')).mode & 0o777, 0o700);
  });

  test('is over what is there when its turn comes, never less than before', async () => {
    const log = await open();
    assert.equal(log.signed?.size, 0);
    assert.deepEqual(Buffer.from(log.signed?.root ?? []), Buffer.from(emptyRoot(sha256)));
    const signing = [log.sign(), log.sign()];
    log.append(entries(2));
    const sizes = (await Promise.all([...signing, log.sign()])).map(({ size }) => size);
    assert.deepEqual([sizes, log.signed?.size], [[...sizes].sort(), 2]);
  });

  test('gives nothing that is not kept', async () => {
    let fails = false;
    const log = await open({ files: { ...FILES, rename: (from, to) => (fails ? Promise.reject(new Error('EIO')) : FILES.rename(from, to)) } });
    log.append(entries(2));
    fails = true;
    await assert.rejects(log.sign());
    assert.equal(log.signed?.size, 0);
    fails = false;
    assert.equal((await log.sign()).size, 2);
  });
});

describe('opened again', () => {
  test('it goes on from its files, and grows again what they do not have', async () => {
    const log = await open();
    log.append(entries(300));
    await log.sync();
    const synced = syncedAt(log);
    log.append(entries(600, 300));
    const { size } = await log.sign();
    // The files may have more than the journal knows of.
    await log.sync();
    await log.close();
    const again = await open({ synced, replayed: bodies(600, 300) });
    assert.deepEqual([again.size, again.origin, again.signed?.size], [size, log.origin, size]);
    assert.deepEqual(Buffer.from(again.root()), Buffer.from(expectedRoot(900)));
    again.append(entries(100, 900));
    await again.sync();
    assert.deepEqual(Buffer.from(again.root()), Buffer.from(expectedRoot(1000)));
    assert.equal(statSync(join(home, 'data/log/entries')).size, 43_000);
    assert.equal(statSync(join(home, 'data/log/hashes.1')).size, 3 * 32);
  });

  const data = (): string => join(home, 'data/log');
  const spoilt: Record<string, [(synced: LogOptions['synced']) => Partial<LogOptions> | void, RegExp]> = {
    'its entries were cut': [() => truncateSync(join(data(), 'entries'), 43 * 299), /entries has 12857 bytes and must have 12900/],
    'its hashes were cut': [() => truncateSync(join(data(), 'hashes.1'), 0), /hashes\.1 has 0 bytes and must have 32/],
    'its folder is gone': [() => rmSync(data(), { recursive: true }), /entries has 0 bytes/],
    'an entry was changed': [() => flip(join(data(), 'entries'), 43 * 7 + 20), /hash 7 of .*hashes\.0/],
    'a hash was changed': [() => flip(join(data(), 'hashes.0'), 32 * 7 + 20), /hash 7 of .*hashes\.0/],
    'a hash of a higher level was changed': [() => flip(join(data(), 'hashes.1'), 5), /hash 0 of .*hashes\.1/],
    'it is another log than the journal speaks of': [(synced) => ({ synced: { ...synced, root: toBase64(expectedRoot(299)) } }), /not those that the journal speaks of/],
    'its newest signed entries are missing': [(synced) => ({ synced, replayed: bodies(9, 300) }), /signed over 310 entries and there are 309.*an older copy, or its log was cut\. Use the newest/],
    'other entries took the place of signed ones': [(synced) => ({ synced, replayed: [...bodies(9, 300), body(0), body(310)] }), /first 310 entries are not those/],
    'its checkpoint is missing': [() => rmSync(join(home, 'data.log/checkpoint')), /checkpoint is missing/],
    'its checkpoint was changed': [() => flip(join(home, 'data.log/checkpoint'), 45), /is not a checkpoint that its keys signed/],
    'its checkpoint has one signature only': [() => cutLine(join(home, 'data.log/checkpoint')), /is not a checkpoint that its keys signed/],
    'its key is missing': [() => rmSync(join(home, 'data.log/key')), /signing key .* is missing; restore it/],
    'its name is to change': [() => ({ keys: { folder: join(home, 'data.log'), origin: 'log.example/other' } }), /log-origin says log\.example\/other, and this log was made as tracekeep\.localhost\//],
    'its keys lie in the data directory': [() => ({ keys: { folder: join(home, 'data/keys'), origin: null } }), /lies inside the data directory/],
  };
  for (const [why, [spoil, message]] of Object.entries(spoilt)) {
    test(`it is refused when ${why}`, async () => {
      const log = await open();
      log.append(entries(300));
      await log.sync();
      const synced = syncedAt(log);
      log.append(entries(10, 300));
      await log.sync();
      await log.sign();
      await log.close();
      const options = { synced, replayed: bodies(10, 300), ...spoil(synced) };
      const found = existsSync(join(data(), 'entries')) ? readFileSync(join(data(), 'entries')) : null;
      await assert.rejects(open(options), message);
      if (found !== null) assert.deepEqual(readFileSync(join(data(), 'entries')), found, 'what was refused was changed');
    });
  }

  test('a copy of both folders that belongs together is opened, as a restored backup is', async () => {
    const log = await open();
    log.append(entries(5));
    await log.sync();
    const synced = syncedAt(log);
    await log.sign();
    for (const name of ['data', 'data.log']) cpSync(join(home, name), join(home, `backup-${name}`), { recursive: true });
    log.append(entries(5, 5));
    await log.sign();
    await log.close();
    for (const name of ['data', 'data.log']) {
      rmSync(join(home, name), { recursive: true });
      cpSync(join(home, `backup-${name}`), join(home, name), { recursive: true });
    }
    assert.equal((await open({ synced })).size, 5);
  });

  test('what a log without keys is called must be a name', async () => {
    await assert.rejects(open({ keys: { folder: join(home, 'data.log'), origin: 'two words' } }), /log-origin must be a name/);
  });
});

describe('when the disk fails', () => {
  for (const persisted of [false, true]) {
    for (const step of ['append', 'sync', 'directory'] as const) {
      test(`the ${step} of a file ${persisted ? 'is done and said to have failed' : 'is not done'}: the next sync brings all of it`, async () => {
        let fails = 0;
        const failing = async (at: typeof step, act: () => Promise<void>): Promise<void> => {
          if (at !== step || fails === 0) return act();
          fails -= 1;
          if (persisted) await act();
          throw new Error('EIO');
        };
        const wrap: (file: Awaited<ReturnType<Files['create']>>) => typeof file = (file) => ({ ...file, append: (parts) => failing('append', () => file.append(parts)), sync: () => failing('sync', () => file.sync()) });
        const files: Files = {
          ...FILES,
          create: async (path) => wrap(await FILES.create(path)),
          open: async (path, bytes) => wrap(await FILES.open(path, bytes)),
          syncDirectory: (path) => failing('directory', () => FILES.syncDirectory(path)),
        };
        const log = await open({ files });
        log.append(entries(3));
        fails = 2;
        await assert.rejects(log.sync());
        log.append(entries(300, 3));
        await assert.rejects(log.sync());
        assert.deepEqual(Buffer.from(log.root()), Buffer.from(expectedRoot(303)));
        await log.sync();
        const synced = syncedAt(log);
        await log.close();
        assert.deepEqual(Buffer.from((await open({ synced })).root()), Buffer.from(expectedRoot(303)));
      });
    }
  }
});

function flip(path: string, at: number): void {
  const bytes = readFileSync(path);
  bytes[at] = (bytes[at] ?? 0) ^ 1;
  writeFileSync(path, bytes);
}

function cutLine(path: string): void {
  const lines = readFileSync(path, 'utf8').trimEnd().split('\n');
  writeFileSync(path, '');
  appendFileSync(path, `${lines.slice(0, -1).join('\n')}\n`);
}
