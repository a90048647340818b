import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readAttribute, readDuration, readTags, readTime } from './parameters.ts';

const NOW_MS = Date.UTC(2026, 5, 1, 12);
const NOW_NS = BigInt(NOW_MS) * 1_000_000n;

test('readDuration() reads Go’s notation, days and nanoseconds', () => {
  for (const [text, nanos] of [['0', 0n], ['15', 15n], ['1ns', 1n], ['2us', 2_000n], ['2µs', 2_000n], ['250ms', 250_000_000n], ['1.5s', 1_500_000_000n], ['0.000000001s', 1n], ['1h30m', 5_400_000_000_000n], ['2d', 172_800_000_000_000n], ['9223372036854775807', 9_223_372_036_854_775_807n]] as const) {
    assert.equal(readDuration(text), nanos, text);
  }
  for (const text of ['', 's', '-1s', '1', '1 s', '1S', '1.s', '.5s', '1e3s', '1y', '9223372036854775808', '106752d', '1s'.repeat(9), `${'1'.repeat(40)}s`].filter((one) => one !== '1')) assert.equal(readDuration(text), null, text);
});

test('readTime() reads RFC 3339, every size of epoch and how long ago', () => {
  for (const text of ['now', '0s', '-0s', '2026-06-01T12:00:00Z', '2026-06-01t12:00:00z', '2026-06-01T13:30:00+01:30', '2026-06-01T12:00:00.000000000Z', String(NOW_MS / 1000), String(NOW_MS), String(NOW_MS * 1000), String(NOW_NS)]) assert.equal(readTime(text, NOW_MS), NOW_NS, text);
  assert.equal(readTime('2026-06-01T12:00:00.123456789Z', NOW_MS), NOW_NS + 123_456_789n);
  assert.equal(readTime('-1h', NOW_MS), NOW_NS - 3_600_000_000_000n);
  assert.equal(readTime('90000d', NOW_MS), 0n);
  for (const text of ['', 'yesterday', '2026-06-01', '2026-06-01T12:00:00', '2026-13-01T00:00:00Z', '1969-01-01T00:00:00Z', '2026-06-01T12:00:00.1234567890Z', '--1h', '99999999999999999999', '1e9', '0x10', 'Infinity']) assert.equal(readTime(text, NOW_MS), null, text);
});

test('readAttribute() splits at the first operator and knows places', () => {
  for (const [text, place, key, op, value] of [
    ['a=b', 'any', 'a', '=', 'b'], ['a=', 'any', 'a', '=', ''], ['a', 'any', 'a', 'exists', ''], ['a!=b=c', 'any', 'a', '!=', 'b=c'], ['a>=1', 'any', 'a', '>=', '1'], ['a<1', 'any', 'a', '<', '1'], ['a=~x|y', 'any', 'a', '=~', 'x|y'], ['a!~x', 'any', 'a', '!~', 'x'], ['*~two words', 'any', '*', '~', 'two words'], ['field:name~x', 'field', 'name', '~', 'x'],
    ['resource:k8s.pod=p', 'resource', 'k8s.pod', '=', 'p'], ['event:x', 'event', 'x', 'exists', ''], ['other:x=y', 'any', 'other:x', '=', 'y'], ['a=span:b', 'any', 'a', '=', 'span:b'],
  ] as const) {
    assert.deepEqual(readAttribute(text), { place, key, op, value }, text);
  }
  for (const text of ['', '=b', '!=b', 'span:=b', 'resource:', 'a!b']) assert.equal(readAttribute(text), null, text);
});

test('readTags() takes an object of scalars and nothing else', () => {
  assert.deepEqual(readTags('{"a":"b","n":5,"t":true,"__proto__":"x"}')?.map(({ key, value }) => [key, value]), [['a', 'b'], ['n', '5'], ['t', 'true'], ['__proto__', 'x']]);
  for (const text of ['', 'x', '[]', 'null', '1', '{"a":null}', '{"a":{}}', '{"":"x"}']) assert.equal(readTags(text), null, text);
});
