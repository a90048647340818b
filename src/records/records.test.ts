import assert from 'node:assert/strict';
import { mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, test } from 'node:test';

import type { FailedAttempt } from '#authenticate/sign-in';
import { ControlStore } from '#control';
import { FILES, type Files } from '#files';
import { LIMITS } from '#limits';
import { DEFAULT_TENANT, Secret, type Commit, type LogBody, type TenantId } from '#model';
import { isRefusal } from '#refusal';

import { Records, type Read, type RecordStore } from './records.ts';

const KEY = new Secret(new Uint8Array(32).fill(7));
const TRACE = '0af7651916cd43dd8448eb211c80319c';
const ADA = { id: 'a_0000000000000001', name: 'Ada', tenant: DEFAULT_TENANT, kind: 'person' } as const;

/** A store whose commits can fail before or after they are durable. */
class FakeStore implements RecordStore {
  readonly entries: LogBody[] = [];
  lastOutbox = 0;
  lastRecord = 0;
  fails = false;

  async commit({ entries = [] }: Commit): Promise<void> {
    if (this.fails) throw new Error('cannot write the journal');
    this.entries.push(...entries);
    for (const { outbox = 0, recorded = 0 } of entries) {
      this.lastOutbox = Math.max(this.lastOutbox, outbox);
      this.lastRecord = Math.max(this.lastRecord, recorded);
    }
  }
}

let dataDir = '';
let control: ControlStore;
let store: FakeStore;
let now = 0;
let records: Records | null = null;
const failures: unknown[] = [];

beforeEach(async () => {
  dataDir = mkdtempSync(join(tmpdir(), 'tracekeep-records-'));
  control = await ControlStore.open({ dataDir, key: KEY, clock: () => now });
  store = new FakeStore();
  now = Date.UTC(2026, 0, 1);
  failures.length = 0;
});
afterEach(async () => {
  await records?.stop();
  control.close();
  rmSync(dataDir, { recursive: true, force: true });
});

async function start(more: Partial<Parameters<typeof Records.start>[0]> = {}): Promise<Records> {
  records = await Records.start({ control, store, key: KEY, journal: { directory: join(dataDir, 'access'), key: KEY }, now_ms: () => now, onFailure: (failure) => failures.push(failure), ...more });
  return records;
}

const read = (more: Partial<Read> = {}): Read => ({ reader: ADA, action: 'trace.read', route: 'GET /api/v1/traces/:id', outcome: 'allowed', ids: [TRACE], query: '', filter: '', rows: null, reason: '', network: '', ...more });
const attempt = (more: Partial<FailedAttempt> = {}): FailedAttempt => ({ account: null, how: 'password', early: false, network: '192.0.2.0/24', ...more });
const setTenant = (name: string): Promise<unknown> => control.setTenant(name as TenantId, 'long');

interface Body {
  readonly type: string;
  readonly statement: Readonly<Record<string, unknown>>;
  readonly closed: Readonly<Record<string, unknown>> & { readonly salt: string };
}

/** The bodies of a type, without salts, after checking those. */
function bodiesOf(type: string): { readonly statement: Readonly<Record<string, unknown>>; readonly closed: Readonly<Record<string, unknown>> }[] {
  return store.entries.filter((entry) => entry.type === type).map((entry) => {
    const { statement, closed: { salt, ...closed } } = { statement: JSON.parse(entry.statement), closed: JSON.parse(entry.closed) } as Body;
    assert.equal(Buffer.from(salt, 'base64').length, 32);
    for (const text of [entry.statement, entry.closed]) assert.ok(Buffer.byteLength(text) <= LIMITS.entry_text_bytes_max);
    return { statement, closed };
  });
}

const all = <T>(count: number, one: (n: number) => Promise<T>): Promise<T[]> => Promise.all(Array.from({ length: count }, (_, n) => one(n)));
const bytesIn = (folder: string): number => readdirSync(folder).reduce((sum, name) => sum + statSync(join(folder, name)).size, 0);

const tenantsTold = (): unknown[] => bodiesOf('tenant').filter(({ statement }) => statement['what'] === 'made').map(({ statement }) => statement['tenant']);

