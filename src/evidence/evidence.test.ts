/** Evidence documents: what is true is proved, and whatever is changed, moved, added or left out is not. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isFlaw, printNote, signNote, type Verifier } from '#merkle';
import { randomOf, sha256, verifyNatively } from '#merkle/testing';
import { checkEvidence, checkSignedEvidence, EVIDENCE_BYTES_MAX, isEvidenceFlaw, parseEvidence, signaturesOf, type EvidenceFlaw } from './evidence.ts';
import { randomSpan, RESTRICTED_KEYS, wholeSpan } from './span-samples.ts';
import { answerTo, bytesOf, evidenceOf, flawOf, keyOf, LOG, proved, TRACE, type Json, type JsonObject, type StoredSpan } from './testing.ts';

const SEED = 20_261_129;
const restricted = (key: string): boolean => RESTRICTED_KEYS.has(key);

/** A trace of three blocks. */
function trace(omit: readonly string[] = []): JsonObject {
  const random = randomOf(SEED);
  const span = (): StoredSpan => randomSpan(random);
  return evidenceOf({ blocks: [[wholeSpan(), span()], [span(), span(), span()], [span()]], restricted }, omit);
}

/** The object or list that a path leads to. */
function at(document: JsonObject, ...path: readonly (string | number)[]): JsonObject & Json[] {
  let value: Json = document;
  for (const step of path) value = (value as JsonObject)[step]!;
  return value as JsonObject & Json[];
}

test('a document proves its spans, and says in which blocks, of which services, and who signed', () => {
  const answer = proved(trace());
  assert.equal(answer.pinned, true);
  assert.deepEqual(answer.claims.map(({ verifier, time_s }) => [verifier.name, time_s]), [['tracekeep.example/one', undefined]]);
  assert.equal(answer.traceId, TRACE);
  assert.equal(answer.checkpoint.size, 6);
  assert.deepEqual(answer.blocks.map(({ index, spans, rows, tenant }) => [index, spans, rows, tenant]), [[1, 2, 8, 'default'], [2, 3, 12, 'default'], [3, 1, 4, 'default']]);
  const { spanId, service, name, start, index, row, producer, leftOut } = answer.spans[0]!;
  assert.deepEqual({ spanId, service, name, start, index, row, producer, leftOut }, { spanId: 'eee19b7ec3c1b174', service: 'cart', name: 'POST /cart', start: 1764450000000000001n, index: 1, row: 3, producer: 'p_0123456789abcdef', leftOut: 0 });
  assert.deepEqual(answer.omitted, []);
});

test('without a key the document agrees with itself, and nothing is pinned', () => {
  const answer = proved(trace(), []);
  assert.deepEqual([answer.pinned, answer.claims], [false, []]);
  const changed = trace();
  at(changed, 'resourceSpans', 0, 'scopeSpans', 0, 'spans', 0)['name'] = 'GET /cart';
  assert.equal(flawOf(changed, []), 'span_mismatch');
});

test('a verifier that is not synchronous, or cannot check every kind of signature, comes to the same answer', () => {
  const evidence = parseEvidence(bytesOf(evidenceOf({ blocks: [[wholeSpan()]], quantum: true, witnesses: ['w1'] })));
  assert.ok(!isEvidenceFlaw(evidence));
  const signatures = signaturesOf(evidence, [LOG], sha256);
  assert.ok(!isEvidenceFlaw(signatures));
  assert.deepEqual(signatures.claims.map(({ algorithm }) => algorithm), ['ed25519', 'ml-dsa-44', 'ed25519']);
  const answer = checkEvidence(evidence, [LOG], sha256, verifyNatively);
  for (const holds of [[true, true, true], [true, undefined, true], [true, undefined, undefined]]) assert.deepEqual(checkSignedEvidence(evidence, signatures, holds, sha256), answer);
  for (const holds of [[undefined, true, true], [false, true, true], [true, false, true], [true, true, false], []]) assert.equal((checkSignedEvidence(evidence, signatures, holds, sha256) as EvidenceFlaw).flaw, 'checkpoint_refused', String(holds));
});

