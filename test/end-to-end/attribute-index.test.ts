/**
 * The index of attributes against what is stored: whatever spans carry and whatever is asked, a block that holds a match is never left out, and
 * rare attributes leave nearly all blocks out. Random spans go through the real pipeline into the real engine.
 */
import assert from 'node:assert/strict';
import { randomInt as drawSeed } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { Engine } from '#clickhouse';
import { ITEM_FILTERS, SPANS, TRACES } from '#clickhouse/schema';
import { DEFAULT_TENANT, type Producer, type ProducerId, type SealedBlock, Secret, type TenantId } from '#model';
import { Pipeline } from '#pipeline';
import { rangesToRead, wantedItems } from '#query/excluded-blocks';
import { NONE_SEALED } from '#query/sealed-values';
import { Sight } from '#query/sight';
import { type AttributeFilter, conditionOf, type Filters } from '#query/condition';
import { isRefusal } from '#refusal';

process.env['UV_THREADPOOL_SIZE'] ??= '16';

type Json = Record<string, unknown>;
const NOW_MS = 1_800_000_000_000;
const NOW_NS = BigInt(NOW_MS) * 1_000_000n;
const HOUR_NS = 3_600_000_000_000n;
const BOUNDS = { deadline_ms: 20_000, rows_max: 100_000 };
const OTHER = 'other' as TenantId;
const BLOCKS = 16;
const seed = Number(process.env['TRACEKEEP_TEST_SEED'] ?? drawSeed(1, 2 ** 31));
let state = seed;
/** Below a number; xorshift32. */
function randomInt(below: number): number {
  state ^= state << 13;
  state ^= state >>> 17;
  state ^= state << 5;
  return (state >>> 0) % below;
}

let dataDir = '';
let engine: Engine;
let blocks = 0;
const pipeline = new Pipeline(null);
const builder = pipeline.builder();

before(async () => {
  dataDir = mkdtempSync(join(tmpdir(), 'tracekeep-index-'));
  engine = await Engine.open({ dataDir, diskKey: new Secret(new Uint8Array(32).fill(3)) });
});
after(async () => {
  await engine.close();
  rmSync(dataDir, { recursive: true, force: true });
});

function sealed(requests: readonly unknown[], tenant = DEFAULT_TENANT): SealedBlock {
  const producer: Producer = { id: 'p_0123456789abcdef' as ProducerId, name: 'shop', tenant, retention: 'default', services: ['*'], backfill: true, version: 1 };
  builder.open({ block: ++blocks, day: Math.floor(NOW_MS / 86_400_000), retention: 'default', tenant });
  for (const [at, resourceSpans] of requests.entries()) {
    const result = pipeline.take(Buffer.from(JSON.stringify({ resourceSpans })), 'json', producer, at, NOW_MS, () => builder);
    assert.ok(!isRefusal(result), JSON.stringify(result));
  }
  return builder.close();
}

async function store({ spans, traces, filter }: SealedBlock, { filtered = true } = {}): Promise<void> {
  await engine.insertNative(SPANS, [spans]);
  await engine.insertNative(TRACES, [traces]);
  if (filtered) await engine.insertNative(ITEM_FILTERS, [filter]);
}

const run = <Row>(sql: string, params: Json, rows_max: number): Promise<Row[]> => engine.query<Row>(sql, { ...params, ...(sql.includes('{tenant:String}') ? { tenant: DEFAULT_TENANT } : {}) } as never, { ...BOUNDS, rows_max });

/** Which blocks a search would read, and which of them hold a match by the condition alone. */
async function compare(filters: Filters, range = { start: NOW_NS - HOUR_NS, end: NOW_NS }): Promise<{ read: number[]; holding: number[] }> {
  const { items, sealed } = wantedItems(filters, Sight.whole);
  const all = { first: 1n, last: BigInt(blocks) };
  const ranges = items.length === 0 ? [all] : await rangesToRead({ items, sealed, ...range, firstDay: '2020-01-01' }, all, Object.assign(run, { sight: Sight.whole, sealed: NONE_SEALED }));
  const read = ranges.flatMap(({ first, last }) => Array.from({ length: Number(last - first) + 1 }, (_, at) => Number(first) + at));
  const { sql, params } = conditionOf(filters);
  const rows = await engine.query<{ block: string }>(`SELECT DISTINCT block FROM spans WHERE tenant = 'default' AND start BETWEEN ${range.start} AND ${range.end} AND ${sql} ORDER BY block`, params, BOUNDS);
  return { read, holding: rows.map(({ block }) => Number(block)) };
}

