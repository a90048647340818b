/**
 * Attacks on an ingest process without the private key: the sealing root was taken away after the key pair was made. Whoever gets the process, its memory and its disk,
 * opens what was sealed in the hour that runs, and nothing of the hours before.
 *
 * The memory is searched page by page for keys that the test works out from the data directory and the sealing root, which it has; what is meant to be there is looked for
 * too, so that a search that finds nothing anywhere fails.
 */
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { before, test } from 'node:test';
import { Custody } from '#custody';
import { deriveKey, type KeyPurpose, openWindow, unwrapSubjectKey } from '#keys';
import { DEFAULT_TENANT, Secret } from '#model';
import { isRefusal } from '#refusal';
import { addProducer, createToken, startServer, temporaryFolder, type TestServer, until } from '#harness';
import { ask, exportOf, sendWell, spanOf } from '#harness/exchange';
import { filesBelow, readIfThere } from '#harness/files-below';
import { inControl } from '#harness/credentials';
import { searchMemory, type Needles } from '#harness/process-memory';
import { makeKeyPair, openAllKeys, putPolicyInForce, type OpenedKeys } from '#harness/sealing';

const HOUR_MS = 3_600_000;
const HOURS = [0, 1];
/** Of each export of an hour. Fewer of the later one, so that what it leaves in memory does not cover what the one before left. */
const SPANS = [12, 4];
const PURPOSES: readonly KeyPurpose[] = ['check', 'disk', 'journal', 'remembered', 'set-aside', 'access', 'pushed', 'control', 'digest', 'credential', 'records', 'verified', 'pseudonyms', 'tokens', 'sealing', 'sealing check'];
const home = temporaryFolder();
const data = join(home, 'data');
/** Where the server looks for the sealing root, and where it is kept from it. */
const here = `${data}.sealing.key`;
const elsewhere = join(home, 'elsewhere', 'sealing.key');
const clock = join(home, 'clock');

let server: TestServer;
let admin = '';
let keys: OpenedKeys;

before(async () => {
  mkdirSync(join(home, 'elsewhere'), { mode: 0o700 });
  await makeKeyPair(data, here);
  renameSync(here, elsewhere);
  const key = await addProducer(data, 'shop', ['*']);
  admin = await createToken(data, 'admin');
  setClock(0);
  // The clock is the only thing of it that is not as anybody runs it: hours pass when the file says so.
  server = await startServer({ data, args: ['--workers', '2'], env: { NODE_OPTIONS: `--import=${new URL('../crash/shifted-clock.ts', import.meta.url).href}`, TRACEKEEP_TEST_CLOCK_MS: clock } });
  await putPolicyInForce(server, admin);
  for (const hour of HOURS) {
    setClock(hour * HOUR_MS);
    const window = async (): Promise<boolean> => {
      const now = BigInt(Date.now() + hour * HOUR_MS) * 1_000_000n;
      await sendWell(server, key, exportOf(Array.from({ length: SPANS[hour] ?? 0 }, (_, at) => spanOf({ 'user.id': `ann-${at} of hour ${hour}`, note: `note ${at} of hour ${hour}` }, { startTimeUnixNano: String(now), endTimeUnixNano: String(now + 1n) }))));
      return (await openKeys()).windows.length === hour + 1;
    };
    // The clock is read some milliseconds late.
    await until(window, `a window of hour ${hour}`);
  }
  keys = await openKeys();
});

const setClock = (ms: number): void => writeFileSync(clock, String(ms));
const openKeys = (): Promise<OpenedKeys> => openAllKeys(data, { kind: 'file', file: elsewhere, dataDir: data });
const fromHex = (file: string): Buffer => Buffer.from(readFileSync(file, 'utf8').trim(), 'hex');

/** In the forms in which one would find it in a text, too. */
function forms(name: string, bytes: Uint8Array): Needles {
  const buffer = Buffer.from(bytes);
  return { [name]: buffer, [`${name}, in hexadecimal`]: Buffer.from(buffer.toString('hex')), [`${name}, in base64`]: Buffer.from(buffer.toString('base64').replace(/=+$/, '')) };
}

/** What opens everything: the sealing root, private keys and what they are worked out into (X-Wing). */
function privateKeys(): Needles {
  const all: Record<string, Uint8Array> = forms('the sealing root', fromHex(elsewhere));
  for (const [version, seed] of keys.seeds) {
    const expanded = createHash('shake256', { outputLength: 96 }).update(seed).digest();
    Object.assign(all, forms(`private key ${version}`, seed), { [`ML-KEM seed of ${version}`]: expanded.subarray(0, 32), [`X25519 key of ${version}`]: expanded.subarray(64) });
  }
  return all;
}

