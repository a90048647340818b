import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { createAuthenticator } from '#authenticate';
import { ControlStore } from '#control';
import { ensureFirstPolicy, Policies } from '#enact';
import { LIMITS } from '#limits';
import { DEFAULT_TENANT, Secret, tenantId, type Reader, type Role, type TenantId } from '#model';
import { DEFAULT_POLICY_TEXT } from '#policy/default-text';
import { isRefusal, refuse } from '#refusal';
import { startConsole, type RunningConsole } from './api.ts';
import type { QueryStore } from './query-store.ts';
import { createQueries } from './query.ts';

const OTHER = tenantId('other') as TenantId;
const STRICTER = '# less\nversion: 2\nrules:\n  - { id: all, recognized: any, action: drop }\nrestricted: ["*"]\n';
const WEAKER = 'version: 2\nrules:\n  - { id: cards, recognized: [card], action: keep }\n  - { id: all, recognized: any, action: drop }\nrestricted: ["*"]\n';
const readers = new Map<string, Reader>();
const authenticator = createAuthenticator({
  findCredential: (credential) => {
    const reader = readers.get(credential);
    return reader === undefined ? refuse('credential_unknown') : { kind: 'token', reader };
  },
});
const dataDir = mkdtempSync(join(tmpdir(), 'tracekeep-policy-api-'));
let now = Date.UTC(2026, 0, 1);
let control: ControlStore;
let running: RunningConsole;

before(async () => {
  control = await ControlStore.open({ dataDir, key: new Secret(new Uint8Array(32).fill(7)), clock: () => now });
  await ensureFirstPolicy(control);
  for (const [name, role, tenant] of [['viewer', 'viewer', DEFAULT_TENANT], ['ada', 'admin', DEFAULT_TENANT], ['ben', 'admin', DEFAULT_TENANT], ['stranger', 'admin', OTHER]] as const satisfies readonly (readonly [string, Role, TenantId])[]) {
    const account = await control.addAccount({ tenant, name, roles: [role], password: 'hash' });
    assert.ok(!isRefusal(account));
    readers.set(name, { id: account.id, name, tenant, kind: 'person', roles: [role], groups: [], scopes: null });
  }
  readers.set('ci', { id: 't_0000000000000001', name: 'ci', tenant: DEFAULT_TENANT, kind: 'token', roles: ['admin'], groups: [], scopes: null });
  now += 1_000;
  const policies = new Policies({ control, approval: 'weakening', live: null });
  running = await startConsole({ address: { host: '127.0.0.1', port: 0 }, queries: createQueries({ store: {} as QueryStore, producers: async () => [] }), authenticator, policies, metricsText: async () => '', ready: async () => null, onFailure: (_id, sentence) => assert.fail(sentence) });
});
after(async () => {
  await running.stop();
  control.close();
  rmSync(dataDir, { recursive: true, force: true });
});

interface Answer {
  readonly [member: string]: unknown;
  readonly digest: string;
  readonly text: string;
  readonly version: number;
  readonly by: string;
  readonly note: string;
  readonly versions: readonly Answer[];
  readonly proposal: (Answer & { readonly id: string; readonly isOwn: boolean }) | null;
  readonly problems: readonly { readonly line: number; readonly remedy: string }[];
  readonly weakenings: readonly { readonly sentence: string }[];
  readonly error?: { readonly code: string };
}

