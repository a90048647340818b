/**
 * Figures by minute against a real engine: whatever happens, every span stands in exactly one of figures and blocks not rolled yet.
 */

import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, mock, test } from 'node:test';
import { blocksSql } from '#clickhouse/block-ranges';
import { nativeBlock, sampleSpan } from '#clickhouse/native-sample';
import { FIGURES, SPANS } from '#clickhouse/schema';
import { Engine } from '#clickhouse';
import { LIMITS } from '#limits';
import { Secret } from '#model';
import { Figures, type FlushedBlock } from './figures.ts';
import { callsStatement, figuresStatement } from './roll-statements.ts';

process.env['UV_THREADPOOL_SIZE'] ??= '16';

const MINUTE_NS = 60_000_000_000n;
const START = 1_795_000_020_000_000_000n;
const DAY = 20_780;

let dataDir = '';
let engine: Engine;

beforeEach(async () => {
  dataDir = mkdtempSync(join(tmpdir(), 'tracekeep-figures-'));
  engine = await Engine.open({ dataDir, diskKey: new Secret(new Uint8Array(32).fill(7)), readers: 1 });
});
afterEach(async () => {
  for (const figures of opened.splice(0)) await figures.close();
  await engine.close();
  rmSync(dataDir, { recursive: true, force: true });
});

type Columns = Readonly<Record<string, unknown>>;

async function insert(block: number, rows: readonly Columns[]): Promise<FlushedBlock> {
  const spans = rows.map((columns, row) => ({ ...sampleSpan(block, row, 'm'), 'minimized.place': [], 'minimized.kind': [], 'minimized.count': [], start: START, duration: 1_000_000n, status_code: 0, parent_span_id: Buffer.alloc(8, 1), ...columns }));
  await engine.insertNative(SPANS, [nativeBlock(SPANS, spans)]);
  return { id: block, rows: rows.length, day: Number(rows[0]?.['day'] ?? DAY), retention: 'default' };
}

/** Closed with the engine, or they would roll by themselves a minute later. */
const opened: Figures[] = [];
async function open(now_ms = (): number => 0): Promise<Figures> {
  const figures = await Figures.open({ engine, now_ms, onFailure: (error) => assert.fail(String(error)) });
  opened.push(figures);
  return figures;
}
const ask = async (sql: string): Promise<string[]> => (await engine.command(sql)).split('\n').filter((line) => line !== '');

/** Spans by what a reader adds up. */
async function counted({ roll, blocks }: Figures['state']): Promise<number> {
  const [rolled = '0'] = await ask(`SELECT sum(count) FROM tracekeep.figures WHERE what = 'operations' AND roll <= ${roll}`);
  const [left = '0'] = await ask(`SELECT count() FROM tracekeep.spans WHERE ${blocksSql(blocks)}`);
  return Number(rolled) + Number(left);
}

