/** Answers in tests: what has to be taken, and what has to be refused. */
import assert from 'node:assert/strict';

import { isRefusal } from '#refusal';
import type { Refusal } from '#refusal';

export function done<Done>(answer: Done | Refusal): Done {
  assert.ok(!isRefusal(answer), `refused: ${JSON.stringify(answer)}`);
  return answer as Done;
}

/** Its code. */
export function refusedAs(answer: unknown): string {
  assert.ok(isRefusal(answer), 'it was not refused');
  return answer.refused;
}
