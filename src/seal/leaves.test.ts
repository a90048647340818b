import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { Engine } from '#clickhouse';
import { nativeBlock, sampleSpan, type SampleRow } from '#clickhouse/native-sample';
import { SPANS } from '#clickhouse/schema';
import { BlockLeaves } from '#leaves';
import { Secret } from '#model';

process.env['UV_THREADPOOL_SIZE'] ??= '16';

const SALT = Uint8Array.from({ length: 32 }, (_, at) => at + 1);
const restricts = (key: string): boolean => key === 'http.route' || key === 'status.message';
const rowsOf = (count: number, change: (row: number) => SampleRow = () => ({})): SampleRow[] => Array.from({ length: count }, (_, row) => ({ ...sampleSpan(7, row, 'mark'), ...change(row) }));
const rootOf = (native: Uint8Array): string => Buffer.from(new BlockLeaves(restricts).compute(native, SALT).root).toString('hex');

describe('the leaves of what the engine returns', () => {
  let dataDir = '';
  let engine: Engine;
  before(async () => {
    dataDir = mkdtempSync(join(tmpdir(), 'tracekeep-leaves-'));
    engine = await Engine.open({ dataDir, diskKey: new Secret(new Uint8Array(32).fill(3)) });
  });
  after(async () => {
    await engine.close();
    rmSync(dataDir, { recursive: true, force: true });
  });

  test('have the root of what was inserted, whatever blocks and columns they come in', async () => {
    // Enough distinct texts for wider indexes, which the engine chooses by itself.
    const rows = rowsOf(700, (row) => ({ name: `GET /${row}`, attributes: [['http.route', `/${row}`], [`key-${row % 300}`, '7']] }));
    const native = nativeBlock(SPANS, rows);
    await engine.insertNative(SPANS, [native]);
    const whole = await engine.queryNative('SELECT * FROM spans WHERE block = 7 ORDER BY block, row');
    assert.equal(rootOf(whole), rootOf(native));
    const pieces = await engine.queryNative('SELECT * EXCEPT (block, day, retention, tenant), 1 AS more FROM spans WHERE block = 7 ORDER BY block, row SETTINGS max_block_size = 64');
    assert.equal(rootOf(pieces), rootOf(native));
    const leaves = new BlockLeaves(restricts);
    const range = await engine.queryNative('SELECT * FROM spans WHERE block = 7 AND row BETWEEN 256 AND 511 ORDER BY block, row');
    assert.deepEqual(leaves.hashesOf(range, SALT, 256), leaves.hashesOf(native, SALT, 0).subarray(256 * 32, 512 * 32));
  });
});
