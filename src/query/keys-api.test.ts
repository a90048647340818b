import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { chmodSync, mkdtempSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { createAuthenticator } from '#authenticate';
import { ControlStore } from '#control';
import { Custody } from '#custody';
import { KeyDesk } from '#custody/key-desk';
import { ProcessWindows } from '#custody/process-windows';
import { newSubjectKey, WINDOW_MS, wrapSubjectKey } from '#keys';
import { DEFAULT_TENANT, ROLES, Secret, tenantId, type Reader, type TenantId } from '#model';
import { isRefusal, refuse } from '#refusal';
import { startConsole, type RunningConsole } from './api.ts';
import type { QueryStore } from './query-store.ts';
import { createQueries } from './query.ts';

const OTHER = tenantId('other') as TenantId;
const home = mkdtempSync(join(tmpdir(), 'tracekeep-keys-api-'));
const failures: unknown[] = [];
let now = Date.UTC(2026, 0, 1, 10, 30);
let control: ControlStore;
let desk: KeyDesk;
let windows: ProcessWindows;
const heard: string[] = [];
let running: RunningConsole;

/** A reader of each role, and a custodian of another tenant, by their credential. */
const authenticator = createAuthenticator({
  findCredential: (credential) => {
    const role = ROLES.find((one) => one === credential.replace('other-', ''));
    const tenant = credential.startsWith('other-') ? OTHER : DEFAULT_TENANT;
    return role === undefined ? refuse('credential_unknown') : { kind: 'token', reader: { id: 't_0000000000000001', name: credential, tenant, kind: 'token', roles: [role], groups: [], scopes: null } satisfies Reader };
  },
});

before(async () => {
  control = await ControlStore.open({ dataDir: join(home, 'data'), key: new Secret(new Uint8Array(32).fill(7)), clock: () => now });
  const custody = new Custody({ control, source: { kind: 'file', file: join(home, 'sealing.key'), dataDir: join(home, 'data') }, hear: ({ detail = '' }) => heard.push(detail), atOnce: 2 });
  desk = new KeyDesk({ control, custody, sealing: { kind: 'file', file: join(home, 'sealing.key') }, onFailure: (failure) => failures.push(failure), rowsAtOnce: 3 });
  windows = new ProcessWindows({ control, custody, now_ms: () => now });
  running = await startConsole({
    address: { host: '127.0.0.1', port: 0 }, queries: createQueries({ store: {} as QueryStore, producers: async () => [] }), authenticator, metricsText: async () => '', ready: async () => null,
    keys: { desk, sealed: (tenant) => [{ key: 'user.id', rule: `of-${tenant}`, subject: true }] },
  });
});
after(async () => {
  await running.stop();
  await desk.stop();
  windows.stop();
  control.close();
  rmSync(home, { recursive: true, force: true });
});

interface Answer {
  readonly status: number;
  readonly text: string;
  readonly error?: { readonly code: string; readonly advice: string };
  readonly sealingRoot: object;
  readonly versions: readonly { readonly version: number; readonly state: string; readonly windows: number; readonly made: string; readonly retired: string | null }[];
  readonly toRewrap: number;
  readonly rewrapping: { readonly done: number; readonly of: number } | null;
  readonly rewrapFailed: boolean;
  readonly windows: number;
  readonly subjectKeys: number;
  readonly destroyed: number;
  readonly fields: readonly object[];
}

/** A change where there is a body, '' for one without. */
async function ask(who: string, path = '', body?: object | ''): Promise<Answer> {
  const answer = await fetch(`http://127.0.0.1:${running.address.port}/api/v1/keys${path}`, {
    method: body === undefined ? 'GET' : 'POST',
    headers: { authorization: `Bearer ${who}`, ...(typeof body === 'object' && { 'content-type': 'application/json' }) },
    ...(typeof body === 'object' && { body: JSON.stringify(body) }),
  });
  const text = await answer.text();
  // Of the one tenant that there is for whoever asks.
  const { tenants, ...rest } = JSON.parse(text) as { readonly tenants?: readonly [Answer] };
  return { ...(rest as Answer), ...tenants?.[0], status: answer.status, text };
}
const states = ({ versions }: Answer): unknown => versions.map(({ version, state, windows: needed }) => [version, state, needed]);

/** A window in each of the next hours, with subject keys in it. */
async function makeWindows(hours: number, keysInEach: number, tenant = DEFAULT_TENANT): Promise<Uint8Array> {
  const token = randomBytes(16);
  for (let hour = 0; hour < hours; hour++) {
    now += WINDOW_MS;
    const window = await windows.ensure(tenant);
    assert.ok(!isRefusal(window));
    const rows = Array.from({ length: keysInEach }, () => ({ keyId: randomBytes(8), tenant, window: window.id, token }));
    await control.addSubjectKeys(rows.map((row) => ({ ...row, wrapped: wrapSubjectKey(window, newSubjectKey(), row) })));
  }
  return token;
}

async function untilRewrapped(): Promise<Answer> {
  for (;;) {
    const answer = await ask('key-custodian');
    if (answer.rewrapping === null) return answer;
  }
}

test('key custodians and administrators see and change the keys of their own tenant, and nobody else does', async () => {
  for (const role of ROLES) {
    const allowed = role === 'key-custodian' || role === 'admin';
    assert.equal((await ask(role)).error?.code, allowed ? undefined : 'action_forbidden', role);
    for (const path of ['/rotate', '/rewrap', '/retire']) assert.equal((await ask(role, path, { nothing: 1 })).error?.code, allowed ? 'query_invalid' : 'action_forbidden', `${role} ${path}`);
  }
  assert.equal((await ask('nobody')).status, 401);
});

test('before anything was sealed there is no key, and what policy seals is said', async () => {
  const { sealingRoot, versions, windows: made, subjectKeys, fields, rewrapping } = await ask('key-custodian');
  assert.deepEqual([sealingRoot, versions, made, subjectKeys, rewrapping], [{ kind: 'file', made: false, here: false, usable: false }, [], 0, 0, null]);
  assert.deepEqual(fields, [{ key: 'user.id', sealed: 'of-default', searchable: false, subject: true, approval: null }]);
  assert.equal((await ask('key-custodian', '/rewrap', '')).error?.code, 'name_unknown');
});

test('a key is made, followed by another, its windows are put under that, and it is retired: refused while one needs it', async () => {
  assert.deepEqual(states(await ask('key-custodian', '/rotate', {})), [[1, 'current', 0]]);
  const token = await makeWindows(7, 2);
  await makeWindows(1, 1, OTHER);
  const rotated = await ask('key-custodian', '/rotate', '');
  assert.deepEqual([states(rotated), rotated.toRewrap, rotated.windows, rotated.subjectKeys, rotated.destroyed], [[[2, 'current', 0], [1, 'needed', 7]], 7, 7, 14, 0]);
  assert.equal((await ask('key-custodian', '/retire', { version: 1 })).error?.code, 'key_needed');
  assert.equal((await ask('key-custodian', '/retire', { version: 2 })).error?.code, 'key_needed', 'the newest');
  assert.equal((await ask('key-custodian', '/retire', { version: 3 })).error?.code, 'name_unknown');

  const began = await ask('key-custodian', '/rewrap', {});
  assert.ok(began.status === 200 && (began.rewrapping === null || (began.rewrapping.done >= 2 && began.rewrapping.of === 7)), began.text);
  assert.deepEqual(states(await untilRewrapped()), [[2, 'current', 7], [1, 'unneeded', 0]]);
  const retired = await ask('key-custodian', '/retire', { version: 1 });
  assert.deepEqual(states(retired), [[2, 'current', 7], [1, 'retired', 0]]);
  assert.equal(retired.versions[1]?.retired, new Date(now).toISOString());
  const keys = control.readOutbox().filter(({ type }) => type === 'key').map(({ statement }) => (statement as { what: string }).what);
  for (const what of ['rotated', 'rewrapped', 'retired']) assert.ok(keys.includes(what), what);

  await control.destroySubjectKeys(DEFAULT_TENANT, token);
  const after = await ask('key-custodian');
  assert.deepEqual([after.subjectKeys, after.destroyed], [14, 14]);
  const other = await ask('other-key-custodian');
  assert.deepEqual([states(other), other.subjectKeys, other.destroyed], [[[1, 'current', 1]], 1, 0]);
});

test('without the sealing root keys are shown, and what needs it is refused', async () => {
  renameSync(join(home, 'sealing.key'), join(home, 'elsewhere'));
  const { sealingRoot, versions } = await ask('key-custodian');
  assert.deepEqual([sealingRoot, versions.length], [{ kind: 'file', made: true, here: false, usable: false }, 2]);
  const refused = await ask('key-custodian', '/rotate', {});
  assert.deepEqual([refused.status, refused.error?.code], [503, 'sealing_root_absent']);
  renameSync(join(home, 'elsewhere'), join(home, 'sealing.key'));
  assert.equal((await ask('key-custodian', '/rotate', {})).status, 200);
  renameSync(join(home, 'sealing.key'), join(home, 'elsewhere'));
  assert.equal((await ask('key-custodian', '/rewrap', {})).error?.code, 'sealing_root_absent');
  assert.equal((await ask('key-custodian')).rewrapFailed, false, 'it had not begun');
  renameSync(join(home, 'elsewhere'), join(home, 'sealing.key'));
});

test('a sealing root that others may read is not used, and where it lies is told to the server log alone', async () => {
  chmodSync(join(home, 'sealing.key'), 0o644);
  heard.length = 0;
  assert.deepEqual((await ask('key-custodian')).sealingRoot, { kind: 'file', made: true, here: true, usable: false });
  for (const path of ['/rotate', '/rewrap']) {
    const { status, error, text } = await ask('key-custodian', path, {});
    assert.deepEqual([status, error?.code], [503, 'sealing_root_unusable']);
    assert.ok(!text.includes(home), text);
  }
  assert.equal(heard.length, 2);
  for (const detail of heard) assert.ok(detail.includes(join(home, 'sealing.key')) && detail.includes('chmod 600'), detail);
  chmodSync(join(home, 'sealing.key'), 0o600);
});

test('a run that breaks off is told, and the next one goes on; two at once are one', async () => {
  const { replaceWindows } = control;
  let calls = 0;
  control.replaceWindows = async (...words) => {
    if (++calls === 3) throw new Error('cannot write the control database');
    return replaceWindows.apply(control, words);
  };
  await Promise.all([ask('key-custodian', '/rewrap', {}), ask('key-custodian', '/rewrap', {})]);
  const broken = await untilRewrapped();
  assert.deepEqual([broken.rewrapFailed, broken.toRewrap, failures.length, calls], [true, 3, 1, 3]);
  control.replaceWindows = replaceWindows;
  await ask('key-custodian', '/rewrap', {});
  const { rewrapFailed, toRewrap } = await untilRewrapped();
  assert.deepEqual([rewrapFailed, toRewrap], [false, 0]);
});

test('no answer holds a key, wrapped or not', async () => {
  const { text } = await ask('key-custodian');
  for (const secret of [readFileSync(join(home, 'sealing.key'), 'utf8').trim(), ...control.listTenantKeys(DEFAULT_TENANT).flatMap(({ wrapped, publicKey }) => (wrapped === '' ? [publicKey] : [wrapped, publicKey]))]) assert.ok(!text.includes(secret));
});