async function ask(path: string, who = 'viewer', body?: object): Promise<{ readonly status: number; readonly json: Answer }> {
  const answer = await fetch(`http://127.0.0.1:${running.address.port}/api/v1/policy${path}`, {
    method: body === undefined ? 'GET' : 'POST',
    headers: { authorization: `Bearer ${who}`, ...(body === undefined ? {} : { 'content-type': 'application/json' }) },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  return { status: answer.status, json: (await answer.json()) as Answer };
}
const code = async (asked: Promise<{ readonly status: number; readonly json: Answer }>): Promise<readonly [number, string | undefined]> => {
  const { status, json } = await asked;
  return [status, json.error?.code];
};
const digest = async (): Promise<string> => (await ask('')).json.digest;

test('the policy in force is shown as it was written, and its schema', async () => {
  const { status, json } = await ask('');
  assert.deepEqual([status, json.version, json.text, json.by, json['approval'], json.proposal, 'canonical' in json], [200, 1, DEFAULT_POLICY_TEXT, 'server', 'weakening', null, false]);
  assert.equal((await ask('/schema.json')).json['$schema'], 'https://json-schema.org/draft/2020-12/schema');
});

test('a text is checked by anybody: its problems, and what it would weaken', async () => {
  const wrong = await ask('/check', 'viewer', { text: 'version: 2\nrules: 7\n' });
  assert.deepEqual([wrong.status, wrong.json.problems[0]?.line, wrong.json.digest], [200, 2, null]);
  const { json } = await ask('/check', 'viewer', { text: WEAKER });
  assert.ok(json.weakenings.some(({ sentence }) => sentence.includes('card')), JSON.stringify(json.weakenings));
  assert.match(json.digest, /^[0-9a-f]{64}$/);
});

test('viewers, administrators of other tenants and people without a credential change nothing', async () => {
  const base = await digest();
  const changes: readonly (readonly [string, object])[] = [['/apply', { text: STRICTER, base }], ['/revert', { version: 1 }], ['/proposals/q_0000000000000000/approve', {}], ['/proposals/q_0000000000000000/reject', {}]];
  for (const [path, body] of changes) {
    for (const who of ['viewer', 'stranger']) assert.deepEqual(await code(ask(path, who, body)), [403, 'action_forbidden'], `${path} as ${who}`);
    assert.deepEqual(await code(ask(path, 'nobody', body)), [401, 'credential_unknown']);
  }
  assert.equal(control.newestPolicy(), 1);
});

test('an administrator applies a policy from the one that was edited, and from no other', async () => {
  const base = await digest();
  const { status, json } = await ask('/apply', 'ada', { text: STRICTER, note: 'quarterly', base });
  assert.deepEqual([status, json['applied'], json.version, json['boundary'], json['pending']], [200, true, 2, null, true]);
  assert.deepEqual(await code(ask('/apply', 'ben', { text: WEAKER, base })), [409, 'policy_changed']);
  assert.equal((await ask('/apply', 'ben', { text: STRICTER, base: await digest() })).json['unchanged'], true);
  const { json: shown } = await ask('');
  assert.deepEqual([shown.text, shown.by, shown.note], [STRICTER, 'ada', 'quarterly']);
});

test('a text that is no policy is refused with its problems', async () => {
  const { status, json } = await ask('/apply', 'ada', { text: 'version: 2\nrules:\n  - id: x\n    action: burn\n', base: await digest() });
  assert.deepEqual([status, json.error?.code, json.problems.length > 0], [422, 'policy_invalid', true]);
  assert.deepEqual(await code(ask('/apply', 'ada', { text: 'x'.repeat(LIMITS.policy_bytes_max + 1), base: await digest() })), [400, 'query_invalid']);
});

test('a weakening waits for another administrator, whom its author cannot be', async () => {
  const { json } = await ask('/apply', 'ada', { text: WEAKER, note: 'support', base: await digest() });
  assert.equal(json['applied'], false);
  const { id } = json.proposal!;
  assert.deepEqual([(await ask('', 'ada')).json.proposal?.isOwn, (await ask('', 'ben')).json.proposal?.isOwn, (await ask('', 'stranger')).json.proposal], [true, false, null]);
  assert.deepEqual(await code(ask(`/proposals/${id}/approve`, 'ada', {})), [403, 'policy_own_proposal']);
  assert.deepEqual(await code(ask(`/proposals/${id}/approve`, 'ci', {})), [403, 'policy_needs_person']);
  assert.deepEqual(await code(ask('/apply', 'ben', { text: `${WEAKER}\n`, base: await digest() })), [409, 'policy_proposal_open']);
  const approved = await ask(`/proposals/${id}/approve`, 'ben', { note: 'agreed' });
  assert.deepEqual([approved.status, approved.json['applied'], approved.json.version], [200, true, 3]);
  const { json: shown } = await ask('/versions/3');
  assert.deepEqual([shown.text, shown.by, shown['approvedBy'], shown['approvalNote'], shown.weakenings.length > 0], [WEAKER, 'ada', 'ben', 'agreed', true]);
});

test('an earlier version comes back, a proposal is taken back, and every version is told', async () => {
  const { json } = await ask('/revert', 'ada', { version: 1, note: 'back' });
  const { json: rejected } = await ask(`/proposals/${json.proposal!.id}/reject`, 'ada', {});
  assert.equal(rejected.proposal?.id, json.proposal!.id);
  assert.equal((await ask('/revert', 'ada', { version: 2 })).json.version, 4);
  const { versions } = (await ask('/versions')).json;
  assert.deepEqual(versions.map(({ version, by, until }) => [version, by, until !== null]), [[4, 'ada', false], [3, 'ada', true], [2, 'ada', true], [1, 'server', true]]);
  assert.ok(versions.every((version) => !('text' in version) && !('canonical' in version)));
  assert.deepEqual(await code(ask('/versions/9')), [404, 'not_found']);
});

test('other tenants read the policy, and neither names of people nor their notes', async () => {
  const { json } = await ask('', 'stranger');
  assert.deepEqual([json.text, json.by, json.note], [STRICTER, 'an administrator', '']);
  for (const path of ['/versions', '/versions/2', '/versions/3']) assert.doesNotMatch(JSON.stringify((await ask(path, 'stranger')).json), /ada|ben|quarterly|support|agreed/);
});
