/**
 * What an acknowledgement rests on was synced before it, and what the journal lets go of is synced elsewhere: proved from the system calls of a
 * real server, recorded by strace. Syncs are taken out of the recording to show that the proof would notice.
 */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync, realpathSync } from 'node:fs';
import { join } from 'node:path';
import { before, test } from 'node:test';
import { addProducer, createToken, startServer, temporaryFolder, until } from '#harness';
import { askWell } from '#harness/exchange';
import { Durable } from './durable.ts';
import { Ledger, makeExport, newSeed, Random } from './load.ts';
import { type Call, descriptor, firstText, parseCalls, paths, STRACE } from './system-calls.ts';

/** Sent one after another, so that nothing but the request before an answer can have been written. */
const ALONE = 12;
const CONNECTIONS = 4;
/** Segments that have to be removed: each stands for a whole insert and its mark. */
const REMOVED = 2;
const JOURNAL_WRITE = /^p?writev?(?:64|2)?$/;

const random = new Random(newSeed());
const data = join(realpathSync(temporaryFolder()), 'data');
const journal = join(data, 'journal');
/** Tables that are made from spans in the background, and made again by a start that misses them. */
const DERIVED = ['figures', 'calls'];
/** Says that the engine runs; made anew by each start. */
const ENGINE_LOCK = join(data, 'engine', 'status');
let calls: Call[] = [];
let port = '';
/** Folders of the derived tables on the engine's disk. */
let derived: readonly string[] = [];

before(async () => {
  assert.ok(spawnSync('strace', ['-V']).status === 0, 'strace is needed and cannot be run: install the package strace');
  const recording = join(temporaryFolder(), 'recording');
  // Where a test runner lets Node keep compiled sources is no matter of the server's.
  delete process.env['NODE_COMPILE_CACHE'];
  const server = await startServer({ data, under: [...STRACE, '-o', recording] });
  port = new URL(server.otlpHttp).port;
  const key = await addProducer(data, 'shop');
  const token = await createToken(data);
  // The log is told of both in the background, and that is written to the journal as well.
  await until(async () => {
    const { entries } = await askWell<{ entries: { type: string }[] }>(server, token, '/api/v1/log/entries');
    return ['producer', 'token'].every((type) => entries.some((entry) => entry.type === type));
  }, 'what the verbs did is in the log');
  const ledger = new Ledger();
  for (let sent = 0; sent < ALONE; sent++) await ledger.send(server, key, makeExport(random, 1 + random.below(40)));
  const seen = new Set<string>();
  const removed = (): boolean => {
    const there = readdirSync(journal);
    for (const name of there) seen.add(name);
    return seen.size - there.length >= REMOVED;
  };
  const filler = 'x'.repeat(900);
  let enough = false;
  const senders = Array.from({ length: CONNECTIONS }, async () => {
    while (!enough) await ledger.send(server, key, makeExport(random, 800, { filler }));
  });
  await until(removed, 'segments of the journal are removed');
  enough = true;
  await Promise.all(senders);
  await ledger.retry(server, key);
  await server.stop();
  calls = parseCalls(readFileSync(recording, 'utf8'));
  derived = DERIVED.map((table) => {
    const id = /UUID '([0-9a-f-]{36})'/u.exec(readFileSync(join(data, 'engine', 'metadata', 'tracekeep', `${table}.sql`), 'utf8'))?.[1] ?? assert.fail(`no folder of ${table}`);
    return join('sealed', 'store', id.slice(0, 3), id);
  });
});

const isJournalWrite = (call: Call): boolean => JOURNAL_WRITE.test(call.name) && descriptor(call).startsWith(`${journal}/`);
const isSync = (call: Call): boolean => call.name === 'fsync' || call.name === 'fdatasync';
const isOnPort = (call: Call): boolean => descriptor(call).startsWith(`TCP:[127.0.0.1:${port}->`);
const isAnswer = (call: Call): boolean => /^(?:write|writev|sendto|sendmsg)$/.test(call.name) && isOnPort(call) && firstText(call).startsWith('HTTP/1.1 200');
const isRemoval = (call: Call): boolean => /^unlink/.test(call.name) && call.result === 0 && (paths(call)[0] ?? '').startsWith(`${journal}/`);
const isBelow = (path: string, ...folders: readonly string[]): boolean => folders.some((name) => path === join(data, name) || path.startsWith(`${join(data, name)}/`));
const inOrderOfBeginning = (some: readonly Call[]): Call[] => [...some].sort((a, b) => a.began - b.began);

/** Problems of the answers to requests sent alone: the journal they rest on, its folder and theirs must be safe before the first byte. */
function answersBeforeSync(recorded: readonly Call[]): string[] {
  const durable = new Durable(data, recorded);
  let last = -1;
  return inOrderOfBeginning(recorded.filter(isAnswer)).slice(0, ALONE).flatMap((answer) => {
    durable.advance(answer.began);
    const problems = durable.unsafe().filter((path) => path === data || isBelow(path, 'journal')).map((path) => `${path} is not safe when an answer goes out`);
    if (!recorded.some((call) => isJournalWrite(call) && call.began > last && call.ended < answer.began)) problems.push('an answer goes out and nothing was written since the one before');
    last = answer.began;
    return problems;
  });
}

