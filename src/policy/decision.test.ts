import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Found, pastDecision, presentDecision, WHOLE_VALUE } from './decision.ts';
import { compilePolicy, type Rule } from './policy.ts';
import { statedPlace } from './stated-place.ts';

const sets = (rules: readonly Rule[], attributes?: 'drop') => compilePolicy({ version: 2, rules, ...(attributes && { attributes }) }).sets;
const found = (place: string, kind: string, more: Partial<Found> = {}): Found => ({ tenant: 'acme', service: 'shop', environment: 'production', spanKind: 2, at: statedPlace(place), kind, ...more });

test('parts are decided by the first rule about parts, whole values by one about whole values', () => {
  const rules = sets([
    { id: 'whole', keys: ['user.*'], action: 'drop' },
    { id: 'cards', for: { spans: ['server'], places: ['span'] }, recognized: ['card'], action: { mask: { last: 4 } } },
    { id: 'rest', recognized: 'any', action: 'replace' },
  ]);
  assert.deepEqual(pastDecision(rules, found('attributes.user.note', 'card')), { rule: 'cards', action: 'mask' });
  assert.deepEqual(pastDecision(rules, found('attributes.user.note', 'card', { spanKind: 3 })), { rule: 'rest', action: 'replace' });
  assert.deepEqual(pastDecision(rules, found('events.2.user.note', 'card')), { rule: 'rest', action: 'replace' });
  assert.deepEqual(pastDecision(rules, found('attributes.user.note', WHOLE_VALUE)), { rule: 'whole', action: 'drop' });
  assert.deepEqual(presentDecision(rules, found('attributes.user.note', 'card')), { rule: 'whole', action: 'drop' }, 'today the whole goes');
  assert.deepEqual(presentDecision(rules, found('attributes.note', 'card')), { rule: 'cards', action: 'mask' });
});

test('where no rule names it, what is recognized is replaced, and an allow-list drops attributes', () => {
  assert.deepEqual(pastDecision(sets([]), found('name', 'email')), { rule: null, action: 'replace' });
  assert.deepEqual(presentDecision(sets([], 'drop'), found('attributes.x', 'email')), { rule: null, action: 'drop' });
  assert.deepEqual(presentDecision(sets([], 'drop'), found('resource.service.name', 'email')), { rule: null, action: 'replace' });
  assert.deepEqual(presentDecision(sets([], 'drop'), found('status.message', WHOLE_VALUE)), { rule: null, action: 'keep' });
});

test('what stands in a key is replaced, whatever the rules', () => {
  const keep = sets([{ id: 'keep', recognized: 'any', action: 'keep' }]);
  assert.deepEqual(presentDecision(keep, found('attributes.[email] (key)', 'email')), { rule: null, action: 'replace' });
  assert.deepEqual(presentDecision(keep, found('attributes.mail', 'email')), { rule: 'keep', action: 'keep' });
});

test('rules for kinds of span, and scopes of names, are asked as minimization asks them', () => {
  const rules = sets([
    { id: 'internal', for: { spans: ['internal'] }, recognized: 'any', action: 'drop' },
    { id: 'staging', for: { environments: ['stag*'] }, recognized: 'any', action: { generalize: { number: 10 } } },
  ]);
  assert.equal(pastDecision(rules, found('attributes.x', 'email', { spanKind: 0 })).rule, 'internal');
  assert.equal(pastDecision(rules, found('resource.x', 'email', { spanKind: 1 })).rule, null);
  assert.deepEqual(pastDecision(rules, found('resource.x', 'email', { environment: 'staging' })), { rule: 'staging', action: 'generalize' });
});

test('without its type, a value is taken for the first type for which something is done', () => {
  const rules = sets([{ id: 'texts', types: ['string'], recognized: 'any', action: 'keep' }, { id: 'numbers', types: ['int'], keys: ['n'], action: { generalize: { number: 10 } } }]);
  assert.deepEqual(pastDecision(rules, found('attributes.x', 'email')), { rule: null, action: 'replace' });
  assert.deepEqual(pastDecision(rules, found('attributes.x', 'email', { type: 'string' })), { rule: 'texts', action: 'keep' });
  assert.deepEqual(pastDecision(rules, found('attributes.n', WHOLE_VALUE)), { rule: 'numbers', action: 'generalize' });
});
