/** Values that a policy seals, from the request to the row: they open with the key that the worker left behind, in their place, and nowhere else. */
import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { test } from 'node:test';
import { bindingOf, openSeal, randomKey, type SealedField, tokenField, Tokens, unpackSubjectKeys, unwrapSubjectKey, type WindowKey } from '#keys';
import { BlockLeaves } from '#leaves';
import { NativeReader } from '#leaves/native-block';
import { SpanColumns } from '#leaves/span-columns';
import { DEFAULT_TENANT, type Producer, type ProducerId, type SealedBlock, Secret, type SubjectKeyRow, tenantId, type TenantId } from '#model';
import { compilePolicy, DEFAULT_POLICY, type PolicyDocument, type Rule } from '#policy';
import { Pipeline } from '#pipeline';
import { isRefusal } from '#refusal';
import { SubjectKeys } from '#seal';

const NOW_MS = 1_800_000_000_000;
const PRODUCER: Producer = { id: 'p_0123456789abcdef' as ProducerId, name: 'shop', tenant: DEFAULT_TENANT, retention: 'default', services: ['*'], backfill: false, version: 1 };
const OTHER = tenantId('other') as TenantId;
const TOKENS = new Tokens(new Secret(new Uint8Array(32).fill(9)));
const PERSON: Rule = { id: 'person', keys: ['user.id'], action: { seal: { subject: true, searchable: true } } };
const MORE: Rule = { id: 'more', keys: ['user.email', 'card.holder', 'note', 'age', 'tags', 'exception.message'], action: 'seal' };

interface Stored {
  readonly block: SealedBlock;
  readonly seals: readonly { readonly traceId: Uint8Array; readonly spanId: Uint8Array; readonly keyId: Uint8Array; readonly text: Uint8Array }[];
  readonly rows: readonly SubjectKeyRow[];
  readonly window: WindowKey;
  readonly minimized: Readonly<Record<string, number>>;
}

function policyOf(...rules: readonly Rule[]): PolicyDocument {
  return { ...DEFAULT_POLICY, rules: [...rules, ...DEFAULT_POLICY.rules] };
}

function span(id: number, attributes: Readonly<Record<string, unknown>>, more: object = {}): object {
  const list = Object.entries(attributes).map(([key, value]) => ({ key, value: typeof value === 'string' ? { stringValue: value } : value }));
  return { traceId: 'ab'.repeat(16), spanId: id.toString(16).padStart(16, '0'), name: 'GET /', kind: 2, startTimeUnixNano: `${NOW_MS}000000`, endTimeUnixNano: `${NOW_MS + 1}000000`, attributes: list, ...more };
}

/** What is stored of these spans under these rules. */
function stored(spans: readonly object[], { rules = [PERSON, MORE], tenant = DEFAULT_TENANT, keys = new SubjectKeys(TOKENS), resource = {} }: { rules?: readonly Rule[]; tenant?: TenantId; keys?: SubjectKeys | null; resource?: object } = {}): Stored {
  const window: WindowKey = { id: 7, key: randomKey() };
  keys?.begin(tenant, window);
  const pipeline = new Pipeline(null, compilePolicy(policyOf(...rules)), null, keys);
  const builder = pipeline.builder();
  builder.open({ block: 1, day: 20_833, retention: 'default', tenant });
  const body = Buffer.from(JSON.stringify({ resourceSpans: [{ resource, scopeSpans: [{ scope: {}, spans }] }] }));
  const taken = pipeline.take(body, 'json', { ...PRODUCER, tenant }, 1, NOW_MS, () => builder);
  assert.ok(!isRefusal(taken));
  assert.equal(taken.stored, spans.length);
  const block = builder.close();
  return { block, seals: sealsOf(block.spans), rows: (block.subjectKeys ?? []).flatMap(unpackSubjectKeys), window, minimized: taken.minimized };
}

