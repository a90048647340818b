/** A browser that comes back to a log: what goes on from what it saw, and what servers do that would like it to forget. */
import assert from 'node:assert/strict';
import { generateKeyPairSync, sign } from 'node:crypto';
import { test } from 'node:test';
import { CompactRange, isFlaw, leafHash, printCheckpoint, printNote, printVkey, proveConsistency, signNote, toBase64, verifierOf, type Flaw } from '#merkle';
import { follow, type LogSource } from './follow.ts';
import { forgetRemembered, readRemembered, REMEMBERED, writeRemembered, type Remembered } from './remembered.ts';
import { sha256 } from './sha256.ts';

const ORIGIN = 'tracekeep.example/log';
const NOW = 1_764_450_000_000;

function ok<T>(value: T | Flaw): T {
  if (isFlaw(value)) assert.fail(value.flaw);
  return value;
}

/** A server with a log of some entries; what differs from `fork` on is another past. */
function serverOf(size: number, { keys = signingKey(), fork = Infinity } = {}) {
  const leaves = Array.from({ length: size }, (_, at) => leafHash(sha256, new TextEncoder().encode(`${at < fork ? 'entry' : 'other'} ${at}`)));
  const rootOf = (from: number, to: number): Uint8Array => {
    const tree = new CompactRange(sha256);
    for (const leaf of leaves.slice(from, to)) tree.append(leaf);
    return tree.root();
  };
  const noteAt = (at: number): string => {
    const text = ok(printCheckpoint({ origin: ORIGIN, size: at, root: rootOf(0, at), extensions: [] }));
    return ok(printNote(text, [ok(signNote(text, keys.verifier, (message) => sign(null, message, keys.privateKey), 0))]));
  };
  const source: LogSource = {
    keys: async () => [printVkey(keys.verifier)],
    newest: async () => noteAt(size),
    consistency: async (from, to) => (to > size ? null : ok(proveConsistency(sha256, ({ level, index }) => rootOf(index * 2 ** level, (index + 1) * 2 ** level), { start: 0, end: from }, to)).map(toBase64)),
  };
  return { keys, noteAt, source };
}

function signingKey() {
  const { publicKey, privateKey } = generateKeyPairSync('ed25519');
  return { privateKey, verifier: ok(verifierOf(sha256, ORIGIN, 0x01, publicKey.export({ format: 'raw-public' }))) };
}

async function seenAt(server: ReturnType<typeof serverOf>, size: number): Promise<Remembered> {
  const followed = await follow(server.noteAt(size), null, server.source, NOW);
  assert.ok(followed.alarm === null && followed.isFirst);
  return followed.remember;
}

test('the first checkpoint is believed and kept, and a later one has to go on from it', async () => {
  const server = serverOf(40);
  let seen = await seenAt(server, 7);
  assert.equal(seen.key, printVkey(server.keys.verifier));
  for (const size of [7, 8, 23, 40]) {
    const followed = await follow(server.noteAt(size), seen, server.source, NOW + size);
    assert.ok(followed.alarm === null && !followed.isFirst);
    assert.equal(followed.checkpoint.size, size);
    assert.deepEqual(followed.remember, { ...seen, size, root: followed.remember.root, seen_ms: NOW + size });
    seen = followed.remember;
  }
});

test('a checkpoint before the newest one seen is in order while the log goes on from both', async () => {
  const server = serverOf(40);
  const seen = await seenAt(server, 30);
  const followed = await follow(server.noteAt(12), seen, server.source, NOW);
  assert.ok(followed.alarm === null);
  assert.deepEqual([followed.checkpoint.size, followed.remember.size], [12, 40]);
});

test('a log that became shorter is caught, signed as it is', async () => {
  const server = serverOf(40);
  const seen = await seenAt(server, 30);
  const back = serverOf(20, { keys: server.keys });
  const followed = await follow(back.noteAt(20), seen, back.source, NOW);
  assert.ok(followed.alarm === 'rolled-back' && followed.now.size === 20);
});

test('another past of the same length, longer, or shown beside the true one, is caught', async () => {
  const server = serverOf(40);
  const seen = await seenAt(server, 30);
  for (const size of [30, 55]) {
    const fork = serverOf(size, { keys: server.keys, fork: 29 });
    assert.equal((await follow(fork.noteAt(size), seen, fork.source, NOW)).alarm, 'forked', `${size} entries`);
  }
  const fork = serverOf(20, { keys: server.keys, fork: 5 });
  assert.equal((await follow(fork.noteAt(20), seen, server.source, NOW)).alarm, 'forked');
  const silent = { ...server.source, consistency: async () => null };
  assert.equal((await follow(server.noteAt(40), seen, silent, NOW)).alarm, 'forked');
});

test('another key is no key, whoever names it', async () => {
  const server = serverOf(40);
  const seen = await seenAt(server, 30);
  const other = serverOf(40);
  const followed = await follow(other.noteAt(40), seen, other.source, NOW);
  assert.ok(followed.alarm === 'key-changed' && followed.now.key === printVkey(other.keys.verifier));
  // The server names the old key and signs with another, or signs nothing.
  assert.equal((await follow(other.noteAt(40), seen, server.source, NOW)).alarm, 'unsigned');
  assert.equal((await follow(server.noteAt(40).replace(/— .*\n$/u, ''), seen, server.source, NOW)).alarm, 'unsigned');
  assert.equal((await follow(server.noteAt(40).replace('\n40\n', '\n39\n'), seen, server.source, NOW)).alarm, 'unsigned');
  assert.equal((await follow(server.noteAt(40), null, { ...server.source, keys: async () => [] }, NOW)).alarm, 'unsigned');
});

test('what was seen is read back, never goes back, and what somebody else wrote there is not passed over', async () => {
  const texts = new Map<string, string>();
  const storage = { getItem: (name: string) => texts.get(name) ?? null, setItem: (name: string, text: string) => void texts.set(name, text), removeItem: (name: string) => void texts.delete(name) };
  assert.equal(readRemembered(storage), null);
  const server = serverOf(40);
  const [early, late] = [await seenAt(server, 7), await seenAt(server, 30)];
  writeRemembered(storage, late);
  writeRemembered(storage, early);
  assert.deepEqual(readRemembered(storage), late);
  for (const wrong of ['', '{', '7', 'null', JSON.stringify({ ...late, size: -1 }), JSON.stringify({ ...late, root: 'AA==' }), JSON.stringify({ ...late, key: 'x' }), JSON.stringify({ ...late, origin: 'other' })]) {
    texts.set(REMEMBERED, wrong);
    assert.equal(readRemembered(storage), 'unreadable', wrong);
  }
  assert.equal((await follow(server.noteAt(40), 'unreadable', server.source, NOW)).alarm, 'memory');
  forgetRemembered(storage);
  assert.equal(readRemembered(storage), null);
});
