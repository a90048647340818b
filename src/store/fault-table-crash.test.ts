/**
 * Every write on the way of a commit, lost, and persisted but reported lost; with the process going on, and with the power going at that moment,
 * which takes along what was not synced. Afterwards, by the same code as ever: what was acknowledged is there once, nothing is stored and
 * unlogged or logged and not stored, the counts balance, and the log contains every checkpoint that it ever signed.
 */
import assert from 'node:assert/strict';
import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { setTimeout as wait } from 'node:timers/promises';
import type { Table } from '#clickhouse/schema';
import { openRootKey } from '#keys';
import { accountsIn, entryOf, type ProducerAccount, summed } from '#log';
import { toBase64 } from '#merkle';
import type { LogBody } from '#model';
import { sampleAccount, sampleBlock, sampleCommit } from './sample.ts';
import { type Fate, type Operation, Power } from './power.ts';
import { Store, type StoreEvent } from './store.ts';

process.env['UV_THREADPOOL_SIZE'] ??= '16';

/** One write: where it is seen, and the step after which it is the next one of its kind. */
interface Write {
  readonly name: string;
  readonly operation: Operation | 'insert';
  /** Of the file, or the name of the table. */
  readonly path: RegExp;
  readonly after: 'begin' | 'settled' | StoreEvent['is'];
  readonly passes: number;
}

const file = (name: string, operation: Operation, path: RegExp, then: Write['after'], passes = 0): Write => ({ name: `${operation} of ${name}`, operation, path, after: then, passes });
const insert = (table: string): Write => ({ name: `insert into ${table}`, operation: 'insert', path: new RegExp(`^${table}$`), after: 'begin', passes: 0 });
const SEGMENT = /\/journal\/\d+\.seg$/;

