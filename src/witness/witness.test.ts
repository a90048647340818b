import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, afterEach, beforeEach, test } from 'node:test';
import { cosigners, isFlaw, openNote, parseNote, toBase64, type Flaw, type OpenedNote } from '#merkle';
import { openSigners, verifyNatively } from '#keys/signing';
import { isRefusal } from '#refusal';
import { signed, TestLog } from './testing.ts';
import { listenAsWitness, logName, openWitnessKeys, printSubmission, readLogKey, Witness, WitnessState, type RunningWitness } from './witness.ts';

const home = mkdtempSync(join(tmpdir(), 'tracekeep-witness-'));
after(() => rmSync(home, { recursive: true, force: true }));
const log = new TestLog('log.example/a', join(home, 'log.key')).grow(7);
const forked = log.fork(5).grow(5, 'other');
log.grow(13);
const stranger = new TestLog('log.example/a', join(home, 'stranger.key')).grow(9);
const signers = openWitnessKeys(join(home, 'witness.key'), 'witness.example');
const keys = signers.map(({ verifier }) => verifier);
const logs = log.signers.map(({ verifier }) => verifier);
const name = logName(log.origin);

let file = '';
let files = 0;
let state: WitnessState;
let witness: Witness;
let heard: string[] = [];
let now_ms = 1_800_000_000_000;
const start = (): Witness => new Witness({ state, signers, logs, onRefused: (suspicion, origin, size, cosigned) => heard.push(`${suspicion} ${origin} ${size} ${cosigned}`), now_ms: () => now_ms });

beforeEach(() => {
  file = join(home, `${files++}`, 'state.sqlite');
  state = WitnessState.open(file);
  witness = start();
  heard = [];
});
afterEach(() => {
  witness.stop();
  state.close();
});

/** 200 or the code of the refusal; with the size for a conflict. */
function add(body: string | Uint8Array, to = witness): string {
  const { lines, size } = to.addCheckpoint(Buffer.from(body));
  if (!isRefusal(lines)) return '200';
  return lines.refused === 'checkpoint_conflict' ? `checkpoint_conflict ${size}` : lines.refused;
}

function opened(text: string, among = [...keys, ...logs]): OpenedNote {
  const note = parseNote(Buffer.from(text));
  assert.ok(!isFlaw(note));
  const open = openNote(note, among, verifyNatively);
  assert.ok(!isFlaw(open), (open as Flaw).flaw);
  return open;
}

test('a checkpoint that continues the last one is cosigned with both keys, and published with the signatures of the log', () => {
  assert.equal(witness.checkpoint(name), null);
  assert.equal(add(log.submission(0, 7)), '200');
  const { lines } = witness.addCheckpoint(Buffer.from(log.submission(7, 20)));
  assert.ok(!isRefusal(lines));
  assert.equal(cosigners(opened(`${log.text(20)}\n${lines}`, keys), keys), 2);
  const published = opened(witness.checkpoint(name) ?? '');
  assert.equal(published.text, log.text(20));
  assert.deepEqual(published.claims.map(({ time_s }) => time_s), [undefined, 1, 1_800_000_000, 1_800_000_000]);
  assert.deepEqual(heard, []);
});

test('the same checkpoint again is cosigned again, with the time of now', () => {
  assert.equal(add(log.submission(0, 7)), '200');
  const first = witness.addCheckpoint(Buffer.from(log.submission(7, 7))).lines;
  assert.equal(witness.addCheckpoint(Buffer.from(log.submission(7, 7))).lines, first, 'within a second it is the same cosignature');
  now_ms += 5_000;
  assert.notEqual(witness.addCheckpoint(Buffer.from(log.submission(7, 7))).lines, first);
  assert.equal(opened(witness.checkpoint(name) ?? '').claims.at(-1)?.time_s, Math.floor(now_ms / 1000));
});

test('each refusal of the specification, in its order', () => {
  assert.equal(add(log.submission(0, 7)), '200');
  const other = new TestLog('log.example/b', join(home, 'b.key')).grow(3);
  assert.equal(add(other.submission(9, 3)), 'checkpoint_origin', 'before the old size');
  assert.equal(add(stranger.submission(20, 9)), 'checkpoint_signature', 'before the old size');
  assert.equal(add(log.submission(20, 9)), 'checkpoint_old_size', 'before the conflict');
  assert.equal(add(log.submission(0, 9)), 'checkpoint_conflict 7');
  assert.equal(add(log.submission(8, 9)), 'checkpoint_conflict 7');
  assert.equal(add(printSubmission(7, log.proof(6, 9), log.note(9))), 'checkpoint_inconsistent');
  assert.equal(add(printSubmission(7, [], log.note(9))), 'checkpoint_inconsistent');
  assert.equal(add(printSubmission(7, log.proof(6, 9), log.note(7))), 'checkpoint_inconsistent', 'equal sizes need no proof');
  assert.equal(add(log.submission(7, 9)), '200');
});

