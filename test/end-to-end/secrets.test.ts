/**
 * Secrets of outside samples, sent to a real server in every place a span has for text: afterwards they are in no answer, no file, no line
 * of output, no metric. What is not secret stays as it was.
 */
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { before, test } from 'node:test';
import { readSamples, type SecretSample, secretsOf } from '#scanner/samples';
import { addProducer, createToken, startServer, type TestServer } from '#harness';
import { anyValue, ask, askWell, attributesOf, balancedAccounting, exportOf, type Json, newSpanId, newTraceId, send, sendWell, spanOf } from '#harness/exchange';

interface Sample {
  readonly name: string;
  readonly input: string;
  readonly secrets: readonly string[];
}

const credentials = readSamples<SecretSample>('secrets.jsonl')
  .filter((sample) => sample.contains_secret)
  .map(({ kind, input }, at): Sample => ({ name: `${kind} (${at})`, input, secrets: secretsOf(kind, input) }));
const statements = readSamples<{ case: string; input: string; expected: readonly string[] }>('sql.jsonl')
  .map((sample): Sample => ({ name: sample.case, input: sample.input, secrets: literalsOf(sample) }));
/** Lies in every span, is no secret, and must be found by the same means that find no secret. */
const CANARY = 'ordinary-canary-7f3a';
const SPANS_PER_TRACE = 40;

let server: TestServer;
let key = '';
let token = '';
let sent = 0;
/** Trace ids by what was sent in them. */
const traces = new Map<string, Sample[]>();

before(async () => {
  server = await startServer();
  [key, token] = [await addProducer(server.data, 'shop'), await createToken(server.data, 'admin')];
});

/** Every place for text that the protocol has, filled with a sample as applications would. */
function credentialSpan({ input }: Sample): Json {
  const time = `${Date.now()}000000`;
  return spanOf(
    {
      [CANARY]: CANARY,
      'sample.value': input,
      'log.message': `2024-05-17T12:00:00.000Z INFO [main] com.example.Shop - ${input}`,
      'url.full': `https://shop.example/log?page=1&message=${encodeURIComponent(input)}`,
      'http.request.header.x-debug': [input],
      'http.request.body': JSON.stringify({ level: 'info', message: input }),
      nested: { deeper: ['first', input] },
    },
    {
      name: input.slice(0, 900),
      status: { code: 2, message: `failed: ${input}` },
      events: [
        { timeUnixNano: time, name: 'exception', attributes: attributesOf({ 'exception.type': 'Error', 'exception.message': input, 'exception.stacktrace': `Error: ${input}\n    at run (/app/main.js:1:2)` }) },
        { timeUnixNano: time, name: input.slice(0, 900), attributes: [{ key: 'raw', value: { bytesValue: Buffer.from(input).toString('base64') } }] },
      ],
      links: [{ traceId: newTraceId(), spanId: newSpanId(), attributes: attributesOf({ why: input }) }],
    },
  );
}

function statementSpan({ input }: Sample): Json {
  return spanOf({ [CANARY]: CANARY, 'db.system.name': 'postgresql', 'db.query.text': input, 'db.statement': input }, { kind: 3, name: input.slice(0, 200).split("'")[0] ?? '' });
}

async function sendAll(samples: readonly Sample[], spanFor: (sample: Sample) => Json): Promise<void> {
  for (let from = 0; from < samples.length; from += SPANS_PER_TRACE) {
    const some = samples.slice(from, from + SPANS_PER_TRACE);
    const traceId = newTraceId();
    traces.set(traceId, some);
    const groups = some.map((sample) => exportOf([{ ...spanFor(sample), traceId }], 'shop', spanFor === credentialSpan ? { 'process.command_line': sample.input } : {})['resourceSpans'] as readonly Json[]);
    await sendWell(server, key, { resourceSpans: groups.flat() });
    sent += some.length;
  }
}

