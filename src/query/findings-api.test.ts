import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, beforeEach, test } from 'node:test';
import { createAuthenticator } from '#authenticate';
import { ControlStore, type NewFinding } from '#control';
import { Findings } from '#findings';
import { DEFAULT_TENANT, Secret, tenantId, type Role, type TenantId } from '#model';
import { refuse } from '#refusal';
import { startConsole, type RunningConsole } from './api.ts';
import type { QueryStore } from './query-store.ts';
import { createQueries } from './query.ts';

const OTHER = tenantId('other') as TenantId;
const READERS: Readonly<Record<string, readonly [Role, TenantId]>> = { viewer: ['viewer', DEFAULT_TENANT], admin: ['admin', DEFAULT_TENANT], stranger: ['admin', OTHER] };
const authenticator = createAuthenticator({
  findCredential: (credential) => {
    const [role, tenant] = READERS[credential] ?? [];
    return role === undefined || tenant === undefined ? refuse('credential_unknown') : { kind: 'token', reader: { id: 't_0000000000000001', name: credential, tenant, kind: 'token', roles: [role], groups: [], scopes: null } };
  },
});
const dataDir = mkdtempSync(join(tmpdir(), 'tracekeep-findings-api-'));
let now = 1_000_000_000_000;
let control: ControlStore;
let findings: Findings;
let running: RunningConsole;

before(async () => {
  control = await ControlStore.open({ dataDir, key: new Secret(new Uint8Array(32).fill(7)), clock: () => now });
  findings = new Findings(control, { now_ms: () => now });
  running = await startConsole({ address: { host: '127.0.0.1', port: 0 }, queries: createQueries({ store: {} as QueryStore, producers: async () => [] }), authenticator, findings, metricsText: async () => '', ready: async () => null, now_ms: () => now, onFailure: (_id, sentence) => assert.fail(sentence) });
});
after(async () => {
  await running.stop();
  control.close();
  rmSync(dataDir, { recursive: true, force: true });
});
beforeEach(() => {
  now += 86_400_000;
});

interface Event {
  readonly finding_info: { readonly uid: string; readonly modified_time?: number };
  readonly metadata: { readonly product: { readonly name: string } };
  readonly type_uid: number;
  readonly status: string;
  readonly comment?: string;
  readonly unmapped?: unknown;
}

type Answer = Event & { readonly findings: readonly Event[]; readonly nextCursor: string | null; readonly error?: { readonly code: string } };

