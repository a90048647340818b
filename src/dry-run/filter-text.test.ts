import assert from 'node:assert/strict';
import { test } from 'node:test';
import { LIMITS } from '#limits';
import { DEFAULT_TENANT, type TenantId } from '#model';
import { compilePolicy, DEFAULT_POLICY, type PolicyDocument } from '#policy';
import { FilterTexts, type FilterValue } from './filter-text.ts';

const byDefault = compilePolicy(DEFAULT_POLICY);

test('values become what a span would keep of them, in their order', () => {
  const texts = new FilterTexts(() => byDefault, null);
  const asked: readonly FilterValue[] = [['service.name', 'shop'], ['note', 'of ana@example.com'], ['note', 'of ana@example.com'], ['http.url', 'https://shop.example/a?token=abc'], ['password', 'hunter2'], ['empty', '']];
  assert.deepEqual(texts.minimize(DEFAULT_TENANT, asked), [['service.name', 'shop'], ['note', 'of [email]'], ['note', 'of [email]'], ['http.url', 'https://shop.example/a?token=[parameter]'], ['password', '[password]'], ['empty', '']]);
  assert.deepEqual(texts.minimize(DEFAULT_TENANT, []), []);
});

test('what the policy in force removes is gone, from the change of the policy on', () => {
  let policy = byDefault;
  const texts = new FilterTexts(() => policy, null);
  assert.deepEqual(texts.minimize(DEFAULT_TENANT, [['order.id', '17']]), [['order.id', '17']]);
  const strict: PolicyDocument = { version: 2, rules: [{ id: 'no-orders', keys: ['order.*'], for: { services: ['payments'] }, action: 'drop' }] };
  policy = compilePolicy(strict);
  assert.deepEqual(texts.minimize(DEFAULT_TENANT, [['service.name', 'payments'], ['order.id', '17'], ['other', '17']]), [['service.name', 'payments'], null, ['other', '17']]);
});

test('too many values, or too long ones, are not sure', () => {
  const texts = new FilterTexts(() => byDefault, null);
  assert.equal(texts.minimize(DEFAULT_TENANT, Array.from({ length: LIMITS.record_filter_values_max + 1 }, (): FilterValue => ['a', 'b'])), null);
  assert.equal(texts.minimize(DEFAULT_TENANT, [['a', 'b'.repeat(LIMITS.record_filter_characters_max)]]), null);
  for (let n = 0; n < 12; n++) assert.deepEqual(texts.minimize(`tenant-${n}` as TenantId, [['a', 'b']]), [['a', 'b']]);
});