function sealsOf(native: Uint8Array): Stored['seals'] {
  const reader = new NativeReader();
  reader.begin(native);
  assert.ok(reader.next());
  const columns = new SpanColumns(reader);
  const { bytes } = columns.native;
  const fixed = ({ start, width }: { start: number; width: number }, at: number): Uint8Array => bytes.slice(start + at * width, start + (at + 1) * width);
  return Array.from({ length: columns.rows }).flatMap((_, row) => {
    const [first, last] = [columns.sealed[row]!, columns.sealed[row + 1]!];
    return Array.from({ length: last - first }, (__, at) => {
      const [start, end] = [columns.sealedText.starts[first + at]!, columns.sealedText.starts[first + at + 1]!];
      // Behind its length, one or two bytes.
      return { traceId: fixed(columns.traceId, row), spanId: fixed(columns.spanId, row), keyId: fixed(columns.sealedKey, first + at), text: bytes.slice(start + (bytes[start]! < 128 ? 1 : 2), end) };
    });
  });
}

function keyOf({ rows, window }: Stored, keyId: Uint8Array): Secret<Uint8Array> {
  const row = rows.find((one) => Buffer.compare(one.keyId, keyId) === 0);
  assert.ok(row !== undefined, 'the key of a seal has a row');
  const key = unwrapSubjectKey(window, row);
  assert.ok(key !== null);
  return key;
}

function opened(all: Stored, at: number, tenant = DEFAULT_TENANT): readonly SealedField[] | null {
  const { traceId, spanId, keyId, text } = all.seals[at]!;
  return openSeal(keyOf(all, keyId), text, bindingOf(tenant, traceId, spanId, keyId))?.fields ?? null;
}

test('sealed values of a span are one text, which opens to what was sent, field by field', () => {
  const all = stored([
    span(1, { 'http.route': '/cart', 'user.email': 'ann@example.com', 'user.id': 'ann', age: { intValue: '42' }, tags: { arrayValue: { values: [{ stringValue: 'vip' }, { intValue: '1' }] } } }, {
      events: [{ timeUnixNano: `${NOW_MS}000000`, name: 'exception', attributes: [{ key: 'exception.message', value: { stringValue: 'no such user ann@example.com' } }] }],
    }),
    span(2, { 'http.route': '/cart' }),
  ]);
  assert.equal(all.seals.length, 1, 'the other span has nothing sealed');
  assert.deepEqual(opened(all, 0), [
    { field: 'attributes[1]', key: 'user.email', type: 's', text: 'ann@example.com' },
    { field: 'attributes[2]', key: 'user.id', type: 's', text: 'ann' },
    { field: 'attributes[3]', key: 'age', type: 'i', text: '42' },
    { field: 'attributes[4]', key: 'tags', type: 'a', text: '{"arrayValue":{"values":[{"stringValue":"vip"},{"intValue":"1"}]}}' },
    { field: 'events[0].attributes[0]', key: 'exception.message', type: 's', text: 'no such user ann@example.com' },
  ]);
  assert.equal(all.minimized['sealed'], 5);
  for (const clear of ['ann@example.com', 'vip']) assert.equal(Buffer.from(all.block.spans).includes(clear), false, `${clear} is nowhere in clear`);
  assert.equal(Buffer.from(all.block.spans).includes('[sealed]'), true);
});

/** The tokens of a block, hexadecimal, in its order: the first column of the table. */
function tokensOf({ block: { tokens } }: Stored): string[] {
  const bytes = Buffer.from(tokens);
  // The numbers of columns and rows, a name and a type, each shorter than 128.
  const data = 2 + 1 + 'token'.length + 1 + 'FixedString(16)'.length;
  return Array.from({ length: bytes.length === 0 ? 0 : bytes[1]! }, (_, row) => bytes.toString('hex', data + row * 16, data + row * 16 + 16));
}