test('every signature of the checkpoint is by a key that is given or named, and true; a named key is trusted for nothing', () => {
  const document = evidenceOf({ blocks: [[wholeSpan()]], quantum: true, witnesses: ['w1'] });
  const [ed25519, mlDsa, witness] = document['keys'] as [string, string, string];
  const answer = proved(document);
  assert.deepEqual(answer.claims.map(({ verifier }) => verifier), [LOG], 'only the given key says anything');
  assert.equal(flawOf(document, [keyOf('w1', 'w1', 0x04).verifier]), 'checkpoint_refused');
  assert.equal(proved(document, []).pinned, false);
  // Those that are given need not be named.
  assert.equal(flawOf({ ...document, keys: [mlDsa, witness] }), 'proved');
  assert.equal(flawOf({ ...document, keys: [] }, [LOG, keyOf('log', undefined, 0x06).verifier, keyOf('w1', 'w1', 0x04).verifier]), 'proved');
  const detailOf = (change: JsonObject, keys?: readonly Verifier[]): string => {
    const flaw = answerTo({ ...document, ...change }, keys);
    return isEvidenceFlaw(flaw) ? `${flaw.flaw}: ${flaw.detail}` : 'proved';
  };
  assert.equal(detailOf({ keys: [ed25519, witness] }), 'checkpoint_refused: a signature is by a key that is neither given nor named');
  assert.equal(detailOf({ keys: [mlDsa, witness] }, []), 'checkpoint_refused: a signature is by a key that is neither given nor named');
  assert.equal(detailOf({ keys: [ed25519, mlDsa, witness, keyOf('w2', 'w2', 0x04).vkey] }), 'checkpoint_refused: a key is named that did not sign');
  assert.equal(detailOf({ keys: [ed25519, ed25519, mlDsa, witness] }), 'document_malformed: keys: one twice');
  assert.equal(detailOf({ keys: Array.from({ length: 65 }, (_, at) => String(at)) }), 'document_malformed: keys: too many');
  assert.match(detailOf({ keys: [ed25519, mlDsa, `${witness} `] }), /^checkpoint_refused: keys: key_malformed/u);
  // Another signature of the same key, and lines that say the same.
  const lines = String(document['checkpoint']).split('\n');
  const other = String(evidenceOf({ blocks: [[wholeSpan()]], quantum: true, witnesses: ['w1'], later: 3 })['checkpoint']).split('\n');
  for (const at of [4, 5, 6]) assert.match(detailOf({ checkpoint: lines.with(at, other[at]!).join('\n') }), new RegExp(`^checkpoint_refused: signature_false.*signature ${at - 3}`, 'u'));
});

test(`random traces are proved, whole and without what may be left out (seed ${SEED})`, () => {
  const random = randomOf(SEED);
  for (let round = 0; round < 40; round++) {
    const blocks = Array.from({ length: 1 + random(3) }, () => Array.from({ length: 1 + random(4) }, () => randomSpan(random)));
    const log = { blocks, others: random(5), restricted, later: random(9) };
    const keys = [...RESTRICTED_KEYS].filter(() => random(2) === 0);
    assert.equal(proved(evidenceOf(log)).spans.length, blocks.flat().length, `round ${round}`);
    const without = evidenceOf(log, keys);
    const answer = proved(without);
    assert.deepEqual(answer.omitted.map(({ key }) => key).toSorted(), (without['omitted'] as string[]).toSorted());
    assert.equal(answer.omitted.reduce((sum, { values }) => sum + values, 0), answer.spans.reduce((sum, { leftOut }) => sum + leftOut, 0));
  }
});

