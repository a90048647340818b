/**
 * Outlines against a real engine: columns say what was stored, whatever the pages; nobody reads another tenant's trace.
 */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { LIMITS } from '#limits';
import type { Reader, TenantId } from '#model';
import { createAnswering, type Answering } from '#query/answering';
import { createKnownPolicies } from '#query/known-policies';
import { createTestStore, START_NS, TODAY_MS, type TestSpan, type TestStore } from '#query/testing';
import { isRefusal, type Refusal } from '#refusal';
import { createOutlines, type Outlines } from './outline.ts';
import { STATEMENTS } from './statements.ts';

interface Outline {
  readonly traceId: string;
  readonly startTimeUnixNano: string;
  readonly durationNano: string;
  readonly more: boolean;
  readonly services: readonly string[];
  readonly names: readonly string[];
  readonly spans: Readonly<Record<string, readonly (number | string)[]>>;
  readonly versions: Readonly<Record<'span' | 'version' | 'of' | 'copies' | 'forged', readonly number[]>>;
  readonly eventTimes: Readonly<Record<'span' | 'at' | 'error', readonly number[]>>;
  readonly minimized: readonly { readonly kind: string; readonly count: number; readonly fields?: readonly string[] }[];
}

const viewer = (tenant: string): Reader => ({ id: 't_0000000000000001', name: 'test', kind: 'token', roles: ['viewer'], groups: [], scopes: null, tenant: tenant as TenantId });
const reader = viewer('default');
const id = (serial: number): string => serial.toString(16).padStart(32, '0');
const span = (serial: number): string => serial.toString(16).padStart(16, '0');
const after_ms = (ms: number): string => String(START_NS + BigInt(ms) * 1_000_000n);

let store: TestStore;
let answering: Answering;
let outlines: Outlines;

before(async () => {
  store = createTestStore();
  answering = createAnswering({ store, now_ms: () => TODAY_MS + 60_000, settle_ms: 0 });
  outlines = createOutlines(answering, createKnownPolicies());
  const at = (serial: number, parent: number, ms: number, columns: TestSpan['columns'] = {}): TestSpan => ({ traceId: id(1), spanId: span(serial), columns: { parent_span_id: span(parent), start: after_ms(ms), name: `n${serial}`, ...columns } });
  const ofResource = { place: 'resource.host.ip', kind: 'ip', count: 1 };
  const minimized = (...told: readonly { readonly place: string; readonly kind: string; readonly count: number }[]): object => ({ 'minimized.place': told.map(({ place }) => place), 'minimized.kind': told.map(({ kind }) => kind), 'minimized.count': told.map(({ count }) => count) });
  await store.addBlock([
    at(2, 1, 5, { service: 'bank', status_code: 2, kind: 3, attributes: { 'user.note': 'Grüße 100%', n: '7' }, attribute_types: 'si', ...minimized({ place: 'attributes.a', kind: 'email', count: 2 }, { place: 'name', kind: 'neutralized', count: 9 }, ofResource) }),
    at(3, 0xff, 1, { ...minimized({ place: 'events.0.x', kind: 'token', count: 1 }, ofResource) }),
    { traceId: id(2) },
  ]);
  await store.addBlock([
    at(1, 0, 0, { duration: '90000000', ...minimized(ofResource) }),
    at(4, 2, 6, {
      duration: '-5000', service: 'bank', status_message: 'Deadline',
      'events.time': [after_ms(7), after_ms(8)], 'events.name': ['retry', 'exception'], 'events.attributes': [{}, { 'exception.message': 'BROKEN pipe' }], 'events.attribute_types': ['', 's'], 'events.dropped': [0, 0],
      ...minimized(ofResource),
    }),
    // Hardly any of them differs from zero: the engine keeps such columns as sparse ones.
    ...Array.from({ length: 400 }, (_, serial): TestSpan => ({ traceId: id(77), spanId: span(serial + 1), columns: { start: after_ms(serial), name: 'n', status_code: serial % 97 === 50 ? 2 : 0, kind: serial % 97 === 60 ? 3 : 0, duration: serial % 97 === 70 ? '5' : '0' } })),
    { traceId: id(1), tenant: 'other', spanId: span(9), columns: { attributes: { 'user.note': 'Grüße' }, attribute_types: 's' } },
  ]);
});
after(() => store.close());

function ok<T>(value: T | Refusal): T {
  if (isRefusal(value)) assert.fail(`refused: ${value.refused} ${value.detail ?? ''}`);
  return value;
}
const outlineOf = async (which: Outlines, text: string, who = reader): Promise<Outline> => JSON.parse(ok(await which.outline(who, text))) as Outline;

test('outline() keeps values with their spans where most are zero', async () => {
  const { spans } = await outlineOf(outlines, id(77));
  const serials = (name: string): number[] => (spans[name] ?? []).flatMap((value, serial) => (value === 0 ? [] : [serial]));
  assert.deepEqual({ status: serials('status'), kind: serials('kind'), duration: serials('duration') }, { status: [50, 147, 244, 341], kind: [60, 157, 254, 351], duration: [70, 167, 264, 361] });
});

