import assert from 'node:assert/strict';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { LIMITS } from '#limits';
import { Secret } from '#model';
import { Engine, EngineError, QueryRefused } from './clickhouse.ts';
import { DISK_KEY_VARIABLE } from './engine-config.ts';
import { nativeBlock, sampleSpan, sampleTraces, traceKey } from './native-sample.ts';
import { MIGRATIONS } from './migrations.ts';
import { ACCOUNTING, SPANS, TABLES, TRACES } from './schema.ts';

process.env['UV_THREADPOOL_SIZE'] ??= '16';

const MARK = 'zebrafish';
const BOUNDS = { deadline_ms: 10_000, rows_max: 10_000 };
const diskKey = new Secret(new Uint8Array(32).fill(5));
let dataDir = '';
let engine: Engine;

before(async () => {
  dataDir = mkdtempSync(join(tmpdir(), 'tracekeep-engine-'));
  engine = await Engine.open({ dataDir, diskKey });
});
after(async () => {
  await engine.close();
  rmSync(dataDir, { recursive: true, force: true });
});

const count = async (where: string): Promise<number> => Number((await engine.query<{ c: string }>(`SELECT count() AS c FROM spans WHERE ${where}`, {}, BOUNDS))[0]?.c);
const spans = (block: number, rows: number): Uint8Array => nativeBlock(SPANS, Array.from({ length: rows }, (_, row) => sampleSpan(block, row, MARK)));
const filesUnder = (path: string): string[] => readdirSync(path, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));

describe('insertNative()', () => {
  test('stores every column of spans as it was given', async () => {
    await engine.insertNative(SPANS, [spans(1, 5), spans(2, 3)]);
    assert.equal(await count('block IN (1, 2)'), 8);
    const read = (name: string, type: string): string => (type.startsWith('FixedString') ? `hex(\`${name}\`)` : type.startsWith('Array(FixedString') ? `arrayMap(id -> hex(id), \`${name}\`)` : `\`${name}\``);
    const columns = SPANS.columns.map(({ name, type }) => `${read(name, type)} AS \`${name}\``);
    const [row] = await engine.query<Record<string, unknown>>(`SELECT ${columns.join(', ')} FROM spans WHERE block = {block:UInt64} AND row = {row:UInt32}`, { block: 1n, row: 4 }, BOUNDS);
    const expected = sampleSpan(1, 4, MARK);
    for (const { name, type } of SPANS.columns) {
      assert.deepEqual(plain(row?.[name]), name === 'day' ? '2026-11-23' : plain(expected[name], type), name);
    }
  });

  test('stores traces and accounting', async () => {
    await engine.insertNative(TRACES, [nativeBlock(TRACES, sampleTraces(1, 5))]);
    const rows = await engine.query('SELECT trace, block, first, last FROM traces WHERE trace = {key:UInt64}', { key: traceKey(1, 1) }, BOUNDS);
    assert.deepEqual(rows, [{ trace: String(traceKey(1, 1)), block: '1', first: 4, last: 4 }]);
    await engine.insertNative(ACCOUNTING, [nativeBlock(ACCOUNTING, [{ time: 1_795_449_745_470n, tenant: 'default', producer: 'p', outcome: 'refused', reason: 'span_ids', count: 3, sequence: 9 }])]);
    assert.deepEqual(await engine.query('SELECT * FROM accounting', {}, BOUNDS), [{ time: '2026-11-23 16:02:25.470', tenant: 'default', producer: 'p', outcome: 'refused', reason: 'span_ids', count: '3', sequence: '9' }]);
  });

  test('makes one part per partition of one call, in the order given', async () => {
    await engine.command('SYSTEM STOP MERGES');
    const parts = async (): Promise<number> => Number(await engine.command("SELECT count() FROM system.parts WHERE active AND table = 'spans'"));
    const earlier = await parts();
    await engine.insertNative(SPANS, [30, 31, 32, 33].map((block) => spans(block, 1_000)));
    assert.equal((await parts()) - earlier, 1);
    await engine.command('SYSTEM START MERGES');
  });

  test('gives up on bytes that are no block, and the next insert works', { timeout: 20_000 }, async () => {
    const whole = spans(3, 50);
    for (const [bytes, why] of [[whole.subarray(0, whole.length / 2), 'cut'], [Buffer.from('no block at all'), 'text'], [Buffer.concat([whole, Buffer.alloc(3_000_000, 7)]), 'rest']] as const) {
      await assert.rejects(engine.insertNative(SPANS, [bytes]), Error, why);
    }
    assert.equal(await count('block = 3'), 0);
    await engine.insertNative(SPANS, [whole]);
    assert.equal(await count('block = 3'), 50);
  });

  test('gives up when the statement fails before it reads', { timeout: 20_000 }, async () => {
    await assert.rejects(engine.insertNative({ ...SPANS, name: 'nowhere' }, [spans(4, 1)]), EngineError);
    await engine.insertNative(SPANS, [spans(4, 1)]);
    assert.equal(await count('block = 4'), 1);
  });
});

