/** Under a policy that seals, the keys of what was sealed are durable before its block is, whatever becomes of the control store and the hour. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type HeldWindow, hourOf, randomKey, Tokens } from '#keys';
import { Secret, type SubjectKeyRow } from '#model';
import { compilePolicy, DEFAULT_POLICY } from '#policy';
import type { IngestAnswer, Sequencer, WindowSource } from './sequencer.ts';
import { ACME, code, FakeStore, gate, SEALING, settled, startSequencer } from './testing.ts';

/** One window, of which nothing is kept. */
class Windows implements WindowSource {
  readonly held: HeldWindow[] = [];

  find(): HeldWindow | null {
    return this.held[0] ?? null;
  }

  async ensure(): Promise<HeldWindow> {
    if (this.held.length === 0) this.held.push({ id: 1, tenant: ACME.tenant, hour: hourOf(Date.now()), key: randomKey() });
    return this.held[0]!;
  }
}

const sealing = (addSubjectKeys: (rows: readonly SubjectKeyRow[]) => Promise<void>) => ({ policy: compilePolicy(SEALING), sealing: { windows: new Windows(), tokenKey: new Secret(new Uint8Array(32)), subjectKeys: { addSubjectKeys } } });

let serial = 0;
function send(sequencer: Sequencer, person: string): Promise<IngestAnswer> {
  const span = { traceId: '01'.repeat(16), spanId: (++serial).toString(16).padStart(16, '0'), name: 'op', attributes: [{ key: 'user.id', value: { stringValue: person } }] };
  return sequencer.submit(ACME, new Uint8Array(Buffer.from(JSON.stringify({ resourceSpans: [{ scopeSpans: [{ spans: [span] }] }] }))), 'json');
}

const tokens = (rows: readonly SubjectKeyRow[]): number => new Set(rows.map(({ token }) => Buffer.from(token).toString('hex'))).size;

test('the keys of a block are durable before the block is, and come once', async (t) => {
  const store = new FakeStore();
  const rows: SubjectKeyRow[] = [];
  const held = gate();
  const sequencer = startSequencer(t, store, sealing(async (added) => (await held.opened, void rows.push(...added))));
  const first = send(sequencer, 'ann');
  assert.equal(await settled(first), false);
  assert.equal(store.commits.length, 0, 'nothing is committed whose key may be lost');
  held.open();
  assert.equal(code(await first), null);
  assert.deepEqual([store.rows, rows.length], [1, 1]);
  assert.equal(code(await send(sequencer, 'ann')), null);
  assert.equal(rows.length, 1, 'the key is remembered');
  assert.equal(code(await send(sequencer, 'bob')), null);
  assert.deepEqual([rows.length, tokens(rows)], [2, 2]);
});

test('a block is refused while its keys cannot be kept, and no key is lost of those that come after', async (t) => {
  const store = new FakeStore();
  const rows: SubjectKeyRow[] = [];
  let works = false;
  const sequencer = startSequencer(t, store, sealing(async (added) => {
    if (!works) throw new Error('cannot write');
    rows.push(...added);
  }));
  assert.equal(code(await send(sequencer, 'ann')), 'store_unavailable');
  assert.equal(store.commits.length, 0);
  works = true;
  assert.equal(code(await send(sequencer, 'ann')), null);
  assert.deepEqual([store.rows, rows.length], [1, 1], 'the key that the worker remembers was written with the next block');
});

test('with nothing to seal with, no policy that seals is used', async (t) => {
  const store = new FakeStore();
  assert.throws(() => startSequencer(t, store, { policy: compilePolicy(SEALING) }), /cannot use a policy that seals/);
  const sequencer = startSequencer(t, store);
  assert.equal(await sequencer.usePolicy(compilePolicy(SEALING)), 'unusable');
  assert.equal(code(await send(sequencer, 'ann')), null, 'the one before stays in force');
  assert.notEqual(await sequencer.usePolicy(compilePolicy({ ...DEFAULT_POLICY, restricted: ['x'] })), 'unusable');
});

test('a person’s keys are dropped behind what was sealed with them, whose rows are durable by then, and who comes again has another', async (t) => {
  const store = new FakeStore();
  const rows: SubjectKeyRow[] = [];
  const held = gate();
  let holds = false;
  const sequencer = startSequencer(t, store, { workers: 2, ...sealing(async (added) => (holds && (await held.opened), void rows.push(...added))) });
  await send(sequencer, 'cid');
  holds = true;
  const sent = [send(sequencer, 'ann'), send(sequencer, 'ann'), send(sequencer, 'bob')];
  const forgotten = sequencer.forgetSubject(ACME.tenant, Buffer.from('ann'));
  assert.equal(await settled(forgotten), false);
  held.open();
  await forgotten;
  const [anns, all] = [rows.filter(({ token }) => Buffer.from(token).equals(new Tokens(new Secret(new Uint8Array(32))).ofSubject(ACME.tenant, 'ann'))), rows.length];
  assert.equal(anns.length, all - 2);
  await Promise.all([...sent, send(sequencer, 'bob'), send(sequencer, 'bob')]);
  const bobs = rows.length;
  await send(sequencer, 'ann');
  assert.equal(rows.length, bobs + 1);
});

test('rows of keys that could not be kept are not written after the person was forgotten', async (t) => {
  const store = new FakeStore();
  const rows: SubjectKeyRow[] = [];
  let works = false;
  const sequencer = startSequencer(t, store, sealing(async (added) => {
    if (!works) throw new Error('cannot write');
    rows.push(...added);
  }));
  assert.equal(code(await send(sequencer, 'ann')), 'store_unavailable');
  await sequencer.forgetSubject(ACME.tenant, Buffer.from('ann'));
  works = true;
  assert.equal(code(await send(sequencer, 'bob')), null);
  assert.deepEqual([rows.length, tokens(rows)], [1, 1]);
});