const id = (bytes: number): string => Array.from({ length: bytes }, () => (1 + randomInt(255)).toString(16).padStart(2, '0')).join('');
const pick = <T>(list: readonly T[]): T => list[randomInt(list.length)] as T;
const VALUES: readonly (() => Json)[] = [
  () => ({ stringValue: pick(['', 'a', 'GET /x', 'jane.doe@example.com', 'für dich ✓', 'with "quotes" and \\', '{"key":"k1","value":{"stringValue":"posed"}}', 'tab\there', `long ${'y'.repeat(300 + randomInt(3))}`, `value-${randomInt(50)}`]) }),
  () => ({ intValue: pick(['0', '200', '-1', '4294967295', '4294967296', '9007199254740993', '-9223372036854775808', String(randomInt(1_000))]) }),
  () => ({ doubleValue: pick([0, 1.5, -0.25, 1e21, 1e-7, 'NaN', 'Infinity', '-Infinity', randomInt(100) / 8]) }),
  () => ({ boolValue: randomInt(2) === 1 }),
  () => ({ bytesValue: Buffer.from(id(1 + randomInt(6)), 'hex').toString('base64') }),
  () => ({}),
  () => ({ arrayValue: { values: [{ stringValue: pick(['x', 'y']) }, { intValue: '7' }] } }),
  () => ({ kvlistValue: { values: [{ key: pick(['inner', 'k2']), value: { stringValue: pick(['deep', 'value-1']) } }, { key: 'list', value: { arrayValue: { values: [{ kvlistValue: { values: [{ key: 'deepest', value: { boolValue: true } }] } }] } } }] } }),
];
const KEYS = ['k1', 'k2', 'http.response.status_code', 'schlüssel', 'with "quotes"', 'user.email', 'password', 'rare.key'];
const list = (most: number): Json[] => Array.from({ length: randomInt(most + 1) }, () => ({ key: pick(KEYS), value: pick(VALUES)() }));
const randomSpan = (): Json => ({ traceId: id(16), spanId: id(8), name: pick(['op', 'GET /x', 'für']), startTimeUnixNano: String(NOW_NS - BigInt(randomInt(1_000)) * 1_000_000_000n), attributes: list(5), events: randomInt(3) === 0 ? [{ name: 'e', attributes: list(3) }] : [], links: [{ traceId: id(16), spanId: id(8), attributes: [{ key: 'of.link', value: { stringValue: 'only' } }] }] });
const randomRequest = (): Json[] => Array.from({ length: 1 + randomInt(3) }, () => ({
  resource: { attributes: [{ key: 'service.name', value: { stringValue: pick(['web', 'für alle', '']) } }, ...list(3)] },
  scopeSpans: [{ scope: { name: 's', attributes: list(2) }, spans: Array.from({ length: 1 + randomInt(4) }, randomSpan) }],
}));