async function ask(path: string, who = 'viewer', body?: object): Promise<{ readonly status: number; readonly json: Answer }> {
  const answer = await fetch(`http://127.0.0.1:${running.address.port}/api/v1/findings${path}`, {
    method: body === undefined ? 'GET' : 'POST',
    headers: { authorization: `Bearer ${who}`, ...(body === undefined ? {} : { 'content-type': 'application/json' }) },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  return { status: answer.status, json: (await answer.json()) as Answer };
}

function report(subject: string, more: Partial<NewFinding> = {}): void {
  findings.report({
    tenant: DEFAULT_TENANT, analytic: { uid: 'integrity.block', name: 'Blocks against the log', type_id: 1 }, subject, severity_id: 5, title: 'A block was changed', message: 'Block 17 is not what the log says.',
    evidences: [{ block: 17, row: 3 }], resources: [{ type: 'block', uid: '17' }], ...more,
  });
}

const uidsOf = ({ json }: { readonly json: Answer }): string[] => json.findings.map((one) => one.finding_info.uid);

test('a finding is an event of OCSF Detection Finding', async () => {
  report('shape');
  report('shape');
  const { json } = await ask(`?since=${now}`);
  const [event] = json.findings;
  assert.ok(event !== undefined);
  const { uid } = event.finding_info;
  assert.deepEqual(event, {
    activity_id: 2, category_uid: 2, class_uid: 2004, type_uid: 200_402, time: now, severity_id: 5, severity: 'Critical', status_id: 1, status: 'New', message: 'Block 17 is not what the log says.', count: 2,
    metadata: { version: '1.8.0', product: event.metadata.product, tenant_uid: 'default' },
    finding_info: { uid, title: 'A block was changed', analytic: { uid: 'integrity.block', name: 'Blocks against the log', type_id: 1 }, created_time: now, first_seen_time: now, last_seen_time: now },
    evidences: [{ data: { block: 17, row: 3 } }], resources: [{ type: 'block', uid: '17' }],
  });
  assert.equal(event.metadata.product.name, 'Tracekeep');
  assert.deepEqual((await ask(`/${uid}`)).json, event);
});

test('an administrator gives another status, and the list leaves out what is closed', async () => {
  report('status');
  const [uid = ''] = uidsOf(await ask(`?since=${now}`));
  assert.equal((await ask(`/${uid}/status`, 'viewer', { status_id: 4 })).json.error?.code, 'action_forbidden');
  now += 5;
  const { json } = await ask(`/${uid}/status`, 'admin', { status_id: 4, comment: 'restored from backup' });
  assert.deepEqual([json.type_uid, json.status, json.comment, json.finding_info.modified_time], [200_403, 'Resolved', 'restored from backup', now]);
  assert.deepEqual(json.unmapped, { status_changed_by: { is: 'token', id: 't_0000000000000001', name: 'admin' } });
  const since = now - 5;
  assert.deepEqual(uidsOf(await ask(`?since=${since}`)), []);
  assert.deepEqual(uidsOf(await ask(`?since=${since}&status=4&status=5`)), [uid]);
});

test('no tenant reads or changes findings of another, and only the default one those of all', async () => {
  report('theirs', { tenant: OTHER });
  report('log', { tenant: null });
  report('ours');
  const theirs = uidsOf(await ask(`?since=${now}`, 'stranger'));
  const ours = uidsOf(await ask(`?since=${now}`));
  assert.deepEqual([theirs.length, ours.length], [2, 2]);
  const [shared = ''] = ours.filter((uid) => theirs.includes(uid));
  const [foreign = ''] = theirs.filter((uid) => uid !== shared);
  assert.equal((await ask(`/${foreign}`)).status, 404);
  assert.equal((await ask(`/${foreign}/status`, 'admin', { status_id: 4 })).status, 404);
  assert.equal((await ask(`/${shared}/status`, 'stranger', { status_id: 4 })).json.error?.code, 'action_forbidden');
  assert.equal((await ask(`/${shared}/status`, 'admin', { status_id: 2 })).json.status, 'In Progress');
});

test('pages hold every finding once', async () => {
  for (let i = 0; i < 7; i++) report(`page ${i}`);
  const since = now;
  const uids: string[] = [];
  for (let cursor: string | null = ''; cursor !== null; ) {
    const page: Awaited<ReturnType<typeof ask>> = await ask(`?since=${since}&limit=3${cursor === '' ? '' : `&cursor=${cursor}`}`);
    uids.push(...uidsOf(page));
    cursor = page.json.nextCursor;
  }
  assert.equal(new Set(uids).size, 7);
  assert.equal(uids.length, 7);
});

test('no parameter becomes SQL or leaves its bounds', async () => {
  for (const query of [
    "analytic=x'%20OR%201=1", 'analytic=X', 'status=6', 'status=0', 'status=1%20OR%201', 'severity=7', 'limit=0', 'limit=501', 'limit=1e309', 'since=yesterday', "since='", 'cursor=%27', 'cursor=AAAA', 'other=1',
    `cursor=${Buffer.from("1.f_0000000000000000' OR 1=1").toString('base64url')}`, `cursor=${'A'.repeat(65)}`,
  ]) assert.deepEqual([(await ask(`?${query}`)).json.error?.code, query], ['query_invalid', query]);
  for (const uid of ['f_', "f_'--", 'f_000000000000000G', `f_${'0'.repeat(17)}`]) assert.equal((await ask(`/${encodeURIComponent(uid)}`)).status, 400, uid);
  assert.equal((await ask(`/f_${'0'.repeat(16)}`)).status, 404);
  report('bounds');
  const [uid = ''] = uidsOf(await ask(`?since=${now}`));
  for (const body of [{}, { status_id: 6 }, { status_id: 4, comment: 'x'.repeat(1_025) }, { status_id: 4, by: 'me' }, { status_id: 4, comment: ['x'.repeat(2_000)] }]) assert.equal((await ask(`/${uid}/status`, 'admin', body)).status, 400, JSON.stringify(body).slice(0, 40));
  assert.equal((await ask(`/${uid}`)).json.status, 'New');
});
