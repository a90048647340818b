/**
 * Nothing of what exporters send, sealed or not, no name of a producer and no key lies in clear anywhere under the data directory: not while it is only in the
 * journal, not in the engine's files, not after a kill, a start and a stop. Nobody else may read what is there, and nothing lies elsewhere.
 */
import assert from 'node:assert/strict';
import { chmodSync, lstatSync, mkdirSync, readdirSync, readFileSync, realpathSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { deflateSync } from 'node:zlib';
import { addProducer, createToken, startServer, temporaryFolder, until } from '#harness';
import { beginWithPolicy } from '#harness/sealing';
import { everythingBelow, filesBelow, readIfThere } from '#harness/files-below';
import { ask, exportOf, type Json, newTraceId, send, spanOf } from '#harness/exchange';

const home = realpathSync(temporaryFolder());
const data = join(home, 'data');
/** What the server and the verbs take for the machine's temporary folder; nothing is to appear in it. */
const temporary = join(home, 'temporary');
mkdirSync(temporary);
const env = { TMPDIR: temporary };

const SEALING = `version: 2
rules:
  - { id: people, keys: [user.id], action: { seal: { subject: true, searchable: true } } }
  - { id: notes, keys: [note], action: seal }
`;

/** Words that stand in no program and no table definition. */
const NEEDLES = ['zq-person', 'zq-sealed', 'zq-service', 'zq-span-name', 'zq.key', 'zq-value', 'zq-event', 'zq-resource', 'zq-scope', 'zq-status', 'zq-producer', 'zq-state', 'zq-list'];

/** A tenth of the spans has something sealed; those are a trace. */
function telling(count: number, sealedTrace = newTraceId()): Json {
  const spans = Array.from({ length: count }, (_, at) =>
    spanOf({ 'zq.key': `zq-value-${at}`, 'zq.key.list': ['zq-list', at], ...(at % 10 === 0 && { 'user.id': `zq-person-${at % 50}`, note: `zq-sealed-${at}` }) }, {
      traceId: at % 10 === 0 ? sealedTrace : newTraceId(),
      name: `zq-span-name ${at % 7}`,
      traceState: 'zq-state=1',
      status: { code: 2, message: 'zq-status' },
      events: [{ timeUnixNano: String(Date.now() * 1e6), name: 'zq-event', attributes: [{ key: 'zq.key.event', value: { stringValue: 'zq-value' } }] }],
    }));
  const [group] = exportOf(spans, 'zq-service', { 'zq.key.resource': 'zq-resource' })['resourceSpans'] as Json[];
  return { resourceSpans: [{ ...group, scopeSpans: [{ scope: { name: 'zq-scope', version: 'zq-scope-1' }, spans }] }] };
}

function checkSealed(secrets: readonly string[], least: number): void {
  const files = [data, `${data}.log`].flatMap(filesBelow);
  assert.ok(files.length >= least, 'there are too few files to prove anything');
  for (const path of files) {
    const bytes = readIfThere(path);
    for (const secret of secrets) {
      for (const encoding of ['utf8', 'utf16le'] as const) assert.ok(!bytes.includes(Buffer.from(secret, encoding)), `${path} holds ${secret.slice(0, 8)}… in ${encoding}`);
      // The root key is written in hexadecimal and used as bytes.
      if (/^[0-9a-f]{64}$/.test(secret)) assert.ok(!bytes.includes(Buffer.from(secret, 'hex')), `${path} holds a key`);
    }
    // What can be compressed is not encrypted.
    const isSealed = ['journal', 'access', 'sealed', 'remembered'].some((folder) => path.startsWith(join(data, folder)));
    if (isSealed && bytes.length > 1_024) assert.ok(deflateSync(bytes).length > 0.98 * bytes.length, `${path} is not encrypted`);
  }
}

function checkModes(): void {
  for (const path of [data, ...everythingBelow(data), `${data}.key`, `${data}.sealing.key`, `${data}.log`, ...everythingBelow(`${data}.log`)]) {
    const stat = lstatSync(path, { throwIfNoEntry: false });
    // Links have no mode of their own.
    if (stat === undefined || stat.isSymbolicLink()) continue;
    assert.equal((stat.mode & 0o777).toString(8), stat.isDirectory() ? '700' : '600', path);
  }
}

test('no service, name, key, value or secret lies in clear on the disk', { timeout: 180_000 }, async (t) => {
  await beginWithPolicy(data, SEALING);
  let server = await startServer({ data, env });
  const key = await addProducer(data, 'zq-producer', ['zq-*']);
  const token = await createToken(data, 'viewer', ['--name', 'zq-producer']);
  const rootKey = readFileSync(`${data}.key`, 'utf8').trim();
  const logKeys = readFileSync(`${data}.log/key`, 'utf8').trim().split('\n');
  assert.match(rootKey, /^[0-9a-f]{64}$/);
  const investigator = await createToken(data, 'investigator');
  const secrets = [...NEEDLES, key, token, rootKey];
  const killed = newTraceId();

  await t.test('in the journal, before anything is flushed', async () => {
    assert.equal((await send(server, key, telling(500))).status, 200);
    // It is made when something is sealed first.
    secrets.push(readFileSync(`${data}.sealing.key`, 'utf8').trim());
    // The engine takes rows after seconds; what is in the journal only is there now.
    checkSealed(secrets, 10);
    assert.ok(filesBelow(join(data, 'journal')).some((path) => readIfThere(path).length > 10_000), 'the journal is empty');
    checkModes();
  });

  await t.test('killed with an unflushed journal', async () => {
    assert.equal((await send(server, key, telling(500, killed))).status, 200);
    await server.kill();
    checkSealed(secrets, 10);
  });

  await t.test('in the tables, after a start and a flush', async () => {
    server = await startServer({ data, env });
    assert.equal((await send(server, key, telling(2_000))).status, 200);
    await until(async () => /zq-service/.test((await ask(server, token, '/api/v1/services')).text), 'the service is listed');
    checkSealed(secrets, 40);
    checkModes();
  });

  await t.test('what was sealed and acknowledged just before the kill opens', async () => {
    const answer = await fetch(`${server.console}/api/v1/traces/${killed}/reveal`, { method: 'POST', headers: { authorization: `Bearer ${investigator}`, 'content-type': 'application/json' }, body: JSON.stringify({ reason: 'after a crash' }) });
    const text = await answer.text();
    assert.match(text, /"opened":100,"erased":0,"changed":0/);
    assert.ok(text.includes('"zq-person-40"') && text.includes('"zq-sealed-490"'));
  });

  await t.test('after a stop', async () => {
    await server.stop();
    checkSealed(secrets, 40);
    checkModes();
    for (const needle of [...secrets]) assert.ok(!(server.stdout + server.stderr).includes(needle), 'the server said what it must not say');
  });

  await t.test('and nothing lies beside the data directory, its key and the folder of the log', () => {
    assert.deepEqual(everythingBelow(temporary), []);
    assert.deepEqual(readdirSync(`${data}.log`).sort(), ['checkpoint', 'key', 'published']);
    // Who has the data has not what signs for it.
    const seeds = logKeys.map((line) => Buffer.from(line.slice(-44), 'base64').subarray(1));
    assert.ok(seeds.length === 2 && seeds.every(({ length }) => length === 32));
    for (const path of filesBelow(data)) for (const seed of seeds) for (const form of [seed, seed.toString('hex'), seed.toString('base64')]) assert.ok(!readIfThere(path).includes(form), `${path} holds a key of the log`);
    assert.deepEqual(readdirSync(home).sort(), ['data', 'data.key', 'data.log', 'data.sealing.key', 'temporary']);
  });
});

test('the search finds what does lie in clear', () => {
  const planted = join(data, 'journal', 'planted');
  for (const text of [Buffer.from('…zq-value…', 'utf8'), Buffer.from('…zq-value…', 'utf16le'), Buffer.from('text in clear '.repeat(200))]) {
    writeFileSync(planted, text, { mode: 0o600 });
    assert.throws(() => checkSealed(NEEDLES, 1), /planted/);
  }
  chmodSync(planted, 0o640);
  assert.throws(checkModes, /planted/);
});