test('a start logs what changed while no server ran, in order', async () => {
  await setTenant('a');
  await setTenant('b');
  now += 5_000;
  await start();
  assert.deepEqual(store.entries.map(({ type, time_ms }) => [type, time_ms]), Array(4).fill(['tenant', now]));
  assert.deepEqual(tenantsTold(), ['a', 'b']);
  assert.deepEqual(bodiesOf('tenant')[0], { statement: { time: now - 5_000, what: 'made', tenant: 'a', retention: 'default' }, closed: { who: { is: 'command line' } } });
  assert.deepEqual(control.readOutbox(), []);
});

test('a version of the policy is logged once, whole', async () => {
  const canonical = JSON.stringify({ rules: [{ reason: 'ä'.repeat(100_000) }] });
  await control.addPolicy({ text: '', canonical, digest: 'd1', rules: 1, weakenings: [], note: 'first' }, null, { is: 'server' });
  await (await start()).stop();
  await (await start()).stop();
  const parts = store.entries.filter(({ type }) => type === 'policy');
  assert.equal(parts.map(({ statement }) => statement).join(''), canonical);
  assert.ok(parts.length >= 4 && parts.every(({ statement }) => Buffer.byteLength(statement) <= LIMITS.entry_text_bytes_max));
  const closed = parts.map((part) => JSON.parse(part.closed) as Body['closed']);
  assert.deepEqual(closed.map(({ part }) => part), parts.map((_, at) => at + 1));
  const [{ salt: _, ...first }] = closed as [Body['closed']];
  assert.deepEqual(first, { digest: 'd1', part: 1, parts: parts.length, version: 1, since: now, who: { is: 'server' }, note: 'first', weakenings: [], weakeningsCount: 0 });
});

test('what could not be carried into the log is told to whoever waits for it, and is carried later', async () => {
  const records = await start();
  await setTenant('a');
  store.fails = true;
  await assert.rejects(records.carry(), /cannot write the journal/);
  store.fails = false;
  await records.carry();
  assert.deepEqual(tenantsTold(), ['a']);
});

