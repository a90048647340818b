/**
 * The official OpenTelemetry SDK for JavaScript sends, over each of its exporters; what is read back is what was sent: the oracle is the
 * SDK's own OTLP/JSON of the same spans.
 */
import assert from 'node:assert/strict';
import { type Attributes, context, createTraceState, diag, DiagLogLevel, ROOT_CONTEXT, SpanKind, SpanStatusCode, trace, TraceFlags } from '@opentelemetry/api';
import { OTLPTraceExporter as GrpcExporter } from '@opentelemetry/exporter-trace-otlp-grpc';
import { OTLPTraceExporter as JsonExporter } from '@opentelemetry/exporter-trace-otlp-http';
import { OTLPTraceExporter as ProtoExporter } from '@opentelemetry/exporter-trace-otlp-proto';
import { JsonTraceSerializer } from '@opentelemetry/otlp-transformer';
import { resourceFromAttributes } from '@opentelemetry/resources';
import { InMemorySpanExporter, type ReadableSpan, SimpleSpanProcessor, type SpanExporter, TracerProvider } from '@opentelemetry/sdk-trace';
import { Metadata } from '@grpc/grpc-js';
import { before, test } from 'node:test';
import { addProducer, createToken, startServer, type TestServer } from '#harness';
import { verbHere } from '#harness/verbs';
import { askWell, balancedAccounting } from '#harness/exchange';

let server: TestServer;
let key = '';
let token = '';
/** What went over the wire whole; replays and refused spans apart. */
let sent = 0;

before(async () => {
  server = await startServer();
  key = await addProducer(server.data, 'shop', ['shop', 'shop-*']);
  token = await createToken(server.data);
});

type ExportResult = Parameters<Parameters<SpanExporter['export']>[1]>[0];
/** OpenTelemetry's `ExportResultCode`. */
const [SUCCESS, FAILED] = [0, 1];

type Compression = 'none' | 'gzip';
/** The exporters' own enumeration of compressions is not exported by all of them. */
type Options = ConstructorParameters<typeof ProtoExporter>[0];

function exporters(ingestKey: string): Readonly<Record<string, (compression: Compression) => SpanExporter>> {
  const http = (compression: Compression): Options => ({ url: `${server.otlpHttp}/v1/traces`, headers: { Authorization: `Bearer ${ingestKey}` }, compression, timeoutMillis: 20_000 }) as Options;
  const metadata = new Metadata();
  metadata.set('authorization', `Bearer ${ingestKey}`);
  return {
    'http/protobuf': (compression) => new ProtoExporter(http(compression)),
    'http/json': (compression) => new JsonExporter(http(compression)),
    grpc: (compression) => new GrpcExporter({ url: `http://${server.otlpGrpc}`, metadata, compression: compression as never, timeoutMillis: 20_000 }),
  };
}

const ATTRIBUTES: Attributes = {
  'text.plain': 'checkout', 'text.empty': '', 'text.unicode': 'naïve 日本語 🦜', 'text.lines': 'one\ntwo', 'number.zero': 0, 'number.int': 42, 'number.negative': -7,
  'number.large': 9_007_199_254_740_991, 'number.double': 0.1, 'number.tiny': 5e-324, 'bool.yes': true, 'bool.no': false, 'list.text': ['a', 'b', ''], 'list.int': [1, 2, 3],
  'list.double': [1.5, -2.25], 'list.bool': [true, false], 'list.empty': [], 'map.nested': { inner: { deep: ['x', 1, true] }, other: 2.5 }, bytes: new Uint8Array([0, 1, 254, 255]),
  'nothing.at.all': null,
};

/** One trace with everything an SDK can send. Returns the spans as the SDK ended them. */
function makeTrace(): ReadableSpan[] {
  const memory = new InMemorySpanExporter();
  const resource = resourceFromAttributes({ 'service.name': 'shop', 'service.version': '1.4.2', 'process.pid': 4711, 'host.list': ['a', 'b'] }, { schemaUrl: 'https://opentelemetry.io/schemas/1.38.0' });
  const provider = new TracerProvider({ resource, spanProcessors: [new SimpleSpanProcessor({ exporter: memory })], spanLimits: { attributeCountLimit: 64, eventCountLimit: 8 } });
  const tracer = provider.getTracer('shop.checkout', '2.0.1', { schemaUrl: 'https://opentelemetry.io/schemas/1.37.0' });
  const remote = { traceId: newId(16), spanId: newId(8), traceFlags: TraceFlags.SAMPLED, isRemote: true, traceState: createTraceState('rojo=00f067aa0ba902b7,congo=t61rcWkgMzE') };
  const from = trace.setSpanContext(ROOT_CONTEXT, remote);

  const server = tracer.startSpan('GET /checkout', { kind: SpanKind.SERVER, attributes: ATTRIBUTES }, from);
  const inside = trace.setSpan(from, server);
  const other = { traceId: newId(16), spanId: newId(8), traceFlags: TraceFlags.NONE, traceState: createTraceState('a=1') };
  const client = tracer.startSpan('SELECT orders', { kind: SpanKind.CLIENT, links: [{ context: other, attributes: { 'link.why': 'retry', 'link.count': 2 } }, { context: remote }] }, inside);
  client.addEvent('row fetched', { rows: 3, ok: true }, Date.now());
  client.recordException(new RangeError('index out of range'));
  client.setStatus({ code: SpanStatusCode.ERROR, message: 'index out of range' });
  client.end();
  for (const kind of [SpanKind.INTERNAL, SpanKind.PRODUCER, SpanKind.CONSUMER]) tracer.startSpan(`step ${kind}`, { kind }, inside).end();
  const many = tracer.startSpan('too much', { attributes: Object.fromEntries(Array.from({ length: 70 }, (_, i) => [`k${i}`, i])) }, inside);
  for (let i = 0; i < 10; i++) many.addEvent(`event ${i}`);
  many.end();
  server.setStatus({ code: SpanStatusCode.OK });
  server.end();
  return memory.getFinishedSpans();
}

