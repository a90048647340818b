import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { ControlStore } from '#control';
import { DEFAULT_TENANT, ENTRY_TYPES, Secret, type Commit, type Reader, type Role, type TenantId } from '#model';
import { createAnswering } from '#query/answering';
import { createTestStore, TODAY_MS, type TestStore } from '#query/testing';
import { Records, type Read } from '#records';
import { isRefusal } from '#refusal';
import { BEGINNING, createAudit, type Audit, type AuditQuestion, type AuditRecord } from './audit.ts';

const KEY = new Secret(new Uint8Array(32).fill(7));
const TRACE = '0af7651916cd43dd8448eb211c80319c';
const OTHER = TRACE.replace('0a', '0b');
const home = mkdtempSync(join(tmpdir(), 'tracekeep-audit-'));
const reader = (name: string, role: Role, tenant: TenantId = DEFAULT_TENANT): Reader => ({ id: `a_${Buffer.from(name).toString('hex').padEnd(16, '0')}`, name, tenant, kind: 'person', roles: [role], groups: [], scopes: null });
const [ada, bob, eve] = [reader('Ada', 'auditor'), reader('Bob', 'viewer'), reader('Eve', 'admin', 'other' as TenantId)];

let store: TestStore;
let control: ControlStore;
let records: Records;
let audit: Audit;
let now = TODAY_MS;
let entries = 0;

const read = (more: Partial<Read> = {}): Read => ({ reader: bob, action: 'trace.read', route: 'GET /api/v1/traces/:id', outcome: 'allowed', ids: [TRACE], query: 'd', filter: '', rows: 3, reason: '', network: '192.0.2.0/24', ...more });

async function insert({ entries: bodies = [] }: Commit): Promise<void> {
  const rows = bodies.map(({ type, time_ms, statement, closed }) => JSON.stringify({ index: entries++, time: (time_ms / 1_000).toFixed(3), type: ENTRY_TYPES[type], tenant: (JSON.parse(statement) as { tenant?: string | null }).tenant ?? '', statement, closed }));
  await store.session.queryBindAsync('INSERT INTO log_entries (index, time, type, tenant, statement, closed) SELECT * FROM format(JSONEachRow, {structure:String}, {rows:String})', { structure: 'index UInt64, time DateTime64(3), type UInt8, tenant String, statement String, closed String', rows: rows.join('\n') });
}

before(async () => {
  store = createTestStore();
  control = await ControlStore.open({ dataDir: home, key: KEY, clock: () => now });
  const logged = { commit: insert, lastOutbox: 0, lastRecord: 0 };
  records = await Records.start({ control, store: logged, key: KEY, journal: { directory: join(home, 'access'), key: KEY }, now_ms: () => now });
  audit = createAudit(createAnswering({ store, now_ms: () => now, settle_ms: 0 }), { flush: () => records.flush(), size: () => entries });
});
after(async () => {
  await records.stop();
  control.close();
  store.close();
  rmSync(home, { recursive: true, force: true });
});

async function ask(question: Partial<AuditQuestion> = {}, who = ada): Promise<readonly AuditRecord[]> {
  const page = await audit.records(who, { limit: 100, ...question });
  assert.ok(!isRefusal(page), JSON.stringify(page));
  return page.records;
}

const brief = (all: readonly AuditRecord[]): unknown[] => all.map(({ who, action, resource, outcome }) => `${who} ${action} ${resource} ${outcome}`);

test('reads, refusals, sign-ins and changes have one form, the newest first', async () => {
  await control.setTenant(DEFAULT_TENANT, 'long', { is: 'command line' });
  now += 1_000;
  await records.record(read({ filter: 'service=shop', reason: 'ticket 7' }));
  now += 1_000;
  await records.record(read({ action: 'trace.search', route: 'GET /api/traces', ids: [OTHER, TRACE], rows: 12 }));
  await records.record(read({ action: 'trace.search', route: 'GET /api/v1/search', ids: [], rows: 0 }));
  now += 1_000;
  await records.record(read({ action: 'finding.read', route: 'GET /api/v1/findings/:uid', ids: ['f_0123456789abcdef'], outcome: 'failed', code: 'not_found', rows: null }));
  now += 1_000;
  await records.record(read({ reader: null, ids: [TRACE], outcome: 'refused', code: 'credential_unknown', rows: null, query: '' }));
  now += 1_000;
  await records.failedAttempt({ account: { id: bob.id, name: 'Bob', tenant: DEFAULT_TENANT }, how: 'password', early: false, network: '192.0.2.0/24' });
  now += 1_000;
  await control.addToken({ tenant: DEFAULT_TENANT, roles: ['viewer'], name: 'grafana' }, { is: 'person', id: ada.id, name: 'Ada' });
  const all = await ask();
  const token = all[0]?.resource ?? '';
  assert.match(token, /^token:t_[0-9a-f]{16}$/);
  assert.deepEqual(brief(all), [
    `Ada token.made ${token} allowed`,
    'Bob sign.in session failed',
    `unknown trace.read trace:${TRACE} refused`,
    'Bob finding.read finding:f_0123456789abcdef failed',
    'Bob trace.search search allowed',
    `Bob trace.search trace:${TRACE} allowed`,
    `Bob trace.search trace:${OTHER} allowed`,
    `Bob trace.read trace:${TRACE} allowed`,
    'command line tenant.set tenant:default allowed',
    'command line tenant.made tenant:default allowed',
  ]);
  const { id, entry, ...first } = all[7] ?? assert.fail();
  assert.ok(id.startsWith(`${entry}.`));
  assert.deepEqual(first, {
    time: new Date(TODAY_MS + 1_000).toISOString(), who: 'Bob', whoId: bob.id, whoKind: 'person', action: 'trace.read', resource: `trace:${TRACE}`, outcome: 'allowed', code: null, route: 'GET /api/v1/traces/:id', filter: 'service=shop',
    rows: 3, reason: 'ticket 7', network: '192.0.2.0/24', count: 1, until: null, tenant: 'default',
  });
  assert.deepEqual(all.slice(1, 3).map(({ whoId, whoKind, code }) => [whoId, whoKind, code]), [[bob.id, 'person', 'sign_in_failed'], [null, 'nobody', 'credential_unknown']]);
});

