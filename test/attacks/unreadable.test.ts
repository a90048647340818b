/**
 * Somebody who owns the machine and breaks what is stored instead of changing it: files of the engine, whole tables, the journal, the clock. `tracekeep
 * verify` must say what is broken and still look at everything else.
 */
import assert from 'node:assert/strict';
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { Engine } from '#clickhouse';
import { verifyDirectory, type Verified, type WantedVerification } from '#commands/verify-store';
import { inControl } from '#harness/credentials';
import { deriveKey, openRootKey } from '#keys';
import { Store } from '#store';
import { SAMPLE_DAY, sampleAccount, sampleBlock, samplePolicyBody } from '#store/sample';
import { reportText, uncheckedOf } from '#verify/report';

process.env['UV_THREADPOOL_SIZE'] ??= '16';

const DAY_MS = 86_400_000;
const NOW_MS = SAMPLE_DAY * DAY_MS + 43_200_000;
const home = mkdtempSync(join(tmpdir(), 'tracekeep-unreadable-'));
const original = join(home, 'original');
let vkeys: readonly string[] = [];
after(() => rmSync(home, { recursive: true, force: true }));

const placeOf = (folder: string) => ({ data: join(folder, 'data'), rootKeyFile: join(folder, 'data.key'), logKeys: join(folder, 'data.log') });
const rootKeyOf = (folder: string) => openRootKey({ file: placeOf(folder).rootKeyFile, dataDir: placeOf(folder).data });
const open = (folder: string, now_ms: number, days = 30): Promise<Store> =>
  Store.open({ dataDir: placeOf(folder).data, rootKey: rootKeyOf(folder), config: { retention: { default: { days } }, diskBytesMax: null, diskFreeBytesMin: 0 }, now_ms: () => now_ms });
const verify = (folder: string, more: Partial<WantedVerification> = {}): Promise<Verified> => verifyDirectory(placeOf(folder), { keys: vkeys.slice(0, 1), kept: [], since_ms: null, trace: null, now_ms: NOW_MS + 60_000, ...more });

before(async () => {
  // Every data directory has control data: that there is none would be found.
  await inControl(placeOf(original).data, async () => undefined);
  const store = await open(original, NOW_MS);
  vkeys = store.log.vkeys();
  await store.commit({ blocks: [], requests: [], entries: [samplePolicyBody(NOW_MS)] });
  // Each day is a partition of its own.
  for (const [at, rows] of [40, 300, 20].entries()) await store.commit({ blocks: [sampleBlock(at + 1, rows, 'x', { day: SAMPLE_DAY - at })], requests: [sampleAccount(`digest-${at}`, rows)] });
  await store.settle();
  await store.log.sign();
  await store.close();
});

let copies = 0;
async function attacked(attack: (folder: string) => Promise<void> | void): Promise<string> {
  const folder = join(home, `attack-${(copies += 1)}`);
  cpSync(original, folder, { recursive: true });
  await attack(folder);
  return folder;
}

async function inDatabase(folder: string, sql: string): Promise<string> {
  const engine = await Engine.open({ dataDir: placeOf(folder).data, diskKey: deriveKey(rootKeyOf(folder), 'disk'), readers: 1 });
  try {
    return await engine.command(sql);
  } finally {
    await engine.close();
  }
}

/** Changes bytes in the files of a table's rows, of one partition. */
async function breakPart(folder: string, table: string, day: number | null): Promise<void> {
  const paths = await inDatabase(folder, `SELECT path FROM system.parts WHERE database = 'tracekeep' AND table = '${table}' AND active ${day === null ? '' : `AND min_date = toDate(${day})`}`);
  const parts = paths.split('\n').filter((path) => path !== '').map((path) => join(placeOf(folder).data, 'sealed', path.slice(path.indexOf('store/'))));
  assert.ok(parts.length > 0, table);
  for (const part of parts) {
    for (const name of readdirSync(part).filter((file) => file.endsWith('.bin'))) flip(join(part, name));
  }
}

function flip(path: string): void {
  const bytes = readFileSync(path);
  const at = Math.floor(bytes.length / 2);
  bytes[at] = (bytes[at] ?? 0) ^ 1;
  writeFileSync(path, bytes);
}

const said = ({ report }: Verified): string[] => report.findings.map(({ kind, message }) => `${kind}: ${message}`);

test('nothing is found of a store that nobody broke', async () => {
  const verified = await verify(original);
  assert.deepEqual(said(verified), []);
  const text = reportText({ ...verified, bounds: null, trace: null });
  assert.match(text, /, signed with the key\.\n/);
  assert.match(text, /Never checked: the tables figures, calls, item_filters and sealed_tokens/);
  assert.doesNotMatch(text, /Notice/);
});