/** Problems of all answers: after the request was read, something was written to the journal and then synced, before the answer. */
function answersWithoutSync(recorded: readonly Call[]): string[] {
  const reads = Map.groupBy(recorded.filter((call) => /^(?:read|recvfrom|recvmsg)$/.test(call.name) && call.result > 0 && isOnPort(call)), descriptor);
  const writes = recorded.filter(isJournalWrite);
  const syncs = Map.groupBy(recorded.filter(isSync), descriptor);
  return recorded.filter(isAnswer).flatMap((answer) => {
    const read = reads.get(descriptor(answer))?.findLast(({ ended }) => ended < answer.began);
    assert.ok(read !== undefined, 'an answer without a request');
    const rests = writes.some((write) => write.began > read.ended && syncs.get(descriptor(write))?.some((sync) => sync.began > write.ended && sync.ended < answer.began));
    return rests ? [] : ['an answer goes out and nothing was written and synced since its request came'];
  });
}

/** Problems of removed segments: everything of the engine, of the log and of the remembered requests that came before must be safe. */
function removalsBeforeSync(recorded: readonly Call[]): string[] {
  const durable = new Durable(data, recorded);
  // What merges make of parts is no matter: the parts stay, for minutes.
  const merged = recorded.filter(({ name }) => /^rename/.test(name)).map(paths).filter(([from = '']) => from.includes('/tmp_merge_')).map(([, to = '']) => to);
  const isMerged = (path: string): boolean => path.includes('/tmp_merge_') || merged.some((part) => path === part || path.startsWith(`${part}/`));
  const needed = (path: string): boolean => isBelow(path, 'sealed', 'engine', 'remembered', 'log') && !isMerged(path) && path !== ENGINE_LOCK && !isBelow(path, ...derived);
  return inOrderOfBeginning(recorded.filter(isRemoval)).flatMap((removal) => {
    durable.advance(removal.began);
    return durable.unsafe().filter(needed).map((path) => `${path} is not safe when a segment goes`);
  });
}

const without = (leftOut: (call: Call) => boolean): Call[] => calls.filter((call) => !leftOut(call));

test('the recording holds what is to be proved', () => {
  assert.ok(calls.filter(isAnswer).length > 2 * ALONE);
  assert.ok(calls.filter(isRemoval).length >= REMOVED);
  const inserted = calls.filter(({ name, args, result }) => /^rename/.test(name) && result === 0 && args.includes('/tmp_insert_'));
  assert.ok(inserted.length >= 3 * REMOVED, 'too few parts were inserted');
});

test('no answer goes out before the journal is on the disk', () => {
  assert.deepEqual(answersBeforeSync(calls).slice(0, 20), []);
  assert.deepEqual(answersWithoutSync(calls).slice(0, 20), []);
});

test('a server that did not sync its journal would be found out', () => {
  const isJournalSync = (call: Call): boolean => isSync(call) && descriptor(call).startsWith(`${journal}/`);
  assert.equal(answersBeforeSync(without(isJournalSync)).length >= ALONE, true);
  assert.equal(answersWithoutSync(without(isJournalSync)).length, calls.filter(isAnswer).length);
  assert.notDeepEqual(answersBeforeSync(without((call) => isSync(call) && descriptor(call) === journal)), []);
});

test('no segment is removed before parts, their folders and what leads to them are on the disk', () => {
  assert.deepEqual([...new Set(removalsBeforeSync(calls))].slice(0, 60), []);
});

test('a server that left out any of these syncs would be found out', () => {
  const synced = [...new Set(calls.filter(isSync).map(descriptor))];
  const part = synced.find((path) => /\/sealed\/store\/[^/]+\/[^/]+\/[0-9a-f]{32}_\d+_\d+_\d+$/.test(path));
  const table = part?.slice(0, part.lastIndexOf('/'));
  const file = synced.find((path) => /\/tmp_insert_[^/]+\/data\.bin$/.test(path));
  const remembered = synced.find((path) => path.startsWith(`${join(data, 'remembered')}/`));
  const entries = synced.find((path) => path === join(data, 'log', 'entries'));
  for (const path of [part, table, file, remembered, entries]) {
    assert.ok(path !== undefined);
    assert.notDeepEqual(removalsBeforeSync(without((call) => isSync(call) && descriptor(call) === path)), [], `without a sync of ${path}`);
  }
});

test('nothing is written outside the data directory but the root key, and the keys and checkpoints of the log', () => {
  const written = calls.filter(({ name, args, result }) => /^(?:open|openat|creat)$/.test(name) && result >= 0 && /\bO_(?:WRONLY|RDWR|CREAT)\b/.test(args)).map(({ opened }) => opened);
  const outside = [...new Set(written)].filter((path) => path !== data && !path.startsWith(`${data}/`) && !path.startsWith(`${data}.key`) && !path.startsWith(`${data}.log/`) && !path.startsWith('/dev/') && !path.startsWith('/proc/'));
  assert.deepEqual(outside, []);
});
