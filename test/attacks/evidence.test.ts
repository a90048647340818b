/** Attacks with and on evidence: on the database under it, on the file, on what was left out of it. */
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { after, before, test } from 'node:test';
import { isEvidenceFlaw, parseEvidence } from '#evidence';
import { wholeSpan } from '#evidence/span-samples';
import { bytesOf, evidenceOf, keyOf, TRACE, type JsonObject } from '#evidence/testing';
import { LoggedStore, READER } from '#harness/logged-store';
import { randomOf } from '#merkle/testing';
import type { TenantId } from '#model';
import { isRefusal, refuse } from '#refusal';

process.env['UV_THREADPOOL_SIZE'] ??= '16';

const SEED = 20_261_130;
const random = randomOf(SEED);
const OTHERS = 3;

let kept: LoggedStore;
let genuine = '';
before(async () => {
  kept = await LoggedStore.open();
  await kept.add(requestOf(TRACE), requestOf('b'.repeat(32)));
  await kept.add(requestOf(TRACE));
  await kept.settle();
  ({ json: genuine } = await kept.exported(TRACE));
  kept.proved(genuine);
});
after(() => kept.close());

/** A trace of some spans, with restricted values in it. */
function requestOf(traceId: string, secret = 'u-1'): unknown[] {
  return Array.from({ length: OTHERS }, (_, at) => {
    const { placed: { resource, scope, span } } = wholeSpan();
    (span['attributes'] as { value: object }[])[1]!.value = { stringValue: secret };
    (scope['attributes'] as { value: object }[])[0]!.value = { stringValue: 'jane.doe@example.com' };
    return { resource, scopeSpans: [{ scope, spans: [{ ...span, traceId, spanId: `000000000000000${at + 1}` }] }] };
  });
}

let traces = 0;
/** A new trace in a block of its own. */
async function stored(): Promise<{ readonly id: string; readonly block: number }> {
  const id = (++traces).toString(16).padStart(32, 'c');
  await kept.add(requestOf(id));
  return { id, block: kept.store.lastBlockId };
}

/** Through raw access, with the right key. */
const edit = (sql: string): Promise<string> => kept.store.engine.command(`${sql} SETTINGS mutations_sync = 2`);

async function refusedFor(id: string): Promise<string> {
  const answer = await kept.evidence(id);
  return isRefusal(answer) ? answer.refused : 'evidence was given';
}

/** What is written into a column of a row of a block; all edits of a table are one, because each rewrites it. */
type Edits = Readonly<Record<string, readonly [column: string, value: string]>>;

const OF_SPANS: Edits = {
  'an attribute': ['attributes', "mapUpdate(attributes, map('http.request.method', 'GET'))"],
  'a restricted attribute': ['attributes', "mapUpdate(attributes, map('enduser.id', 'u-2'))"],
  'the kind of an attribute': ['attribute_types', "replaceOne(attribute_types, 's', 'x')"],
  'a duration': ['duration', 'duration + 1'],
  'a start': ['start', 'start + 1'],
  'a name': ['name', "'GET /other'"],
  'a service': ['service', "'other'"],
  'a resource': ['resource', "replaceOne(resource, 'cart', 'card')"],
  'a producer': ['producer', "'p_ffffffffffffffff'"],
  'a parent': ['parent_span_id', "toFixedString(unhex('00000000000000ff'), 8)"],
  'a status': ['status_code', '1'],
  'an event': ['`events.name`', "arrayMap(n -> 'other', `events.name`)"],
  'what was minimized': ['`minimized.count`', 'arrayMap(c -> toUInt32(c + 1), `minimized.count`)'],
};
const OF_BODIES: Edits = {
  'the root in the body': ['statement', `replaceRegexpOne(statement, '"root":"..', '"root":"AA')`],
  'the rows in the body': ['statement', `replaceOne(statement, '"rows":3', '"rows":2')`],
  'a body that cannot be read': ['statement', "'{'"],
  'the closed part': ['closed', "concat(closed, ' ')"],
  'the time of the entry': ['time', 'time + 1'],
  'the roots of 256 rows, which nobody trusts': ['groups', 'concat(groups, groups)'],
};

