import assert from 'node:assert/strict';
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, afterEach, beforeEach, test } from 'node:test';
import { entryBytes } from '#evidence';
import { openSigners, sha256, verifyNatively } from '#keys/signing';
import { Log } from '#log';
import { isFlaw, openNote, parseNote, parseVkey, printSignature, type Verifier } from '#merkle';
import { ENTRY_TYPES } from '#model';
import { listenAsWitness, logName, openWitnessKeys, Witness, WitnessState, type RunningWitness } from '#witness';
import { Publisher, witnessesOf, type Published, type PublishedLog, type PublisherParts, type WitnessRefusal, type WitnessSetting } from './publish.ts';

const roof = mkdtempSync(join(tmpdir(), 'tracekeep-publish-'));
after(() => rmSync(roof, { recursive: true, force: true }));

let home = '';
let homes = 0;
let log: Log;
let refusals: WitnessRefusal[] = [];
let failures: string[] = [];
let now_ms = 1_800_000_000_000;
const closing: (() => Promise<void> | void)[] = [];

beforeEach(async () => {
  home = join(roof, String(homes++));
  log = await openLog('data');
  refusals = [];
  failures = [];
});
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
});

/** A log of its own; `keys` are those of `data` unless others are named. */
async function openLog(name: string, keys = 'keys'): Promise<Log> {
  const opened = await Log.open({ directory: join(home, name, 'log'), dataDir: join(home, name), keys: { folder: join(home, keys), origin: 'log.example/a' }, synced: { size: 0, root: null }, replayed: [] });
  closing.push(() => opened.close());
  return opened;
}

const entries = (count: number, seed = 'a'): Uint8Array[] => Array.from({ length: count }, (_, at) => entryBytes({ type: ENTRY_TYPES.access, time_ms: 1_795_000_000_000 + at, statement: `{"${seed}":${at}}`, closed: '{}' }, sha256));

function publisher(parts: Partial<PublisherParts> = {}): Publisher {
  return Publisher.open({
    log, folder: join(home, 'keys'), witnesses: [], quorum: 0, now_ms: () => now_ms, answer_ms: 2_000,
    onWitnessRefused: (refusal) => refusals.push(refusal),
    onFailure: (what, failure) => failures.push(`${what}: ${failure instanceof Error ? failure.message : ''}`),
    ...parts,
  });
}

interface Beside {
  readonly setting: WitnessSetting;
  readonly running: RunningWitness;
  readonly witness: Witness;
}

/** A real witness that follows our log. */
async function startWitness(name: string, port = 0): Promise<Beside> {
  const signers = openWitnessKeys(join(home, name, 'key'), name);
  const state = WitnessState.open(join(home, name, 'state'));
  const witness = new Witness({ state, signers, logs: keysOf(log.vkeys()) });
  const running = await listenAsWitness(witness, { host: '127.0.0.1', port }, (error) => failures.push(error.message));
  closing.push(() => running.stop().then(() => state.close()));
  return { witness, running, setting: { url: `http://127.0.0.1:${running.address.port}`, keys: signers.map(({ verifier }) => verifier) } };
}

type Answer = (body: string, response: ServerResponse, request: IncomingMessage) => void;

