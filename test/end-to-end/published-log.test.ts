/** The log as outsiders see it: an independent reader and a witness on another process, beside a server under load. */
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { after, before, test } from 'node:test';
import { checkEvidence, isEvidenceFlaw, parseEvidence } from '#evidence';
import { addProducer, createToken, lastLine, startServer, startWitness, temporaryFolder, type TestServer, type TestWitness, tracekeep, until } from '#harness';
import { verbHere } from '#harness/verbs';
import { ask, askWell, exportOf, sendWell, spanOf } from '#harness/exchange';
import { continues, includes, leafHash, LogReader, readCheckpoint, rootOf, type ReadCheckpoint } from '#harness/log-reader';
import { sha256, verifyNatively } from '#keys/signing';
import { isFlaw, parseVkey } from '#merkle';

const ORIGIN = 'log.example/published';
let server: TestServer;
let witness: TestWitness;
let vkeys: readonly string[];
let token = '';
let key = '';
let reader: LogReader;
const load = new AbortController();
let sending: Promise<unknown> = Promise.resolve();
/** Requests that were acknowledged: none of them shares a block with one that was sent later by the same sender. */
let acknowledged = 0;

before(async () => {
  const data = `${temporaryFolder()}/data`;
  const first = await startServer({ data, args: ['--log-origin', ORIGIN] });
  const { stdout } = await verbHere(['log', 'vkeys', '--data', data]);
  vkeys = stdout.trimEnd().split('\n');
  witness = await startWitness('witness.example', vkeys);
  await first.stop();
  server = await startServer({ data, args: [...witness.flags, '--witness-quorum', '1'] });
  key = await addProducer(data, 'load');
  token = await createToken(data, 'admin');
  reader = new LogReader(`${server.console}/log`, [...vkeys, ...witness.vkeys]);
  const keepSending = async (): Promise<void> => {
    while (!load.signal.aborted) {
      await sendWell(server, key, exportOf([spanOf({ n: acknowledged })]));
      acknowledged++;
    }
  };
  sending = Promise.all([keepSending(), keepSending()]);
});
after(async () => {
  load.abort();
  await sending.catch(() => undefined);
});

/** A checkpoint beyond a size, which has every signature. */
async function beyond(size: number): Promise<ReadCheckpoint> {
  let found: ReadCheckpoint | undefined;
  await until(async () => (found = await reader.checkpoint()).size > size, `a checkpoint beyond ${size} is published`);
  const checkpoint = found ?? assert.fail();
  assert.equal(checkpoint.origin, ORIGIN);
  assert.deepEqual(checkpoint.signers, [`${ORIGIN} 1`, `${ORIGIN} 6`, 'witness.example 4', 'witness.example 6']);
  return checkpoint;
}

test('an independent reader recomputes the root, and proves each entry and the growth, while spans come in', async () => {
  const one = await beyond(20);
  const two = await beyond(Math.max(280, one.size));
  const entries = await reader.entries(two.size);
  const leaves = entries.map(leafHash);
  assert.ok(rootOf(leaves).equals(two.root), 'the root of all entries');
  assert.ok(rootOf(leaves.slice(0, one.size)).equals(one.root), 'the root at the earlier size');
  for (const [index, leaf] of leaves.entries()) assert.ok(includes(index, two.size, leaf, await reader.inclusion(index, two.size), two.root), `entry ${index}`);
  assert.ok(continues(one.size, two.size, one.root, await reader.consistency(one.size, two.size), two.root), 'consistency');
  assert.ok(!includes(0, two.size, leaves[1] ?? assert.fail(), await reader.inclusion(0, two.size), two.root), 'the reader can say no');
  assert.ok(!continues(one.size, two.size, leaves[0] ?? assert.fail(), await reader.consistency(one.size, two.size), two.root), 'and no again');
  // Partial tiles of an earlier checkpoint are still there.
  await new LogReader(`${server.console}/log`, vkeys).inclusion(one.size - 1, one.size);
  assert.ok(acknowledged > 0);
});

