import assert from 'node:assert/strict';
import { test } from 'node:test';

import { jsonText, tableText, timeText } from './table.ts';

test('tableText() aligns columns and ends lines without spaces', () => {
  assert.equal(tableText(['A', 'BB', 'C'], [['long', 'x', ''], ['é', 'y', 'z']]), 'A     BB  C\nlong  x\né     y   z');
  assert.equal(tableText(['A', 'B'], []), 'A  B');
});

test('tableText() lets nothing through that steers a terminal or reverses text', () => {
  const text = tableText(['A'], [['\u001b[2Jx\u202ey\u0007\r\n\u2028']]);
  assert.equal(text, 'A\n\u{fffd}[2Jx\u{fffd}y\u{fffd}\u{fffd}\u{fffd}\u{fffd}');
});

test('times are ISO 8601 in UTC, for people and machines', () => {
  assert.equal(timeText(Date.UTC(2026, 1, 3, 4, 5, 6, 789)), '2026-02-03T04:05:06Z');
  assert.equal(timeText(null), '-');
  assert.deepEqual(JSON.parse(jsonText([{ created: 0, expires: null, keys: [{ revoked: 1_000 }], version: 1 }])), [
    { created: '1970-01-01T00:00:00.000Z', expires: null, keys: [{ revoked: '1970-01-01T00:00:01.000Z' }], version: 1 },
  ]);
});