for (const protocol of ['http/protobuf', 'http/json', 'grpc']) {
  for (const compression of ['none', 'gzip'] as const) {
    test(`what the SDK sends over ${protocol}, compression ${compression}, is read back as it was sent`, async () => {
      const spans = makeTrace();
      const exporter = (exporters(key)[protocol] ?? assert.fail())(compression);
      const result = await exportOnce(exporter, spans);
      assert.deepEqual(result, { code: SUCCESS });
      sent += spans.length;
      const stored = await askWell<Otlp>(server, token, `/api/v1/traces/${spans[0]?.spanContext().traceId}`);
      assert.deepEqual(flat(stored), flat(JSON.parse(new TextDecoder().decode(JsonTraceSerializer.serializeRequest(spans))) as Otlp));
      await exporter.shutdown();
    });
  }
}

test('parents, kinds and remote parents make the tree that the SDK made', async () => {
  const spans = makeTrace();
  const exporter = (exporters(key)['grpc'] ?? assert.fail())('none');
  assert.deepEqual(await exportOnce(exporter, spans), { code: SUCCESS });
  sent += spans.length;
  const stored = flat(await askWell<Otlp>(server, token, `/api/v1/traces/${spans[0]?.spanContext().traceId}`));
  const root = stored.find(({ span }) => span['name'] === 'GET /checkout')?.span ?? assert.fail();
  assert.equal(root['parentSpanId'], spans.find(({ name }) => name === 'GET /checkout')?.parentSpanContext?.spanId);
  const children = stored.filter(({ span }) => span['parentSpanId'] === root['spanId']);
  assert.deepEqual(children.map(({ span }) => [span['name'], span['kind']]).sort(), [['SELECT orders', 3], ['step 0', 1], ['step 3', 4], ['step 4', 5], ['too much', 1]]);
  await exporter.shutdown();
});

test('secrets are replaced, the rest of the span stays, and the span says what was replaced where', async () => {
  const memory = new InMemorySpanExporter();
  const provider = new TracerProvider({ resource: resourceFromAttributes({ 'service.name': 'shop' }), spanProcessors: [new SimpleSpanProcessor({ exporter: memory })] });
  const attributes = { 'http.request.header.authorization': 'Bearer eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0NTY3ODkwIn0.dozjgNryP4J3jVmNHl0w5N_XgL0n3I9PlFUP0THsR8U', 'enduser.mail': 'ann.jones@example.com', kept: 'as it was' };
  provider.getTracer('t').startSpan('mail to ann.jones@example.com', { attributes }).end();
  const spans = memory.getFinishedSpans();
  assert.equal((await exportOnce((exporters(key)['http/protobuf'] ?? assert.fail())('gzip'), spans)).code, SUCCESS);
  sent += 1;
  const [stored] = flat(await askWell<Otlp>(server, token, `/api/v1/traces/${spans[0]?.spanContext().traceId}`));
  const text = JSON.stringify(stored);
  for (const secret of ['ann.jones', 'eyJzdWIi', 'dozjgNry']) assert.ok(!text.includes(secret), text);
  assert.equal(stored?.span['name'], 'mail to [email]');
  assert.match(text, /"kept","value":\{"stringValue":"as it was"\}/);
  assert.match(text, /tracekeep\.minimized/);
  assert.match(text, /attributes\.enduser\.mail: 1 email/);
});

