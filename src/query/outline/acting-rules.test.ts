/**
 * Which rule removed what, against a real engine: by the policy that the log says was in force for the block, not by the one in force now; and
 * nothing is said where that policy is not known.
 */
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { after, before, test } from 'node:test';
import type { Reader, TenantId } from '#model';
import { type CompiledPolicy, compilePolicy, DEFAULT_POLICY, type PolicyDocument } from '#policy';
import { createAnswering } from '#query/answering';
import { createKnownPolicies } from '#query/known-policies';
import { createTestStore, type TestStore } from '#query/testing';
import { createOutlines, type Outlines } from './outline.ts';

const reader: Reader = { id: 't_0000000000000001', name: 'test', kind: 'token', roles: ['viewer'], groups: [], scopes: null, tenant: 'default' as TenantId };
const TRACE = 'ab'.repeat(16);
const SPANS = ['0000000000000001', '0000000000000002', '0000000000000003', '0000000000000004'] as const;
const OLD: PolicyDocument = {
  version: 2,
  rules: [
    { id: 'bank-masks', for: { services: ['bank'], environments: ['live'] }, recognized: ['email'], action: { mask: { last: 4 } } },
    { id: 'lists', types: ['array'], recognized: 'any', action: 'drop' },
    { id: 'no-notes', keys: ['note'], action: 'drop' },
  ],
};

let store: TestStore;
let outlines: Outlines;
let inForce: CompiledPolicy = compilePolicy(DEFAULT_POLICY);
let entries = 0;

function tell(type: number, block: number, statement: string, closed: object = {}): void {
  store.session.query(`INSERT INTO log_entries (index, type, block, tenant, statement, closed) VALUES (${(entries += 1)}, ${type}, ${block}, 'default', '${statement.replaceAll("'", "\\'")}', '${JSON.stringify(closed)}')`);
}
/** In pieces, as the log holds long ones. */
function tellPolicy(text: string): string {
  const digest = createHash('sha256').update(text).digest('hex');
  for (const [at, part] of [text.slice(0, 40), text.slice(40)].entries()) tell(3, 0, part, { digest, part: at + 1, parts: 2 });
  return digest;
}

before(async () => {
  store = createTestStore();
  outlines = createOutlines(createAnswering({ store, settle_ms: 0 }), createKnownPolicies(() => inForce));
  const resource = '{"attributes":[{"key":"deployment.environment.name","value":{"stringValue":"live"}}]}';
  const columns = {
    service: 'bank', resource, attributes: { list: '{"arrayValue":{}}' }, attribute_types: 'a',
    'minimized.place': ['attributes.mail', 'attributes.list', 'attributes.note', 'events.4.x', 'name', 'resource.[email] (key)'], 'minimized.kind': ['email', 'email', 'field', 'token', 'neutralized', 'email'], 'minimized.count': [1, 1, 1, 2, 1, 1],
  };
  for (const spanId of SPANS) await store.addBlock([{ traceId: TRACE, spanId, columns }]);
  tell(1, 1, JSON.stringify({ policy: tellPolicy(compilePolicy(OLD).text) }));
  tell(1, 2, JSON.stringify({ policy: compilePolicy(DEFAULT_POLICY).digest }));
  tell(1, 3, JSON.stringify({ policy: tellPolicy('{"rules":[],"version":1}') }));
});
after(() => store.close());

async function acted(spanId: string): Promise<string[]> {
  const answer = await outlines.span(reader, TRACE, spanId, 0);
  if (typeof answer !== 'string') assert.fail(JSON.stringify(answer));
  const { minimized } = JSON.parse(answer) as { minimized: { place: string; count: number; rule?: string | null; action?: string }[] };
  return minimized.map(({ place, rule, action }) => (action === undefined ? place : `${place}: ${action} ${rule ?? '-'}`));
}
const UNKNOWN = ['attributes.mail', 'attributes.list', 'attributes.note', 'events.4.x', 'name', 'resource.[email] (key)'];

test('a span says which rule of its block’s policy removed each thing', async () => {
  assert.deepEqual(await acted(SPANS[0]), ['attributes.mail: mask bank-masks', 'attributes.list: mask bank-masks', 'attributes.note: drop no-notes', 'events.4.x: replace -', 'name', 'resource.[email] (key): replace -']);
  assert.deepEqual(await acted(SPANS[1]), ['attributes.mail: replace everything-recognized', 'attributes.list: replace everything-recognized', 'attributes.note: keep -', 'events.4.x: replace everything-recognized', 'name', 'resource.[email] (key): replace -']);
});

test('of policies without rules that can be named, and of blocks that are not in the log yet, nothing is said', async () => {
  assert.deepEqual(await acted(SPANS[2]), UNKNOWN);
  assert.deepEqual(await acted(SPANS[3]), UNKNOWN);
  tell(1, 4, JSON.stringify({ policy: compilePolicy(DEFAULT_POLICY).digest }));
  assert.match((await acted(SPANS[3])).join(), /everything-recognized/);
});

test('the policy that came into force since does not change what is said, and policies are read once', async () => {
  const before = await acted(SPANS[1]);
  inForce = compilePolicy({ version: 2, rules: [{ id: 'other', recognized: 'any', action: 'drop' }] });
  tellPolicy(compilePolicy(DEFAULT_POLICY).text);
  assert.deepEqual(await acted(SPANS[1]), before);
  store.statements.length = 0;
  assert.deepEqual(await acted(SPANS[1]), before);
  assert.equal(store.statements.length, 1, 'the span and nothing else is read');
});

test('a policy whose text is not what its digest says is not believed', async () => {
  await store.addBlock([{ traceId: 'cd'.repeat(16), spanId: SPANS[0], columns: { 'minimized.place': ['name'], 'minimized.kind': ['email'], 'minimized.count': [1] } }]);
  const digest = 'f'.repeat(64);
  tell(3, 0, compilePolicy(OLD).text, { digest, part: 1, parts: 1 });
  tell(1, 5, JSON.stringify({ policy: digest }));
  const answer = await outlines.span(reader, 'cd'.repeat(16), SPANS[0], 0);
  assert.doesNotMatch(String(answer), /"rule"/);
});

test('an outline names the rules by kind', async () => {
  const answer = await outlines.outline(reader, TRACE);
  if (typeof answer !== 'string') assert.fail(JSON.stringify(answer));
  const { minimized } = JSON.parse(answer) as { minimized: { kind: string; count: number; rules: { rule: string | null; action: string }[] }[] };
  const told = Object.fromEntries(minimized.map(({ kind, count, rules }) => [kind, `${count}: ${rules.map(({ rule, action }) => `${action} ${rule ?? '-'}`).sort().join(', ')}`]));
  assert.deepEqual(told, {
    email: '9: mask bank-masks, replace -, replace everything-recognized', field: '4: drop no-notes, keep -',
    neutralized: '4: ', token: '8: replace -, replace everything-recognized',
  });
});
