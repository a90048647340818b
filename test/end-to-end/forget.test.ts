/** Somebody is forgotten, through a running server and in a store that none has open: what was sealed for them cannot be opened from any file, everybody else's can, and every proof still holds. */
import assert from 'node:assert/strict';
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { before, test } from 'node:test';
import { isAbout, type Receipt } from '#erase';
import { checkReceipt } from '#erase/check-receipt';
import { readLogVkeys } from '#log';
import { readVerifiers } from '#verify';
import { LIMITS } from '#limits';
import { addProducer, startServer, temporaryFolder, tracekeep, type TestServer } from '#harness';
import { verbHere } from '#harness/verbs';
import { storedBodies } from '#harness/stored-bodies';

const folder = temporaryFolder();
const data = join(folder, 'data');
const POLICY = join(folder, 'policy.yaml');
const TRACE = 'ab'.repeat(16);
let server: TestServer;
let key = '';
let serial = 0;

before(async () => {
  writeFileSync(POLICY, 'version: 2\nrules:\n  - id: person\n    keys: [user.id]\n    action: { seal: { subject: true } }\n  - id: mail\n    keys: [user.email]\n    action: { seal: { searchable: true } }\n  - id: plan\n    keys: [user.plan]\n    action: keep\n');
  const applied = await verbHere(['policy', 'apply', POLICY, '--data', data]);
  assert.equal(applied.code, 0, applied.stderr);
  key = await addProducer(data, 'shop');
  server = await startServer({ data, args: ['--workers', '2'] });
});