/** Keys of windows with what they were wrapped with, and a key of somebody in each. */
function windowKeys(ids: readonly number[]): Needles {
  const all: Record<string, Uint8Array> = {};
  for (const { id, key, sharedKey } of keys.windows.filter((window) => ids.includes(window.id))) Object.assign(all, { [`the key of window ${id}`]: key, [`the shared key of window ${id}`]: sharedKey });
  for (const id of ids) {
    const [first] = keys.subjects.filter(({ window }) => window === id);
    assert.ok(first !== undefined);
    Object.assign(all, { [`a person’s key in window ${id}`]: first.key });
  }
  return all;
}

/** As a worker remembers values that it looked at, one behind the other; nothing else has them so. */
const remembered = (hour: number): Uint8Array => Buffer.from(`ann-${SPANS[hour]! - 1} of hour ${hour}note ${SPANS[hour]! - 1} of hour ${hour}`);
const namesIn = (found: Readonly<Record<string, number>>): string[] => Object.keys(found).filter((name) => found[name] !== 0);
const ids = (): number[] => keys.windows.toSorted((one, other) => one.hour - other.hour).map(({ id }) => id);

test('whoever takes the memory of an ingest process gets the key of the hour that runs, and neither those of past hours nor the private key', () => {
  const past = ids().slice(0, -1);
  assert.equal(past.length, HOURS.length - 1);
  const current = keys.windows.find(({ id }) => id === ids().at(-1)) ?? assert.fail();
  const needles = { 'the root key': fromHex(`${data}.key`), 'the key of this hour': current.key, 'values of this hour': remembered(1), 'remembered values of the hour before': remembered(0), ...windowKeys(past), ...privateKeys() };
  assert.equal(Object.keys(needles).length, 4 + 3 * past.length + 8);
  assert.deepEqual(namesIn(searchMemory(server.pid, needles).found), ['the root key', 'the key of this hour', 'values of this hour'], 'the search finds what the process needs, and that is all');
});

test('whoever takes the disk of an ingest process has no key at all, not even that of the hour that runs', () => {
  const needles = Object.entries(keys.windows.reduce<Needles>((all, { id, key }) => ({ ...all, ...forms(`the key of window ${id}`, key) }), { ...windowKeys(ids()), ...privateKeys() }));
  const files = [data, `${data}.log`].flatMap(filesBelow);
  assert.ok(files.some((path) => path.endsWith('control.sqlite')) && files.length > 30);
  for (const path of [...files, `${data}.key`]) {
    const bytes = readIfThere(path);
    for (const [name, needle] of needles) assert.ok(!bytes.includes(needle), `${path} holds ${name}`);
  }
  const [[, planted] = assert.fail()] = needles;
  assert.ok(Buffer.concat([Buffer.alloc(1_000), planted, Buffer.alloc(5)]).includes(planted));
});

test('a dump of the database and of all ingest nodes opens what was sealed in the hour that runs, and nothing else', async () => {
  const current = keys.windows.find(({ id }) => id === ids().at(-1)) ?? assert.fail();
  const root = new Secret<Uint8Array>(fromHex(`${data}.key`));
  const derived = PURPOSES.map((purpose) => deriveKey(root, purpose));
  const logSeeds = readFileSync(`${data}.log/key`, 'utf8').trim().split('\n').map((line) => new Secret<Uint8Array>(Buffer.from(line.slice(-44), 'base64').subarray(1)));
  const had = [root, ...derived, ...logSeeds, new Secret(current.key)];
  const { opened, tried } = await inControl(data, async (control) => {
    let [windows, subjects] = [0, 0];
    const openedIn = new Set<number>();
    for (const { id } of keys.windows) {
      const window = control.findWindow(id) ?? assert.fail();
      windows += 1;
      // As the private key, and as what the private key would give.
      for (const secret of had) assert.equal(openWindow(window, secret), null, `window ${id}`);
    }
    const rows = control.findSubjectKeys(DEFAULT_TENANT, keys.subjects.map(({ keyId }) => keyId));
    for (const row of rows) {
      subjects += 1;
      for (const key of had) if (unwrapSubjectKey({ id: row.window, key }, { ...row, tenant: DEFAULT_TENANT }) !== null) openedIn.add(row.window);
    }
    return { opened: [...openedIn], tried: [windows, subjects] };
  });
  assert.deepEqual([opened, tried], [[current.id], [HOURS.length, keys.subjects.length]]);
  // None of them is the sealing root either.
  const source = { kind: 'file', file: join(home, 'made-up.key'), dataDir: data } as const;
  for (const key of had) {
    writeFileSync(source.file, Buffer.from(key.reveal()).toString('hex'), { mode: 0o600 });
    const refused = await inControl(data, (control) => new Custody({ control, source }).withWindows(DEFAULT_TENANT, ids(), async () => true));
    assert.equal(isRefusal(refused) && refused.refused, 'sealing_root_wrong');
  }
});

