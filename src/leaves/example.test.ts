/** The example of docs/reference/log-format.md, which another program worked out, against both encoders: from columns, and from OTLP/JSON. */
import assert from 'node:assert/strict';
import { hash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { nativeBlock } from '#clickhouse/native-sample';
import { SPANS } from '#clickhouse/schema';
import { isEvidenceFlaw, spanEntry } from '#evidence';
import { BlockLeaves } from './leaves.ts';

const page = readFileSync(join(import.meta.dirname, '../../docs/reference/log-format.md'), 'utf8');
const example = page.slice(page.indexOf('### Example'));
const ENTRY = /```\n([^`]+)```/
  .exec(example)![1]!
  .split('\n')
  // What it says stands after two spaces.
  .map((line) => line.split('  ')[0])
  .join('')
  .replaceAll(' ', '');
const LEAF = /\| leaf \| `([0-9a-f]{64})`/.exec(example)![1];
const SALTS = /\| salts \| `([0-9a-f]{32})`, `([0-9a-f]{32})`/.exec(example)!.slice(1);

const RESOURCE = '{"attributes":[{"key":"service.name","value":{"stringValue":"cart"}}]}';
const TRACE_ID = '0102030405060708090a0b0c0d0e0f10';
const SPAN_ID = '1112131415161718';

test('the entry, the salts and the leaf of the example are those of the columns', () => {
  const native = nativeBlock(SPANS, [{
    row: 0, producer: 'p_0123456789abcdef', trace_id: Buffer.from(TRACE_ID, 'hex'), span_id: Buffer.from(SPAN_ID, 'hex'), flags: 1, name: 'GET /', kind: 2, start: 1_700_000_000_000_000_000n, duration: 1_500n,
    status_code: 2, status_message: 'no stock for Bob', service: 'cart', resource: RESOURCE, scope: '{}', attributes: [['http.route', '/'], ['user.id', '42']], attribute_types: 'si',
  }]);
  const leaves = new BlockLeaves((key) => key === 'status.message' || key.startsWith('user.'));
  const [leaf] = leaves.rowsOf(native, Uint8Array.from({ length: 32 }, (_, at) => at));
  assert.ok(leaf !== undefined);
  assert.equal(Buffer.from(leaf.entry).toString('hex'), ENTRY);
  assert.equal(Buffer.from(leaf.hash).toString('hex'), LEAF);
  assert.deepEqual(leaf.restricted.map(({ field, salt }) => [field, Buffer.from(salt).toString('hex')]), [['status.message', SALTS[0]], ['attributes[1]', SALTS[1]]]);
});

test('the entry of the example is that of its OTLP/JSON', () => {
  const span = {
    traceId: TRACE_ID, spanId: SPAN_ID, flags: 1, name: 'GET /', kind: 2, startTimeUnixNano: '1700000000000000000', endTimeUnixNano: '1700000000000001500', status: { code: 2, message: 'no stock for Bob' },
    attributes: [{ key: 'http.route', value: { stringValue: '/' } }, { key: 'user.id', value: { intValue: '42' } }],
  };
  const restricted = ['status.message', 'attributes[1]'].map((field, at) => ({ field, salt: Buffer.from(SALTS[at]!, 'hex') }));
  const made = spanEntry((bytes) => hash('sha256', bytes, 'buffer'), { resource: JSON.parse(RESOURCE), resourceSchemaUrl: undefined, scope: {}, scopeSchemaUrl: undefined, span }, { producer: 'p_0123456789abcdef', minimized: [], restricted });
  assert.ok(!isEvidenceFlaw(made));
  assert.equal(Buffer.from(made.entry).toString('hex'), ENTRY);
});
