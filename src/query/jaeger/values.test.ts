import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readBool, readEpoch, readGoDuration, readId, readInstant, readMillis } from './values.ts';

const NOW_MS = Date.UTC(2026, 5, 1, 12);
const NOW_NS = BigInt(NOW_MS) * 1_000_000n;

test('readGoDuration() reads what time.ParseDuration reads, less what is negative', () => {
  for (const [text, nanos] of [
    ['100ms', 100_000_000n], ['1.5s', 1_500_000_000n], ['1h15m30.918s', 4_530_918_000_000n], ['.5s', 500_000_000n], ['1.s', 1_000_000_000n], ['+5s', 5_000_000_000n], ['0', 0n], ['+0', 0n], ['0s', 0n],
    ['1us', 1_000n], ['1\u00b5s', 1_000n], ['1\u03bcs', 1_000n], ['1ns', 1n], ['1.9ns', 1n], ['9223372036854775807ns', 9_223_372_036_854_775_807n], ['3000h', 10_800_000_000_000_000n], ['1m1m', 120_000_000_000n],
  ] as const) assert.equal(readGoDuration(text), nanos, text);
  for (const text of ['', '5', '-5s', '1d', 's', '.s', '1.2.3s', '1 s', '1e3s', '9223372036854775808ns', '9999999h', `${'1s'.repeat(17)}`, '1S', 'fast', '٣s']) assert.equal(readGoDuration(text), null, text);
});

test('readGoDuration() takes no time over hostile text', () => {
  for (const text of ['1'.repeat(100_000), `${'1.'.repeat(31)}x`, `${'1s'.repeat(31)}1x`, '.'.repeat(64)]) assert.equal(readGoDuration(text), null);
});

test('readEpoch() reads microseconds, and milliseconds where they are sent for them', () => {
  assert.equal(readEpoch(String(NOW_MS * 1_000), NOW_MS), NOW_NS);
  assert.equal(readEpoch(String(NOW_MS), NOW_MS), NOW_NS);
  assert.equal(readEpoch('-1', NOW_MS), 0n);
  for (const text of ['', '1h', 'now', '1.5', '0x1', '1e15', '2026-06-01T12:00:00Z', '99999999999999999999']) assert.equal(readEpoch(text, NOW_MS), null, text);
});

test('readMillis() reads whole milliseconds', () => {
  assert.deepEqual(['0', '1748779200000', '', '-1', '1.5', '1234567890123456'].map(readMillis), [0, 1_748_779_200_000, null, null, null, null]);
});

test('readInstant() reads RFC 3339, its + lost in the query string as well', () => {
  for (const text of ['2026-06-01T12:00:00Z', '2026-06-01T12:00:00.000Z', '2026-06-01T14:00:00+02:00', '2026-06-01T14:00:00.000000000 02:00', '2026-06-01T10:00:00-02:00']) assert.equal(readInstant(text, NOW_MS), NOW_NS, text);
  assert.equal(readInstant('2026-06-01T12:00:00.123456789Z', NOW_MS), NOW_NS + 123_456_789n);
  for (const text of ['', 'now', '1h', '2026', '2026-06-01', String(NOW_MS)]) assert.equal(readInstant(text, NOW_MS), null, text);
});

test('readBool() reads what strconv.ParseBool reads', () => {
  assert.deepEqual(['1', 't', 'TRUE', 'True', 'true'].map(readBool), [true, true, true, true, true]);
  assert.deepEqual(['0', 'f', 'FALSE', 'False', 'false'].map(readBool), [false, false, false, false, false]);
  assert.deepEqual(['', 'yes', 'tRUE', '2'].map(readBool), [null, null, null, null]);
});

test('readId() reads hexadecimal of any length up to 32 digits and base64', () => {
  const id = '0af7651916cd43dd8448eb211c80319c';
  const base64 = Buffer.from(id, 'hex').toString('base64');
  for (const text of [id, id.toUpperCase(), base64, base64.replace('==', ''), base64.replaceAll('+', ' '), base64.replaceAll('+', '-').replaceAll('/', '_')]) assert.equal(readId(text), id, text);
  assert.equal(readId('8448eb211c80319c'), '00000000000000008448eb211c80319c');
  assert.equal(readId('1'), '1'.padStart(32, '0'));
  const plus = Buffer.alloc(16, 0xfb).toString('base64');
  assert.match(plus, /\+/);
  assert.equal(readId(plus.replaceAll('+', ' ')), 'fb'.repeat(16));
  for (const text of ['', '0', '0'.repeat(32), `${id}0`, 'xyz', "' OR 1=1", `${base64}=`, 'AAAAAAAAAAAAAAAAAAAAAA==']) assert.equal(readId(text), null, text);
});
