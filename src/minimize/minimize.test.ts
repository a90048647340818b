import assert from 'node:assert/strict';
import { test } from 'node:test';
import { KeyTable, PLACE, SpanBatch, TYPE, viewOf } from '#batch';
import { Inspector } from '#inspect';
import { LIMITS } from '#limits';
import { decodeRequest, requestFromJson } from '#otlp';
import { isRefusal } from '#refusal';
import { Scanner } from '#scanner';
import { validate } from '#validate';
import { compilePolicy, DEFAULT_POLICY, type PolicyDocument } from '#policy';
import { type MinimizedBatch, Minimizer, type Output, Pseudonyms } from './minimize.ts';

type Json = Record<string, unknown>;
const ARRIVAL = { tenant: 'default', now_ms: 0 };
const MAIL = 'jane.doe@example.com';

function stages(policy: PolicyDocument = DEFAULT_POLICY) {
  const keys = new KeyTable();
  const batch = new SpanBatch(keys);
  const inspector = new Inspector(new Scanner(), keys);
  const minimizer = new Minimizer(compilePolicy(policy), inspector, keys, new Pseudonyms(null));
  const minimize = (...spans: Json[]): MinimizedBatch => {
    const bytes = requestFromJson(Buffer.from(JSON.stringify({ resourceSpans: [{ scopeSpans: [{ spans: spans.map((span) => ({ traceId: '01'.repeat(16), spanId: '01'.repeat(8), ...span })) }] }] })));
    assert.ok(bytes instanceof Uint8Array);
    assert.equal(decodeRequest(bytes, batch), null);
    const inspected = inspector.inspect(validate(batch, { speaksFor: () => true, backfill: true }, Date.now()).batch);
    assert.ok(!isRefusal(inspected));
    return minimizer.minimize(inspected, ARRIVAL);
  };
  const outputOf = (value: number): Output => minimizer.outputOf(batch.valueMark[value]!);
  return { keys, batch, inspector, minimizer, minimize, outputOf };
}

/** The output of the only attribute. */
function outcome(key: string, value: Json, policy?: PolicyDocument) {
  const { batch, minimize, outputOf } = stages(policy);
  minimize({ attributes: [{ key, value }] });
  const { bytes, type, dropped, counts, neutralized } = outputOf(batch.attributesStart[0]!);
  return { text: Buffer.from(bytes).toString('utf8'), type, dropped, counts, neutralized };
}
const base64 = (text: string | Uint8Array) => Buffer.from(text).toString('base64');
const KEEP: PolicyDocument = { version: 2, rules: [{ id: 'all', recognized: 'any', action: 'keep' }] };
const DROP: PolicyDocument = { version: 2, rules: [{ id: 'all', recognized: 'any', action: 'drop' }] };

test('minimize replaces what was found, keeps the rest readable and says what it was', () => {
  assert.deepEqual(outcome('note', { stringValue: `from ${MAIL}, ${MAIL}` }), { text: 'from [email], [email]', type: TYPE.string, dropped: false, counts: [{ kind: 'email', count: 2 }], neutralized: 0 });
});

test('minimize turns numbers and binary secrets into text that says what they were', () => {
  for (const [key, value, text] of [['note', { intValue: '4111111111111111' }, '[card]'], ['note', { doubleValue: 4111111111111111 }, '[card]'], ['db.password', { doubleValue: 0.5 }, '[password]'], ['db.password', { bytesValue: '/w==' }, '[password]']] as const) {
    const result = outcome(key, value);
    assert.deepEqual([result.text, result.type], [text, TYPE.string]);
  }
});

test('minimize rewrites bytes as bytes', () => {
  const { text, type } = outcome('note', { bytesValue: base64(`to ${MAIL}`) });
  assert.deepEqual([Buffer.from(text, 'base64').toString(), type], ['to [email]', TYPE.bytes]);
});