describe('query()', () => {
  test('binds hostile values as values', async () => {
    const hostile = ["a'b", '\\', "\\'", "'; DROP TABLE spans; --", '{x:String}', 'tab\tline\nreturn\rnul\0', '\\N', 'NULL', '日本 😀', '', '\\x41', "')", '`', '\u202e'];
    const [row] = await engine.query<Record<string, unknown>>('SELECT {list:Array(String)} AS list', { list: hostile }, BOUNDS);
    assert.deepEqual(row, { list: hostile });
    for (const value of hostile) assert.deepEqual(await engine.query('SELECT {value:String} AS value', { value }, BOUNDS), [{ value }]);
  });

  test('keeps 64-bit integers exact', async () => {
    const [row] = await engine.query('SELECT {a:UInt64} AS a, {b:Int64} AS b, {c:Array(UInt64)} AS c', { a: 18_446_744_073_709_551_615n, b: -9_223_372_036_854_775_808n, c: [1, 2n] }, BOUNDS);
    assert.deepEqual(row, { a: '18446744073709551615', b: '-9223372036854775808', c: ['1', '2'] });
  });

  test('does not fill a parameter from an earlier query', async () => {
    await engine.query('SELECT {left:String} AS v', { left: 'over' }, BOUNDS);
    await assert.rejects(engine.query('SELECT {left:String} AS v', {}, BOUNDS), /parameter left is missing/);
    await assert.rejects(engine.query('SELECT 1', { spare: 1 }, BOUNDS), /no parameter spare/);
  });

  test('keeps values of queries that run at once apart', async () => {
    const values = Array.from({ length: 60 }, (_, at) => `value ${at}`);
    const answers = await Promise.all(values.map((value) => engine.query<{ value: string }>('SELECT {value:String} AS value', { value }, BOUNDS)));
    assert.deepEqual(answers.map(([row]) => row?.value), values);
  });

  test('refuses at the deadline, and the session is free again', async () => {
    await assert.rejects(engine.query('SELECT sum(cityHash64(number)) FROM numbers(100000000000)', {}, { deadline_ms: 100, rows_max: 1 }), (error) => error instanceof QueryRefused && error.refusal.refused === 'query_timeout');
    assert.equal((await engine.query('SELECT 1 AS one', {}, BOUNDS)).length, 1);
  });

  test('refuses when too many wait', async () => {
    const slow = { deadline_ms: 300, rows_max: 1 };
    const answers = await Promise.allSettled(Array.from({ length: 90 }, () => engine.query('SELECT sum(cityHash64(number)) FROM numbers(100000000000)', {}, slow)));
    const codes = answers.map((answer) => (answer.status === 'rejected' && answer.reason instanceof QueryRefused ? answer.reason.refusal.refused : answer.status));
    assert.deepEqual(Object.keys(Object.groupBy(codes, (code) => code)).sort(), ['query_busy', 'query_timeout']);
    assert.equal(codes.filter((code) => code === 'query_busy').length, 90 - 4 - 64);
  });

  test('fails rather than give more rows than asked for', async () => {
    await assert.rejects(engine.query('SELECT number FROM numbers(100000)', {}, { deadline_ms: 5_000, rows_max: 10 }), EngineError);
  });

  test('cannot write', async () => {
    for (const sql of ['DROP TABLE spans', "INSERT INTO accounting (tenant) VALUES ('x')", 'SET readonly = 0']) await assert.rejects(engine.query(sql, {}, BOUNDS), EngineError, sql);
  });

  test('a failure does not repeat the statement or its values', async () => {
    await assert.rejects(engine.query('SELECT {v:String} FROM nowhere', { v: 'sesame' }, BOUNDS), (error: Error) => !error.message.includes('sesame') && !error.message.includes('nowhere'));
  });

  test('slow queries do not hold up an insert', async () => {
    const slow = Array.from({ length: 4 }, () => engine.query('SELECT sleepEachRow(0.05) FROM numbers(40) SETTINGS max_block_size = 1', {}, { deadline_ms: 8_000, rows_max: 100 }));
    let done = 0;
    const finished = slow.map((query) => query.then(() => (done += 1)));
    await engine.insertNative(SPANS, [spans(5, 100)]);
    assert.equal(done, 0);
    await Promise.all(finished);
  });
});

