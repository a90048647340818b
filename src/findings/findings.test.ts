import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';

import { ControlStore, type NewFinding } from '#control';
import { LIMITS } from '#limits';
import { DEFAULT_TENANT, Secret, tenantId, type TenantId } from '#model';
import { isRefusal } from '#refusal';

import { Findings } from './findings.ts';

const OTHER = tenantId('other') as TenantId;
const ADA = { is: 'person', id: 'a_0000000000000001', name: 'Ada' } as const;
const KEY = new Secret(new Uint8Array(32).fill(7));
const opened: { store: ControlStore; dataDir: string }[] = [];
let now = 1_000;

after(() => {
  for (const { store, dataDir } of opened) {
    store.close();
    rmSync(dataDir, { recursive: true, force: true });
  }
});

async function open(): Promise<{ findings: Findings; store: ControlStore; file: string }> {
  const dataDir = mkdtempSync(join(tmpdir(), 'tracekeep-findings-'));
  const store = await ControlStore.open({ dataDir, key: KEY, clock: () => now });
  opened.push({ store, dataDir });
  return { findings: new Findings(store, { now_ms: () => now }), store, file: join(dataDir, 'control', 'control.sqlite') };
}

const finding = (subject: string, more: Partial<NewFinding> = {}): NewFinding => ({
  tenant: DEFAULT_TENANT, analytic: { uid: 'integrity.block', name: 'Block against the log', type_id: 1 }, subject, severity_id: 5, title: 'A block was changed',
  message: `Block ${subject} is not what the log says.`, evidences: [{ block: 17, row: 3 }], ...more,
});
const all = { limit: 100 };

test('report() counts what is equal in one finding, in memory and over time', async () => {
  const { findings } = await open();
  now = 1_000;
  for (let i = 0; i < 5; i++) findings.report(finding('17'));
  now = 2_000;
  findings.report(finding('17', { evidences: [{ block: 17, row: 4 }] }));
  await findings.flush();
  now = 3_000;
  findings.report(finding('17', { evidences: [{ block: 17, row: 4 }], severity_id: 3, message: 'newer' }));
  findings.report(finding('17', { tenant: OTHER }));
  findings.report(finding('18'));
  await findings.flush();
  const listed = findings.list({ ...all, tenant: DEFAULT_TENANT });
  assert.equal(listed.length, 2);
  const [counted] = listed.filter(({ subject }) => subject === '17');
  assert.match(counted?.uid ?? '', /^f_[0-9a-f]{16}$/);
  assert.deepEqual([counted?.count, counted?.first, counted?.last, counted?.severity_id, counted?.message], [7, 1_000, 3_000, 5, 'newer']);
  assert.deepEqual(counted?.evidences, [{ block: 17, row: 3 }, { block: 17, row: 4 }]);
});

test('a closed finding that happens again is new again, a suppressed one stays so', async () => {
  const { findings } = await open();
  findings.report(finding('a'));
  findings.report(finding('b'));
  await findings.flush();
  const uidOf = (subject: string): string => findings.list(all).find((one) => one.subject === subject)?.uid ?? '';
  const closed = await findings.change(ADA, DEFAULT_TENANT, uidOf('a'), { status_id: 4, comment: 'restored' });
  assert.ok(!isRefusal(closed));
  assert.deepEqual([closed.status_id, closed.changed?.by, closed.changed?.comment], [4, ADA, 'restored']);
  await findings.change(ADA, DEFAULT_TENANT, uidOf('b'), { status_id: 3, comment: '' });
  assert.deepEqual(findings.list({ ...all, status_id: [4] }).map(({ subject }) => subject), ['a']);
  findings.report(finding('a'));
  findings.report(finding('b'));
  await findings.flush();
  assert.deepEqual([findings.find(DEFAULT_TENANT, uidOf('a'))?.status_id, findings.find(DEFAULT_TENANT, uidOf('b'))?.status_id], [1, 3]);
});

test('a tenant sees its own findings and those of the deployment, and changes only its own', async () => {
  const { findings } = await open();
  findings.report(finding('theirs', { tenant: OTHER }));
  findings.report(finding('log', { tenant: null, evidences: [] }));
  findings.report(finding('ours'));
  await findings.flush();
  const uids = new Map(findings.list(all).map(({ subject, uid }) => [subject, uid]));
  const seen = (tenant: TenantId): string[] => findings.list({ ...all, tenant }).map(({ subject }) => subject).sort();
  assert.deepEqual([seen(DEFAULT_TENANT), seen(OTHER)], [['log', 'ours'], ['log', 'theirs']]);
  assert.equal(findings.find(DEFAULT_TENANT, uids.get('theirs') ?? ''), null);
  const change = async (tenant: TenantId | null, subject: string): Promise<string> => {
    const answer = await findings.change(ADA, tenant, uids.get(subject) ?? '', { status_id: 4, comment: '' });
    return isRefusal(answer) ? answer.refused : 'changed';
  };
  assert.equal(await change(DEFAULT_TENANT, 'theirs'), 'name_unknown');
  assert.equal(await change(OTHER, 'log'), 'action_forbidden');
  assert.equal(await change(DEFAULT_TENANT, 'log'), 'changed');
  assert.equal(await change(null, 'theirs'), 'changed');
});

