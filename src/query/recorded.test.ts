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
const QUERIES: Queries = { ...createQueries({ store: {} as QueryStore, producers: async () => [] }), traceById: notFound, tracesByIds: notFound, search: notFound, services: notFound, accounting: notFound };

let running: RunningConsole;
let reads: Read[] = [];
let full = false;

before(async () => {
  running = await startConsole({
    address: { host: '127.0.0.1', port: 0 },
    queries: QUERIES,
    authenticator: createAuthenticator({ findCredential: (text) => (text === 'tt_viewer' ? { kind: 'token', reader: READER } : refuse('credential_unknown')) }),
    records: {
      read: (read) => {
        if (full) return refuse('record_unavailable');
        reads.push(read);
        return true;
      },
      digestOf: (text) => (text === '' ? '' : `digest of ${text.length}`),
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

async function ask(path: string, token = 'tt_viewer'): Promise<{ readonly status: number; readonly code: string | undefined }> {
  const answer = await fetch(`http://127.0.0.1:${running.address.port}${path}`, { headers: { authorization: `Bearer ${token}` } });
  const body = (await answer.json().catch(() => ({}))) as { readonly error?: { readonly code: string } };
  return { status: answer.status, code: body.error?.code };
}

const recorded = (): unknown[] => reads.map(({ action, route, ids, query }) => [action, route, ids, query]);

test('a request for telemetry is recorded with its reader, action, route and ids', async () => {
  assert.equal((await ask(`/api/v1/traces/${TRACE.toUpperCase()}`)).status, 404);
  assert.deepEqual(reads, [{ reader: READER, action: 'trace.read', route: 'GET /api/v1/traces/:id', ids: [TRACE], query: '' }]);
});

test('of what is searched for a digest is recorded, and of Jaeger’s search by ids the ids', async () => {
  await ask('/api/v1/search?service=shop&attribute=user.email%3Dada');
  await ask(`/api/traces?traceID=${TRACE}&traceID=${TRACE.replace('0a', '0b')}&traceID=words`);
  assert.deepEqual(recorded(), [
    ['trace.search', 'GET /api/v1/search', [], 'digest of 39'],
    [reads[1]?.action, 'GET /api/traces', [TRACE, TRACE.replace('0a', '0b')], reads[1]?.query],
  ]);
  assert.ok(!JSON.stringify(reads).includes('ada'));
});

test('names, sums and the server’s own state are not recorded, nor what is refused before anything is read', async () => {
  for (const path of ['/api/v1/services', '/api/v1/accounting', '/api/v1/routes', '/healthz', '/api/v1/nothing', '/api/v1/traces/words', '/api/v1/search?limit=0', '/api/v1/search?other=1']) await ask(path);
  assert.equal((await ask(`/api/v1/traces/${TRACE}`, 'tt_unknown')).status, 401);
  assert.deepEqual(recorded(), []);
});

test('what cannot be recorded is not read', async () => {
  full = true;
  assert.deepEqual(await ask(`/api/v1/traces/${TRACE}`), { status: 503, code: 'record_unavailable' });
});
