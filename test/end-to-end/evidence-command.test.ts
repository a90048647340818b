/** `tracekeep evidence` as operators hand a trace over and as auditors check it; the same over the API. */
import assert from 'node:assert/strict';
import { readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { before, test } from 'node:test';
import { addProducer, createToken, startServer, temporaryFolder, tracekeep, type Done, type TestServer } from '#harness';
import { ask, askWell, exportOf, sendWell, spanOf, type Json } from '#harness/exchange';

const folder = temporaryFolder();
const file = join(folder, 'trace.json');
const mine = spanOf({ colour: 'green', 'enduser.id': 'the-customer' }, { name: 'buy' });
const MINE = String(mine['traceId']);

let server: TestServer;
let token = '';
let vkey = '';
const evidence = (...words: readonly string[]): Promise<Done> => tracekeep(['evidence', ...words]);
const exporting = (...words: readonly string[]): Promise<Done> => evidence('export', MINE, '--data', server.data, ...words);

before(async () => {
  server = await startServer();
  token = await createToken(server.data);
  await sendWell(server, await addProducer(server.data, 'shop'), exportOf([mine, spanOf({}, { traceId: MINE, name: 'pay' })], 'my-service'));
  vkey = (await tracekeep(['log', 'vkeys', '--data', server.data])).stdout.split('\n')[0] ?? '';
});

test('evidence beside a running server is written to a file of ours alone, and says what it is', async () => {
  const { code, stdout, stderr } = await exporting('-o', file);
  assert.equal(code, 0, stderr);
  assert.equal(stdout, '');
  assert.match(stderr, /wrote .*trace\.json: 2 spans, proved by the checkpoint of \d+ entries of \S+\n/u);
  assert.equal(statSync(file).mode & 0o777, 0o600);
  assert.equal((JSON.parse(readFileSync(file, 'utf8')) as Json)['format'], 'tracekeep-evidence/1');
});

test('an auditor with the first key alone verifies it, without server and data', async () => {
  assert.match(vkey, /^\S+\+[0-9a-f]{8}\+A/u);
  const { code, stdout } = await evidence('verify', file, '--key', vkey);
  assert.equal(code, 0);
  assert.match(stdout, /^Verified: 2 spans of trace [0-9a-f]{32} as the log \S+ has them\.\n/u);
  assert.match(stdout, /services {5}my-service\n/u);
  const report = JSON.parse((await evidence('verify', file, '--key', vkey, '--json')).stdout) as { verified: boolean; spans: { name: string }[] };
  assert.deepEqual([report.verified, report.spans.map(({ name }) => name).toSorted()], [true, ['buy', 'pay']]);
});

test('all keys of the log hold, and a file that was edited or that no key is given for does not verify', async () => {
  const keys = (await tracekeep(['log', 'vkeys', '--data', server.data])).stdout.trim().split('\n');
  assert.equal((await evidence('verify', file, ...keys.flatMap((key) => ['--key', key]))).code, 0);
  const unpinned = await evidence('verify', file);
  assert.equal(unpinned.code, 2);
  assert.match(unpinned.stderr, /key not pinned/u);
  const edited = join(folder, 'edited.json');
  writeFileSync(edited, readFileSync(file, 'utf8').replace('"green"', '"red"'));
  const { code, stderr } = await evidence('verify', edited, '--key', vkey);
  assert.equal(code, 1);
  assert.match(stderr, /not verified: span_mismatch: .* That is span [0-9a-f]{16}\./u);
  assert.equal((await evidence('verify', join(folder, 'none.json'), '--key', vkey)).code, 2);
});

test('--omit leaves restricted fields out and verifies; an open one is refused by name', async () => {
  const without = join(folder, 'without.json');
  const { code, stderr } = await exporting('-o', without, '--omit', 'enduser.*', 'user.*');
  assert.equal(code, 0, stderr);
  assert.match(stderr, /left out: enduser\.id\n/u);
  assert.ok(!readFileSync(without, 'utf8').includes('the-customer') && readFileSync(file, 'utf8').includes('the-customer'));
  assert.match((await evidence('verify', without, '--key', vkey)).stdout, /left out {5}enduser\.id \(1 value\)\n/u);
  const open = await exporting('-o', without, '--omit', 'colour');
  assert.equal(open.code, 1);
  assert.match(open.stderr, /open and cannot be left out.*colour/u);
});

test('the API gives the same, of one span too, and refuses what it does not know', async () => {
  const document = await askWell<{ traceId: string; blocks: { spans: unknown[] }[] }>(server, token, `/api/v1/traces/${MINE}/evidence`);
  assert.deepEqual([document.traceId, document.blocks[0]?.spans.length], [MINE, 2]);
  const one = await askWell<{ resourceSpans: { scopeSpans: { spans: { spanId: string }[] }[] }[] }>(server, token, `/api/v1/traces/${MINE}/evidence?span=${String(mine['spanId'])}&omit=enduser.id&omit=status.message`);
  assert.deepEqual(one.resourceSpans.flatMap(({ scopeSpans }) => scopeSpans).flatMap(({ spans }) => spans).map(({ spanId }) => spanId), [mine['spanId']]);
  for (const [path, status] of [[`${MINE}/evidence?omit=colour`, 422], [`${MINE}/evidence?omit=`, 400], [`${MINE}/evidence?span=7`, 400], [`${MINE}/evidence?more=1`, 400], [`${'a'.repeat(32)}/evidence`, 404]] as const) {
    assert.equal((await ask(server, token, `/api/v1/traces/${path}`)).status, status, path);
  }
  assert.equal((await ask(server, null, `/api/v1/traces/${MINE}/evidence`)).status, 401);
});

test('without a server the store is opened; standard output, a trace that is not there', async () => {
  await server.stop();
  const { code, stdout, stderr } = await exporting('-o', '-');
  assert.equal(code, 0, stderr);
  assert.match(stderr, /opening the store/u);
  const again = join(folder, 'again.json');
  writeFileSync(again, stdout);
  assert.equal((await evidence('verify', again, '--key', vkey)).code, 0);
  const absent = await evidence('export', 'f'.repeat(32), '--data', server.data);
  assert.equal(absent.code, 1);
  assert.match(absent.stderr, /not_found|Nothing was found/u);
  assert.equal((await evidence('export', 'no id', '--data', server.data)).code, 2);
});
