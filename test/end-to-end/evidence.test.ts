/** Evidence from the pipeline through the store to the file that is checked without either. */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { isEvidenceFlaw } from '#evidence';
import { randomSpan, wholeSpan, type Random } from '#evidence/span-samples';
import { TRACE, type StoredSpan } from '#evidence/testing';
import { LoggedStore } from '#harness/logged-store';
import { randomOf } from '#merkle/testing';
import { compilePolicy, DEFAULT_POLICY } from '#policy';
import { isRefusal, refuse } from '#refusal';

process.env['UV_THREADPOOL_SIZE'] ??= '16';

const SEED = 20_261_129;

let kept: LoggedStore;
before(async () => {
  kept = await LoggedStore.open();
});
after(() => kept.close());

/** As a sender groups it. */
function request(spans: readonly StoredSpan[], traceId: string): unknown[] {
  return spans.map(({ placed: { resource, resourceSchemaUrl, scope, scopeSchemaUrl, span } }) => ({
    resource, schemaUrl: resourceSchemaUrl,
    scopeSpans: [{ scope, schemaUrl: scopeSchemaUrl, spans: [{ ...span, traceId, startTimeUnixNano: '1764450000000000001', endTimeUnixNano: '1764450000500000001' }] }],
  }));
}

/** A trace id that is always the same for a number. */
function traceOf(number: number): string {
  return number.toString(16).padStart(32, 'a');
}

function others(random: Random, count: number): unknown[] {
  return request(Array.from({ length: count }, () => randomSpan(random)), traceOf(1_000 + random(1_000)));
}

test('a trace that was sent comes back as evidence, and says what was minimized', async () => {
  await kept.add(request([wholeSpan()], TRACE));
  await kept.settle();
  const { json, spans, origin, size } = await kept.exported(TRACE);
  const proved = kept.proved(json);
  assert.deepEqual(JSON.parse(json).keys, kept.store.log.vkeys(), 'the keys of both its signatures');
  assert.deepEqual([spans, proved.spans.length, proved.checkpoint.origin, proved.checkpoint.size], [1, 1, origin, size]);
  assert.deepEqual(proved.spans.map(({ service, name, producer }) => [service, name, producer]), [['cart', 'POST /cart', 'p_0123456789abcdef']]);
  const document = JSON.parse(json);
  assert.ok(!json.includes('tracekeep.minimized'), 'it stands beside the span');
  const fields = document.blocks[0].spans[0].restricted.map(({ field }: { field: string }) => field);
  assert.deepEqual(fields.toSorted(), ['attributes[1]', 'events[0].attributes[1]', 'links[0].attributes[0]', 'scope.attributes[0]', 'status.message']);
});

test(`random spans through pipeline and store are proved, whole and with everything restricted left out (seed ${SEED})`, async () => {
  const random = randomOf(SEED);
  const traces = Array.from({ length: 6 }, (_, at) => traceOf(at + 1));
  for (let block = 0; block < 4; block++) {
    // Before and between there are spans of other traces, in one block more than one group of 256.
    const requests = traces.flatMap((id) => [others(random, 1 + random(block === 2 ? 60 : 3)), request(Array.from({ length: 1 + random(3) }, () => randomSpan(random)), id)]);
    await kept.add(...requests);
  }
  await kept.settle();
  let restricted = 0;
  for (const id of traces) {
    const { json } = await kept.exported(id);
    assert.ok(kept.proved(json).spans.length >= 4, id);
    const without = await kept.exported(id, { omit: ['enduser.*', 'user.*', 'url.full*', 'exception.message*', 'status.message*'] });
    const proved = kept.proved(without.json);
    assert.deepEqual(proved.omitted.map(({ key }) => key), without.omitted);
    restricted += proved.omitted.reduce((sum, { values }) => sum + values, 0);
    for (const { leftOut } of proved.spans) assert.ok(leftOut >= 0);
  }
  assert.ok(restricted > 20, `${restricted} values were left out`);
});

test('what was left out is nowhere in the file', async () => {
  const id = traceOf(77);
  const span = wholeSpan();
  (span.placed.span['attributes'] as { value: object }[])[1]!.value = { stringValue: 'the-customer' };
  await kept.add(request([span], id));
  await kept.settle();
  assert.ok((await kept.exported(id)).json.includes('the-customer'));
  const { json, omitted } = await kept.exported(id, { omit: ['enduser.*', 'status.message'] });
  assert.ok(!json.includes('the-customer') && !json.includes('"message"'));
  assert.deepEqual(omitted, ['enduser.id', 'status.message']);
  assert.deepEqual(kept.proved(json).omitted, [{ key: 'enduser.id', values: 1 }, { key: 'status.message', values: 1 }]);
});

