/**
 * `tracekeep minimize` against a real server: what the verb prints for a file is what the server stores of the same requests, byte for byte,
 * with secrets of outside samples in every place of a span.
 */
import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { requestFromJson } from '#otlp';
import { readSamples, type SecretSample } from '#scanner/samples';
import { addProducer, createToken, startServer, temporaryFolder, tracekeep } from '#harness';
import { verbHere } from '#harness/verbs';
import { askWell, attributesOf, exportOf, type Json, newSpanId, newTraceId, sendWell, spanOf } from '#harness/exchange';

const REQUESTS = 12;
const samples = readSamples<SecretSample>('secrets.jsonl').map(({ input }) => input).filter((_, at) => at % 3 === 0);

/** Spans of one trace, a nanosecond apart, so that there is but one order of them. */
function requestOf(at: number): { readonly traceId: string; readonly request: Json } {
  const traceId = newTraceId();
  const start = BigInt(Date.now()) * 1_000_000n;
  const spans = samples.filter((_, sample) => sample % REQUESTS === at).map((input, place) => {
    const time = String(start + BigInt(place));
    return spanOf({ 'sample.value': input, 'http.request.header.x-debug': [input], nested: { deeper: ['first', input] }, count: place, ratio: 0.5, 'db.query.text': `SELECT * FROM users WHERE note = '${input.replaceAll("'", "''")}'` }, {
      traceId, name: `step ${input.slice(0, 90)}`, startTimeUnixNano: time, endTimeUnixNano: time, status: { code: 2, message: input },
      events: [{ timeUnixNano: time, name: 'exception', attributes: attributesOf({ 'exception.stacktrace': `Error: ${input}\n    at run (/app/main.js:1:2)` }) }],
      links: [{ traceId: newTraceId(), spanId: newSpanId(), attributes: attributesOf({ why: input }) }],
    });
  });
  return { traceId, request: exportOf(spans, 'shop', { 'process.command_line': samples[at]!, 'client.address': '203.0.113.77' }) };
}

test('minimize prints what a server stores of the same requests', async () => {
  const server = await startServer();
  const [key, token] = [await addProducer(server.data, 'shop'), await createToken(server.data, 'admin')];
  const requests = Array.from({ length: REQUESTS }, (_, at) => requestOf(at));
  const file = join(temporaryFolder(), 'requests.jsonl');
  writeFileSync(file, requests.map(({ request }) => JSON.stringify(request)).join('\n'));
  const { code, stdout, stderr } = await tracekeep(['minimize', '--otlp', file, '--json']);
  assert.equal(code, 0, stderr);
  const lines = stdout.trimEnd().split('\n');
  assert.equal(lines.length, REQUESTS);
  for (const { request } of requests) await sendWell(server, key, request);
  let minimized = 0;
  for (const [at, { traceId }] of requests.entries()) {
    const { resourceSpans } = await askWell<{ resourceSpans: unknown }>(server, token, `/api/v1/traces/${traceId}`);
    assert.equal(lines[at], JSON.stringify({ resourceSpans }));
    minimized += lines[at]!.split('tracekeep.minimized').length - 1;
  }
  assert.ok(minimized > REQUESTS, 'there was something to minimize');
  await server.stop();
});

test('under a policy of its own, in protobuf, and with a request that no server takes', async () => {
  const folder = temporaryFolder();
  const [policy, json, protobuf] = [join(folder, 'policy.yaml'), join(folder, 'requests.jsonl'), join(folder, 'request.pb')];
  const request = JSON.stringify(exportOf([spanOf({ note: 'by the door', n: 1 })]));
  writeFileSync(policy, 'version: 2\nrules:\n  - { id: no-notes, keys: [note], action: drop }\n');
  writeFileSync(json, `${request}\nnonsense\n`);
  writeFileSync(protobuf, requestFromJson(Buffer.from(request)) as Uint8Array);
  const [ofJson, ofProtobuf] = await Promise.all([json, protobuf].map((file) => verbHere(['minimize', '--otlp', file, '--policy', policy, '--json'])));
  const [line, refused] = ofJson!.stdout.trimEnd().split('\n');
  assert.equal(ofJson!.code, 1);
  assert.ok(!line!.includes('door') && line!.includes('attributes.note: 1 field'));
  assert.deepEqual(Object.keys(JSON.parse(refused!) as object), ['refused', 'message']);
  assert.deepEqual([ofProtobuf!.code, ofProtobuf!.stdout.trimEnd()], [0, line]);
});