test('people have a token at each of their spans, searchable values one for their field, and nothing else has one', () => {
  const searched: readonly Rule[] = [PERSON, { id: 'mail', keys: ['user.email', 'age', 'exception.message'], action: { seal: { searchable: true } } }, { id: 'note', keys: ['note'], action: 'seal' }];
  const message = { events: [{ timeUnixNano: `${NOW_MS}000000`, name: 'exception', attributes: [{ key: 'user.email', value: { stringValue: 'a@example.com' } }] }], links: [{ traceId: 'cd'.repeat(16), spanId: '00000000000000aa', attributes: [{ key: 'user.email', value: { stringValue: 'a@example.com' } }] }] };
  const long = 'x'.repeat(300);
  const all = stored([
    span(1, { 'user.email': 'a@example.com', 'user.id': 'ann', note: 'ann', plain: 'ann' }),
    span(2, { 'http.route': '/' }),
    span(3, { 'user.id': 'ann', age: { intValue: '42' } }, message),
    span(4, { note: 'nobody' }),
    span(5, { 'user.email': long }),
  ], { rules: searched });
  const hex = (place: 'span' | 'event', key: string, value: string): string => Buffer.from(TOKENS.of(DEFAULT_TENANT, tokenField(place, key), value)).toString('hex');
  const ann = Buffer.from(TOKENS.ofSubject(DEFAULT_TENANT, 'ann')).toString('hex');
  assert.deepEqual(tokensOf(all), [
    ann, hex('span', 'user.email', 'a@example.com'), hex('span', 'user.id', 'ann'),
    ann, hex('span', 'user.id', 'ann'), hex('span', 'age', '42'), hex('event', 'user.email', 'a@example.com'),
    hex('span', 'user.email', long),
  ]);
  assert.equal(new Set(tokensOf(all)).size, 6);
  assert.deepEqual(tokensOf(stored([span(1, { note: 'x' })], { rules: searched })), []);
  for (const clear of ['a@example.com', 'ann']) assert.equal(Buffer.from(all.block.tokens).includes(clear), false);
});

test('equal values have other tokens in other tenants and fields, also where a worker remembers them', () => {
  const keys = new SubjectKeys(TOKENS);
  const rules: readonly Rule[] = [{ id: 'all', keys: ['a', 'b'], action: { seal: { searchable: true } } }];
  const of = (tenant: TenantId): string[] => tokensOf(stored([span(1, { a: 'same', b: 'same' }), span(2, { a: 'same', b: 'same' })], { rules, tenant, keys }));
  const [here, there, again] = [of(DEFAULT_TENANT), of(OTHER), of(DEFAULT_TENANT)];
  assert.deepEqual([here.length, new Set(here).size, new Set([...here, ...there]).size], [4, 2, 4]);
  assert.deepEqual(again, here);
  keys.forget(DEFAULT_TENANT, Buffer.from('ann'));
  assert.deepEqual(of(DEFAULT_TENANT), here);
});

test('each seal has a salt of its own', () => {
  const all = stored(Array.from({ length: 1_200 }, (_, at) => span(at + 1, { 'user.id': 'ann', note: 'same' })));
  const salts = all.seals.map(({ traceId, spanId, keyId, text }) => Buffer.from(openSeal(keyOf(all, keyId), text, bindingOf(DEFAULT_TENANT, traceId, spanId, keyId))!.salt).toString('hex'));
  assert.deepEqual([salts.length, new Set(salts).size], [1_200, 1_200]);
  assert.equal(salts.some((salt) => /^0{16}/.test(salt)), false);
});

test('a credential or card in a sealed value is replaced before', () => {
  const token = `ghp_${'a1B2'.repeat(9)}`;
  const all = stored([span(1, { note: `card 4111 1111 1111 1111, key ${token}, mail bob@example.com` }), span(2, { note: token })]);
  const [first, second] = [opened(all, 0), opened(all, 1)];
  assert.match(first![0]!.text, /\[card\].*bob@example\.com/);
  assert.equal(first![0]!.text.includes(token), false);
  assert.equal(second![0]!.text.includes(token), false);
  assert.ok((all.minimized['credential'] ?? 0) >= 2);
});

