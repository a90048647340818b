/** What the waterfall shows, finds and draws: folding, filters, focus, flame graph, addresses, ticks. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { modelOf, type TraceModel } from '#outline/model.ts';
import { spanById } from '#outline/outline.ts';
import { sampleOutline, SHOP, type SampleSpan } from '#outline/sample.ts';
import { readTraceAddress, writeTraceAddress } from './address.ts';
import { minimizedAt, placeWords, valueText } from './attributes.ts';
import { findErrors, findSpans } from './find.ts';
import { flameOf } from './flame.ts';
import { foldFrom, nextMarked, rowOf, type Rows, type Showing, visibleRows } from './rows.ts';
import { type Column, sortedSpans } from './sorted.ts';
import { pixelOf, Strokes, ticksOf } from './ticks.ts';

const of = (spans: readonly SampleSpan[]): TraceModel => modelOf(sampleOutline(spans));
const model = of(SHOP);
const span = (name: string, where = model): number => spanById(where.outline, name);
function rows(showing: Partial<Showing> = {}, where = model): Rows {
  return visibleRows(where.outline, where.tree, { folded: new Uint8Array(where.outline.size), foldedServices: new Uint8Array(where.outline.services.length), wanted: null, focus: -1, ...showing });
}
const shown = (showing: Partial<Showing> = {}, where = model): string => {
  const { spans, depths } = rows(showing, where);
  return [...spans].map((one, at) => `${'.'.repeat(depths[at] ?? 0)}${where.outline.ids[one]}`).join(' ');
};
const marks = (...names: readonly string[]): Uint8Array => Uint8Array.from(model.outline.ids, (id) => (names.includes(id) ? 1 : 0));

test('visibleRows() leaves out what is folded, and keeps its order', () => {
  assert.equal(shown(), 'root .cart .pay ..fraud ..card .mail');
  assert.equal(shown({ folded: marks('pay') }), 'root .cart .pay .mail');
  assert.equal(shown({ folded: foldFrom(model.tree, 0) }), 'root');
  assert.equal(shown({ folded: foldFrom(model.tree, 1) }), 'root .cart .pay .mail');
});

test('a focus shows one subtree from its own margin', () => {
  assert.equal(shown({ focus: span('pay') }), 'pay .fraud .card');
  assert.equal(shown({ focus: span('pay'), folded: marks('pay') }), 'pay');
});

test('a filter keeps what is above its matches', () => {
  assert.equal(shown({ wanted: marks('card') }), 'root .pay ..card');
  assert.equal(shown({ wanted: marks() }), '');
});

test('a folded service hides its calls within itself and keeps what it calls', () => {
  const inner = of([...SHOP, { id: 'pay 2', parent: 'pay', service: 'pay', start: 46, duration: 10 }, { id: 'pay 3', parent: 'pay 2', service: 'pay', start: 47, duration: 5 }, { id: 'db', parent: 'pay 3', service: 'db', start: 48, duration: 1 }]);
  const foldedServices = Uint8Array.from(inner.outline.services, (name) => (name === 'pay' ? 1 : 0));
  assert.equal(shown({ foldedServices }, inner), 'root .cart .pay ..fraud ..card ..db .mail');
  assert.equal(shown({ foldedServices, folded: Uint8Array.from(inner.outline.ids, (id) => (id === 'pay 2' ? 1 : 0)) }, inner), 'root .cart .pay ..fraud ..card ..db .mail');
});

test('rowOf() finds the row of a span, or of the folded one above it', () => {
  const folded = rows({ folded: marks('pay') });
  assert.equal(rowOf(folded, model.tree, span('card')), 2);
  assert.equal(rowOf(folded, model.tree, span('mail')), 3);
  assert.equal(rowOf(rows({ focus: span('cart') }), model.tree, span('mail')), -1);
});

test('nextMarked() goes around', () => {
  const all = rows();
  assert.deepEqual([nextMarked(all, marks('cart', 'mail'), 1, 1), nextMarked(all, marks('cart', 'mail'), 5, 1), nextMarked(all, marks('cart', 'mail'), 1, -1), nextMarked(all, marks(), 1, 1), nextMarked(all, marks('root'), 0, 1)], [5, 1, 5, -1, 0]);
});

test('findSpans() looks at names, services and ids, and takes what the server found', () => {
  const names = (text: string, ids: readonly string[] = []): string => [...findSpans(model.outline, text, ids).marked].map((one, at) => (one === 1 ? model.outline.ids[at] : '')).filter(Boolean).join(' ');
  assert.equal(names('CAR'), 'cart card');
  assert.equal(names('bank'), 'card');
  assert.equal(names('nothing', ['mail']), 'mail');
  assert.equal(findSpans(model.outline, 'a', []).count, 5);
  assert.deepEqual([...findErrors(of([{ id: 'x', start: 0, duration: 1, status: 2 }, { id: 'y', start: 1, duration: 1 }]).outline)], [1, 0]);
});

test('flameOf() joins equal paths; widths are self times and fit', () => {
  const twice = of([...SHOP, { id: 'again', name: 'cart', parent: 'root', service: 'cart', start: 12, duration: 5 }]);
  const boxes = flameOf(twice);
  const box = (name: string): (typeof boxes)[number] | undefined => boxes.find((one) => twice.outline.names[one.name] === name);
  assert.deepEqual([box('cart')?.count, box('cart')?.total, box('cart')?.self], [2, 35, 35]);
  assert.equal(boxes[0]?.value, 10 + 35 + 10 + 20 + 40 + 60);
  for (const one of boxes) {
    const below = one.children.map((child) => boxes[child]?.width ?? 0).reduce((sum, width) => sum + width, 0);
    assert.ok(below <= one.width + 1e-9);
  }
  assert.equal(box('card')?.depth, 3);
});

test('sortedSpans() sorts by any column, equal ones by start, and keeps only what is marked', () => {
  const sorted = (column: Column, isDescending: boolean, marked: Uint8Array | null = null): string => [...sortedSpans(model, { column, isDescending }, marked)].map((one) => model.outline.ids[one]).join(' ');
  assert.equal(sorted('duration', true), 'root mail pay fraud cart card');
  assert.equal(sorted('self', false), 'root pay card cart fraud mail');
  assert.equal(sorted('service', false), 'card cart fraud mail pay root');
  assert.equal(sorted('name', true), 'root pay mail fraud cart card');
  assert.equal(sorted('critical', true), 'fraud cart root pay card mail');
  assert.equal(sorted('start', true, marks('card', 'mail')), 'mail card');
});

test('an address reads back what it says, and nothing wrong', () => {
  const address = { view: 'flame', span: 'aa', text: 'x y', only: 'errors', foldedServices: ['a', 'b'], focus: 'cc', zoom: [10, 2_000], asSent: true, proof: true, approval: 'v_0' } as const;
  assert.deepEqual(readTraceAddress(JSON.parse(JSON.stringify(writeTraceAddress(address))) as Record<string, unknown>), address);
  const usual = readTraceAddress({ view: 'nonsense', zoom: '5-1', only: 'x', span: '', fold: '' });
  assert.deepEqual(usual, { view: 'waterfall', span: undefined, text: '', only: 'all', foldedServices: [], focus: undefined, zoom: null, asSent: false, proof: false, approval: undefined });
  assert.ok(Object.values(writeTraceAddress(usual)).every((value) => value === undefined));
});

test('ticks are round and lie inside', () => {
  assert.deepEqual(ticksOf({ from: 0, to: 100, origin: 0 }, 5), [0, 20, 40, 60, 80, 100]);
  assert.deepEqual(ticksOf({ from: 13, to: 37, origin: 3 }, 4), [13, 23, 33]);
  assert.deepEqual(ticksOf({ from: 5, to: 5, origin: 0 }, 4), []);
});

test('strokes join what is less than a pixel apart and leave out what cannot be seen', () => {
  const scale = { from: 0, to: 1_000, width: 100, origin: 0 };
  assert.equal(pixelOf(scale, 500), 50);
  const strokes = new Strokes(scale);
  for (const [from, to] of [[-50, -20], [0, 100], [105, 200], [500, 500], [990, 2_000], [1_500, 1_600]] as const) strokes.add(from, to);
  assert.equal(strokes.path(2, 4), 'M0.0 2H20.0V6H0.0ZM50.0 2H51.0V6H50.0ZM99.0 2H100.0V6H99.0Z');
});

test('values and places are told as people read them', () => {
  assert.equal(valueText({ arrayValue: { values: [{ intValue: '1' }, { kvlistValue: { values: [{ key: 'k', value: { boolValue: false } }] } }] } }), '[\n  "1",\n  {\n    "k": false\n  }\n]');
  assert.deepEqual([valueText({ stringValue: '' }), valueText({}), valueText(undefined), valueText({ doubleValue: 0 })], ['', 'no value', 'no value', '0']);
  assert.deepEqual(['attributes.url.full', 'events.0.exception.message', 'resource.host.ip', 'name', 'attributes.a@b (key)'].map(placeWords), ['url.full', 'exception.message of event 1', 'host.ip of the resource', 'the span’s name', 'the name of a@b']);
  assert.deepEqual([...minimizedAt([{ place: 'attributes.a', kind: 'email', count: 1 }, { place: 'attributes.a', kind: 'ip', count: 2 }, { place: 'name', kind: 'ip', count: 1 }], 'attributes.')], [['a', [{ kind: 'email', count: 1 }, { kind: 'ip', count: 2 }]]]);
});
