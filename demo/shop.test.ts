/** The shop against a receiver that only remembers: do the official SDK and instrumentations really see one connected trace through all of it? */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { Child } from './child.ts';
import { SERVICE_NAMES, SERVICES, startShop } from './shop.ts';
import type { Shop } from './shop.ts';
import { startSink } from './sink.ts';
import type { ReceivedSpan, Sink } from './sink.ts';
import type { SentSpan } from './telemetry.ts';

const DEADLINE_MS = 60_000;
const INSTRUMENTED = ['http', 'undici', 'grpc', 'pg', 'ioredis'];

let sink: Sink;
let shop: Shop;
let whole: ReceivedSpan[];
const shown: SentSpan[] = [];
const deaths: string[] = [];

before(async () => {
  sink = await startSink();
  shop = startShop({
    otlpHttp: sink.http,
    otlpGrpc: sink.grpc,
    headersOf: (service) => `authorization=Bearer key-of-${service}`,
    rate: 4,
    onSpan: (span) => shown.push(span),
    onDeath: (child: Child, how: string) => deaths.push(`${child.name}: ${how}\n${child.lastLines.join('\n')}`),
  });
  await shop.ready;
  whole = await wholeTrace();
});

after(async () => {
  await shop?.stop();
  await sink?.close();
});

test('one trace goes from the frontend through SQL, cache, gRPC and the queue to the mailer', () => {
  const services = new Set(whole.map((span) => span.service));
  assert.deepEqual([...services].sort(), ['cart', 'checkout', 'frontend', 'inventory', 'mailer', 'payment']);
  const scopes = new Set(whole.map((span) => span.scope.replace('@opentelemetry/instrumentation-', '')));
  for (const name of INSTRUMENTED) assert.ok(scopes.has(name), `no span of ${name} in ${[...scopes]}`);
});

test('the trace is connected: one root, and every parent is in it', () => {
  const ids = new Set(whole.map((span) => span.spanId));
  const roots = whole.filter((span) => span.parentSpanId === '');
  assert.deepEqual(roots.map((span) => `${span.service} ${span.name}`), ['frontend POST /checkout']);
  assert.deepEqual(whole.filter((span) => span.parentSpanId !== '' && !ids.has(span.parentSpanId)).map((span) => span.name), []);
});

test('the mailer goes on in the trace of the message, below the span that sent it', () => {
  const received = whole.find((span) => span.name === 'process mails');
  assert.equal(whole.find((span) => span.spanId === received?.parentSpanId)?.name, 'send mails');
});

test('every service authenticates with its own key over its own protocol', () => {
  for (const service of SERVICE_NAMES) assert.ok(sink.senders.has(`${SERVICES[service]} Bearer key-of-${service}`), `${service}: ${[...sink.senders].join(', ')}`);
});

test('there is something to minimize: credentials and personal data are in the spans as sent', () => {
  const text = whole.map((span) => span.text).join('\n');
  for (const [what, pattern] of Object.entries({
    'a bearer token in a header': /Bearer eyJ[\w-]+\.eyJ/,
    'a session in a cookie': /theme=dark; sid=[0-9a-f]{32}/,
    'an API key in gRPC metadata': /sk_live_[0-9a-f]{36}/,
    'a card number as a parameter of SQL': /db\.postgresql\.values.{1,400}\d{15,16}/,
    'an e-mail address in a literal of SQL': /INSERT INTO orders .{1,80}VALUES \('[\w.]+@/,
    'a password in a URL': /https:\/\/shop:[\w-]{12}@bank\.example/,
    'a telephone number in a log line': /call \+[\d -]{9,20} if card/,
  })) assert.match(text, pattern, what);
});

test('the driver is shown the span that the frontend sent', () => {
  const root = whole.find((span) => span.parentSpanId === '');
  const seen = shown.find((span) => span.spanId === root?.spanId);
  assert.equal(seen?.service, 'frontend');
  assert.ok(seen.events.some((event) => event.name === 'log'));
});

test('no process of the shop died', () => assert.deepEqual(deaths, []));

/** The first trace with a span of the mailer, once every service's last batch of it has had time to arrive. */
async function wholeTrace(): Promise<ReceivedSpan[]> {
  for (const end = Date.now() + DEADLINE_MS; Date.now() < end; await new Promise((resolve) => setTimeout(resolve, 100))) {
    for (const { traceId } of sink.spans.filter((span) => span.service === 'mailer' && span.name === 'process mails')) {
      const trace = sink.spans.filter((span) => span.traceId === traceId);
      const ids = new Set(trace.map((span) => span.spanId));
      const connected = trace.every((span) => span.parentSpanId === '' || ids.has(span.parentSpanId));
      if (connected && new Set(trace.map((span) => span.service)).size === 6 && trace.some((span) => span.name === 'DELETE /items')) return trace;
    }
  }
  throw new Error(`no whole trace in ${DEADLINE_MS} ms; ${sink.spans.length} spans of ${[...new Set(sink.spans.map((span) => span.service))]}; ${deaths.join('\n')}`);
}