describe('queryNative()', () => {
  test('gives columns as they are inserted', async () => {
    const bytes = await engine.queryNative("SELECT 'one' AS text, toUInt32(7) AS number");
    const text = (value: string): Buffer => Buffer.concat([Buffer.of(value.length), Buffer.from(value)]);
    assert.deepEqual(Buffer.from(bytes), Buffer.concat([Buffer.of(2, 1), text('text'), text('String'), text('one'), text('number'), text('UInt32'), Buffer.of(7, 0, 0, 0)]));
  });

  test('cannot write, gives no more than its bound, and goes on after a failure', async () => {
    for (const sql of ['DROP TABLE spans', "INSERT INTO accounting (tenant) VALUES ('x')", 'SET readonly = 0']) await assert.rejects(engine.queryNative(sql), EngineError, sql);
    const bound = await engine.queryNative("SELECT value FROM system.settings WHERE name = 'max_result_bytes'");
    assert.ok(Buffer.from(bound).includes(String(LIMITS.native_answer_bytes_max)));
    await assert.rejects(engine.queryNative('SELECT number FROM numbers(100000) SETTINGS max_result_bytes = 1000'), EngineError);
    assert.ok((await engine.queryNative('SELECT 1')).length > 0);
  });
});

describe('at rest', () => {
  test('no file holds a value in clear, nor the key, and the configuration is gone', async () => {
    await engine.insertNative(SPANS, [spans(6, 500)]);
    await engine.command('OPTIMIZE TABLE spans FINAL');
    const paths = filesUnder(dataDir);
    assert.ok(paths.some((path) => path.includes('/sealed/')));
    const key = Buffer.from(diskKey.reveal());
    for (const path of paths) {
      const bytes = readFileSync(path);
      assert.equal(bytes.includes(MARK), false, path);
      assert.equal(bytes.includes(key) || bytes.includes(key.toString('hex')), false, path);
    }
    assert.deepEqual(paths.filter((path) => path.endsWith('.xml')), []);
    assert.equal(process.env[DISK_KEY_VARIABLE], undefined);
    assert.equal(readFileSync('/proc/self/environ').includes(key.toString('hex')), false);
  });

  test('every table is on the encrypted disk', async () => {
    const lines = (await engine.command("SELECT name, storage_policy FROM system.tables WHERE database = 'tracekeep' ORDER BY name")).trim().split('\n');
    assert.deepEqual(lines, [...TABLES.map(({ name }) => name), 'schema_version'].sort().map((name) => `${name}\tsealed`));
    assert.equal(await engine.command("SELECT name FROM system.tables WHERE database = 'system' AND name LIKE '%\\_log'"), '');
  });
});

test('open() finds what was there, and refuses another key', async () => {
  const rows = await count('1');
  await engine.close();
  await assert.rejects(Engine.open({ dataDir, diskKey: new Secret(new Uint8Array(32).fill(6)) }));
  engine = await Engine.open({ dataDir, diskKey });
  assert.equal(await count('1'), rows);
});

test('open() refuses a schema that a newer version wrote', async () => {
  await engine.command('INSERT INTO schema_version VALUES (9999)');
  await engine.close();
  await assert.rejects(Engine.open({ dataDir, diskKey }), /schema has version 9999/);
  rmSync(dataDir, { recursive: true });
  dataDir = mkdtempSync(join(tmpdir(), 'tracekeep-engine-'));
  engine = await Engine.open({ dataDir, diskKey });
});

test('a new data directory has the tables that migrations lead to', async () => {
  const tables = (): Promise<string> => engine.command("SELECT name, create_table_query FROM system.tables WHERE database = 'tracekeep' ORDER BY name");
  const made = await tables();
  for (const { name } of TABLES) await engine.command(`DROP TABLE tracekeep.${name} SYNC`);
  assert.notEqual(await tables(), made);
  for (const { statements } of MIGRATIONS) for (const statement of statements({ kind: 'embedded' })) await engine.command(statement);
  assert.equal(await tables(), made);
});

test('no session makes machine code of expressions', async () => {
  const made = "SELECT name FROM system.settings WHERE name IN ('compile_expressions', 'compile_aggregate_expressions', 'compile_sort_description') AND value != '0'";
  assert.deepEqual([await engine.command(made), await engine.query(made, {}, BOUNDS)], ['', []]);
});

/** Sample values and the engine's JSON in one form: pairs as objects, 64-bit numbers as text, bytes as hexadecimal. */
function plain(value: unknown, type = ''): unknown {
  if (Buffer.isBuffer(value)) return value.toString('hex').toUpperCase();
  if (typeof value === 'bigint') return String(value);
  if (typeof value === 'number' && type.endsWith('Int64')) return String(value);
  if (type.startsWith('Map(')) return Object.fromEntries(value as [string, string][]);
  if (Array.isArray(value)) return value.map((item) => plain(item, /^Array\((.*)\)$/.exec(type)?.[1]));
  return value;
}
