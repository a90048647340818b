/** What `evidence verify` says, and its exit codes. */
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';

import { sealedSpan, wholeSpan } from '#evidence/span-samples';
import { bytesOf, evidenceOf, keyOf } from '#evidence/testing';

import { OperatorError } from './operator-error.ts';
import { verifyEvidence } from './verify-evidence.ts';
import type { VerifyOptions } from './verify-evidence.ts';

const folder = mkdtempSync(join(tmpdir(), 'tracekeep-evidence-'));
after(() => rmSync(folder, { recursive: true, force: true }));

const KEY = keyOf('log').vkey;
const restricted = (key: string): boolean => key === 'enduser.id' || key === 'status.message';
let files = 0;

/** Exit code, what was printed, and the sentence of the error. */
function verify(bytes: Uint8Array | null, options: VerifyOptions): { code: number; out: string; error: string } {
  const file = join(folder, `${files++}.json`);
  if (bytes !== null) writeFileSync(file, bytes);
  let out = '';
  const write = process.stdout.write;
  process.stdout.write = ((text: string) => ((out += text), true)) as typeof write;
  try {
    verifyEvidence(file, options);
    return { code: 0, out, error: '' };
  } catch (error) {
    if (!(error instanceof OperatorError)) throw error;
    return { code: error.exitCode, out, error: error.message };
  } finally {
    process.stdout.write = write;
  }
}

