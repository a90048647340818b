import assert from 'node:assert/strict';
import { test } from 'node:test';
import { diffSize, lineDiff } from './line-diff.ts';

const numbers = (count: number): string[] => Array.from({ length: count }, (_, at) => `line ${at + 1}`);

test('a diff shows what went and came, with a few lines around, and says how much it leaves out', () => {
  const older = numbers(40).join('\n');
  const newer = numbers(40).toSpliced(9, 1, 'ten', 'ten and a half').toSpliced(35, 2).join('\n');
  const pieces = lineDiff(`${older}\n`, `${newer}\n`);
  assert.deepEqual(pieces.map(({ skipped, lines }) => [skipped, lines.length]), [[6, 9], [18, 8]]);
  assert.deepEqual(pieces[0]?.lines.filter(({ is }) => is !== 'same'), [
    { is: 'gone', old: 10, new: null, text: 'line 10' },
    { is: 'new', old: null, new: 10, text: 'ten' },
    { is: 'new', old: null, new: 11, text: 'ten and a half' },
  ]);
  assert.deepEqual(diffSize(pieces), { gone: 3, come: 2 });
});

test('equal texts have no difference, and texts without a common line all', () => {
  assert.deepEqual(lineDiff('a\n', 'a\n'), []);
  assert.deepEqual(diffSize(lineDiff('a\nb\n', 'c')), { gone: 2, come: 1 });
  const [many, others] = [numbers(3_000).join('\n'), numbers(3_000).map((line) => `other ${line}`).join('\n')];
  assert.deepEqual(diffSize(lineDiff(many, others)), { gone: 3_000, come: 3_000 });
});
