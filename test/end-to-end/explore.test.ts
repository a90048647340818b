/** Looking around in a real server: charts, suggestions, the live tail, the account over time and the server's own figures agree with what was sent. */
import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import { addProducer, createToken, startServer, type TestServer } from '#harness';
import { ask, askWell, exportOf, type Json, send, sendWell, spanOf } from '#harness/exchange';

let server: TestServer;
let key = '';
let token = '';
const SINCE = `start=${Date.now() - 600_000}`;

before(async () => {
  server = await startServer();
  key = await addProducer(server.data, 'shop', ['shop-*']);
  token = await createToken(server.data);
  await sendWell(server, key, exportOf(Array.from({ length: 20 }, (_, at) => spanOf({ colour: at < 5 ? 'red' : 'green', 'user.mail': 'ada@shop.example' }, at === 0 ? { status: { code: 2 } } : {})), 'shop-web', { 'host.name': 'h1' }));
  assert.equal((await send(server, key, exportOf([spanOf(), spanOf()], 'other'))).status, 200);
});

const sum = (counts: readonly number[]): number => counts.reduce((total, count) => total + count, 0);

test('what was just acknowledged is in every chart and suggestion', async () => {
  const histogram = await askWell<{ sampledOneIn: number; buckets: { count: number[]; errors: number[] } }>(server, token, `/api/v1/search/histogram?${SINCE}&attribute=colour%3Dred&buckets=7`);
  assert.deepEqual([histogram.sampledOneIn, sum(histogram.buckets.count), sum(histogram.buckets.errors)], [1, 5, 1]);
  const drawn = await askWell<{ total: number; oneIn: number; services: string[]; points: { trace: number[]; error: number[] } }>(server, token, `/api/v1/search/points?${SINCE}`);
  assert.deepEqual([drawn.total, drawn.oneIn, drawn.services, drawn.points.trace.length, sum(drawn.points.error)], [20, 1, ['shop-web'], 20, 1]);
  const { keys } = await askWell<{ keys: { key: string; place: string; count: number; types: string[] }[] }>(server, token, `/api/v1/attributes?${SINCE}&prefix=host`);
  assert.deepEqual(keys, [{ key: 'host.name', place: 'resource', count: 20, types: ['string'] }]);
  const { values } = await askWell<{ values: Json[] }>(server, token, `/api/v1/attributes/values?${SINCE}&key=colour`);
  assert.deepEqual(values, [{ value: 'green', count: 15 }, { value: 'red', count: 5 }]);
  assert.ok(!JSON.stringify(await askWell(server, token, `/api/v1/attributes/values?${SINCE}&key=user.mail`)).includes('ada@'), 'a value that was minimized is suggested');
});

test('the account over time has what was refused, with a reason that the table of refusals explains', async () => {
  const history = await askWell<{ producers: { name: string; received: number[]; stored: number[]; refused: number[]; dropped: number[] }[]; reasons: { outcome: string; reason: string; count: number }[] }>(server, token, `/api/v1/accounting/history?${SINCE}&buckets=3`);
  const [shop] = history.producers;
  assert.deepEqual([shop?.name, sum(shop?.received ?? []), sum(shop?.stored ?? []), sum(shop?.refused ?? []), sum(shop?.dropped ?? [])], ['shop', 22, 20, 2, 0]);
  assert.deepEqual(history.reasons.filter(({ outcome }) => outcome === 'refused').map(({ reason, count }) => [reason, count]), [['span_service', 2]]);
  const { refusals } = await askWell<{ refusals: { code: string; says: string; advice: string; http: number }[] }>(server, token, '/api/v1/refusals');
  assert.match(refusals.find(({ code }) => code === 'span_service')?.advice ?? '', /tracekeep producer change/u);
});

test('the server tells its own figures to a viewer', async () => {
  const health = await askWell<{ ready: { ok: boolean }; listens: { otlpHttp: { port: number } }; spans: { total: number }; commit: { p50_ms: number | null; lastAt: string | null }; retention: { class: string }[]; queue: { pendingRows: number }; disk: { free: number } }>(server, token, '/api/v1/health');
  assert.equal(health.ready.ok, true);
  assert.equal(health.listens.otlpHttp.port, Number(new URL(server.otlpHttp).port));
  assert.equal(health.spans.total, 20);
  assert.ok((health.commit.p50_ms ?? 0) > 0 && health.commit.lastAt !== null);
  assert.deepEqual(health.retention.map((one) => one.class), ['default']);
  assert.ok(health.disk.free > 0);
});

test('a live tail tells of a trace that arrives, and of none that does not match; a stopping server ends it', async () => {
  const response = await fetch(`${server.console}/api/v1/search/tail?attribute=colour%3Dblue`, { headers: { authorization: `Bearer ${token}` } });
  assert.match(response.headers.get('content-type') ?? '', /^text\/event-stream/u);
  const blue = spanOf({ colour: 'blue' });
  await sendWell(server, key, exportOf([spanOf({ colour: 'red' })], 'shop-web'));
  await sendWell(server, key, exportOf([blue], 'shop-web'));
  let heard = '';
  let asked: Promise<void> | null = null;
  for await (const part of response.body ?? []) {
    heard += Buffer.from(part as Uint8Array).toString();
    if (asked === null && heard.includes('event: traces')) asked = server.stop();
  }
  await asked;
  const told = heard.split('\n\n').filter((event) => event.startsWith('event: '));
  assert.equal(told.length, 2, heard);
  assert.deepEqual((JSON.parse(told[0]?.split('data: ')[1] ?? '') as { traces: { traceId: string }[] }).traces.map(({ traceId }) => traceId), [blue['traceId']]);
  assert.equal(told[1], 'event: end\ndata: {"reason":"draining"}');
  await assert.rejects(ask(server, token, '/healthz'));
});
