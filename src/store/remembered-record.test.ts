import assert from 'node:assert/strict';
import { test } from 'node:test';
import { zstdCompressSync } from 'node:zlib';
import type { ProducerId, TenantId } from '#model';
import { figuresOf, readRecord, type RememberedRequest, writeRecord } from './remembered-record.ts';
import { sampleAccount } from './sample.ts';

const AT_MS = 1_800_000_000_123;
const requests: RememberedRequest[] = [0, 1, 2].map((of) => ({
  digest: `${of}f`.repeat(16), at_ms: AT_MS + of,
  request: { producer: `p_${of % 2}` as ProducerId, tenant: `tenant ${of % 2}` as TenantId, received: 10 + of, rejected: of % 2, message: of % 2 === 1 ? 'one without ids' : '' },
}));

test('a record is read as it was written, and says what had been forgotten', () => {
  const record = writeRecord(requests, 77);
  assert.deepEqual([...readRecord(record)], requests);
  assert.deepEqual(figuresOf(record), { since_ms: 77, count: 3, first_ms: AT_MS, last_ms: AT_MS + 2 });
  assert.deepEqual(figuresOf(writeRecord([], 78)), { since_ms: 78, count: 0, first_ms: 0, last_ms: 0 });
});

test('a record with many sentences is read as it was written', () => {
  const many = Array.from({ length: 200 }, (_, of) => ({ ...requests[1]!, digest: of.toString(16).padStart(32, '0') }));
  const record = writeRecord(many, 0);
  assert.deepEqual([...readRecord(record)], many);
  assert.ok(record.length < 200 * 36 + 1_500, 'and is not much larger for them');
});

test('a record of an earlier build is read; one of a later build is not', () => {
  const accounts = [1, 2].map((of) => ({ ...sampleAccount('', of), digest: `${of}e`.repeat(16) }));
  const record = zstdCompressSync(Buffer.from(JSON.stringify(accounts.map((account, at) => ({ digest: account.digest, account, at_ms: AT_MS + at })))));
  assert.deepEqual(figuresOf(record), { since_ms: null, count: 2, first_ms: AT_MS, last_ms: AT_MS + 1 });
  assert.deepEqual([...readRecord(record)].map(({ digest, request: { received, rejected, message } }) => [digest, received, rejected, message]), accounts.map(({ digest, received }) => [digest, received, 2, 'two without ids']));
  assert.throws(() => [...readRecord(Uint8Array.of(3, 0, 0))], /a newer build wrote them/);
});