test('what was left out is told, and is nowhere in the document', () => {
  const log = { blocks: [[wholeSpan()]], restricted };
  assert.ok(JSON.stringify(evidenceOf(log)).includes('u-1'));
  const document = evidenceOf(log, ['enduser.id', 'status.message', 'host.user']);
  for (const value of ['u-1', '"root"', '"message"']) assert.ok(!JSON.stringify(document).includes(value), value);
  assert.deepEqual(proved(document).omitted, [{ key: 'host.user', values: 1 }, { key: 'status.message', values: 1 }, { key: 'enduser.id', values: 1 }]);
  assert.equal(proved(document).spans[0]!.leftOut, 3);
});

test('a field is not left out without saying so, nor said to be left out and shown', () => {
  const silent = trace(['enduser.id', 'url.full']);
  silent['omitted'] = (silent['omitted'] as string[]).filter((key) => key !== 'url.full');
  assert.equal(flawOf(silent), 'omitted_mismatch');
  assert.equal(flawOf({ ...trace(), omitted: ['enduser.id'] }), 'omitted_mismatch');
  assert.equal(flawOf({ ...trace(), omitted: ['http.request.method'] }), 'omitted_mismatch');
  assert.equal(flawOf({ ...trace(), omitted: ['no.such.key'] }), 'omitted_mismatch');
  // The value is removed, and the salt stands there: the digest is another one.
  const removed = trace();
  at(removed, 'resourceSpans', 0, 'scopeSpans', 0, 'spans', 0, 'attributes', 1)['value'] = {};
  assert.equal(flawOf(removed), 'span_mismatch');
  // The value is there, and a digest says that it is not.
  const both = trace(['enduser.id']);
  at(both, 'resourceSpans', 0, 'scopeSpans', 0, 'spans', 0, 'attributes', 1)['value'] = { stringValue: 'u-2' };
  assert.equal(flawOf(both), 'restricted_mismatch');
});

test('an open field cannot be left out', () => {
  const field = 'attributes[0]';
  const document = { ...trace(), omitted: ['http.request.method'] };
  at(document, 'resourceSpans', 0, 'scopeSpans', 0, 'spans', 0, 'attributes', 0)['value'] = {};
  at(document, 'blocks', 0, 'spans', 0, 'restricted').push({ field, digest: 'A'.repeat(43) + '=' });
  assert.equal(flawOf(document), 'span_mismatch');
  const gone = trace();
  at(gone, 'resourceSpans', 0, 'scopeSpans', 0, 'spans', 0, 'attributes').shift();
  assert.equal(flawOf(gone), 'span_mismatch');
});

test('restricted fields that are named twice, are none or are not there are refused', () => {
  for (const field of ['attributes[1]', 'attributes[99]', 'attributes[01]', 'attributes[-1]', 'attributes', 'events[7].attributes[0]', 'events[0].name', 'name', 'attributes[1]\n', '']) {
    const document = trace();
    at(document, 'blocks', 0, 'spans', 0, 'restricted').push({ field, salt: `${'A'.repeat(22)}==` });
    assert.equal(flawOf(document), 'restricted_mismatch', JSON.stringify(field));
  }
});

test('a restricted field has a salt or a digest, and a status message goes with its salt', () => {
  for (const change of [{ digest: toZeros(32) }, { salt: toZeros(15) }, { digest: toZeros(31) }]) {
    const document = trace();
    const fields = at(document, 'blocks', 0, 'spans', 0, 'restricted');
    fields[0] = { ...(fields[0] as JsonObject), ...change };
    assert.equal(flawOf(document), 'document_malformed');
  }
  const neither = trace();
  delete at(neither, 'blocks', 0, 'spans', 0, 'restricted', 0)['salt'];
  assert.equal(flawOf(neither), 'document_malformed');
  const silent = trace();
  delete at(silent, 'resourceSpans', 0, 'scopeSpans', 0, 'spans', 0, 'status')['message'];
  assert.deepEqual(answerTo(silent), { flaw: 'restricted_mismatch', detail: 'status.message', block: 0, span: 0 });
});

