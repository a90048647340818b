import assert from 'node:assert/strict';
import { test } from 'node:test';
import { yamlPlace } from './yaml-place.ts';

/** `|` stands for the cursor. */
function at(marked: string): string {
  const offset = marked.indexOf('|');
  const place = yamlPlace(marked.slice(0, offset) + marked.slice(offset + 1), offset);
  return place === null ? 'nowhere' : `${place.part} ${place.path.join('.')} "${place.typed}"${place.isFlow ? ' flow' : ''}`;
}

const CASES: readonly (readonly [string, string])[] = [
  ['|', 'name  ""'],
  ['ver|', 'name  "ver"'],
  ['version: 2\n|', 'name  ""'],
  ['version: |', 'value version ""'],
  ['version:|', 'nowhere'],
  ['rules:\n  - |', 'value rules.0 ""'],
  ['rules:\n  -|', 'nowhere'],
  ['rules:\n  |', 'value rules ""'],
  ['rules:\n- id: a\n- |', 'value rules.1 ""'],
  ['rules:\n- id: a\n  ac|', 'name rules.0 "ac"'],
  ['rules:\n  - id: a\n    |', 'name rules.0 ""'],
  ['rules:\n  - id: a\n    action: dr|', 'value rules.0.action "dr"'],
  ['rules:\n  - id: a\n    action:\n      |', 'value rules.0.action ""'],
  ['rules:\n  - id: a\n    action:\n      ma|', 'value rules.0.action "ma"'],
  ['rules:\n  - id: a\n    action:\n      mask: { |', 'name rules.0.action.mask "" flow'],
  ['rules:\n  - id: a\n    action: { mask: { last: 4|', 'value rules.0.action.mask.last "4" flow'],
  ['rules:\n  - id: a\n    action: { pseudonymize: { purpose: x, e|', 'name rules.0.action.pseudonymize "e" flow'],
  ['rules:\n  - id: a\n    keys: [a.b, us|]', 'value rules.0.keys.1 "us" flow'],
  ['rules:\n  - id: a\n    keys: ["a, b", |]', 'value rules.0.keys.1 "" flow'],
  ['rules:\n  - id: a\n    keys: [\n      a,\n      u|', 'value rules.0.keys.1 "u" flow'],
  ['rules:\n  - id: a\n    keys:\n      - a\n      - user.|', 'value rules.0.keys.1 "user."'],
  ['rules:\n  - id: a\n    for: { services: [pay-*], pl|', 'name rules.0.for "pl" flow'],
  ['rules:\n  - id: a\n    for:\n      services: [x]\n      |', 'name rules.0.for ""'],
  ['rules:\n  - id: a # with | comment', 'nowhere'],
  ['# a |', 'nowhere'],
  ['rules:\n  - reason: |\n', 'value rules.0.reason ""'],
  ['a: >\n  some: |text', 'nowhere'],
  ['a: >\n  some: text\nb|', 'name  "b"'],
  ['a: [x]\nb: |', 'value b ""'],
  ["rules:\n  - id: a\n    keys: ['it''s', |]", 'value rules.0.keys.1 "" flow'],
  ['rules:\n  - id: a\n    action: replace\nrestr|', 'name  "restr"'],
  ['restricted:\n- user.*\n- |', 'value restricted.1 ""'],
];

for (const [text, expected] of CASES) {
  test(`the place of ${JSON.stringify(text)}`, () => assert.equal(at(text), expected));
}

test('names that the map has already are known, also those after the place', () => {
  const text = 'rules:\n  - id: a\n    \n    keys: [x]\n    action: drop\n  - groups: [user]\n';
  assert.deepEqual(yamlPlace(text, text.indexOf('    \n') + 4)?.present, ['id', 'keys', 'action']);
  assert.deepEqual(yamlPlace('a: { b: 1, ', 11)?.present, ['b']);
});
