import assert from 'node:assert/strict';
import { randomInt } from 'node:crypto';
import { test } from 'node:test';
import { LIMITS } from '#limits';
import { CUT, decodeNested, doubleJson } from './any-value.ts';
import { ProtoWriter, WIRE } from './proto-writer.ts';

const varint = (value: bigint): Buffer => {
  const bytes: number[] = [];
  let rest = BigInt.asUintN(64, value);
  for (; rest > 127n; rest >>= 7n) bytes.push(Number(rest & 127n) | 128);
  return Buffer.from([...bytes, Number(rest)]);
};
const field = (number: number, payload: Uint8Array | string): Buffer => Buffer.concat([varint(BigInt((number << 3) | WIRE.bytes)), varint(BigInt(Buffer.from(payload).length)), Buffer.from(payload)]);
const text = (value: string | Uint8Array) => field(1, value);
const bool = (value: number) => Buffer.from([16, value]);
const int = (value: bigint) => Buffer.concat([Buffer.from([24]), varint(value)]);
const double = (value: number) => {
  const writer = new ProtoWriter(16);
  writer.tag(4, WIRE.fixed64);
  writer.double(value);
  return Buffer.from(writer.written());
};
const array = (...values: Uint8Array[]) => Buffer.concat(values.map((value) => field(1, value)));
const entry = (key: string, value: Uint8Array) => field(1, Buffer.concat([field(1, key), field(2, value)]));
const arrayOf = (bytes: Uint8Array) => decodeNested(bytes, 0, bytes.length, false);
const mapOf = (bytes: Uint8Array) => decodeNested(bytes, 0, bytes.length, true);

test('decodeNested reads every type of value', () => {
  const bytes = array(
    text('é'), bool(1), bool(0), int(-(2n ** 63n)), int(2n ** 63n - 1n), double(1.5), double(NaN), double(-Infinity), double(-0), field(7, Uint8Array.of(0, 255)),
    field(5, array(text('inner'))), field(6, entry('k', text('v'))), Buffer.alloc(0),
  );
  assert.deepEqual(arrayOf(bytes)?.json, {
    arrayValue: {
      values: [
        { stringValue: 'é' }, { boolValue: true }, { boolValue: false }, { intValue: '-9223372036854775808' }, { intValue: '9223372036854775807' }, { doubleValue: 1.5 }, { doubleValue: 'NaN' },
        { doubleValue: '-Infinity' }, { doubleValue: '-0' }, { bytesValue: 'AP8=' }, { arrayValue: { values: [{ stringValue: 'inner' }] } },
        { kvlistValue: { values: [{ key: 'k', value: { stringValue: 'v' } }] } }, {},
      ],
    },
  });
  assert.deepEqual(mapOf(Buffer.alloc(0))?.json, { kvlistValue: { values: [] } });
  assert.equal(doubleJson(Infinity), 'Infinity');
});

test('decodeNested lists every place that can hold something sensitive, under the nearest key', () => {
  const nested = mapOf(Buffer.concat([
    entry('a', text('s')), entry('b', field(5, array(int(7n), field(7, 'x')))), entry('c', field(6, entry('d', double(2)))), entry('e', bool(1)), entry('f', text('')),
  ]));
  assert.deepEqual(nested?.leaves.map(({ field, key, text }) => [field, key, text]), [
    ['key', '', 'a'], ['stringValue', 'a', 's'], ['key', '', 'b'], ['intValue', 'b', '7'], ['bytesValue', 'b', 'eA=='], ['key', '', 'c'], ['key', '', 'd'], ['doubleValue', 'd', '2'], ['key', '', 'e'], ['key', '', 'f'],
  ]);
  for (const leaf of nested?.leaves ?? []) leaf.holder[leaf.field] = 'gone';
  assert.equal(JSON.stringify(nested?.json).includes('"s"'), false);
});

test('decodeNested cuts what nests too deep', () => {
  let bytes = array(text('bottom'));
  for (let depth = 1; depth < LIMITS.value_nesting_max; depth++) bytes = array(field(5, bytes));
  assert.ok(JSON.stringify(arrayOf(bytes)?.json).includes('bottom'), 'as deep as the limit');
  const deeper = JSON.stringify(arrayOf(array(field(5, bytes)))?.json);
  assert.ok(deeper.includes(CUT) && !deeper.includes('bottom'));
  let hostile: Buffer = Buffer.alloc(0);
  for (let depth = 0; depth < 5_000; depth++) hostile = field(1, field(5, hostile));
  assert.doesNotThrow(() => arrayOf(hostile));
});

