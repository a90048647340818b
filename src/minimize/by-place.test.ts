import assert from 'node:assert/strict';
import { test } from 'node:test';
import { DROPPED_BY_POLICY, KeyTable, SpanBatch } from '#batch';
import { Inspector } from '#inspect';
import { LIMITS } from '#limits';
import { decodeRequest, requestFromJson } from '#otlp';
import { compilePolicy, type PolicyDocument } from '#policy';
import { isRefusal } from '#refusal';
import { Scanner } from '#scanner';
import { validate } from '#validate';
import { Secret } from '#model';
import { Minimizer, Pseudonyms } from './minimize.ts';

type Json = Record<string, unknown>;
const HOUR_MS = 3_600_000;

function stages(rules: PolicyDocument['rules']) {
  const keys = new KeyTable();
  const batch = new SpanBatch(keys);
  const inspector = new Inspector(new Scanner(), keys);
  const policy = compilePolicy({ version: 2, rules });
  const minimizer = new Minimizer(policy, inspector, keys, new Pseudonyms(new Secret(new Uint8Array(32))));
  return {
    batch, policy, minimizer,
    minimize: (resourceSpans: readonly Json[], { tenant = 'acme', now_ms = 0 } = {}) => {
      assert.equal(decodeRequest(requestFromJson(Buffer.from(JSON.stringify({ resourceSpans }))) as Uint8Array, batch), null);
      const inspected = inspector.inspect(validate(batch, { speaksFor: () => true, backfill: true }, Date.now()).batch);
      assert.ok(!isRefusal(inspected));
      minimizer.minimize(inspected, { tenant, now_ms });
      return Array.from({ length: batch.spans }, (_, span) => {
        const at = batch.attributesStart[span]!;
        return at === batch.attributesEnd[span]! || batch.refused[span] !== 0 ? null : batch.valueMark[at] === 0 ? '' : Buffer.from(minimizer.outputOf(batch.valueMark[at]!).bytes).toString();
      });
    },
  };
}
const of = (service: string, x: string, more: Json = {}): Json => ({
  resource: { attributes: [{ key: 'service.name', value: { stringValue: service } }] },
  scopeSpans: [{ spans: [{ traceId: '01'.repeat(16), spanId: '01'.repeat(8), name: 'run', attributes: [{ key: 'x', value: { stringValue: x } }], ...more }] }],
});

test('what is remembered is bounded, whatever names and values come', () => {
  const { minimize, policy } = stages([...Array.from({ length: 12 }, (_, at) => ({ id: `named-${at}`, for: { services: [`*${'abcdefghijkl'[at]}*`] }, keys: [`k${at}`], action: 'drop' as const })), { id: 'masked', keys: ['x'], action: { mask: { last: 2 } } }]);
  const before = policy.sets.for({ tenant: 'acme', service: 'z', environment: '', spanKind: 'internal', place: 'span' });
  let sent = 0;
  // Each service is under another combination of rules.
  for (let request = 0; request < 9; request++) {
    const services = Array.from({ length: 512 }, () => [...'abcdefghijkl'].filter((_, bit) => (sent >> bit) & 1).join('') + `-${sent++}`);
    const outputs = minimize(services.map((service) => of(service, `value-${service}-of-some-length`)));
    assert.ok(outputs.every((output) => output === '***th'));
  }
  assert.ok(sent > LIMITS.policy_services_max && sent > LIMITS.policy_treatments_max);
  assert.notEqual(policy.sets.for({ tenant: 'acme', service: 'z', environment: '', spanKind: 'internal', place: 'span' }), before, 'all was forgotten once');
});

test('outputs are forgotten when the period of pseudonyms is over, and are each tenant’s own', () => {
  const { minimize } = stages([{ id: 'people', keys: ['x'], action: { pseudonymize: { purpose: 'support', every: '2h' } } }]);
  const run = (tenant: string, now_ms: number): string => minimize([of('shop', 'ada')], { tenant, now_ms })[0]!;
  const first = run('acme', 0);
  assert.equal(run('acme', 2 * HOUR_MS - 1), first);
  const other = run('other', 2 * HOUR_MS - 1);
  const next = run('acme', 2 * HOUR_MS);
  assert.equal(new Set([first, other, next]).size, 3);
  assert.equal(run('acme', 0), first, 'also when the clock goes back');
});

test('refused spans are not treated, and what belongs to dropped ones alone has no output', () => {
  const { batch, minimize, minimizer } = stages([{ id: 'gone', keys: ['gone'], action: 'drop-span' }, { id: 'named', keys: ['x'], action: 'replace' }]);
  const outputs = minimize([of('shop', 'a'), of('shop', 'b', { traceId: '' }), of('shop', 'c', { attributes: [{ key: 'gone', value: { boolValue: true } }, { key: 'x', value: { stringValue: 'c' } }] })]);
  assert.deepEqual(outputs, ['[field]', null, null]);
  assert.deepEqual([batch.refused[1] === DROPPED_BY_POLICY, batch.refused[2], minimizer.droppedSpans], [false, DROPPED_BY_POLICY, 1]);
  assert.throws(() => minimizer.outputOf(1), /cannot seal a value that was not minimized/, 'a mark of inspect is none of minimize');
});