async function editAll(table: string, edits: Edits, isRow: string): Promise<Map<string, { readonly id: string; readonly block: number }>> {
  const places = new Map<string, { readonly id: string; readonly block: number }>();
  for (const what of Object.keys(edits)) places.set(what, await stored());
  await kept.settle();
  const byColumn = Map.groupBy(Object.entries(edits), ([, [column]]) => column);
  const columns = [...byColumn].map(([column, of]) => `${column} = multiIf(${of.map(([what, [, value]]) => `block = ${places.get(what)!.block}${isRow}, ${value}`).join(', ')}, ${column})`);
  await edit(`ALTER TABLE tracekeep.${table} UPDATE ${columns.join(', ')} WHERE block IN (${[...places.values()].map(({ block }) => block).join()})`);
  return places;
}

test('whoever edits the database gets no evidence of what he wrote there, and is found', async (t) => {
  const places = [...(await editAll('spans', OF_SPANS, ' AND row = 1')), ...(await editAll('log_entries', OF_BODIES, ''))];
  for (const [what, { id, block }] of places) {
    await t.test(what, async () => {
      const found = kept.mismatches.length;
      assert.equal(await refusedFor(id), 'evidence_mismatch');
      assert.deepEqual(kept.mismatches.slice(found).map((one) => [one.traceId, one.block]), [[id, block]]);
    });
  }
});

test('whoever adds spans to the database, or takes them from it, gets no evidence of the rest', async () => {
  const [more, elsewhere, less] = [await stored(), await stored(), await stored()];
  await kept.settle();
  const copy = async (table: string, replace: string, where: string): Promise<unknown> =>
    kept.store.engine.command(`INSERT INTO tracekeep.${table} SELECT * REPLACE (${replace}) FROM (SELECT * FROM tracekeep.${table} WHERE ${where} LIMIT 1)`);
  await copy('spans', "toUInt32(3) AS row, toFixedString(unhex('00000000000000aa'), 8) AS span_id", `block = ${more.block} AND row = 0`);
  await copy('traces', 'toUInt32(3) AS last', `block = ${more.block}`);
  assert.equal(await refusedFor(more.id), 'evidence_mismatch');
  // As a block of its own, which the log does not name.
  await copy('spans', `toUInt64(${elsewhere.block + 1000}) AS block`, `block = ${elsewhere.block} AND row = 0`);
  await copy('traces', `toUInt64(${elsewhere.block + 1000}) AS block`, `block = ${elsewhere.block}`);
  assert.equal(await refusedFor(elsewhere.id), 'evidence_unlogged');
  await edit(`ALTER TABLE tracekeep.spans DELETE WHERE block = ${less.block} AND row = 1`);
  assert.equal(await refusedFor(less.id), 'evidence_mismatch');
});