test('the witness publishes the same log under its own address, and says so', async () => {
  const name = createHash('sha256').update(ORIGIN).digest('hex');
  const mine = await reader.checkpoint();
  await until(async () => readCheckpoint(await (await fetch(`${witness.url}/${name}/checkpoint`)).text(), vkeys).size >= mine.size, 'the witness has it too');
  const theirs = readCheckpoint(await (await fetch(`${witness.url}/${name}/checkpoint`)).text(), [...vkeys, ...witness.vkeys]);
  assert.equal(theirs.signers.length, 4);
  const { proof } = await askWell<{ proof: string[] }>(server, token, `/api/v1/log/consistency?from=${mine.size}&to=${mine.size}`);
  assert.deepEqual(proof, []);
  const status = lastLine(await verbHere(['witness', 'status', '--data', witness.data]));
  assert.equal(status, 'It has refused no checkpoint that a log had signed.');
});

test('evidence names the keys of log and witness, and each of its four signatures is checked by whoever has one key of the log', async () => {
  const span = spanOf({});
  await sendWell(server, key, exportOf([span]));
  const document = await askWell<{ checkpoint: string; keys: string[] }>(server, token, `/api/v1/traces/${String(span['traceId'])}/evidence`);
  assert.deepEqual(document.keys.toSorted(), [...vkeys, ...witness.vkeys].toSorted());
  const verifier = parseVkey(sha256, vkeys[0] ?? '');
  assert.ok(!isFlaw(verifier));
  const answerTo = (checkpoint: string): string => {
    const evidence = parseEvidence(Buffer.from(JSON.stringify({ ...document, checkpoint })));
    const answer = isEvidenceFlaw(evidence) ? evidence : checkEvidence(evidence, [verifier], sha256, verifyNatively);
    return isEvidenceFlaw(answer) ? answer.flaw : 'proved';
  };
  assert.equal(answerTo(document.checkpoint), 'proved');
  const lines = document.checkpoint.split('\n');
  assert.equal(lines.length, 4 + 4 + 1);
  for (const at of [4, 5, 6, 7]) {
    const line = lines[at]!;
    // Within the signature, and still the base64 of as many bytes.
    const altered = `${line.slice(0, -20)}${line.at(-20) === 'A' ? 'B' : 'A'}${line.slice(-19)}`;
    assert.equal(answerTo(lines.with(at, altered).join('\n')), 'checkpoint_refused', `signature ${at - 3}`);
  }
});

test('readers see state, growth and entries; the commands say the same with a server and without one', async () => {
  const { witnesses, published, held } = await askWell<{ witnesses: { name: string; state: string }[]; published: { size: number }; held: null }>(server, token, '/api/v1/log');
  assert.deepEqual([witnesses.map(({ name, state }) => [name, state]), held], [[['witness.example', 'cosigned']], null]);
  assert.ok(published.size > 280);
  const { entries } = await askWell<{ entries: { index: number; type: string; statement: string | null }[] }>(server, token, '/api/v1/log/entries?from=0&limit=3');
  assert.deepEqual(entries.map(({ index }) => index), [0, 1, 2]);
  assert.equal(entries[0]?.type, 'log-key');
  assert.equal((await ask(server, null, '/api/v1/log')).status, 401);

  load.abort();
  await sending;
  const json = (await tracekeep(['log', 'status', '--data', server.data, '--json'])).stdout;
  assert.equal((JSON.parse(json) as { running: boolean; origin: string }).running, true);
  assert.match((await verbHere(['log', 'status', '--data', server.data])).stdout, new RegExp(`^The log ${ORIGIN} has published [0-9]+ entries, signed .*\nwitness.example `.replace('\n', '\n\nWITNESS[^\n]*\n')));
  await server.stop();
  const left = readCheckpoint((await tracekeep(['log', 'checkpoint', '--data', server.data])).stdout, [...vkeys, ...witness.vkeys]);
  assert.ok(left.size >= published.size);
  assert.equal(left.signers.length, 4, 'the last one was witnessed before the server stopped');
  assert.match((await verbHere(['log', 'status', '--data', server.data])).stdout, /No server runs/);
});