test('each person has a key of their own, and spans that name none have another', () => {
  const all = stored([span(1, { 'user.id': 'ann', note: '1' }), span(2, { note: '2', 'user.id': 'bob' }), span(3, { note: '3' }), span(4, { 'user.id': 'ann', note: '4' }), span(5, { note: '5' })]);
  const ids = all.seals.map(({ keyId }) => Buffer.from(keyId).toString('hex'));
  assert.equal(new Set(ids).size, 3);
  assert.deepEqual([ids[0] === ids[3], ids[2] === ids[4]], [true, true]);
  const tokens = all.rows.map(({ token }) => Buffer.from(token).toString('hex'));
  assert.deepEqual(tokens, [TOKENS.ofSubject(DEFAULT_TENANT, 'ann'), TOKENS.ofSubject(DEFAULT_TENANT, 'bob'), TOKENS.ofNobody(DEFAULT_TENANT)].map((token) => Buffer.from(token).toString('hex')));
  assert.deepEqual([0, 1, 2, 3, 4].map((at) => opened(all, at)?.find(({ text }) => text === String(at + 1))?.text), ['1', '2', '3', '4', '5']);
});

test('ciphertext moved to another span, trace, tenant or key does not open', () => {
  const all = stored([span(1, { 'user.id': 'ann' }), span(2, { 'user.id': 'ann' })]);
  const [first, second] = all.seals as [Stored['seals'][number], Stored['seals'][number]];
  const key = keyOf(all, first.keyId);
  assert.deepEqual(first.keyId, second.keyId);
  const at = (tenant: TenantId, traceId: Uint8Array, spanId: Uint8Array, keyId: Uint8Array) => openSeal(key, first.text, bindingOf(tenant, traceId, spanId, keyId));
  assert.notEqual(at(DEFAULT_TENANT, first.traceId, first.spanId, first.keyId), null);
  assert.equal(at(DEFAULT_TENANT, first.traceId, second.spanId, first.keyId), null, 'another span');
  assert.equal(at(DEFAULT_TENANT, new Uint8Array(16).fill(1), first.spanId, first.keyId), null, 'another trace');
  assert.equal(at(OTHER, first.traceId, first.spanId, first.keyId), null, 'another tenant');
  assert.equal(at(DEFAULT_TENANT, first.traceId, first.spanId, randomBytes(8)), null, 'another id of the key');
  assert.equal(openSeal(randomKey(), first.text, bindingOf(DEFAULT_TENANT, first.traceId, first.spanId, first.keyId)), null, 'another key');
});

test('a ciphertext with a bit flipped or cut off anywhere does not open', () => {
  const all = stored([span(1, { 'user.id': 'ann' })]);
  const { traceId, spanId, keyId, text } = all.seals[0]!;
  const key = keyOf(all, keyId);
  const binding = bindingOf(DEFAULT_TENANT, traceId, spanId, keyId);
  for (let at = 0; at < text.length; at++) {
    const flipped = Uint8Array.from(text);
    flipped[at]! ^= 1;
    assert.equal(openSeal(key, flipped, binding), null, `byte ${at}`);
    assert.equal(openSeal(key, text.subarray(0, at), binding), null, `cut at ${at}`);
  }
  assert.equal(openSeal(key, Buffer.concat([text, Uint8Array.of(0)]), binding), null);
});

test('what a resource has is shared by spans, and is replaced instead of sealed', () => {
  const all = stored([span(1, { 'http.route': '/' })], { resource: { attributes: [{ key: 'service.name', value: { stringValue: 'cart' } }, { key: 'user.id', value: { stringValue: 'ann-of-resource' } }] } });
  assert.equal(all.seals.length, 0);
  assert.equal(Buffer.from(all.block.spans).includes('ann-of-resource'), false);
  assert.equal(Buffer.from(all.block.spans).includes('[field]'), true);
});

test('the status message is sealed where a rule names its place', () => {
  const all = stored([span(1, {}, { status: { code: 2, message: 'Ann has no credit' } })], { rules: [{ id: 's', for: { places: ['status-message'] }, action: 'seal' }] });
  assert.deepEqual(opened(all, 0), [{ field: 'status.message', key: 'status.message', type: 's', text: 'Ann has no credit' }]);
  assert.equal(Buffer.from(all.block.spans).includes('credit'), false);
});