test('outline() gives columns in the order of starts, parents as places', async () => {
  assert.deepEqual(await outlineOf(outlines, id(1)), {
    traceId: id(1),
    startTimeUnixNano: START_NS.toString(),
    durationNano: '90000000',
    more: false,
    services: ['shop', 'bank'],
    names: ['n1', 'n3', 'n2', 'n4'],
    spans: {
      id: [span(1), span(3), span(2), span(4)],
      parent: [-1, -1, 0, 2],
      service: [0, 0, 1, 1],
      name: [0, 1, 2, 3],
      start: [0, 1e6, 5e6, 6e6],
      duration: [90e6, 1e6, 1e6, -5000],
      kind: [1, 1, 3, 1],
      status: [0, 0, 2, 0],
      events: [0, 0, 0, 2],
      exceptions: [0, 0, 0, 1],
      minimized: [0, 1, 2, 0],
      orphan: [0, 1, 0, 0],
      begunOutside: [0, 0, 0, 0],
    },
    versions: { span: [], version: [], of: [], copies: [], forged: [] },
    eventTimes: { span: [3, 3], at: [7e6, 8e6], error: [0, 1] },
    minimized: [{ kind: 'neutralized', count: 9, rules: [] }, { kind: 'email', count: 2, rules: [] }, { kind: 'ip', count: 2, rules: [] }, { kind: 'token', count: 1, rules: [] }],
  });
});

test('outline() names the fields that hold sealed values, each once', async () => {
  const sealed = (...places: string[]): Readonly<Record<string, unknown>> => ({ 'minimized.place': places, 'minimized.kind': places.map(() => 'sealed'), 'minimized.count': places.map(() => 1) });
  await store.addBlock([
    { traceId: id(9), spanId: span(1), columns: sealed('attributes.user.email', 'events.0.user.note', 'status.message') },
    { traceId: id(9), spanId: span(2), columns: sealed('attributes.user.email', 'events.3.user.note') },
  ]);
  const { minimized } = await outlineOf(outlines, id(9));
  assert.deepEqual(minimized, [{ kind: 'sealed', count: 5, rules: [], fields: ['status.message', 'user.email', 'user.note'] }]);
});

test('outline() is the same whatever the pages', async () => {
  const whole = await outlineOf(outlines, id(1));
  for (const page of [1, 2, 3, 4]) assert.deepEqual(await outlineOf(createOutlines(answering, createKnownPolicies(), page), id(1)), whole, `pages of ${page}`);
});

test('span() is OTLP/JSON of one span with resource, scope and what was minimized', async () => {
  const found = JSON.parse(ok(await outlines.span(reader, id(1), span(2), 0))) as Record<string, unknown>;
  assert.deepEqual(found, {
    resource: { attributes: [{ key: 'service.name', value: { stringValue: 'shop' } }] },
    scope: { name: 'test' },
    span: {
      traceId: id(1), spanId: span(2), parentSpanId: span(1), name: 'n2', kind: 3, startTimeUnixNano: after_ms(5), endTimeUnixNano: after_ms(6), status: { code: 2 },
      attributes: [{ key: 'user.note', value: { stringValue: 'Grüße 100%' } }, { key: 'n', value: { intValue: '7' } }],
    },
    minimized: [{ place: 'attributes.a', kind: 'email', count: 2 }, { place: 'name', kind: 'neutralized', count: 9 }, { place: 'resource.host.ip', kind: 'ip', count: 1 }],
    producer: 'p_0000000000000001', version: 1, versions: 1, copies: 1, forged: false,
  });
});

test('versions of a span are told apart in the order in which they were stored, equal ones are shown once', async () => {
  const one = (name: string, ms: number): TestSpan => ({ traceId: id(5), spanId: span(7), columns: { name, start: after_ms(ms), attributes: { a: 'b' }, attribute_types: 's' } });
  await store.addBlock([one('first', 9), one('forged', 3), { traceId: id(5), spanId: span(8), columns: { parent_span_id: span(7), start: after_ms(10), name: 'child' } }]);
  await store.addBlock([one('first', 9), one('first', 9), one('third', 4), { traceId: id(6), spanId: span(7) }], 3);
  for (const page of [1, 2, 25]) {
    const { names, spans, versions } = await outlineOf(createOutlines(answering, createKnownPolicies(), page), id(5));
    assert.deepEqual(spans['name']?.map((name) => names[Number(name)]), ['forged', 'third', 'first', 'child']);
    assert.deepEqual(spans['parent'], [-1, -1, -1, 2], 'the first stored version has the children, whatever a later one says of its time');
    assert.deepEqual(versions, { span: [0, 1, 2], version: [2, 3, 1], of: [3, 3, 3], copies: [1, 1, 3], forged: [1, 1, 0] });
  }
  const told: unknown[] = [];
  for (const copy of [0, 1, 2]) {
    const { span: { name }, version, versions, copies, forged } = JSON.parse(ok(await outlines.span(reader, id(5), span(7), copy))) as { span: { name: string } } & Record<'version' | 'versions' | 'copies' | 'forged', unknown>;
    told.push([name, version, versions, copies, forged]);
  }
  assert.deepEqual(told, [['first', 1, 3, 3, false], ['forged', 2, 3, 1, true], ['third', 3, 3, 1, true]]);
  assert.deepEqual(await outlines.span(reader, id(5), span(7), 3), { refused: 'not_found' });
});

