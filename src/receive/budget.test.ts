/** What requests hold, shared between senders: no one of them leaves nothing to the others, and everything comes back. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Budget, shareOf } from './budget.ts';
import { GrpcCall, ReadingRoom } from './grpc-call.ts';

const [greedy, modest] = [{}, {}];

test('Budget.enter() leaves places to others, whatever one sender takes', () => {
  const budget = new Budget(8, 1_000);
  const taken = Array.from({ length: 20 }, () => budget.enter(greedy)).filter((lease) => lease !== null);
  assert.equal(taken.length, shareOf(8));
  const others = Array.from({ length: 20 }, () => budget.enter(modest)).filter((lease) => lease !== null);
  assert.equal(taken.length + others.length, 8);
  for (const lease of [...taken, ...others, ...taken]) lease.leave();
  assert.deepEqual([budget.requests, budget.bytes], [0, 0]);
  assert.equal(Array.from({ length: 20 }, () => budget.enter(greedy)).filter((lease) => lease !== null).length, shareOf(8), 'what was given back can be taken again');
});

test('Lease.take() leaves bytes to others, and give() and leave() return them', () => {
  const budget = new Budget(8, 1_000);
  const [large, other] = [budget.enter(greedy), budget.enter(modest)];
  assert.ok(large !== null && other !== null);
  assert.deepEqual([large.take(shareOf(1_000)), large.take(1), other.take(250), other.take(1)], [true, false, true, false]);
  assert.equal(budget.enter(greedy), null);
  large.give(100);
  assert.equal(large.take(100), true);
  large.leave();
  large.give(100);
  assert.equal(large.take(1), false);
  assert.equal(budget.bytes, 250);
  other.leave();
  assert.deepEqual([budget.requests, budget.bytes], [0, 0]);
});

test('ReadingRoom lets others in past the calls of one producer', () => {
  const room = new ReadingRoom(4);
  const budget = new Budget(100, 1_000);
  const reading: string[] = [];
  const call = (producer: object, name: string): GrpcCall<object> => {
    const lease = budget.enter(producer) ?? assert.fail();
    const made = new GrpcCall(producer, lease, room, () => {});
    made.read(60_000, () => reading.push(name), () => {});
    return made;
  };
  const slow = ['a', 'b', 'c', 'd', 'e', 'f'].map((name) => call(greedy, name));
  assert.deepEqual(reading, ['a', 'b', 'c']);
  const quick = call(modest, 'other');
  assert.deepEqual(reading, ['a', 'b', 'c', 'other']);
  quick.end('ok');
  slow[4]?.end('aborted');
  slow[0]?.end('ok');
  assert.deepEqual(reading, ['a', 'b', 'c', 'other', 'd']);
  slow[1]?.end('ok');
  assert.equal(reading.at(-1), 'f');
  for (const one of slow) one.end('aborted');
  assert.equal(budget.requests, 0);
});
