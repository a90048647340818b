import assert from 'node:assert/strict';
import { appendFileSync, copyFileSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, test } from 'node:test';
import { type AppendFile, FILES, type Files } from '#files';
import { Secret } from '#model';
import { Segments, type SegmentsOptions } from './segments.ts';

const key = new Secret(new Uint8Array(32).fill(9));
let directory = '';
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'tracekeep-segments-'));
});
afterEach(() => rmSync(directory, { recursive: true, force: true }));

async function open(options: Partial<SegmentsOptions> = {}): Promise<{ log: Segments; found: string[] }> {
  const found: string[] = [];
  const log = await Segments.open({ directory, key, purpose: 'journal', segmentBytesMax: 1e9, replay: (sequence, entry) => found.push(`${sequence} ${Buffer.from(entry).toString()}`), ...options });
  return { log, found };
}

const text = (value: string): Uint8Array[] => [Buffer.from(value)];
const segments = (): string[] => readdirSync(directory).sort().map((name) => join(directory, name));
const newest = (): string => segments().at(-1) ?? '';

async function written(...values: string[]): Promise<number[]> {
  const { log } = await open();
  const ends: number[] = [];
  for (const value of values) {
    await log.append(text(value));
    ends.push(log.bytes);
  }
  await log.close();
  return ends;
}

/** File operations whose failures are set from outside. */
function failing(): { files: Files; fail: { append?: string; sync?: string; cut?: string; create?: string; torn?: boolean }; synced: number[] } {
  const fail: { append?: string; sync?: string; cut?: string; create?: string; torn?: boolean } = {};
  const synced: number[] = [];
  const raise = (code: string | undefined): void => {
    if (code !== undefined) throw Object.assign(new Error(code), { code });
  };
  const files: Files = {
    ...FILES,
    async create(path): Promise<AppendFile> {
      raise(fail.create);
      const file = await FILES.create(path);
      return {
        async append(parts) {
          if (fail.append !== undefined && fail.torn === true) await file.append(parts.slice(0, -1));
          raise(fail.append);
          await file.append(parts);
        },
        async sync() {
          raise(fail.sync);
          await file.sync();
          synced.push(statSync(path).size);
        },
        async cut(bytes) {
          raise(fail.cut);
          await file.cut(bytes);
        },
        close: () => file.close(),
      };
    },
  };
  return { files, fail, synced };
}

describe('append()', () => {
  test('keeps entries in order across restarts', async () => {
    await written('one', 'two');
    await written('three');
    const { log, found } = await open();
    assert.deepEqual(found, ['1 one', '2 two', '3 three']);
    assert.equal(log.lastSequence, 3);
    await log.close();
  });

  test('gives overlapping calls one sync, and resolves none before it', async () => {
    const { files, synced } = failing();
    const { log } = await open({ files });
    const sequences = await Promise.all(Array.from({ length: 50 }, (_, at) => log.append(text(`entry ${at}`))));
    assert.deepEqual([...new Set(sequences)], [1, 2]);
    assert.equal(synced.length, 2);
    assert.equal(synced.at(-1), log.bytes);
    await log.close();
    assert.equal((await open()).found.length, 50);
  });

  test('writes nothing in clear', async () => {
    await written('a secret span');
    assert.equal(readFileSync(newest()).includes('secret'), false);
    assert.equal(statSync(newest()).mode & 0o777, 0o600);
  });

  test('begins a new segment when one is full, and removes what is not needed', async () => {
    const { log } = await open({ segmentBytesMax: 150 });
    for (const value of ['a', 'b', 'c', 'd']) await log.append(text(value.repeat(100)));
    assert.equal(segments().length, 4);
    await log.removeThrough(2);
    assert.equal(segments().length, 2);
    await log.removeThrough(4);
    assert.equal(segments().length, 1, 'the newest stays, it says where to go on');
    await log.close();
    const { log: again, found } = await open();
    assert.deepEqual([again.lastSequence, found.length], [4, 1]);
  });
});

