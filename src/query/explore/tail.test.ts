/**
 * A live tail over a real socket: what arrives is told once, and it is over when its time is, when its reader may no longer read, leaves,
 * or does not read.
 */
import assert from 'node:assert/strict';
import { connect } from 'node:net';
import { after, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { LIMITS } from '#limits';
import type { Reader, TenantId } from '#model';
import { installGuard } from '#query/guard';
import { refuse, type Refusal } from '#refusal';
import fastify, { type FastifyInstance } from 'fastify';
import type { Arrivals, Explore, TailMark } from './explore.ts';
import { Tails } from './tail.ts';

const reader: Reader = { id: 't_0000000000000001', name: 'test', kind: 'token', roles: ['viewer'], groups: [], scopes: null, tenant: 'default' as TenantId };
const trace = (serial: number): Arrivals['traces'][number] => ({ traceId: serial.toString(16).padStart(32, '0'), rootService: 'shop', rootName: 'x'.repeat(1_000), startTimeUnixNano: '1', durationNano: '1', spanCount: 1, errorCount: 0, services: [], matchedSpanCount: 1, matchedSpanIds: [], minimizedCount: 0, sealedCount: 0 });

const FIRST: TailMark = { newest: 7n, seen: new Set() };
const LATER: TailMark = { newest: 12n, seen: new Set() };
const apps: FastifyInstance[] = [];
after(() => Promise.all(apps.map((app) => app.close())));

interface Tailed {
  readonly port: number;
  readonly app: FastifyInstance;
  /** Blocks asked for so far. */
  asked: TailMark[];
  revoked: boolean;
  answer: (since: TailMark) => Arrivals | Refusal;
}

async function serve(ms_max = 60_000): Promise<Tailed> {
  const app = fastify();
  apps.push(app);
  const served: Tailed = { app, port: 0, asked: [], revoked: false, answer: (since) => ({ traces: [], skipped: 0, mark: since }) };
  const explore: Pick<Explore, 'beginTail' | 'arrivals'> = {
    beginTail: async (_reader, { service }) => (service === 'none' ? refuse('query_invalid') : FIRST),
    arrivals: async (_reader, _asked, since) => {
      served.asked.push(since);
      return served.answer(since);
    },
  };
  installGuard(app, { reader: () => (served.revoked ? refuse('credential_unknown') : reader) }, []);
  const tails = new Tails(explore, { interval_ms: 10, ms_max, heartbeat_ms: 40 });
  app.addHook('preClose', async () => tails.end());
  app.get<{ Querystring: { service?: string } }>('/tail', { config: { action: 'trace.search' } }, (request, reply) => tails.answer(request, reply, { attributes: [], ...request.query }));
  await app.listen({ host: '127.0.0.1', port: 0 });
  const address = app.server.address();
  return Object.assign(served, { port: typeof address === 'object' && address !== null ? address.port : 0 });
}

const open = (served: Tailed, query = ''): Promise<Response> => fetch(`http://127.0.0.1:${served.port}/tail${query}`);

test('what arrives is told once, newest first, with how many were left out', async () => {
  const served = await serve(400);
  let told = false;
  served.answer = (since) => {
    if (told) return { traces: [], skipped: 0, mark: since };
    told = true;
    return { traces: [trace(2), trace(1)], skipped: 3, mark: LATER };
  };
  const response = await open(served);
  assert.equal(response.headers.get('content-type'), 'text/event-stream; charset=utf-8');
  assert.match(response.headers.get('content-security-policy') ?? '', /default-src 'none'/);
  assert.equal(response.headers.get('cache-control'), 'no-store');
  const events = (await response.text()).split('\n\n').filter((text) => text.startsWith('event: '));
  const [traces, note, end, ...others] = events.map((text) => text.split('\n'));
  assert.equal(traces?.[0], 'event: traces');
  assert.deepEqual((JSON.parse(traces?.[1]?.slice('data: '.length) ?? '') as Arrivals).traces.map(({ traceId }) => traceId), [trace(2).traceId, trace(1).traceId]);
  assert.deepEqual(note, ['event: note', 'data: {"skipped":3}']);
  assert.deepEqual(end, ['event: end', 'data: {"reason":"time"}']);
  assert.deepEqual(others, []);
  assert.deepEqual(new Set(served.asked), new Set([FIRST, LATER]));
});

test('a quiet tail sends heartbeats, and goes on when the store is busy', async () => {
  const served = await serve(400);
  served.answer = (since) => (served.asked.length < 3 ? refuse('query_busy') : { traces: [], skipped: 0, mark: since });
  const text = await (await open(served)).text();
  assert.ok(text.split(': nothing yet\n\n').length > 2, text);
  assert.ok(text.endsWith('event: end\ndata: {"reason":"time"}\n\n'));
});

test('a tail ends when its reader may no longer read', async () => {
  const served = await serve();
  const response = await open(served);
  served.revoked = true;
  assert.ok((await response.text()).endsWith('event: end\ndata: {"reason":"signed_out"}\n\n'));
});

test('a tail ends at what would never be answered, and begins with no filters that cannot be asked', async () => {
  const served = await serve();
  served.answer = () => refuse('query_too_large');
  assert.ok((await (await open(served)).text()).endsWith('event: end\ndata: {"reason":"query_too_large"}\n\n'));
  assert.equal((await open(served, '?service=none')).status, 400);
});

test('more tails than the limit are refused, and one that ended makes room', async () => {
  const served = await serve();
  const leave = new AbortController();
  await Promise.all(Array.from({ length: LIMITS.tails_max }, () => fetch(`http://127.0.0.1:${served.port}/tail`, { signal: leave.signal })));
  const refused = await open(served);
  assert.deepEqual([refused.status, refused.headers.get('retry-after')], [503, String(LIMITS.retry_after_s)]);
  leave.abort();
  for (let tries = 0; ; tries += 1) {
    const again = await open(served);
    if (again.status === 200) {
      await again.body?.cancel();
      break;
    }
    assert.ok(tries < 200, 'a reader who left keeps a place');
    await sleep(10);
  }
});

test('a reader who does not read is cut off', async () => {
  const served = await serve();
  served.answer = (since) => ({ traces: Array.from({ length: 50 }, (_, at) => trace(at)), skipped: 0, mark: since });
  const socket = connect(served.port, '127.0.0.1');
  socket.write('GET /tail HTTP/1.1\r\nHost: localhost\r\n\r\n');
  socket.pause();
  for (let tries = 0, last = -1; last !== served.asked.length; tries += 1) {
    assert.ok(tries < 200, 'it goes on for ever');
    last = served.asked.length === 0 ? -1 : served.asked.length;
    await sleep(100);
  }
  socket.destroy();
});

test('a server that stops ends its tails', async () => {
  const served = await serve();
  const response = await open(served);
  const [text] = await Promise.all([response.text(), served.app.close()]);
  assert.ok(text.endsWith('event: end\ndata: {"reason":"draining"}\n\n'));
});
