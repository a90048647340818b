/** Snippets run as they stand, whatever the service is called. */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { test } from 'node:test';
import { LANGUAGES, readGlobList, shell, stepsFor } from './snippets.ts';

const target = { endpoint: 'http://127.0.0.1:4318', key: 'tk_abc-DEF_1', service: 'checkout' };
const NASTY = `it's "$(touch /tmp/no)" \`x\` \\ $HOME; ✓`;

test('every language says endpoint, key and service, and no placeholder is left', () => {
  for (const { id } of LANGUAGES) {
    const text = stepsFor(id, target).map((step) => step.text).join('\n');
    assert.ok(text.includes('127.0.0.1:4318'), id);
    assert.ok(text.includes('tk_abc-DEF_1'), id);
    assert.ok(id === 'collector' || text.includes('checkout'), id);
    assert.doesNotMatch(text, /undefined|TRACE\b|YOUR/u);
  }
});

test('a name with quotes and commands in it stays a name in the shell', () => {
  assert.equal(execFileSync('sh', ['-c', `printf %s ${shell(NASTY)}`], { encoding: 'utf8' }), NASTY);
  const [set] = stepsFor('node', { ...target, service: NASTY });
  assert.equal(execFileSync('sh', ['-c', `${set?.text ?? ''}\nprintf %s "$OTEL_SERVICE_NAME"`], { encoding: 'utf8' }), NASTY);
});

test('curl sends OTLP/JSON of now', () => {
  const [step] = stepsFor('curl', { ...target, service: NASTY });
  const sent = execFileSync('sh', ['-c', `curl() { for last; do :; done; printf %s "$last"; }\n${step?.text ?? ''}`], { encoding: 'utf8' });
  const body = JSON.parse(sent) as { resourceSpans: [{ resource: { attributes: [{ value: { stringValue: string } }] }; scopeSpans: [{ spans: [{ traceId: string; spanId: string; startTimeUnixNano: string; endTimeUnixNano: string }] }] }] };
  const [{ resource, scopeSpans: [{ spans: [span] }] }] = body.resourceSpans;
  assert.equal(resource.attributes[0].value.stringValue, NASTY);
  assert.match(span.traceId, /^[0-9a-f]{32}$/u);
  assert.match(span.spanId, /^[0-9a-f]{16}$/u);
  assert.equal(BigInt(span.endTimeUnixNano) - BigInt(span.startTimeUnixNano), 250_000_000n);
});

test('readGlobList() takes commas, spaces and lines', () => {
  assert.deepEqual(readGlobList(' shop-*, till\n till  '), ['shop-*', 'till']);
  assert.deepEqual(readGlobList(' '), []);
});
