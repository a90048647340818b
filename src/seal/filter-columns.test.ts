import assert from 'node:assert/strict';
import { test } from 'node:test';
import { KeyTable, SpanBatch, viewOf } from '#batch';
import { Inspector } from '#inspect';
import { keySeed, valueItem } from '#items';
import { Minimizer, Pseudonyms } from '#minimize';
import type { TenantId } from '#model';
import { decodeRequest, requestFromJson } from '#otlp';
import { compilePolicy } from '#policy';
import { isRefusal } from '#refusal';
import { Scanner } from '#scanner';
import { validate } from '#validate';
import { FilterColumns } from './filter-columns.ts';
import { SpanColumns } from './span-columns.ts';
import { TraceOrder } from './trace-order.ts';

const itemOf = (key: string, text: string): number => valueItem(keySeed(viewOf(Buffer.from(key))), viewOf(Buffer.from(text)), 0, Buffer.byteLength(text));

test('equal values that are stored differently are all in the filter of their block, in whatever order they come', () => {
  const actions = { a: 'keep', b: { replace: { with: 'gone' } }, c: { mask: { last: 2 } }, d: { truncate: 3 }, e: 'drop', f: { generalize: { number: 10 } } } as const;
  const policy = compilePolicy({ version: 2, rules: Object.entries(actions).map(([service, action]) => ({ id: service, for: { services: [service] }, keys: ['x', 'y', 'n'], action })) });
  for (const order of ['abcdef', 'fedcba', 'cafebd']) {
    const keys = new KeyTable();
    const batch = new SpanBatch(keys);
    const inspector = new Inspector(new Scanner(), keys);
    const minimizer = new Minimizer(policy, inspector, keys, new Pseudonyms(null));
    const filter = new FilterColumns(minimizer);
    const added = new Set<number>();
    filter.items.add = (item) => void added.add(item);
    const columns = new SpanColumns(minimizer, filter);
    for (const services of [order.slice(0, 3), order.slice(3), order]) {
      const resourceSpans = [...services].map((service, at) => ({
        resource: { attributes: [{ key: 'service.name', value: { stringValue: service } }] },
        scopeSpans: [{ spans: [{ traceId: '01'.repeat(16), spanId: `0${at + 1}`.repeat(8), attributes: [{ key: 'x', value: { stringValue: 'a-value' } }, { key: 'y', value: { stringValue: 'a-value' } }, { key: 'n', value: { intValue: '123456' } }] }] }],
      }));
      assert.equal(decodeRequest(requestFromJson(Buffer.from(JSON.stringify({ resourceSpans }))) as Uint8Array, batch), null);
      const inspected = inspector.inspect(validate(batch, { speaksFor: () => true, backfill: true }, Date.now()).batch);
      assert.ok(!isRefusal(inspected));
      const minimized = minimizer.minimize(inspected, { tenant: 'acme', now_ms: 0 });
      const traces = new TraceOrder();
      traces.arrange(minimized);
      columns.append(minimized, traces, { block: 1, day: 1, retention: 'default', tenant: 'acme' as TenantId }, 'p_0123456789abcdef');
    }
    for (const key of ['x', 'y']) for (const text of ['a-value', '[gone]', '***ue', 'a-v', '[field]']) assert.ok(added.has(itemOf(key, text)), `${order}: ${key} ${text}`);
    for (const text of ['123456', '[gone]', '***56', '123', '123450']) assert.ok(added.has(itemOf('n', text)), `${order}: n ${text}`);
  }
});
