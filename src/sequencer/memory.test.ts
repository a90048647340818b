/** The window of what is taken and the memory of what was taken: whatever is forgotten, an exact copy is recognised or too old. */
import assert from 'node:assert/strict';
import { test, type TestContext } from 'node:test';
import { LIMITS } from '#limits';
import { type Producer, type ProducerId, takenOf } from '#model';
import { isRefusal } from '#refusal';
import type { IngestAnswer } from './sequencer.ts';
import { ACME, FakeStore, startSequencer } from './testing.ts';

const MATE: Producer = { ...ACME, id: 'p_000000000000000b' as ProducerId, name: 'mate' };
const HISTORIAN: Producer = { ...ACME, id: 'p_000000000000000c' as ProducerId, name: 'historian', backfill: true };
const HOUR_MS = 3_600_000;

/** The clock of the sequencer is moved; that of its worker is the true one. */
function start(t: TestContext, clock: { now_ms: number }, store = new FakeStore(), rememberedRequests = 100) {
  const sequencer = startSequencer(t, store, { rememberedRequests, now_ms: () => clock.now_ms });
  return { store, sequencer, send: (body: string, producer = ACME) => sequencer.submit(producer, new Uint8Array(Buffer.from(body)), 'json') };
}

let serial = 0;
function ended(at_ms: number): string {
  const time = String(BigInt(Math.round(at_ms)) * 1_000_000n);
  const span = { traceId: '0a'.repeat(16), spanId: (++serial).toString(16).padStart(16, '0'), name: 'op', startTimeUnixNano: time, endTimeUnixNano: time };
  return JSON.stringify({ resourceSpans: [{ scopeSpans: [{ spans: [span] }] }] });
}
function code(answer: IngestAnswer): string {
  if (isRefusal(answer)) return answer.refused;
  return /span_too_old/.exec(answer.message)?.[0] ?? 'taken';
}

test('what the limit on their number made forgotten is too old for everybody but who may backfill; what is new is taken', async (t) => {
  const now_ms = Date.now();
  const clock = { now_ms: now_ms - 5 * HOUR_MS };
  const { store, send } = start(t, clock, new FakeStore(), 3);
  const captured = ended(clock.now_ms + LIMITS.future_ms_max - 1_000);
  assert.equal(code(await send(captured)), 'taken');
  clock.now_ms += HOUR_MS;
  for (let more = 0; more < 2; more++) await send(ended(clock.now_ms));
  assert.deepEqual([code(await send(captured, MATE)), code(await send(captured))], ['request_copied', 'taken'], 'still known');
  await send(ended(clock.now_ms));
  // A process that begins with what this one remembers, and the same limit, knows no more.
  const after = new FakeStore();
  after.remembered = store.commits.flatMap(({ requests }) => requests).filter(({ digest }) => digest !== '').map((account, at) => ({ digest: account.digest, request: takenOf(account), at_ms: clock.now_ms - (at === 0 ? HOUR_MS : 0) }));
  for (const { store: into, send: sendTo } of [{ store, send }, start(t, { now_ms }, after, 3)]) {
    const before = into.rows;
    assert.deepEqual([code(await sendTo(captured, MATE)), code(await sendTo(captured))], ['span_too_old', 'span_too_old']);
    assert.equal(into.rows, before, 'nothing of it is stored');
    assert.equal(code(await sendTo(captured, HISTORIAN)), 'taken', 'a copy of what is forgotten');
    assert.equal(code(await sendTo(ended(now_ms))), 'taken');
  }
});

test('a request is remembered for as long as its spans would be taken, though they ended after it came', async (t) => {
  const now_ms = Date.now();
  const clock = { now_ms: now_ms - LIMITS.past_ms_max - LIMITS.future_ms_max + 60_000 };
  const { store, send } = start(t, clock);
  const captured = ended(clock.now_ms + LIMITS.future_ms_max - 1_000);
  assert.equal(code(await send(captured)), 'taken');
  clock.now_ms = now_ms;
  await send(ended(now_ms));
  assert.deepEqual([code(await send(captured, MATE)), code(await send(captured))], ['request_copied', 'taken']);
  assert.equal(store.rows, 2);
});

test('what earlier processes do not remember any more is too old', async (t) => {
  const now_ms = Date.now();
  const store = new FakeStore();
  store.rememberedSince_ms = now_ms - HOUR_MS;
  const { send } = start(t, { now_ms }, store);
  assert.equal(code(await send(ended(now_ms - 2 * HOUR_MS))), 'span_too_old');
  assert.equal(code(await send(ended(now_ms - 2 * HOUR_MS), HISTORIAN)), 'taken');
  assert.equal(code(await send(ended(now_ms - HOUR_MS / 2))), 'taken');
});

test('a flood of requests is refused as retryable before it makes the spans of others too old', async (t) => {
  const clock = { now_ms: Date.now() };
  const { sequencer, send } = start(t, clock, new FakeStore(), 3);
  for (let more = 0; more < 3; more++) await send(ended(clock.now_ms));
  assert.equal(sequencer.admit()?.refused, 'overloaded');
  clock.now_ms += LIMITS.remembered_requests_ms_min + 1_000;
  assert.equal(sequencer.admit(), null);
});
