/** Which signatures of the published checkpoint go out with evidence. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { wholeSpan } from '#evidence/span-samples';
import { evidenceOf, keyOf } from '#evidence/testing';
import { namedCheckpoint } from './checkpoint.ts';

test('those of the log and of witnesses that are known, with their keys; others stay away', () => {
  const { checkpoint: note } = evidenceOf({ blocks: [[wholeSpan()]], quantum: true, witnesses: ['w1', 'w2'] });
  const keys = [keyOf('log'), keyOf('log', undefined, 0x06), keyOf('w1', 'w1', 0x04), keyOf('w2', 'w2', 0x04)];
  const whole = namedCheckpoint(String(note), keys.map(({ verifier }) => verifier));
  assert.deepEqual([whole.note, whole.keys, whole.checkpoint.size], [note, keys.map(({ vkey }) => vkey), 4]);
  const [log, , , w2] = keys;
  const less = namedCheckpoint(String(note), [w2!, log!, keyOf('w3', 'w3', 0x04)].map(({ verifier }) => verifier));
  assert.deepEqual(less.keys, [log!.vkey, w2!.vkey]);
  assert.deepEqual(less.note.split('\n').slice(4, -1), [4, 7].map((at) => String(note).split('\n')[at]));
  assert.throws(() => namedCheckpoint(String(note), []), /none of its signatures/u);
});
