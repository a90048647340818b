import assert from 'node:assert/strict';
import { test } from 'node:test';
import { KeyTable, SpanBatch, viewOf } from '#batch';
import { LIMITS } from '#limits';
import { decodeRequest, requestFromJson } from '#otlp';
import { isRefusal, type Refusal } from '#refusal';
import { Scanner } from '#scanner';
import { validate } from '#validate';
import { type Finding, type InspectedBatch, Inspector } from './inspect.ts';

type Json = Record<string, unknown>;
const MAIL = 'jane.doe@example.com';

function stages() {
  const keys = new KeyTable();
  const batch = new SpanBatch(keys);
  const inspector = new Inspector(new Scanner(), keys);
  const inspectBytes = (bytes: Uint8Array): InspectedBatch | Refusal => {
    assert.equal(decodeRequest(bytes, batch), null);
    return inspector.inspect(validate(batch, { speaksFor: () => true, backfill: true }, Date.now()).batch);
  };
  const inspect = (spans: Json[]): InspectedBatch => {
    const bytes = requestFromJson(Buffer.from(JSON.stringify({ resourceSpans: [{ scopeSpans: [{ spans: spans.map((span) => ({ traceId: '01'.repeat(16), spanId: '01'.repeat(8), ...span })) }] }] })));
    assert.ok(bytes instanceof Uint8Array);
    const inspected = inspectBytes(bytes);
    assert.ok(!isRefusal(inspected));
    return inspected;
  };
  return { keys, batch, inspector, inspect, inspectBytes };
}

/** What was found in the only attribute; null = nothing. */
function look(key: string, value: Json): Finding | null {
  const { inspect, inspector } = stages();
  const batch = inspect([{ attributes: [{ key, value }] }]);
  const mark = batch.valueMark[batch.attributesStart[0]!]!;
  return mark === 0 ? null : inspector.findings[mark]!;
}
function kinds(finding: Finding | null): string[] {
  if (finding === null) return [];
  return finding.is === 'nested' ? finding.leaves.flatMap(({ finding }) => finding.marks.map(({ kind }) => kind)) : finding.marks.map(({ kind }) => kind);
}