/** Something else at the address of a witness, whose real keys are given. */
async function startHostile(answer: Answer, keys: readonly Verifier[] = openWitnessKeys(join(home, 'hostile', 'key'), 'hostile').map(({ verifier }) => verifier)): Promise<WitnessSetting & { asked: string[]; server: Server }> {
  const asked: string[] = [];
  const server = createServer((request, response) => {
    let body = '';
    request.setEncoding('utf8').on('data', (part: string) => (body += part));
    request.on('end', () => {
      asked.push(`${request.method} ${request.url} ${body.split('\n', 1)[0] ?? ''}`);
      answer(body, response, request);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  closing.push(() => {
    server.closeAllConnections();
    server.close();
  });
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/prefix/`, keys, asked, server };
}

function keysOf(vkeys: readonly string[]): Verifier[] {
  return vkeys.map((vkey) => parseVkey(sha256, vkey)).filter((key): key is Verifier => !isFlaw(key));
}

/** So that the compiler does not think that it stays. */
const shown = (one: Publisher): Published | null => one.published;

/** Whose signatures of a note hold. */
function holders(note: string | undefined, more: readonly Verifier[] = []): string[] {
  const parsed = parseNote(Buffer.from(note ?? ''));
  assert.ok(!isFlaw(parsed));
  const opened = openNote(parsed, [...keysOf(log.vkeys()), ...more], verifyNatively);
  assert.ok(!isFlaw(opened));
  return opened.claims.map(({ verifier }) => verifier.name);
}

test('without witnesses what grew is published, signed with both keys, and remembered', async () => {
  log.append(entries(3));
  const one = publisher();
  assert.equal(shown(one), null);
  await one.round();
  assert.equal(one.published?.size, 3);
  assert.deepEqual(holders(one.published?.note), ['log.example/a', 'log.example/a']);
  const first = one.published;
  await one.round();
  assert.equal(one.published, first, 'a log that has not grown is not signed again');
  log.append(entries(5));
  await one.stop();
  assert.equal(one.published?.size, 8, 'a stop publishes the rest');
  assert.equal(publisher().published?.note, one.published?.note);
  const status = one.status();
  assert.deepEqual([status.size, status.published?.size, status.held, status.witnesses, status.published?.signatures.map(({ name }) => name)], [8, 8, null, [], ['log.example/a', 'log.example/a']]);
  assert.deepEqual(failures, []);
});

test('started, it publishes by itself and no more often than once in an interval', async () => {
  let signed = 0;
  const mine = log;
  const counted: PublishedLog = {
    origin: mine.origin,
    get size() {
      return mine.size;
    },
    root: (size) => mine.root(size),
    vkeys: () => mine.vkeys(),
    consistency: (from, to) => mine.consistency(from, to),
    sign: () => ((signed += 1), mine.sign()),
  };
  const one = publisher({ log: counted, interval_ms: 100 });
  const began = performance.now();
  one.start();
  while ((one.published?.size ?? 0) < 40) {
    if (mine.size < 40) mine.append(entries(1));
    assert.ok(performance.now() - began < 10_000, 'never published');
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  await one.stop();
  assert.ok(signed >= 2 && signed <= 2 + (performance.now() - began) / 100, `${signed} times`);
});

test('a published checkpoint that the log does not contain is not gone on from', async () => {
  log.append(entries(4));
  const one = publisher();
  await one.round();
  const note = one.published?.note ?? '';
  for (const wrong of ['', 'x', note.replace('\n4\n', '\n5\n')]) {
    writeFileSync(join(home, 'keys', 'published'), wrong);
    assert.equal(publisher().published, null, wrong);
  }
  writeFileSync(join(home, 'keys', 'published'), note);
  cpSync(join(home, 'keys'), join(home, 'keys2'), { recursive: true });
  rmSync(join(home, 'keys2', 'checkpoint'));
  const other = await openLog('other', 'keys2');
  assert.equal(publisher({ log: other, folder: join(home, 'keys2') }).published, null);
  other.append(entries(4, 'b'));
  assert.equal(publisher({ log: other, folder: join(home, 'keys2') }).published, null);
  assert.equal(failures.length, 5);
});

test('a witness cosigns with both its keys, from what it had to what there is', async () => {
  const { setting, witness } = await startWitness('witness.example');
  log.append(entries(5));
  const one = publisher({ witnesses: [setting], quorum: 1 });
  await one.round();
  log.append(entries(300));
  await one.round();
  assert.deepEqual(holders(one.published?.note, setting.keys), ['log.example/a', 'log.example/a', 'witness.example', 'witness.example']);
  assert.ok(witness.checkpoint(logName(log.origin))?.includes('\n305\n'));
  // Another process knows nothing of the witness: it is told the size, and goes on from there.
  const two = publisher({ witnesses: [setting], quorum: 1 });
  log.append(entries(1));
  await two.round();
  assert.equal(two.published?.size, 306);
  assert.deepEqual(two.status().witnesses.map(({ cosigned, host, ...rest }) => ({ ...rest, host: host === new URL(setting.url).host, cosigned: cosigned !== null })), [{ name: 'witness.example', host: true, state: 'cosigned', size: 306, cosigned: true, failure: null }]);
  assert.deepEqual([refusals, failures], [[], []]);
});

test('with a quorum the published checkpoint stays until enough witnesses cosigned, and the state says why', async () => {
  const up = await startWitness('up.example');
  const down = await startWitness('down.example');
  const witnesses = [up.setting, down.setting];
  log.append(entries(2));
  const one = publisher({ witnesses, quorum: 2 });
  await one.round();
  assert.equal(one.published?.size, 2);
  await down.running.stop();
  log.append(entries(2));
  await one.round();
  assert.equal(one.published?.size, 2);
  assert.equal(one.status().held, '1 of the 2 witnesses that are needed have cosigned size 4; the published checkpoint stays until then.');
  assert.deepEqual(one.status().witnesses.map(({ state, size }) => [state, size]), [['cosigned', 4], ['failing', 2]]);
  assert.match(one.status().witnesses[1]?.failure ?? '', /^cannot reach it \(ECONNREFUSED\)$/);
  assert.equal(publisher({ witnesses, quorum: 2 }).published?.size, 2, 'after a restart too');

  await startWitness('down.example', down.running.address.port);
  await one.round();
  assert.equal(one.published?.size, 2, 'it is not asked again at once');
  now_ms += 1_500;
  await one.round();
  assert.equal(one.published?.size, 4);
  assert.equal(one.status().held, null);
  assert.equal(holders(one.published?.note, witnesses.flatMap(({ keys }) => keys)).length, 6);
});

test('a fork signed with the real keys: the witness refuses, it is told once, and with a quorum it is never published', async () => {
  const { setting } = await startWitness('witness.example');
  log.append(entries(5));
  await publisher({ witnesses: [setting], quorum: 1 }).round();
  cpSync(join(home, 'keys'), join(home, 'stolen'), { recursive: true });
  rmSync(join(home, 'stolen', 'checkpoint'));
  const fork = await openLog('fork', 'stolen');
  fork.append(entries(9, 'b'));
  const one = publisher({ log: fork, witnesses: [setting], quorum: 1 });
  await one.round();
  assert.deepEqual(refusals, [{ witness: 'witness.example', kind: 'fork', size: 9, cosigned: 5 }]);
  assert.equal(one.published?.size ?? 0, 0);
  assert.deepEqual(one.status().witnesses.map(({ state }) => state), ['refused']);
  assert.match(one.status().witnesses[0]?.failure ?? '', /does not continue the one of size 5/);
  now_ms += 2_000;
  fork.append(entries(1, 'b'));
  await one.round();
  assert.equal(refusals.length, 1);
});

test('a rollback signed with the real keys is refused by the witness and told', async () => {
  const { setting } = await startWitness('witness.example');
  log.append(entries(9));
  await publisher({ witnesses: [setting], quorum: 1 }).round();
  cpSync(join(home, 'keys'), join(home, 'old'), { recursive: true });
  rmSync(join(home, 'old', 'checkpoint'));
  const old = await openLog('old-data', 'old');
  old.append(entries(6));
  const one = publisher({ log: old, folder: join(home, 'old'), witnesses: [setting] });
  await one.round();
  assert.deepEqual(refusals, [{ witness: 'witness.example', kind: 'rollback', size: 6, cosigned: 9 }]);
  assert.match(one.status().witnesses[0]?.failure ?? '', /entries of this log are gone/);
});

/** Each must leave the published checkpoint without a cosignature, and say so. */
const HOSTILE: Readonly<Record<string, readonly [Answer, RegExp]>> = {
  'an answer without end': [(_body, response) => {
    response.on('error', () => undefined);
    const more = (): void => {
      while (!response.destroyed && response.write('x'.repeat(16_384)));
      response.once('drain', more);
    };
    more();
  }, /more than 65536 bytes/],
  'an answer that says 200 and nothing': [(_body, response) => response.end(''), /cannot find a cosignature/],
  'lines that are no signatures': [(_body, response) => response.end('hello\n'), /cannot read its answer/],
  'bytes that are no text': [(_body, response) => response.end(Buffer.alloc(100, 255)), /cannot read its answer/],
  'the signatures of the log itself': [(body, response) => response.end(body.slice(body.lastIndexOf('\n\n') + 2)), /cannot find a cosignature/],
  'a status that nobody expects': [(_body, response) => response.writeHead(500).end('no'), /\(500\)/],
  'a log that it does not know': [(_body, response) => response.writeHead(404).end(), /must add the keys/],
  'a 409 without a size': [(_body, response) => response.writeHead(409).end('many\n'), /without a size/],
  'a 409 with the size that was sent': [(_body, response) => response.writeHead(409).end('0\n'), /cannot agree/],
  'a connection that it cuts': [(_body, response) => response.destroy(), /cannot reach it/],
};

for (const [what, [answer, says]] of Object.entries(HOSTILE)) {
  test(`a hostile witness: ${what}`, async () => {
    const hostile = await startHostile(answer);
    log.append(entries(3));
    const one = publisher({ witnesses: [hostile] });
    await one.round();
    assert.equal(one.published?.size, 3);
    assert.deepEqual(holders(one.published?.note, hostile.keys), ['log.example/a', 'log.example/a']);
    assert.match(one.status().witnesses[0]?.failure ?? '', says);
    assert.equal(one.status().witnesses[0]?.size, null);
    assert.deepEqual([refusals, failures], [[], []]);
  });
}

test('a hostile witness that never answers holds the checkpoint back for a moment, then only itself', async () => {
  const hostile = await startHostile(() => undefined);
  const one = publisher({ witnesses: [hostile], answer_ms: 1_500 });
  log.append(entries(3));
  const round = one.round();
  const began = performance.now();
  while (shown(one) === null) await new Promise((resolve) => setTimeout(resolve, 10));
  assert.ok(performance.now() - began < 1_400, 'published before its time was over');
  await round;
  assert.equal(one.status().witnesses[0]?.failure, 'cannot get an answer within 1.5 s');
  log.append(entries(1));
  await one.round();
  assert.equal(one.published?.size, 4);
  assert.equal(hostile.asked.length, 1, 'it was not asked again');
});

test('a hostile witness: cosignatures that are false, of another tree, of another key, or of no time', async () => {
  const signers = openWitnessKeys(join(home, 'hostile', 'key'), 'hostile');
  const [ed25519, mldsa] = signers;
  assert.ok(ed25519 !== undefined && mldsa !== undefined);
  const stranger = openSigners({ file: join(home, 'stranger'), what: 'key', name: 'hostile', types: [0x04, 0x06] });
  const textOf = (body: string): string => body.slice(body.indexOf('\n\n') + 2, body.lastIndexOf('\n\n') + 1);
  const lines: Record<string, (text: string) => string> = {
    'of another tree': (text) => printSignature(ed25519.sign(text.replace('\n3\n', '\n4\n'), 9)),
    'false, beside one that holds': (text) => printSignature(mldsa.sign(text, 9)) + printSignature({ ...ed25519.sign(text, 9), signature: new Uint8Array(72).fill(1) }),
    'of another key of its name': (text) => stranger.map((signer) => printSignature(signer.sign(text, 9))).join(''),
    'of no time': (text) => printSignature(mldsa.sign(text, 0)),
  };
  log.append(entries(3));
  for (const [what, make] of Object.entries(lines)) {
    const hostile = await startHostile((body, response) => response.end(make(textOf(body))), signers.map(({ verifier }) => verifier));
    const one = publisher({ witnesses: [hostile], quorum: 1 });
    await one.round();
    assert.equal(one.published, null, what);
    assert.equal(one.status().witnesses[0]?.state, 'failing', what);
  }
  // The lines of others beside its own are left out.
  const chatty = await startHostile((body, response) => response.end(signers.concat(stranger).map((signer) => printSignature(signer.sign(textOf(body), 9))).join('')), signers.map(({ verifier }) => verifier));
  const one = publisher({ witnesses: [chatty], quorum: 1 });
  await one.round();
  assert.equal(one.status().published?.signatures.length, 4);
  assert.deepEqual(holders(one.published?.note, chatty.keys).length, 4);
});

test('a witness that redirects is not followed', async () => {
  const target = await startHostile((_body, response) => response.end());
  for (const status of [301, 307]) {
    const hostile = await startHostile((_body, response) => response.writeHead(status, { location: `${target.url}add-checkpoint` }).end());
    const one = publisher({ witnesses: [hostile] });
    log.append(entries(1));
    await one.round();
    assert.match(one.status().witnesses[0]?.failure ?? '', new RegExp(`cannot follow its redirect \\(${status}\\)`));
    assert.deepEqual(hostile.asked, ['POST /prefix/add-checkpoint old 0']);
  }
  assert.deepEqual(target.asked, []);
});

test('a witness that says another size each time is asked three times, then left alone for longer and longer', async () => {
  let told = 0;
  const hostile = await startHostile((_body, response) => response.writeHead(409).end(`${(told += 1)}\n`));
  log.append(entries(9));
  const one = publisher({ witnesses: [hostile] });
  const asked: number[] = [];
  for (let second = 0; second < 20; second++) {
    told = 0;
    await one.round();
    asked.push(hostile.asked.length);
    now_ms += 1_000;
  }
  // After 1, 2, 4 and 8 seconds.
  assert.deepEqual(asked, [3, 6, 6, 9, 9, 9, 9, 12, 12, 12, 12, 12, 12, 12, 12, 15, 15, 15, 15, 15]);
});

test('witnessesOf() makes one witness of the keys of one address; the log does not witness itself', () => {
  const [one, two] = openWitnessKeys(join(home, 'w'), 'w').map(({ vkey }) => vkey);
  assert.deepEqual(witnessesOf([{ key: one!, url: 'https://a/' }, { key: two!, url: 'https://a/' }]).map(({ url, keys }) => [url, keys.length]), [['https://a/', 2]]);
  assert.equal(witnessesOf([{ key: one!, url: 'https://a/' }, { key: two!, url: 'https://b/' }]).length, 2);
  assert.throws(() => witnessesOf([{ key: 'x', url: 'https://a/' }]), /cannot use the key of a witness/);
  assert.throws(() => publisher({ witnesses: [{ url: 'https://a/', keys: keysOf(log.vkeys()) }] }), /cannot let the log witness itself/);
});

test('a disk that fails keeps the published checkpoint as it was, and is said once', async () => {
  log.append(entries(1));
  const { FILES } = await import('#files');
  let broken = true;
  const files = { ...FILES, rename: (from: string, to: string) => (broken ? Promise.reject(new Error('cannot write')) : FILES.rename(from, to)) };
  const one = publisher({ files });
  await one.round();
  await one.round();
  assert.equal(shown(one), null);
  assert.equal(failures.length, 1);
  broken = false;
  await one.round();
  assert.equal(one.published?.size, 1);
  assert.equal(readFileSync(join(home, 'keys', 'published'), 'utf8'), one.published?.note);
});
