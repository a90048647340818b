/** What a page shows against what was proved: equal, changed, added, left out, twice. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readOutline } from '#outline/outline.ts';
import { differences, type ProvenSpan } from './shown.ts';

const BEGIN = 1_764_450_000_000_000_000n;
const [ROOT, CHILD, LOST] = ['0000000000000001', '0000000000000002', '00000000000000ff'];

const proven: readonly ProvenSpan[] = [
  { spanId: ROOT, parentSpanId: '', service: 'shop', name: 'GET /', start: BEGIN, duration: 5_000n, kind: 2, status: 0, events: 0, exceptions: 0, minimized: 0 },
  { spanId: CHILD, parentSpanId: ROOT, service: 'db', name: 'SELECT', start: BEGIN + 1_000n, duration: -3n, kind: 3, status: 2, events: 2, exceptions: 1, minimized: 4 },
  { spanId: '0000000000000003', parentSpanId: LOST, service: 'db', name: 'SELECT', start: BEGIN + 2_000n, duration: 7n, kind: 3, status: 0, events: 0, exceptions: 0, minimized: 0 },
];

function outline(change: (spans: Record<string, (string | number)[]>) => void = () => undefined, more = false) {
  const spans = {
    id: proven.map(({ spanId }) => spanId), parent: [-1, 0, -1], service: [0, 1, 1], name: [0, 1, 1], start: [0, 1_000, 2_000], duration: [5_000, -3, 7],
    kind: [2, 3, 3], status: [0, 2, 0], events: [0, 2, 0], exceptions: [0, 1, 0], minimized: [0, 4, 0], orphan: [0, 0, 1],
  };
  change(spans);
  return readOutline({ traceId: '', startTimeUnixNano: String(BEGIN), durationNano: '5000', more, services: ['shop', 'db'], names: ['GET /', 'SELECT'], spans, eventTimes: { span: [], at: [], error: [] }, minimized: [] });
}

test('what is shown as it was proved is no difference, in whatever order', () => {
  assert.deepEqual(differences(outline(), proven), []);
  assert.deepEqual(differences(outline(), proven.toReversed()), []);
});

test('every field that is drawn is compared', () => {
  const changes: readonly (readonly [string, number, string])[] = [['parent', -1, 'parent'], ['service', 0, 'service'], ['name', 0, 'name'], ['start', 999, 'start'], ['duration', 3, 'duration'], ['kind', 1, 'kind'], ['status', 0, 'status'], ['events', 1, 'events'], ['exceptions', 0, 'exceptions'], ['minimized', 3, 'values replaced']];
  for (const [column, value, field] of changes) {
    assert.deepEqual(differences(outline((spans) => void (spans[column]![1] = value)), proven), [{ span: 1, spanId: CHILD, fields: [field] }], column);
  }
  assert.deepEqual(differences(outline((spans) => void (spans['orphan']![2] = 0)), proven), [{ span: 2, spanId: '0000000000000003', fields: ['parent'] }]);
});

test('a span that was not proved, and one that was proved and is not shown, are named', () => {
  assert.deepEqual(differences(outline((spans) => void (spans['id']![1] = LOST)), proven).map(({ span, spanId, fields }) => [span, spanId, fields.length]), [[1, LOST, 0], [2, '0000000000000003', 1], [-1, CHILD, 0]]);
  const without = outline((spans) => Object.values(spans).forEach((column) => column.pop()));
  assert.deepEqual(differences(without, proven), [{ span: -1, spanId: '0000000000000003', fields: [] }]);
  assert.deepEqual(differences({ ...without, more: true }, proven), []);
});

test('the same span twice is not proved by once, and versions of an id are told apart', () => {
  const twice = outline((spans) => Object.values(spans).forEach((column) => column.push(column[1]!)));
  assert.deepEqual(differences(twice, proven), [{ span: 3, spanId: CHILD, fields: [] }]);
  const forged = { ...proven[1]!, status: 0 };
  assert.deepEqual(differences(outline(), [...proven, forged]), [{ span: -1, spanId: CHILD, fields: [] }]);
  assert.deepEqual(differences(outline((spans) => Object.entries(spans).forEach(([name, column]) => column.push(name === 'status' ? 0 : column[1]!))), [...proven, forged]), []);
});
