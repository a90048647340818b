/**
 * The statements as text: what is generated is held as snapshots, so that a change of one shows in review, and callers' values stand in none.
 */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { conditionOf, OPERATORS, PLACES } from './condition.ts';
import { ORDER_NAMES, ORDERS } from './order.ts';
import { searchStatement, type BoundedSearch } from './candidates.ts';
import { summaryStatement } from './search.ts';
import { complete, STATEMENTS } from './statements.ts';

const bounded = (search: Partial<BoundedSearch>): BoundedSearch => ({ attributes: [], start: 1n, end: 2n, limit: 20, order: 'newest', cursor: null, ...search });
const RANGES = [{ first: 3n, last: 4n }, { first: 900n, last: 2_000n }];
const MARK = 'caller-sent-this';

test('generated searches are these', (t) => {
  const filtered = bounded({ service: MARK, operation: MARK, status: 'error', kind: 2, durationMin_ns: 1n, durationMax_ns: 2n, attributes: [{ place: 'any', key: MARK, op: '=', value: MARK }] });
  t.assert.snapshot(searchStatement(bounded({}), conditionOf(bounded({})), { ranges: RANGES, after: null }, 21).sql.split('\n'));
  t.assert.snapshot(searchStatement(filtered, conditionOf(filtered), { ranges: RANGES, after: [5n, 6n] }, 21).sql.split('\n'));
  t.assert.snapshot(searchStatement({ ...filtered, order: 'shortest' }, conditionOf({ attributes: [] }), { ranges: RANGES, after: [4n, 5n, 6n] }, 21).sql.split('\n'));
  t.assert.snapshot(summaryStatement(bounded({ order: 'longest' }), conditionOf(bounded({})), ['0af7651916cd43dd8448eb211c80319c'], 9n).sql.split('\n'));
});

test('conditions of every operator and place are these', (t) => {
  for (const place of PLACES) for (const op of OPERATORS) t.assert.snapshot([`${place} ${op}`, conditionOf({ attributes: [{ place, key: MARK, op, value: '5' }] }).sql]);
});

test('nothing a caller sends stands in a statement, and every parameter is used', () => {
  for (const order of ORDER_NAMES) {
    for (const op of OPERATORS) {
      const value = /^[<>]/.test(op) ? '77177' : MARK;
      const search = bounded({ order, service: MARK, operation: MARK, start: 77177n, end: 77177n, limit: 77177, durationMin_ns: 77177n, attributes: PLACES.map((place) => ({ place, key: MARK, op, value })) });
      const position = ORDERS[order].keys.map(() => 77177n);
      for (const { sql, params } of [searchStatement(search, conditionOf(search), { ranges: [{ first: 77177n, last: 77177n }, { first: 77177n, last: 771770n }], after: position }, 77177), summaryStatement(search, conditionOf(search), ['0af7651916cd43dd8448eb211c80319c'], 77177n)]) {
        assert.doesNotMatch(sql, /caller|77177|0af765/);
        const placeholders = new Set(Array.from(sql.matchAll(/\{(\w+):/g), ([, name]) => name));
        assert.deepEqual(new Set([...Object.keys(params), 'tenant']), placeholders);
      }
    }
  }
});

test('complete() fails on a marker that is not there', () => {
  assert.throws(() => complete('SELECT 1', { order: 'x' }), /cannot complete statement/);
  assert.equal(complete('a /*m*/ b /*m*/', { m: '$& {x}' }), 'a $& {x} b $& {x}');
});

test('every statement limits itself', () => {
  for (const [name, sql] of Object.entries(STATEMENTS)) if (!['extent', 'pattern'].includes(name)) assert.match(sql, /LIMIT \{limit:UInt32\}/, name);
});
