import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { curlLine, freshName, grafanaFile, jaegerProxy } from './connect-snippets.ts';

const DOCUMENT = readFileSync(new URL('../../../docs/reference/jaeger.md', import.meta.url), 'utf8');

test('what the console offers to copy is what the reference says', () => {
  for (const make of [grafanaFile, jaegerProxy]) assert.ok(DOCUMENT.includes(make('http://127.0.0.1:4320', 'tt_…')), make.name);
});

test('address and token stand where they belong', () => {
  assert.equal(curlLine('http://[::1]:1', 'tt_x'), 'curl -H "Authorization: Bearer tt_x" http://[::1]:1/api/v1/services');
  assert.match(grafanaFile('http://[::1]:1', 'tt_x'), /url: http:\/\/\[::1\]:1\n[^]*Bearer tt_x\n/);
  assert.match(jaegerProxy('http://[::1]:1', 'tt_x'), /proxy_pass http:\/\/\[::1\]:1;\n[^]*"Bearer tt_x";/);
});

test('freshName() is one that no token has', () => {
  assert.equal(freshName('grafana', []), 'grafana');
  assert.equal(freshName('grafana', ['grafana 2', 'grafana', 'jaeger-ui']), 'grafana 3');
});
