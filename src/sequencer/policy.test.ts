/** A policy that is changed under the workers: every block is made under exactly one, and those of the old one have the lower numbers. */
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { pathToFileURL } from 'node:url';
import { after, test } from 'node:test';
import { LIMITS } from '#limits';
import { compilePolicy, DEFAULT_POLICY } from '#policy';
import type { IngestAnswer, Sequencer } from './sequencer.ts';
import { ACME, code, FakeStore, gate, settled, startSequencer } from './testing.ts';

const OLD = compilePolicy(DEFAULT_POLICY);
const NEW = compilePolicy({ version: 2, rules: [{ id: 'all', recognized: 'any', action: 'drop' }] });
const THIRD = compilePolicy({ version: 2, rules: [{ id: 'all', recognized: 'any', action: 'keep' }] });
const BAD = compilePolicy({ version: 2, rules: [{ id: 'bad', recognized: 'any', action: 'drop' }] });
const FATAL = compilePolicy({ version: 2, rules: [{ id: 'fatal', recognized: 'any', action: 'drop' }] });

let serial = 0;
function send(sequencer: Sequencer, name = 'acme'): Promise<IngestAnswer> {
  const span = { traceId: '01'.repeat(16), spanId: (++serial).toString(16).padStart(16, '0'), name: 'op' };
  return sequencer.submit({ ...ACME, name }, new Uint8Array(Buffer.from(JSON.stringify({ resourceSpans: [{ scopeSpans: [{ spans: [span] }] }] }))), 'json');
}
/** Digest by number of the block, of what is durable. */
const policies = (store: FakeStore): Map<number, string> => new Map(store.commits.flatMap(({ blocks }) => blocks).map(({ id, policy }) => [id, policy] as const));
const yes = async (): Promise<boolean> => true;

const folder = mkdtempSync(join(tmpdir(), 'tracekeep-policy-worker-'));
after(() => rmSync(folder, { recursive: true, force: true }));

/** The real worker, which cannot take the policy `bad`, dies of the policy `fatal`, and of exports of producers named `fatal`. */
function worker(): URL {
  const path = join(folder, 'worker.mjs');
  const module = (file: string) => JSON.stringify(new URL(file, import.meta.url).href);
  writeFileSync(path, `
    import { Pipeline } from ${module('../pipeline.ts')};
    import { parentPort, workerData } from 'node:worker_threads';
    const { take } = Pipeline.prototype;
    Pipeline.prototype.take = function (body, encoding, producer) {
      if (producer.name === 'fatal') process.exit(1);
      return take.apply(this, arguments);
    };
    parentPort.on('message', (message) => {
      if (message.is === 'prepare' && message.document.rules[0].id === 'fatal') process.exit(1);
      if (message.is === 'prepare' && message.document.rules[0].id === 'bad') message.document = { version: 2, rules: null };
    });
    if (workerData.policy.rules[0].id === 'fatal') process.exit(1);
    await import(${module('../worker.ts')});
  `);
  return pathToFileURL(path);
}

test('blocks below the boundary were made under the old policy, all others under the new one', async (t) => {
  const store = new FakeStore();
  const sequencer = startSequencer(t, store, { workers: 2 });
  await sequencer.ready();
  const answers: Promise<IngestAnswer>[] = [];
  const boundaries: number[] = [];
  for (const policy of [NEW, OLD, THIRD, NEW]) {
    for (let n = 0; n < 20; n++) answers.push(send(sequencer));
    const used = sequencer.usePolicy(policy, yes);
    for (let n = 0; n < 20; n++) answers.push(send(sequencer));
    const outcome = await used;
    assert.ok(typeof outcome === 'object');
    boundaries.push(outcome.boundary);
  }
  assert.deepEqual(new Set((await Promise.all(answers)).map(code)), new Set([null]));
  const under = [OLD, NEW, OLD, THIRD, NEW].map(({ digest }) => digest);
  const made = policies(store);
  for (const [block, digest] of made) assert.equal(digest, under[boundaries.filter((boundary) => boundary <= block).length], `block ${block} of boundaries ${boundaries}`);
  assert.equal(new Set(made.values()).size, 3);
  assert.equal(store.sums[0], answers.length);
});