test('a witness that has cosigned nothing expects the size 0, no proof, and the root of an empty tree', () => {
  assert.equal(add(log.submission(3, 7)), 'checkpoint_conflict 0');
  assert.equal(add(printSubmission(0, log.proof(3, 7), log.note(7))), 'checkpoint_inconsistent');
  assert.equal(add(printSubmission(0, [], signed(log.text(0, log.root(3)), log.signers))), 'checkpoint_inconsistent');
  assert.equal(add(log.submission(0, 0)), '200');
  assert.equal(add(log.submission(0, 7)), '200');
});

test('one known key is enough, a false signature of a known one is not made good by the other', () => {
  const [ed25519, mldsa] = log.signers;
  assert.ok(ed25519 !== undefined && mldsa !== undefined);
  assert.equal(add(printSubmission(0, [], log.note(3, [ed25519]))), '200');
  assert.equal(add(printSubmission(3, log.proof(3, 4), log.note(4, [mldsa]))), '200');
  const lines = log.note(5).split('\n');
  const broken = Buffer.from(lines[4]!.split(' ')[2]!, 'base64');
  broken[20]! ^= 1;
  lines[4] = `— ${log.origin} ${broken.toString('base64')}`;
  assert.equal(add(printSubmission(4, log.proof(4, 5), lines.join('\n'))), 'checkpoint_signature');
  const alone = new Witness({ state, signers, logs: [mldsa.verifier] });
  assert.equal(add(printSubmission(4, log.proof(4, 5), lines.join('\n')), alone), '200', 'the key of the false one is not known');
  assert.equal(opened(alone.checkpoint(name) ?? '').claims.length, 3, 'and its signature is not kept');
});

test('lines that no key of the log has signed are not cosigned', () => {
  const [ed25519, mldsa] = log.signers;
  assert.ok(ed25519 !== undefined && mldsa !== undefined);
  const text = log.text(3, log.root(3), ['extra']);
  assert.equal(add(printSubmission(0, [], signed(text, [mldsa]))), 'checkpoint_signature');
  assert.equal(add(printSubmission(0, [], signed(text, [ed25519]))), '200');
});

test('a fork signed with the real key is refused, kept with what it contradicts, and told once', () => {
  assert.equal(add(log.submission(0, 8)), '200');
  assert.equal(add(printSubmission(8, [], forked.note(8))), 'checkpoint_inconsistent');
  assert.equal(add(forked.submission(0, 8)), 'checkpoint_conflict 8');
  assert.equal(add(forked.submission(8, 10)), 'checkpoint_inconsistent');
  assert.deepEqual(heard, ['fork log.example/a 8 8', 'unproven log.example/a 10 8']);
  witness.stop();
  const [larger, same] = witness.refused(name) ?? [];
  assert.deepEqual([larger?.suspicion, larger?.size, same?.suspicion, same?.count], ['unproven', 10, 'fork', 2]);
  // Whoever has these two notes and the key of the log needs to trust nobody.
  assert.equal(opened(same?.note ?? '', logs).text, forked.text(8));
  assert.equal(opened(same?.against ?? '', logs).text, log.text(8));
  assert.equal(opened(witness.checkpoint(name) ?? '').text, log.text(8), 'and what was cosigned stands');
});

test('a rollback signed with the real key is refused and kept, whatever old size it claims', () => {
  assert.equal(add(log.submission(0, 20)), '200');
  assert.equal(add(log.submission(7, 12)), 'checkpoint_conflict 20');
  assert.equal(add(log.submission(20, 12)), 'checkpoint_old_size');
  assert.equal(add(printSubmission(0, [], log.note(11))), 'checkpoint_conflict 20');
  assert.deepEqual(heard, ['rollback log.example/a 12 20', 'rollback log.example/a 11 20']);
  assert.deepEqual(witness.refused(name)?.map(({ size }) => size), [11, 12]);
  assert.equal(witness.checkpoint(name)?.startsWith(log.text(20)), true);
});

test('of refused checkpoints the first and the last are kept, and a flood pushes them out of neither place', () => {
  const long = new TestLog(log.origin, join(home, 'log.key')).grow(120);
  assert.equal(add(long.submission(0, 120)), '200');
  for (let size = 1; size < 100; size++) assert.equal(add(printSubmission(0, [], long.note(size))), 'checkpoint_conflict 120');
  const sizes = witness.refused(name)?.map(({ size }) => size);
  assert.deepEqual(sizes, [...Array.from({ length: 32 }, (_, at) => 99 - at), ...Array.from({ length: 32 }, (_, at) => 32 - at)]);
});

test('after a restart it holds the log to what it cosigned before', () => {
  assert.equal(add(log.submission(0, 8)), '200');
  assert.equal(add(printSubmission(8, [], forked.note(8))), 'checkpoint_inconsistent');
  witness.stop();
  state.close();
  state = WitnessState.open(file);
  witness = start();
  assert.equal(add(forked.submission(0, 10)), 'checkpoint_conflict 8');
  assert.equal(witness.refused(name)?.length, 1);
  assert.equal(add(log.submission(8, 20)), '200');
});

