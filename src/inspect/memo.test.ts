import assert from 'node:assert/strict';
import { test } from 'node:test';
import { HASH_SEED, hashWords, viewOf } from '#batch';
import { LIMITS } from '#limits';
import { Memo } from './memo.ts';

const find = (memo: Memo, key: number, text: string) => memo.find(key, viewOf(Buffer.from(text)), 0, Buffer.byteLength(text));
/** As `inspect` does: a miss, then what is to be remembered. */
function learn(memo: Memo, key: number, text: string, mark: number): void {
  assert.equal(find(memo, key, text), -1);
  memo.remember(key, viewOf(Buffer.from(text)), 0, Buffer.byteLength(text), mark);
}

test('Memo tells mark 0 from not known, and reads at any offset', () => {
  const memo = new Memo();
  learn(memo, 8, 'clean', 0);
  learn(memo, 8, 'dirty', 7);
  assert.equal(find(memo, 8, 'clean'), 0);
  assert.equal(find(memo, 8, 'dirty'), 7);
  assert.equal(find(memo, 8, 'other'), -1);
  assert.equal(memo.find(8, viewOf(Buffer.from('xxdirtyxx')), 2, 5), 7);
});

test('Memo keeps equal bytes under different keys and types apart', () => {
  const memo = new Memo();
  learn(memo, 8 + 1, 'same', 1);
  learn(memo, 16 + 1, 'same', 2);
  learn(memo, 8 + 7, 'same', 3);
  assert.deepEqual([9, 17, 15, 25].map((key) => find(memo, key, 'same')), [1, 2, 3, -1]);
});

test('Memo copies what it remembers: the request may be overwritten', () => {
  const memo = new Memo();
  const request = Buffer.from('value');
  memo.find(1, viewOf(request), 0, 5);
  memo.remember(1, viewOf(request), 0, 5, 4);
  request.fill(0x41);
  assert.equal(find(memo, 1, 'value'), 4);
  assert.equal(find(memo, 1, 'AAAAA'), -1);
});

test('Memo never gives a wrong mark when it holds more values than it has slots, and still learns', () => {
  const memo = new Memo();
  const values = 400_000;
  const bytes = Buffer.alloc(8);
  const view = viewOf(bytes);
  const at = (value: number) => (bytes.writeUInt32LE(value), view);
  for (let value = 0; value < values; value++) {
    if (memo.find(1, at(value), 0, 8) < 0) memo.remember(1, view, 0, 8, value);
  }
  let known = 0;
  for (let value = 0; value < values; value++) {
    const mark = memo.find(1, at(value), 0, 8);
    assert.ok(mark === -1 || mark === value, `value ${value} got mark ${mark}`);
    if (mark >= 0) known++;
  }
  assert.ok(known > 50_000, `${known} known`);
  // What was just learned is found, however crowded: it would take memory at every sight otherwise.
  for (let value = values; value < values + 2_000; value++) {
    memo.find(1, at(value), 0, 8);
    memo.remember(1, view, 0, 8, value);
    assert.equal(memo.find(1, view, 0, 8), value);
  }
});

test('Memo is bounded, says when it is full, and forgets everything when cleared', () => {
  const memo = new Memo();
  const value = Buffer.alloc(LIMITS.memo_value_bytes_max);
  let remembered = 0;
  for (; !memo.full; remembered++) {
    value.writeUInt32LE(remembered);
    memo.find(1, viewOf(value), 0, value.length);
    memo.remember(1, viewOf(value), 0, value.length, 1);
  }
  assert.ok(remembered * value.length <= LIMITS.memo_bytes_max);
  learn(memo, 2, 'one more', 1);
  assert.equal(find(memo, 2, 'one more'), -1, 'nothing is taken when full');
  memo.clear();
  assert.equal(memo.full, false);
  assert.equal(memo.find(1, viewOf(value), 0, value.length), -1);
  const tooLong = 'x'.repeat(LIMITS.memo_value_bytes_max + 1);
  learn(memo, 1, tooLong, 1);
  assert.equal(find(memo, 1, tooLong), -1);
});

test('Memo is not deceived by a value made to have the hash of another: it is compared in full', () => {
  const key = 8;
  const length = 8;
  const seed = HASH_SEED ^ Math.imul(key, 0x9e3779b1);
  /** What `hashWords` has after the first word: who knows the seed makes the second take it where they want. */
  const afterFirst = (word: number): number => {
    const mixed = Math.imul(seed ^ Math.imul(length, 0x9e3779b1) ^ word, 0x85ebca6b);
    return mixed ^ (mixed >>> 15);
  };
  const valueOf = (first: number, second: number): Buffer => {
    const bytes = Buffer.alloc(length);
    bytes.writeInt32LE(first | 0, 0);
    bytes.writeInt32LE(second | 0, 4);
    return bytes;
  };
  for (let round = 0; round < 8; round++) {
    const harmless = valueOf(round, 7);
    const secret = valueOf(round + 1_000, 7 ^ afterFirst(round) ^ afterFirst(round + 1_000));
    assert.equal(hashWords(viewOf(secret), 0, length, seed), hashWords(viewOf(harmless), 0, length, seed), 'the attack is none');
    const memo = new Memo();
    memo.find(key, viewOf(harmless), 0, length);
    memo.remember(key, viewOf(harmless), 0, length, 0);
    for (const _look of [1, 2]) {
      assert.equal(memo.find(key, viewOf(secret), 0, length), -1);
      assert.equal(memo.find(key, viewOf(harmless), 0, length), 0);
    }
    memo.find(key, viewOf(secret), 0, length);
    memo.remember(key, viewOf(secret), 0, length, 7);
    assert.deepEqual([memo.find(key, viewOf(harmless), 0, length), memo.find(key, viewOf(secret), 0, length)], [0, 7]);
  }
});