test('a change made beside the server is logged within a second', async () => {
  await start();
  const verb = await ControlStore.open({ dataDir, key: KEY, clock: () => now });
  await verb.setTenant('beside' as TenantId, 'long');
  verb.close();
  const began = performance.now();
  while (!tenantsTold().includes('beside')) {
    assert.ok(performance.now() - began < 5_000, 'seconds passed');
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
});

test('an end between the log and the removal of the row logs nothing twice, one before it loses nothing', async () => {
  await setTenant('a');
  const ends = { alignOutbox: control.alignOutbox.bind(control), readOutbox: control.readOutbox.bind(control), tellPolicyAgain: control.tellPolicyAgain.bind(control), forgetOutbox: () => Promise.reject(new Error('the process ended')) };
  const first = await start({ control: ends });
  assert.deepEqual([tenantsTold(), control.readOutbox().length > 0], [['a'], true]);
  await first.flush();
  assert.deepEqual(tenantsTold(), ['a'], 'not within the process either');
  await setTenant('b');
  await (await start()).stop();
  assert.deepEqual([tenantsTold(), control.readOutbox()], [['a', 'b'], []]);
  store.fails = true;
  await setTenant('c');
  await (await start()).stop();
  assert.deepEqual(tenantsTold(), ['a', 'b']);
  store.fails = false;
  await (await start()).stop();
  assert.deepEqual(tenantsTold(), ['a', 'b', 'c']);
});

test('a control database that is older than the log is found, and its changes are logged', async () => {
  const found: string[] = [];
  store.lastOutbox = 100;
  await setTenant('a');
  await start({ reportFinding: ({ analytic, severity_id }) => found.push(`${analytic.uid} ${severity_id}`) });
  assert.deepEqual([found, tenantsTold(), store.lastOutbox > 100], [['control.rollback 5'], ['a'], true]);
});

test('after an older control database the log is told again which policy is in force', async () => {
  await control.addPolicy({ text: '', canonical: '{"version":2}', digest: 'd1', rules: 0, weakenings: [], note: '' }, null, { is: 'server' });
  await (await start()).stop();
  store.lastOutbox = 100;
  await (await start()).stop();
  await (await start()).stop();
  assert.deepEqual(bodiesOf('policy').map(({ closed }) => closed['version']), [1, 1]);
});

test('reads become one entry that names reader, action, route and ids; equal ones are counted', async () => {
  const gathering = await start();
  const began = now;
  assert.equal(await gathering.record(read()), true);
  now += 10;
  await gathering.record(read());
  await gathering.record(read({ reader: { ...ADA, id: 't_0000000000000002', name: 'grafana', kind: 'token' }, action: 'trace.search', route: 'GET /api/v1/search', ids: [], query: gathering.digestOf('service=shop') }));
  await gathering.flush();
  assert.deepEqual(bodiesOf('access'), [{
    statement: { time: began, until: now, what: 'read', tenant: 'default', reads: 3 },
    closed: {
      readers: [{ id: ADA.id, name: 'Ada', kind: 'person' }, { id: 't_0000000000000002', name: 'grafana', kind: 'token' }],
      reads: [
        { time: began, reader: 0, action: 'trace.read', route: 'GET /api/v1/traces/:id', ids: [TRACE], count: 2, until: now },
        { time: now, reader: 1, action: 'trace.search', route: 'GET /api/v1/search', query: gathering.digestOf('service=shop') },
      ],
    },
  }]);
});

test('what readers of one tenant read is in no entry of another', async () => {
  const gathering = await start();
  const eve = { ...ADA, id: 'a_0000000000000009', name: 'Eve', tenant: 'other' as TenantId };
  for (const reader of [ADA, eve, ADA, eve]) await gathering.record(read({ reader, query: String(now++) }));
  await gathering.failedAttempt(attempt({ account: { id: ADA.id, name: 'Ada', tenant: DEFAULT_TENANT } }));
  await gathering.failedAttempt(attempt({ account: { id: eve.id, name: 'Eve', tenant: eve.tenant } }));
  await gathering.flush();
  for (const type of ['access', 'sign-in']) {
    const bodies = bodiesOf(type);
    assert.deepEqual(bodies.map(({ statement }) => statement['tenant']), ['default', 'other']);
    assert.deepEqual(bodies.map((body) => [ADA.id, eve.id].filter((id) => JSON.stringify(body).includes(id))), [[ADA.id], [eve.id]]);
  }
});

test('digestOf() is the same for the same text, another under another key, and not a plain hash', async () => {
  const one = await start();
  assert.match(one.digestOf('service=shop'), /^[0-9a-f]{32}$/);
  assert.equal(one.digestOf('service=shop'), one.digestOf('service=shop'));
  assert.equal(one.digestOf(''), '');
  await one.stop();
  const other = await start({ key: new Secret(new Uint8Array(32).fill(8)) });
  assert.notEqual(other.digestOf('service=shop'), one.digestOf('service=shop'));
});

test('a flood of reads is cut into entries of bounded size, and no id is left out', async () => {
  const gathering = await start();
  const trace = (n: number): string => n.toString(16).padStart(32, '0');
  const many = Array.from({ length: LIMITS.record_ids_max }, (_, n) => trace(n + 1));
  await gathering.record(read({ ids: many }));
  await all(3_000, (n) => gathering.record(read({ reader: { ...ADA, id: `a_${n % 17}`, name: `reader ${n % 17} ${'ä'.repeat(50)}` }, ids: [trace(n)] })));
  await gathering.flush();
  const bodies = bodiesOf('access');
  assert.ok(bodies.length > 3);
  assert.equal(bodies.reduce((sum, { statement }) => sum + Number(statement['reads']), 0), 3_001);
  const reads = bodies.flatMap(({ closed }) => closed['reads'] as { ids: string[]; summed?: boolean }[]);
  assert.equal(new Set(reads.flatMap(({ ids }) => ids)).size, 3_000);
  assert.ok(reads.every(({ summed }) => summed === undefined));
});

test('what one reader asks for beyond a number is summed: searches cost no room, and the trace that was to be hidden is named', async () => {
  const gathering = await start();
  const trace = (n: number): string => n.toString(16).padStart(32, '0');
  await all(5_000, (n) => gathering.record(read({ action: 'trace.search', route: 'GET /api/v1/search', ids: [], query: String(n) })));
  await all(2_500, (n) => gathering.record(read({ ids: [trace(n)] })));
  await gathering.record(read({ reader: { ...ADA, id: 'a_0000000000000002', name: 'Bob' } }));
  await gathering.flush();
  const bodies = bodiesOf('access');
  const reads = bodies.flatMap(({ closed }) => closed['reads'] as { action: string; ids?: string[]; summed?: boolean; count?: number }[]);
  const summed = reads.filter((one) => one.summed === true).map(({ action, ids, count }) => [action, ids?.length, count]);
  const max = LIMITS.record_ids_max;
  assert.deepEqual(summed, [['trace.search', undefined, 5_000 - LIMITS.records_per_reader_max], ['trace.read', max, max], ['trace.read', max, max], ['trace.read', 500, 500]]);
  assert.equal(new Set(reads.flatMap(({ ids = [] }) => ids)).size, 2_501);
  assert.equal(bodies.reduce((sum, { statement }) => sum + Number(statement['reads']), 0), 7_501);
});

test('when records cannot be written and too many wait, reads are refused until they can', async () => {
  const gathering = await start();
  store.fails = true;
  let taken = 0;
  const fill = async (): Promise<void> => {
    const kept = await all(1.1 * LIMITS.records_waiting_max, (n) => gathering.record(read({ reader: { ...ADA, id: `a_${taken}_${n}` } })));
    taken += kept.filter((one) => one === true).length;
  };
  await fill();
  await gathering.flush();
  await fill();
  const refused = await gathering.record(read({ reader: { ...ADA, id: 'another' } }));
  assert.ok(isRefusal(refused) && refused.refused === 'record_unavailable');
  assert.ok(taken <= 2 * LIMITS.records_waiting_max + LIMITS.records_per_entry_max, String(taken));
  assert.equal(failures.length, 1);
  store.fails = false;
  await gathering.flush();
  await gathering.flush();
  assert.equal(bodiesOf('access').reduce((sum, { statement }) => sum + Number(statement['reads']), 0), taken);
  assert.equal(await gathering.record(read()), true);
});

test('reads that are large fill the room as well', async () => {
  const gathering = await start();
  store.fails = true;
  const idsOf = (n: number): string[] => Array.from({ length: LIMITS.record_ids_max }, (_, at) => `${n}${at}`.padStart(32, '0'));
  const ids = idsOf(0);
  let taken = 0;
  while (taken < LIMITS.records_waiting_max && await gathering.record(read({ ids: idsOf(taken) })) === true) taken += 1;
  assert.ok(taken < 2 * LIMITS.records_waiting_bytes_max / (ids.length * TRACE.length), String(taken));
  store.fails = false;
});

test('failed attempts are summed in one entry, and only so many kept apart', async () => {
  const gathering = await start();
  await all(5_000, (n) => gathering.failedAttempt(attempt({ network: `10.${n % 500 >> 8}.${n % 256}.0/24` })));
  await gathering.failedAttempt(attempt({ account: { id: 'a_0000000000000001', name: 'Ada', tenant: DEFAULT_TENANT } }));
  await gathering.flush();
  const [one, other, ...more] = bodiesOf('sign-in');
  assert.deepEqual(more, []);
  assert.deepEqual(other, { statement: { time: now, until: now, what: 'failed', tenant: 'default', attempts: 1 }, closed: { attempts: [{ person: 'a_0000000000000001', name: 'Ada', how: 'password', network: '192.0.2.0/24', early: false, count: 1 }], others: 0 } });
  assert.deepEqual([one?.statement['attempts'], one?.statement['tenant']], [5_000, null]);
  const kept = one?.closed['attempts'] as { count: number }[];
  assert.equal(kept.length, LIMITS.record_attempts_max);
  assert.equal(kept.reduce((sum, { count }) => sum + count, Number(one?.closed['others'])), 5_000);
});

test('a flood of requests without a credential is summed, fills no journal, and keeps no reader from reading', async () => {
  const gathering = await start();
  store.fails = true;
  await all(20_000, (n) => gathering.record(read({ reader: null, outcome: 'refused', code: 'credential_unknown', ids: [], network: `10.${n >> 8}.${n % 256}.0/24` })));
  assert.ok(bytesIn(join(dataDir, 'access')) < 256 * 1_024, String(bytesIn(join(dataDir, 'access'))));
  assert.equal(await gathering.record(read()), true);
  store.fails = false;
  await gathering.flush();
  const [strangers, ada] = bodiesOf('access');
  assert.deepEqual([strangers?.statement['what'], strangers?.statement['tenant'], strangers?.statement['reads'], ada?.statement['tenant']], ['refused', null, 20_000, 'default']);
  const reads = strangers?.closed['reads'] as { reader?: number; summed?: boolean; count?: number }[];
  assert.equal(reads.length, LIMITS.record_attempts_max + 1);
  assert.ok(reads.every(({ reader }) => reader === undefined));
});

test('a record is in the journal before the read is answered: an end before the log has it loses none, and one after it logs none twice', async () => {
  const first = await start();
  store.fails = true;
  assert.equal(await first.record(read({ rows: 3, filter: 'service=shop', reason: 'ticket 7', network: '192.0.2.0/24' })), true);
  await first.failedAttempt(attempt());
  // As a kill would: nothing of `first` is written any more.
  const second = await start();
  assert.deepEqual(bodiesOf('access'), []);
  store.fails = false;
  await second.flush();
  const told = bodiesOf('access');
  assert.deepEqual(told.map(({ closed }) => closed['reads']), [[{ time: now, reader: 0, action: 'trace.read', route: 'GET /api/v1/traces/:id', ids: [TRACE], filter: 'service=shop', rows: 3, reason: 'ticket 7', network: '192.0.2.0/24' }]]);
  assert.equal(bodiesOf('sign-in').length, 1);
  // The log has them, and the files are still there.
  await start();
  await records?.flush();
  assert.deepEqual([bodiesOf('access').length, bodiesOf('sign-in').length], [1, 1]);
  // Whatever becomes of the files, no record that comes now counts as one that the log has.
  rmSync(join(dataDir, 'access'), { recursive: true });
  const last = await start();
  await last.record(read());
  store.fails = true;
  const again = await start();
  store.fails = false;
  await again.flush();
  assert.equal(bodiesOf('access').length, 2);
});

test('nothing is answered that cannot be written down, and then is not recorded either', async () => {
  let broken = false;
  const files: Files = { ...FILES, create: async (path) => {
    const file = await FILES.create(path);
    return { append: (parts) => file.append(parts), cut: (bytes) => file.cut(bytes), close: () => file.close(), sync: async () => { if (broken) throw new Error('no'); await file.sync(); } };
  } };
  const told: unknown[] = [];
  const gathering = await start({ journal: { directory: join(dataDir, 'access'), key: KEY, files }, onFailure: (failure) => told.push(failure) });
  assert.equal(await gathering.record(read()), true);
  broken = true;
  const refused = await gathering.record(read({ ids: [] }));
  assert.ok(isRefusal(refused) && refused.refused === 'record_unavailable');
  assert.equal(told.length, 1);
  broken = false;
  assert.equal(await gathering.record(read()), true);
  await gathering.flush();
  assert.deepEqual(bodiesOf('access').map(({ statement }) => statement['reads']), [2]);
});

test('as long as the log takes nothing the journal grows only so far, and then reads are refused', async () => {
  const gathering = await start();
  store.fails = true;
  const ids = Array.from({ length: LIMITS.record_ids_max }, (_, at) => String(at).padStart(32, '0'));
  // Equal ones, which take no room beside the journal.
  const kept = await all(600, () => gathering.record(read({ ids })));
  assert.equal(kept.filter((one) => one !== true).length, 0);
  for (let times = 0; times < 3 && bytesIn(join(dataDir, 'access')) < LIMITS.records_journal_bytes_max; times++) await all(100, () => gathering.record(read({ ids })));
  assert.ok(isRefusal(await gathering.record(read())));
  store.fails = false;
});

test('stop() writes the rest, and nothing is read unrecorded after it', async () => {
  const gathering = await start();
  await gathering.record(read());
  await gathering.failedAttempt(attempt());
  await gathering.flush();
  await gathering.record(read());
  await gathering.failedAttempt(attempt());
  await gathering.stop();
  assert.deepEqual([bodiesOf('access').length, bodiesOf('sign-in').length], [2, 2]);
  assert.ok(isRefusal(await gathering.record(read())));
});
