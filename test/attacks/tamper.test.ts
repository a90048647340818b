/**
 * Somebody who owns the machine, with the right keys: changes in the database, made by the engine itself, and in the log's folder. Each must be refused at
 * the next start or named by `tracekeep verify`.
 */
import assert from 'node:assert/strict';
import { cpSync, mkdtempSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { setTimeout as wait } from 'node:timers/promises';
import { Engine } from '#clickhouse';
import { verifyDirectory, type Verified, type WantedVerification } from '#commands/verify-store';
import { inControl } from '#harness/credentials';
import { deriveKey, openRootKey } from '#keys';
import { sha256 } from '#keys/signing';
import { readLogVkeys } from '#log';
import { leafHash } from '#merkle';
import type { LogBody } from '#model';
import { Store } from '#store';
import { SAMPLE_DAY, sampleAccount, sampleBlock, samplePolicyBody } from '#store/sample';
import type { Finding, FindingKind } from '#verify';

process.env['UV_THREADPOOL_SIZE'] ??= '16';

const NOW_MS = SAMPLE_DAY * 86_400_000 + 43_200_000;
const CONFIG = { retention: { default: { days: 30 } }, diskBytesMax: null, diskFreeBytesMin: 0 };
const home = mkdtempSync(join(tmpdir(), 'tracekeep-tamper-'));
const original = join(home, 'original');
/** The checkpoint that an auditor kept after the second block, and the keys. */
let kept = '';
let vkeys: readonly string[] = [];

const placeOf = (folder: string) => ({ data: join(folder, 'data'), rootKeyFile: join(folder, 'data.key'), logKeys: join(folder, 'data.log') });
const open = (folder: string, now_ms = NOW_MS): Promise<Store> => {
  const { data, rootKeyFile } = placeOf(folder);
  return Store.open({ dataDir: data, rootKey: openRootKey({ file: rootKeyFile, dataDir: data }), config: CONFIG, now_ms: () => now_ms });
};

interface Attack {
  readonly rows?: number;
  readonly day?: number;
  /** Entries that are concerned, where it is not that of its block. */
  readonly entries?: () => readonly number[];
  /** Blocks that are concerned besides its own. */
  readonly blocks?: readonly number[];
  /** Statements, from the numbers of its block and of its entry. */
  readonly by: (block: number, entry: number) => readonly string[];
  readonly kind: FindingKind;
  readonly says: (block: number, entry: number) => readonly RegExp[];
  /** What must be named. */
  readonly places?: (block: number) => readonly Partial<Finding['places'][number]>[];
  /** Kinds that may be found of it besides. */
  readonly also?: readonly FindingKind[];
}

const traceOf = (block: number, row: number): string => `a5a5a5a5a5a5a5a5${block.toString(16).padStart(8, '0')}${(row >> 2).toString(16).padStart(8, '0')}`;
const rowsFrom = (block: number, more = ''): string => `FROM (SELECT * FROM spans WHERE block = ${block}${more})`;

const ON_ROWS: Readonly<Record<string, Attack>> = {
  'change one attribute of a span': {
    rows: 700, kind: 'block-changed',
    by: (b) => [`ALTER TABLE spans UPDATE attributes = mapUpdate(attributes, map('http.route', '/elsewhere')) WHERE block = ${b} AND row = 300`],
    says: (b) => [new RegExp(`^Among rows 256–511 of block ${b} at least one was changed.* 256 spans of 64 traces`)],
    places: (b) => [{ block: b, row: 300, trace_id: traceOf(b, 300) }],
  },
  'change a duration': {
    kind: 'block-changed', by: (b) => [`ALTER TABLE spans UPDATE duration = duration + 1 WHERE block = ${b} AND row = 7`],
    says: (b) => [new RegExp(`rows 0–39 of block ${b} `)], places: (b) => [{ block: b, row: 7, trace_id: traceOf(b, 7) }],
  },
  'swap the parents of two spans': { kind: 'block-changed', by: (b) => [`ALTER TABLE spans UPDATE parent_span_id = unhex(if(row = 5, '0000000000000001', '0000000000000002')) WHERE block = ${b} AND row IN (5, 6)`], says: (b) => [new RegExp(`rows 0–39 of block ${b} `)] },
  'exchange two spans': {
    kind: 'block-changed', says: () => [/or some were exchanged/],
    by: (b) => [`INSERT INTO spans SELECT * REPLACE (toUInt32(if(row = 5, 6, 5)) AS row, flags + 1000 AS flags) ${rowsFrom(b, ' AND row IN (5, 6)')}`, `ALTER TABLE spans DELETE WHERE block = ${b} AND row IN (5, 6) AND flags < 1000`, `ALTER TABLE spans UPDATE flags = flags - 1000 WHERE block = ${b} AND flags >= 1000`],
  },
  'make a resource unreadable': { rows: 300, kind: 'block-changed', by: (b) => [`ALTER TABLE spans UPDATE resource = '{' WHERE block = ${b} AND row = 299`], says: (b) => [new RegExp(`rows 256–299 of block ${b} `)] },
  'delete a span': {
    rows: 300, kind: 'rows-missing', by: (b) => [`ALTER TABLE spans DELETE WHERE block = ${b} AND row = 270`],
    says: (b) => [new RegExp(`1 of the 300 rows of block ${b} are gone: row 270\\. .* end in ${traceOf(b, 270).slice(16)}\\. Whether others of rows 256–299`)], places: (b) => [{ block: b, row: 270 }],
  },
  'delete a span and its row in the look-up table': { kind: 'rows-missing', by: (b) => [`ALTER TABLE spans DELETE WHERE block = ${b} AND row BETWEEN 4 AND 7`, `ALTER TABLE traces DELETE WHERE block = ${b} AND first = 4`], says: () => [/row 4–7\. Whether/] },
  'delete a block': { kind: 'block-missing', by: (b) => [`ALTER TABLE spans DELETE WHERE block = ${b}`, `ALTER TABLE traces DELETE WHERE block = ${b}`], says: (b, e) => [new RegExp(`All 40 rows of block ${b}, logged as entry ${e} at .* no entry of retention`)] },
  'delete a partition': {
    day: SAMPLE_DAY - 2, kind: 'block-missing', by: () => ['spans', 'traces'].map((table) => `ALTER TABLE ${table} DROP PARTITION (${SAMPLE_DAY - 2}, 'default')`),
    says: (b) => [new RegExp(`All 40 rows of block ${b}, `)],
  },
  'add a span to an old block': { kind: 'rows-added', by: (b) => [`INSERT INTO spans SELECT * REPLACE (toUInt32(40) AS row) ${rowsFrom(b, ' AND row = 3')}`], says: (b) => [new RegExp(`Row 40 of block ${b} was added: .* has 40 rows`)], places: (b) => [{ block: b, row: 40 }] },
  'add a span under the number of another': {
    rows: 300, kind: 'rows-added', by: (b) => [`INSERT INTO spans SELECT * REPLACE (unhex('00000000000000ff') AS span_id) ${rowsFrom(b, ' AND row = 3')}`],
    says: (b) => [new RegExp(`Block ${b} has two rows of number 3, and the spans named here are the added ones`)], places: (b) => [{ block: b, row: 3, span_id: '00000000000000ff' }],
  },
  'add a whole block': {
    kind: 'block-added', blocks: [770], says: () => [/No entry of the log names block 770, and it has 40 rows/], places: (b) => [{ block: 770, row: 0, trace_id: traceOf(b, 0) }],
    by: (b) => [`INSERT INTO spans SELECT * REPLACE (toUInt64(770) AS block) ${rowsFrom(b)}`, `INSERT INTO traces SELECT * REPLACE (toUInt64(770) AS block) FROM (SELECT * FROM traces WHERE block = ${b})`],
  },
  'add a block numbered as one from before the log': { kind: 'block-added', blocks: [0], by: (b) => [`INSERT INTO spans SELECT * REPLACE (toUInt64(0) AS block) ${rowsFrom(b)}`], says: () => [/names block 0, /] },
  'give spans to another tenant': { kind: 'block-misfiled', by: (b) => [`ALTER TABLE spans UPDATE tenant = 'other' WHERE block = ${b} AND row = 1`], says: (b, e) => [new RegExp(`block ${b} have another tenant than its entry ${e} says`)] },
  'move a block to a day that goes sooner': {
    kind: 'block-misfiled', says: (b) => [new RegExp(`block ${b} have another day than`)],
    by: (b) => [`INSERT INTO spans SELECT * REPLACE (toDate(20700) AS day) ${rowsFrom(b)}`, `ALTER TABLE spans DELETE WHERE block = ${b} AND day = toDate(${SAMPLE_DAY})`],
  },
  'raise a count of the account': { kind: 'account', by: () => ["INSERT INTO accounting SELECT * REPLACE (1 AS count) FROM (SELECT * FROM accounting WHERE outcome = 'refused' LIMIT 1)"], says: () => [/producer p_0123456789abcdef says \d+ refused as span_ids, and the log says \d+\./] },
  'lower what was received': { kind: 'account', by: () => ["INSERT INTO accounting SELECT * REPLACE (toUInt64(18446744073709551615) AS count) FROM (SELECT * FROM accounting WHERE outcome = 'received' LIMIT 1)"], says: () => [/says \d+ received, and the log says \d+\./] },
  'take a trace out of the look-up table': { kind: 'look-up', by: (b) => [`ALTER TABLE traces DELETE WHERE block = ${b} AND first = 4`], says: (b) => [new RegExp(`other rows for block ${b} than`)] },
  'lead a trace to the rows of another': { kind: 'look-up', by: (b) => [`ALTER TABLE traces UPDATE first = first + 4, last = last + 4 WHERE block = ${b} AND first = 4`], says: (b) => [new RegExp(`other rows for block ${b} than`)] },
  'file a trace in the look-up table under a day that goes sooner': {
    kind: 'look-up', says: (b) => [new RegExp(`other rows for block ${b} than`)],
    by: (b) => [`INSERT INTO traces SELECT * REPLACE (toDate(20700) AS day) FROM (SELECT * FROM traces WHERE block = ${b} AND first = 4)`, `ALTER TABLE traces DELETE WHERE block = ${b} AND first = 4 AND day = toDate(${SAMPLE_DAY})`],
  },
};

const ON_BODIES: Readonly<Record<string, Attack>> = {
  'change the body of an entry': {
    kind: 'log-body', by: (_, e) => [`ALTER TABLE log_entries UPDATE statement = replaceOne(statement, '"rows":40', '"rows":41') WHERE index = ${e}`],
    says: (_, e) => [new RegExp(`body of entry ${e} is not the one that the log commits to \\(of type block\\)`)], places: (b) => [{ block: b }],
  },
  'delete the body of an entry': { kind: 'log-body', by: (_, e) => [`ALTER TABLE log_entries DELETE WHERE index = ${e}`], says: (_, e) => [new RegExp(`The body of entry ${e} is gone \\(of type block\\)`)], also: ['block-added'] },
  'change a span together with the root that its body states': {
    kind: 'log-body', says: (_, e) => [new RegExp(`body of entry ${e} is not the one that the log commits to`)],
    by: (b, e) => [`ALTER TABLE spans UPDATE duration = duration + 1 WHERE block = ${b} AND row = 7`, `ALTER TABLE log_entries UPDATE statement = replaceRegexpOne(statement, '"root":"[^"]*"', '"root":"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="') WHERE index = ${e}`],
  },
  'exchange the roots of groups': {
    rows: 300, kind: 'log-body', by: (_, e) => [`ALTER TABLE log_entries UPDATE groups = concat(substring(groups, 33), substring(groups, 1, 32)) WHERE index = ${e}`],
    says: (_, e) => [new RegExp(`roots of 256 rows each kept with entry ${e} .* its spans are as they were stored`)],
  },
  'give an entry a second body': { kind: 'log-body', by: (_, e) => [`INSERT INTO log_entries SELECT * REPLACE ('{}' AS statement) FROM (SELECT * FROM log_entries WHERE index = ${e})`], says: (_, e) => [new RegExp(`Entry ${e} has 2 bodies`)] },
  'change a record of who read what': {
    kind: 'log-body', entries: () => [recordEntry(0)], by: () => [`ALTER TABLE log_entries UPDATE closed = replaceOne(closed, 'Eve', 'Bob') WHERE index = ${recordEntry(0)}`],
    says: () => [new RegExp(`The body of entry ${recordEntry(0)} is not the one that the log commits to \\(of type access\\)`)],
  },
  'take a record of who read what away': {
    kind: 'log-body', entries: () => [recordEntry(1)], by: () => [`ALTER TABLE log_entries DELETE WHERE index = ${recordEntry(1)}`], says: () => [new RegExp(`The body of entry ${recordEntry(1)} is gone \\(of type access\\)`)],
  },
  'put two records of who read what in another order': {
    kind: 'log-body', entries: () => [recordEntry(2), recordEntry(3)], says: () => [2, 3].map((at) => new RegExp(`The body of entry ${recordEntry(at)} is not the one that the log commits to`)),
    by: () => {
      const [one, other] = [recordEntry(2), recordEntry(3)];
      return [
        `INSERT INTO log_entries SELECT * REPLACE (toUInt64(if(index = ${one}, ${other}, ${one})) AS index, toUInt32(7) AS rows) FROM (SELECT * FROM log_entries WHERE index IN (${one}, ${other}))`,
        `ALTER TABLE log_entries DELETE WHERE index IN (${one}, ${other}) AND rows = 0`, `ALTER TABLE log_entries UPDATE rows = 0 WHERE index IN (${one}, ${other}) AND rows = 7`,
      ];
    },
  },
};

/** As the guard of the console port makes them: who read which trace. */
const RECORDS = 4;
const recordEntry = (at: number): number => STANDING_BY + ATTACKED.length + 2 + at;
const recordBody = (at: number): LogBody => ({
  type: 'access', time_ms: NOW_MS, statement: JSON.stringify({ time: NOW_MS, until: NOW_MS, what: 'read', tenant: 'default', reads: 1 }),
  closed: JSON.stringify({ salt: String(at), readers: [{ id: 'a_0000000000000009', name: 'Eve', kind: 'person' }], reads: [{ time: NOW_MS + at, reader: 0, action: 'trace.read', route: 'GET /api/v1/traces/:id', ids: [traceOf(1, at)] }] }),
});

/** Blocks of the original, by the attack that each is there for; the first ones only stand by. */
const STANDING_BY = 2;
const ATTACKED: readonly string[] = [...Object.keys(ON_ROWS), ...Object.keys(ON_BODIES)];
const blockOf = (what: string): number => STANDING_BY + 1 + ATTACKED.indexOf(what);
/** The first entry is of the keys, the second of the policy. */
const entryOf = (what: string): number => blockOf(what) + 1;
const rowsOf = (what: string): number => ON_ROWS[what]?.rows ?? ON_BODIES[what]?.rows ?? 40;

before(async () => {
  // Every data directory has control data: that there is none would be found.
  await inControl(placeOf(original).data, async () => undefined);
  const store = await open(original);
  vkeys = store.log.vkeys();
  await store.commit({ blocks: [], requests: [], entries: [samplePolicyBody(NOW_MS)] });
  const blocks = [sampleBlock(1, 20, 'one'), sampleBlock(2, 20, 'two'), ...ATTACKED.map((what) => sampleBlock(blockOf(what), rowsOf(what), 'x', { day: ON_ROWS[what]?.day ?? SAMPLE_DAY }))];
  for (const block of blocks.slice(0, 5)) await store.commit({ blocks: [block], requests: [sampleAccount(`digest-${block.id}`, block.rows)] });
  await store.settle();
  kept = (await store.log.sign()).note;
  for (const block of blocks.slice(5)) await store.commit({ blocks: [block], requests: [sampleAccount(`digest-${block.id}`, block.rows)] });
  await store.commit({ blocks: [], requests: [], entries: Array.from({ length: RECORDS }, (_, at) => recordBody(at)) });
  await store.commit({ blocks: [], requests: [sampleAccount('nothing stored', 0)] });
  await store.settle();
  await store.log.sign();
  await store.close();
});
after(() => rmSync(home, { recursive: true, force: true }));

let copies = 0;
/** A copy of everything, changed. */
async function attacked(attack: (folder: string) => Promise<void> | void): Promise<string> {
  const folder = join(home, `attack-${(copies += 1)}`);
  cpSync(original, folder, { recursive: true });
  await attack(folder);
  return folder;
}

/** Statements of the attacker, who has the key of the disk. */
async function inDatabase(folder: string, statements: readonly string[]): Promise<void> {
  const { data, rootKeyFile } = placeOf(folder);
  const engine = await Engine.open({ dataDir: data, diskKey: deriveKey(openRootKey({ file: rootKeyFile, dataDir: data }), 'disk'), readers: 1 });
  try {
    for (const sql of statements) await engine.command(`${sql}${sql.startsWith('ALTER') && !sql.includes('DROP') ? ' SETTINGS mutations_sync = 1' : ''}`);
  } finally {
    await engine.close();
  }
}

const verify = (folder: string, more: Partial<WantedVerification> = {}): Promise<Verified> => verifyDirectory(placeOf(folder), { keys: vkeys.slice(0, 1), kept: [], since_ms: null, trace: null, ...more });

describe('without an attack', () => {
  test('nothing is found, and everything was looked at', async () => {
    const { report, through, pinned } = await verify(original, { kept: [{ what: 'kept', note: kept, kept: true }] });
    assert.deepEqual(report.findings, []);
    assert.deepEqual([report.records, report.blocks, report.spans, through, pinned, report.accountChecked], [RECORDS, STANDING_BY + ATTACKED.length, 40 + ATTACKED.reduce((sum, what) => sum + rowsOf(what), 0), 'directory', true, true]);
  });
});

for (const [where, attacks] of [['the rows', ON_ROWS], ['what the log keeps in the database', ON_BODIES]] as const) {
  describe(`with the right key, in ${where}, nobody can unnoticed`, () => {
    let findings: readonly Finding[] = [];
    // Each attack has a block of its own, so all of them go into one copy.
    before(async () => {
      const folder = await attacked((copy) => inDatabase(copy, Object.entries(attacks).flatMap(([what, { by }]) => by(blockOf(what), entryOf(what)))));
      ({ findings } = (await verify(folder)).report);
    });
    for (const [what, attack] of Object.entries(attacks)) {
      test(what, () => {
        const found = findings.filter((one) => one.kind === attack.kind && isOf(one, what));
        const texts = JSON.stringify(found.length === 0 ? findings.map(({ message }) => message) : found.map(({ message }) => message));
        for (const text of attack.says(blockOf(what), entryOf(what))) assert.ok(found.some(({ message }) => text.test(message)), `${String(text)}: ${texts}`);
        for (const place of attack.places?.(blockOf(what)) ?? []) assert.ok(found.some((one) => one.places.some((named) => Object.entries(place).every(([name, value]) => named[name as keyof typeof named] === value))), `${JSON.stringify(place)}: ${JSON.stringify(found)}`);
        assert.deepEqual(findings.filter((one) => one.kind !== attack.kind && isOf(one, what) && !attack.also?.includes(one.kind)), [], 'and nothing else of it');
      });
    }
    test('and nothing else is found', () => {
      assert.deepEqual(findings.filter((one) => !Object.keys(attacks).some((what) => isOf(one, what))), []);
    });
  });
}

test('nobody hides a block among those that the engine could not read', async () => {
  const folder = join(home, 'set-aside');
  await inControl(placeOf(folder).data, async () => undefined);
  const store = await open(folder);
  await store.commit({ blocks: [], requests: [], entries: [samplePolicyBody(NOW_MS)] });
  const [whole, spoilt] = [sampleBlock(1, 30, 'whole'), sampleBlock(2, 30, 'spoilt')];
  await store.commit({ blocks: [whole], requests: [sampleAccount('a', 30)] });
  // Cut short, the engine does not take it: that is not what its entry commits to.
  await store.commit({ blocks: [{ ...spoilt, spans: spoilt.spans.subarray(0, spoilt.spans.length / 2) }], requests: [sampleAccount('b', 30)] });
  for (let tries = 0; store.pendingRows > 0 && tries < 200; tries++) await store.settle().catch(() => wait(50));
  await store.log.sign();
  await store.close();
  const { report } = await verify(folder, { keys: readLogVkeys(join(folder, 'data.log')) ?? [] });
  assert.deepEqual([report.setAside, report.spans], [1, 30]);
  assert.deepEqual(report.findings.map(({ kind, message }) => [kind, /^Block 2 .* kept apart under its number is not what was logged/.test(message)]), [['block-missing', true]]);
});

/** Whether a finding is about the block of an attack; those that are about none are found by their kind. */
function isOf({ kind, places }: Finding, what: string): boolean {
  const blocks = ON_ROWS[what]?.blocks ?? [];
  const entries = ON_BODIES[what]?.entries?.() ?? [];
  if (places.some(({ block, entry }) => (block ?? -1) === blockOf(what) || blocks.includes(block ?? -1) || entry === entryOf(what) || entries.includes(entry ?? -1))) return true;
  return kind === 'account' && ON_ROWS[what]?.kind === 'account';
}

const ENTRY_BYTES = 43;

interface LogAttack {
  readonly by: (folder: string) => Promise<void> | void;
  readonly found: Readonly<Partial<Record<FindingKind, RegExp>>>;
  /** What the next start says. */
  readonly start: RegExp;
}

/** The folder of the log, of another copy of the store. */
const logOf = (folder: string, file = ''): string => join(folder, 'data/log', file);

const ON_LOG: Readonly<Record<string, LogAttack>> = {
  'cut its last entries off': {
    by: (folder) => truncateSync(logOf(folder, 'entries'), 20 * ENTRY_BYTES), start: /entries has 860 bytes and must have/,
    found: { 'log-cut': /entries has 20 entries and must have \d+|was signed over \d+ entries and there are 20/ },
  },
  'change an entry': { by: (folder) => flip(logOf(folder, 'entries'), 7 * ENTRY_BYTES + 20), start: /hash 7 of .*hashes\.0 does not belong/, found: { 'log-entry': /^Entry 7 of the log was changed; its hash is as it was signed/, 'log-body': /body of entry 7 is not the one/ } },
  'change a hash of a tile': { by: (folder) => flip(logOf(folder, 'hashes.0'), 7 * 32 + 5), start: /hash 7 of .*hashes\.0 does not belong/, found: { 'log-hash': /^Hash 7 of the file hashes\.0 was changed; the entry itself is as it was signed/ } },
  'change an entry and its hash': {
    start: /are not those that the journal speaks of/, found: { 'log-root': /entries of the log are not those that the checkpoint beside the keys was signed over/, 'log-body': /body of entry 7 is not the one/ },
    by: async (folder) => {
      flip(logOf(folder, 'entries'), 7 * ENTRY_BYTES + 20);
      const entry = readFileSync(logOf(folder, 'entries')).subarray(7 * ENTRY_BYTES + 2, 8 * ENTRY_BYTES);
      const hashes = readFileSync(logOf(folder, 'hashes.0'));
      hashes.set(leafHash(sha256, entry), 7 * 32);
      writeFileSync(logOf(folder, 'hashes.0'), hashes);
    },
  },
  'put back an older copy of the data directory': {
    by: async (folder) => {
      cpSync(join(folder, 'data'), join(folder, 'older'), { recursive: true });
      const store = await open(folder);
      await store.commit({ blocks: [sampleBlock(90, 10, 'later')], requests: [sampleAccount('later', 10)] });
      await store.settle();
      await store.log.sign();
      await store.close();
      rmSync(join(folder, 'data'), { recursive: true });
      cpSync(join(folder, 'older'), join(folder, 'data'), { recursive: true });
    },
    start: /was signed over \d+ entries and there are \d+, so the data directory is an older copy/, found: { 'log-cut': /The checkpoint beside the keys was signed over \d+ entries and there are \d+, so the newest are gone, or this is an older copy/ },
  },
  'take the checkpoint away': { by: (folder) => rmSync(join(folder, 'data.log/checkpoint')), start: /newest checkpoint .* is missing/, found: { 'log-signature': /no checkpoint beside the keys/ } },
  'change the checkpoint': { by: (folder) => flip(join(folder, 'data.log/checkpoint'), 45), start: /is not a checkpoint that its keys signed/, found: { 'log-signature': /cannot be believed: signature_false/ } },
};

describe('in the folder of the log, nobody can unnoticed', () => {
  for (const [what, { by, found, start }] of Object.entries(ON_LOG)) {
    test(what, async () => {
      const folder = await attacked(by);
      const { report } = await verify(folder);
      for (const [kind, text] of Object.entries(found)) assert.ok(report.findings.some((one) => one.kind === kind && text.test(one.message)), `${kind} ${String(text)}: ${JSON.stringify(report.findings)}`);
      assert.deepEqual(report.findings.filter(({ kind }) => !(kind in found)).map(({ kind, message }) => [kind, message]), []);
      await assert.rejects(open(folder), start);
    });
  }

  test('tell another story with the real keys: whoever kept a checkpoint sees it', async () => {
    // The last blocks are taken back and others are logged in their place, by the program itself, which has keys and an older state of everything.
    const folder = await attacked(() => undefined);
    const branch = join(home, 'branch');
    cpSync(folder, branch, { recursive: true });
    for (const [at, where] of [folder, branch].entries()) {
      const store = await open(where);
      await store.commit({ blocks: [sampleBlock(90, 10, `story ${at}`)], requests: [sampleAccount(`story ${at}`, 10)] });
      await store.settle();
      await store.log.sign();
      await store.close();
    }
    const told = readFileSync(join(folder, 'data.log/checkpoint'), 'utf8');
    assert.deepEqual((await verify(branch)).report.findings, [], 'by itself the branch is a log like any other');
    const { findings } = (await verify(branch, { kept: [{ what: 'told.txt', note: told, kept: true }, { what: 'older.txt', note: kept, kept: true }] })).report;
    assert.deepEqual(findings.map(({ kind }) => kind), ['log-fork']);
    assert.match(findings[0]?.message ?? '', /The first \d+ entries of the log are not those that told.txt was signed over. The first 7 are as another checkpoint says/);
  });
});

function flip(path: string, at: number): void {
  const bytes = readFileSync(path);
  bytes[at] = (bytes[at] ?? 0) ^ 1;
  writeFileSync(path, bytes);
}