describe(`blocks that hold a match are read (seed ${seed})`, () => {
  before(async () => {
    for (let at = 0; at < BLOCKS; at++) await store(sealed(Array.from({ length: 1 + randomInt(4) }, randomRequest)));
  });

  test('whatever the value, its type and its place', { timeout: 60_000 }, async () => {
    const values = await engine.query<{ key: string; value: string }>(
      `SELECT DISTINCT pair.1 AS key, pair.2 AS value FROM (
        SELECT arrayJoin(arrayConcat(arrayZip(mapKeys(attributes), mapValues(attributes)), arrayFlatten(arrayMap(m -> arrayZip(mapKeys(m), mapValues(m)), \`events.attributes\`)))) AS pair FROM spans
      ) ORDER BY cityHash64(key, value) LIMIT 30`, {}, BOUNDS);
    const ofOwners = [['inner', 'deep'], ['k2', 'value-1'], ['deepest', 'true'], ['k1', '200'], ['k1', '1.5'], ['k2', 'true'], ['k1', '-0.25'], ['k1', '1e+21'], ['k2', 'NaN'], ['k1', 'with "quotes" and \\'], ['with "quotes"', 'a'], ['schlüssel', 'für dich ✓'], ['service.name', 'für alle']];
    const asked = [...values, ...ofOwners.map(([key = '', value = '']) => ({ key, value }))];
    let found = 0;
    for (const { key, value } of asked) {
      const place = pick(['any', 'any', 'span', 'event', 'resource', 'scope'] as const);
      const { read, holding } = await compare({ attributes: [{ place, key, op: '=', value }] });
      found += holding.length;
      assert.deepEqual(holding.filter((block) => !read.includes(block)), [], `${place} ${key}=${value}`);
    }
    assert.ok(found > asked.length / 2, 'the test finds too little to show anything');
  });

  test('whatever the operator', { timeout: 60_000 }, async () => {
    const more: AttributeFilter[] = [
      { place: 'field', key: 'service', op: '=', value: 'web' }, { place: 'field', key: 'name', op: '=', value: 'op' }, { place: 'field', key: 'status', op: '=', value: 'unset' },
      { place: 'any', key: '*', op: '~', value: 'value' }, { place: 'any', key: 'k1', op: '=', value: '' },
    ];
    const operators = ['!=', '<', '>=', '=~', '!~', '~', 'exists'] as const;
    const usual = operators.flatMap((op) => [pick(KEYS), pick(KEYS)].map((key): AttributeFilter => ({ place: pick(['any', 'span', 'event', 'resource', 'scope']), key, op, value: /^[<>]/.test(op) ? '100' : op === 'exists' ? '' : op === '=~' || op === '!~' ? 'val.*' : 'value-1' })));
    for (const filter of [...more, ...usual]) {
      const { read, holding } = await compare({ attributes: [filter] });
      assert.deepEqual(holding.filter((block) => !read.includes(block)), [], `${filter.place} ${filter.key} ${filter.op}`);
    }
  });

  test('with a service and an operation, alone and together', async () => {
    for (const filters of [{ service: 'web' }, { operation: 'für' }, { service: 'für alle', operation: 'op' }, { service: 'unknown_service' }]) {
      const { read, holding } = await compare({ ...filters, attributes: [] });
      assert.deepEqual(holding.filter((block) => !read.includes(block)), [], JSON.stringify(filters));
    }
  });
});

describe('the index', () => {
  const once = (value: string): Json[] => [{ scopeSpans: [{ spans: [{ ...randomSpan(), attributes: [{ key: 'once', value: { stringValue: value } }] }] }] }];
  const filters: Filters = { attributes: [{ place: 'any', key: 'once', op: '=', value: 'here' }] };

  test('leaves out nearly everything when a value is rare, or never was', async () => {
    await store(sealed([once('here')]));
    const block = blocks;
    const { read, holding } = await compare(filters);
    assert.deepEqual(holding, [block]);
    assert.ok(read.includes(block) && read.length <= 3, read.join());
    assert.ok((await compare({ attributes: [{ place: 'any', key: 'once', op: '=', value: 'never' }] })).read.length <= 3);
    assert.ok((await compare({ attributes: [{ place: 'any', key: 'once', op: 'exists', value: '' }] })).read.length <= 3);
    assert.ok((await compare({ ...filters, service: 'no such service' })).read.length <= 2);
  });

  test('leaves out what is of another time', async () => {
    assert.deepEqual((await compare(filters, { start: NOW_NS - 3n * HOUR_NS, end: NOW_NS - 2n * HOUR_NS })).read, []);
  });

  test('leaves out blocks of other tenants', async () => {
    await store(sealed([once('here')], OTHER));
    assert.ok(!(await compare(filters)).read.includes(blocks));
  });

  test('reads a block that has no filter, or has lost rows of it', async () => {
    await store(sealed([once('elsewhere')]), { filtered: false });
    const without = blocks;
    assert.ok((await compare(filters)).read.includes(without));
    await engine.command(`ALTER TABLE tracekeep.item_filters DELETE WHERE block = 1 SETTINGS mutations_sync = 1`);
    assert.ok((await compare(filters)).read.includes(1));
  });
});
