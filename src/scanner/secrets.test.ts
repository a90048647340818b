/**
 * Outside samples of credentials (`secrets.jsonl`: rule cases of a well-known secret scanner, all values made up): whatever
 * holds a secret must not hold it any more, plain, in a log line, in JSON, in JSON inside JSON, percent-encoded, in a form, in HTML.
 */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { KeyClass, Mark } from './recognizer.ts';
import { readSamples, type SecretSample, secretsOf, TOUCHED_RIGHTLY } from './samples.ts';
import { Scanner } from './scanner.ts';

const scanner = new Scanner();
const samples = readSamples<SecretSample>('secrets.jsonl');
const positives = samples.filter((sample) => sample.contains_secret);
const negatives = samples.filter((sample) => !sample.contains_secret);

const WRAPPINGS: Readonly<Record<string, (text: string) => string>> = {
  plain: (text) => text,
  'log line': (text) => `2024-05-17T12:00:00.000Z INFO [main] com.example.Shop - ${text}`,
  'JSON member': (text) => JSON.stringify({ level: 'info', message: text }),
  'JSON in JSON': (text) => JSON.stringify({ body: JSON.stringify({ message: text }) }),
  'query parameter': (text) => `https://shop.example/log?page=1&message=${encodeURIComponent(text)}`,
  form: (text) => `page=1&message=${encodeURIComponent(text).replaceAll('%20', '+')}&x=2`,
  HTML: (text) => `<p>${text.replaceAll('&', '&amp;').replaceAll('"', '&quot;').replaceAll('<', '&lt;')}</p>`,
};

for (const [name, wrap] of Object.entries(WRAPPINGS)) {
  test(`every secret is gone: ${name}`, () => {
    const left = new Map<string, number>();
    for (const { kind, input } of positives) {
      for (const key of ['', 'log.message']) {
        const text = minimized(wrap(input), scanner.keyClass(key));
        if (secretsOf(kind, input).some((secret) => text.includes(secret) || text.includes(encodeURIComponent(secret)))) left.set(kind, (left.get(kind) ?? 0) + 1);
      }
    }
    assert.deepEqual([...left], [], 'secrets left, by kind');
  });
}

test('what was minimized is left alone the second time', () => {
  for (const { input } of samples) {
    for (const wrap of Object.values(WRAPPINGS)) {
      const once = minimized(wrap(input), 0);
      assert.equal(minimized(once, 0), once);
    }
  }
});

/** Measured; may go down. */
const TOUCHED_MAX = 53;

test('lines without a secret stay as they are, apart from those with a reason', () => {
  const touched = negatives.filter(({ input }) => minimized(input, 0) !== input);
  const unexplained = touched.filter(({ kind }) => TOUCHED_RIGHTLY[kind] === undefined);
  assert.deepEqual(unexplained.map(({ kind }) => kind), []);
  assert.ok(touched.length <= TOUCHED_MAX, `${touched.length} touched`);
});

test('the samples are all there', () => {
  assert.ok(positives.length >= 500 && negatives.length >= 100 && new Set(positives.map(({ kind }) => kind)).size >= 90);
});

function minimized(text: string, keyClass: KeyClass): string {
  const marks: readonly Mark[] = scanner.scanText(text, keyClass) ?? [];
  let written = '';
  let at = 0;
  for (const mark of marks) {
    written += text.slice(at, mark.start) + (mark.instead ?? `[${mark.kind}]`);
    at = mark.end;
  }
  return written + text.slice(at);
}