test('spans of a foreign service are refused; the others are kept and the exporter is told', async () => {
  const said: string[] = [];
  diag.setLogger({ error() {}, warn: (...words) => said.push(words.join(' ')), info() {}, debug() {}, verbose() {} }, { logLevel: DiagLogLevel.WARN, suppressOverrideMessage: true });
  for (const protocol of ['http/protobuf', 'http/json', 'grpc']) {
    said.length = 0;
    const [own, foreign] = ['shop-cart', 'bank'].map((service) => {
      const memory = new InMemorySpanExporter();
      const provider = new TracerProvider({ resource: resourceFromAttributes({ 'service.name': service }), spanProcessors: [new SimpleSpanProcessor({ exporter: memory })] });
      provider.getTracer('t').startSpan('work').end();
      return memory.getFinishedSpans()[0] ?? assert.fail();
    });
    assert.ok(own !== undefined && foreign !== undefined);
    const exporter = (exporters(key)[protocol] ?? assert.fail())('none');
    assert.equal((await exportOnce(exporter, [own, foreign])).code, SUCCESS);
    sent += 2;
    assert.match(said.join('\n'), /[Pp]artial [Ss]uccess.*"rejectedSpans":"?1\b.*span_service/s, protocol);
    assert.equal(flat(await askWell<Otlp>(server, token, `/api/v1/traces/${own.spanContext().traceId}`)).length, 1);
    await exporter.shutdown();
  }
  diag.disable();
  assert.equal((await balancedAccounting(server, token)).totals.refused, 3);
});

test('a wrong key is a failure that the exporter does not repeat; a revoked one is refused within a second', async () => {
  for (const protocol of ['http/protobuf', 'http/json', 'grpc']) {
    const wrong = (exporters(`${key.slice(0, -4)}AAAA`)[protocol] ?? assert.fail())('none');
    const began = performance.now();
    const result = await exportOnce(wrong, makeTrace());
    assert.equal(result.code, FAILED, protocol);
    assert.ok(!JSON.stringify([result.error?.message, result.error]).includes(key.slice(3, 20)));
    assert.ok(performance.now() - began < 15_000, 'the exporter kept trying');
    await wrong.shutdown();
  }
  const brief = await addProducer(server.data, 'brief', ['shop']);
  const spans = makeTrace();
  assert.equal((await exportOnce((exporters(brief)['http/protobuf'] ?? assert.fail())('none'), spans)).code, SUCCESS);
  sent += spans.length;
  assert.equal((await verbHere(['producer', 'revoke', 'brief', '--data', server.data])).code, 0);
  await new Promise((resolve) => setTimeout(resolve, 1_000));
  for (const protocol of ['http/protobuf', 'http/json', 'grpc']) {
    assert.equal((await exportOnce((exporters(brief)[protocol] ?? assert.fail())('none'), makeTrace())).code, FAILED, protocol);
  }
});

test('the account of it all balances, and the server stops in good order', async () => {
  const { totals, producers } = await balancedAccounting(server, token);
  assert.deepEqual([totals.received, totals.stored, totals.refused, totals.dropped], [sent, sent - 3, 3, 0]);
  assert.deepEqual(producers.map(({ name }) => name).sort(), ['brief', 'shop']);
  await server.stop();
});

interface Otlp {
  readonly resourceSpans: readonly { readonly resource?: Fields; readonly schemaUrl?: string; readonly scopeSpans: readonly { readonly scope?: Fields; readonly schemaUrl?: string; readonly spans: readonly Fields[] }[] }[];
}
type Fields = Readonly<Record<string, unknown>>;

/** Every span with its resource and scope, by span id, in a form in which equal means equal: default values left out, 64-bit numbers as text. */
function flat({ resourceSpans }: Otlp): { span: Fields; resource: unknown; scope: unknown }[] {
  const spans = resourceSpans.flatMap(({ resource, schemaUrl, scopeSpans }) =>
    scopeSpans.flatMap(({ scope, schemaUrl: ofScope, spans }) =>
      // The SDK's JSON names the schema inside the resource as well, where OTLP has no such field.
      spans.map((span) => ({ span: plain(span) as Fields, resource: plain([{ ...resource, schemaUrl: '' }, schemaUrl ?? '']), scope: plain([scope ?? {}, ofScope ?? '']) })),
    ),
  );
  return spans.sort((a, b) => (String(a.span['spanId']) < String(b.span['spanId']) ? -1 : 1));
}

function plain(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(plain);
  if (typeof value !== 'object' || value === null) return value;
  const known = Object.entries(value).filter(([key, inner]) => !isDefault(key, inner));
  return Object.fromEntries(known.map(([key, inner]) => [key, /^intValue$|UnixNano$/.test(key) ? String(inner) : plain(inner)]));
}

function isDefault(key: string, value: unknown): boolean {
  if (value === undefined) return true;
  if (/^dropped\w+Count$|^code$|^flags$/.test(key)) return value === 0;
  return (/^(traceState|message|parentSpanId|version|schemaUrl)$/.test(key) && value === '') || (/^(attributes|events|links|values)$/.test(key) && Array.isArray(value) && value.length === 0);
}

function exportOnce(exporter: SpanExporter, spans: ReadableSpan[]): Promise<ExportResult> {
  return new Promise((resolve) => context.with(ROOT_CONTEXT, () => exporter.export(spans, resolve)));
}

function newId(bytes: number): string {
  return Buffer.from(crypto.getRandomValues(new Uint8Array(bytes))).toString('hex');
}
