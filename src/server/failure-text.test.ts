import assert from 'node:assert/strict';
import { test } from 'node:test';
import { reasonsOf } from './failure-text.ts';

test('reasonsOf says what failed down the causes, and quotes no message that is not ours', () => {
  const engine = new Error("Cannot parse input near 'jane@example.com'");
  const failure = new Error('cannot flush', { cause: new Error('cannot run a statement: the engine answered Code: 27', { cause: engine }) });
  assert.equal(reasonsOf(failure), 'cannot flush, because: cannot run a statement: the engine answered Code: 27, because: Error');
});

test('reasonsOf names errors of the system by their code', () => {
  assert.equal(reasonsOf(Object.assign(new Error('ENOSPC: no space left, write jane'), { code: 'ENOSPC' })), 'ENOSPC');
});

test('reasonsOf keeps to one line and ends with circular causes', () => {
  const failure = new Error('cannot\u001b[31m stop\nFORGED');
  failure.cause = failure;
  assert.doesNotMatch(reasonsOf(failure), /[\n\u001b]/);
  assert.equal(reasonsOf('a string'), '');
});
