import assert from 'node:assert/strict';
import { test } from 'node:test';
import { VerifyProgress } from './verify-progress.ts';

function shown(isTTY: boolean, steps: readonly [at_ms: number, spans: number][]): string {
  let text = '';
  let now_ms = 0;
  const progress = new VerifyProgress({ isTTY, write: (part) => (text += part) }, () => now_ms);
  for (const [at_ms, spans] of steps) {
    now_ms = at_ms;
    progress.show({ phase: 'blocks', spans, spansTotal: 4_000, blocks: 0, expired: { blocks: 0, spans: 0 }, checkedThrough: 0, entries: 0 });
  }
  progress.clear();
  return text;
}

test('a terminal gets a bar with spans, rate and time left, a few times a second, and is left clean', () => {
  const text = shown(true, [[0, 0], [100, 100], [2_000, 1_000]]);
  assert.equal(text, `\r\x1b[K[${'░'.repeat(24)}] 0 of 4,000 spans\r\x1b[K[${'█'.repeat(6)}${'░'.repeat(18)}] 1,000 of 4,000 spans, 500/s, 6 s left\r\x1b[K`);
});

test('elsewhere a line comes every ten seconds, and none for what is done at once', () => {
  assert.equal(shown(false, [[0, 0], [9_000, 900]]), '');
  assert.equal(shown(false, [[0, 0], [10_000, 1_000], [11_000, 1_100]]), 'tracekeep: verifying: 1,000 of 4,000 spans, 100/s, 30 s left\n');
});
