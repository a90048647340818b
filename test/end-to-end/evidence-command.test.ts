/**
 * `tracekeep evidence` as operators hand a trace over and as auditors check it; the same over the API. What a process of its own shows nothing more of runs
 * in this one.
 */
import assert from 'node:assert/strict';
import { readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { before, test } from 'node:test';
import { addProducer, createToken, startServer, temporaryFolder, tracekeep, type Done, type TestServer } from '#harness';
import { verbHere } from '#harness/verbs';
import { ask, askWell, exportOf, sendWell, spanOf, type Json } from '#harness/exchange';

process.env['UV_THREADPOOL_SIZE'] ??= '16';

const folder = temporaryFolder();
const file = join(folder, 'trace.json');
const without = join(folder, 'with out.json');
const mine = spanOf({ colour: 'green', 'enduser.id': 'the-customer' }, { name: 'buy' });
const MINE = String(mine['traceId']);

let server: TestServer;
let token = '';
let vkeys: readonly string[] = [];
const exporting = (...words: readonly string[]): readonly string[] => ['evidence', 'export', MINE, '--data', server.data, ...words];
const verify = (...words: readonly string[]): Promise<Done> => verbHere(['evidence', 'verify', ...words]);

before(async () => {
  server = await startServer();
  token = await createToken(server.data);
  await sendWell(server, await addProducer(server.data, 'shop'), exportOf([mine, spanOf({}, { traceId: MINE, name: 'pay' })], 'my-service'));
  ({ vkeys } = await askWell<{ vkeys: string[] }>(server, token, '/api/v1/log'));
});

test('evidence beside a running server is written to a file of ours alone, and says what it is, what is not in it and how to check it', async () => {
  const { code, stdout, stderr } = await tracekeep(exporting('-o', without, '--omit', 'enduser.*', 'user.emial*'));
  assert.equal(code, 0, stderr);
  assert.equal(stdout, '');
  assert.match(stderr, /nothing here matches user\.emial\*: no value was left out for it\n/u);
  assert.match(stderr, /wrote .*with out\.json: 2 spans, proved by the checkpoint of \d+ entries of \S+; left out: enduser\.id\n/u);
  assert.ok(stderr.includes(`tracekeep evidence verify '${without}' --key VKEY;`), stderr);
  assert.equal(statSync(without).mode & 0o777, 0o600);
  assert.equal((JSON.parse(readFileSync(without, 'utf8')) as Json)['format'], 'tracekeep-evidence/1');
});

test('a file that is there is written over only with --force, whole, and nothing is asked for without', async () => {
  const there = join(folder, 'there.json');
  writeFileSync(there, 'kept');
  const refused = await verbHere(exporting('-o', there));
  assert.equal(refused.code, 1);
  assert.match(refused.stderr, /there\.json: it is there already, and nothing was done; name another file, or say --force/u);
  assert.equal((await verbHere(['audit', 'export', '--out', there, '--data', server.data])).code, 1);
  assert.equal((await verbHere(['subject', 'export', 'ann', '--reason', 'asked', '--out', there, '--data', server.data])).code, 1);
  assert.equal((await verbHere(['forget', 'ann', '--yes', '--receipt', there, '--data', server.data])).code, 1);
  assert.equal((await verbHere([...exporting('-o', there, '--omit', 'colour'), '--force'])).code, 1);
  assert.equal(readFileSync(there, 'utf8'), 'kept', 'also where there was nothing to write');
  const done = await tracekeep(exporting('-o', there, '--force'));
  assert.equal(done.code, 0, done.stderr);
  assert.equal((JSON.parse(readFileSync(there, 'utf8')) as Json)['traceId'], MINE);
  assert.equal((await verbHere(['audit', 'export', '--out', there, '--force', '--data', server.data])).code, 0);
  assert.match(readFileSync(there, 'utf8'), /^\{.*"class_uid"/u);
  assert.equal(statSync(there).mode & 0o777, 0o600);
  assert.deepEqual(readdirSync(folder).filter((name) => name.includes('.tmp')), []);
});

test('the API gives the same, of one span too, and refuses what it does not know', async () => {
  const document = await askWell<{ traceId: string; keys: string[]; blocks: { spans: unknown[] }[] }>(server, token, `/api/v1/traces/${MINE}/evidence`);
  assert.deepEqual([document.traceId, document.keys, document.blocks[0]?.spans.length], [MINE, vkeys, 2]);
  writeFileSync(file, JSON.stringify(document));
  const one = await askWell<{ omitted: string[]; resourceSpans: { scopeSpans: { spans: { spanId: string }[] }[] }[] }>(server, token, `/api/v1/traces/${MINE}/evidence?span=${String(mine['spanId'])}&omit=enduser.id&omit=user.*`);
  assert.deepEqual(one.resourceSpans.flatMap(({ scopeSpans }) => scopeSpans).flatMap(({ spans }) => spans).map(({ spanId }) => spanId), [mine['spanId']]);
  assert.deepEqual(one.omitted, ['enduser.id'], 'what matched nothing is not said to be left out');
  for (const [path, status] of [[`${MINE}/evidence?omit=`, 400], [`${MINE}/evidence?span=7`, 400], [`${MINE}/evidence?more=1`, 400], [`${'a'.repeat(32)}/evidence`, 404]] as const) {
    assert.equal((await ask(server, token, `/api/v1/traces/${path}`)).status, status, path);
  }
  for (const [omit, code] of [['colour', 'evidence_field_open'], ['name', 'evidence_field_open'], ['kind', 'evidence_field_open'], ['nonexistent', 'evidence_field_open'], ['user.emial', 'evidence_field_absent'], ['url.full', 'evidence_field_absent']] as const) {
    const { status, text } = await ask(server, token, `/api/v1/traces/${MINE}/evidence?omit=enduser.id&omit=${omit}`);
    assert.deepEqual([status, (JSON.parse(text) as { error: { code: string } }).error.code], [422, code], omit);
  }
  assert.equal((await ask(server, null, `/api/v1/traces/${MINE}/evidence`)).status, 401);
});

test('an auditor with the first key alone verifies it, and so does one with all of them', async () => {
  assert.match(vkeys[0] ?? '', /^\S+\+[0-9a-f]{8}\+A/u);
  // In a process of its own, which has neither server nor data.
  const { code, stdout } = await tracekeep(['evidence', 'verify', without, '--key', vkeys[0]!]);
  assert.equal(code, 0);
  assert.match(stdout, /^Verified: 2 spans of trace [0-9a-f]{32} as the log \S+ has them\.\n/u);
  assert.match(stdout, /services {5}my-service\n/u);
  assert.match(stdout, /left out {5}enduser\.id \(1 value\)\n/u);
  const report = JSON.parse((await verify(file, '--key', vkeys[0]!, '--json')).stdout) as { verified: boolean; spans: { name: string }[] };
  assert.deepEqual([report.verified, report.spans.map(({ name }) => name).toSorted()], [true, ['buy', 'pay']]);
  assert.equal((await verify(file, ...vkeys.flatMap((key) => ['--key', key]))).code, 0);
  assert.ok(!readFileSync(without, 'utf8').includes('the-customer') && readFileSync(file, 'utf8').includes('the-customer'));
});

test('a file that was edited, that no key is given for, or that is not there does not verify', async () => {
  const unpinned = await verify(file);
  assert.equal(unpinned.code, 2);
  assert.match(unpinned.stderr, /key not pinned/u);
  const edited = join(folder, 'edited.json');
  writeFileSync(edited, readFileSync(file, 'utf8').replace('"green"', '"red"'));
  const { code, stderr } = await verify(edited, '--key', vkeys[0]!);
  assert.equal(code, 1);
  assert.match(stderr, /not verified: span_mismatch: .* That is span [0-9a-f]{16}\./u);
  assert.equal((await verify(join(folder, 'none.json'), '--key', vkeys[0]!)).code, 2);
});

test('what cannot be left out is refused by name, and nothing is written', async () => {
  const none = join(folder, 'refused.json');
  for (const [omit, says] of [['colour', /open and cannot be left out.*colour; what can be left out is user\.\*, /u], ['name', /open and cannot be left out.*name; /u], ['nonexistent', /open and cannot be left out.*nonexistent; /u], ['user.emial', /has this field.*user\.emial/u]] as const) {
    const { code, stderr } = await verbHere(exporting('-o', none, '--omit', 'enduser.id', omit));
    assert.equal(code, 1, omit);
    assert.match(stderr, says);
  }
  assert.equal(statSync(none, { throwIfNoEntry: false }), undefined);
  assert.equal((await verbHere(exporting('--span', 'x'))).code, 2);
  assert.equal((await verbHere(['evidence', 'export', 'no id', '--data', server.data])).code, 2);
  const absent = await verbHere(['evidence', 'export', 'f'.repeat(32), '--data', server.data]);
  assert.equal(absent.code, 1);
  assert.match(absent.stderr, /not_found|Nothing was found/u);
});

test('without a server the store is opened, and standard output is the document alone', async () => {
  await server.stop();
  const { code, stdout, stderr } = await tracekeep(exporting('-o', '-'));
  assert.equal(code, 0, stderr);
  assert.match(stderr, /opening the store/u);
  const again = join(folder, 'again.json');
  writeFileSync(again, stdout);
  assert.equal((await verify(again, '--key', vkeys[0]!)).code, 0);
});