const base64 = (text: string | Uint8Array) => Buffer.from(text).toString('base64');
const strings = (...texts: string[]): Json => ({ arrayValue: { values: texts.map((stringValue) => ({ stringValue })) } });
const nested = (key: string, value: Json): Json => ({ kvlistValue: { values: [{ key, value }] } });
const SENSITIVE: [name: string, key: string, value: Json, kinds: string[]][] = [
  ['text', 'note', { stringValue: `from ${MAIL}` }, ['email']],
  ['text that is not ASCII', 'note', { stringValue: `an ${MAIL} — größer` }, ['email']],
  ['bytes that are text', 'note', { bytesValue: base64(`from ${MAIL}`) }, ['email']],
  ['a card number as integer', 'note', { intValue: '4111111111111111' }, ['card']],
  ['a card number as double', 'note', { doubleValue: 4111111111111111 }, ['card']],
  ['a number under a password’s key', 'db.password', { intValue: '1234' }, ['password']],
  ['a double under a password’s key', 'db.password', { doubleValue: 12.5 }, ['password']],
  ['coordinates as doubles', 'geo.location.lat', { doubleValue: 52.5201 }, ['coordinates']],
  ['coordinates in an array', 'geo.coordinates', { arrayValue: { values: [{ doubleValue: 13.405 }, { doubleValue: 52.52 }] } }, ['coordinates', 'coordinates']],
  ['a date of birth as integer', 'user.dob', { intValue: '19800412' }, ['birth-date']],
  ['a postal code as integer', 'customer.zip_code', { intValue: '10115' }, ['postal-address']],
  ['a name and an address in a map', 'customer', { kvlistValue: { values: [{ key: 'first_name', value: { stringValue: 'Ada' } }, { key: 'shipping_address', value: { kvlistValue: { values: [{ key: 'street', value: { stringValue: '12 St James' } }] } } }] } }, ['person-name', 'postal-address']],
  ['bytes that are no text under a secret’s key', 'db.password', { bytesValue: base64(Uint8Array.of(0xff, 0xfe, 0, 1)) }, ['password']],
  ['an array', 'note', { arrayValue: { values: [{ stringValue: 'x' }, { stringValue: MAIL }] } }, ['email']],
  ['a card number as double in an array', 'note', { arrayValue: { values: [{ doubleValue: 4111111111111111 }] } }, ['card']],
  ['bytes in an array', 'note', { arrayValue: { values: [{ bytesValue: base64(MAIL) }] } }, ['email']],
  ['a value under a secret’s key in a map', 'note', { kvlistValue: { values: [{ key: 'password', value: { stringValue: 'hunter2' } }] } }, ['password']],
  ['a number under a secret’s key in a map', 'note', { kvlistValue: { values: [{ key: 'password', value: { intValue: '1234' } }] } }, ['password']],
  ['a double under a secret’s key in a map', 'note', { kvlistValue: { values: [{ key: 'password', value: { doubleValue: 1.5 } }] } }, ['password']],
  ['bytes that are no text under a secret’s key in a map', 'note', { kvlistValue: { values: [{ key: 'password', value: { bytesValue: base64(Uint8Array.of(0xff)) } }] } }, ['password']],
  ['a key in a map', 'note', { kvlistValue: { values: [{ key: MAIL, value: {} }] } }, ['email']],
  ['a value behind its flag in an array', 'process.command_args', { arrayValue: { values: ['app', '--password', 'hunter2secret', '--port', '80'].map((stringValue) => ({ stringValue })) } }, ['password']],
  ['a command line in pieces', 'process.command_args', { arrayValue: { values: ['docker', 'login', '-p', 'hunter2secret', 'r.example'].map((stringValue) => ({ stringValue })) } }, ['password']],
  ['a value beside its name in a map', 'env', { kvlistValue: { values: [{ key: 'name', value: { stringValue: 'DB_PASSWORD' } }, { key: 'value', value: { stringValue: 'hunter2' } }] } }, ['password']],
  ['a value behind its name in a list of headers', 'request.headers', strings('Accept', '*/*', 'X-Api-Key', '9f8d7c6b5a4e3f2d1c0b9a8f'), ['credential']],
  ['a value behind its name in pairs', 'request.headers', { arrayValue: { values: [strings('Accept', '*/*'), strings('X-Api-Key', '9f8d7c6b5a4e3f2d1c0b9a8f')] } }, ['credential']],
  ['a value in a map under a secret’s key', 'note', nested('secret', nested('value', { stringValue: 'Tr0ub4dor-zebra' })), ['credential']],
  ['a value in a map in an array under a secret’s key', 'note', nested('password', { arrayValue: { values: [nested('plain', { stringValue: 'zebra' })] } }), ['password']],
  ['a number in a map under a secret’s key', 'note', nested('password', nested('value', { intValue: '4711' })), ['password']],
  ['what looks like a password under a password’s key, whatever lies between', 'note', nested('password', nested('per_user', nested('ada', { stringValue: 'Tr0ub4dor-zebra' }))), ['password']],
  ['what looks random under a secret’s key, whatever lies between', 'note', nested('secret', nested('app', { stringValue: 'q8W7e6R5t4Y3u2I1o0' })), ['credential']],
  ['a value in an array under a secret’s key', 'db.password', { arrayValue: { values: [{ stringValue: 'hunter2' }] } }, ['password']],
];
for (const [name, key, value, expected] of SENSITIVE) {
  test(`inspect finds ${name}`, () => assert.deepEqual(kinds(look(key, value)), expected));
}