describe('nobody hides by breaking it', () => {
  test('a block: it is named, and the others are checked', async () => {
    const verified = await verify(await attacked((folder) => breakPart(folder, 'spans', SAMPLE_DAY - 1)));
    assert.deepEqual(said(verified), ['unreadable: The engine cannot read 300 spans, those of block 2, in the table spans: what is stored of them was changed or is damaged.']);
    assert.deepEqual([verified.report.spans, verified.report.accountChecked, verified.report.findings[0]?.places[0]?.block], [60, true, 2]);
  });

  for (const [table, text] of [['traces', /^unreadable: The engine cannot read all of the table traces/], ['log_entries', /^unreadable: The engine cannot read the bodies of entries 0–\d+ in the table log_entries/], ['accounting', /^unreadable: The engine cannot read all of the table accounting.* The account was not compared/]] as const) {
    test(`the table ${table}`, async () => {
      const verified = await verify(await attacked((folder) => breakPart(folder, table, null)));
      assert.equal(verified.report.findings.length, 1, said(verified).join('\n'));
      assert.match(said(verified)[0] ?? '', text);
      if (table !== 'log_entries') assert.equal(verified.report.spans, 360);
    });
  }

  for (const table of ['spans', 'traces', 'log_entries', 'accounting', 'schema_version']) {
    test(`a table that is gone: ${table}`, async () => {
      const folder = await attacked(async (copy) => void (await inDatabase(copy, `DROP TABLE tracekeep.${table} SYNC`)));
      assert.deepEqual(said(await verify(folder)).map((one) => /^table-gone: The table \w+ is gone/.exec(one)?.[0] ?? one), [`table-gone: The table ${table} is gone`]);
    });
  }
});

test('a database that is gone is said to be, table by table', async () => {
  const folder = await attacked(async (copy) => void (await inDatabase(copy, 'DROP DATABASE tracekeep SYNC')));
  assert.deepEqual((await verify(folder)).report.findings.map(({ kind, subject }) => `${kind} ${subject}`), ['spans', 'traces', 'log_entries', 'accounting', 'schema_version'].map((table) => `table-gone ${table}`));
});

test('files of the engine that are gone are blocks that are gone', async () => {
  const { report } = await verify(await attacked((copy) => rmSync(join(placeOf(copy).data, 'sealed'), { recursive: true })));
  assert.ok(report.findings.length > 0);
  assert.deepEqual(report.spans, 0);
});

describe('of the journal', () => {
  const journalOf = (folder: string): string => join(placeOf(folder).data, 'journal');

  test('it is said once that it is gone', async () => {
    const verified = await verify(await attacked((folder) => rmSync(journalOf(folder), { recursive: true })));
    assert.deepEqual(said(verified).map((one) => one.slice(0, 29)), ['journal: The journal is gone:']);
    assert.equal(verified.report.spans, 360);
  });

  test('together with the log: what says how long it was is left', async () => {
    const verified = await verify(
      await attacked((folder) => {
        for (const name of ['journal', 'log']) rmSync(join(placeOf(folder).data, name), { recursive: true });
      }),
    );
    assert.deepEqual(said(verified).map((one) => one.split(' ').slice(0, 4).join(' ')), ['journal: The journal is', 'log-cut: The checkpoint beside']);
  });

  test('the file that was changed is named where it lies', async () => {
    const folder = await attacked((copy) => {
      const [name = ''] = readdirSync(journalOf(copy)).sort();
      const bytes = readFileSync(join(journalOf(copy), name));
      bytes[50]! ^= 1;
      writeFileSync(join(journalOf(copy), name), bytes);
    });
    const verified = await verify(folder);
    assert.match(said(verified).join('\n'), /^journal: The file journal\/\d{16}\.seg of the data directory was changed or damaged at byte \d+/);
    assert.equal(verified.report.findings.length, 1);
  });
});

test('nobody removes what is not old enough by setting the clock ahead', async () => {
  const folder = await attacked(async (copy) => {
    const ahead = await open(copy, NOW_MS + 3 * DAY_MS, 1);
    await ahead.retain();
    await ahead.settle();
    await ahead.log.sign();
    await ahead.close();
  });
  const told = async (now_ms: number): Promise<string[]> => (await verify(folder, { now_ms })).report.findings.map(({ kind, places }) => `${kind} ${places[0]?.block}`);
  // Of the three, one was old enough.
  assert.deepEqual(await told(NOW_MS + 60_000), ['retention 1', 'retention 2'], 'right after');
  assert.match(reportText({ ...(await verify(folder)), bounds: null, trace: null }), /Notice: \d+ entr(y|ies) of the log (is|are) dated in the future/);
  const back = await open(folder, NOW_MS + 120_000);
  await back.commit({ blocks: [], requests: [sampleAccount('later', 0)] });
  await back.settle();
  await back.log.sign();
  await back.close();
  assert.deepEqual(await told(NOW_MS + 40 * DAY_MS), ['retention 1', 'retention 2'], 'long after, by the entries that follow');
});

test('of a trace of which nothing is stored, it is not said that nothing was changed', async () => {
  const trace = 'f'.repeat(32);
  const verified = await verify(original, { trace });
  assert.match(uncheckedOf(verified.report, trace) ?? '', /^No span of trace f+ is stored, so nothing of it was checked\. A whole pass/);
  assert.doesNotMatch(reportText({ ...verified, bounds: null, trace }), /Nothing was changed/);
});

test('since a time, only what was logged since is looked at', async () => {
  const folder = await attacked(async (copy) => {
    const store = await open(copy, NOW_MS + 30_000);
    await store.commit({ blocks: [sampleBlock(9, 10, 'later')], requests: [sampleAccount('later', 10)] });
    await store.settle();
    await store.log.sign();
    await store.close();
    await inDatabase(copy, 'ALTER TABLE tracekeep.spans DELETE WHERE block = 1 SETTINGS mutations_sync = 1');
  });
  const { report } = await verify(folder, { since_ms: NOW_MS + 29_000 });
  assert.deepEqual([report.findings, report.blocks, report.spans], [[], 1, 10]);
  assert.equal((await verify(folder, { since_ms: NOW_MS })).report.findings.length, 1);
});