test('without keys nothing of what would be sealed is kept, and without a window nothing is taken', () => {
  const lost = stored([span(1, { 'user.id': 'ann-in-clear' })], { keys: null });
  assert.equal(lost.seals.length, 0);
  assert.equal(Buffer.from(lost.block.spans).includes('ann-in-clear'), false);
  const keys = new SubjectKeys(TOKENS);
  keys.begin(DEFAULT_TENANT, { id: 1, key: randomKey() });
  keys.end(1);
  assert.throws(() => keys.of(DEFAULT_TENANT, null), /cannot seal/);
  assert.throws(() => keys.of(OTHER, null), /cannot seal/);
});

test('the key of a person is another one in the next window, and the one before closes nothing any more', () => {
  const keys = new SubjectKeys(TOKENS);
  keys.begin(DEFAULT_TENANT, { id: 1, key: randomKey() });
  const before = keys.of(DEFAULT_TENANT, Buffer.from('ann'));
  assert.equal(keys.of(DEFAULT_TENANT, Buffer.from('ann')), before);
  keys.begin(DEFAULT_TENANT, { id: 2, key: randomKey() });
  const after = keys.of(DEFAULT_TENANT, Buffer.from('ann'));
  assert.notDeepEqual(after.sealing.id, before.sealing.id);
  assert.throws(() => before.sealing.close(new Uint8Array(1), new Uint8Array(0), new Uint8Array(100), 0), /cannot seal/);
  assert.deepEqual(keys.takeRows().map(({ window }) => window), [1, 2]);
  assert.deepEqual(keys.takeRows(), []);
});

test('a leaf has a digest of what is sealed, and another one after any change of it', () => {
  const { block, seals } = stored([span(1, { 'user.id': 'ann' })]);
  const leaves = new BlockLeaves(compilePolicy(policyOf(PERSON, MORE)).restricts);
  assert.deepEqual(leaves.compute(block.spans, block.salt).root, block.root);
  assert.equal(leaves.compute(block.spans, block.salt).seals, 1);
  const [leaf] = leaves.rowsOf(block.spans, block.salt);
  assert.deepEqual([...leaf!.entry.subarray(-34, -32)], [1, 1]);
  for (const part of [seals[0]!.keyId, seals[0]!.text]) {
    const changed = Uint8Array.from(block.spans);
    const at = Buffer.from(changed).indexOf(part);
    assert.ok(at > 0);
    changed[at + part.length - 1]! ^= 1;
    assert.notDeepEqual(leaves.compute(changed, block.salt).root, block.root);
  }
});

test('what is remembered of values can be forgotten between two requests of a block, and the block is the same', () => {
  const [one, other] = [{ note: 'mail ann@example.com', 'user.id': 'ann' }, { note: 'mail bob@example.com', 'user.id': 'ann' }];
  const requests = [one, other, one].map((attributes, at) => Buffer.from(JSON.stringify({ resourceSpans: [{ resource: {}, scopeSpans: [{ scope: {}, spans: [span(at + 1, attributes)] }] }] })));
  const blockOf = (forgets: boolean): Uint8Array => {
    const pipeline = new Pipeline(null, compilePolicy(policyOf({ id: 'users', keys: ['user.id'], action: { mask: { last: 1 } } })));
    const builder = pipeline.builder();
    builder.open({ block: 1, day: 20_833, retention: 'default', tenant: DEFAULT_TENANT });
    for (const [at, body] of requests.entries()) {
      assert.ok(!isRefusal(pipeline.take(Buffer.from(body), 'json', PRODUCER, at + 1, NOW_MS, () => builder)));
      if (forgets) pipeline.forgetValues();
    }
    return builder.close().spans;
  };
  const forgotten = blockOf(true);
  assert.ok(Buffer.from(forgotten).includes('mail [email]') && !Buffer.from(forgotten).includes('example.com'));
  assert.deepEqual(forgotten, blockOf(false));
});
