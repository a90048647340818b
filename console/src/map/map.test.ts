import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { Edge, ServiceMap } from '#api/figures.ts';
import { nextTowards, NODE_HEIGHT, NODE_WIDTH, place } from './layout.ts';
import { around, busiest, edgeId, edgeText, modelOf, nodeText, shortName } from './model.ts';
import { fit, pan, reveal, zoom } from './viewport.ts';

const red = (count: number, errors = 0) => ({ count, errors, p50: 1e6, p95: 5e6, p99: 9e6 });
const edge = (parent: string, child: string, count = 60, errors = 0): Edge => ({ parent, child, ...red(count, errors) });
const map = (edges: readonly Edge[], nodes: readonly string[] = ['web']): ServiceMap => ({ start: '0', end: '60000000000', oneIn: 1, more: false, nodes: nodes.map((service) => ({ service, ...red(120, 12) })), edges });
const shop = modelOf(map([edge('web', 'cart'), edge('web', 'pay', 6, 3), edge('cart', 'stock', 1_000)]), 600_000);

describe('modelOf()', () => {
  test('names everybody who calls or is called, whether they were entered or not', () => {
    assert.deepEqual(shop.nodes.map(({ name, red: figures, callers, callees }) => [name, figures?.count ?? null, callers, callees]), [
      ['cart', null, ['web'], ['stock']], ['pay', null, ['web'], []], ['stock', null, ['cart'], []], ['web', 120, [], ['cart', 'pay']],
    ]);
    assert.equal(shop.seconds, 60);
  });

  test('more calls make a wider line, failures are named', () => {
    const widths = Object.fromEntries(shop.edges.map(({ edge: { child }, width }) => [child, width]));
    assert.equal(widths['stock'], 5);
    assert.ok((widths['cart'] ?? 0) > (widths['pay'] ?? 0) && (widths['pay'] ?? 0) > 1.25);
    assert.deepEqual(shop.edges.map((one) => [one.health, edgeText(one, shop)]), [['well', '1/s'], ['failing', '0.1/s · ✕ 50 %'], ['well', '16.7/s']]);
    assert.deepEqual(shop.nodes.map((node) => nodeText(node, shop)), ['no requests of its own', 'no requests of its own', 'no requests of its own', '2/s · p95 5 ms']);
  });

  test('of a period that is not over counts the time it has had', () => {
    assert.equal(modelOf(map([]), 30_000).seconds, 30);
  });
});

test('around() keeps a service, its callers and those it calls', () => {
  assert.deepEqual(around(shop, 'cart').nodes.map(({ name }) => name), ['cart', 'stock', 'web']);
  assert.deepEqual(around(shop, 'cart').edges.map(({ id }) => id), [edgeId({ parent: 'web', child: 'cart' }), edgeId({ parent: 'cart', child: 'stock' })]);
  assert.equal(around(shop, 'nobody'), shop);
});

test('busiest() is where traces begin', () => {
  assert.equal(busiest(shop), 'web');
  assert.equal(busiest(modelOf(map([edge('a', 'b'), edge('b', 'a')], ['b']), 0)), 'b');
});

test('shortName() keeps both ends', () => {
  assert.equal(shortName('payments-gateway-eu-west-1', 15), 'payment…-west-1');
  assert.equal(shortName('cart', 15), 'cart');
  assert.equal(shortName('', 15), 'no service name');
});

describe('place()', () => {
  test('puts callers before those they call, and nobody upon another', () => {
    const placed = place(shop, 'across');
    const x = (name: string): number => placed.nodes.get(name)?.x ?? Number.NaN;
    assert.ok(x('web') < x('cart') && x('cart') < x('stock'));
    const down = place(shop, 'down');
    assert.ok((down.nodes.get('web')?.y ?? 0) < (down.nodes.get('cart')?.y ?? 0));
    assert.match(placed.edges.get(edgeId({ parent: 'web', child: 'cart' }))?.path ?? '', /^M[0-9. ]+(Q[-0-9. ]+)+$/);
  });

  test('holds one service, a hundred, and circles', () => {
    const alone = place(modelOf(map([]), 0), 'across');
    assert.deepEqual([alone.nodes.size, alone.edges.size], [1, 0]);
    const names = Array.from({ length: 100 }, (_, at) => `service-${at}`);
    const many = modelOf(map(names.flatMap((name, at) => [edge(name, names[(at * 7 + 3) % 100] ?? name), edge(name, names[(at * 3 + 1) % 100] ?? name)]).filter(({ parent, child }) => parent !== child), names), 0);
    const points = [...place(many, 'across').nodes.values()];
    assert.equal(points.length, 100);
    for (const [at, one] of points.entries()) for (const other of points.slice(at + 1)) assert.ok(Math.abs(one.x - other.x) >= NODE_WIDTH || Math.abs(one.y - other.y) >= NODE_HEIGHT, 'two nodes overlap');
    const circle = place(modelOf(map([edge('a', 'b'), edge('b', 'a')], ['a', 'b']), 0), 'across');
    assert.equal(circle.edges.size, 2);
  });
});

test('nextTowards() goes to the nearest in the direction of the key', () => {
  const placed = place(shop, 'across');
  assert.equal(nextTowards(placed, 'cart', 'ArrowRight'), 'stock');
  assert.equal(nextTowards(placed, 'stock', 'ArrowLeft'), 'cart');
  assert.equal(nextTowards(placed, 'web', 'ArrowLeft'), null);
  assert.equal(nextTowards(placed, 'web', 'a'), null);
});

describe('what is seen', () => {
  const window = { width: 800, height: 400 };

  test('fit() shows all, centred, unless names would be too small to read', () => {
    assert.deepEqual(fit({ width: 400, height: 200 }, window), { scale: 1.15, x: (400 - 800 / 1.15) / 2, y: (200 - 400 / 1.15) / 2 });
    assert.equal(fit({ width: 8_000, height: 200 }, window).scale, 0.75);
    assert.equal(fit({ width: 4_000, height: 200 }, window, false).scale, 0.2);
    const around800 = fit({ width: 8_000, height: 4_000 }, window, true, { x: 100, y: 2_000 });
    assert.deepEqual([around800.x, Math.round(around800.y)], [0, Math.round(2_000 - 200 / 0.75)]);
  });

  test('zoom() leaves the point under the pointer where it is', () => {
    const view = { x: 10, y: 20, scale: 1 };
    const closer = zoom(view, 2, { x: 100, y: 50 });
    assert.deepEqual([closer.x + 100 / closer.scale, closer.y + 50 / closer.scale], [110, 70]);
    assert.equal(zoom(view, 1_000, { x: 0, y: 0 }).scale, 3);
  });

  test('pan() never loses the picture', () => {
    const picture = { width: 400, height: 200 };
    for (const by of [{ x: 9_999, y: 9_999 }, { x: -9_999, y: -9_999 }]) {
      const { x, y } = pan({ x: 0, y: 0, scale: 1 }, by, picture, window);
      assert.ok(x < picture.width && x > -window.width && y < picture.height && y > -window.height);
    }
  });

  test('reveal() moves only when it must', () => {
    const view = { x: 0, y: 0, scale: 1 };
    const room = { width: 100, height: 50 };
    assert.deepEqual(reveal(view, { x: 400, y: 200 }, room, window), view);
    assert.deepEqual(reveal(view, { x: 900, y: 200 }, room, window), { x: 150, y: 0, scale: 1 });
    assert.deepEqual(reveal(view, { x: 10, y: -10 }, room, window), { x: -40, y: -35, scale: 1 });
  });
});
