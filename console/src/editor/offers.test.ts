import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Known, offersAt, quoted } from './offers.ts';
import type { Schema } from './schema-walk.ts';
import { yamlPlace } from './yaml-place.ts';

const SCHEMA: Schema = {
  type: 'object',
  properties: {
    version: { const: 2, description: 'The language' },
    rules: { type: 'array', description: 'In order', items: { $ref: '#/$defs/rule' } },
    restricted: { type: 'array', items: { type: 'string' } },
  },
  $defs: {
    rule: {
      type: 'object',
      required: ['id', 'action'],
      properties: {
        id: { type: 'string', description: 'What people call it' },
        for: { type: 'object', properties: { services: { type: 'array', items: { type: 'string' } }, places: { type: 'array', items: { enum: ['span', 'event'] } } } },
        keys: { type: 'array', items: { type: 'string' } },
        recognized: { oneOf: [{ const: 'any' }, { type: 'array', items: { enum: ['card', 'email'] } }] },
        action: { $ref: '#/$defs/action' },
      },
    },
    action: { oneOf: [{ const: 'keep', description: 'Stays' }, { const: 'drop' }, { type: 'object', properties: { mask: { type: 'object', description: 'Ends stay', required: ['last'], properties: { last: { type: 'integer', examples: [4] } } } } }] },
  },
};
const KNOWN: Known = { keys: ['user.id', 'card number'], services: ['shop'], environments: ['production'], ownKinds: ['employee-number'], groups: ['user'] };

function at(marked: string): readonly { readonly label: string; readonly insert: string; readonly about: string | undefined }[] {
  const offset = marked.indexOf('|');
  const place = yamlPlace(marked.slice(0, offset) + marked.slice(offset + 1), offset);
  assert.ok(place !== null);
  return offersAt(SCHEMA, KNOWN, place);
}
const labels = (marked: string): string[] => at(marked).map(({ label }) => label);

test('members are offered that the map does not have, with what they mean', () => {
  assert.deepEqual(labels('rules:\n  - id: a\n    |\n    keys: [x]'), ['for', 'recognized', 'action']);
  assert.deepEqual(at('rules:\n  - |')[0], { label: 'id', insert: 'id: ${}', about: 'What people call it', is: 'member', goesOn: true });
  assert.deepEqual(labels('|'), ['version', 'rules', 'restricted']);
});

test('actions, kinds and places come from the schema, each in the form the place asks for', () => {
  assert.deepEqual(at('rules:\n  - action: |').map(({ insert }) => insert), ['keep', 'drop', '{ mask: { last: ${4} } }']);
  assert.deepEqual(labels('rules:\n  - recognized: [|]'), ['card', 'email', 'employee-number']);
  assert.deepEqual(labels('rules:\n  - for: { places: [|] }'), ['span', 'event']);
  assert.equal(at('rules:\n  - id: a\n    |').find(({ label }) => label === 'for')?.insert, 'for:\n      ${}');
  assert.equal(at('|').find(({ label }) => label === 'rules')?.insert, 'rules:\n  - ${}');
});

test('where a list may stand, a word within brackets is offered', () => {
  assert.deepEqual(at('rules:\n  - recognized: |').map(({ insert }) => insert), ['any', '[card${}]', '[email${}]', '[employee-number${}]']);
  assert.deepEqual(at('rules:\n  - keys: |').map(({ label }) => label), ['[user.id]', '[card number]']);
  assert.deepEqual(labels('rules:\n  - action: |'), ['keep', 'drop', 'mask: …']);
});

test('keys and services that the store has seen are offered where they belong, quoted where YAML needs it', () => {
  assert.deepEqual(at('rules:\n  - keys: [|]').map(({ insert }) => insert), ['user.id', '"card number"']);
  assert.deepEqual(labels('rules:\n  - for: { services: [|'), ['shop']);
  assert.deepEqual(labels('restricted:\n  - |'), ['user.id', 'card number']);
  for (const [name, expected] of [['no', '"no"'], ['1e3', '"1e3"'], ['*', '"*"'], ['a: b', '"a: b"'], ['x${1}', '"x\\$\\{1\\}"'], ['a#b', '"a\\#b"']] as const) assert.equal(quoted(name, true), expected);
});
