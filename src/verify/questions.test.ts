import assert from 'node:assert/strict';
import { test } from 'node:test';
import { questionOf } from './questions.ts';

test('a question from another process is a known one with whole numbers, and nothing of it becomes a statement', () => {
  const good = [
    { ask: 'bodies', from: 0, to: 10 }, { ask: 'spans', blocks: [1, 2, 9], rows: [0, 255], piece: 1_024 }, { ask: 'facts', blocks: [3], key: ['18446744073709551615', '1'] },
    { ask: 'blocks-of-trace', trace: 'a'.repeat(32) }, { ask: 'look-up', key: ['1', '2'], slice: 0, of: 4 }, { ask: 'totals' },
  ];
  for (const question of good) assert.deepEqual(questionOf(question), question);
  const bad = [
    null, 'bodies', {}, { ask: 'drop' }, { ask: 'toString' }, { ask: 'bodies', from: '0; DROP TABLE spans', to: 1 }, { ask: 'bodies', from: 0 }, { ask: 'bodies', from: -1, to: 1 }, { ask: 'bodies', from: 0.5, to: 1 },
    { ask: 'spans', blocks: ['1) OR (1'] }, { ask: 'spans', blocks: Array.from({ length: 20_000 }, (_, block) => block) }, { ask: 'facts', blocks: [1], key: ['1', '2) --'] }, { ask: 'facts', blocks: [1] },
    { ask: 'blocks-of-trace', trace: "a'" }, { ask: 'look-up', key: ['1', '2'], slice: 0, of: 0 },
  ];
  for (const question of bad) assert.equal(questionOf(question), null, JSON.stringify(question));
});