test('what is to last is done when nothing of the old policy is open and before anything is made under the new one', async (t) => {
  const store = new FakeStore();
  const sequencer = startSequencer(t, store, { workers: 2 });
  await sequencer.ready();
  const [asked, lasting] = [gate(), gate()];
  const before = [send(sequencer), send(sequencer)];
  const used = sequencer.usePolicy(NEW, async () => (asked.open(), await lasting.opened, true));
  await asked.opened;
  const held = send(sequencer);
  assert.deepEqual((await Promise.all(before)).map(code), [null, null], 'what came before is acknowledged meanwhile');
  assert.equal(await settled(held), false);
  assert.deepEqual(new Set(policies(store).values()), new Set([OLD.digest]));
  assert.equal(sequencer.requestsInFlight, 1, 'what is held counts, so that no more comes in than else');
  lasting.open();
  assert.ok(typeof (await used) === 'object');
  assert.equal(code(await held), null);
  assert.equal([...policies(store).values()].at(-1), NEW.digest);
});

for (const [what, lasting] of [['says no', async () => false], ['throws', async () => Promise.reject(new Error('cannot write'))]] as const) {
  test(`the old policy stays when what is to last ${what}`, async (t) => {
    const store = new FakeStore();
    const sequencer = startSequencer(t, store, { workers: 2 });
    const used = sequencer.usePolicy(NEW, lasting);
    const held = send(sequencer);
    if (what === 'throws') await assert.rejects(used, /cannot write/);
    else assert.equal(await used, 'kept');
    assert.deepEqual([code(await held), code(await send(sequencer))], [null, null]);
    assert.deepEqual(new Set(policies(store).values()), new Set([OLD.digest]));
  });
}

test('admit refuses while exports are held, when as many are in flight as may be', async (t) => {
  const sequencer = startSequencer(t, new FakeStore());
  const [asked, lasting] = [gate(), gate()];
  const used = sequencer.usePolicy(NEW, async () => (asked.open(), await lasting.opened, true));
  await asked.opened;
  const answers = Array.from({ length: LIMITS.requests_in_flight_max }, () => send(sequencer));
  assert.equal(sequencer.admit()?.refused, 'overloaded');
  lasting.open();
  await used;
  assert.deepEqual(new Set((await Promise.all(answers)).map(code)), new Set([null]));
});

test('a policy that a worker cannot take, or dies of, is taken by none, and the old one goes on', { timeout: 30_000 }, async (t) => {
  const store = new FakeStore();
  const failures: string[] = [];
  const sequencer = startSequencer(t, store, { workers: 2, worker: worker(), events: { failed: (_what, error) => failures.push(String(error)) } });
  await sequencer.ready();
  for (const policy of [BAD, FATAL]) {
    const used = sequencer.usePolicy(policy, yes);
    const held = send(sequencer);
    assert.equal(await used, 'unusable');
    assert.match(failures.join('\n'), /cannot use a policy in a worker/);
    await held;
    while (code(await send(sequencer)) !== null) await setTimeout(20);
  }
  await Promise.all(Array.from({ length: 20 }, () => send(sequencer)));
  assert.deepEqual(new Set(policies(store).values()), new Set([OLD.digest]));
});

test('a worker that dies while the policy is changed comes up under the new one', { timeout: 30_000 }, async (t) => {
  const store = new FakeStore();
  const sequencer = startSequencer(t, store, { worker: worker(), events: { failed: () => {} } });
  await sequencer.ready();
  const fatal = send(sequencer, 'fatal');
  const outcome = await sequencer.usePolicy(NEW, yes);
  assert.equal(code(await fatal), 'store_unavailable');
  assert.ok(typeof outcome === 'object', String(outcome));
  while (code(await send(sequencer)) !== null) await setTimeout(20);
  assert.deepEqual(new Set(policies(store).values()), new Set([NEW.digest]));
});

test('a server that stops waits for no change of the policy', async (t) => {
  const sequencer = startSequencer(t, new FakeStore());
  const used = sequencer.usePolicy(NEW, yes).catch(() => 'ended');
  await sequencer.drain();
  await used;
  await assert.rejects(sequencer.usePolicy(OLD, yes), /the server is stopping/);
});
