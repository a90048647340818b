// The generated pages say of each code and limit what the source says.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { LIMITS } from '#limits';
import { REFUSALS } from '#refusal';
import { SERVICES } from '#scanner/known-tokens';
import { KINDS } from '#scanner/recognizer';
import { decisions, limits, recognizers, refusals } from './reference.ts';

test('refusals() has a row with advice for every code', () => {
  const text = refusals();
  for (const [code, row] of Object.entries(REFUSALS)) {
    const line = text.split('\n').find((one) => one.startsWith(`| \`${code}\` |`));
    assert.ok(line?.includes(`| ${row.http} |`) && line.includes(row.advice), code);
  }
});

test('limits() has a row for every limit, and the reason where one stands above it', () => {
  const text = limits();
  for (const name of Object.keys(LIMITS)) assert.ok(text.includes(`| \`${name}\` |`), name);
  assert.match(text, /\| `headers_bytes_max` \| 16,384 \| Size of all request headers/u);
});

test('recognizers() has every kind, every service and every national id', () => {
  const text = recognizers();
  for (const kind of KINDS) assert.ok(text.includes(`| \`${kind}\` |`), kind);
  for (const service of SERVICES) assert.ok(text.includes(service), service);
  assert.match(text, /\| `pt-nif` \| Portugal: tax number/u);
});

test('decisions() lists the records by number and title', () => {
  assert.match(decisions(), /\n- \[001\]\(001-run-from-source\.md\) Run from source on a Node pinned through npm\n/u);
});
