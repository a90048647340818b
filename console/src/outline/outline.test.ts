/** What is worked out about a trace: tree, self time, critical path, clocks, sums. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { eachOwnStretch } from './self-time.ts';
import { kindWords, replacedWords } from './minimized-words.ts';
import { modelOf, type TraceModel } from './model.ts';
import { operationsOf } from './operations.ts';
import { copyOf, readOutline, spanById } from './outline.ts';
import { sampleOutline, SHOP, type SampleSpan } from './sample.ts';
import { ancestorsOf, childrenOf, PLACE } from './tree.ts';

const of = (spans: readonly SampleSpan[], correct = true): TraceModel => modelOf(sampleOutline(spans), correct);
const id = (model: TraceModel, name: string): number => spanById(model.outline, name);
const drawn = ({ outline, tree }: TraceModel): string => [...tree.order].map((span) => `${'.'.repeat(tree.depth[span] ?? 0)}${outline.ids[span]}`).join(' ');
function path({ outline, critical }: TraceModel): string[] {
  const sections: (readonly [number, string])[] = [];
  for (let span = 0; span < outline.size; span += 1) {
    for (let at = critical.first[span] ?? 0; at < (critical.first[span + 1] ?? 0); at += 1) sections.push([critical.from[at] ?? 0, `${outline.ids[span]} ${critical.from[at]}-${critical.to[at]}`]);
  }
  return sections.sort(([left], [right]) => left - right).map(([, text]) => text);
}

test('growTree() puts parents before children, siblings by start', () => {
  const model = of(SHOP);
  assert.equal(drawn(model), 'root .cart .pay ..fraud ..card .mail');
  assert.deepEqual([...model.tree.size], [6, 1, 3, 1, 1, 1]);
  assert.deepEqual(childrenOf(model.tree, id(model, 'pay')).map((span) => model.outline.ids[span]), ['fraud', 'card']);
  assert.deepEqual(ancestorsOf(model.tree, id(model, 'card')).map((span) => model.outline.ids[span]), ['pay', 'root']);
  assert.equal(model.tree.deepest, 2);
});

test('growTree() shows every span once, also orphans, cycles and a span that is its own parent', () => {
  const model = of([
    { id: 'root', start: 0, duration: 9 },
    { id: 'lost', parent: 'nobody', start: 1, duration: 1 },
    { id: 'a', parent: 'b', start: 2, duration: 1 },
    { id: 'b', parent: 'c', start: 3, duration: 1 },
    { id: 'c', parent: 'a', start: 4, duration: 1 },
    { id: 'under', parent: 'b', start: 5, duration: 1 },
    { id: 'self', parent: 'self', start: 6, duration: 1 },
  ]);
  assert.equal(drawn(model), 'root lost self a .c ..b ...under');
  const place = (name: string): number => model.tree.place[id(model, name)] ?? -1;
  assert.deepEqual(['root', 'lost', 'self', 'a', 'under'].map(place), [PLACE.root, PLACE.orphan, PLACE.cycle, PLACE.cycle, PLACE.child]);
  assert.deepEqual([model.orphans, model.cycles, model.outline.ids[model.root]], [1, 2, 'root']);
});

test('a chain of 3,000 spans needs no recursion', () => {
  const model = of(Array.from({ length: 3_000 }, (_, at): SampleSpan => ({ id: `${at}`, ...(at === 0 ? {} : { parent: `${at - 1}` }), start: at, duration: 10_000 - 2 * at })));
  assert.equal(model.tree.deepest, 2_999);
  assert.equal(model.critical.length, 10_000);
});

test('self time leaves out what children did, overlaps once, what lies outside not at all', () => {
  const model = of(SHOP);
  assert.deepEqual(SHOP.map(({ id: name }) => model.self[id(model, name)]), [10, 30, 10, 20, 40, 60]);
  const stretches: string[] = [];
  eachOwnStretch(model.outline, model.tree, model.start, id(model, 'pay'), (from, to) => stretches.push(`${from}-${to}`));
  assert.deepEqual(stretches, ['40-45', '85-90']);
  const async = of([{ id: 'root', start: 0, duration: 10 }, { id: 'later', parent: 'root', start: 30, duration: 5 }]);
  assert.equal(async.self[id(async, 'root')], 10);
});

test('the critical path goes back from the end, into whom was waited for last', () => {
  assert.deepEqual(path(of(SHOP)), ['root 0-10', 'cart 10-40', 'pay 40-45', 'fraud 45-85', 'pay 85-90', 'root 90-100']);
});

test('the critical path covers the root exactly, whatever children do outside of their parents', () => {
  const model = of([
    { id: 'root', start: 0, duration: 100 },
    { id: 'late', parent: 'root', start: 80, duration: 60 },
    { id: 'after', parent: 'root', start: 120, duration: 10 },
    { id: 'early', parent: 'late', start: 70, duration: 20 },
    { id: 'twin', parent: 'root', start: 20, duration: 60 },
    { id: 'other', parent: 'root', start: 30, duration: 50 },
  ]);
  assert.deepEqual(path(model), ['root 0-20', 'twin 20-80', 'early 80-90', 'late 90-100']);
  assert.equal(model.critical.length, 100);
});

test('a consumer that outlives its sender was not waited for, one that ends in time was', () => {
  const consumer = (duration: number): TraceModel => of([{ id: 'root', start: 0, duration: 10 }, { id: 'job', parent: 'root', start: 5, duration, kind: 5 }]);
  assert.deepEqual(path(consumer(20)), ['root 0-10']);
  assert.deepEqual(path(consumer(3)), ['root 0-5', 'job 5-8', 'root 8-10']);
});

test('clocks: a span of another service that begins before its caller is moved into it, with its own spans; and it is said', () => {
  const ms = 1e6;
  const spans: SampleSpan[] = [
    { id: 'call', service: 'web', start: 3_000 * ms, duration: 100 * ms },
    { id: 'served', parent: 'call', service: 'bank', start: 0, duration: 60 * ms },
    { id: 'inside', parent: 'served', service: 'bank', start: 10 * ms, duration: -5 },
    { id: 'back', parent: 'inside', service: 'web', start: 3_031 * ms, duration: 1 * ms },
  ];
  const model = of(spans);
  assert.deepEqual(['call', 'served', 'inside', 'back'].map((name) => (model.start[id(model, name)] ?? 0) / ms), [3_000, 3_020, 3_030, 3_031]);
  assert.deepEqual(model.skews.map(({ service, ahead, spans: moved }) => [model.outline.services[service], ahead / ms, moved]), [['bank', -3_020, 2]]);
  assert.deepEqual([model.from / ms, model.to / ms, model.backwards, model.corrected], [3_000, 3_100, 1, true]);
  const sent = of(spans, false);
  assert.deepEqual([sent.from, sent.skews.length, sent.corrected], [0, 1, false]);
});

test('clocks: within one service, and within a millisecond, starts stay as sent', () => {
  const model = of([{ id: 'call', service: 'web', start: 3e6, duration: 100e6 }, { id: 'local', parent: 'call', service: 'web', start: 0, duration: 1e6 }, { id: 'near', parent: 'call', service: 'bank', start: 2.5e6, duration: 1e6 }]);
  assert.deepEqual(model.skews, []);
});

test('operations are summed by service and name', () => {
  const model = of([...SHOP, { id: 'again', name: 'cart', parent: 'root', service: 'cart', start: 12, duration: 5, status: 2 }]);
  const cart = operationsOf(model).find(({ name }) => name === 'cart');
  assert.deepEqual(cart, { service: 'cart', name: 'cart', count: 2, errors: 1, total: 35, self: 35, longest: 30, critical: 30, span: id(model, 'cart') });
  assert.deepEqual([model.errors, model.errorsOf[model.outline.services.indexOf('cart')]], [1, 1]);
});

test('readOutline() finds the events of a span, and which copy of an id a span is', () => {
  const numbers = { parent: [-1, 0, 0], service: [0, 0, 0], name: [0, 0, 0], start: [0, 1, 2], duration: [3, 1, 1], kind: [1, 1, 1], status: [0, 0, 0], events: [1, 0, 2], exceptions: [0, 0, 1], minimized: [0, 0, 0], orphan: [0, 0, 0], begunOutside: [0, 0, 0] };
  const outline = readOutline({ traceId: 't', startTimeUnixNano: '0', durationNano: '3', more: false, services: ['s'], names: ['n'], spans: { id: ['x', 'y', 'y'], ...numbers }, versions: { span: [1, 2], version: [2, 1], of: [2, 2], copies: [1, 3], forged: [1, 0] }, eventTimes: { span: [0, 2, 2], at: [1, 2, 3], error: [0, 0, 1] }, minimized: [] });
  assert.deepEqual([...outline.eventFrom], [0, 1, 1, 3]);
  assert.deepEqual([copyOf(outline, 0), copyOf(outline, 1), copyOf(outline, 2)], [0, 1, 0]);
  assert.deepEqual(outline.versions.get(1), { version: 2, of: 2, copies: 1, forged: true });
});

test('what was minimized is said in words', () => {
  assert.equal(replacedWords([{ kind: 'email', count: 2 }, { kind: 'token', count: 1 }]), '3 values replaced: 2 e-mail addresses, 1 token');
  assert.equal(replacedWords([{ kind: 'neutralized', count: 1 }, { kind: 'new-kind', count: 1 }]), '1 value replaced: 1 new kind; 1 harmful character made visible');
  assert.equal(replacedWords([]), '');
  assert.equal(kindWords({ kind: 'constructor', count: 2 }), '2 constructors');
});
