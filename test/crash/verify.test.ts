/**
 * `tracekeep verify` on a whole server: it finds nothing where nothing was changed, under traffic, after `kill -9`, after a restart, after retention; and
 * says so with its exit code where something was.
 */
import assert from 'node:assert/strict';
import { cpSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { pathToFileURL } from 'node:url';
import { Engine } from '#clickhouse';
import { runCommandLine } from '#commands';
import { verifyDirectory } from '#commands/verify-store';
import { deriveKey, openRootKey } from '#keys';
import { addProducer, createToken, startServer, temporaryFolder, tracekeep, until, type TestServer } from '#harness';
import { askWell } from '#harness/exchange';
import { reportJson } from '#verify/report';
import { Ledger, makeExport, newSeed, pause, Random } from './load.ts';

process.env['UV_THREADPOOL_SIZE'] ??= '16';

interface Told {
  readonly clean: boolean;
  readonly through: string;
  readonly pinned: boolean;
  readonly spans: number;
  readonly expired: { readonly blocks: number };
  readonly inFlight: { readonly entries: number };
  readonly accountChecked: boolean;
  readonly findings: readonly { readonly kind: string; readonly message: string }[];
}

const CLOCK = pathToFileURL(join(import.meta.dirname, 'shifted-clock.ts')).href;
const DAYS_AGO = 4;
/** Longer than the server believes what its clock said before. */
const CLOCK_READ_MS = 100;
const random = new Random(newSeed());
const home = temporaryFolder();
const data = join(home, 'data');

async function verify(words: readonly string[] = [], where = data): Promise<{ code: number | null; told: Told; stderr: string }> {
  const { code, stdout, stderr } = await tracekeep(['verify', '--data', where, '--json', ...words]);
  return { code, told: stdout === '' ? ({} as Told) : (JSON.parse(stdout) as Told), stderr };
}

async function clean(words: readonly string[] = []): Promise<Told> {
  const { code, told, stderr } = await verify(words);
  assert.deepEqual([code, told.findings], [0, []], stderr);
  return told;
}

/** What the verb does, without a program for it. */
async function cleanHere(): Promise<Told> {
  const verified = await verifyDirectory({ data, rootKeyFile: `${data}.key`, logKeys: `${data}.log` }, { keys: [], kept: [], since_ms: null, trace: null });
  assert.deepEqual(verified.report.findings, []);
  return JSON.parse(reportJson({ ...verified, bounds: null, trace: null })) as Told;
}

/** A command line that comes to nothing, without a program for it: its exit code, and what it says. */
async function failingHere(words: readonly string[]): Promise<{ readonly code: number; readonly stderr: string }> {
  const { write } = process.stderr;
  let stderr = '';
  process.stderr.write = (text) => {
    stderr += String(text);
    return true;
  };
  try {
    return { code: await runCommandLine(words), stderr };
  } finally {
    process.stderr.write = write;
  }
}

/** Has the server look at everything, and waits for it. */
async function fullPass(server: TestServer, token: string): Promise<{ readonly findings: number; readonly spans: number; readonly expired: { readonly blocks: number } }> {
  const state = () => askWell<{ full: { finishedAt: string; findings: number; spans: number; expired: { blocks: number } } | null; failed: object | null }>(server, token, '/api/v1/integrity');
  const before = (await state()).full?.finishedAt;
  const answer = await fetch(`${server.console}/api/v1/integrity/verify`, { method: 'POST', headers: { authorization: `Bearer ${token}` } });
  assert.equal(answer.status, 202);
  await until(async () => {
    const { full, failed } = await state();
    assert.equal(failed, null);
    return full !== null && full.finishedAt !== before;
  }, 'the server has looked at everything');
  const { full } = await state();
  assert.ok(full !== null);
  return full;
}

test('nothing is found where nothing was changed: after retention, under traffic, after kill -9, after a restart', { timeout: 240_000 }, async () => {
  const key = await addProducer(data, 'shop');
  const ledger = new Ledger();
  const clock = join(home, 'clock');
  writeFileSync(clock, String(-DAYS_AGO * 86_400_000));
  let server: TestServer = await startServer({ data, args: ['--retention', 'default=2d'], env: { NODE_OPTIONS: `--import=${CLOCK}`, TRACEKEEP_TEST_CLOCK_MS: clock } });
  assert.equal(await ledger.send(server, key, makeExport(random, 500, {}, 'protobuf', Date.now() - DAYS_AGO * 86_400_000)), 200);
  writeFileSync(clock, '0');
  await pause(CLOCK_READ_MS);

  let going = true;
  const sender = async (): Promise<void> => {
    while (going) {
      const status = await ledger.send(server, key, ledger.takeOpen() ?? makeExport(random, 1 + random.below(200)));
      await pause(status === 200 ? random.below(40) : 20);
    }
  };
  const loading = [sender(), sender()];
  await until(() => ledger.spans > 3_000, 'some spans are acknowledged');
  for (const told of [await clean(), await cleanHere()]) assert.deepEqual([told.through, told.pinned, told.accountChecked], ['server', false, true]);
  await server.kill();
  going = false;
  await Promise.all(loading);
  assert.equal((await clean()).through, 'directory');
  server = await startServer({ data, args: ['--retention', 'default=2d'] });
  await ledger.retry(server, key);
  going = true;
  const again = sender();
  const told = await cleanHere();
  assert.deepEqual([told.through, told.pinned, told.expired.blocks > 0, told.accountChecked], ['server', false, true, true]);
  going = false;
  await again;
  const pass = await fullPass(server, await createToken(data, 'admin'));
  assert.deepEqual([pass.findings, pass.expired.blocks > 0], [0, true]);
  await server.stop();

  const vkeys = (await tracekeep(['log', 'vkeys', '--data', data])).stdout.trim().split('\n');
  const whole = await clean(['--key', vkeys[0] ?? '']);
  assert.deepEqual([whole.pinned, whole.inFlight.entries, whole.accountChecked], [true, 0, true]);
  assert.ok(whole.spans >= ledger.spans - 500, `${whole.spans} of ${ledger.spans}`);
  const trace = [...ledger.traces().keys()].at(-1) ?? '';
  const ofTrace = await clean(['--trace', trace]);
  assert.ok(ofTrace.spans > 0 && ofTrace.spans < whole.spans);
  assert.equal((await clean(['--since', '1h'])).spans, whole.spans);
});

test('what was changed ends it with 1, what cannot be checked with 2, and each says why', { timeout: 120_000 }, async () => {
  const copy = join(home, 'copy');
  for (const name of ['', '.key', '.log']) cpSync(`${data}${name}`, `${copy}${name}`, { recursive: true });
  const engine = await Engine.open({ dataDir: copy, diskKey: deriveKey(openRootKey({ file: `${copy}.key`, dataDir: copy }), 'disk'), readers: 1 });
  await engine.command('ALTER TABLE spans UPDATE duration = duration + 1 WHERE block = (SELECT max(block) FROM spans) AND row = 0 SETTINGS mutations_sync = 1');
  await engine.close();
  const { code, stdout, stderr } = await tracekeep(['verify', '--data', copy, '--log-keys', `${copy}.log`]);
  assert.equal(code, 1);
  assert.match(stdout, /TAMPERED: 1 finding\.\n\n {2}Spans of a block were changed\n {4}Among rows 0–\d+ of block \d+ at least one was changed/);
  assert.match(stdout, /Key not pinned/);
  assert.match(stderr, /the store is not what the log says: 1 finding/);

  // The server that serves it says the same by itself.
  const server = await startServer({ data: copy });
  const token = await createToken(copy, 'admin');
  assert.ok((await fullPass(server, token)).findings > 0);
  assert.match(JSON.stringify(await askWell(server, token, '/api/v1/findings?analytic=integrity.block-changed')), /"title":"Spans of a block were changed"/);
  await server.stop();

  const other = join(home, 'other.txt');
  writeFileSync(other, 'no checkpoint\n');
  for (const [words, why] of [
    [['--checkpoint', join(home, 'nowhere')], /cannot read the checkpoint/],
    [['--checkpoint', other], /cannot use the checkpoint .*other\.txt: note_malformed/],
    [['--key', 'nonsense'], /cannot read key 1/],
    [['--since', 'yesterday'], /cannot read --since/],
    [['--trace', '12'], /cannot read --trace/],
    [['--root-key-file', join(home, 'no.key')], /root key/],
  ] as const) {
    const failed = await failingHere(['verify', '--data', data, '--json', ...words]);
    assert.equal(failed.code, 2, String(words));
    assert.match(failed.stderr, why);
  }
  const unknown = await verify(['--trace', 'f'.repeat(32)]);
  assert.equal(unknown.code, 2);
  assert.match(unknown.stderr, /cannot check the trace: no span of it that the log holds is stored/);
  assert.equal((await verify([], join(home, 'nothing'))).code, 2);
});