test('inspect leaves ordinary values of every type without a mark', () => {
  for (const value of [{ stringValue: 'GET' }, { stringValue: 'grüße' }, { intValue: '200' }, { intValue: '-5' }, { doubleValue: 0.25 }, { doubleValue: 'NaN' }, { boolValue: true }, { bytesValue: '/wAB' }, {}, { stringValue: '' }]) {
    assert.equal(look('note', value), null, JSON.stringify(value));
  }
});

test('inspect leaves what is ordinary under names that may mean a secret, or say more about one', () => {
  for (const [key, value] of [
    ['key', nested('name', { stringValue: 'orders' })], ['token_usage', nested('value', { intValue: '4096' })], ['auth', nested('method', { stringValue: 'oauth2' })], ['token', nested('type', { stringValue: 'bearer' })], ['token', nested('expires_in', { intValue: '3600' })],
    ['password', nested('min_length', { intValue: '12' })], ['password', nested('policy', { stringValue: 'strong' })], ['secret', nested('name', { stringValue: 'shop-db-2' })], ['has_password', nested('value', { stringValue: 'true' })], ['token', nested('text', { stringValue: 'Hello' })],
    ['secret', nested('version', { stringValue: '4bf92f3577b34da6a3ce929d0e0e4736' })],
  ] as const) assert.deepEqual(kinds(look('note', nested(key, value))), [], JSON.stringify([key, value]));
});

test('inspect leaves coordinates of a region, and numbers of other things', () => {
  for (const [key, value] of [['geo.location.lat', { doubleValue: 52.5 }], ['geo.location.lon', { intValue: '13' }], ['latency.lat', { doubleValue: 52.5201 }], ['order.lines', { intValue: '10115' }]] as const) assert.equal(look(key, value), null, key);
});

test('inspect makes harmful text visible before it looks for secrets, and counts invalid UTF-8', () => {
  const finding = look('note', { stringValue: `\u001b[1m${MAIL}\u202e` });
  assert.ok(finding?.is === 'text');
  assert.deepEqual([finding.text, finding.neutralized, kinds(finding)], [`␛[1m${MAIL}<U+202E>`, 2, ['email']]);
  const { batch, inspector, inspectBytes } = stages();
  const name = Uint8Array.of(0x61, 0xff, 0x62);
  inspectBytes(request(field(5, name)));
  const mark = batch.valueMark[batch.name[0]!]!;
  assert.deepEqual(inspector.findings[mark], { is: 'text', text: 'a\ufffdb', marks: [], neutralized: 1 });
});

test('inspect gives every array and map a mark, empty ones too, and cuts what is too long', () => {
  assert.equal(look('note', { arrayValue: {} })?.is, 'nested');
  assert.equal(look('note', { kvlistValue: {} })?.is, 'nested');
  assert.notEqual(look('note', { stringValue: 'x '.repeat(LIMITS.value_bytes_max) }), null);
  const bytes = look('note', { bytesValue: base64(new Uint8Array(LIMITS.value_bytes_max + 1)) });
  assert.deepEqual(bytes, { is: 'text', text: '[cut]', marks: [], neutralized: 0 });
});

