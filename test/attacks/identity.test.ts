/** Attacks on who somebody is: keys that are none, keys of others, words only the server may say, requests sent twice. */
import assert from 'node:assert/strict';
import { Client, credentials, Metadata } from '@grpc/grpc-js';
import { before, test } from 'node:test';
import { addProducer, createToken, startServer, type TestServer, until } from '#harness';
import { verbHere } from '#harness/verbs';
import { assertUnharmed } from '#harness/aftermath';
import { type Account, ask, askWell, balancedAccounting, exportOf, type Json, newTraceId, send, sendWell, spanOf } from '#harness/exchange';
import { request, span } from '#harness/protobuf';

let server: TestServer;
let key = '';
let token = '';
let foreignKey = '';
let foreignToken = '';
/** Spans sent for the default tenant in requests that got past the door. */
let sent = 0;

before(async () => {
  server = await startServer();
  const elsewhere = ['--tenant', 'elsewhere'];
  [key, token, foreignKey, foreignToken] = [
    await addProducer(server.data, 'shop', ['shop', 'cart-*']), await createToken(server.data, 'admin'),
    await addProducer(server.data, 'bank', ['*'], elsewhere), await createToken(server.data, 'admin', elsewhere),
  ];
});

test('nobody writes without a valid ingest key, over HTTP or gRPC', async () => {
  const revoked = await addProducer(server.data, 'gone', ['*']);
  assert.equal((await verbHere(['producer', 'revoke', 'gone', '--data', server.data])).code, 0);
  await until(async () => (await send(server, revoked, exportOf([]))).status === 401, 'the revoked key is refused', 1_000);
  const wrong = [null, '', 'tk_', key.slice(0, -1), `${key}A`, `${key.slice(0, -1)}${key.endsWith('A') ? 'B' : 'A'}`, key.toLowerCase(), ` ${key}`.trim().replace('tk_', 'tt_'), revoked, 'tk_../../etc/passwd', "tk_' OR '1'='1", 'x'.repeat(8_000)];
  for (const one of wrong) {
    const { status, text } = await send(server, one, exportOf([spanOf()]));
    assert.equal(status, 401, `${one?.slice(0, 5)}…`);
    if (one !== null && one.length > 10) assert.ok(!text.includes(one.slice(3, 12)), 'the answer repeats the credential');
    assert.equal(await grpcStatus(one), 16, `${one?.slice(0, 5)}…`);
  }
  const headers = [`Basic ${Buffer.from(`x:${key}`).toString('base64')}`, key, `Bearer ${key} ${key}`, `Bearer ${key},Bearer ${key}`, `Bearer\t${key}x`];
  for (const authorization of headers) assert.equal((await send(server, null, exportOf([spanOf()]), { Authorization: authorization })).status, 401, authorization.slice(0, 8));
  assert.equal((await balancedAccounting(server, token)).totals.received, 0);
});

test('a reader’s token writes nothing, a producer’s key reads nothing', async () => {
  assert.equal((await send(server, token, exportOf([spanOf()]))).status, 403);
  assert.equal(await grpcStatus(token), 7);
  for (const path of ['/api/v1/services', '/api/v1/accounting', '/api/v1/search', `/api/v1/traces/${newTraceId()}`, '/metrics']) {
    assert.equal((await ask(server, key, path)).status, 403, path);
  }
  for (const path of ['/api/v1/services', '/metrics', '/nothing']) {
    for (const wrong of ['', 'tt_', token.slice(0, -1), `${token}x`]) assert.equal((await ask(server, wrong, path)).status, 401, path);
  }
  // In a URL it would end up in histories and logs.
  assert.equal((await ask(server, null, `/api/v1/services?token=${token}&access_token=${token}`)).status, 401);
});

test('a viewer does not get at what is for administrators', async () => {
  const viewer = await createToken(server.data, 'viewer');
  assert.equal((await ask(server, viewer, '/metrics')).status, 403);
  assert.equal((await ask(server, viewer, '/api/v1/services')).status, 200);
});

