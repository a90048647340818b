import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { Engine } from '#clickhouse';
import { nativeBlock, sampleSpan, type SampleRow } from '#clickhouse/native-sample';
import { SPANS } from '#clickhouse/schema';
import { KeyTable, SpanBatch } from '#batch';
import { Inspector } from '#inspect';
import { BlockLeaves } from '#leaves';
import { type MinimizedBatch, Minimizer, Pseudonyms } from '#minimize';
import { compilePolicy, DEFAULT_POLICY } from '#policy';
import { DEFAULT_TENANT, Secret } from '#model';
import { decodeRequest, requestFromJson } from '#otlp';
import { isRefusal } from '#refusal';
import { Scanner } from '#scanner';
import { validate } from '#validate';
import { BlockBuilder } from './seal.ts';

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

describe('a sealed block', () => {
  const policy = compilePolicy(DEFAULT_POLICY);
  const keys = new KeyTable();
  const batch = new SpanBatch(keys);
  const inspector = new Inspector(new Scanner(), keys);
  const minimizer = new Minimizer(policy, inspector, keys, new Pseudonyms(null));
  const NOW_MS = 1_800_000_000_000;
  const minimized = (start: string): MinimizedBatch => {
    const span = { traceId: '0af7651916cd43dd8448eb211c80319c', spanId: 'b7ad6b7169203331', name: 'op', startTimeUnixNano: start, endTimeUnixNano: '1800000000000000000', attributes: [{ key: 'user.id', value: { stringValue: 'u1' } }] };
    const bytes = requestFromJson(Buffer.from(JSON.stringify({ resourceSpans: [{ scopeSpans: [{ spans: [span] }] }] })));
    assert.ok(bytes instanceof Uint8Array);
    assert.equal(decodeRequest(bytes, batch), null);
    const inspected = inspector.inspect(validate(batch, { speaksFor: () => true, backfill: false }, NOW_MS).batch);
    assert.ok(!isRefusal(inspected));
    return minimizer.minimize(inspected, { tenant: DEFAULT_TENANT, now_ms: Date.now() });
  };

  test('says its salt, its root, the times of its spans and the policy, also beside another that is open', () => {
    const leaves = new BlockLeaves(policy.restricts);
    const builders = [1, 2].map((block) => {
      const builder = new BlockBuilder(minimizer, leaves);
      builder.open({ block, day: 20_833, retention: 'default', tenant: DEFAULT_TENANT });
      return builder;
    });
    for (const start of ['1799999999999999998', '1799999999999999997']) for (const builder of builders) builder.append(minimized(start), 1, 'p_0123456789abcdef');
    const [one, two] = builders.map((builder) => builder.close());
    assert.ok(one !== undefined && two !== undefined);
    for (const { spans, salt, root, groups, first, last, policy: digest } of [one, two]) {
      assert.equal(salt.length, 32);
      assert.deepEqual(new BlockLeaves(policy.restricts).compute(spans, salt), { root, groups, rows: 2, seals: 0, first, last });
      assert.deepEqual([first, last, digest], ['1799999999999999997', '1799999999999999998', policy.digest]);
      assert.deepEqual(groups, root);
      // What goes to another thread is nothing else's.
      for (const { byteLength, buffer } of [salt, root, groups]) assert.equal(byteLength, buffer.byteLength);
    }
    assert.notDeepEqual(one.salt, two.salt);
    assert.notDeepEqual(one.root, two.root, 'the same spans with other salts have another root');
  });
});