test('minimize rewrites arrays and maps leaf by leaf and leaves the others as they were', () => {
  const { text, counts, type, neutralized } = outcome('note', {
    kvlistValue: {
      values: [
        { key: MAIL, value: { stringValue: `a ${MAIL}` } }, { key: 'password', value: { intValue: '1234' } }, { key: 'n', value: { arrayValue: { values: [{ intValue: '1' }, { doubleValue: 0.5 }, { bytesValue: base64(MAIL) }] } } },
        { key: 'bell', value: { stringValue: '\u0007' } },
      ],
    },
  });
  assert.deepEqual(JSON.parse(text), {
    kvlistValue: {
      values: [
        { key: '[email]', value: { stringValue: 'a [email]' } }, { key: 'password', value: { stringValue: '[password]' } },
        { key: 'n', value: { arrayValue: { values: [{ intValue: '1' }, { doubleValue: 0.5 }, { bytesValue: base64('[email]') }] } } }, { key: 'bell', value: { stringValue: '␇' } },
      ],
    },
  });
  assert.deepEqual([type, neutralized, counts], [TYPE.map, 1, [{ kind: 'email', count: 3 }, { kind: 'password', count: 1 }]]);
});

test('minimize keeps values and their types when the policy keeps them, and counts nothing', () => {
  const kept: [string, Json, string, number][] = [
    ['note', { stringValue: MAIL }, MAIL, TYPE.string],
    ['note', { intValue: '4111111111111111' }, '4111111111111111', TYPE.int],
    ['db.password', { doubleValue: -0.5 }, '-0.5', TYPE.double],
    ['note', { bytesValue: base64(MAIL) }, base64(MAIL), TYPE.bytes],
    ['db.password', { bytesValue: '/wA=' }, '/wA=', TYPE.bytes],
    ['note', { arrayValue: { values: [{ intValue: '4111111111111111' }, { doubleValue: 4111111111111111 }, { stringValue: MAIL }] } }, `{"arrayValue":{"values":[{"intValue":"4111111111111111"},{"doubleValue":4111111111111111},{"stringValue":"${MAIL}"}]}}`, TYPE.array],
  ];
  for (const [key, value, text, type] of kept) assert.deepEqual(outcome(key, value, KEEP), { text, type, dropped: false, counts: [], neutralized: 0 });
});

test('minimize drops the whole attribute when the policy drops what is in it', () => {
  assert.deepEqual(outcome('note', { stringValue: `from ${MAIL}` }, DROP), { text: '', type: TYPE.string, dropped: true, counts: [{ kind: 'email', count: 1 }], neutralized: 0 });
});

test('minimize decides by the attribute key, or the key next to the part in a map', () => {
  const policy: PolicyDocument = { version: 2, rules: [{ id: 'replies', recognized: ['email'], keys: ['reply.*'], action: 'keep' }] };
  assert.equal(outcome('reply.to', { stringValue: MAIL }, policy).text, MAIL);
  assert.equal(outcome('note', { stringValue: MAIL }, policy).text, '[email]');
  assert.match(outcome('note', { kvlistValue: { values: [{ key: 'reply.to', value: { stringValue: MAIL } }] } }, policy).text, new RegExp(MAIL));
  assert.match(outcome('reply.to', { kvlistValue: { values: [{ key: 'x', value: { stringValue: MAIL } }] } }, policy).text, new RegExp(MAIL));
});

test('minimize cuts after it has replaced, so that half a secret is never left at the edge', () => {
  const token = `ghp_${'A1b2'.repeat(9)}`;
  for (let shift = 0; shift < 60; shift += 7) {
    const { text } = outcome('note', { stringValue: `${'x '.repeat(LIMITS.value_bytes_max / 2 - 30)}${' '.repeat(shift)}${token} tail ${'y '.repeat(40)}` });
    assert.ok(!text.includes(token.slice(0, 12)), `shift ${shift}`);
    assert.ok(text.endsWith('…[cut]'));
    assert.ok(Buffer.byteLength(text) <= LIMITS.value_bytes_max);
  }
});