describe('a roll', () => {
  test('counts spans, errors and durations by minute, service, operation, kind and entry', async () => {
    const figures = await open();
    figures.add([
      await insert(1, [{ service: 'a', name: 'x' }, { service: 'a', name: 'x', status_code: 2, duration: 8_000_000n }, { service: 'a', name: 'x', start: START + MINUTE_NS }, { service: 'b', name: 'x', kind: 1 }]),
      await insert(2, [{ service: 'a', name: 'x', duration: 1_000_000n }, { service: 'b', name: 'x', kind: 1, parent_span_id: Buffer.alloc(8) }]),
    ]);
    await figures.rollAll();
    assert.deepEqual(figures.state, { roll: 1, blocks: [] });
    const minute = START / MINUTE_NS;
    assert.deepEqual(await ask("SELECT tenant, minute, service, operation, kind, entry, rest, count, errors, longest, `durations.bucket`, `durations.count` FROM tracekeep.figures WHERE what = 'operations' ORDER BY ALL"), [
      `default\t${minute}\ta\tx\t2\t1\t0\t3\t1\t8000000\t[80,104]\t[2,1]`,
      `default\t${minute}\tb\tx\t1\t0\t0\t1\t0\t1000000\t[80]\t[1]`,
      `default\t${minute}\tb\tx\t1\t1\t0\t1\t0\t1000000\t[80]\t[1]`,
      `default\t${minute + 1n}\ta\tx\t2\t1\t0\t1\t0\t1000000\t[80]\t[1]`,
    ]);
    assert.deepEqual(await ask("SELECT minute, service, operation, kind, entry, rest, count, errors, longest, `durations.bucket`, `durations.count` FROM tracekeep.figures WHERE what = 'services' AND service = 'a' ORDER BY ALL"), [
      `${minute}\ta\t\t2\t1\t0\t3\t1\t8000000\t[80,104]\t[2,1]`,
      `${minute + 1n}\ta\t\t2\t1\t0\t1\t0\t1000000\t[80]\t[1]`,
    ]);
    assert.deepEqual(await ask("SELECT blocks, count FROM tracekeep.figures WHERE what = 'rolled'"), ['[1,2]\t6']);
    assert.deepEqual(await ask("SELECT count() FROM system.parts WHERE table = 'figures' AND active"), ['1']);
  });

  test('counts replaced values by service and kind, those of a resource once', async () => {
    const figures = await open();
    const minimized = { 'minimized.place': ['attributes.mail', 'resource.host.ip'], 'minimized.kind': ['email', 'ip'], 'minimized.count': [2, 1] };
    figures.add([await insert(1, [{ service: 'a', ...minimized }, { service: 'a', ...minimized }, { service: 'b', ...minimized }, { service: 'c' }])]);
    await figures.rollAll();
    assert.deepEqual(await ask("SELECT service, value_kind, sum(count) FROM tracekeep.figures WHERE what = 'minimized' GROUP BY ALL ORDER BY ALL"), ['a\temail\t4', 'a\tip\t1', 'b\temail\t2', 'b\tip\t1']);
  });

  test('counts replaced values by place, kind of span and environment; which event it was does not matter', async () => {
    const figures = await open();
    const resource = (environment: string): string => JSON.stringify({ attributes: [{ key: 'service.name', value: { stringValue: 'a' } }, { key: 'deployment.environment.name', value: { stringValue: environment } }, { key: 'deployment.environment', value: { stringValue: 'earlier, later in the list' } }] });
    const minimized = { 'minimized.place': ['events.0.exception.message', 'events.7.exception.message', 'resource.host.ip'], 'minimized.kind': ['email', 'email', 'ip'], 'minimized.count': [1, 2, 1] };
    figures.add([await insert(1, [{ service: 'a', kind: 2, resource: resource('live'), ...minimized }, { service: 'a', kind: 3, resource: resource('live'), ...minimized }, { service: 'a', kind: 3, resource: '{"attributes":[{"key":"deployment.environment","value":{"stringValue":"test"}}]}', ...minimized }])]);
    await figures.rollAll();
    assert.deepEqual(await ask("SELECT operation, kind, environment, value_kind, count FROM tracekeep.figures WHERE what = 'minimized' ORDER BY ALL"), [
      'events.0.exception.message\t2\tlive\temail\t3', 'events.0.exception.message\t3\tlive\temail\t3', 'events.0.exception.message\t3\ttest\temail\t3', 'resource.host.ip\t0\tlive\tip\t1', 'resource.host.ip\t0\ttest\tip\t1',
    ]);
  });

  test('keeps the places with most values, however many keys a sender makes up, and loses no value', async () => {
    const figures = await open();
    const keys = LIMITS.figures_exposures_max + 20;
    const minimized = (key: string): Columns => ({ 'minimized.place': [`attributes.${key}`], 'minimized.kind': ['email'], 'minimized.count': [1] });
    figures.add([await insert(1, Array.from({ length: keys + 10 }, (_, at) => ({ service: 'a', ...minimized(at < keys ? `made-up-${at}` : 'usual') })))]);
    await figures.rollAll();
    assert.deepEqual(await ask("SELECT sum(count), sumIf(count, operation = 'attributes.usual'), sumIf(count, rest = 1), countIf(rest = 1), uniq(operation) FROM tracekeep.figures WHERE what = 'minimized'"), [`${keys + 10}\t10\t21\t1\t${LIMITS.figures_exposures_max + 1}`]);
    assert.deepEqual(await ask("SELECT count(), countIf(place = '') FROM tracekeep.first_seen"), [`${LIMITS.figures_exposures_max}\t0`]);
  });

  test('remembers when something was first seen after its figures are gone', async () => {
    const figures = await open();
    const leaking = (key: string, minute: bigint): Columns => ({ service: 'a', start: START + minute * MINUTE_NS, 'minimized.place': [`attributes.${key}`, 'name'], 'minimized.kind': ['email', 'neutralized'], 'minimized.count': [1, 1] });
    const seen = (): Promise<string[]> => ask('SELECT place, value_kind, min(minute), count() FROM tracekeep.first_seen GROUP BY ALL ORDER BY ALL');
    const minute = START / MINUTE_NS;
    figures.add([await insert(1, [leaking('x', 5n), leaking('x', 7n)])]);
    await figures.rollAll();
    assert.deepEqual(await seen(), [`attributes.x\temail\t${minute + 5n}\t1`]);
    await engine.command("ALTER TABLE tracekeep.figures DELETE WHERE what = 'minimized' SETTINGS mutations_sync = 1");
    figures.add([await insert(2, [leaking('x', 9n), leaking('y', 9n)])]);
    await figures.rollAll();
    assert.deepEqual(await seen(), [`attributes.x\temail\t${minute + 5n}\t1`, `attributes.y\temail\t${minute + 9n}\t1`]);
    // Spans that come late may be older.
    figures.add([await insert(3, [leaking('x', 2n)])]);
    await figures.rollAll();
    assert.deepEqual((await seen())[0], `attributes.x\temail\t${minute + 2n}\t2`);
  });

  test('keeps the most frequent names, however many a sender makes up', async () => {
    const figures = await open();
    const names = LIMITS.figures_operations_max + 300;
    figures.add([await insert(1, Array.from({ length: names + 50 }, (_, at) => ({ service: 'a', name: at < names ? `made-up-${at}` : 'usual' })))]);
    await figures.rollAll();
    assert.deepEqual(await ask("SELECT count(), sum(count), max(rest) FROM tracekeep.figures WHERE what = 'services'"), [`1\t${names + 50}\t0`]);
    const [rows] = await ask("SELECT count(), sum(count), sumIf(count, operation = 'usual'), sumIf(count, rest = 1), countIf(rest = 1), uniq(operation) FROM tracekeep.figures WHERE what = 'operations'");
    assert.equal(rows, `${LIMITS.figures_operations_max + 1}\t${names + 50}\t50\t301\t1\t${LIMITS.figures_operations_max + 1}`);
  });

  test('keeps services apart by tenant, and the most frequent of each', async () => {
    const figures = await open();
    const services = LIMITS.figures_services_max + 10;
    figures.add([await insert(1, [...Array.from({ length: services }, (_, at) => ({ tenant: 'hostile', service: `s-${at}`, name: 'x' })), { tenant: 'other', service: 'quiet', name: 'x' }])]);
    await figures.rollAll();
    assert.deepEqual(await ask("SELECT tenant, uniqIf(service, rest = 0), sumIf(count, rest = 2) FROM tracekeep.figures WHERE what = 'operations' GROUP BY tenant ORDER BY tenant"), [`hostile\t${LIMITS.figures_services_max}\t10`, 'other\t1\t0']);
  });

  test('takes one partition at a time', async () => {
    const figures = await open();
    figures.add([await insert(1, [{}, {}]), await insert(2, [{ day: DAY + 1 }]), await insert(3, [{}])]);
    await figures.rollAll();
    assert.deepEqual(await ask("SELECT roll, day, blocks FROM tracekeep.figures WHERE what = 'rolled' ORDER BY roll"), ['1\t2026-11-23\t[1,3]', '2\t2026-11-24\t[2]']);
  });

  test('begins by itself when there is enough, or after a while', async () => {
    let now_ms = 0;
    const figures = await open(() => now_ms);
    const first = await insert(1, [{}]);
    figures.add([first]);
    await new Promise((resolve) => setTimeout(resolve, 50));
    assert.deepEqual(figures.state.blocks, [1]);
    now_ms = LIMITS.figures_delay_ms_max;
    figures.add([await insert(2, [{}])]);
    for (let tries = 0; figures.state.blocks.length > 0 && tries < 1_500; tries += 1) await new Promise((resolve) => setTimeout(resolve, 20));
    assert.deepEqual(figures.state, { roll: 1, blocks: [] });
    await figures.close();
  });
});