test('inspect leaves no part of a secret that straddles an edge of what is looked at or kept', () => {
  const KiB = 1024;
  const secrets = [`ghp_${'A1b2C3d4'.repeat(5)}`, `password=${'hunter2-'.repeat(600)}`, `-----BEGIN PRIVATE KEY-----\n${`${'MIIEvQIBADANBgkq'.repeat(4)}\n`.repeat(60)}-----END PRIVATE KEY-----`, 'Cookie: sid=q8w7e6r5t4y3u2', 'jane.doe@example.com', 'größe 4111 1111 1111 1111'];
  for (const edge of [64 * KiB, 120 * KiB, 128 * KiB]) {
    for (const secret of secrets) {
      for (const before of [1, 12, secret.length >> 1, secret.length - 1]) {
        const text = `${'word '.repeat(edge / 5 + 1).slice(0, edge - before - 1)} ${secret} ${'more '.repeat(60_000)}`;
        const finding = look('note', { stringValue: text });
        assert.ok(finding?.is === 'text');
        let left = '';
        let at = 0;
        for (const mark of finding.marks) {
          left += finding.text.slice(at, mark.start);
          at = mark.end;
        }
        left += finding.text.slice(at);
        for (let i = secret.indexOf('=') + 1 || 4; i + 5 <= secret.length; i += 3) {
          if (!/^(?:größ|öße|e 4|sid|Cook|-----|BEGIN|PRIV| KEY)/.test(secret.slice(i)) && /\d/.test(secret.slice(i, i + 5))) assert.ok(!left.includes(secret.slice(i, i + 5)), `${secret.slice(0, 12)}… at ${edge} - ${before}: ${i}`);
        }
        assert.ok(finding.text.length <= 120 * KiB + 6 && finding.text.endsWith('…[cut]'));
      }
    }
  }
});

test('inspect cuts between characters and takes what is too long of an array or map as a whole', () => {
  for (const shift of [0, 1, 2, 3]) {
    const finding = look('note', { stringValue: `${'x'.repeat(shift)}${'😀'.repeat(LIMITS.value_scanned_bytes_max / 4 + 10)}` });
    assert.ok(finding?.is === 'text' && finding.neutralized === 0 && finding.text.isWellFormed());
  }
  for (const long of [{ arrayValue: { values: [{ stringValue: 'x '.repeat(LIMITS.value_scanned_bytes_max) }] } }, { kvlistValue: { values: [{ key: 'a', value: { stringValue: `${MAIL} `.repeat(10_000) } }] } }]) {
    assert.deepEqual(look('note', long), { is: 'text', text: '…[cut]', marks: [], neutralized: 0 });
  }
});

test('inspect remembers: equal values under one key share a mark, under another key or type they do not', () => {
  const { inspect } = stages();
  const attributes = [{ key: 'a', value: { stringValue: MAIL } }, { key: 'b', value: { stringValue: MAIL } }, { key: 'c', value: { bytesValue: base64(MAIL) } }];
  const batch = inspect([{ attributes }, { attributes }]);
  const marks = Array.from(batch.valueMark.subarray(0, batch.values)).filter((mark) => mark > 0);
  assert.deepEqual(marks, [1, 2, 3, 1, 2, 3]);
});

test('inspect looks into keys, once each', () => {
  const { inspect, inspector, keys } = stages();
  inspect([{ attributes: [{ key: `user.${MAIL}`, value: { boolValue: true } }, { key: 'bell\u0007', value: {} }, { key: 'plain', value: {} }] }]);
  const found = (text: string) => inspector.keyFindings[keys.texts.indexOf(text)]!;
  assert.deepEqual(kinds(found(`user.${MAIL}`)), ['email']);
  assert.deepEqual([found('bell\u0007').text, found('bell\u0007').neutralized], ['bell␇', 1]);
  assert.equal(found('plain'), null);
});

test('inspect forgets marks and keys when the key table starts afresh', () => {
  const { inspect, inspector, keys } = stages();
  inspect([{ attributes: [{ key: 'note', value: { stringValue: MAIL } }] }]);
  const { generation } = inspector;
  for (let i = 0; i < LIMITS.interned_keys_max; i++) keys.intern(viewOf(Buffer.from(`k${i}`)), 0, `k${i}`.length);
  const batch = inspect([{ attributes: [{ key: 'other', value: {} }, { key: 'note', value: { stringValue: 'clean' } }] }]);
  assert.equal(inspector.generation, generation + 1);
  assert.equal(batch.valueMark[batch.attributesStart[0]! + 1], 0);
});