test('no credential of the samples is in an answer of the query API', async () => {
  assert.ok(credentials.length >= 500 && new Set(credentials.map(({ name }) => name.split(' ')[0])).size >= 90, 'the samples are all there');
  await sendAll(credentials, credentialSpan);
  const left: string[] = [];
  for (const [traceId, samples] of traces) {
    const { resourceSpans } = await askWell<{ resourceSpans: Json[] }>(server, token, `/api/v1/traces/${traceId}`);
    const text = JSON.stringify(resourceSpans);
    const spans = JSON.parse(text) as { scopeSpans: { spans: Json[] }[] }[];
    assert.equal(spans.flatMap(({ scopeSpans }) => scopeSpans.flatMap((scope) => scope.spans)).length, samples.length);
    assert.ok(text.includes(CANARY) && text.includes('tracekeep.minimized'));
    // Bytes are answered in base64: look into them too.
    const all = text + [...text.matchAll(/"bytesValue":"([^"]*)"/g)].map(([, base64 = '']) => Buffer.from(base64, 'base64').toString()).join('\n');
    for (const { name, secrets } of samples) if (secrets.some((secret) => isIn(all, secret))) left.push(name);
  }
  assert.deepEqual(left, []);
});

test('no literal of the sample statements is in an answer, and the statements stay readable', async () => {
  const before = new Set(traces.keys());
  assert.ok(statements.length >= 150 && statements.filter(({ secrets }) => secrets.length > 0).length >= 60, 'the samples are all there');
  await sendAll(statements, statementSpan);
  const left: string[] = [];
  for (const [traceId, samples] of traces) {
    if (before.has(traceId)) continue;
    const text = JSON.stringify(await askWell(server, token, `/api/v1/traces/${traceId}`));
    assert.match(text, /SELECT [^"]* = \?/i);
    for (const { name, secrets } of samples) if (secrets.some((secret) => text.includes(`'${secret}'`))) left.push(name);
  }
  assert.deepEqual(left, []);
});

test('none is in the lists and searches of the query API', async () => {
  const start = Date.now() - 3_600_000;
  for (const path of ['/api/v1/services', '/api/v1/services/shop/operations', `/api/v1/search?start=${start}&limit=1000`, `/api/v1/search?service=shop&start=${start}&limit=1000`, '/api/v1/accounting', '/metrics']) {
    const { status, text } = await ask(server, token, path);
    assert.equal(status, 200, path);
    assert.deepEqual(found(text), [], path);
  }
  const { totals } = await balancedAccounting(server, token);
  assert.deepEqual([totals.received, totals.stored], [sent, sent]);
  assert.ok((totals.minimized['credential'] ?? 0) > credentials.length * 5, JSON.stringify(totals.minimized));
});

test('none is in an answer to a request that fails, nor in what the server says about it', async () => {
  for (const { input } of credentials.filter((_, at) => at % 20 === 0)) {
    const bodies: (Json | Uint8Array<ArrayBuffer>)[] = [
      { resourceSpans: [{ scopeSpans: [{ spans: [{ traceId: input, spanId: input, name: input }] }] }] },
      new TextEncoder().encode(`${JSON.stringify({ resourceSpans: input })}}`),
      exportOf([spanOf({ value: input })], input),
    ];
    for (const [at, body] of bodies.entries()) {
      const { text } = await send(server, key, body, at === 1 ? { 'Content-Type': 'application/json' } : {});
      assert.deepEqual(found(text), []);
    }
    const query = encodeURIComponent(input);
    for (const path of [`/api/v1/search?attribute=${query}&service=${query}&start=${query}`, `/api/v1/traces/${query}`, `/${query}`]) {
      assert.deepEqual(found((await ask(server, token, path)).text), [], 'an answer repeats what was asked');
    }
  }
});

test('ordinary ids, versions, times and names stay as they were, and nothing is said to be minimized', async () => {
  const ordinary = {
    'request.id': '7f8e5c1a-94b2-4f0e-8c7d-2b6a1d3e5f90', 'trace.parent': '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01', 'vcs.ref.head.revision': '9d59409acf479dfa0df1aa568182e43e43df8bbe',
    'container.id': 'a3bf90e006b2d5c7f8b4b2a1c3d4e5f60718293a4b5c6d7e8f90a1b2c3d4e5f6', 'k8s.pod.name': 'checkout-7d9c6b8f5d-x2x4z', 'k8s.pod.uid': '275ecb36-5aa8-4c2a-9c47-d8bb681b9aff', 'service.version': '2.14.3-rc.1+build.20240517',
    'event.time': '2024-05-17T12:00:00.123456789Z', 'epoch.ms': 1_715_947_200_123, 'epoch.ns': 1_715_947_200_123_456_789n, 'order.total': 129.99, 'url.template': '/orders/{orderId}/items', 'aws.arn': 'arn:aws:lambda:eu-west-1:123456789012:function:resize',
    'messaging.destination.name': 'orders.v2.created', 'http.route': '/api/v3/users/:id', 'user_agent.original': 'Mozilla/5.0 (X11; Linux x86_64; rv:126.0) Gecko/20100101 Firefox/126.0', 'db.query.text': 'SELECT id, total FROM orders WHERE customer_id = $1 LIMIT ?',
  };
  const span = spanOf(ordinary, { name: 'GET /orders/{orderId}' });
  await sendWell(server, key, exportOf([span]));
  sent += 1;
  const { resourceSpans } = await askWell<{ resourceSpans: { scopeSpans: { spans: Json[] }[] }[] }>(server, token, `/api/v1/traces/${String(span['traceId'])}`);
  assert.deepEqual(resourceSpans[0]?.scopeSpans[0]?.spans[0]?.['attributes'], Object.entries(ordinary).map(([name, value]) => ({ key: name, value: anyValue(value) })));
});

test('none is in any byte below the data directory, while the server runs and after it has stopped', async () => {
  for (const when of ['running', 'stopped']) {
    if (when === 'stopped') await server.stop();
    const files = readdirSync(server.data, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
    assert.ok(files.some((file) => file.includes('journal')) && files.length > 20, 'the server keeps its files elsewhere');
    for (const file of files) {
      const bytes = readUnlessGone(file, when === 'running').toString('latin1');
      assert.deepEqual(found(bytes), [], `${when}: ${file}`);
      // Not even what is no secret lies in clear.
      assert.ok(!bytes.includes(CANARY), `${when}: telemetry in clear in ${file}`);
    }
  }
});

test('none is on standard output or standard error', () => {
  assert.deepEqual(found(server.stdout + server.stderr), []);
  assert.ok(!(server.stdout + server.stderr).includes(CANARY));
});

/** While a server runs, it may have merged a part away since its files were listed. */
function readUnlessGone(file: string, mayBeGone: boolean): Buffer {
  try {
    return readFileSync(file);
  } catch (error) {
    if (mayBeGone && error instanceof Error && 'code' in error && error.code === 'ENOENT') return Buffer.alloc(0);
    throw error;
  }
}

/** The samples whose secret is in a text, plain or percent-encoded. */
function found(text: string): string[] {
  return credentials.filter(({ secrets }) => secrets.some((secret) => isIn(text, secret))).map(({ name }) => name);
}

function isIn(text: string, secret: string): boolean {
  return text.includes(secret) || text.includes(encodeURIComponent(secret));
}

/** Texts in quotes that the other product's expectation replaced as well; short ones are words of the language too often. */
function literalsOf({ input, expected }: { readonly input: string; readonly expected: readonly string[] }): string[] {
  const code = input.replaceAll(/--[^\n]*|\/\*[^]*?\*\//g, ' ');
  const other = expected.join(' ');
  return [...code.matchAll(/'((?:[^']|'')*)'/g)].map(([, content = '']) => content).filter((literal) => literal.length >= 4 && !other.includes(literal));
}
