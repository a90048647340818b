/**
 * Documents that another program verifies as well (`test/vectors/evidence/verify.py`, written from the format page alone): what they say must not change,
 * or evidence that was handed out would not verify any more.
 */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { isFlaw, parseVkey } from '#merkle';
import { sha256, verifyNatively } from '#merkle/testing';
import { checkEvidence, evidenceFlawText, isEvidenceFlaw, parseEvidence, type Proved } from './evidence.ts';

const FOLDER = join(import.meta.dirname, '../../test/vectors/evidence');

function proved(file: string, keyFile = 'key.txt'): Proved {
  const key = parseVkey(sha256, readFileSync(join(FOLDER, keyFile), 'utf8').trim());
  const evidence = parseEvidence(readFileSync(join(FOLDER, file)));
  assert.ok(!isFlaw(key) && !isEvidenceFlaw(evidence));
  const answer = checkEvidence(evidence, [key], sha256, verifyNatively);
  assert.ok(!isEvidenceFlaw(answer), isEvidenceFlaw(answer) ? evidenceFlawText(answer) : '');
  return answer;
}

test('the published documents are proved, whole and with values left out', () => {
  const whole = proved('whole.json');
  assert.deepEqual(whole.spans.map(({ spanId, index, row, leftOut }) => [spanId, index, row, leftOut]), [['eee19b7ec3c1b174', 1, 3, 0], ['eee19b7ec3c1b175', 2, 3, 0]]);
  const less = proved('left-out.json');
  assert.deepEqual(less.omitted, ['host.user', 'status.message', 'enduser.id', 'exception.message'].map((key) => ({ key, values: 2 })));
  assert.deepEqual(less.checkpoint, whole.checkpoint, 'what is left out changes no proof');
});

test('the published documents with sealed values are proved: closed, shown, one of them shown, and left out', () => {
  const [closed, opened, one, left] = ['closed', 'opened', 'one-opened', 'left-out'].map((name) => proved(`sealed-${name}.json`, 'sealed-key.txt')) as [Proved, Proved, Proved, Proved];
  for (const other of [opened, one, left]) assert.deepEqual(other.checkpoint, closed.checkpoint);
  assert.deepEqual([closed, opened, one, left].map(({ spans }) => spans.map(({ sealed, opened: shown }) => [sealed, shown.length])), [[[1, 0], [1, 0], [0, 0]], [[0, 5], [0, 1], [0, 0]], [[1, 0], [0, 1], [0, 0]], [[0, 0], [0, 0], [0, 0]]]);
  assert.deepEqual(opened.spans[0]!.opened.map(({ key, letter, text }) => [key, letter, text]), [
    ['status.message', 's', 'Ann has no credit'], ['enduser.id', 's', 'ann@example.org'], ['shop.items', 'i', '3'], ['shop.tags', 'a', '{"arrayValue":{"values":[{"stringValue":"vip"},{"intValue":"1"}]}}'], ['exception.message', 's', 'card of Ann Ärcher 🚂'],
  ]);
  assert.deepEqual(left.omitted, [{ key: 'enduser.id', values: 2 }, { key: 'sealed.values', values: 2 }]);
});
