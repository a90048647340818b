/** What is told of somebody who is forgotten: where they may still stand, and a receipt that is about them and nobody else. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { TenantId } from '#model';
import { DEFAULT_POLICY, type PolicyDocument, type Rule } from '#policy';
import { clearBefore, clearPlaces, sealedKeys } from './clear-places.ts';
import { isAbout, newCommitment } from './receipt.ts';

const ACME = 'acme' as TenantId;
const SEAL: Rule = { id: 'person', keys: ['user.id'], action: { seal: { subject: true } } };
const policy = (...rules: readonly Rule[]): PolicyDocument => ({ version: 2, rules });

test('what a policy keeps, masks or makes pseudonyms of is out of reach, and so is what no rule names', () => {
  const places = clearPlaces(policy(
    SEAL,
    { id: 'plan', keys: ['user.plan', 'user.tier'], action: 'keep' },
    { id: 'card', keys: ['card'], action: { mask: { last: 4 } } },
    { id: 'people', groups: ['enduser'], action: { pseudonymize: { purpose: 'people' } } },
    { id: 'ip', recognized: ['ip'], for: { places: ['event'] }, action: 'keep' },
    { id: 'gone', keys: ['secret'], action: 'replace' },
  ));
  assert.deepEqual(places.map(({ key, place, why }) => `${key ?? place ?? ''}: ${why}`).slice(0, 5), [
    'user.plan: the value is kept as it came, by the rule plan',
    'user.tier: the value is kept as it came, by the rule plan',
    'card: the value keeps its last characters, by the rule card',
    'attributes of the group enduser: the value is kept as a pseudonym, which whoever has the server’s keys can compare with a guess, by the rule people',
    'event: what is recognized there as ip is kept as it came, by the rule ip',
  ]);
  assert.ok(places.some(({ key }) => key === '*'));
  assert.ok(!clearPlaces({ ...policy(SEAL), attributes: 'drop' }).some(({ key }) => key === '*'));
  assert.deepEqual(sealedKeys(policy(SEAL, { id: 'mail', keys: ['user.email', 'user.id'], action: 'seal' }, { id: 'why', for: { places: ['status-message'] }, action: 'seal' })), ['user.id', 'user.email', 'status.message']);
});

test('spans of before people’s values were sealed are named, by the time until which', () => {
  const documents = new Map([[1, DEFAULT_POLICY], [2, policy(SEAL)], [3, policy(SEAL)]]);
  const [place] = clearBefore([{ version: 3, since: 3_000 }, { version: 2, since: 2_000 }, { version: 1, since: 1_000 }], (version) => documents.get(version) ?? null);
  assert.deepEqual([place?.place, /version 1\b/.test(place?.why ?? '')], ['spans stored before 1970-01-01T00:00:02.000Z', true]);
  assert.deepEqual(clearBefore([{ version: 2, since: 2_000 }], () => policy(SEAL)), []);
});

test('a receipt is about one person of one tenant, and no two are alike', () => {
  const receipt = { tenant: ACME, ...newCommitment(ACME, 'ann') };
  assert.equal(isAbout(receipt, 'ann'), true);
  assert.equal(isAbout(receipt, 'bob'), false);
  assert.equal(isAbout({ ...receipt, tenant: 'acm' as TenantId }, 'eann'), false);
  assert.equal(isAbout({ ...receipt, salt: newCommitment(ACME, 'ann').salt }, 'ann'), false);
  assert.notEqual(newCommitment(ACME, 'ann').commitment, receipt.commitment);
});