async function send(person: string, spans = 1): Promise<void> {
  const attributes = [['user.id', person], ['user.email', `${person}@example.org`]].map(([name, value]) => ({ key: name, value: { stringValue: value } }));
  const now = BigInt(Date.now()) * 1_000_000n;
  const list = Array.from({ length: spans }, () => ({ traceId: TRACE, spanId: (++serial).toString(16).padStart(16, '0'), name: 'op', startTimeUnixNano: String(now), endTimeUnixNano: String(now + 1n), attributes }));
  const body = JSON.stringify({ resourceSpans: [{ resource: { attributes: [{ key: 'service.name', value: { stringValue: 'shop' } }] }, scopeSpans: [{ spans: list }] }] });
  const answer = await fetch(`${server.otlpHttp}/v1/traces`, { method: 'POST', headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' }, body });
  assert.deepEqual([answer.status, await answer.text()], [200, '{}']);
}

interface KeyRow {
  readonly token: string;
  readonly wrapped: Buffer;
}

function keyRows(): KeyRow[] {
  const database = new DatabaseSync(join(data, 'control/control.sqlite'), { readOnly: true });
  try {
    return database.prepare('SELECT token, wrapped FROM subject_keys ORDER BY row').all().map(({ token, wrapped }) => ({ token: Buffer.from(token as Uint8Array).toString('hex'), wrapped: Buffer.from(wrapped as Uint8Array) }));
  } finally {
    database.close();
  }
}

const isLive = ({ wrapped }: KeyRow): boolean => wrapped.some((byte) => byte !== 0);

/** Whether any file of the data directory has these bytes. */
function isStored(bytes: Uint8Array): boolean {
  return readdirSync(data, { recursive: true, encoding: 'utf8' }).map((name) => join(data, name)).filter((path) => statSync(path).isFile()).some((path) => readFileSync(path).includes(bytes));
}

async function forget(person: string): Promise<Receipt> {
  const done = await tracekeep(['forget', person, '--yes', '--json', '--reason', `Request 12 of ${person.toUpperCase()}, by eve@example.org`, '--data', data]);
  assert.equal(done.code, 0, done.stderr);
  return JSON.parse(done.stdout) as Receipt;
}

/** Every span that was sent has something sealed, which stays so. */
async function verify(...more: readonly string[]): Promise<{ code: number | null; findings: string[] }> {
  const { code, stdout, stderr } = await tracekeep(['verify', '--json', ...more, '--data', data]);
  assert.notEqual(code, 2, stderr);
  const { findings, spans, seals } = JSON.parse(stdout) as { findings: { kind: string }[]; spans: number; seals: number };
  assert.deepEqual([seals, seals > 0], [spans, true]);
  return { code, findings: findings.map(({ kind }) => kind) };
}

test('a person is forgotten through a running server; others are not, and who comes again has a new key', { timeout: 120_000 }, async () => {
  for (const person of ['ann', 'bob', 'ann', 'cid', 'ann']) await send(person);
  await send('dan', LIMITS.subject_export_spans + 1);
  const before = keyRows();
  const byToken = Map.groupBy(before, ({ token }) => token);
  const out = join(folder, 'ann.json');
  for (const [verb, file] of [[['subject', 'export', 'ann', '--reason', 'no', '--out'], out], [['forget', 'ann', '--yes', '--tenant', 'NOT A TENANT', '--receipt'], join(folder, 'none.json')]] as const) {
    assert.notEqual((await verbHere([...verb, file, '--data', data])).code, 0);
    assert.equal(existsSync(file), false, 'what is refused leaves no file behind');
  }
  const given = await tracekeep(['subject', 'export', 'ann', '--reason', 'access request', '--out', out, '--data', data]);
  assert.match(given.stderr, /3 spans with 6 opened values/);
  const held = JSON.parse(readFileSync(out, 'utf8')) as { resourceSpans: { scopeSpans: { spans: { attributes: { key: string; value: { stringValue?: string } }[] }[] }[] }[] };
  const values = held.resourceSpans.flatMap(({ scopeSpans }) => scopeSpans.flatMap(({ spans }) => spans.flatMap(({ attributes }) => attributes.filter(({ key: name }) => name.startsWith('user.')).map(({ value }) => value.stringValue))));
  assert.deepEqual(new Set(values), new Set(['ann', 'ann@example.org']));
  assert.match((await verbHere(['subject', 'export', 'dan', '--reason', 'access request', '--data', data])).stderr, new RegExp(`${LIMITS.subject_export_spans + 1} spans with ${2 * (LIMITS.subject_export_spans + 1)} opened values`), 'all pages');
  const receipt = await forget('ann');
  writeFileSync(join(folder, 'ann-receipt.json'), JSON.stringify(receipt));
  const checked = await verbHere(['subject', 'receipt', join(folder, 'ann-receipt.json'), 'ann', '--data', data]);
  assert.equal(checked.code, 0, checked.stderr);
  assert.deepEqual([receipt.spans, receipt.tokens, receipt.by], [3, 6, 'the command line']);
  const after = keyRows();
  assert.equal(after.filter((row) => !isLive(row)).length, receipt.keys);
  const gone = before.filter((_, at) => !isLive(after[at]!));
  assert.equal(byToken.get(gone[0]!.token)?.length, gone.length, 'all of one person');
  for (const { wrapped } of gone) assert.ok(!isStored(wrapped));
  for (const { wrapped } of after.filter(isLive)) assert.ok(isStored(wrapped));
  assert.deepEqual([isAbout(receipt, 'ann'), isAbout(receipt, 'bob'), receipt.clear.some(({ key: name }) => name === 'user.plan')], [true, false, true]);
  await send('ann');
  const later = keyRows().filter(({ token }) => token === gone[0]!.token);
  assert.deepEqual(later.map(isLive), [true], 'a new key, and none of those before');
  assert.match((await verbHere(['subject', 'export', 'ann', '--reason', 'access request', '--data', data])).stderr, /1 span with 2 opened values/);
  assert.deepEqual(await verify(), { code: 0, findings: [] });
});

test('a person is forgotten in a store that no server has open, and the log does not name them', { timeout: 120_000 }, async () => {
  await server.stop();
  cpSync(join(data, 'control'), join(folder, 'control-before'), { recursive: true });
  const receipt = await forget('bob');
  assert.deepEqual([receipt.keys, receipt.spans, receipt.tokens], [1, 1, 2]);
  writeFileSync(join(folder, 'bob.json'), JSON.stringify(receipt));
  for (const [name, code, about] of [[['bob'], 0, true], [['ann'], 1, false], [[], 0, null]] as const) {
    const checked = await verbHere(['subject', 'receipt', join(folder, 'bob.json'), ...name, '--json', '--data', data]);
    assert.equal(checked.code, code, checked.stderr);
    const told = JSON.parse(checked.stdout) as { about: boolean | null; inLogHere: boolean; entry: number };
    assert.deepEqual([told.about, told.inLogHere, told.entry], [about, true, receipt.entry]);
  }
  const [, size, root] = receipt.log.checkpoint.split('\n');
  assert.deepEqual([Number(size), root], [receipt.log.size, receipt.log.root], 'the tree of the proof was signed');
  writeFileSync(join(folder, 'receipt.checkpoint'), receipt.log.checkpoint);
  assert.deepEqual(await verify('--checkpoint', join(folder, 'receipt.checkpoint')), { code: 0, findings: [] });
  const entries = (await storedBodies(data)).filter(({ type }) => type === 'erasure');
  assert.deepEqual(entries.map(({ statement }) => statement['erasure']).at(-1), receipt.id);
  assert.equal(entries.at(-1)?.statement['commitment'], receipt.commitment);
  assert.ok(!/bob/i.test(JSON.stringify(entries)));
  assert.equal(entries.at(-1)?.closed['reason'], 'Request 12 of [subject], by [email]', 'minimized before it is written');
  assert.ok(!JSON.stringify(entries).includes(receipt.salt));
});

test('a receipt verifies with the key of the log alone, and nothing in it can be another', async () => {
  const receipt = JSON.parse(readFileSync(join(folder, 'bob.json'), 'utf8')) as Receipt;
  const [vkey = ''] = readLogVkeys(`${data}.log`) ?? [];
  const offline = await verbHere(['subject', 'receipt', join(folder, 'bob.json'), 'bob', '--key', vkey]);
  assert.equal(offline.code, 0, offline.stderr);
  assert.match(offline.stdout, /^Verified: entry \d+ of the log \S+ is the erasure e_[0-9a-f]{16} in tenant default.*: 1 key was destroyed\.\n[^]*about {8}this person\n/);
  assert.equal((await verbHere(['subject', 'receipt', join(folder, 'bob.json')])).code, 2, 'neither a key nor data');
  const keys = readVerifiers([vkey]);
  assert.ok(!('unreadable' in keys));
  const wrong = (change: object, log: object = {}): string => {
    const checked = checkReceipt(JSON.stringify({ ...receipt, ...change, log: { ...receipt.log, ...log } }), keys, 'bob');
    return 'wrong' in checked ? checked.wrong : `isAbout ${checked.isAbout}`;
  };
  assert.equal(wrong({}), 'isAbout true');
  const zeros = Buffer.alloc(32).toString('base64');
  assert.equal(wrong({ salt: zeros }), 'isAbout false');
  for (const change of [{ id: 'e_0000000000000000' }, { tenant: 'other' }, { keys: 2 }, { commitment: zeros }]) assert.match(wrong(change), new RegExp(`^the log says another ${Object.keys(change)[0] === 'id' ? 'erasure' : Object.keys(change)[0]} `));
  for (const change of [{ entry: receipt.entry - 1 }, { entry: -1 }, { entry: 1.5 }, { salt: 1 }]) assert.match(wrong(change), /the entry is not in the log|it is no receipt/, JSON.stringify(change));
  assert.match(wrong({}, { statement: receipt.log.statement.replace('"keys":1', '"keys":0') }), /not the one that the log commits to/);
  assert.match(wrong({}, { closed: zeros }), /not the one that the log commits to/);
  assert.match(wrong({}, { proof: receipt.log.proof.slice(1) }), /not in the log/);
  assert.match(wrong({}, { root: zeros }), /not the one that was signed/);
  assert.match(wrong({}, { checkpoint: receipt.log.checkpoint.replace(/^(.*\n)(\d+)/, (_, origin: string, size: string) => `${origin}${Number(size) + 1}`) }), /not signed by the log/);
  assert.match(wrong({}, { leaf: '*' }), /base64/);
});

test('keys that were destroyed and are back are found by the log, and destroyed anew', { timeout: 120_000 }, async () => {
  rmSync(join(data, 'control'), { recursive: true });
  cpSync(join(folder, 'control-before'), join(data, 'control'), { recursive: true });
  assert.deepEqual(await verify(), { code: 1, findings: ['key-back'] });
  const again = await tracekeep(['forget', '--again', '--json', '--data', data]);
  assert.deepEqual([again.code, again.stdout], [0, '{"keys":1}\n'], again.stderr);
  assert.deepEqual(await verify(), { code: 0, findings: [] });
});

test('a control database that is gone is found, with what is lost, and so is one that is none', { timeout: 120_000 }, async () => {
  const beside = join(folder, 'control-beside');
  renameSync(join(data, 'control'), beside);
  for (const made of [false, true]) {
    if (made) {
      mkdirSync(join(data, 'control'));
      writeFileSync(join(data, 'control/control.sqlite'), '');
    }
    const { code, stdout, stderr } = await tracekeep(['verify', '--data', data]);
    assert.equal(code, 1, stderr);
    assert.match(stdout, /The control database is gone\n.*entries of what was in it: \d+ about keys that seal, 3 about erasures.* Sealed values can no longer be opened/);
  }
  rmSync(join(data, 'control'), { recursive: true });
  renameSync(beside, join(data, 'control'));
  assert.deepEqual(await verify(), { code: 0, findings: [] });
});
