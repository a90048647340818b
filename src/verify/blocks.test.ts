import assert from 'node:assert/strict';
import { test } from 'node:test';
import { sampleBlock } from '#store/sample';
import type { BlockBody } from './bodies.ts';
import { BlockChecker } from './blocks.ts';
import type { Source } from './source.ts';

const block = sampleBlock(5, 300, 'x');
const body: BlockBody = { index: 9, time_ms: 0, block: 5, rows: 300, tenant: block.tenant, day: block.day, retention: block.retention, root: block.root, salt: block.salt, policy: block.policy, first: block.first, last: block.last, groups: block.groups };

async function setAside(rows: Uint8Array | null, policyIsKnown = true): Promise<readonly string[]> {
  const source: Source = { snapshot: () => assert.fail('not asked for'), read: () => assert.fail('not asked for'), setAsideRows: async () => rows };
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