test('spans, rows, proofs and blocks that changed places are refused', () => {
  const swapped = (change: (document: JsonObject) => void): string => {
    const document = trace();
    change(document);
    return flawOf(document);
  };
  const swap = (list: Json[], first: number, second: number): void => void ([list[first], list[second]] = [list[second]!, list[first]!]);
  assert.notEqual(swapped((document) => swap(at(document, 'resourceSpans'), 0, 1)), 'proved');
  assert.equal(swapped((document) => swap(at(document, 'resourceSpans', 0, 'scopeSpans', 0, 'spans', 0, 'attributes'), 2, 3)), 'span_mismatch');
  assert.equal(swapped((document) => swap(at(document, 'blocks'), 0, 1)), 'document_malformed');
  for (const member of ['row', 'span', 'proof', 'producer', 'restricted'] as const) {
    const flaw = swapped((document) => {
      const [first, second] = [at(document, 'blocks', 0, 'spans', 0), at(document, 'blocks', 0, 'spans', 1)];
      [first[member], second[member]] = [second[member]!, first[member]!];
    });
    assert.notEqual(flaw, 'proved', member);
  }
  for (const member of ['index', 'time', 'statement', 'closed', 'proof', 'spans'] as const) {
    const flaw = swapped((document) => {
      const [first, second] = [at(document, 'blocks', 0), at(document, 'blocks', 1)];
      [first[member], second[member]] = [second[member]!, first[member]!];
    });
    assert.notEqual(flaw, 'proved', member);
  }
});

test('every span is proved exactly once', () => {
  const less = trace();
  at(less, 'blocks', 1, 'spans').splice(1, 1);
  assert.deepEqual(answerTo(less), { flaw: 'span_unproved', span: 3 });
  const fewer = trace();
  at(fewer, 'blocks').pop();
  assert.deepEqual(answerTo(fewer), { flaw: 'span_unproved', span: 5 });
  const twice = trace();
  at(twice, 'blocks', 1, 'spans', 1)['span'] = 2;
  assert.notEqual(flawOf(twice), 'proved');
  // The same row a second time, for a copy of the span.
  const copied = trace();
  at(copied, 'resourceSpans').push(structuredClone(at(copied, 'resourceSpans', 5)));
  at(copied, 'blocks', 2, 'spans').push({ ...structuredClone(at(copied, 'blocks', 2, 'spans', 0)), span: 6 });
  assert.equal(flawOf(copied), 'document_malformed');
  // The same block a second time.
  const blocks = trace();
  at(blocks, 'resourceSpans').push(structuredClone(at(blocks, 'resourceSpans', 5)));
  const again = structuredClone(at(blocks, 'blocks', 2));
  at(again, 'spans', 0)['span'] = 6;
  at(blocks, 'blocks').push(again);
  assert.equal(flawOf(blocks), 'document_malformed');
  // Two rows for one span.
  const rows = trace();
  at(rows, 'blocks', 1, 'spans', 2)['span'] = 3;
  assert.equal(flawOf(rows), 'span_proved_twice');
  const beyond = trace();
  at(beyond, 'blocks', 2, 'spans', 0)['span'] = 6;
  assert.equal(flawOf(beyond), 'document_malformed');
});

test('a span of another trace is no evidence of this one', () => {
  const other = wholeSpan();
  other.placed.span['traceId'] = TRACE.replace('5', '6');
  assert.deepEqual(answerTo(evidenceOf({ blocks: [[wholeSpan(), other]] })), { flaw: 'trace_mismatch', block: 0, span: 1 });
  assert.equal(flawOf({ ...trace(), traceId: TRACE.replace('5', '6') }), 'trace_mismatch');
});