test('decodeNested keeps as many elements as the limit, of all levels together', () => {
  const many = array(...Array.from({ length: LIMITS.value_elements_max + 5 }, () => int(1n)));
  const cut = arrayOf(many);
  const { values } = cut?.json['arrayValue'] as { values: unknown[] };
  assert.equal(values.length, LIMITS.value_elements_max + 1);
  assert.deepEqual(values.at(-1), { stringValue: CUT });
  assert.equal(cut?.elements, LIMITS.value_elements_max);
  const half = field(5, array(...Array.from({ length: LIMITS.value_elements_max / 2 }, () => Buffer.alloc(0))));
  assert.equal(arrayOf(array(half, half, half))?.elements, LIMITS.value_elements_max);
  const map = mapOf(Buffer.concat(Array.from({ length: LIMITS.value_elements_max + 1 }, () => entry('k', int(1n)))));
  assert.deepEqual((map?.json['kvlistValue'] as { values: unknown[] }).values.at(-1), { key: CUT, value: { stringValue: CUT } });
});

test('decodeNested takes invalid UTF-8 as U+FFFD, skips unknown fields and takes the last of a value sent twice', () => {
  assert.deepEqual(arrayOf(array(text(Uint8Array.of(0x61, 0xff))))?.json, { arrayValue: { values: [{ stringValue: 'a\ufffd' }] } });
  assert.deepEqual(arrayOf(array(Buffer.concat([text('first'), int(2n)])))?.json, { arrayValue: { values: [{ intValue: '2' }] } });
  const unknown = Buffer.concat([varint((99n << 3n) | 0n), varint(5n), varint((99n << 3n) | 1n), Buffer.alloc(8), field(99, 'x'), varint((99n << 3n) | 5n), Buffer.alloc(4)]);
  assert.deepEqual(arrayOf(Buffer.concat([unknown, array(Buffer.concat([unknown, text('x')]))]))?.json, { arrayValue: { values: [{ stringValue: 'x' }] } });
});

test('decodeNested refuses what is malformed and never reads beyond its value', () => {
  const beyond: [string, Buffer][] = [
    ['length beyond the end', Buffer.from([10, 5, 10, 1])],
    ['length of 2^63', Buffer.concat([Buffer.from([10]), varint(2n ** 63n)])],
    ['varint without end', Buffer.alloc(12, 0xff)],
    ['cut double', Buffer.from([10, 5, 33, 1, 2, 3, 4])],
    ['group', Buffer.from([11, 12])],
    ['inner longer than outer', Buffer.from([10, 2, 10, 9, 0x41, 0x42, 0x43, 0x44, 0x45, 0x46, 0x47, 0x48, 0x49])],
  ];
  for (const [name, bytes] of beyond) assert.equal(arrayOf(bytes), null, name);
  const inside = array(text('in'));
  assert.deepEqual(decodeNested(Buffer.concat([inside, array(text('out'))]), 0, inside.length, false)?.json, { arrayValue: { values: [{ stringValue: 'in' }] } });
});

test('decodeNested never throws on mutations', () => {
  const good = Buffer.concat([
    entry('a', text('some text')), entry('b', field(5, array(int(-7n), double(2.5), bool(1), field(7, 'bytes')))), entry('c', field(6, Buffer.concat([entry('d', text('é')), entry('e', Buffer.alloc(0))]))),
  ]);
  const seed = randomInt(1, 2 ** 31);
  let state = seed;
  const random = (below: number) => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) % below;
  };
  let decoded = 0;
  for (let round = 0; round < 20_000; round++) {
    const mutated = Buffer.from(good);
    for (let i = random(4); i >= 0; i--) mutated[random(mutated.length)] = random(256);
    const length = random(2) === 0 ? mutated.length : random(mutated.length);
    assert.doesNotThrow(() => {
      const value = decodeNested(mutated, 0, length, random(2) === 0);
      if (value !== null) decoded++;
    }, `seed ${seed} round ${round}`);
  }
  assert.ok(decoded > 1_000, `seed ${seed}: only ${decoded} of the mutations could be decoded`);
});
