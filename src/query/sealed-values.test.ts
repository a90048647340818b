/** Who may not search for sealed values has no token made or looked for, so that no time or answer depends on one. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createAccess } from '#access';
import { DEFAULT_TENANT, type Reader, type Role } from '#model';
import { type AttributeFilter, conditionOf } from './condition.ts';
import { wantedItems } from './excluded-blocks.ts';
import { sealedValuesOf, type SealedValues } from './sealed-values.ts';
import { Sight } from './sight.ts';

const filter = (key: string, more: Partial<AttributeFilter> = {}): AttributeFilter => ({ place: 'any', key, op: '=', value: 'ann', ...more });

function asked(role: Role, own = '', sight = Sight.whole): { sealed: SealedValues; made: string[] } {
  const made: string[] = [];
  const reader: Reader = { id: 't_0123456789abcdef', name: 'ana', tenant: DEFAULT_TENANT, kind: 'token', roles: [role], groups: [], scopes: null };
  const access = createAccess({ own: { version: () => 1, text: () => own } });
  const tokens = { of: (_: string, field: string, value: string | Uint8Array) => Buffer.alloc(16, made.push(`${field} ${String(value)}`)) };
  return { sealed: sealedValuesOf(reader, sight, { access, tokens }), made };
}

test('tokens are made of what is equal or not, where something may be sealed', () => {
  const { sealed, made } = asked('investigator');
  const filters = [filter('user.id'), filter('user.id', { place: 'event', op: '!=' }), filter('message', { place: 'field' }), filter('name', { place: 'field' }), filter('user.id', { place: 'resource' }), filter('user.id', { op: '~' }), filter('user.id', { op: 'exists', value: '' })];
  assert.deepEqual(filters.map((one) => sealed(one).length), [2, 1, 1, 0, 0, 0, 0]);
  assert.deepEqual(made, ['span:user.id ann', 'event:user.id ann', 'event:user.id ann', 'message ann']);
});

test('for who may not search for a field, or does not see it, none is made, and the statement is the one without', () => {
  const filters = { attributes: [filter('user.id'), filter('message', { place: 'field' })] };
  const hidden = new Sight({ places: 'all', outlines: [], hidden: ['user.id', 'status.message'], hides: (key) => ['user.id', 'status.message'].includes(key), digest: '' });
  for (const { sealed, made } of [asked('viewer'), asked('admin'), asked('investigator', '', hidden), asked('investigator', 'forbid (principal, action == Action::"field.search", resource);')]) {
    assert.deepEqual([conditionOf(filters, sealed), wantedItems(filters, Sight.whole, sealed)], [conditionOf(filters), wantedItems(filters, Sight.whole)]);
    assert.deepEqual(made, []);
  }
  const but = asked('investigator', 'forbid (principal, action == Action::"field.search", resource == Field::"user.id");');
  assert.deepEqual([but.sealed(filters.attributes[0]!).length, but.sealed(filters.attributes[1]!).length], [0, 1]);
});

test('no token stands in the text of a statement', () => {
  const { sealed } = asked('investigator');
  const { sql, params } = conditionOf({ attributes: [filter('user.id')] }, sealed);
  assert.match(sql, /sealed_tokens/);
  const tokens = Object.values(params).filter((value) => typeof value === 'string' && /^0[12]{1}/.test(value));
  assert.equal(tokens.length, 2);
  for (const token of tokens) assert.ok(!sql.includes(String(token)));
});
