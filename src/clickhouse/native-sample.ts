/**
 * Rows as a Native block, for tests: written from STANDARDS §13 alone, value by value and without any of the tricks of `#seal`, so that the two
 * check each other. A column that a row does not name gets the type's default.
 */

import type { Table } from './schema.ts';

export type SampleRow = Readonly<Record<string, unknown>>;

export function nativeBlock(table: Table, rows: readonly SampleRow[]): Uint8Array {
  const columns = table.columns.map(({ name, type }) => [text(name), text(type), prefix(type), data(type, rows.map((row) => row[name] ?? defaultOf(type)))]);
  return Buffer.concat([varuint(table.columns.length), varuint(rows.length), ...columns.flat()]);
}

/** A row of `spans` with something in every column; `mark` is in many of its texts. */
export function sampleSpan(block: number, row: number, mark: string): SampleRow {
  return {
    block, row, day: 20_780, retention: 'default', tenant: 'default', producer: 'p_0123456789abcdef',
    trace_id: id(16, block, row >> 2), span_id: id(8, block, row), parent_span_id: id(8, 0, 0), trace_state: `vendor=${mark}`, flags: 257,
    name: `GET /${mark}`, kind: 2, start: 1_795_000_000_000_000_000n + BigInt(row), duration: -5n + BigInt(row), status_code: row % 3, status_message: `failed ${mark}`,
    service: `service-${mark}`, resource: `{"attributes":[{"key":"host.name","value":{"stringValue":"${mark}"}}]}`, scope: `{"name":"${mark}"}`,
    attributes: [['http.route', `/${mark}/${row}`], [`key-${mark}`, '7']], attribute_types: 'si', dropped_attributes: 1, dropped_events: 2, dropped_links: 3,
    'events.time': [1n, 2n], 'events.name': ['exception', mark], 'events.attributes': [[['exception.message', mark]], []], 'events.attribute_types': ['s', ''], 'events.dropped': [0, 4],
    'links.trace_id': [id(16, 1, 2)], 'links.span_id': [id(8, 3, 4)], 'links.trace_state': [`x=${mark}`], 'links.flags': [1], 'links.attributes': [[[mark, 'v']]], 'links.attribute_types': ['s'], 'links.dropped': [0],
    'minimized.place': ['name'], 'minimized.kind': ['email'], 'minimized.count': [1],
    'sealed.key': [id(8, 5, 6)], 'sealed.text': [`${mark} as it is sealed`],
  };
}

/** Rows of `traces` for `rows` sample spans of a block: four spans a trace. */
export function sampleTraces(block: number, rows: number): SampleRow[] {
  return Array.from({ length: Math.ceil(rows / 4) }, (_, trace) => ({ trace: traceKey(block, trace), block, first: trace * 4, last: Math.min(rows, trace * 4 + 4) - 1, day: 20_780, retention: 'default' }));
}

/** The last eight bytes of the sample trace id, little-endian. */
export function traceKey(block: number, trace: number): bigint {
  return id(16, block, trace).readBigUInt64LE(8);
}

function id(bytes: 8 | 16, high: number, low: number): Buffer {
  const buffer = Buffer.alloc(bytes, 0xa5);
  buffer.writeUInt32BE(high, bytes - 8);
  buffer.writeUInt32BE(low, bytes - 4);
  return buffer;
}

function prefix(type: string): Uint8Array {
  const { name, inner } = parse(type);
  if (name === 'LowCardinality') return word(8, 1n);
  return Buffer.concat(name === 'Array' || name === 'Map' ? inner.map(prefix) : []);
}

function data(type: string, values: readonly unknown[]): Uint8Array {
  const { name, inner } = parse(type);
  const [first = '', second = ''] = inner;
  switch (name) {
    case 'Array': {
      const lists = values as readonly (readonly unknown[])[];
      return Buffer.concat([ends(lists), data(first, lists.flat())]);
    }
    case 'Map': {
      const maps = values as readonly (readonly (readonly [unknown, unknown])[])[];
      const pairs = maps.flat();
      return Buffer.concat([ends(maps), data(first, pairs.map(([key]) => key)), data(second, pairs.map(([, value]) => value))]);
    }
    case 'LowCardinality': {
      if (values.length === 0) return new Uint8Array(0);
      const keys = [...new Set(values)];
      return Buffer.concat([word(8, 0x602n), word(8, BigInt(keys.length)), data(first, keys), word(8, BigInt(values.length)), ...values.map((value) => word(4, BigInt(keys.indexOf(value))))]);
    }
    case 'String':
      return Buffer.concat(values.map((value) => text(value as string)));
    case 'FixedString':
      return Buffer.concat(values as readonly Uint8Array[]);
    default: {
      const bytes = WIDTHS[name];
      if (bytes === undefined) throw new Error(`cannot encode the type ${type}`);
      return Buffer.concat(values.map((value) => word(bytes, BigInt(value as number | bigint))));
    }
  }
}

const WIDTHS: Readonly<Record<string, number>> = { UInt64: 8, Int64: 8, DateTime64: 8, UInt32: 4, Int32: 4, UInt16: 2, Date: 2 };

function defaultOf(type: string): unknown {
  const { name, inner } = parse(type);
  if (name === 'LowCardinality') return defaultOf(inner[0] ?? '');
  if (name === 'FixedString') return Buffer.alloc(Number(inner[0]));
  return name === 'String' ? '' : name === 'Array' || name === 'Map' ? [] : 0;
}

/** `Map(LowCardinality(String), String)` has the name Map and two inner types. */
function parse(type: string): { name: string; inner: string[] } {
  const open = type.indexOf('(');
  if (open < 0) return { name: type, inner: [] };
  const inner: string[] = [''];
  let depth = 0;
  for (const sign of type.slice(open + 1, -1)) {
    if (sign === '(') depth += 1;
    if (sign === ')') depth -= 1;
    if (sign === ',' && depth === 0) inner.push('');
    else inner[inner.length - 1] += sign;
  }
  return { name: type.slice(0, open), inner: inner.map((part) => part.trim()) };
}

function ends(lists: readonly (readonly unknown[])[]): Uint8Array {
  let end = 0n;
  return Buffer.concat(lists.map((list) => word(8, (end += BigInt(list.length)))));
}

function word(bytes: number, value: bigint): Uint8Array {
  const buffer = Buffer.alloc(8);
  buffer.writeBigUInt64LE(BigInt.asUintN(64, value));
  return buffer.subarray(0, bytes);
}

function text(value: string): Uint8Array {
  const bytes = Buffer.from(value, 'utf8');
  return Buffer.concat([varuint(bytes.length), bytes]);
}

function varuint(value: number): Uint8Array {
  const bytes: number[] = [];
  for (let rest = value; ; rest = Math.floor(rest / 128)) {
    if (rest < 128) return Uint8Array.from([...bytes, rest]);
    bytes.push((rest % 128) | 128);
  }
}