test('an open field is not left out, nor one that no policy restricts: the refusal names it, and those that can be', async () => {
  const refusal = async (...omit: string[]): Promise<string> => {
    const answer = await kept.evidence(TRACE, { omit });
    return isRefusal(answer) ? `${answer.refused}: ${answer.detail}` : 'evidence was given';
  };
  const open = (names: string): string => `evidence_field_open: ${names}; what can be left out is ${DEFAULT_POLICY.restricted!.join(', ')}`;
  assert.equal(await refusal('http.*'), open('http.request.method'));
  assert.equal(await refusal('enduser.id', 'ret*', 'service.name'), open('retry, service.name'));
  // Parts of a span that are no attributes, and what does not exist.
  assert.equal(await refusal('name', 'kind'), open('kind, name'));
  assert.equal(await refusal('enduser.id', 'nonexistent'), open('nonexistent'));
  assert.equal(await refusal('nonexistent.*'), open('nonexistent.*'));
});

test('a restricted field that no span has is refused, misspelt or not; a name with * may match nothing, and that is told', async () => {
  const refusal = async (...omit: string[]): Promise<unknown> => kept.evidence(TRACE, { omit });
  assert.deepEqual(await refusal('user.emial'), refuse('evidence_field_absent', 'user.emial'));
  assert.deepEqual(await refusal('enduser.id', 'http.url', 'db.statement', 'user.*'), refuse('evidence_field_absent', 'http.url, db.statement'));
  const { omitted, unmatched, json } = await kept.exported(TRACE, { omit: ['enduser.*', 'user.emial*', '*.stacktrace'] });
  assert.deepEqual([omitted, unmatched], [['enduser.id'], ['user.emial*', '*.stacktrace']]);
  assert.deepEqual(kept.proved(json).omitted, [{ key: 'enduser.id', values: 1 }]);
  assert.deepEqual((await kept.exported(TRACE, { omit: ['enduser.id'] })).unmatched, []);
});

test('one span alone is proved, and a span or trace that is not there is not found', async () => {
  const random = randomOf(SEED + 1);
  const id = traceOf(88);
  const spans = Array.from({ length: 5 }, () => randomSpan(random));
  await kept.add(request(spans, id), others(random, 300));
  await kept.settle();
  const spanId = spans[3]!.placed.span['spanId'] as string;
  const { json } = await kept.exported(id, { spanId });
  assert.deepEqual(kept.proved(json).spans.map((span) => span.spanId), [spanId]);
  assert.deepEqual(await kept.evidence(id, { spanId: '0123456789abcdef' }), refuse('not_found'));
  assert.deepEqual(await kept.evidence(traceOf(99)), refuse('not_found'));
  assert.equal((await kept.evidence('no id') as { refused: string }).refused, 'query_invalid');
});

test('evidence of what was just acknowledged waits for the checkpoint that covers it', async () => {
  const id = traceOf(66);
  await kept.add(request([wholeSpan()], id));
  const waiting = kept.exported(id);
  await kept.store.settle();
  await kept.store.log.sign();
  assert.equal(kept.proved((await waiting).json).spans.length, 1);
});

test('after more was stored, older evidence holds with its own checkpoint', async () => {
  const { json } = await kept.exported(TRACE);
  await kept.add(others(randomOf(SEED + 2), 20));
  await kept.settle();
  assert.ok(!isEvidenceFlaw(kept.check(json)));
  assert.ok((await kept.exported(TRACE)).size > kept.proved(json).checkpoint.size);
});

test('a trace of some thousand spans in blocks of many groups is proved', async () => {
  const id = traceOf(55);
  const random = randomOf(SEED + 3);
  const { placed: { resource, scope, span } } = wholeSpan();
  const spans = (first: number, count: number): unknown[] => [{ resource, scopeSpans: [{ scope, spans: Array.from({ length: count }, (_, at) => ({ ...span, traceId: id, spanId: (first + at).toString(16).padStart(16, '0') })) }] }];
  await kept.add(others(random, 30), spans(1, 2_400));
  await kept.add(spans(10_000, 300), others(random, 300));
  await kept.settle();
  const { json } = await kept.exported(id);
  const proved = kept.proved(json);
  assert.deepEqual(proved.blocks.map(({ spans: count }) => count), [2_400, 300]);
  assert.ok(json.length < 2_700 * 4_096, `${Math.round(json.length / 2_700)} bytes a span`);
});

test('a block from under an older policy is proved by the policy that the log was told, and by no other', async () => {
  const id = traceOf(44);
  const older = compilePolicy({ ...DEFAULT_POLICY, restricted: ['retry'] });
  await kept.addUnder(older, request([wholeSpan()], id));
  await kept.settle();
  assert.deepEqual(await kept.evidence(id), refuse('evidence_mismatch', `block ${kept.store.lastBlockId}`));
  const half = Math.floor(older.text.length / 2);
  const entries = [older.text.slice(0, half), older.text.slice(half)].map((statement, at) => ({ type: 'policy' as const, time_ms: Date.now(), statement, closed: JSON.stringify({ salt: '', digest: older.digest, part: at + 1, parts: 2 }) }));
  await kept.store.commit({ blocks: [], requests: [], entries });
  await kept.settle();
  const { json } = await kept.exported(id, { omit: ['retry'] });
  assert.deepEqual(kept.proved(json).omitted, [{ key: 'retry', values: 1 }]);
  assert.equal((await kept.evidence(id, { omit: ['enduser.id'] }) as { refused: string }).refused, 'evidence_field_open');
});
