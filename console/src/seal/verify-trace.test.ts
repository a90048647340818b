/** The whole argument about a trace, with evidence as servers send it: true, changed, of another log, and true while the page shows something else. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { bytesOf, evidenceOf, keyOf, ORIGIN, TRACE, type Json, type JsonObject, type StoredSpan, type TestLog } from '#evidence/testing';
import { readOutline } from '#outline/outline.ts';
import { drawnSeals } from './opened.ts';
import { contentsOf, isProved } from './proven-spans.ts';
import type { Remembered } from './remembered.ts';
import type { Shown } from './shown.ts';
import { Refused, verifyTrace, type SealSource } from './verify-trace.ts';
import { wordsOf } from './verdict.ts';

const [ROOT, CHILD] = ['0000000000000001', '0000000000000002'];
const NOW = 1_764_450_000_000;

function span(spanId: string, name: string, more: JsonObject = {}): StoredSpan {
  return {
    placed: {
      resource: { attributes: [{ key: 'service.name', value: { stringValue: 'shop' } }] }, resourceSchemaUrl: undefined, scope: { name: 'http' }, scopeSchemaUrl: undefined,
      span: { traceId: TRACE, spanId, name, kind: 2, startTimeUnixNano: '1764450000000000000', endTimeUnixNano: '1764450000000005000', attributes: [{ key: 'user.email', value: { stringValue: '[email]' } }], ...more },
    },
    minimized: [{ place: 'attributes.user.email', kind: 'email', count: 1 }],
  };
}

const LOG: TestLog = {
  blocks: [[span(ROOT, 'GET /')], [span(CHILD, 'SELECT', { parentSpanId: ROOT, startTimeUnixNano: '1764450000000001000', status: { code: 2 }, events: [{ timeUnixNano: '1764450000000001500', name: 'exception' }] })]],
  restricted: (key) => key === 'user.email',
};

function shown(change: (spans: Record<string, (string | number)[]>) => void = () => undefined): Shown {
  const spans = { id: [ROOT, CHILD], parent: [-1, 0], service: [0, 0], name: [0, 1], start: [0, 1_000], duration: [5_000, 4_000], kind: [2, 2], status: [0, 2], events: [0, 1], exceptions: [0, 1], minimized: [1, 1], orphan: [0, 0], begunOutside: [0, 0] };
  change(spans);
  return readOutline({ traceId: TRACE, startTimeUnixNano: '1764450000000000000', durationNano: '5000', more: false, services: ['shop'], names: ['GET /', 'SELECT'], spans, versions: { span: [], version: [], of: [], copies: [], forged: [] }, eventTimes: { span: [], at: [], error: [] }, minimized: [] });
}

function source(document: JsonObject | Uint8Array | Error, more: Partial<SealSource> = {}, unprovable = 0): SealSource {
  return {
    evidence: async () => {
      if (document instanceof Error) throw document;
      return { bytes: document instanceof Uint8Array ? document : bytesOf(document), unprovable };
    },
    size: async () => 2,
    keys: async () => [keyOf('log').vkey],
    newest: async () => String((document as JsonObject)['checkpoint']),
    consistency: async () => [],
    ...more,
  };
}

const ask = (from: SealSource, what: { readonly shown?: Shown; readonly remembered?: Remembered | null; readonly traceId?: string } = {}) => verifyTrace({ traceId: TRACE, shown: shown(), remembered: null, now_ms: NOW, ...what }, from);

test('a trace as it was stored is verified, and says what the proof stands on', async () => {
  const verdict = await ask(source(evidenceOf(LOG)));
  assert.ok(verdict.state === 'verified', JSON.stringify(verdict));
  assert.deepEqual(verdict.facts.blocks.map(({ index, rows, spans, pathLength }) => [index, rows, spans, pathLength > 0]), [[1, 4, 1, true], [2, 4, 1, true]]);
  assert.deepEqual([verdict.facts.origin, verdict.facts.key, verdict.facts.spans, verdict.isFirst], [ORIGIN, keyOf('log').vkey, 2, true]);
  assert.deepEqual(verdict.facts.signatures, [{ name: ORIGIN, time_s: null, verified: true }]);
  assert.match(wordsOf(verdict).sentence, /All 2 spans are in 2 blocks/u);
  const again = await ask(source(evidenceOf(LOG)), { remembered: verdict.remember });
  assert.ok(again.state === 'verified' && !again.isFirst);
});

test('signatures of witnesses are checked as well, and those with ML-DSA-44 are named and left unchecked', async () => {
  const document = evidenceOf({ ...LOG, quantum: true, witnesses: ['w1'] });
  const verdict = await ask(source(document));
  assert.ok(verdict.state === 'verified', JSON.stringify(verdict));
  assert.deepEqual(verdict.facts.signatures, [{ name: ORIGIN, time_s: null, verified: true }, { name: ORIGIN, time_s: 1_764_450_010, verified: false }, { name: 'w1', time_s: 1_764_450_010, verified: true }]);
  const lines = String(document['checkpoint']).split('\n');
  const other = String(evidenceOf({ ...LOG, quantum: true, witnesses: ['w1'], later: 5 })['checkpoint']).split('\n');
  const broken = await ask(source({ ...document, checkpoint: lines.with(6, other[6]!).join('\n') }));
  assert.ok(broken.state === 'broken' && broken.why === 'proof' && /signature_false/u.test(broken.detail), JSON.stringify(broken));
  const unnamed = await ask(source({ ...document, keys: [] }));
  assert.ok(unnamed.state === 'broken' && /neither given nor named/u.test(unnamed.detail), JSON.stringify(unnamed));
});

test('what one span says can be compared with what was proved of it', async () => {
  const verdict = await ask(source(evidenceOf(LOG)));
  assert.ok(verdict.state === 'verified');
  const { placed, minimized } = LOG.blocks[1]![0]!;
  const answer = { producer: 'p_1', version: 1, minimized, span: { ...placed.span }, scope: placed.scope, resource: placed.resource };
  assert.ok(isProved(verdict.contents, answer));
  assert.ok(!isProved(verdict.contents, { ...answer, span: { ...answer.span, attributes: [{ key: 'user.email', value: { stringValue: 'x' } }] } }));
  assert.ok(!isProved(verdict.contents, { ...answer, span: { ...answer.span, spanId: ROOT } }));
  assert.ok(!isProved(verdict.contents, { ...answer, minimized: [] }));
  const stated = { place: 'attributes.user.email', kind: 'email', count: 1 };
  assert.ok(isProved(verdict.contents, { ...answer, minimized: [{ ...stated, rule: 'everything', action: 'replace' }] }), 'which rule it was is no part of what was stored');
  assert.ok(!isProved(verdict.contents, { ...answer, minimized: [{ ...stated, count: 2, rule: null }] }));
  assert.ok(!isProved(new Uint8Array(0), answer));
});

test('spans that policy hides are passed over and counted; one that cannot be proved to this reader is told as such, and no other', async () => {
  const document = evidenceOf({ ...LOG, blocks: LOG.blocks.slice(0, 1) });
  const ofHidden = await ask(source(document), { shown: shown((spans) => Object.assign(spans, { hidden: [0, 1] })) });
  assert.ok(ofHidden.state === 'verified', JSON.stringify(ofHidden));
  assert.match(wordsOf(ofHidden).sentence, /^1 span is in .* 1 span is hidden from you by policy\.$/u);
  const unproved = await ask(source(document, {}, 1));
  assert.ok(unproved.state === 'verified' && unproved.unproved.join() === '1', JSON.stringify(unproved));
  assert.deepEqual([wordsOf(unproved).title, /1 span cannot be proved to you/u.test(wordsOf(unproved).sentence)], ['Not all of it can be proved to you', true]);
  // What was changed is not excused by it, nor more spans than were said.
  const changed = await ask(source(document, {}, 1), { shown: shown((spans) => void (spans['duration']![0] = 1)) });
  assert.ok(changed.state === 'broken' && changed.why === 'shown');
  assert.equal((await ask(source(document))).state, 'broken');
  const refused = await ask(source(new Refused('evidence_not_for_you', 'Not for you.', 'Ask somebody.')));
  assert.deepEqual([refused.state, wordsOf(refused).title], ['unchecked', 'Not provable for you']);
});

test('a span whose hidden values are left out of the evidence is the one that is shown with [hidden]', async () => {
  const verdict = await ask(source(evidenceOf(LOG)));
  assert.ok(verdict.state === 'verified');
  const { placed, minimized } = LOG.blocks[1]![0]!;
  const known = new Set((placed.span as { attributes: { key: string; value: Json }[] }).attributes.map(({ key }) => key));
  const omitted = [...known].slice(0, 1);
  const hide = (value: Json): JsonObject => ({ ...placed.span, attributes: (placed.span as { attributes: { key: string; value: Json }[] }).attributes.map((one) => (omitted.includes(one.key) ? { ...one, value } : one)) });
  const contents = contentsOf({ blocks: [{ spans: [{ span: 0, minimized }] }], spans: [{ ...placed, span: hide({}) }] } as unknown as Parameters<typeof contentsOf>[0]);
  const drawn = hide({ stringValue: '[hidden]' });
  const answer = { resource: placed.resource, scope: placed.scope, minimized, span: { ...drawn, attributes: [...(drawn['attributes'] as object[]), { key: 'tracekeep.hidden', value: { arrayValue: { values: [{ stringValue: `attributes.${omitted[0]}` }] } } }] } };
  assert.ok(isProved(contents, answer, omitted));
  assert.ok(!isProved(contents, answer), 'only what the evidence says is left out');
  assert.ok(!isProved(contents, { ...answer, span: { ...answer.span, name: 'other' } }, omitted));
});

test('a span that was changed is named, and so are all of a block', async () => {
  const changed = evidenceOf(LOG);
  const [, second] = changed['resourceSpans'] as { scopeSpans: { spans: JsonObject[] }[] }[];
  second!.scopeSpans[0]!.spans[0]!['name'] = 'DELETE';
  const verdict = await ask(source(changed));
  assert.ok(verdict.state === 'broken' && verdict.why === 'proof');
  assert.deepEqual(verdict.differences, [{ span: 1, spanId: CHILD, fields: [] }]);
  assert.match(verdict.detail, /span_mismatch/u);
  const block = evidenceOf(LOG);
  (block['blocks'] as JsonObject[])[0]!['time'] = 7;
  const other = await ask(source(block));
  assert.ok(other.state === 'broken' && other.why === 'proof');
  assert.deepEqual(other.differences.map(({ spanId }) => spanId), [ROOT]);
});

test('a page that shows something else than what is proved is caught', async () => {
  const verdict = await ask(source(evidenceOf(LOG)), { shown: shown(({ status }) => void (status![1] = 0)) });
  assert.ok(verdict.state === 'broken' && verdict.why === 'shown' && verdict.facts !== null);
  assert.deepEqual(verdict.differences, [{ span: 1, spanId: CHILD, fields: ['status'] }]);
});

test('versions of a span are those of the log: equal ones once, in the order in which they were stored', async () => {
  const [child] = LOG.blocks[1]!;
  const forged = span(CHILD, 'DELETE', { parentSpanId: ROOT, startTimeUnixNano: '1764450000000001000' });
  const log = { ...LOG, blocks: [...LOG.blocks, [{ ...child!, producer: 'p_00000000000000ff' }, forged], [forged, child!]] };
  const base = shown();
  const drawn: Shown = { ...base, size: 3, names: [...base.names, 'DELETE'], ids: [...base.ids, CHILD], ...Object.fromEntries((['parent', 'service', 'kind', 'start', 'duration', 'minimized', 'orphan', 'begunOutside'] as const).map((name) => [name, [...base[name], base[name][1]!]])), name: Uint32Array.of(0, 1, 2), status: Uint8Array.of(0, 2, 0), events: Uint32Array.of(0, 1, 0), exceptions: Uint32Array.of(0, 1, 0), versions: new Map([[1, { version: 1, of: 2, copies: 3, forged: false }], [2, { version: 2, of: 2, copies: 2, forged: true }]]) } as unknown as Shown;
  const verdict = await ask(source(evidenceOf(log)), { shown: drawn });
  assert.ok(verdict.state === 'verified', JSON.stringify(verdict));
  const swapped = { ...drawn, versions: new Map([[1, { version: 2, of: 2, copies: 3, forged: true }], [2, { version: 1, of: 2, copies: 2, forged: false }]]) };
  const other = await ask(source(evidenceOf(log), { size: async () => 3 }), { shown: swapped });
  assert.ok(other.state === 'broken' && other.why === 'shown');
  assert.deepEqual(other.differences.map(({ fields }) => fields), [['version'], ['version']]);
});

test('spans that came since the picture was asked for are no alarm', async () => {
  const before = shown((spans) => Object.values(spans).forEach((column) => column.pop()));
  assert.equal((await ask(source(evidenceOf(LOG)), { shown: before })).state, 'stale');
  assert.equal((await ask(source(evidenceOf(LOG), { size: async () => 1 }), { shown: before })).state, 'broken');
});

test('evidence about another trace, signed with another key, or of a forked log is no evidence', async () => {
  const about = await ask(source(evidenceOf(LOG)), { traceId: 'f'.repeat(32) });
  assert.ok(about.state === 'broken' && about.why === 'proof');
  const first = await ask(source(evidenceOf(LOG)));
  assert.ok(first.state === 'verified');
  const key = await ask(source(evidenceOf({ ...LOG, key: 'other' }), { keys: async () => [keyOf('other').vkey] }), { remembered: first.remember });
  assert.ok(key.state === 'broken' && key.why === 'key-changed' && key.now.key === keyOf('other').vkey);
  const forked = await ask(source(evidenceOf({ ...LOG, others: 1 })), { remembered: first.remember });
  assert.ok(forked.state === 'broken' && forked.why === 'forked');
  const shorter = await ask(source(evidenceOf({ ...LOG, later: 0 })), { remembered: first.remember });
  assert.ok(shorter.state === 'broken' && shorter.why === 'rolled-back' && shorter.now.size === 3);
});

test('a server that says itself that there can be no evidence is believed', async () => {
  for (const [code, why] of [['evidence_mismatch', 'mismatch'], ['evidence_unlogged', 'unlogged']] as const) {
    const verdict = await ask(source(new Refused(code, 'x', 'y')));
    assert.ok(verdict.state === 'broken' && verdict.why === why);
  }
});

test('what cannot be had is no verdict, and never a good one', async () => {
  assert.deepEqual(await ask(source(new Refused('evidence_pending', 'x', 'y'))), { state: 'waiting' });
  assert.deepEqual(await ask(source(new Refused('overloaded', 'Too many.', 'Wait.'))), { state: 'unchecked', says: 'Too many.', advice: 'Wait.' });
  for (const wrong of [new Error('x'), new Uint8Array(0), Buffer.from('{'), Buffer.from('null'), Buffer.from('[]')]) assert.equal((await ask(source(wrong))).state, 'unchecked');
  const [half] = [bytesOf(evidenceOf(LOG))];
  assert.equal((await ask(source(half.subarray(0, half.length / 2)))).state, 'unchecked');
  const without: Json = { ...evidenceOf(LOG), blocks: [] };
  assert.notEqual((await ask(source(without))).state, 'verified');
});

test('what stands open is verified as it is drawn: closed, opened and left out lead to the same checkpoint, and another value is an alarm', async () => {
  const values = [{ field: 'attributes[0]', key: 'who', letter: 's', text: 'ann@example.org' }, { field: 'status.message', key: 'status.message', letter: 's', text: 'no' }] as const;
  const sealed = (id: string, name: string, more: JsonObject = {}): StoredSpan => {
    const { placed } = span(id, name, { ...more, attributes: [{ key: 'who', value: { stringValue: '[sealed]' } }], status: { message: '[sealed]', code: more['parentSpanId'] === undefined ? 0 : 2 } });
    return { placed, minimized: [{ place: 'attributes.who', kind: 'sealed', count: 1 }], sealed: values };
  };
  const log: TestLog = { blocks: [[sealed(ROOT, 'GET /')], [sealed(CHILD, 'SELECT', { parentSpanId: ROOT, startTimeUnixNano: '1764450000000001000', events: [{ timeUnixNano: '1764450000000001500', name: 'exception' }] })]] };
  const told = (seals: NonNullable<TestLog['seals']>): JsonObject => evidenceOf({ ...log, seals });
  const seals = ((told('opened')['blocks'] as JsonObject[])[1]!['spans'] as JsonObject[])[0]!['sealed'] as unknown as { text: string; opened: { salt: string; values: { field: string; type: string; text: string }[] } }[];
  const { text, opened: { salt, values: said } } = seals[0]!;
  const proof = { spanId: CHILD, text, salt, values: said };
  const drawnAs = (who: string, message = 'no', more: object = {}) => drawnSeals([{ spanId: ROOT }, { spanId: CHILD, attributes: [{ key: 'who', value: { stringValue: who } }], status: { message }, ...more } as { spanId: string }], [proof]);
  const asked = (drawn: ReturnType<typeof drawnAs> | undefined, how: NonNullable<TestLog['seals']> = 'closed') => verifyTrace({ traceId: TRACE, shown: shown(), remembered: null, now_ms: NOW, ...(drawn && { drawn }) }, source(told(how)));
  for (const [drawn, how, opened] of [[undefined, 'closed', 0], [undefined, 'left out', 0], [drawnAs('ann@example.org'), 'closed', 2]] as const) {
    const verdict = await asked(drawn, how);
    assert.ok(verdict.state === 'verified' && verdict.opened === opened, `${how}: ${JSON.stringify(verdict)}`);
  }
  // What is drawn counts, whatever the server says beside it.
  for (const drawn of [drawnAs('bob@example.org'), drawnAs('ann@example.org', 'yes'), drawnAs('[sealed]'), drawnSeals([], [proof]), drawnSeals([{ spanId: CHILD }], [{ ...proof, salt: 'x' }])]) {
    const verdict = await asked(drawn);
    assert.ok(verdict.state === 'broken' && verdict.why === 'opened', JSON.stringify(verdict));
  }
  const ofNone = await asked([{ ...drawnAs('ann@example.org')[0]!, text: 'AAAA' }]);
  assert.ok(ofNone.state === 'broken' && ofNone.why === 'opened');
  const leftOut = await asked(drawnAs('ann@example.org'), 'left out');
  assert.ok(leftOut.state === 'broken' && leftOut.why === 'opened');
});