test('another log, another key, an older checkpoint: refused', () => {
  const blocks = [[wholeSpan()], [wholeSpan()]];
  const elsewhere = evidenceOf({ blocks, origin: 'tracekeep.example/two' });
  assert.equal(flawOf(elsewhere), 'checkpoint_refused');
  assert.equal(flawOf({ ...elsewhere, origin: 'tracekeep.example/one' }, []), 'origin_mismatch');
  assert.equal(flawOf(elsewhere, [keyOf('log', 'tracekeep.example/two').verifier]), 'proved');
  assert.equal(flawOf(evidenceOf({ blocks, key: 'another' })), 'checkpoint_refused');
  assert.equal(flawOf(trace(), [LOG, LOG]), 'checkpoint_refused');
  const older = evidenceOf({ blocks: blocks.slice(0, 1), later: 0 });
  const newer = evidenceOf({ blocks });
  assert.equal(flawOf({ ...newer, checkpoint: older['checkpoint']! }), 'block_unproved');
  assert.equal(flawOf({ ...older, checkpoint: newer['checkpoint']! }), 'block_unproved');
  assert.equal(flawOf(trace(), [keyOf('witness', 'witness.example').verifier]), 'checkpoint_refused');
  // A witness that is trusted did sign it: that says what it saw, not whose log it is.
  const cosigned = evidenceOf({ blocks, witnesses: ['w1'] });
  const witness = keyOf('w1', 'w1', 0x04).verifier;
  assert.deepEqual(answerTo(cosigned, [witness]), { flaw: 'checkpoint_refused', detail: 'the key of the log itself is not among the given ones' });
  assert.equal(proved(cosigned, [LOG, witness]).claims.length, 2);
});

test('a checkpoint that says more than a tree proves is refused, although the log signed it', () => {
  const document = trace();
  const [origin, size, root] = String(document['checkpoint']).split('\n');
  const { verifier, sign } = keyOf('log');
  const text = `${origin}\n${size}\n${root}\nread by people\n`;
  const signature = signNote(text, verifier, sign, 0);
  assert.ok(!isFlaw(signature));
  const note = printNote(text, [signature]);
  assert.ok(!isFlaw(note));
  assert.deepEqual(answerTo({ ...document, checkpoint: note }), { flaw: 'checkpoint_refused', detail: 'it says more than origin, size and root' });
});

test('the service is the last service.name that is a string, or what stands beside the span', () => {
  const serviceOf = (names: readonly JsonObject[], service?: string): string => {
    const span = wholeSpan();
    span.placed.resource['attributes'] = names.map((value) => ({ key: 'service.name', value }));
    return proved(evidenceOf({ blocks: [[{ ...span, ...(service === undefined ? {} : { service }) }]] })).spans[0]!.service;
  };
  assert.equal(serviceOf([{ stringValue: 'first' }, { stringValue: 'last' }, { intValue: '7' }, { arrayValue: { values: [] } }]), 'last');
  for (const none of [[], [{ stringValue: '' }], [{ intValue: '7' }], [{}]]) assert.equal(serviceOf(none), 'unknown_service');
  assert.equal(serviceOf([{ stringValue: 'named' }], 'stored'), 'stored');
  const changed = trace();
  at(changed, 'blocks', 0, 'spans', 0)['service'] = 'other';
  assert.equal(flawOf(changed), 'span_mismatch');
});

test('an entry that is no block, or a block that says more rows, is refused', () => {
  for (const change of [{ time: 1 }, { closed: toZeros(32) }, { statement: '{}' }]) {
    const document = trace();
    Object.assign(at(document, 'blocks', 0), change);
    assert.deepEqual(answerTo(document), { flaw: 'block_unproved', detail: 'root_mismatch: The proof leads to another root.', block: 0 });
  }
  const longer = trace();
  at(longer, 'blocks', 0)['proof'] = Array.from({ length: 54 }, () => toZeros(32));
  assert.equal(flawOf(longer), 'document_malformed');
});