test('a state that this witness did not cosign is not believed', () => {
  assert.equal(add(log.submission(0, 8)), '200');
  const recorded = state.recorded(name)!;
  assert.ok(state.advance(name, recorded, { ...recorded, size: 7, root: log.root(7) }));
  assert.throws(start, /is not what this witness cosigned/);
  const others = openSigners({ file: join(home, 'other.key'), what: 'keys', name: 'witness.example', types: [0x04, 0x06] });
  assert.throws(() => new Witness({ state, signers: others, logs }), /is not what this witness cosigned/);
});

test('two processes on one state: the second is held to what the first cosigned', () => {
  const second = WitnessState.open(file);
  const other = new Witness({ state: second, signers, logs });
  assert.equal(add(log.submission(0, 8)), '200');
  assert.equal(add(forked.submission(0, 8), other), 'checkpoint_conflict 8');
  // What changed between reading and writing.
  const before = second.recorded(name);
  assert.equal(add(log.submission(8, 9)), '200');
  assert.equal(second.advance(name, before, { ...before!, size: 10 }), false);
  assert.equal(second.advance(name, null, { ...before!, size: 10 }), false);
  assert.equal(second.recorded(name)?.size, 9);
  second.close();
});

test('what is not a submission is refused', () => {
  const note = log.note(7);
  const hash = toBase64(log.root(1));
  const wrong: readonly (string | Uint8Array)[] = ['', 'old 0\n', `old 0\n${note}`, `old 00\n\n${note}`, `old -1\n\n${note}`, `old  0\n\n${note}`, `old 9007199254740992\n\n${note}`, `OLD 0\n\n${note}`, `old 0\nxx\n\n${note}`, `old 0\n${hash.slice(4)}\n\n${note}`,
    `old 0\n${`${hash}\n`.repeat(64)}\n${note}`, `old 0\n\n${log.text(7)}`, `old 0\n\n${log.text(7)}\n`, `old 0\n\n${note.slice(0, -1)}`, `old 0\n\n${signed('no checkpoint\n', [log.signers[0]!])}`, new Uint8Array(3000).fill(255)];
  for (const body of wrong) assert.equal(add(body), 'checkpoint_malformed', String(body).slice(0, 40));
  assert.equal(add(`old 0\n${`${hash}\n`.repeat(63)}\n${note}`), 'checkpoint_inconsistent', '63 hashes are not too many');
  assert.equal(add(new Uint8Array(600_000)), 'body_too_large');
});

test('readLogKey() takes both kinds of key that logs have, and no others', () => {
  for (const { vkey } of log.signers) assert.equal(readLogKey(vkey)?.name, log.origin);
  assert.equal(readLogKey(signers[0]!.vkey), null);
  assert.equal(readLogKey('log.example/a'), null);
});

test('over HTTP: statuses, types, and submissions at the same time', async (t) => {
  const running: RunningWitness = await listenAsWitness(witness, { host: '127.0.0.1', port: 0 }, (error) => assert.fail(error));
  t.after(() => running.stop());
  const url = `http://127.0.0.1:${running.address.port}`;
  const post = (body: string, type?: string): Promise<Response> => fetch(`${url}/add-checkpoint`, { method: 'POST', body: Buffer.from(body), headers: type === undefined ? {} : { 'content-type': type } });
  assert.equal((await fetch(`${url}/${name}/checkpoint`)).status, 404);

  const first = await post(log.submission(0, 7));
  assert.equal(first.status, 200);
  assert.equal((await first.text()).split('\n').length, 3);
  const conflict = await post(log.submission(0, 9), 'text/plain');
  assert.deepEqual([conflict.status, conflict.headers.get('content-type'), await conflict.text()], [409, 'text/x.tlog.size', '7\n']);
  const statuses: readonly (readonly [string, number])[] = [['', 400], ['old 0\n\n', 400], [log.submission(9, 8), 400], [stranger.submission(0), 403], [new TestLog('log.example/b', join(home, 'b.key')).grow(1).submission(0), 404], [printSubmission(7, [], forked.note(7)), 422], ['x'.repeat(600_000), 413]];
  for (const [body, status] of statuses) assert.equal((await post(body, 'application/octet-stream')).status, status, body.slice(0, 20));
  assert.equal((await fetch(`${url}/add-checkpoint`)).status, 404);

  // Of two histories that are sent at the same time one is cosigned, whichever came first.
  const both = await Promise.all(Array.from({ length: 12 }, (_, at) => post(at % 2 === 0 ? log.submission(7, 8 + at) : log.submission(7, 9 + at))));
  assert.deepEqual(both.map(({ status }) => status).sort(), [200, ...Array.from({ length: 11 }, () => 409)]);
  const published = await fetch(`${url}/${name}/checkpoint`);
  assert.equal(published.headers.get('content-type'), 'text/plain; charset=utf-8');
  assert.equal(opened(await published.text()).claims.length, 4);
  const refused = (await (await fetch(`${url}/${name}/refused`)).json()) as { refused: { suspicion: string; size: number }[] };
  assert.equal(refused.refused.some(({ suspicion, size }) => suspicion === 'fork' && size === 7), true);
  assert.equal((await fetch(`${url}/${'0'.repeat(64)}/refused`)).status, 404);
  assert.equal((await fetch(`${url}/%/refused`)).status, 404);
});