test('filters name who, what and which, with * for any run of characters', async () => {
  assert.equal((await ask({ resource: `trace:${TRACE}` })).length, 3);
  assert.equal((await ask({ resource: `trace:${TRACE}`, outcome: 'allowed', who: 'Bob' })).length, 2);
  assert.equal((await ask({ who: bob.id, action: '*.read' })).length, 2);
  assert.deepEqual(await ask({ who: "B_b' OR 1" }), []);
  assert.equal((await ask({ from: TODAY_MS + 3_000, to: TODAY_MS + 3_000 })).length, 1);
});

test('pages follow one another without a gap and without repeating anything', async () => {
  const whole = await ask();
  const paged: AuditRecord[] = [];
  for (let question: Partial<AuditQuestion> = {}; ; ) {
    const page = await audit.records(ada, { ...question, limit: 4 });
    assert.ok(!isRefusal(page));
    paged.push(...page.records);
    if (page.next === null) break;
    question = { after: page.next };
  }
  assert.deepEqual(paged, whole);
});

test('in the order of the log they come once each, of every tenant, whatever the size of the pieces', async () => {
  const taken: AuditRecord[] = [];
  for (let after = BEGINNING; ; ) {
    const { records: some, next } = await audit.logged(after, 4);
    if (some.length === 0) break;
    taken.push(...some);
    after = next;
  }
  const whole = await ask();
  assert.equal(taken.length, whole.length);
  assert.equal(new Set(taken.map(({ id }) => id)).size, taken.length);
  assert.deepEqual(new Set(taken.map((one) => JSON.stringify(one))), new Set(whole.map((one) => JSON.stringify(one))));
  assert.ok(taken.every(({ entry }, at) => at === 0 || entry >= (taken[at - 1]?.entry ?? 0)));
});

test('nobody sees the records of another tenant, and only the default one those of none', async () => {
  await records.record(read({ reader: eve, ids: [OTHER] }));
  assert.deepEqual(brief(await ask({}, eve)), [`Eve trace.read trace:${OTHER} allowed`]);
  assert.ok((await ask()).every(({ who }) => who !== 'Eve'));
  const refused = await audit.records(bob, { limit: 1 });
  assert.ok(isRefusal(refused) && refused.refused === 'action_forbidden');
});

test('what is older than the newest entries is found as well', async () => {
  await records.flush();
  now += 40 * 86_400_000;
  await records.record(read());
  assert.equal((await ask()).length, 1);
  assert.ok((await ask({ from: TODAY_MS })).length > 10);
});

test('access policies are told once however long they are, and broken glass with its reason', async () => {
  const from = (now += 60_000);
  const account = await control.addAccount({ tenant: DEFAULT_TENANT, name: 'Otto', roles: ['operator'], password: 'hash' }, { is: 'command line' });
  assert.ok(!isRefusal(account));
  await control.addAccessPolicies({ tenant: DEFAULT_TENANT, text: '// x\n'.repeat(8_000), policies: 0, note: 'why' }, 0, { is: 'command line' });
  now += 1_000;
  await control.breakGlass({ tenant: DEFAULT_TENANT, person: account.id, role: 'viewer', reason: 'nobody else is awake', minutes: 5 }, { is: 'person', id: account.id, name: 'Otto' });
  const told = (await ask({ from })).filter(({ action }) => !action.startsWith('person.added'));
  assert.deepEqual(told.map(({ who, action, resource, reason }) => [who, action, resource, reason]), [
    ['Otto', 'person.glass-broken', `account:${account.id}`, 'nobody else is awake'],
    ['command line', 'access-policy.applied', 'access-policy', 'why'],
  ]);
});