test('what two readers would read differently is refused', () => {
  const text = Buffer.from(bytesOf(evidenceOf({ blocks: [[wholeSpan()]] }))).toString();
  assert.equal(flawOf(text), 'proved');
  const ambiguous = [
    text.replace('"name":"POST /cart"', '"name":"GET /cart","name":"POST /cart"'),
    text.replace('"name":"POST /cart"', '"n\\u0061me":"GET /cart","name":"POST /cart"'),
    text.replace('"traceId"', '"traceId":"00000000000000000000000000000000","traceId"'),
    text.replace('"kind":2', '"kind":2,"kind":2'),
    text.replace('{"key":"a","value":{"doubleValue":"-0"}}', '{"key":"b","key":"a","value":{"doubleValue":"-0"}}'),
    text.replace('POST /cart', 'POST /\\ud800cart'),
    text.replace('"key":"retry"', '"key":"retry\\udc00"'),
  ];
  for (const one of ambiguous) {
    assert.notEqual(one, text);
    assert.equal(flawOf(one), 'document_ambiguous');
  }
  for (const one of [text.replace('{', '{"__proto__":{"format":"x"},'), text.replace('"kind":2', '"kind":2,"__proto__":{}'), text.replace('"kind":2', '"kind":2,"constructor":1'), text.replace('"kind":2', '"kind":2,"toString":1')]) {
    assert.equal(flawOf(one), 'document_malformed');
  }
  // The same content in other words.
  assert.equal(flawOf(JSON.stringify(JSON.parse(text), null, 2).replace('"doubleValue": 0\n', '"doubleValue": -0.0\n')), 'proved');
  assert.equal(flawOf(text.replace('POST /cart', 'POST \\/c\\u0061rt')), 'proved');
  assert.equal(flawOf(text.replace('"intValue":"4711"', '"intValue":4711')), 'proved');
  assert.equal(flawOf(text.replace('"doubleValue":-0', '"doubleValue":0')), 'span_mismatch', 'the sign of zero');
});

test('what is no evidence is refused: other formats, sizes, depths, numbers', () => {
  const text = Buffer.from(bytesOf(evidenceOf({ blocks: [[wholeSpan()]] }))).toString();
  const cases: readonly (readonly [Uint8Array | string, string])[] = [
    ['', 'document_malformed'], ['{}', 'document_malformed'], ['[]', 'document_malformed'], ['null', 'document_malformed'], [text.slice(0, -1), 'document_malformed'], [`\ufeff${text}`, 'document_malformed'],
    [Uint8Array.of(0x22, 0xff, 0x22), 'document_malformed'], [text.replace('evidence/1', 'evidence/2'), 'document_version'],
    ['['.repeat(100_000), 'document_too_large'], [`{"a":${'{"a":'.repeat(200)}1${'}'.repeat(200)}}`, 'document_too_large'], ['"'.repeat(3), 'document_malformed'], ['"\\', 'document_malformed'],
    [text.replace('"flags":257', '"flags":4294967553'), 'document_malformed'], [text.replace('"kind":2', '"kind":2.5'), 'document_malformed'], [text.replace('"kind":2', '"kind":1e400'), 'document_malformed'],
    [text.replace('1764450000000000001', '01764450000000000001'), 'document_malformed'], [text.replace('1764450000000000001', '18446744073709551616'), 'document_malformed'], [text.replace('"1764450000000000001"', '1764450000000000001'), 'document_malformed'],
    [text.replace('-9223372036854775808', '-9223372036854775809'), 'document_malformed'], [text.replace('AAEC/w==', 'AAEC/x=='), 'document_malformed'], [text.replace('eee19b7ec3c1b174', 'EEE19B7EC3C1B174'), 'document_malformed'],
    [text.replace('{"boolValue":true}', '{"boolValue":true,"stringValue":""}'), 'document_malformed'], [text.replace('"resourceSpans":[', '"resourceSpans":[{"resource":{}},'), 'document_malformed'],
    [text.replace('"scopeSpans":[', '"scopeSpans":[{"scope":{"name":"read by people"}},'), 'document_malformed'],
  ];
  for (const [one, flaw] of cases) {
    assert.notEqual(one, text);
    assert.equal(flawOf(one), flaw, String(one).slice(0, 60));
  }
  assert.equal(flawOf(new Uint8Array(EVIDENCE_BYTES_MAX + 1)), 'document_too_large');
});

function toZeros(bytes: number): string {
  return Buffer.alloc(bytes).toString('base64');
}
