import assert from 'node:assert/strict';
import { test } from 'node:test';
import { filterOf, readFindingsAddress, writeFindingsAddress } from './address.ts';

test('an address of findings reads back what it says, and nothing wrong', () => {
  const address = { shown: 'closed', severity: 4, kind: 'integrity.block', finding: 'f_0000000000000001' } as const;
  assert.deepEqual(readFindingsAddress(JSON.parse(JSON.stringify(writeFindingsAddress({ ...address, severity: 4 })), (_key, value: unknown) => (typeof value === 'number' ? String(value) : value)) as Record<string, unknown>), address);
  const usual = readFindingsAddress({ status: 'x', severity: '9', kind: "'", finding: '' });
  assert.deepEqual(usual, { shown: 'open', severity: undefined, kind: undefined, finding: undefined });
  assert.ok(Object.values(writeFindingsAddress(usual)).every((value) => value === undefined));
  assert.deepEqual(filterOf(usual).status, [1, 2]);
});
