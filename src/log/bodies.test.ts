import assert from 'node:assert/strict';
import { test } from 'node:test';
import { DEFAULT_TENANT, type ProducerId, type RequestAccount, type SealedBlock } from '#model';
import { accountBodies, accountsIn, accountsOf, blockBody, retentionBodies, summed } from './bodies.ts';

const account = (producer: string, more: Partial<RequestAccount> = {}): RequestAccount => ({
  producer: producer as ProducerId, tenant: DEFAULT_TENANT, digest: 'd', received: 6, stored: 3, refused: { span_ids: 2 }, dropped: 1, minimized: { email: 4 }, answer: { rejectedSpans: 2, message: '' }, ...more,
});

test('the body of a block has its members in the order of the format', () => {
  const block: SealedBlock = {
    id: 7, tenant: DEFAULT_TENANT, retention: 'default', day: 20_780, rows: 3, spans: new Uint8Array(0), traces: new Uint8Array(0), filter: new Uint8Array(0), tokens: new Uint8Array(0), traceKeys: new Uint32Array(0), requests: [1],
    salt: new Uint8Array(32).fill(1), root: new Uint8Array(32).fill(2), groups: new Uint8Array(32), first: '5', last: '1795000000000000001', policy: 'ab',
  };
  const { statement, closed, type, time_ms } = blockBody(block, [account('p_a')], 9);
  assert.deepEqual([type, time_ms], ['block', 9]);
  assert.equal(statement, '{"tenant":"default","block":7,"rows":3,"day":20780,"retention":"default","first":"5","last":"1795000000000000001","root":"AgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgI=","policy":"ab"}');
  assert.equal(closed, '{"salt":"AQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQE=","accounts":[{"producer":"p_a","received":6,"stored":3,"refused":{"span_ids":2},"dropped":{"duplicate":1},"minimized":{"email":4}}]}');
});

test('accounts are summed by producer, and what was logged is taken from them exactly', () => {
  const requests = [account('p_a'), account('p_b', { dropped: 0, received: 5 }), account('p_a', { refused: { span_time: 2 } })];
  const sums = accountsOf(requests);
  assert.deepEqual(sums[0], { producer: 'p_a', received: 12, stored: 6, refused: { span_ids: 2, span_time: 2 }, dropped: { duplicate: 2 }, minimized: { email: 8 } });
  const logged = accountsIn(accountBodies('default', sums, 1)[0] ?? assert.fail());
  assert.deepEqual(logged, { tenant: 'default', accounts: sums });
  const later = accountsOf([account('p_b')]);
  assert.deepEqual(summed([...sums, ...later], logged.accounts), later);
  assert.deepEqual(summed(sums, logged.accounts), []);
});

test('no two closed parts have the same salt', () => {
  const closed = Array.from({ length: 9 }, () => accountBodies('default', accountsOf([account('p_a')]), 1)[0]?.closed);
  assert.equal(new Set(closed).size, 9);
});

test('what is too long for one body is cut into several', () => {
  const sums = accountsOf(Array.from({ length: 2_000 }, (_, at) => account(`p_${at}`)));
  const bodies = accountBodies('default', sums, 1);
  assert.ok(bodies.length > 1 && bodies.every(({ closed }) => closed.length <= 65_535));
  assert.deepEqual(bodies.flatMap((body) => accountsIn(body).accounts), sums);
  const blocks = Array.from({ length: 9_000 }, (_, at) => [at * 3, at * 3 + 1] as const);
  const removals = retentionBodies({ day: 1, retention: 'default', why: 'disk', diskMax: 5, blocks }, 1);
  assert.ok(removals.length > 1 && removals.every(({ statement }) => statement.length <= 65_535));
  assert.deepEqual(removals.flatMap(({ statement }) => (JSON.parse(statement) as { blocks: unknown[] }).blocks), blocks);
});