test('inspect refuses a request whose arrays are malformed, or small on the wire and huge in memory', () => {
  const { inspectBytes } = stages();
  assert.equal(decodeRefusal(inspectBytes(request(attribute('a', field(5, Uint8Array.of(10, 200)))))), 'body_undecodable');
  // 4,096 empty elements take 8 KB on the wire.
  const elements = Buffer.alloc(LIMITS.value_elements_max * 2);
  for (let i = 0; i < elements.length; i += 2) elements[i] = 10;
  const many = Array.from({ length: 300 }, (_, n) => attribute(`k${n % 200}.${n}`, field(5, elements)));
  assert.equal(decodeRefusal(inspectBytes(request(...many.slice(0, 200)))), null);
  assert.equal(decodeRefusal(inspectBytes(Buffer.concat(Array.from({ length: 6 }, () => request(...many.slice(0, 250)))))), 'body_too_large');
  assert.equal(decodeRefusal(inspectBytes(request(attribute('a', field(1, 'fine'))))), null, 'and goes on with the next');
});

test('inspect lets go of what it found once that grows large', () => {
  const { inspect, inspector } = stages();
  const generation = inspector.generation;
  for (let round = 0; round < 30; round++) {
    inspect(Array.from({ length: 10 }, (_, n) => ({ attributes: [{ key: 'stack', value: { stringValue: `${round}.${n} ${MAIL} ${'at '.repeat(20_000)}` } }] })));
    assert.ok(inspector.findings.length <= 10 * 30);
  }
  assert.ok(inspector.generation > generation, 'findings of 36 MB were not kept for ever');
});

function decodeRefusal(result: InspectedBatch | Refusal): string | null {
  return isRefusal(result) ? result.refused : null;
}
function field(number: number, payload: Uint8Array | string): Buffer {
  const bytes = Buffer.from(payload);
  const length: number[] = [];
  let rest = bytes.length;
  for (; rest > 127; rest >>>= 7) length.push((rest & 127) | 128);
  return Buffer.concat([Buffer.from([(number << 3) | 2, ...length, rest]), bytes]);
}
function attribute(key: string, value: Uint8Array): Buffer {
  return field(9, Buffer.concat([field(1, key), field(2, value)]));
}
function request(...spanFields: Buffer[]): Buffer {
  const ids = Buffer.concat([field(1, Buffer.alloc(16, 1)), field(2, Buffer.alloc(8, 1))]);
  return field(1, field(2, field(2, Buffer.concat([ids, ...spanFields]))));
}

test('a value is told from others of the same length and end, under its own key and other keys, and from what earlier requests had in its place', () => {
  const { inspect, inspector } = stages();
  const [address, host] = ['jane@shop.example', 'jane.shop.example'];
  const foundIn = (...pairs: readonly (readonly [string, string])[]) => {
    const batch = inspect(pairs.map(([key, stringValue]) => ({ attributes: [{ key, value: { stringValue } }] })));
    return pairs.map((_pair, span) => {
      const value = batch.attributesStart[span]!;
      const mark = batch.valueMark[value]!;
      assert.notEqual(batch.valueNumber[value], 0);
      return { kinds: mark === 0 ? [] : kinds(inspector.findings[mark]!), number: batch.valueNumber[value]! };
    });
  };
  const first = foundIn(['note', address], ['note', host], ['note', address], ['note', host], ['db.password', host], ['note', host], ['other', address]);
  assert.deepEqual(first.map((one) => one.kinds), [['email'], [], ['email'], [], ['password'], [], ['email']]);
  assert.equal(new Set(first.map(({ number }) => number)).size, 4, 'equal numbers for equal values under equal keys alone');
  const second = foundIn(['note', host], ['note', address], ['db.password', host], ['note', host]);
  assert.deepEqual(second.map((one) => one.kinds), [[], ['email'], ['password'], []]);
  assert.deepEqual([second[0]!.number, second[1]!.number, second[2]!.number], [first[1]!.number, first[0]!.number, first[4]!.number]);
});
