import assert from 'node:assert/strict';
import { test } from 'node:test';
import { instantTo, type TimeUnit } from './instant.ts';

test('texts of ISO 8601 keep their form and offset', () => {
  const cases: [TimeUnit, string, string | null][] = [
    ['minute', '2026-11-29T23:14:50.123456789Z', '2026-11-29T23:14:00.000000000Z'], ['hour', '2026-11-29T23:14:50Z', '2026-11-29T23:00:00Z'], ['day', '2026-11-29 23:14:50,5+05:30', '2026-11-29 00:00:00,0+05:30'],
    ['month', '2026-11-29T23:14:50-0800', '2026-11-01T00:00:00-0800'], ['year', '2026-11-29T23:14', '2026-01-01T00:00'], ['day', '2026-11-29', '2026-11-29'], ['month', '2024-02-29', '2024-02-01'], ['minute', '1970-01-01', '1970-01-01'],
    ['day', '2026-02-30', null], ['day', '2026-13-01', null], ['day', '2026-00-01', null], ['day', '2026-11-29T25:00', null], ['day', '2026-11-29T23:60', null], ['day', '29.11.2026', null], ['day', '2026-11-29T23:14:50Z hunter2', null], ['day', 'Sun, 29 Nov 2026', null], ['day', '', null],
  ];
  for (const [unit, text, expected] of cases) assert.equal(instantTo(unit, text), expected, `${unit} ${text}`);
});

test('numbers are s, ms, µs or ns since 1970 by their size, and stay so', () => {
  const s = 1_795_994_090; // 2026-11-29T23:14:50Z
  const starts: [TimeUnit, string][] = [['minute', '2026-11-29T23:14:00Z'], ['hour', '2026-11-29T23:00:00Z'], ['day', '2026-11-29T00:00:00Z'], ['month', '2026-11-01T00:00:00Z'], ['year', '2026-01-01T00:00:00Z']];
  for (const [unit, start] of starts) {
    const begin = Date.parse(start) / 1_000;
    for (const [digits, per] of [['', 1n], ['123', 1_000n], ['123456', 1_000_000n], ['123456789', 1_000_000_000n]] as const) assert.equal(instantTo(unit, `${s}${digits}`), String(BigInt(begin) * per), `${unit} ${digits.length}`);
    assert.equal(instantTo(unit, `${s}.25`), String(begin));
  }
  assert.equal(instantTo('day', '42'), '0');
  for (const text of ['-1', '1e9', '9223372036854775808', '99999999999999999999', 'NaN', '0x10', ' 1']) assert.equal(instantTo('day', text), null, text);
});
