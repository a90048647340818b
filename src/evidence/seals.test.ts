/** Sealed values in evidence: closed, shown or left out, a trace is proved; and nothing is shown that was not sealed, or not there. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { sha256 } from '#merkle/testing';
import { isEvidenceFlaw, sealDigest } from './evidence.ts';
import { sealCommitment, type OpenedValue } from './seals.ts';
import { sealedSpan, wholeSpan } from './span-samples.ts';
import { answerTo, evidenceOf, flawOf, proved, type Json, type JsonObject, type TestLog } from './testing.ts';

const evidence = (seals: NonNullable<TestLog['seals']>): JsonObject => evidenceOf({ blocks: [[wholeSpan(), sealedSpan()], [sealedSpan()]], seals });

const sealOf = (document: JsonObject, block = 1, span = 0): JsonObject => ((((document['blocks'] as JsonObject[])[block]!['spans'] as JsonObject[])[span]!['sealed'] as JsonObject[])[0]!);
const valuesOf = (document: JsonObject): JsonObject[] => (sealOf(document)['opened'] as JsonObject)['values'] as JsonObject[];

/** What is said of a document in which this was changed. */
function saidOf(change: (document: JsonObject) => void, seals: NonNullable<TestLog['seals']> = 'opened'): string {
  const document = evidence(seals);
  change(document);
  const answer = answerTo(document);
  return isEvidenceFlaw(answer) ? `${answer.flaw}: ${answer.detail}` : 'proved';
}

test('a trace is proved with what is sealed closed, shown and left out, by the same checkpoint', () => {
  const [closed, opened, left] = [evidence('closed'), evidence('opened'), evidence('left out')];
  assert.deepEqual([closed['checkpoint'], closed['checkpoint']], [opened['checkpoint'], left['checkpoint']]);
  assert.deepEqual(proved(closed).spans.map(({ sealed, opened: shown }) => [sealed, shown.length]), [[0, 0], [1, 0], [1, 0]]);
  assert.deepEqual(proved(left).spans.map(({ sealed, opened: shown, leftOut }) => [sealed, shown.length, leftOut]), [[0, 0, 0], [0, 0, 1], [0, 0, 1]]);
  assert.deepEqual(proved(left).omitted, [{ key: 'sealed.values', values: 2 }]);
  const [none, ...shown] = proved(opened).spans;
  assert.deepEqual([none!.opened, shown.map(({ sealed }) => sealed)], [[], [0, 0]]);
  assert.deepEqual(shown[0]!.opened, shown[1]!.opened);
  assert.deepEqual(shown[0]!.opened.map(({ key, field, letter, text }) => [key, field, letter, text]), [
    ['enduser.email', 'attributes[11]', 's', 'ann@example.com'], ['status.message', 'status.message', 's', 'ünïcödé 🚂 of Ann'],
    ['exception.note', 'events[0].attributes[2]', 'i', '42'], ['link.tags', 'links[0].attributes[1]', 'a', '{"arrayValue":{"values":[{"stringValue":"vip"}]}}'],
  ]);
});

test('some seals of a trace may be shown and others not', () => {
  assert.equal(saidOf((document) => delete sealOf(document)['opened']), 'proved');
});

test('no other value is shown than the one that was sealed: not its text, type, field or salt, nor more or fewer, nor those of another span', () => {
  const other = 'seal_mismatch: other values than those that were sealed';
  assert.equal(saidOf((document) => (valuesOf(document)[0]!['text'] = 'bob@example.com')), other);
  assert.equal(saidOf((document) => (valuesOf(document)[2]!['type'] = 's')), other);
  assert.equal(saidOf((document) => (valuesOf(document)[0]!['field'] = 'attributes[12]')), other);
  assert.equal(saidOf((document) => ((sealOf(document)['opened'] as JsonObject)['salt'] = Buffer.alloc(16).toString('base64'))), other);
  assert.equal(saidOf((document) => valuesOf(document).pop()), other);
  assert.equal(saidOf((document) => valuesOf(document).reverse()), other);
  assert.equal(saidOf((document) => valuesOf(document).push({ field: 'attributes[12]', type: 's', text: 'more' })), other);
  assert.equal(saidOf((document) => (sealOf(document)['opened'] = sealOf(document, 0, 1)['opened']!)), other);
  // A length that is another value's beginning: no list of values is two.
  assert.equal(saidOf((document) => (valuesOf(document)[0]!['type'] = 's\u000fann@example.com')), 'document_malformed: opened.values: type');
});

