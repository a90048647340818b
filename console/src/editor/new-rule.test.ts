import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parse } from 'yaml';
import type { PolicyDocument, Rule } from '#policy/document';
import { insertRule, type NewAction, type Wanted } from './new-rule.ts';

const TEXT = `# ours
version: 2
rules:
  # people
  - id: people
    keys: [user.*]
    action: drop
  # shop alone
  - id: shop-cards
    for: { services: [shop] }
    recognized: [card]
    action: replace
  - id: rest
    recognized: any
    action: replace

restricted: [user.*]
`;
const NOTHING: Wanted = { service: undefined, key: undefined, kind: undefined, place: undefined };

function withRule(text: string, wanted: Partial<Wanted>, action?: NewAction): { readonly text: string; readonly ids: readonly string[]; readonly rule: unknown; readonly selected: string } {
  const inserted = insertRule(text, text.includes('rules') ? (parse(text) as PolicyDocument) : null, { ...NOTHING, ...wanted }, action);
  assert.ok(inserted !== null);
  const after = text.slice(0, inserted.at) + inserted.insert + text.slice(inserted.at);
  const { rules } = parse(after) as PolicyDocument;
  return { text: after, ids: rules.map(({ id }) => id), rule: rules.find(({ id }) => id === inserted.id), selected: after.slice(inserted.from, inserted.to) };
}

test('a rule stands before the first one that would decide about the same, comments stay with theirs', () => {
  const { text, ids, rule, selected } = withRule(TEXT, { service: 'pay', key: 'note', kind: 'card', place: 'span' });
  assert.deepEqual(ids, ['people', 'shop-cards', 'card-note-pay', 'rest']);
  assert.deepEqual(rule, { id: 'card-note-pay', for: { services: ['pay'], places: ['span'] }, keys: ['note'], recognized: ['card'], action: 'drop' });
  assert.match(selected, /^ {2}- id: card-note-pay\n[^]*action: drop$/u);
  assert.ok(text.startsWith('# ours\n') && text.endsWith('restricted: [user.*]\n'));
  const shop = withRule(TEXT, { service: 'shop', key: 'note', kind: 'card' });
  assert.deepEqual(shop.ids, ['people', 'card-note-shop', 'shop-cards', 'rest']);
  assert.match(shop.text, /action: drop\n {2}- id: card-note-shop[^]*action: drop\n {2}# shop alone\n/u);
});

test('a rule about whole values goes before rules about whole values, or to the end', () => {
  assert.deepEqual(withRule(TEXT, { key: 'user.id' }).ids, ['user-id', 'people', 'shop-cards', 'rest']);
  assert.deepEqual(withRule(TEXT, { key: 'note' }).ids, ['people', 'shop-cards', 'rest', 'note']);
  assert.match(withRule(TEXT, { key: 'note' }).text, /\n {4}action: drop\n\nrestricted/u);
  assert.deepEqual(withRule('version: 2\n', { place: 'span-name' }, 'keep').rule, { id: 'span-name', for: { places: ['span-name'] }, action: 'keep' });
});

test('rules that are set apart by empty lines stay so', () => {
  const spaced = 'version: 2\nrules:\n  - id: a\n    keys: [x]\n    action: drop\n\n  - id: b\n    keys: [y]\n    action: drop\nrestricted: [z]\n';
  assert.match(withRule(spaced, { key: 'y' }).text, /drop\n\n {2}- id: y\n[^]*drop\n\n {2}- id: b\n/u);
  assert.match(withRule(spaced, { key: 'x' }).text, /rules:\n {2}- id: x\n[^]*drop\n\n {2}- id: a\n/u);
  assert.match(withRule(spaced, { key: 'z' }).text, /drop\n\n {2}- id: z\n[^]*drop\nrestricted/u);
});

test('a rule has an id of its own', () => {
  assert.deepEqual(withRule(TEXT, { service: 'people', key: undefined, place: undefined, kind: undefined }).ids[0], 'people-2');
});

test('no name of a sender becomes anything but a name', () => {
  for (const name of ['a]\n  - id: b\n    action: keep', '"', "'", '# x', '${1}', '\u2028', '*', '\\', 'a: b', '<img src=x onerror=alert(1)>', ' ']) {
    const { rule, ids } = withRule(TEXT, { service: name, key: name, kind: 'card', place: 'span' });
    assert.deepEqual((rule as Rule).keys, [name]);
    assert.deepEqual((rule as Rule).for, { services: [name], places: ['span'] });
    assert.equal(ids.length, 4);
  }
  assert.deepEqual(withRule(TEXT, { key: 'x', kind: 'a] \nb', place: '] \nb' }).ids.length, 4);
});

test('a text without a list that one could add to is left alone', () => {
  for (const text of ['rules: {}', 'rules: [{ id: a, action: drop }]', 'rules: 4', 'rules: []']) assert.equal(insertRule(text, null, { ...NOTHING, key: 'x' }), null);
});
