import assert from 'node:assert/strict';
import { test } from 'node:test';
import { joined, withoutKept } from './overlaps.ts';
import { ownKind, type Kind, type Mark } from './recognizer.ts';

const mark = (kind: Kind, start: number, end: number, instead?: string): Mark => ({ kind, start, end, ...(instead === undefined ? {} : { instead }) });
/** What a mark covers, apart. */
const whole = (marks: readonly Mark[] | null): Mark[] | undefined => marks?.map(({ parts: _parts, ...rest }) => rest);
const TEXT = '0123456789'.repeat(4);

test('joined() sorts and keeps what does not overlap', () => {
  assert.deepEqual(joined(TEXT, [mark('email', 10, 20), mark('card', 0, 10)]), [mark('card', 0, 10), mark('email', 10, 20)]);
  assert.equal(joined(TEXT, []), null);
});

test('joined() covers all of two marks that overlap, under the graver kind', () => {
  assert.deepEqual(whole(joined(TEXT, [mark('email', 0, 12), mark('credential', 8, 20)])), [mark('credential', 0, 20)]);
  assert.deepEqual(whole(joined(TEXT, [mark('email', 0, 12), mark('credential', 2, 8)])), [mark('credential', 0, 12)]);
  assert.deepEqual(whole(joined(TEXT, [mark('jwt', 0, 12), mark('credential', 0, 12)])), [mark('jwt', 0, 12)]);
  assert.deepEqual(whole(joined(TEXT, [mark('email', 0, 5), mark('phone', 4, 10), mark('jwt', 9, 12)])), [mark('jwt', 0, 12)]);
});

test('joined() lets a literal stand as ? whatever is in it, but under the graver kind', () => {
  assert.deepEqual(whole(joined(TEXT, [mark('literal', 0, 20, '?'), mark('email', 1, 19)])), [mark('literal', 0, 20, '?')]);
  assert.deepEqual(whole(joined(TEXT, [mark('literal', 0, 20, '?'), mark('credential', 1, 19)])), [mark('credential', 0, 20, '?')]);
  assert.deepEqual(whole(joined(TEXT, [mark('credential', 0, 20), mark('literal', 0, 20, '?')])), [mark('credential', 0, 20, '?')]);
});

test('withoutKept() leaves the parts of other kinds', () => {
  const [outer] = joined(TEXT, [mark('literal', 0, 20, '?'), mark('email', 1, 9), mark('card', 10, 19), mark('card', 12, 19)]) ?? [];
  const without = (...kept: Kind[]) => withoutKept(outer as Mark, (kind) => kept.includes(kind));
  assert.equal(without(), null);
  assert.deepEqual(without('literal'), [mark('email', 1, 9), mark('card', 10, 19)]);
  assert.deepEqual(whole(without('email')), [mark('literal', 0, 20, '?')]);
  assert.deepEqual(without('literal', 'email', 'card'), []);
  assert.deepEqual(withoutKept(mark('email', 0, 4), () => true), []);
  assert.equal(withoutKept(mark('email', 0, 4), () => false), null);
});

test('joined() drops what was replaced before and what would change nothing', () => {
  const text = 'mail [email] from 10.0.0.0 id = ?';
  assert.equal(joined(text, [mark('email', 5, 12), mark('credential', 5, 12), mark('ip', 18, 26, '10.0.0.0'), mark('literal', 32, 33, '?')]), null);
});

test('a kind that a policy brings along is as grave as a national id, and never one that is built in', () => {
  const own = ownKind('employee-number');
  assert.ok(own !== null);
  assert.equal(joined('E-123456', [mark(own, 0, 8), mark('email', 0, 8)])?.[0]?.kind, own);
  assert.equal(joined('E-123456', [mark(own, 0, 8), mark('card', 0, 8)])?.[0]?.kind, 'card');
  for (const id of ['email', 'any', 'field', 'Employee', 'a_b', '', '-a', 'x'.repeat(65)]) assert.equal(ownKind(id), null, id);
});