test('findings are paged by when they were seen last, filtered in the database', async () => {
  const { findings } = await open();
  for (let i = 0; i < 25; i++) {
    now = 10_000 + Math.floor(i / 3);
    findings.report(finding(String(i), { severity_id: i % 2 === 0 ? 2 : 4, analytic: { uid: i < 20 ? 'one' : 'two', name: 'x', type_id: 1 } }));
  }
  await findings.flush();
  const paged: string[] = [];
  for (let last = findings.list({ limit: 4 }); last.length > 0; ) {
    paged.push(...last.map(({ uid }) => uid));
    const end = last.at(-1);
    last = end === undefined ? [] : findings.list({ limit: 4, after: { last: end.last, uid: end.uid } });
  }
  assert.deepEqual(paged, findings.list(all).map(({ uid }) => uid));
  assert.equal(new Set(paged).size, 25);
  assert.equal(findings.list({ ...all, severity_id: 3 }).length, 12);
  assert.equal(findings.list({ ...all, analytic: 'two' }).length, 5);
  assert.equal(findings.list({ ...all, since: 10_008 }).length, 1);
  assert.equal(findings.list({ ...all, analytic: "two' OR 1=1 --" }).length, 0);
});

test('one analytic that finds without end is counted together, and closed findings make room', async () => {
  const { findings } = await open();
  const max = LIMITS.findings_per_analytic_max;
  for (let i = 0; i < max; i++) findings.report(finding(String(i)));
  await findings.flush();
  now += 1;
  for (let i = max; i < max + 30; i++) findings.report(finding(String(i)));
  findings.report(finding('another analytic', { analytic: { uid: 'other', name: 'x', type_id: 1 } }));
  await findings.flush();
  const listed = findings.list({ limit: 2 * max });
  assert.equal(listed.length, max + 2);
  assert.equal(listed.find(({ subject }) => subject === '')?.count, 30);
  await findings.change(ADA, null, listed.find(({ subject }) => subject === '5')?.uid ?? '', { status_id: 5, comment: '' });
  await findings.change(ADA, null, listed.find(({ subject }) => subject === '6')?.uid ?? '', { status_id: 5, comment: '' });
  findings.report(finding('new'));
  await findings.flush();
  const subjects = new Set(findings.list({ limit: 2 * max }).map(({ subject }) => subject));
  assert.deepEqual([subjects.has('new'), subjects.has('5'), subjects.has('6')], [true, false, true]);
});

test('what waits is bounded, and what is dropped is counted', async () => {
  const { findings } = await open();
  for (let i = 0; i < LIMITS.findings_waiting_max + 7; i++) findings.report(finding(String(i)));
  assert.equal(findings.dropped, 7);
});

test('a failed write loses nothing that fits', async () => {
  const { store } = await open();
  let fails = true;
  const failures: unknown[] = [];
  const rows = { findFinding: store.findFinding.bind(store), listFindings: store.listFindings.bind(store), changeFinding: store.changeFinding.bind(store), recordFindings: async (counted: Parameters<typeof store.recordFindings>[0]) => (fails ? Promise.reject(new Error('cannot write')) : store.recordFindings(counted)) };
  const findings = new Findings(rows, { now_ms: () => now, onFailure: (failure) => failures.push(failure) });
  findings.report(finding('17'));
  const writing = findings.flush();
  findings.report(finding('17'));
  await writing;
  fails = false;
  await findings.flush();
  assert.equal(failures.length, 1);
  assert.deepEqual(findings.list(all).map(({ count }) => count), [2]);
});

test('nothing of a finding is in the file in clear', async () => {
  const { findings, file } = await open();
  findings.report(finding('17', { message: 'a very particular sentence' }));
  await findings.flush();
  const bytes = readFileSync(`${file}-wal`).toString('latin1');
  assert.ok(bytes.length > 0);
  for (const text of ['particular', 'integrity.block', 'Block']) assert.ok(!bytes.includes(text), text);
});

test('findings that come at once are written a few at a time, so that nothing else waits for long', async () => {
  const { store } = await open();
  const writes: number[] = [];
  const rows = { findFinding: store.findFinding.bind(store), listFindings: store.listFindings.bind(store), changeFinding: store.changeFinding.bind(store), recordFindings: async (counted: Parameters<typeof store.recordFindings>[0]) => (writes.push(counted.length), { dropped: 0 }) };
  const findings = new Findings(rows, { now_ms: () => now });
  for (let i = 0; i < 200; i++) findings.report(finding(String(i)));
  await findings.flush();
  assert.deepEqual(writes, [64, 64, 64, 8]);
});