test('what is verified is told in words: spans, times, log, what was left out, what is not proved', () => {
  const { code, out } = verify(bytesOf(evidenceOf({ blocks: [[wholeSpan()], [wholeSpan()]], restricted }, ['enduser.id'])), { key: [KEY] });
  assert.equal(code, 0);
  assert.match(out, /^Verified: 2 spans of trace 5b8efff798038103d269b633813fc60c as the log tracekeep\.example\/one has them\./u);
  assert.match(out, /^ {2}policy {7}(?:ab){32} \(SHA-256/mu);
  for (const part of ['services     cart', '2025-11-29T21:00:00.000Z', 'in 2 blocks of tenant default', 'of 5 entries', 'by tracekeep.example/one (Ed25519)', 'enduser.id (2 values)', 'Not proved: that the trace had no other spans']) assert.ok(out.includes(part), `${part}\n${out}`);
  assert.match(verify(bytesOf(evidenceOf({ blocks: [[wholeSpan()]], restricted })), { key: [KEY] }).out, /left out {5}nothing/u);
});

test('sealed values are told: closed, left out, and those that are shown, which are not shown if they are others', () => {
  const of = (seals: 'closed' | 'opened' | 'left out'): Uint8Array => bytesOf(evidenceOf({ blocks: [[sealedSpan()], [wholeSpan()]], seals }));
  assert.match(verify(of('closed'), { key: [KEY] }).out, /^ {2}sealed {7}values of 1 span are here as the text that closes them/mu);
  assert.match(verify(of('left out'), { key: [KEY] }).out, /^ {2}left out {5}sealed\.values \(1 value\)$/mu);
  const { out } = verify(of('opened'), { key: [KEY] });
  assert.match(out, /^ {2}opened {7}4 values of 1 span had been sealed/mu);
  assert.match(out, /^ {15}span eee19b7ec3c1b174 {2}enduser\.email = ann@example\.com$/mu);
  assert.match(out, /span eee19b7ec3c1b174 {2}events\[0\]\.exception\.note = 42$/mu, 'where it stands: the span may have an attribute of the same key');
  assert.doesNotMatch(out, /^ {2}sealed /mu);
  const [first] = (JSON.parse(verify(of('opened'), { key: [KEY], json: true }).out) as { spans: { opened: object[] }[] }).spans;
  assert.deepEqual(first!.opened[0], { key: 'enduser.email', field: 'attributes[11]', type: 's', text: 'ann@example.com' });
  const other = verify(Buffer.from(Buffer.from(of('opened')).toString().replace('ann@example.com', 'bob@example.com')), { key: [KEY] });
  assert.deepEqual([other.code, other.out], [1, '']);
  assert.match(other.error, /^not verified: seal_mismatch: .* That is span eee19b7ec3c1b174\.$/u);
  const moving = sealedSpan();
  const values = [{ field: 'attributes[11]', key: 'enduser.email', letter: 's' as const, text: `\u001b[2J${'x'.repeat(900)}` }];
  const safe = verify(bytesOf(evidenceOf({ blocks: [[{ ...moving, sealed: values }]], seals: 'opened' })), { key: [KEY] }).out;
  assert.ok(safe.includes('␛[2Jxxx') && !safe.includes('\u001b') && !safe.includes('x'.repeat(300)));
});

test('a span id under which more than one span is stored is named, with the one that was first', () => {
  const bytes = bytesOf(evidenceOf({ blocks: [[wholeSpan(), wholeSpan()], [wholeSpan()]] }));
  const { out } = verify(bytes, { key: [KEY] });
  assert.match(out, /stored again span eee19b7ec3c1b174 stands here 3 times: entry \d+ has what was stored first/u);
  const [repeated, ...more] = (JSON.parse(verify(bytes, { key: [KEY], json: true }).out) as { repeated: { spanId: string; stored: { row: number }[] }[] }).repeated;
  assert.deepEqual([repeated?.spanId, repeated?.stored.map(({ row }) => row), more], ['eee19b7ec3c1b174', [3, 7, 3], []]);
  assert.doesNotMatch(verify(bytesOf(evidenceOf({ blocks: [[wholeSpan()]] })), { key: [KEY] }).out, /stored again/u);
});

test('without a key it says so and ends with 2', () => {
  const { code, out, error } = verify(bytesOf(evidenceOf({ blocks: [[wholeSpan()]] })), {});
  assert.equal(code, 2);
  assert.match(error, /^key not pinned/u);
  assert.match(out, /^Key not pinned: 1 span .* nobody vouches/u);
});

test('what is changed, or of another key, ends with 1 and names the span', () => {
  const bytes = Buffer.from(bytesOf(evidenceOf({ blocks: [[wholeSpan()]] }))).toString();
  const changed = verify(Buffer.from(bytes.replace('POST /cart', 'GET /cart')), { key: [KEY] });
  assert.equal(changed.code, 1);
  assert.match(changed.error, /^not verified: span_mismatch: .* \(block 0, span 0, root_mismatch.*\) That is span eee19b7ec3c1b174\.$/u);
  assert.equal(changed.out, '');
  assert.equal(verify(Buffer.from(bytes), { key: [keyOf('another').vkey] }).code, 1);
  assert.equal(verify(Buffer.from(bytes.slice(0, -3)), { key: [KEY] }).code, 1);
  assert.deepEqual(JSON.parse(verify(Buffer.from(bytes.replace('POST /cart', 'GET /cart')), { key: [KEY], json: true }).out), { verified: false, flaw: 'span_mismatch', detail: 'root_mismatch: The proof leads to another root.', block: 0, span: 0 });
});

test('what cannot be checked ends with 2: no file, no key, no quorum', () => {
  const bytes = bytesOf(evidenceOf({ blocks: [[wholeSpan()]] }));
  assert.equal(verify(null, { key: [KEY] }).code, 2);
  assert.match(verify(bytes, { key: ['no key'] }).error, /^cannot read --key: key_malformed/u);
  assert.equal(verify(bytes, { key: [KEY], witness: ['no key'] }).code, 2);
  for (const quorum of ['0', '2', 'x', '-1']) assert.equal(verify(bytes, { key: [KEY], witness: [keyOf('w', 'w').vkey], quorum }).code, 2, quorum);
});

test('witnesses that are asked for must have cosigned', () => {
  const bytes = bytesOf(evidenceOf({ blocks: [[wholeSpan()]], witnesses: ['w1', 'w2'] }));
  const [one, two, absent] = ['w1', 'w2', 'w3'].map((name) => keyOf(name, name, 0x04).vkey);
  const both = verify(bytes, { key: [KEY], witness: [one!, two!] });
  assert.deepEqual([both.code, both.error], [0, '']);
  assert.match(both.out, /witnesses {4}2 cosigned of the 2 that are asked for/u);
  assert.match(both.out, /signed {5}by w1 \(Ed25519\), at 2025-11-29T21:00:10\.000Z by its own clock/u);
  assert.equal(verify(bytes, { key: [KEY], witness: [one!, absent!], quorum: '1' }).code, 0);
  const less = verify(bytes, { key: [KEY], witness: [one!, absent!] });
  assert.deepEqual([less.code, less.out], [1, '']);
  assert.match(less.error, /^not verified: 1 of the given witnesses cosigned/u);
  assert.equal(JSON.parse(verify(bytes, { key: [KEY], witness: [absent!], json: true }).out).verified, false);
});

test('for machines there is everything that is proved', () => {
  const report = JSON.parse(verify(bytesOf(evidenceOf({ blocks: [[wholeSpan()]], restricted }, ['enduser.id'])), { key: [KEY], json: true }).out);
  assert.deepEqual([report.verified, report.pinned, report.checkpoint.size, report.omitted], [true, true, 4, [{ key: 'enduser.id', values: 1 }]]);
  assert.deepEqual(report.spans, [{ spanId: 'eee19b7ec3c1b174', service: 'cart', name: 'POST /cart', startTimeUnixNano: '1764450000000000001', index: 1, row: 3, producer: 'p_0123456789abcdef', leftOut: 1, sealed: 0, opened: [] }]);
});

test('no text of a span moves the cursor of whoever verifies it', () => {
  const span = wholeSpan();
  (span.placed.resource['attributes'] as { value: object }[])[0]!.value = { stringValue: '\u001b[2Jverified\u202e' };
  const { out } = verify(bytesOf(evidenceOf({ blocks: [[span]] })), { key: [KEY] });
  assert.ok(out.includes('␛[2Jverified<U+202E>') && !out.includes('\u001b'), out);
});
