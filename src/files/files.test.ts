import assert from 'node:assert/strict';
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, test } from 'node:test';
import { FILES, replaceFile } from './files.ts';

let directory = '';
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'tracekeep-files-'));
});
afterEach(() => rmSync(directory, { recursive: true, force: true }));

const bytes = (text: string): Uint8Array => Buffer.from(text);

describe('FILES', () => {
  test('create() makes a 0600 file that was not there', async () => {
    const path = join(directory, 'a');
    const file = await FILES.create(path);
    await file.append([bytes('one'), bytes(' two')]);
    await file.sync();
    await file.cut(3);
    await file.append([bytes('!')]);
    await file.close();
    assert.equal(readFileSync(path, 'utf8'), 'one!');
    assert.equal(statSync(path).mode & 0o777, 0o600);
    await assert.rejects(FILES.create(path), { code: 'EEXIST' });
  });

  test('open() goes on after so many bytes and forgets the rest', async () => {
    const path = join(directory, 'a');
    writeFileSync(path, 'one two', { mode: 0o600 });
    const file = await FILES.open(path, 4);
    await file.append([bytes('three')]);
    await file.close();
    assert.equal(readFileSync(path, 'utf8'), 'one three');
    await assert.rejects(FILES.open(join(directory, 'none'), 0), { code: 'ENOENT' });
  });

  test('append() writes more pieces than the system takes at once', async () => {
    const file = await FILES.create(join(directory, 'a'));
    await file.append(Array.from({ length: 3_000 }, (_, at) => bytes(String(at % 10))));
    await file.close();
    assert.equal(readFileSync(join(directory, 'a'), 'utf8'), '0123456789'.repeat(300));
  });
});

describe('replaceFile()', () => {
  test('puts new bytes in the place of old ones, also over what a crash left behind', async () => {
    const path = join(directory, 'a');
    await replaceFile(FILES, path, bytes('old'));
    writeFileSync(`${path}.new`, 'half');
    await replaceFile(FILES, path, bytes('new'));
    assert.deepEqual([readFileSync(path, 'utf8'), readdirSync(directory)], ['new', ['a']]);
  });

  test('leaves the old bytes when anything fails before the name changes', async () => {
    const path = join(directory, 'a');
    await replaceFile(FILES, path, bytes('old'));
    const failing = { ...FILES, rename: () => Promise.reject(new Error('no')) };
    await assert.rejects(replaceFile(failing, path, bytes('new')));
    assert.equal(readFileSync(path, 'utf8'), 'old');
  });
});
