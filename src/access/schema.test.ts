import assert from 'node:assert/strict';
import { test } from 'node:test';
import { DEFAULT_TENANT } from '#model';
import { ACTIONS } from './actions.ts';
import { Cedar, type PolicyJson } from './cedar.ts';
import { ABOUT, groupsOf, questionOf } from './entities.ts';
import { looksOf } from './looks.ts';
import { policySet, defaultRoles, ROLE_FILES, SCHEMA_TEXT } from './policy-set.ts';
import { piecesOf } from './policy-text.ts';
import { READER } from './testing.ts';

const cedar = new Cedar();
const schema = cedar.schemaToJson(SCHEMA_TEXT)['']!;

const jsonOf = (text: string): PolicyJson => {
  const read = cedar.read(text);
  return 'json' in read ? read.json : assert.fail(text);
};

test('the actions of the schema are the actions there are, about what the code says and in the groups it says', () => {
  const asked = Object.entries(schema.actions).filter(([, { appliesTo }]) => (appliesTo?.resourceTypes.length ?? 0) > 0);
  assert.deepEqual(asked.map(([name]) => name).sort(), [...ACTIONS].sort());
  for (const action of ACTIONS) {
    const { appliesTo, memberOf = [] } = schema.actions[action]!;
    assert.deepEqual(appliesTo?.resourceTypes, [ABOUT[action]], action);
    assert.deepEqual(appliesTo?.principalTypes, ['Person', 'Token'], action);
    assert.deepEqual(memberOf.map(({ id }) => id), groupsOf(action), action);
  }
});

test('what the engine is given of readers and resources has the attributes and parents of the schema', () => {
  for (const action of ACTIONS) {
    for (const field of [{ restricted: false, roles: null }, { restricted: true, roles: ['viewer'] }]) {
      const { entities } = questionOf({ ...READER, roles: ['viewer'], groups: ['g'] }, action, { tenant: DEFAULT_TENANT, service: 's', environment: 'e', field: 'k' }, field);
      for (const { uid, attrs, parents } of entities) {
        if (!('type' in uid) || uid.type === 'Action') continue;
        const type = schema.entityTypes[uid.type];
        assert.ok(type !== undefined && !('enum' in type), uid.type);
        const shape = type.shape as { attributes: Record<string, { required?: boolean }> } | undefined;
        const optional = Object.entries(shape?.attributes ?? {}).filter(([, { required }]) => required === false).map(([name]) => name);
        assert.deepEqual(Object.keys(attrs).filter((name) => !optional.includes(name)).sort(), Object.keys(shape?.attributes ?? {}).filter((name) => !optional.includes(name)).sort(), `${action}: ${uid.type}`);
        for (const parent of parents) assert.ok('type' in parent && type.memberOfTypes?.includes(parent.type), `${action}: ${uid.type} in ${JSON.stringify(parent)}`);
      }
    }
  }
});

test('the default roles are valid against the schema, strictly, each with a name and a reason', () => {
  const policies = defaultRoles().flatMap(({ text }) => piecesOf(text).map((piece) => piece.text));
  const answer = cedar.validate(SCHEMA_TEXT, Object.fromEntries(policies.map((text, at) => [String(at), text])));
  assert.deepEqual(answer?.validationErrors, []);
  assert.deepEqual(answer?.validationWarnings, []);
  for (const text of policies) {
    assert.match(text.trimStart(), /^\/\/ .{20,}/, text);
    assert.ok(jsonOf(text).annotations?.['id'] !== undefined, text);
  }
  assert.equal(defaultRoles().length, ROLE_FILES.length);
});

test('no default policy looks at services or names, so that nobody’s spans are enumerated', () => {
  const { policies } = policySet(cedar, '') ?? assert.fail();
  assert.ok(policies.length > 10);
  for (const { id, text } of policies) {
    const json = jsonOf(text);
    assert.equal(json.annotations?.['id'], id);
    assert.deepEqual([looksOf(json).rows, looksOf(json).names], [false, false], id);
  }
});