test('a text that was changed so that it commits to the value shown is not the one in the log', () => {
  const said = saidOf((document) => {
    const seal = sealOf(document);
    const values: OpenedValue[] = [...(sealedSpan().sealed ?? [])];
    values[0] = { ...values[0]!, text: 'bob@example.com' };
    valuesOf(document)[0]!['text'] = 'bob@example.com';
    const text = Buffer.from(String(seal['text']), 'base64');
    text.set(sealCommitment(sha256, { salt: Buffer.from(String((seal['opened'] as JsonObject)['salt']), 'base64'), values }), 13);
    seal['text'] = text.toString('base64');
  });
  assert.match(said, /^span_mismatch/);
});

test('what a server sealed for a place that is not sealed, or twice for one, or in another form, is not shown', () => {
  const withSealed = (...values: readonly OpenedValue[]): JsonObject => evidenceOf({ blocks: [[{ ...sealedSpan(), sealed: values }]], seals: 'closed' });
  const shown = (values: readonly OpenedValue[]): string => {
    const document = withSealed(...values);
    assert.equal(flawOf(document), 'proved', 'closed, nobody can tell');
    try {
      evidenceOf({ blocks: [[{ ...sealedSpan(), sealed: values }]], seals: 'opened' });
      return 'proved';
    } catch (error) {
      return String(error);
    }
  };
  const value = (field: string, text = 'x', key = 'enduser.email'): OpenedValue => ({ field, key, letter: 's', text });
  assert.equal(shown([value('attributes[11]')]), 'proved');
  assert.match(shown([value('attributes[11]', 'x', 'enduser.id')]), /seal_mismatch.*other values/, 'sealed under another key than the one that stands there');
  for (const field of ['attributes[0]', 'attributes[99]', 'attributes[011]', 'resource.attributes[3]', 'name', '']) assert.match(shown([value(field)]), /seal_mismatch.*a field that is not sealed/, field);
  assert.match(shown([value('attributes[11]', 'for one'), value('attributes[11]', 'for another')]), /two values of one field/);
  const opened = evidence('opened');
  const seal = sealOf(opened);
  for (const text of [Buffer.alloc(20, 1), Buffer.concat([Uint8Array.of(2), Buffer.from(String(seal['text']), 'base64').subarray(1)])]) {
    assert.match(saidOf((document) => (sealOf(document)['text'] = text.toString('base64'))), /seal_mismatch: a seal of another version/);
  }
});

test('a seal has one form: left out, closed, or closed with what it holds', () => {
  const bad: readonly ((seal: JsonObject) => void)[] = [
    (seal) => (seal['digest'] = Buffer.from(sealDigest(sha256, new Uint8Array(8), new Uint8Array(8))).toString('base64')),
    (seal) => delete seal['key'], (seal) => delete seal['text'], (seal) => (seal['more'] = 1), (seal) => (seal['opened'] = []),
    (seal) => ((seal['opened'] as JsonObject)['values'] = []), (seal) => delete (seal['opened'] as JsonObject)['salt'], (seal) => ((seal['opened'] as JsonObject)['salt'] = 'AA=='),
    (seal) => (((seal['opened'] as JsonObject)['values'] as JsonObject[])[0]!['text'] = 1 as Json), (seal) => (((seal['opened'] as JsonObject)['values'] as JsonObject[])[0]!['more'] = ''),
  ];
  for (const [at, change] of bad.entries()) assert.match(saidOf((document) => change(sealOf(document))), /^document_malformed/, `${at}`);
  assert.match(saidOf((document) => (sealOf(document)['opened'] = sealOf(evidence('opened'))['opened']!), 'left out'), /^document_malformed/);
});
