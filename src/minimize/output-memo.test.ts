import assert from 'node:assert/strict';
import { test } from 'node:test';
import { TYPE } from '#batch';
import { BY, OutputMemo, UNTOUCHED } from './output-memo.ts';

const output = (text: string) => ({ bytes: Buffer.from(text), type: TYPE.string, dropped: false, counts: [], neutralized: 0 });

test('what is found was remembered for exactly this treatment, value and name, however full the table is', () => {
  const memo = new OutputMemo();
  const expected = new Map<string, number>();
  let found = 0;
  for (let value = 1; value <= 60_000; value++) {
    for (const treatment of [1, 2, 77]) {
      const by = value % 3;
      const number = memo.add(output(`${treatment} ${value}`));
      memo.remember(treatment, value, by, number);
      expected.set(`${treatment} ${value} ${by}`, number);
    }
  }
  for (const [name, number] of expected) {
    const [treatment, value, by] = name.split(' ').map(Number) as [number, number, number];
    const remembered = memo.find(treatment, value, by);
    assert.ok(remembered === number || remembered === -1, name);
    if (remembered === number) found++;
    for (const other of [memo.find(treatment + 1_000, value, by), memo.find(treatment, value + 1_000_000, by), memo.find(treatment, value, (by + 1) % 3)]) assert.equal(other, -1);
  }
  assert.ok(found > 60_000, 'most of what came last is known');
});

test('values that are stored as they are have no output, and what is forgotten is gone', () => {
  const memo = new OutputMemo();
  assert.equal(memo.add(null), UNTOUCHED);
  memo.remember(1, 5, BY.number, UNTOUCHED);
  assert.equal(memo.find(1, 5, BY.number), UNTOUCHED);
  const number = memo.add(output('a'));
  memo.remember(1, 6, BY.mark, number);
  assert.ok(memo.bytes > 0 && memo.outputs[number] !== undefined);
  memo.forget();
  assert.deepEqual([memo.find(1, 5, BY.number), memo.find(1, 6, BY.mark), memo.outputs.length, memo.bytes], [-1, -1, 1, 0]);
});