const WRITES: readonly Write[] = [
  // A segment begins with its salt, which goes out before its first record.
  ...(['create', 'append'] as const).map((operation) => file('a segment of the journal', operation, SEGMENT, 'begin')),
  file('the journal', 'directory', /\/journal$/, 'begin'),
  file('the record', 'append', SEGMENT, 'begin', 1),
  file('the record', 'sync', SEGMENT, 'begin'),
  ...['spans', 'traces', 'item_filters', 'sealed_tokens', 'log_entries', 'accounting'].map(insert),
  ...(['append', 'sync'] as const).map((operation) => file('remembered requests', operation, /\/remembered\/\d+\.seg$/, 'inserted')),
  file('new parts', 'directory', /\/sealed\/store\//, 'inserted'),
  ...(['append', 'sync'] as const).flatMap((operation) => [file('entries of the log', operation, /\/log\/entries$/, 'parts_synced'), file('hashes of the log', operation, /\/log\/hashes\.0$/, 'parts_synced')]),
  file('the mark', 'append', SEGMENT, 'log_synced', 1),
  file('the mark', 'sync', SEGMENT, 'log_synced'),
  ...(['create', 'append', 'sync', 'rename'] as const).map((operation) => file('the checkpoint', operation, /\/data\.log\/checkpoint(\.new)?$/, 'settled')),
  file('the checkpoint', 'directory', /\/data\.log$/, 'settled'),
];

const ROWS = 6;
const BOUNDS = { deadline_ms: 20_000, rows_max: 100_000 };
const NOW_MS = 1_795_000_000_000;
const CONFIG = { retention: { default: { days: 36_500 } }, diskBytesMax: null, diskFreeBytesMin: 0 };

let home = '';
let dataDir = '';
let store: Store | null = null;
let power = new Power();
let strike: { readonly write: Write; readonly fate: Fate; readonly cut: boolean } | null = null;
const acknowledged = new Set<number>();
/** Root by size of every checkpoint that was handed out. */
const signed = new Map<number, string>();

/** A data directory of its own for a part of the table. */
async function begin(): Promise<void> {
  home = mkdtempSync(join(tmpdir(), 'tracekeep-faults-'));
  dataDir = join(home, 'data');
  acknowledged.clear();
  signed.clear();
  await commitAll(await open());
}

async function end(): Promise<void> {
  await store?.close().catch(() => undefined);
  store = null;
  rmSync(home, { recursive: true, force: true });
}

/** Arms the fault once its step is reached. */
function reach(step: Write['after']): void {
  if (strike === null || strike.write.after !== step || strike.write.operation === 'insert') return;
  const { write: { operation, path, passes }, fate, cut } = strike;
  power.arm({ operation, path, passes, fate, cut });
  strike = null;
}

async function open(): Promise<Store> {
  power = new Power();
  // Each commit begins a new segment of the journal, so that all that belongs to it happens each time.
  const opened = await Store.open({ dataDir, rootKey: openRootKey({ file: join(home, 'data.key'), dataDir }), config: CONFIG, files: power.files, segmentBytesMax: 1, now_ms: () => NOW_MS, onEvent: ({ is }) => reach(is) });
  const insertNative = opened.engine.insertNative.bind(opened.engine);
  opened.engine.insertNative = async (table: Table, blocks) => {
    const struck = strike;
    if (struck === null || struck.write.operation !== 'insert' || !struck.write.path.test(table.name)) return insertNative(table, blocks);
    strike = null;
    if (struck.fate === 'persisted') await insertNative(table, blocks);
    if (struck.cut) power.cut();
    throw new Error('EIO');
  };
  store = opened;
  return opened;
}

async function commitAll(of: Store): Promise<void> {
  const first = of.lastBlockId + 1;
  const commits = [first, first + 1].map((id) => of.commit(sampleCommit(id, ROWS, 'm')).then(() => void acknowledged.add(id)));
  const refused = of.commit({ blocks: [], requests: [{ ...sampleAccount(`refused-${first}`, 0), received: 2, dropped: 0 }] });
  await Promise.allSettled([...commits, refused]);
}

async function sign(of: Store): Promise<void> {
  const { size, root } = await of.log.sign();
  signed.set(size, toBase64(root));
}

/** What must hold of the store, whatever happened; the bodies of its log. */
async function check(of: Store): Promise<readonly LogBody[]> {
  const spans = await of.query<{ block: string; rows: string; distinct: string }>('SELECT block, count() AS rows, uniqExact(row) AS distinct FROM spans GROUP BY block ORDER BY block', {}, BOUNDS);
  const stored = new Set(spans.map(({ block }) => Number(block)));
  for (const { block, rows, distinct } of spans) assert.deepEqual([rows, distinct], [String(ROWS), String(ROWS)], `block ${block} is not there exactly once`);
  for (const block of acknowledged) assert.ok(stored.has(block), `block ${block} was acknowledged and is gone`);

  const bodies = await of.bodies(0, of.log.size);
  assert.deepEqual(bodies.map(({ index }) => index), Array.from(bodies, (_, index) => index), 'an entry without a body');
  for (const body of bodies) assert.deepEqual(Buffer.from(of.log.entry(body.index) ?? []), Buffer.from(entryOf(body)), `entry ${body.index} is not that of its body`);
  const [{ rows = '' } = {}] = await of.query<{ rows: string }>('SELECT count() AS rows FROM log_entries', {}, BOUNDS);
  assert.ok(bodies.length === of.log.size && Number(rows) <= of.log.size, 'bodies without an entry');
  const logged = bodies.flatMap((body) => (body.type === 'block' ? [body.block] : []));
  assert.deepEqual(logged.toSorted((a, b) => a - b), [...stored], 'stored and unlogged, or logged and not stored');

  for (const [size, root] of signed) assert.equal(toBase64(of.log.root(size)), root, `the log does not contain the checkpoint of ${size} entries`);
  assert.ok((of.log.signed?.size ?? 0) >= Math.max(0, ...signed.keys()), 'the newest checkpoint is not kept');

  const account = Object.fromEntries((await of.accounting()).map(({ outcome, count }) => [outcome, count]));
  assert.equal(account['received'], (account['stored'] ?? 0) + (account['refused'] ?? 0) + (account['dropped'] ?? 0));
  assert.equal(account['stored'], ROWS * stored.size);
  return bodies;
}

/** That the log says of every span that was received what became of it; after a start, which logs what was not logged. */
async function checkAccounts(of: Store, bodies: readonly LogBody[]): Promise<void> {
  const said = summed(bodies.flatMap((body): readonly ProducerAccount[] => (body.type === 'block' || body.type === 'account' ? accountsIn(body).accounts : [])), []);
  const counted = Object.fromEntries((await of.accounting()).map(({ outcome, reason, count }) => [`${outcome} ${reason}`, count]));
  assert.deepEqual(said.map(({ received, stored, refused, dropped }) => [received, stored, refused, dropped]), [[counted['received '], counted['stored '], { span_ids: counted['refused span_ids'] }, { duplicate: counted['dropped duplicate'] }]]);
}

/** A commit with everything that follows it, with a fault on the way. */
async function live(of: Store, write: Write, fate: Fate, cut: boolean): Promise<void> {
  strike = { write, fate, cut };
  reach('begin');
  await commitAll(of);
  for (let tries = 0; tries < 300; tries += 1) {
    const settled = await of.settle().then(() => true, () => false);
    if (settled || (cut && strike === null && power.hasStruck)) break;
    await wait(100);
  }
  reach('settled');
  await sign(of).catch(() => undefined);
  if (!cut) await sign(of);
  assert.ok(strike === null && power.hasStruck, 'the fault did not strike');
}

describe('while the process goes on', () => {
  before(begin);
  after(end);

  for (const write of WRITES) {
    for (const fate of ['lost', 'persisted'] as const) {
      test(`${write.name}, ${fate}`, { timeout: 120_000 }, async () => {
        const of = store ?? assert.fail();
        const before = acknowledged.size;
        await live(of, write, fate, false);
        // What was refused is sent again.
        if (acknowledged.size === before) {
          await commitAll(of);
          await of.settle();
        }
        await check(of);
      });
    }
  }

  test('and after one more commit without a fault, and a restart', async () => {
    const of1 = store ?? assert.fail();
    await commitAll(of1);
    await of1.settle();
    await check(of1);
    await of1.close();
    const of = await open();
    await checkAccounts(of, await check(of));
  });
});

/** What was done just before the power went, where the next write that is lost does not show it. */
const SHOWN_BY_NONE = /^(append|sync) of the (record|mark)$|^rename of the checkpoint$/;
const HALF = Math.ceil(WRITES.length / 2);

// Every start loads all parts that there are: two directories are quicker than one.
for (const [part, writes] of Object.entries({ earlier: WRITES.slice(0, HALF), later: WRITES.slice(HALF) })) {
  describe(`when the power goes with it, ${part} writes`, () => {
    before(begin);
    after(end);

    for (const write of writes) {
      for (const fate of SHOWN_BY_NONE.test(write.name) ? (['lost', 'persisted'] as const) : (['lost'] as const)) {
        test(`${write.name}, ${fate}`, { timeout: 120_000 }, async () => {
          await live(store ?? assert.fail(), write, fate, true);
          await store?.close().catch(() => undefined);
          store = null;
          const of = await open();
          await checkAccounts(of, await check(of));
        });
      }
    }
  });
}

test('an older copy of the data directory is not opened, whatever was done with it', async () => {
  await begin();
  await sign(store ?? assert.fail());
  await store?.close();
  cpSync(dataDir, join(home, 'older'), { recursive: true });
  const of = await open();
  await of.commit({ blocks: [sampleBlock(of.lastBlockId + 1, ROWS, 'm')], requests: [] });
  await sign(of);
  await of.close();
  store = null;
  cpSync(dataDir, join(home, 'newest'), { recursive: true });
  rmSync(dataDir, { recursive: true });
  cpSync(join(home, 'older'), dataDir, { recursive: true });
  await assert.rejects(open(), /an older copy, or its log was cut\. Use the newest data directory/);
  // The files of the newest log do not help: the journal knows how far it had come.
  cpSync(join(home, 'newest/log'), join(dataDir, 'log'), { recursive: true });
  await assert.rejects(open(), /an older copy, or its log was cut/);
  await end();
});
