/** What a page shows against what was proved: equal, changed, added, left out, twice. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readOutline } from '#outline/outline.ts';
import { differences, type ProvenSpan } from './shown.ts';

const NO_VERSIONS = { span: [] as number[], version: [] as number[], of: [] as number[], copies: [] as number[], forged: [] as number[] };
const BEGIN = 1_764_450_000_000_000_000n;
const [ROOT, CHILD, LOST] = ['0000000000000001', '0000000000000002', '00000000000000ff'];

const ONCE = { flags: 0, version: 1, versions: 1, copies: 1 };

const proven: readonly ProvenSpan[] = [
  { spanId: ROOT, parentSpanId: '', service: 'shop', name: 'GET /', start: BEGIN, duration: 5_000n, kind: 2, status: 0, events: 0, exceptions: 0, minimized: 0, ...ONCE },
  { spanId: CHILD, parentSpanId: ROOT, service: 'db', name: 'SELECT', start: BEGIN + 1_000n, duration: -3n, kind: 3, status: 2, events: 2, exceptions: 1, minimized: 4, ...ONCE },
  { spanId: '0000000000000003', parentSpanId: LOST, service: 'db', name: 'SELECT', start: BEGIN + 2_000n, duration: 7n, kind: 3, status: 0, events: 0, exceptions: 0, minimized: 0, ...ONCE },
];

function outline(change: (spans: Record<string, (string | number)[]>) => void = () => undefined, more = false, versions = NO_VERSIONS) {
  const spans = {
    id: proven.map(({ spanId }) => spanId), parent: [-1, 0, -1], service: [0, 1, 1], name: [0, 1, 1], start: [0, 1_000, 2_000], duration: [5_000, -3, 7],
    kind: [2, 3, 3], status: [0, 2, 0], events: [0, 2, 0], exceptions: [0, 1, 0], minimized: [0, 4, 0], orphan: [0, 0, 1], begunOutside: [0, 0, 0],
  };
  change(spans);
  return readOutline({ traceId: '', startTimeUnixNano: String(BEGIN), durationNano: '5000', more, services: ['shop', 'db'], names: ['GET /', 'SELECT'], spans, versions, eventTimes: { span: [], at: [], error: [] }, minimized: [] });
}

test('what is shown as it was proved is no difference, in whatever order', () => {
  assert.deepEqual(differences(outline(), proven), []);
  assert.deepEqual(differences(outline(), proven.toReversed()), []);
});

test('every field that is drawn is compared', () => {
  const changes: readonly (readonly [string, number, string])[] = [['parent', -1, 'parent'], ['service', 0, 'service'], ['name', 0, 'name'], ['start', 999, 'start'], ['duration', 3, 'duration'], ['kind', 1, 'kind'], ['status', 0, 'status'], ['events', 1, 'events'], ['exceptions', 0, 'exceptions'], ['minimized', 3, 'values replaced'], ['begunOutside', 1, 'where it was begun']];
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

test('a span that is drawn twice is not proved by once', () => {
  const twice = outline((spans) => Object.values(spans).forEach((column) => column.push(column[1]!)));
  assert.deepEqual(differences(twice, proven), [{ span: 3, spanId: CHILD, fields: [] }]);
});

test('versions of an id are told apart: which was stored first, and how often', () => {
  const both = [...proven.with(1, { ...proven[1]!, versions: 2 }), { ...proven[1]!, status: 0, version: 2, versions: 2, copies: 3 }];
  const drawn = (versions: Partial<typeof NO_VERSIONS> = {}) => outline((spans) => Object.entries(spans).forEach(([name, column]) => column.push(name === 'status' ? 0 : column[1]!)), false, { span: [1, 3], version: [1, 2], of: [2, 2], copies: [1, 3], forged: [0, 1], ...versions });
  assert.deepEqual(differences(drawn(), both), []);
  assert.deepEqual(differences(drawn({ copies: [1, 2] }), both), [{ span: 3, spanId: CHILD, fields: ['copies'] }]);
  assert.deepEqual(differences(drawn({ version: [2, 1] }), both).map(({ span }) => span), [1, 3]);
  // The forged version alone, or none of it.
  assert.deepEqual(differences(outline(), both).map(({ span, fields }) => [span, fields]), [[1, ['version']], [-1, []]]);
});

test('where a span was begun follows from its flags, and from its kind without them', () => {
  const lost = (flags: number, kind: number) => proven.with(2, { ...proven[2]!, flags, kind });
  const drawn = (kind: number, begun: number) => outline((spans) => void ((spans['kind']![2] = kind), (spans['begunOutside']![2] = begun)));
  for (const [flags, kind, begun] of [[0, 2, 1], [0, 5, 1], [0, 3, 0], [0x100, 2, 0], [0x300, 3, 1], [0x200, 3, 0]] as const) assert.deepEqual(differences(drawn(kind, begun), lost(flags, kind)), [], `${flags} ${kind}`);
});
