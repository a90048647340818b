import assert from 'node:assert/strict';
import { test } from 'node:test';
import { inspect } from 'node:util';
import { producerId, readRole, ROLES, Secret, tenantId, traceId } from './model.ts';

test('identifiers are taken in their exact form alone', () => {
  for (const good of ['a', 'default', '0-9', 'a'.repeat(63)]) assert.equal(tenantId(good), good);
  for (const bad of ['', '-a', 'A', 'a_b', 'a\n', 'a'.repeat(64), '../x', "'"]) assert.equal(tenantId(bad), null, JSON.stringify(bad));
  assert.equal(producerId('p_0123456789abcdef'), 'p_0123456789abcdef');
  for (const bad of ['p_0123456789ABCDEF', 'p_0123456789abcde', 'p_0123456789abcdef0', 't_0123456789abcdef', 'p_0123456789abcdef\n']) assert.equal(producerId(bad), null);
});

test('a trace id is read in upper case too, never as all zeros', () => {
  assert.equal(traceId('0AF7651916CD43DD8448EB211C80319C'), '0af7651916cd43dd8448eb211c80319c');
  for (const bad of ['0'.repeat(32), '0af7651916cd43dd8448eb211c80319', '0af7651916cd43dd8448eb211c80319g', '0af7651916cd43dd8448eb211c80319c\n']) assert.equal(traceId(bad), null);
});

test('a role is read by its name as people write it, and no other', () => {
  for (const role of ROLES) assert.equal(readRole(role), role);
  for (const [text, role] of [['Tenant Admin', 'admin'], ['administrator', 'admin'], ['SECURITY_ANALYST', 'security-analyst'], [' analyst ', 'security-analyst'], ['Privacy officer', 'privacy-officer']] as const) assert.equal(readRole(text), role);
  for (const bad of ['', 'root', 'constructor', 'admin"', 'admin viewer', 'x'.repeat(33)]) assert.equal(readRole(bad), null, bad);
});

test('a secret shows itself on no road to text', () => {
  const secret = new Secret('hunter2');
  const shown = [String(secret), `${secret}`, JSON.stringify({ secret }), inspect(secret), inspect({ deep: [secret] }, { showHidden: true, depth: 9 }), Object.values(secret).join('')];
  for (const text of shown) assert.ok(!text.includes('hunter2'), text);
  assert.equal(secret.reveal(), 'hunter2');
});
