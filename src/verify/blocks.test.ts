import assert from 'node:assert/strict';
import { test } from 'node:test';
import { sampleBlock } from '#store/sample';
import type { BlockBody } from './bodies.ts';
import { BlockChecker } from './blocks.ts';
import type { Source } from './source.ts';

const block = sampleBlock(5, 300, 'x');
const body: BlockBody = { index: 9, time_ms: 0, block: 5, rows: 300, tenant: block.tenant, day: block.day, retention: block.retention, root: block.root, salt: block.salt, policy: block.policy, first: block.first, last: block.last, groups: block.groups };

async function setAside(rows: Uint8Array | null, policyIsKnown = true): Promise<readonly string[]> {
  const source: Source = { snapshot: () => assert.fail('not asked for'), read: () => assert.fail('not asked for'), keyDigests: () => assert.fail('not asked for'), setAsideRows: async () => rows };
  const checker = new BlockChecker({ source, key: ['1', '2'] }, () => (policyIsKnown ? () => false : null));
  return (await checker.checkSetAside(body)).map(({ kind }) => kind);
}

test('a block that is kept apart is compared with its entry as the others are', async () => {
  assert.deepEqual(await setAside(block.spans), []);
  assert.deepEqual(await setAside(sampleBlock(5, 300, 'y').spans), ['block-missing']);
  assert.deepEqual(await setAside(sampleBlock(5, 299, 'x').spans), ['block-missing']);
  assert.deepEqual(await setAside(block.spans.subarray(0, 5_000)), ['block-missing']);
  assert.deepEqual(await setAside(null), ['block-missing']);
  assert.deepEqual(await setAside(block.spans, false), ['block-missing']);
});

test('blocks that are too large together are looked at by parts, and rows that are large are read in smaller numbers', async () => {
  const others = [6, 7, 8].map((id) => ({ ...sampleBlock(id, 10, 'x') }));
  const bodies = [block, ...others].map((one): BlockBody => ({ ...body, block: one.id, rows: one.rows, root: one.root, salt: one.salt, first: one.first, last: one.last, groups: one.groups }));
  const asked: number[] = [];
  const source: Source = {
    snapshot: () => assert.fail('not asked for'), setAsideRows: () => assert.fail('not asked for'), keyDigests: () => assert.fail('not asked for'),
    read: async (question) => {
      if (question.ask === 'facts') return Buffer.from(question.blocks.map((id) => `${JSON.stringify([id, 10, ['default'], [block.day], ['default'], '0'])}\n`).join(''));
      if (question.ask !== 'spans') return assert.fail(question.ask);
      asked.push(question.blocks.length);
      if (question.blocks.length > 1) throw new Error('cannot run a statement: too large');
      return [block, ...others].find(({ id }) => id === question.blocks[0])!.spans;
    },
  };
  const checker = new BlockChecker({ source, key: ['1', '2'] }, () => () => false);
  const checked = await checker.check(bodies);
  assert.deepEqual([checked.findings, checked.spans, checked.blocks, asked], [[], 330, 4, [4, 2, 1, 1, 2, 1, 1]]);
  assert.ok(checker.rowsAtOnce(1e9) < 1e6 && checker.rowsAtOnce(10) === 10);
});