describe('when the disk fails', () => {
  for (const step of ['append', 'sync', 'create'] as const) {
    test(`a failed ${step} refuses the entry and nothing of it comes back`, async () => {
      const { files, fail } = failing();
      const { log } = await open({ files, segmentBytesMax: step === 'create' ? 1 : 1e9 });
      await log.append(text('kept'));
      fail[step] = 'ENOSPC';
      fail.torn = true;
      await assert.rejects(log.append(text('refused')), { code: 'ENOSPC' });
      await assert.rejects(log.append(text('refused too')), { code: 'ENOSPC' });
      delete fail[step];
      await log.append(text('kept too'));
      await log.close();
      assert.deepEqual((await open()).found, ['1 kept', '2 kept too']);
    });
  }

  test('nothing is accepted while a failed write cannot be cut off', async () => {
    const { files, fail } = failing();
    const { log } = await open({ files });
    await log.append(text('kept'));
    Object.assign(fail, { sync: 'EIO', cut: 'EIO' });
    await assert.rejects(log.append(text('refused')), { code: 'EIO' });
    delete fail.sync;
    await assert.rejects(log.append(text('refused as well')), { code: 'EIO' });
    delete fail.cut;
    await log.append(text('kept too'));
    await log.close();
    assert.deepEqual((await open()).found, ['1 kept', '2 kept too']);
  });
});

describe('open()', () => {
  test('cuts a torn tail wherever it was torn', async () => {
    const [first = 0, second = 0] = await written('one', 'the second entry, somewhat longer');
    const whole = readFileSync(newest());
    for (let length = first; length < second; length += 1) {
      writeFileSync(newest(), whole.subarray(0, length));
      const { log, found } = await open();
      assert.deepEqual(found, ['1 one'], `cut at ${length}`);
      assert.equal(statSync(newest()).size, first);
      await log.append(text('after'));
      await log.close();
      assert.deepEqual((await open()).found, ['1 one', '2 after']);
      rmSync(newest());
    }
  });

  test('cuts a tail of sectors that were never written', async () => {
    const [first = 0] = await written('one', 'x'.repeat(3_000));
    const bytes = readFileSync(newest());
    writeFileSync(newest(), bytes.fill(0, 1_024, 2_048));
    assert.deepEqual((await open()).found, ['1 one']);
    assert.equal(statSync(newest()).size, first);
    appendFileSync(newest(), Buffer.alloc(5_000));
    assert.deepEqual((await open()).found, ['1 one']);
  });

  test('refuses a flipped bit anywhere in what was whole', async () => {
    await written('one', 'two', 'three');
    const whole = readFileSync(newest());
    for (let at = 0; at < whole.length; at += 1) {
      const flipped = Buffer.from(whole);
      flipped[at] = (whole[at] ?? 0) ^ 4;
      writeFileSync(newest(), flipped);
      await assert.rejects(open(), /is damaged at byte/, `byte ${at}`);
    }
  });

  test('refuses a cut segment that is not the newest, and a missing one', async () => {
    await written('one', 'two');
    await written('three');
    await written('four');
    const [first = '', middle = ''] = segments();
    copyFileSync(middle, `${middle}.kept`);
    rmSync(middle);
    await assert.rejects(open(), /missing or cut/);
    copyFileSync(`${middle}.kept`, middle);
    rmSync(`${middle}.kept`);
    truncateSync(first, statSync(first).size - 3);
    await assert.rejects(open(), /is damaged/);
  });

  test('refuses a segment in the place of another', async () => {
    await written('one');
    await written('two');
    const [first = '', second = ''] = segments();
    copyFileSync(first, second);
    await assert.rejects(open(), /is damaged/);
  });

  test('does not open with another key or for another purpose', async () => {
    await written('one');
    await assert.rejects(open({ key: new Secret(new Uint8Array(32).fill(1)) }), /is damaged/);
    await assert.rejects(open({ purpose: 'remembered' }), /is damaged/);
  });

  test('takes away a segment that was begun and never written', async () => {
    await written('one');
    writeFileSync(join(directory, '0000000000000002.seg'), 'TKSEG');
    const { log, found } = await open();
    assert.deepEqual(found, ['1 one']);
    await log.append(text('two'));
    await log.close();
    assert.deepEqual((await open()).found, ['1 one', '2 two']);
  });
});
