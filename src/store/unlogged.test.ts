import assert from 'node:assert/strict';
import { test } from 'node:test';
import { accountsIn } from '#log';
import { type Commit, tenantId } from '#model';
import { sampleAccount, sampleBlock } from './sample.ts';
import { bodiesOf, type Unlogged, unloggedAfter, unloggedBodies } from './unlogged.ts';

const bank = tenantId('bank') ?? assert.fail();
const after = (before: Unlogged, commit: Commit): Unlogged => unloggedAfter(before, { commit, bodies: bodiesOf(commit, 1) });
const ofBank = { ...sampleAccount('b', 0), tenant: bank };

test('an account is in the body of its tenant’s first block, and otherwise not logged yet', () => {
  const commit: Commit = { blocks: [sampleBlock(1, 4, 'm'), sampleBlock(2, 4, 'm')], requests: [sampleAccount('a', 8), ofBank, sampleAccount('c', 0)] };
  const bodies = bodiesOf(commit, 1);
  assert.deepEqual(bodies.map((body) => accountsIn(body).accounts.map(({ received }) => received)), [[14], []]);
  assert.deepEqual(Object.entries(after({}, commit)).map(([tenant, [sum]]) => [tenant, sum?.received]), [['bank', 3]]);
});

test('what an entry says is taken from what is not logged, whatever came meanwhile', () => {
  const first = after({}, { blocks: [], requests: [ofBank, sampleAccount('a', 0)] });
  const entries = unloggedBodies(first, 2);
  assert.deepEqual(entries.map((entry) => accountsIn(entry).tenant).sort(), ['bank', 'default']);
  const meanwhile = after(first, { blocks: [], requests: [ofBank] });
  assert.deepEqual(after(meanwhile, { blocks: [], requests: [], entries }), after({}, { blocks: [], requests: [ofBank] }));
  assert.deepEqual(after(first, { blocks: [], requests: [], entries }), {});
});

test('commits from before there was a log stay out of it', () => {
  assert.deepEqual(unloggedAfter({}, { commit: { blocks: [], requests: [ofBank] }, bodies: null }), {});
});
