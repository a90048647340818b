import assert from 'node:assert/strict';
import { test } from 'node:test';

import { LIMITS } from '#limits';

import { Attempts } from './attempts.ts';

const ada = { key: 'account Ada', free: 3, delay_ms_max: 8_000 };
const place = { key: 'address 192.0.2.1', free: 5, delay_ms_max: 2_000 };

test('after the free failures each wait is twice the one before, up to the bound', () => {
  let now = 0;
  const attempts = new Attempts(() => now);
  for (let free = 0; free < 3; free++) assert.equal(attempts.begin([ada]), 0);
  const waits: number[] = [];
  for (let tries = 0; tries < 7; tries++) {
    assert.equal(attempts.begin([ada]), 0);
    const wait = attempts.begin([ada]);
    waits.push(wait);
    now += wait - 1;
    assert.equal(attempts.begin([ada]), 1, 'not a millisecond earlier');
    now += 1;
  }
  assert.deepEqual(waits, [1_000, 2_000, 4_000, 8_000, 8_000, 8_000, 8_000]);
});

test('attempts that had to wait are not counted: hammering keeps nobody out for longer', () => {
  let now = 0;
  const attempts = new Attempts(() => now);
  for (let tries = 0; tries < 4; tries++) attempts.begin([ada]);
  for (let hammer = 0; hammer < 10_000; hammer++) assert.ok(attempts.begin([ada]) <= 1_000);
  now += 1_000;
  assert.equal(attempts.begin([ada]), 0);
});

test('attempts at the same moment count before any of them is answered', () => {
  const attempts = new Attempts(() => 0);
  assert.equal(Array.from({ length: 100 }, () => attempts.begin([ada])).filter((wait) => wait === 0).length, 4);
});

test('one key that has to wait holds back the attempt, and then none is counted', () => {
  const attempts = new Attempts(() => 0);
  for (let tries = 0; tries < 4; tries++) attempts.begin([ada]);
  for (let tries = 0; tries < 50; tries++) assert.ok(attempts.begin([ada, place]) > 0);
  for (let tries = 0; tries < 6; tries++) assert.equal(attempts.begin([place]), 0);
  assert.ok(attempts.begin([place]) > 0);
});

test('success starts an account afresh, but only takes its own attempt back from an address', () => {
  const attempts = new Attempts(() => 0);
  for (let tries = 0; tries < 3; tries++) attempts.begin([ada, place]);
  attempts.clear(ada);
  attempts.takeBack(place);
  for (let tries = 0; tries < 4; tries++) assert.equal(attempts.begin([ada]), 0);
  for (let tries = 0; tries < 4; tries++) assert.equal(attempts.begin([place]), 0);
  assert.ok(attempts.begin([place]) > 0, 'two failures of before still count');
});

test('failures are forgotten, and the memory of them is bounded', () => {
  let now = 0;
  const attempts = new Attempts(() => now);
  for (let tries = 0; tries < 4; tries++) attempts.begin([ada]);
  now += LIMITS.attempts_forgotten_ms;
  for (let tries = 0; tries < 4; tries++) assert.equal(attempts.begin([ada]), 0);
  for (let others = 0; others < LIMITS.attempts_remembered_max; others++) attempts.begin([{ ...ada, key: `account ${others}` }]);
  assert.equal(attempts.begin([ada]), 0, 'what was touched longest ago made room');
});