describe('after a start', () => {
  test('what an older schema left, or a crash before a roll, is rolled', async () => {
    for (const block of [1, 2, 3]) await insert(block, [{}, {}]);
    const figures = await open();
    assert.deepEqual(figures.state, { roll: 0, blocks: [1, 2, 3] });
    assert.equal(await counted(figures.state), 6);
    await figures.rollAll();
    assert.equal(await counted(figures.state), 6);
    assert.deepEqual((await open()).state, { roll: 1, blocks: [] });
  });

  test('a roll that ended between calls and figures leaves nothing behind', async () => {
    await insert(1, Array.from({ length: 64 }, (_, at) => ({ trace_id: Buffer.alloc(16, at) })));
    await engine.command(callsStatement(1, [1]));
    const figures = await open();
    assert.deepEqual([figures.state.blocks, await ask('SELECT count() FROM tracekeep.calls')], [[1], ['0']]);
    await figures.rollAll();
    const [calls] = await ask('SELECT count() FROM tracekeep.calls WHERE roll = 1');
    assert.equal(calls, '4');
  });

  test('a roll that nobody was told of counts once', async () => {
    const block = await insert(1, [{}, {}]);
    const before = await open();
    before.add([block]);
    // The engine has it; the process ended before it knew.
    await engine.command(figuresStatement(1, [1]));
    assert.equal(await counted(before.state), 2);
    const after = await open();
    assert.deepEqual(after.state, { roll: 1, blocks: [] });
    assert.equal(await counted(after.state), 2);
  });
});

