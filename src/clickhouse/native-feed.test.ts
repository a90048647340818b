// The FIFO can be made wherever the server is started from, and nobody else can open it.
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, test } from 'node:test';
import { NativeFeed } from './native-feed.ts';

let folder = '';
const pathBefore = process.env['PATH'];

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'tracekeep-feed-'));
});

afterEach(() => {
  process.env['PATH'] = pathBefore;
  rmSync(folder, { recursive: true });
});

test('a PATH that leads to no system folder does not keep the FIFO from being made', async () => {
  process.env['PATH'] = folder;
  const feed = await NativeFeed.make(join(folder, 'insert.fifo'));
  const made = statSync(feed.path);
  assert.ok(made.isFIFO());
  assert.equal(made.mode & 0o777, 0o600);
});
