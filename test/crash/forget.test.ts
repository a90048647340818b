/** `kill -9` while a person is forgotten, after their keys were destroyed: the next start finishes it, and the log tells of it once. */
import assert from 'node:assert/strict';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { test } from 'node:test';
import { pathToFileURL } from 'node:url';
import { verifyDirectory } from '#commands/verify-store';
import { launchServer, temporaryFolder, tracekeep, type TestServer } from '#harness';
import { inControl } from '#harness/credentials';
import { exportOf, sendWell, spanOf } from '#harness/exchange';
import { storedBodies } from '#harness/stored-bodies';
import { DEFAULT_TENANT } from '#model';
import { compilePolicy, DEFAULT_POLICY } from '#policy';
import { done } from '#refusal/testing';
import { STEPS } from './dying-erasure.ts';

process.env['UV_THREADPOOL_SIZE'] ??= '16';

const DYING = pathToFileURL(join(import.meta.dirname, 'dying-erasure.ts')).href;
const data = join(temporaryFolder(), 'data');

async function start(step = ''): Promise<TestServer> {
  const server = launchServer({ data, args: ['--workers', '1'], env: { NODE_OPTIONS: `--import=${DYING}`, TRACEKEEP_TEST_DIES_WHEN: step } });
  await server.ready();
  return server;
}

function wrappedKeys(): Buffer[] {
  const database = new DatabaseSync(join(data, 'control/control.sqlite'), { readOnly: true });
  try {
    return database.prepare('SELECT wrapped FROM subject_keys').all().map(({ wrapped }) => Buffer.from(wrapped as Uint8Array)).filter((bytes) => bytes.some((byte) => byte !== 0));
  } finally {
    database.close();
  }
}

function isStored(bytes: Uint8Array): boolean {
  return readdirSync(data, { recursive: true, encoding: 'utf8' }).map((name) => join(data, name)).filter((path) => statSync(path).isFile()).some((path) => readFileSync(path).includes(bytes));
}

test('killed after the keys are destroyed, it is finished by the next start, whatever was left to do', { timeout: 180_000 }, async () => {
  const key = await inControl(data, async (control) => {
    const { text, digest, document } = compilePolicy({ ...DEFAULT_POLICY, rules: [{ id: 'whose', keys: ['user.id'], action: { seal: { subject: true } } }, ...DEFAULT_POLICY.rules] });
    done(await control.addPolicy({ text: JSON.stringify(document), canonical: text, digest, rules: document.rules.length, weakenings: [], note: '' }, null));
    return done(await control.addProducer({ tenant: DEFAULT_TENANT, name: 'shop', services: ['*'] })).key.reveal();
  });
  let server = await start(STEPS[0]);
  for (const [at, step] of STEPS.entries()) {
    for (const person of ['ann', 'bob']) await sendWell(server, key, exportOf([spanOf({ 'user.id': person })]));
    const before = wrappedKeys();
    const broken = await tracekeep(['forget', 'ann', '--yes', '--data', data]);
    assert.match(broken.stderr, /run it again/, step);
    assert.deepEqual(await server.exited, { code: null, signal: 'SIGKILL' });
    server = await start(STEPS[at + 1]);
    const left = wrappedKeys();
    const gone = before.filter((bytes) => !left.some((one) => one.equals(bytes)));
    assert.equal(gone.length, 1, `${step}: the key of one person`);
    for (const bytes of gone) assert.ok(!isStored(bytes), `${step}: no file has it any more`);
    assert.deepEqual(await inControl(data, async (control) => control.listErasures()), [], step);
  }
  const found = JSON.parse((await tracekeep(['subject', 'find', 'ann', '--json', '--data', data])).stdout) as { spans: number; erased: number };
  assert.deepEqual([found.spans, found.erased], [0, 0], 'nothing leads to the spans any more');
  const again = await tracekeep(['forget', 'ann', '--yes', '--json', '--data', data]);
  assert.equal((JSON.parse(again.stdout) as { keys: number }).keys, 0, 'a repeat finds nothing left');
  await server.stop();
  const told = (await storedBodies(data)).filter(({ type }) => type === 'erasure').map(({ statement }) => statement['keys']);
  assert.deepEqual(told, [1, 1, 0], 'each once');
  const { report } = await verifyDirectory({ data, rootKeyFile: `${data}.key`, logKeys: `${data}.log` }, { keys: [], kept: [], since_ms: null, trace: null });
  assert.deepEqual(report.findings, []);
});
