import assert from 'node:assert/strict';
import { test } from 'node:test';
import { smallBlock } from './small-block.ts';

const SCHEMA = [{ name: 'n', type: 'UInt64' }, { name: 'b', type: 'UInt8' }, { name: 's', type: 'String' }, { name: 'l', type: 'LowCardinality(String)' }];

test('smallBlock() writes each column behind its name and type', () => {
  const bytes = smallBlock(SCHEMA, { n: [1, 2 ** 40 + 5], b: [7, 255], s: ['é', Uint8Array.of(0, 255)], l: ['x', 'x'] });
  const text = (value: string): Uint8Array => Buffer.concat([Uint8Array.of(Buffer.byteLength(value)), Buffer.from(value)]);
  const word = (value: bigint): Uint8Array => ((buffer) => (buffer.writeBigUInt64LE(value), buffer))(Buffer.alloc(8));
  const wanted = Buffer.concat([
    Uint8Array.of(4, 2),
    text('n'), text('UInt64'), word(1n), word(2n ** 40n + 5n),
    text('b'), text('UInt8'), Uint8Array.of(7, 255),
    text('s'), text('String'), text('é'), Uint8Array.of(2, 0, 255),
    text('l'), text('LowCardinality(String)'), word(1n), word(0x600n), word(1n), text('x'), word(2n), Uint8Array.of(0, 0),
  ]);
  assert.deepEqual(Buffer.from(bytes), wanted);
});

test('smallBlock() takes no column of another type or length', () => {
  assert.throws(() => smallBlock(SCHEMA, { n: [1], b: [], s: ['a'], l: ['b'] }), /column b/);
  assert.throws(() => smallBlock([{ name: 'd', type: 'Date' }], { d: [1] }), /column d/);
});