test('a span differs from another with its id in whatever column differs', async () => {
  const different: Record<string, unknown>[] = [
    { parent_span_id: span(1) }, { trace_state: 'a=b' }, { flags: 1 }, { name: 'x' }, { kind: 2 }, { start: after_ms(1) }, { duration: '7' }, { status_code: 2 }, { status_message: 'x' }, { resource: '{}' }, { scope: '{}' },
    { attributes: { a: 'b' } }, { attribute_types: 's' }, { dropped_attributes: 1 }, { dropped_events: 1 }, { dropped_links: 1 },
    { 'events.time': ['1'], 'events.name': ['x'], 'events.attributes': [{}], 'events.attribute_types': [''], 'events.dropped': [0] },
    { 'links.trace_id': ['ab'.repeat(16)], 'links.span_id': ['ab'.repeat(8)], 'links.trace_state': [''], 'links.flags': [0], 'links.attributes': [{}], 'links.attribute_types': [''], 'links.dropped': [0] },
    { 'minimized.place': ['a'], 'minimized.kind': ['b'], 'minimized.count': [1] },
  ];
  await store.addBlock([{}, ...different, {}].map((columns) => ({ traceId: id(88), spanId: span(7), columns })));
  const { versions } = await outlineOf(outlines, id(88));
  assert.equal(versions.span.length, 1 + different.length);
  assert.deepEqual(versions.copies.toSorted(), [...different.map(() => 1), 2]);
});

test('a span whose parent is in another process and not in the trace was begun outside', async () => {
  const known = 0x100;
  const remote = 0x300;
  const cases: readonly (readonly [columns: Record<string, unknown>, outside: number])[] = [
    [{ parent_span_id: span(99), kind: 2 }, 1], [{ parent_span_id: span(99), kind: 5 }, 1], [{ parent_span_id: span(99), kind: 3 }, 0], [{ kind: 2 }, 0],
    [{ parent_span_id: span(99), kind: 2, flags: known }, 0], [{ parent_span_id: span(99), kind: 1, flags: remote }, 1], [{ parent_span_id: span(1), kind: 2, flags: remote }, 0],
  ];
  await store.addBlock(cases.map(([columns], at) => ({ traceId: id(89), spanId: span(at + 1), columns: { start: after_ms(at), ...columns } })));
  assert.deepEqual((await outlineOf(outlines, id(89))).spans['begunOutside'], cases.map(([, outside]) => outside));
});

test('matches() looks into attributes, events and the status message, small or capital', async () => {
  const find = async (text: string): Promise<readonly string[]> => ok(await outlines.matches(reader, id(1), text)).spanIds;
  assert.deepEqual(await find('GRÜSSE'), []);
  assert.deepEqual(await find('grüße 100%'), [span(2)]);
  assert.deepEqual(await find('USER.NOTE'), [span(2)]);
  assert.deepEqual(await find('broken PIPE'), [span(4)]);
  assert.deepEqual(await find('exception'), [span(4)]);
  assert.deepEqual(await find('deadline'), [span(4)]);
  assert.deepEqual(await find("' OR 1=1 --"), []);
});

test('nobody reads the trace of another tenant, and what is no id is refused', async () => {
  assert.deepEqual((await outlineOf(outlines, id(1), viewer('other'))).spans['id'], [span(9)]);
  assert.deepEqual(await outlines.outline(viewer('third'), id(1)), { refused: 'not_found' });
  assert.deepEqual(await outlines.span(viewer('other'), id(1), span(2), 0), { refused: 'not_found' });
  assert.deepEqual(await outlines.matches(viewer('other'), id(1), 'grüße'), { spanIds: [span(9)], more: false });
  assert.equal((await outlines.outline(reader, 'zz') as Refusal).refused, 'query_invalid');
  assert.deepEqual(await outlines.span(reader, id(1), 'zz', 0), { refused: 'not_found' });
});

test('a trace that may be pending is waited for', async () => {
  store.pending = true;
  const { settles } = store;
  assert.deepEqual(await outlines.outline(reader, id(0xdead)), { refused: 'not_found' });
  assert.equal(store.settles, settles + 1);
});

test('every statement limits itself and names its tenant', () => {
  for (const [name, sql] of Object.entries(STATEMENTS)) {
    assert.match(sql, /LIMIT \{limit:UInt32\}/, name);
    assert.match(sql, /tenant = \{tenant:String\}/, name);
  }
  assert.ok(LIMITS.outline_span_events_max < LIMITS.outline_events_max);
});