test('after a crash between figures and what they have for the first time, a start adds it, once', async () => {
  await insert(1, [{ service: 'a', 'minimized.place': ['name'], 'minimized.kind': ['email'], 'minimized.count': [1] }]);
  await engine.command(figuresStatement(1, [1]));
  for (const expected of ['1', '1']) {
    await open();
    assert.deepEqual(await ask('SELECT count() FROM tracekeep.first_seen'), [expected]);
  }
});

test('a data directory that counted no places is counted anew by the next start', async () => {
  await insert(1, [{ service: 'a', 'minimized.place': ['name'], 'minimized.kind': ['email'], 'minimized.count': [1] }]);
  await (await open()).rollAll();
  for (const statement of ['DROP TABLE tracekeep.first_seen', 'ALTER TABLE tracekeep.figures DROP COLUMN value_kind, DROP COLUMN environment SETTINGS mutations_sync = 1', 'ALTER TABLE tracekeep.schema_version DELETE WHERE version >= 5 SETTINGS mutations_sync = 1']) await engine.command(statement);
  await engine.close();
  engine = await Engine.open({ dataDir, diskKey: new Secret(new Uint8Array(32).fill(7)), readers: 1 });
  const figures = await open();
  assert.deepEqual(figures.state, { roll: 0, blocks: [1] });
  await figures.rollAll();
  assert.deepEqual(await ask("SELECT operation, value_kind, count FROM tracekeep.figures WHERE what = 'minimized'"), ['name\temail\t1']);
  assert.deepEqual(await ask('SELECT place FROM tracekeep.first_seen'), ['name']);
});

test('a failed roll is told of and its blocks stay where they were', async () => {
  const failures: unknown[] = [];
  let failing = true;
  const command = (sql: string): Promise<string> => (failing && sql.startsWith('INSERT INTO tracekeep.figures') ? Promise.reject(new Error('cannot run a statement')) : engine.command(sql));
  const figures = await Figures.open({ engine: { command }, now_ms: () => 0, onFailure: (error) => failures.push(error) });
  figures.add([{ ...(await insert(1, [{}, {}])), rows: LIMITS.figures_roll_rows_target }]);
  for (let tries = 0; failures.length === 0 && tries < 100; tries += 1) await new Promise((resolve) => setTimeout(resolve, 20));
  assert.deepEqual([failures.length, figures.state], [1, { roll: 0, blocks: [1] }]);
  failing = false;
  await figures.rollAll();
  assert.equal(await counted(figures.state), 2);
  await figures.close();
});

test('a roll that fails is tried with fewer blocks', async () => {
  const asked: number[] = [];
  const command = (sql: string): Promise<string> => {
    if (sql.startsWith('INSERT INTO tracekeep.calls')) asked.push(Number(/BETWEEN 1 AND (\d+)/.exec(sql)?.[1] ?? 1));
    return sql.startsWith('INSERT') ? Promise.reject(new Error('cannot run a statement')) : engine.command(sql);
  };
  const figures = await Figures.open({ engine: { command }, now_ms: () => 0, onFailure: () => undefined });
  mock.timers.enable({ apis: ['setTimeout'] });
  try {
    figures.add(Array.from({ length: 32 }, (_, at) => ({ id: at + 1, rows: LIMITS.figures_roll_rows_target / 16, day: DAY, retention: 'default' })));
    // The next try is planned when the engine has answered, which may take any number of turns.
    for (let turns = 0; asked.length < 3 && turns < 1_000_000; turns += 1) {
      mock.timers.tick(20_000);
      await new Promise((resolve) => setImmediate(resolve));
    }
  } finally {
    mock.timers.reset();
    await figures.close();
  }
  assert.deepEqual(asked.slice(0, 3), [16, 8, 4]);
});

test('blocksSql() says which blocks in few words', () => {
  assert.equal(blocksSql([]), '(0)');
  assert.equal(blocksSql([7, 1, 2, 3, 9]), '(block BETWEEN 1 AND 3 OR block = 7 OR block = 9)');
  assert.equal(FIGURES.columns.length, 19);
});
