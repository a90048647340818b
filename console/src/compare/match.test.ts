/** Two traces compared: what is the same step, what is on one side only, what took longer. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { modelOf, type TraceModel } from '#outline/model.ts';
import { sampleOutline, SHOP, type SampleSpan } from '#outline/sample.ts';
import { compareTraces, difference, noiseOf } from './match.ts';
import { sumsOf } from './sums.ts';

const ms = (spans: readonly SampleSpan[]): SampleSpan[] => spans.map((one) => ({ ...one, start: one.start * 1e6, duration: one.duration * 1e6 }));
const of = (spans: readonly SampleSpan[]): TraceModel => modelOf(sampleOutline(ms(spans)));
const told = (left: readonly SampleSpan[], right: readonly SampleSpan[]): string[] => {
  const [one, other] = [of(left), of(right)];
  return compareTraces(one, other).pairs.map(({ left: a, right: b, depth, verdict }) => `${'.'.repeat(depth)}${one.outline.ids[a] ?? '–'}=${other.outline.ids[b] ?? '–'} ${verdict}`);
};

test('a trace is the same as itself', () => {
  const { counts, pairs } = compareTraces(of(SHOP), of(SHOP));
  assert.deepEqual(counts, { same: 6, slower: 0, faster: 0, left: 0, right: 0 });
  assert.ok(pairs.every(({ left, right }) => left === right));
});

test('what is on one side only stands where it happened, with everything below it', () => {
  const left = SHOP.filter(({ id }) => id !== 'mail');
  const right = [...SHOP.filter(({ id }) => id !== 'pay').map((one) => (one.parent === 'pay' ? { ...one, parent: 'root' } : one)), { id: 'audit', parent: 'cart', service: 'audit', start: 12, duration: 2 }];
  assert.deepEqual(told(left, right), ['root=root same', '.cart=cart same', '..–=audit right', '.pay=– left', '..fraud=– left', '..card=– left', '.–=fraud right', '.–=card right', '.–=mail right']);
});

test('equal siblings are paired by their place; the third try has no partner', () => {
  const tries = (durations: readonly number[]): SampleSpan[] => [{ id: 'root', start: 0, duration: 100 }, ...durations.map((duration, at) => ({ id: `t${at}`, name: 'try', parent: 'root', start: at * 20, duration }))];
  assert.deepEqual(told(tries([5, 5, 5]), tries([5, 9])), ['root=root same', '.t0=t0 same', '.t1=t1 slower', '.t2=– left']);
});

test('what only the right one has stands before what followed it there', () => {
  const calls = (...names: readonly string[]): SampleSpan[] => [{ id: 'root', start: 0, duration: 100 }, ...names.map((name, at) => ({ id: name, parent: 'root', start: at * 20, duration: 5 }))];
  assert.deepEqual(told(calls('b', 'd'), calls('a', 'b', 'c', 'd')).slice(1), ['.–=a right', '.b=b same', '.–=c right', '.d=d same']);
});

test('kinds and services keep apart what has one name', () => {
  const call = (kind: number, service: string): SampleSpan[] => [{ id: 'root', start: 0, duration: 10 }, { id: 'x', name: 'x', parent: 'root', kind, service, start: 1, duration: 2 }];
  assert.deepEqual(told(call(2, 's'), call(3, 's')).slice(1), ['.x=– left', '.–=x right']);
  assert.deepEqual(told(call(2, 's'), call(2, 't')).slice(1), ['.x=– left', '.–=x right']);
});

test('small differences are none', () => {
  assert.deepEqual([difference(1e6, 1.04e6, 50_000), difference(1e6, 1.2e6, 50_000), difference(1.2e6, 1e6, 50_000), difference(0, 40_000, 50_000), difference(0, 60_000, 50_000), difference(1e6, 1.2e6, 300_000)], ['same', 'slower', 'faster', 'same', 'slower', 'same']);
  assert.deepEqual([noiseOf(of(SHOP), of(SHOP)), noiseOf(of([{ id: 'short', start: 0, duration: 1 }]), of([{ id: 'short', start: 0, duration: 1 }]))], [150_000, 50_000]);
});

test('sums by operation put what differs most first', () => {
  const right = SHOP.map((one) => (one.id === 'fraud' ? { ...one, duration: 44 } : one)).filter(({ id }) => id !== 'mail');
  assert.deepEqual(sumsOf(of(SHOP), of(right)).slice(0, 3).map(({ name, longer, right: other }) => [name, longer / 1e6, other === null]), [['mail', -60, true], ['root', 10, false], ['pay', -4, false]]);
});
