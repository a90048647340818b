/** What a chart reads is narrowed by the index and by small columns first, and nothing that a caller sent stands in a statement. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Run } from '#query/answering';
import type { Filters } from '#query/condition';
import { NONE_SEALED } from '#query/sealed-values';
import { Sight } from '#query/sight';
import { countOverTime } from './histogram.ts';
import { findKeys } from './keys.ts';
import { narrowed } from './narrow.ts';
import { drawPoints } from './points.ts';
import { findValues } from './values.ts';

const RANGE = { start: 77_177n, end: 77_177_000_000_000n };
const MARK = 'caller-sent-this';
const FILTERS: Filters = {
  service: MARK, operation: MARK, status: 'error', kind: 2, durationMin_ns: 77_177n,
  attributes: [{ place: 'span', key: MARK, op: '=', value: MARK }, { place: 'field', key: 'message', op: '~', value: MARK }, { place: 'any', key: MARK, op: '!=', value: MARK }],
};

interface Statement {
  readonly sql: string;
  readonly params: Readonly<Record<string, unknown>>;
}

/** Answers as a store of ten blocks would whose index excludes some, and of a million rows. */
function storeOf(excluded: readonly { first: string; last: string }[], rows = 1_000_000): { run: Run; statements: Statement[] } {
  const statements: Statement[] = [];
  const run = async (sql: string, params: Readonly<Record<string, unknown>>): Promise<unknown[]> => {
    statements.push({ sql, params });
    if (sql.includes('EXPLAIN ESTIMATE')) return [{ rows: String(rows) }];
    if (sql.includes('item_filters')) return [...excluded];
    return sql.includes('AS oldest') ? [{ oldest: '1', newest: '10' }] : [];
  };
  return { run: Object.assign(run, { sight: Sight.whole, sealed: NONE_SEALED }) as Run, statements };
}

test('the index leaves the blocks that may have a match', async () => {
  const { run } = storeOf([{ first: '1', last: '3' }, { first: '5', last: '10' }]);
  const { within, params } = await narrowed(FILTERS, RANGE, run);
  assert.equal(within.sql, '(block IN {blocks:Array(UInt64)})');
  assert.deepEqual(params['blocks'], [4n]);
  assert.equal((await narrowed(FILTERS, RANGE, storeOf([{ first: '1', last: '10' }]).run)).within.sql, '0');
});

test('without filters on attributes neither index nor share is asked', async () => {
  const { run, statements } = storeOf([]);
  const { sampledOneIn } = await countOverTime({ service: 'shop', attributes: [{ place: 'field', key: 'kind', op: '!=', value: 'server' }] }, RANGE, 10, run);
  assert.equal(sampledOneIn, 1);
  assert.equal(statements.length, 1);
});

test('few rows are counted exactly, many from a share', async () => {
  assert.equal((await countOverTime(FILTERS, RANGE, 10, storeOf([], 1_000).run)).sampledOneIn, 1);
  assert.equal((await countOverTime(FILTERS, RANGE, 10, storeOf([], 6_000_000).run)).sampledOneIn, 10);
});

test('nothing a caller sends stands in a statement, every parameter is used, every statement of rows asks for the tenant', async () => {
  const { run, statements } = storeOf([{ first: '2', last: '3' }]);
  await countOverTime(FILTERS, RANGE, 10, run);
  await countOverTime(FILTERS, RANGE, 10, storeOf([]).run, 1);
  await drawPoints(FILTERS, RANGE, 100, run);
  await findKeys(MARK, RANGE, run);
  await findValues({ key: MARK, prefix: MARK, service: MARK, limit: 10 }, RANGE, run);
  await findValues({ key: 'name', place: 'field', prefix: MARK, service: MARK, limit: 10 }, RANGE, run);
  assert.ok(statements.length > 10);
  for (const { sql, params } of statements) {
    assert.doesNotMatch(sql, /caller|77177/u);
    const wanted = new Set(Array.from(sql.matchAll(/\{(\w+):/gu), ([, name]) => name));
    wanted.delete('tenant');
    assert.deepEqual(new Set(Object.keys(params)), wanted, sql);
    const bounded = /LIMIT (?:\{limit:|1\b)|EXPLAIN ESTIMATE|AS oldest/u.test(sql);
    assert.ok(bounded, `without a limit: ${sql}`);
    if (/FROM spans/u.test(sql) && !/EXPLAIN|AS oldest/u.test(sql)) assert.match(sql, /tenant = \{tenant:String\}/u);
  }
});
