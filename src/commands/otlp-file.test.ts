import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { gzipSync } from 'node:zlib';

import { LIMITS } from '#limits';
import { isRefusal } from '#refusal';

import { fileRequests } from './otlp-file.ts';

const folder = mkdtempSync(join(tmpdir(), 'tracekeep-otlp-file-'));
after(() => rmSync(folder, { recursive: true }));

async function read(name: string, content: string | Uint8Array): Promise<string[]> {
  const file = join(folder, name);
  writeFileSync(file, content);
  const found: string[] = [];
  for await (const one of fileRequests(file)) found.push(isRefusal(one) ? one.refused : `${one.encoding} ${Buffer.from(one.body).toString('latin1')}`);
  return found;
}

test('fileRequests() takes each line of JSON as a request, also what is none', async () => {
  assert.deepEqual(await read('a.jsonl', '{"a":1}\n\n{"b":2}\r\n  \nnonsense\n{"c":'), ['json {"a":1}', 'json {"b":2}\r', 'json nonsense', 'json {"c":']);
  assert.deepEqual(await read('b.json', 'nonsense\n{"b":2}'), ['json nonsense', 'json {"b":2}']);
  assert.deepEqual(await read('c.json', '\ufeff{"a":1}\n'), ['json {"a":1}']);
  assert.deepEqual(await read('d.json', ''), []);
});

test('fileRequests() takes a document of many lines as one request, and as lines if it is none', async () => {
  assert.deepEqual(await read('a.json', '{\n  "a": 1\n}\n'), ['json {\n  "a": 1\n}\n']);
  assert.deepEqual(await read('b.json', '{"a":\n{"b":2}\n{"c":3}\n'), ['json {"a":', 'json {"b":2}', 'json {"c":3}']);
});

test('fileRequests() takes protobuf whole, by extension or by its first byte', async () => {
  assert.deepEqual(await read('a.pb', '{"a":1}\n'), ['protobuf {"a":1}\n']);
  assert.deepEqual(await read('b.data', '\n\x03{\n\n'), ['protobuf \n\x03{\n\n']);
  assert.deepEqual(await read('c.data', ' {"a":1}\n{"b":2}\n'), ['json  {"a":1}', 'json {"b":2}']);
});

test('fileRequests() refuses what no server would take, and goes on', async () => {
  const large = Buffer.alloc(LIMITS.body_inflated_bytes_max + 1, 0x20);
  assert.deepEqual(await read('large.jsonl', Buffer.concat([Buffer.from('{}\n'), large, Buffer.from('\n{"b":2}\n')])), ['json {}', 'body_too_large', 'json {"b":2}']);
  assert.deepEqual(await read('large.pb', large), ['body_too_large']);
});

test('fileRequests() says that a file has to be unpacked first', async () => {
  for (const name of ['a.jsonl.gz', 'a.jsonl']) await assert.rejects(read(name, gzipSync('{"a":1}\n')), /cannot read requests that are compressed: .*gunzip -c/);
});

test('fileRequests() says which file it cannot read', async () => {
  await assert.rejects(async () => { for await (const _ of fileRequests(join(folder, 'absent.json'))); }, /cannot read .*absent\.json/);
});