test('an ingest process opens nothing, whoever asks', async () => {
  for (const path of ['/api/v1/keys/rotate', '/api/v1/keys/retire']) {
    const { status, text } = await post(path, path.endsWith('retire') ? { version: 1 } : {});
    assert.ok([409, 503].includes(status), text);
    assert.match(text, /sealing_root_absent|key_needed/);
  }
  const { sealingRoot } = JSON.parse((await ask(server, admin, '/api/v1/keys')).text) as { sealingRoot: object };
  assert.deepEqual(sealingRoot, { kind: 'file', made: true, here: false, usable: false });
});

test('a server that had the sealing root for a moment keeps nothing of what it opened then', async () => {
  renameSync(elsewhere, here);
  assert.equal((await post('/api/v1/keys/rotate', {})).status, 200);
  assert.equal((await post('/api/v1/keys/rewrap', {})).status, 200);
  await until(async () => (JSON.parse((await ask(server, admin, '/api/v1/keys')).text) as { tenants: { rewrapping: object | null }[] }).tenants[0]?.rewrapping === null, 'all windows are under the new version');
  renameSync(here, elsewhere);
  keys = await openKeys();
  assert.deepEqual([...keys.seeds.keys()], [2, 1]);
  const past = ids().slice(0, -1);
  const needles = { ...windowKeys(past), ...privateKeys() };
  // What is freed later than it is wiped goes within seconds.
  const end = performance.now() + 20_000;
  let left = namesIn(searchMemory(server.pid, needles).found);
  while (left.length > 0 && performance.now() < end) {
    await new Promise((passed) => setTimeout(passed, 1_000));
    left = namesIn(searchMemory(server.pid, needles).found);
  }
  assert.deepEqual(left, []);
});

test('nobody gets the memory by a core dump, a debugger or an address of the server', async () => {
  assert.equal(readFileSync(`/proc/${server.pid}/coredump_filter`, 'utf8').trim(), '00000000', 'a core dump holds no memory');
  process.kill(server.pid, 'SIGUSR1');
  const { routes } = JSON.parse((await ask(server, admin, '/api/v1/routes')).text) as { routes: { path: string }[] };
  assert.ok(routes.length > 80);
  assert.deepEqual(routes.filter(({ path }) => /heap|snapshot|profil|pprof|debug|dump|inspect|memory/i.test(path)), []);
  for (const path of ['/debug/pprof/heap', '/debug/vars', '/json/list', '/json/version', '/heapdump', '/actuator/heapdump', '/api/v1/debug', '/api/v1/heap']) {
    const { status, headers } = await ask(server, admin, path);
    assert.ok(status === 404 || String(headers.get('content-type')).startsWith('text/html'), `${path}: ${status}`);
  }
  assert.doesNotMatch(server.stderr, /debugger/i);
});

test('no key shows in what the server said', async () => {
  await server.stop();
  const said = Buffer.from(server.stdout + server.stderr);
  const secrets = [...keys.windows, ...keys.subjects].flatMap(({ key }) => [Buffer.from(key).toString('hex'), Buffer.from(key).toString('base64').slice(0, 42)]);
  assert.ok(secrets.length > 12);
  for (const secret of [...secrets, ...Object.values(privateKeys())]) assert.ok(!said.includes(secret));
});

async function post(path: string, body: object): Promise<{ readonly status: number; readonly text: string }> {
  const answer = await fetch(server.console + path, { method: 'POST', headers: { authorization: `Bearer ${admin}`, 'content-type': 'application/json' }, body: JSON.stringify(body) });
  return { status: answer.status, text: await answer.text() };
}
