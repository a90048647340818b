import assert from 'node:assert/strict';
import { after, before, beforeEach, test } from 'node:test';
import { createAuthenticator } from '#authenticate';
import { DEFAULT_TENANT, type Reader } from '#model';
import type { Read } from '#records';
import { refuse } from '#refusal';
import { startConsole, type RunningConsole } from './api.ts';
import type { QueryStore } from './query-store.ts';
import { createQueries, type Queries } from './query.ts';

const TRACE = '0af7651916cd43dd8448eb211c80319c';
const READER: Reader = { id: 't_0000000000000001', name: 'grafana', kind: 'token', roles: ['viewer'], groups: [], scopes: null, tenant: DEFAULT_TENANT };
const notFound = async () => refuse('not_found');
const QUERIES: Queries = { ...createQueries({ store: {} as QueryStore, producers: async () => [] }), traceById: notFound, tracesByIds: notFound, search: notFound, services: async () => ['cart', 'shop'], findTraces: async () => ({ traces: [{ traceId: TRACE, spans: [], more: false }], leftOut: [] }), accounting: notFound };

let running: RunningConsole;
let reads: Read[] = [];
let full = false;

before(async () => {
  running = await startConsole({
    address: { host: '127.0.0.1', port: 0 },
    queries: QUERIES,
    authenticator: createAuthenticator({ findCredential: (text) => (text === 'tt_viewer' ? { kind: 'token', reader: READER } : refuse('credential_unknown')) }),
    records: {
      record: async (read) => {
        if (full) return refuse('record_unavailable');
        reads.push(read);
        return true;
      },
      digestOf: (text) => (text === '' ? '' : `digest of ${text.length}`),
      minimized: (_tenant, values) => (values.some(([, value]) => value === 'unsure') ? null : values.map(([key, value]) => (key === 'password' ? null : [key, value.replace('ada@example.com', '[email]')]))),
    },
    metricsText: async () => '',
    ready: async () => null,
  });
});
after(() => running.stop());
beforeEach(() => {
  reads = [];
  full = false;
});

async function ask(path: string, token = 'tt_viewer', headers: Readonly<Record<string, string>> = {}): Promise<{ readonly status: number; readonly code: string | undefined }> {
  const answer = await fetch(`http://127.0.0.1:${running.address.port}${path}`, { headers: { ...headers, authorization: `Bearer ${token}` } });
  const body = (await answer.json().catch(() => ({}))) as { readonly error?: { readonly code: string } };
  return { status: answer.status, code: body.error?.code };
}

const FRAME = { reader: { id: READER.id, name: READER.name, tenant: READER.tenant, kind: READER.kind }, query: '', filter: '', rows: null, reason: '', network: '127.0.0.0/24' };
const seen = (): unknown[] => reads.map(({ action, route, outcome, ids, filter, rows }) => [action, route, outcome, ids, filter, rows]);

test('a request for telemetry is recorded with its reader, action, route, ids, rows and why', async () => {
  assert.equal((await ask(`/api/v1/traces/${TRACE.toUpperCase()}`, 'tt_viewer', { 'x-tracekeep-reason': `ticket 7 of ada@example.com ${'x'.repeat(300)}` })).status, 404);
  assert.deepEqual(reads, [{ ...FRAME, action: 'trace.read', route: 'GET /api/v1/traces/:id', outcome: 'failed', code: 'not_found', ids: [TRACE], reason: `ticket 7 of [email] ${'x'.repeat(172)}` }]);
  reads = [];
  assert.equal((await ask('/api/v1/services')).status, 200);
  assert.deepEqual(seen(), [['service.list', 'GET /api/v1/services', 'allowed', [], '', 2]]);
});

test('of what is searched for the minimized form is recorded, attribute by attribute, and a digest; what is not sure is a digest alone', async () => {
  const filterOf = async (path: string): Promise<string | undefined> => {
    reads = [];
    await ask(path);
    return reads[0]?.filter;
  };
  const attributes = ['user.email=ada@example.com', 'span:password!=hunter2', 'http.status_code>=500', 'error'].map((one) => `attribute=${encodeURIComponent(one)}`).join('&');
  assert.equal(await filterOf(`/api/v1/search?service=shop&start=1h&limit=5&order=newest&${attributes}`), 'service=shop & start=1h & limit=5 & order=newest & user.email=[email] & [removed]!=[removed] & http.status_code>=500 & error');
  assert.match(reads[0]?.query ?? '', /^digest of [0-9]+$/);
  assert.equal(await filterOf('/api/v1/search?attribute=note%3Dunsure&service=shop'), '');
  assert.equal(await filterOf(`/api/v1/search?tags=${encodeURIComponent('{"user.email":"ada@example.com","password":"x"}')}`), 'user.email=[email] & [removed]=[removed]');
  assert.equal(await filterOf(`/api/traces?service=shop&tag=password:hunter2&anything=ada&ada@example.com=1`), 'service=shop & [removed]:[removed]');
  assert.equal(await filterOf('/api/v1/attributes/values?key=password&prefix=hunt'), 'key=password & prefix=[removed]');
  assert.equal(await filterOf(`/api/v1/search?start=${'4'.repeat(30)}ada@example.com`), 'start=444444444444444444444444444444[email]');
});

test('ids are recorded as they are meant, however Jaeger’s clients write them, and those of traces that are shown whole', async () => {
  await ask(`/api/traces?traceID=${TRACE}&traceID=${TRACE.replace('0a', '0b').toUpperCase()}`);
  await ask('/api/traces/1a');
  await ask(`/api/v3/traces/${encodeURIComponent(Buffer.from(TRACE, 'hex').toString('base64'))}`);
  await ask('/api/traces?service=shop');
  assert.deepEqual(reads.map(({ ids }) => ids), [[TRACE, TRACE.replace('0a', '0b')], ['1a'.padStart(32, '0')], [TRACE], [TRACE]]);
});

test('whoever is refused is recorded, and the server’s own state and what is malformed are not', async () => {
  for (const path of ['/api/v1/accounting', '/api/v1/routes', '/healthz', '/api/v1/nothing', '/api/v1/traces/words', '/api/v1/search?limit=0', '/api/v1/search?other=1']) await ask(path);
  assert.deepEqual(seen(), []);
  assert.equal((await ask(`/api/v1/traces/${TRACE}?a=b`, 'tt_unknown')).status, 401);
  assert.equal((await ask('/metrics')).status, 403);
  assert.deepEqual(reads, [
    { ...FRAME, reader: null, action: 'trace.read', route: 'GET /api/v1/traces/:id', outcome: 'refused', code: 'credential_unknown', ids: [TRACE] },
    { ...FRAME, action: 'metrics.read', route: 'GET /metrics', outcome: 'refused', code: 'action_forbidden', ids: [] },
  ]);
});

test('what cannot be recorded is not shown, whatever the answer would have been', async () => {
  full = true;
  assert.deepEqual(await ask('/api/v1/services'), { status: 503, code: 'record_unavailable' });
  assert.deepEqual(await ask(`/api/v1/traces/${TRACE}`), { status: 503, code: 'record_unavailable' });
  assert.equal((await ask('/api/traces?service=shop')).status, 503);
  assert.equal((await ask('/api/v1/accounting')).code, 'not_found');
});