test(`whoever alters a byte of a file gets it refused (seed ${SEED})`, () => {
  const bytes = Buffer.from(genuine);
  assert.ok(bytes.toString('latin1').match(/\+(?=[0-9A-Za-z+/=]{1700,}")/u), 'the key of the other algorithm is in it');
  for (let tried = 0; tried < 1_500; tried++) {
    const position = random(bytes.length);
    const other = random(2) === 0 ? bytes[position]! ^ (1 << random(8)) : random(128);
    if (other === bytes[position]) continue;
    const altered = Buffer.from(bytes.with(position, other));
    if (isEvidenceFlaw(kept.check(altered.toString()))) continue;
    // Another spelling in JSON of the same character or number.
    assert.deepEqual(JSON.parse(altered.toString()), JSON.parse(genuine), `byte ${position}`);
  }
});

test('whoever leaves a field out without saying so gets the file refused', () => {
  for (const change of [
    // The value, the field, the word that it is restricted, the span.
    (document: JsonObject) => spanIn(document, 0)['attributes'] = attributesIn(document, 0).map((one, at) => (at === 1 ? { key: one['key']!, value: {} } : one)),
    (document: JsonObject) => spanIn(document, 0)['attributes'] = attributesIn(document, 0).filter((_, at) => at !== 1),
    (document: JsonObject) => besideIn(document)['restricted'] = [],
    (document: JsonObject) => document['resourceSpans'] = (document['resourceSpans'] as JsonObject[]).slice(1),
    (document: JsonObject) => delete spanIn(document, 0)['events'],
    (document: JsonObject) => delete (spanIn(document, 0)['status'] as JsonObject)['message'],
  ]) {
    const document = JSON.parse(genuine) as JsonObject;
    change(document);
    assert.ok(isEvidenceFlaw(kept.check(JSON.stringify(document))), String(change));
  }
});

test('whoever says that a field was left out, which is open or shown, gets the file refused', async () => {
  const document = JSON.parse(genuine) as JsonObject;
  for (const omitted of [['http.request.method'], ['enduser.id'], ['not.there']]) assert.deepEqual((kept.check(JSON.stringify({ ...document, omitted })) as { flaw: string }).flaw, 'omitted_mismatch');
  const without = JSON.parse((await kept.exported(TRACE, { omit: ['enduser.id'] })).json) as JsonObject;
  for (const omitted of [[], ['enduser.id', 'enduser.id'], ['enduser.id', 'status.message']]) assert.ok(isEvidenceFlaw(kept.check(JSON.stringify({ ...without, omitted }))));
});

test('whoever guesses a value that was left out cannot confirm the guess', async () => {
  const { json } = await kept.exported(TRACE, { omit: ['enduser.id'] });
  const evidence = parseEvidence(Buffer.from(json));
  assert.ok(!isEvidenceFlaw(evidence));
  const digests = evidence.blocks.flatMap(({ spans }) => spans.flatMap(({ restricted }) => restricted.filter(({ field }) => field === 'attributes[1]').map(({ digest }) => Buffer.from(digest!).toString('hex'))));
  assert.equal(digests.length, 2 * OTHERS);
  assert.equal(new Set(digests).size, digests.length, 'the same value in every span, and never the same digest');
  const known = evidence.blocks.flatMap(({ spans }) => spans.flatMap(({ restricted }) => restricted.flatMap(({ salt }) => (salt === undefined ? [] : [salt]))));
  for (const salt of [Buffer.alloc(0), Buffer.alloc(16), ...known]) assert.ok(!digests.includes(createHash('sha256').update(salt).update('su-1').digest('hex')));
  assert.ok(!json.includes(JSON.parse((await kept.store.body(evidence.blocks[0]!.index))!.closed).salt), 'the salt of the block stays here');
});

test('evidence of another log of the same name, or with another checkpoint, proves nothing here', async () => {
  const mine = JSON.parse(genuine) as JsonObject;
  const forged = evidenceOf({ blocks: [[wholeSpan()]], origin: String(mine['origin']), key: 'another' });
  assert.ok(!isEvidenceFlaw(kept.check(textOf(forged), [keyOf('another', String(mine['origin'])).verifier])));
  assert.equal((kept.check(textOf(forged)) as { flaw: string }).flaw, 'checkpoint_refused');
  const swapped = { ...mine, checkpoint: forged['checkpoint']!, keys: forged['keys']! };
  assert.ok(isEvidenceFlaw(kept.check(textOf(swapped))));
  assert.equal((kept.check(textOf(swapped), []) as { flaw: string }).flaw, 'block_unproved');
  // The genuine checkpoint of a later size, for proofs that are of an earlier one.
  await kept.add(requestOf('e'.repeat(32)));
  await kept.settle();
  const later = JSON.parse((await kept.exported(TRACE)).json) as JsonObject;
  assert.equal((kept.check(JSON.stringify({ ...mine, checkpoint: later['checkpoint']! })) as { flaw: string }).flaw, 'block_unproved');
  assert.equal((kept.check(JSON.stringify({ ...later, checkpoint: mine['checkpoint']! })) as { flaw: string }).flaw, 'block_unproved');
});

test('a reader of another tenant gets no evidence, and does not learn that there is any', async () => {
  const elsewhere = { ...READER, tenant: 'elsewhere' as TenantId };
  assert.deepEqual(await kept.export.evidence(elsewhere, TRACE), refuse('not_found'));
  assert.deepEqual(await kept.export.evidence(elsewhere, 'd'.repeat(32)), refuse('not_found'));
});

function textOf(document: JsonObject): string {
  return Buffer.from(bytesOf(document)).toString();
}

function spanIn(document: JsonObject, at: number): JsonObject {
  return ((((document['resourceSpans'] as JsonObject[])[0]!['scopeSpans'] as JsonObject[])[0]!['spans']) as JsonObject[])[at]!;
}

function attributesIn(document: JsonObject, at: number): JsonObject[] {
  return spanIn(document, at)['attributes'] as JsonObject[];
}

function besideIn(document: JsonObject): JsonObject {
  return ((document['blocks'] as JsonObject[])[0]!['spans'] as JsonObject[])[0]!;
}
