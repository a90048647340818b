import assert from 'node:assert/strict';
import { test } from 'node:test';
import { filterOf, readAuditAddress, writeAuditAddress } from './address.ts';
import { actionWords, linkOf } from './words.ts';

test('an address of the audit reads back what it says, and nothing wrong', () => {
  const address = { who: 'Ada', action: 'trace.*', resource: 'trace:0af7651916cd43dd8448eb211c80319c', outcome: 'refused', period: '7d' } as const;
  assert.deepEqual(readAuditAddress(writeAuditAddress(address)), address);
  const usual = readAuditAddress({ who: '', outcome: 'maybe', since: '3 years', resource: 'x'.repeat(1_000) });
  assert.deepEqual([usual.who, usual.outcome, usual.period, usual.resource?.length], [undefined, undefined, '31d', 256]);
  assert.deepEqual([filterOf(usual).from, filterOf({ ...usual, period: 'all' }).from], ['31d', '0']);
});

test('actions have words, known or not, and things lead to where they are', () => {
  assert.deepEqual(['trace.read', 'token.made', 'producer.certificate-revoked', 'x.y'].map(actionWords), ['looked at a trace', 'made a token', 'producer: certificate revoked', 'x: y']);
  assert.deepEqual(linkOf('trace:0af7651916cd43dd8448eb211c80319c'), { to: '/traces/0af7651916cd43dd8448eb211c80319c', search: {} });
  assert.deepEqual(linkOf('finding:f_0123456789abcdef'), { to: '/findings', search: { status: 'all', finding: 'f_0123456789abcdef' } });
  for (const none of ['search', 'trace:../x', 'account:<b>', 'session']) assert.equal(linkOf(none), null);
});