test('a producer does not speak for a service that is not its own: refused, counted, said', async () => {
  const spans = ['shop', 'cart-eu', 'bank', 'Shop', 'shop ', 'xshop', 'cart', '', 'unknown_service', 'shop\0', 'ѕhop', '*', 'cart-\u202ereversed'].map((service) => ({ service, span: spanOf() }));
  const { status, text } = await send(server, key, { resourceSpans: spans.flatMap(({ service, span }) => exportOf([span], service)['resourceSpans'] as Json[]) });
  assert.equal(status, 200);
  sent += spans.length;
  const { partialSuccess } = JSON.parse(text) as { partialSuccess: { rejectedSpans: string; errorMessage: string } };
  assert.equal(partialSuccess.rejectedSpans, '10');
  assert.match(partialSuccess.errorMessage, /10 spans refused, span_service/);
  assert.ok(!partialSuccess.errorMessage.includes('bank'), 'the message repeats payload');
  for (const { service, span } of spans) {
    const found = (await ask(server, token, `/api/v1/traces/${String(span['traceId'])}`)).status;
    assert.equal(found, ['shop', 'cart-eu'].includes(service) || service.startsWith('cart-') ? 200 : 404, JSON.stringify(service));
  }
  // Two service names: whichever counts, it is checked and stored as one.
  const twice = spanOf();
  const names = ['shop', 'bank'].map((name) => ({ key: 'service.name', value: { stringValue: name } }));
  await send(server, key, { resourceSpans: [{ resource: { attributes: names }, scopeSpans: [{ spans: [twice] }] }] });
  await send(server, key, { resourceSpans: [{ resource: { attributes: names.toReversed() }, scopeSpans: [{ spans: [{ ...twice, name: 'again' }] }] }] });
  sent += 2;
  assert.ok(!(await askWell<{ services: string[] }>(server, token, '/api/v1/services')).services.includes('bank'));
});

test('another tenant’s traces, services, operations and account are out of reach', async () => {
  const secret = spanOf({ 'tenant.word': 'theirs' }, { name: 'their operation' });
  await sendWell(server, foreignKey, exportOf([secret], 'their-service'));
  assert.equal((await ask(server, foreignToken, `/api/v1/traces/${String(secret['traceId'])}`)).status, 200);
  const range = `start=${Date.now() - 3_600_000}&limit=1000`;
  const paths = [`/api/v1/traces/${String(secret['traceId'])}`, '/api/v1/services', '/api/v1/services/their-service/operations', `/api/v1/search?${range}`, `/api/v1/search?service=their-service&${range}`, `/api/v1/search?attribute=tenant.word%3Dtheirs&${range}`, '/api/v1/accounting'];
  for (const path of paths) {
    const { text } = await ask(server, token, path);
    for (const word of ['their-service', 'their operation', '"theirs"', '"bank"']) assert.ok(!text.includes(word), `${path} answers ${word}`);
  }
  for (const path of paths.slice(1)) assert.notEqual((await ask(server, token, `${path}${path.includes('?') ? '&' : '?'}tenant=elsewhere`)).status, 200, path);
  // The same ids in both tenants do not mix.
  const ours = { ...spanOf({}, { name: 'our operation' }), traceId: secret['traceId'] };
  await sendWell(server, key, exportOf([ours]));
  sent += 1;
  const mine = (await ask(server, token, `/api/v1/traces/${String(secret['traceId'])}`)).text;
  assert.ok(mine.includes('our operation') && !mine.includes('their operation'));
  const { totals } = await balancedAccounting(server, foreignToken);
  assert.deepEqual([totals.received, totals.stored], [1, 1]);
});