test('minimize cuts at a character boundary, names earlier than values, and arrays as a whole', () => {
  for (let shift = 0; shift < 4; shift++) {
    const { text } = outcome('note', { stringValue: 'x'.repeat(shift) + '日'.repeat(LIMITS.value_bytes_max / 3 + 10) });
    assert.match(text, /^x*日+…\[cut\]$/);
  }
  const { batch, minimize, outputOf } = stages();
  minimize({ name: 'n'.repeat(LIMITS.name_bytes_max + 1) });
  assert.equal(batch.valueKey[batch.name[0]!], PLACE.name);
  assert.equal(outputOf(batch.name[0]!).bytes.length, LIMITS.name_bytes_max);
  const long = outcome('note', { arrayValue: { values: [{ stringValue: 'x'.repeat(LIMITS.value_bytes_max) }] } });
  assert.deepEqual([long.text, long.type], ['…[cut]', TYPE.string]);
});

test('minimize rewrites keys and says what it did to them', () => {
  const { keys, minimizer, minimize } = stages();
  minimize({ attributes: [{ key: `user ${MAIL}`, value: {} }, { key: 'bell\u0007', value: {} }, { key: 'plain', value: {} }] });
  const of = (text: string) => {
    const id = keys.texts.indexOf(text);
    return [Buffer.from(minimizer.keyBytes[id]!).toString(), minimizer.keyCounts[id]];
  };
  assert.deepEqual(of(`user ${MAIL}`), ['user [email]', [{ kind: 'email', count: 1 }]]);
  assert.deepEqual(of('bell\u0007'), ['bell␇', [{ kind: 'neutralized', count: 1 }]]);
  assert.deepEqual(of('plain'), ['plain', []]);
});

test('minimize forgets with inspect: marks and key ids get new meanings', () => {
  const { keys, batch, minimizer, minimize, outputOf } = stages();
  minimize({ attributes: [{ key: 'note', value: { stringValue: MAIL } }] });
  for (let i = 0; i < LIMITS.interned_keys_max; i++) keys.intern(viewOf(Buffer.from(`k${i}`)), 0, `k${i}`.length);
  minimize({ attributes: [{ key: 'other', value: { stringValue: `x ${MAIL}` } }] });
  assert.equal(Buffer.from(outputOf(batch.attributesStart[0]!).bytes).toString(), 'x [email]');
  assert.equal(Buffer.from(minimizer.keyBytes[batch.valueKey[batch.attributesStart[0]!]!]!).toString(), 'other');
});

test('minimize refuses a mark whose finding is gone', () => {
  const { batch, minimizer, minimize } = stages();
  const minimized = minimize({ name: 'clean' });
  batch.valueMark[batch.name[0]!] = 5;
  assert.throws(() => minimizer.minimize(minimized as never, ARRIVAL), /cannot minimize a value whose finding is gone/);
});

test('minimize gives what is replaced whole one output, and lets its finding go', () => {
  const { batch, inspector, minimize, outputOf } = stages();
  minimize({ attributes: [{ key: 'session.id', value: { stringValue: '8f3kd93kd02kd83kd' } }, { key: 'session.previous_id', value: { stringValue: '93kd02kd83kd8f3kd' } }, { key: 'note', value: { stringValue: `to ${MAIL}` } }] });
  const first = batch.attributesStart[0]!;
  assert.equal(Buffer.from(outputOf(first).bytes).toString(), '[session-id]');
  assert.equal(outputOf(first), outputOf(first + 1));
  assert.notEqual(batch.valueMark[first], batch.valueMark[first + 1]);
  assert.equal(Buffer.from(outputOf(first + 2).bytes).toString(), 'to [email]');
  assert.deepEqual(inspector.findings, [null, null, null, null]);
});
