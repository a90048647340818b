import assert from 'node:assert/strict';
import { test } from 'node:test';
import { LIMITS } from '#limits';
import { isRefusal } from '#refusal';
import { type Asked, searchOf } from './search.ts';

const DAY_NS = 86_400_000_000_000n;
const names = { tags: 'tags', durationMin: 'minDuration', durationMax: 'maxDuration', limit: 'limit' };
const asked = (more: Partial<Asked> = {}): Asked => ({ start: 100n * DAY_NS, end: 101n * DAY_NS, limit: '', ...more });
const read = (more: Partial<Asked>) => {
  const fitted = searchOf(asked(more), names);
  if (isRefusal(fitted)) assert.fail(fitted.detail ?? fitted.refused);
  return fitted.search;
};

test('searchOf() asks tags that stand for fields of the span of these fields', () => {
  assert.deepEqual([read({ pairs: ['error:true'] }).status, read({ pairs: ['error:true'] }).attributes], ['error', []]);
  assert.equal(read({ objects: ['{"otel.status_code":"OK"}'] }).status, 'ok');
  assert.equal(read({ pairs: ['error:true', 'otel.status_code:ERROR'] }).attributes.length, 0);
  assert.equal(read({ pairs: ['span.kind:consumer'] }).kind, 5);
  // What contradicts or is no such value stays a tag, which nothing has.
  assert.deepEqual(read({ pairs: ['error:true', 'otel.status_code:OK'] }).attributes.map(({ key }) => key), ['otel.status_code']);
  assert.deepEqual(read({ pairs: ['span.kind:', 'error:false'] }).attributes.map(({ key, value }) => [key, value]), [['span.kind', ''], ['error', 'false']]);
});

test('searchOf() joins both notations of tags; the last value of a key counts', () => {
  const { attributes } = read({ pairs: ['a:1', 'url:http://x:80/'], objects: ['{"a":"2","b":true,"n":5}', ''] });
  assert.deepEqual(attributes.map(({ place, key, op, value }) => [place, key, op, value]), [['any', 'a', '=', '2'], ['any', 'url', '=', 'http://x:80/'], ['any', 'b', '=', 'true'], ['any', 'n', '=', '5']]);
});

test('searchOf() takes a duration of 0 for none and a limit above ours for ours', () => {
  const search = read({ durationMin: '0', durationMax: '0s', limit: '1500' });
  assert.deepEqual([search.durationMin_ns, search.durationMax_ns, search.limit], [undefined, undefined, LIMITS.search_results_max]);
  assert.equal(read({}).limit, 100);
});

test('searchOf() searches the end of a range that is too long, and says so', () => {
  const fitted = searchOf(asked({ start: 0n }), names);
  assert.ok(!isRefusal(fitted) && fitted.clipped && fitted.search.start === 70n * DAY_NS);
});

test('searchOf() refuses by the name of the parameter, never its value', () => {
  for (const [more, name] of [
    [{ durationMin: 'fast' }, 'minDuration'], [{ durationMax: '5' }, 'maxDuration'], [{ limit: '0' }, 'limit'], [{ limit: '-1' }, 'limit'], [{ limit: 'x' }, 'limit'], [{ pairs: ['fast'] }, 'tag'], [{ pairs: [':fast'] }, 'tag'], [{ objects: ['fast'] }, 'tags'], [{ start: 102n * DAY_NS }, 'start'],
  ] as const) {
    const refusal = searchOf(asked(more), names);
    assert.ok(isRefusal(refusal) && refusal.refused === 'query_invalid');
    assert.match(refusal.detail ?? '', new RegExp(`^${name} `));
    assert.doesNotMatch(refusal.detail ?? '', /fast/);
  }
});