test('a sender cannot forge the words of the server about a span', async () => {
  const forged = spanOf({ 'tracekeep.minimized': ['attributes.card: 1 card'], 'tracekeep.verified': true, 'tracekeep.tenant': 'elsewhere', TRACEKEEP: 'kept', kept: 'yes' });
  await sendWell(server, key, exportOf([forged], 'shop', { 'tracekeep.producer': 'p_0000000000000000' }));
  sent += 1;
  const text = (await ask(server, token, `/api/v1/traces/${String(forged['traceId'])}`)).text;
  assert.ok(!/"tracekeep\./.test(text), text);
  assert.match(text, /"kept","value":\{"stringValue":"yes"\}/);
});

test('a request that is sent again is acknowledged and not stored twice, alone or many at once', async () => {
  const traceId = newTraceId();
  const body = exportOf([spanOf({}, { traceId }), spanOf({}, { traceId })]);
  const before = (await balancedAccounting(server, token)).totals;
  for (let time = 0; time < 3; time++) assert.deepEqual(await answerTo(body), [200, '{}']);
  assert.deepEqual(growth(before, (await balancedAccounting(server, token)).totals), [6, 2, 0, 4]);
  const another = exportOf([spanOf({}, { traceId })]);
  const answers = await Promise.all(Array.from({ length: 24 }, () => answerTo(another)));
  assert.ok(answers.every(([status, text]) => status === 200 && text === '{}'));
  assert.deepEqual(growth(before, (await balancedAccounting(server, token)).totals), [30, 3, 0, 27]);
  // A repeated partial success is said again, its refused spans are not counted again.
  const partial = { resourceSpans: [...(exportOf([spanOf({}, { traceId })])['resourceSpans'] as Json[]), ...(exportOf([spanOf()], 'bank')['resourceSpans'] as Json[])] };
  const [first, second] = [await answerTo(partial), await answerTo(partial)];
  assert.deepEqual(second, first);
  assert.match(first[1], /"rejectedSpans":"1"/);
  assert.deepEqual(growth(before, (await balancedAccounting(server, token)).totals), [34, 4, 1, 29]);
  sent += 34;
  const { resourceSpans } = await askWell<{ resourceSpans: { scopeSpans: { spans: unknown[] }[] }[] }>(server, token, `/api/v1/traces/${traceId}`);
  assert.equal(resourceSpans.flatMap(({ scopeSpans }) => scopeSpans.flatMap(({ spans }) => spans)).length, 4);
  // Somebody else's copy is nobody's own request.
  assert.equal((await send(server, foreignKey, body)).status, 403);
  const { stored, refusedBy } = (await balancedAccounting(server, foreignToken)).totals;
  assert.deepEqual([stored, refusedBy['request_copied']], [1, 2]);
});

test('after all that: it serves, and its account is what was sent', async () => {
  const totals = await assertUnharmed(server, key, token, { received: sent });
  assert.ok(totals.refused >= 11);
});

async function answerTo(body: Json): Promise<[number, string]> {
  const { status, text } = await send(server, key, body);
  return [status, text];
}

function growth(from: Account, to: Account): number[] {
  return [to.received - from.received, to.stored - from.stored, to.refused - from.refused, to.dropped - from.dropped];
}

/** The gRPC status of an export with this credential. */
async function grpcStatus(credential: string | null): Promise<number> {
  const client = new Client(server.otlpGrpc, credentials.createInsecure());
  const metadata = new Metadata();
  if (credential !== null) metadata.set('authorization', `Bearer ${credential}`);
  const body = request([span(crypto.getRandomValues(new Uint8Array(16)), crypto.getRandomValues(new Uint8Array(8)), 'x')]);
  const same = (bytes: Buffer): Buffer => bytes;
  return new Promise((resolve) => {
    client.makeUnaryRequest('/opentelemetry.proto.collector.trace.v1.TraceService/Export', same, same, body, metadata, (error) => {
      client.close();
      resolve(error?.code ?? 0);
    });
  });
}
