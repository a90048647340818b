/** `tracekeep trace` as a person meets it: a waterfall with what was minimized, with the server running and without one, where each question opens the store. */
import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import { addProducer, startServer, type TestServer, tracekeep } from '#harness';
import { verbHere } from '#harness/verbs';
import { attributesOf, exportOf, type Json, newSpanId, newTraceId, sendWell } from '#harness/exchange';

const [older, newer, quiet] = [newTraceId(), newTraceId(), newTraceId()];
let server: TestServer;

before(async () => {
  server = await startServer();
  const key = await addProducer(server.data, 'shop');
  await sendWell(server, key, traceOf(older, 60_000));
  await sendWell(server, key, traceOf(newer, 1_000));
  const other = await addProducer(server.data, 'other', ['*'], ['--tenant', 'elsewhere']);
  await sendWell(server, other, traceOf(quiet, 0));
});

/** Three spans: a request, a query below it that fails, and beside it a call to another service. */
function traceOf(traceId: string, ago_ms: number): Json {
  const at = (ms: number): string => String(BigInt(Date.now() - ago_ms) * 1_000_000n + BigInt(ms) * 1_000_000n);
  const [root, query] = [newSpanId(), newSpanId()];
  const web = exportOf([{ traceId, spanId: root, name: 'GET /checkout', kind: 2, startTimeUnixNano: at(0), endTimeUnixNano: at(100), attributes: attributesOf({ 'enduser.mail': 'ann.jones@example.com' }) }], 'web');
  const database = exportOf(
    [
      {
        traceId, spanId: query, parentSpanId: root, name: 'SELECT orders', kind: 3, startTimeUnixNano: at(10), endTimeUnixNano: at(60), status: { code: 2, message: 'deadlock detected' },
        attributes: attributesOf({ 'db.query.text': "SELECT * FROM orders WHERE owner = 'Ann Jones'" }),
      },
    ],
    'orders-db',
  );
  return { resourceSpans: [...(web['resourceSpans'] as Json[]), ...(database['resourceSpans'] as Json[])] };
}

const verb = (...words: string[]) => verbHere(['trace', ...words, '--data', server.data]);
const program = (...words: string[]) => tracekeep(['trace', ...words, '--data', server.data]);

function assertDrawn({ code, stdout, stderr }: { readonly code: number | null; readonly stdout: string; readonly stderr: string }, traceId: string): void {
  assert.equal(code, 0, stderr);
  assert.match(stdout, new RegExp(traceId));
  const lines = stdout.split('\n');
  const [root, query] = [lines.findIndex((line) => line.includes('GET /checkout')), lines.findIndex((line) => line.includes('SELECT orders'))];
  assert.ok(root >= 0 && query > root, stdout);
  assert.match(stdout, /web/);
  assert.match(stdout, /orders-db/);
  assert.match(stdout, /100 ?ms/);
  assert.match(stdout, /50 ?ms/);
  assert.match(stdout, /deadlock detected/);
  assert.match(stdout, /1 e-mail/);
  assert.match(stdout, /1 statement literal/);
  for (const secret of ['ann.jones', 'Ann Jones']) assert.ok(!stdout.includes(secret), stdout);
  assert.ok(!stdout.includes('\u001b'), 'colours in a pipe');
}

function assertPrinted(stdout: string, traceId: string): void {
  const { resourceSpans } = JSON.parse(stdout) as { resourceSpans: { scopeSpans: { spans: Json[] }[] }[] };
  const spans = resourceSpans.flatMap(({ scopeSpans }) => scopeSpans.flatMap((scope) => scope.spans));
  assert.deepEqual(spans.map((span) => [span['name'], span['traceId']]), [['GET /checkout', traceId], ['SELECT orders', traceId]]);
  assert.ok(!stdout.includes('ann.jones'));
}

test('trace ID draws the trace, beside a server', async () => {
  const done = await program(older);
  assertDrawn(done, older);
  assert.ok(!done.stderr.includes('opening the store'));
});

test('trace --last draws the trace that began last', async () => {
  assertDrawn(await verb('--last'), newer);
});

test('trace --json prints OTLP/JSON and nothing else', async () => {
  assertPrinted((await verb(newer, '--json')).stdout, newer);
});

test('what is not there, and what is of another tenant, is not found', async () => {
  for (const id of [newTraceId(), quiet]) {
    const { code, stdout, stderr } = await verb(id);
    assert.deepEqual([code, stdout], [1, '']);
    assert.match(stderr, /not_found/);
  }
  assert.match((await verb(quiet, '--tenant', 'elsewhere')).stdout, /GET \/checkout/);
});

test('without a server the same is answered from the store, by tenant and by whether it is there', async () => {
  await server.stop();
  const drawn = await program(older);
  assertDrawn(drawn, older);
  assert.ok(drawn.stderr.includes('opening the store'));
  assertPrinted((await program('--last', '--json', '--tenant', 'elsewhere')).stdout, quiet);
  const { code, stdout, stderr } = await program(quiet);
  assert.deepEqual([code, stdout], [1, '']);
  assert.match(stderr, /not_found/);
});
