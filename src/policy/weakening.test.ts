import assert from 'node:assert/strict';
import { randomInt } from 'node:crypto';
import { test } from 'node:test';
import type { Kind } from '#scanner/recognizer';
import { DEFAULT_POLICY } from './default-policy.ts';
import { type Action, decidingRules, type PolicyDocument, type Rule, type ValueType, SHARED_PLACES } from './document.ts';
import { actionName } from './action.ts';
import { RandomPolicies } from './random-policies.ts';
import { RuleSets } from './rule-set.ts';
import { FINAL_ACTIONS, isWeaker } from './strength.ts';
import { weakenings } from './weakening.ts';

const policy = (rules: readonly Rule[], others: Partial<PolicyDocument> = {}): PolicyDocument => ({ version: 2, rules, ...others });
const told = (from: PolicyDocument, to: PolicyDocument): string[] => weakenings(from, to).map(({ rule, from: before, to: after, keys, kinds }) => [rule, `${before} > ${after}`, keys.join(), kinds.join()].filter((part) => part !== '').join(' '));

const USERS: Rule = { id: 'users', keys: ['user.*'], action: 'drop' };
const CARDS: Rule = { id: 'cards', recognized: ['card'], action: { mask: { last: 4 } } };
const ALL: Rule = { id: 'all', recognized: 'any', action: 'replace' };

test('what is equal, only stronger, or only in another order without effect is no weakening', () => {
  const from = policy([USERS, CARDS, ALL]);
  assert.deepEqual(told(from, from), []);
  assert.deepEqual(told(DEFAULT_POLICY, DEFAULT_POLICY), []);
  assert.deepEqual(told(from, policy([CARDS, ALL, USERS])), []);
  assert.deepEqual(told(from, policy([{ ...USERS, id: 'people', reason: 'another name' }, CARDS])), []);
  assert.deepEqual(told(from, policy([{ id: 'one', keys: ['user.id'], action: 'drop-span' }, ...decidingRules(from)])), []);
  assert.deepEqual(told(from, policy([USERS, { ...CARDS, action: { mask: { last: 3 } } }, ALL])), []);
  assert.deepEqual(told(policy([{ ...USERS, for: { places: ['span', 'event'] } }]), policy([{ ...USERS, for: { places: ['event'] } }, { ...USERS, id: 'in-spans', for: { places: ['span'] } }])), []);
  assert.deepEqual(told(policy([USERS]), policy([USERS], { attributes: 'drop', restricted: ['a'] })), []);
  assert.deepEqual(told(policy([], { restricted: ['user.id', 'client.*'] }), policy([], { restricted: ['client.*', 'user.*'] })), []);
});

test('each way of removing less is told, with the rule, the keys and the kinds', () => {
  const from = policy([USERS, CARDS, ALL], { restricted: ['user.*'] });
  const kept = { ...from, restricted: ['user.*'] };
  assert.deepEqual(told(from, { ...kept, rules: [CARDS, ALL] }), ['users drop > keep user.*']);
  assert.deepEqual(told(from, { ...kept, rules: [{ ...USERS, keys: ['user.id'] }, CARDS, ALL] }), ['users drop > keep user.*']);
  assert.deepEqual(told(from, { ...kept, rules: [{ ...USERS, for: { services: ['shop-*'] } }, CARDS, ALL] }), ['users drop > keep user.*']);
  assert.deepEqual(told(from, { ...kept, rules: [{ ...USERS, types: ['string'] }, CARDS, ALL] }), ['users drop > keep user.*']);
  assert.deepEqual(told(from, { ...kept, rules: [USERS, { ...CARDS, action: { mask: { last: 6 } } }, ALL] }), ['cards mask > mask card']);
  assert.deepEqual(told(from, { ...kept, rules: [USERS, { ...CARDS, recognized: ['card', 'iban'] }, ALL] }), ['cards replace > mask iban']);
  assert.deepEqual(told(from, { ...kept, rules: [{ id: 'one', keys: ['*.name'], action: { truncate: 8 } }, ...from.rules] }), ['one drop > truncate *.name']);
  assert.deepEqual(told(from, { ...kept, restricted: ['user.id'] }), ['restricted > not restricted user.*']);
  assert.deepEqual(told(policy([], { attributes: 'drop' }), policy([])), ['drop > keep']);
  assert.deepEqual(told(policy([{ id: 'a', keys: ['x'], action: 'keep' }, { id: 'b', keys: ['x*'], action: 'drop' }]), policy([{ id: 'b', keys: ['x*'], action: 'drop' }, { id: 'a', keys: ['x'], action: 'keep' }])), []);
  assert.deepEqual(told(policy([{ id: 'b', keys: ['x*'], action: 'drop' }, { id: 'a', keys: ['x'], action: 'keep' }]), policy([{ id: 'a', keys: ['x'], action: 'keep' }, { id: 'b', keys: ['x*'], action: 'drop' }])), ['a drop > keep x']);
  assert.deepEqual(told(policy([ALL]), policy([{ id: 'peer', keys: ['peer'], action: { generalize: { network: { v4: 32, v6: 128 } } } }, ALL])).map((text) => text.split(' ').slice(0, 5).join(' ')), ['peer replace > generalize peer']);
  const peers = (v4: number): Rule => ({ id: 'peers', keys: ['peer'], action: { generalize: { network: { v4, v6: 64 } } } });
  assert.deepEqual(told(policy([peers(24), ALL]), policy([peers(16), ALL])), []);
  assert.deepEqual(told(policy([peers(16), ALL]), policy([peers(24), ALL])), ['peers generalize > generalize peer']);
  const own = { id: 'staff', pattern: 'S[0-9]{4}', context: ['staff'] };
  assert.deepEqual(told(policy([], { recognizers: [own] }), policy([])), ['staff recognized > not recognized staff']);
  assert.deepEqual(told(policy([], { recognizers: [own] }), policy([], { recognizers: [{ ...own, context: ['staff', 'crew'] }] })), []);
  assert.deepEqual(told(policy([], { recognizers: [own] }), policy([], { recognizers: [{ ...own, checksum: 'luhn' }] })), ['staff recognized > not recognized staff']);
  // What only a new recognizer finds was kept; where it was found as something else, the stronger action counts.
  const mask = (last: number): Rule => ({ id: `mask-${last}`, recognized: ['staff' as Kind], action: { mask: { last } } });
  assert.deepEqual(told(policy([ALL]), policy([mask(4), ALL], { recognizers: [own] })), []);
  assert.deepEqual(told(policy([CARDS, ALL]), policy([mask(6), CARDS, ALL], { recognizers: [own] })), ['mask-6 mask > mask staff']);
});

test('an action on the whole value that does less than was done about its parts is told', () => {
  assert.deepEqual(told(policy([]), policy([{ id: 'ids', keys: ['user.id'], action: 'drop' }])), []);
  const [one, ...others] = weakenings(policy([ALL]), policy([{ id: 'ids', keys: ['user.id'], action: { pseudonymize: { purpose: 'support' } } }, ALL]));
  assert.deepEqual([one?.rule, one?.from, one?.to, one?.keys, others.length], ['ids', 'replace', 'pseudonymize', ['user.id'], 0]);
  assert.equal(one?.sentence, 'Whatever is recognized in user.id was replaced and is now made a pseudonym for support, for good (before all, now ids).');
});

test('the order of strength is that of the actions, and then of what they say', () => {
  const order: readonly Action[] = ['keep', { truncate: 9 }, { truncate: 8 }, { mask: { last: 4 } }, { mask: { last: 3 } }, { pseudonymize: { purpose: 'a' } }, { pseudonymize: { purpose: 'a', every: '2d' } }, { pseudonymize: { purpose: 'a', every: '47h' } }, 'drop', 'drop-span'];
  order.forEach((strong, at) => order.forEach((weak, below) => assert.equal(isWeaker(strong, weak, 'whole'), below < at, `${JSON.stringify(strong)} ${JSON.stringify(weak)}`)));
  const network = (v4: number, v6: number): Action => ({ generalize: { network: { v4, v6 } } });
  assert.equal(isWeaker(network(24, 48), network(16, 48), 'address'), false);
  assert.equal(isWeaker(network(24, 48), network(16, 49), 'address'), true);
  assert.equal(isWeaker(network(24, 48), { mask: { last: 4 } }, 'address'), false);
  // What is no address was replaced.
  assert.equal(isWeaker(network(24, 48), { mask: { last: 4 } }, 'part'), true);
  assert.equal(isWeaker({ generalize: { time: 'day' } }, { generalize: { time: 'hour' } }, 'whole'), true);
  assert.equal(isWeaker({ generalize: { number: 10 } }, { generalize: { number: 20 } }, 'whole'), false);
  assert.equal(isWeaker({ generalize: { number: 10 } }, { generalize: { number: 15 } }, 'whole'), true);
  assert.equal(isWeaker({ generalize: { number: 10 } }, { generalize: { time: 'year' } }, 'whole'), true);
  assert.equal(isWeaker({ template: 'url' }, { template: 'sql' }, 'whole'), true);
  assert.equal(isWeaker({ pseudonymize: { purpose: 'a' } }, { pseudonymize: { purpose: 'b' } }, 'whole'), true);
  assert.equal(isWeaker('replace', { replace: { with: 'x' } }, 'part'), false);
});

test('a seal keeps a value whole for some, so it is weaker than what leaves less and than what nobody can open', () => {
  for (const less of [{ truncate: 9 }, { mask: { last: 4 } }, { pseudonymize: { purpose: 'a' } }, 'replace', 'drop', 'drop-span'] as const) assert.equal(isWeaker(less, 'seal', 'whole'), true, JSON.stringify(less));
  assert.equal(isWeaker('keep', 'seal', 'whole'), false);
  for (const open of ['keep', { truncate: 9 }, { template: 'url' }, { mask: { last: 4 } }, { pseudonymize: { purpose: 'a' } }] as const) assert.equal(isWeaker('seal', open, 'whole'), true, JSON.stringify(open));
  for (const gone of ['replace', { replace: { with: 'x' } }, 'drop', 'drop-span'] as const) assert.equal(isWeaker('seal', gone, 'whole'), false, JSON.stringify(gone));
  assert.equal(isWeaker('seal', { seal: { searchable: true } }, 'whole'), true);
  assert.equal(isWeaker({ seal: { subject: true } }, 'seal', 'whole'), true, 'nobody could be forgotten any more');
  assert.equal(isWeaker({ seal: { searchable: true } }, { seal: { subject: true } }, 'whole'), false);
  assert.deepEqual([isWeaker({ seal: { approval: 'second-person' } }, 'seal', 'whole'), isWeaker('seal', { seal: { approval: 'second-person' } }, 'whole')], [true, false], 'one person alone');
});

test('policies of many rules are compared, or called weaker', () => {
  const many = Array.from({ length: 1_000 }, (_, at): Rule => ({ id: `r${at}`, keys: [`a${at}.*`, `b.${at}`], action: at % 2 === 0 ? 'drop' : 'keep' }));
  assert.deepEqual(told(policy(many), policy([...many, USERS])), []);
  assert.deepEqual(told(policy(many), policy([USERS, ...many])), []);
  assert.deepEqual(told(policy(many), policy(many.filter((_, at) => at !== 500))), ['r500 drop > keep a500.*,b.500']);
  const others = many.map((rule, at): Rule => ({ ...rule, keys: [`*${at}*`, `x*${at}*y`], for: { services: [`s*${at}`, `${at}*`] } }));
  assert.equal(weakenings(policy(many), policy(others)).at(-1)?.from, '');
});

/** What becomes of the answer to one question, as the engine goes about it. */
function effective(sets: RuleSets, where: Parameters<RuleSets['for']>[0], key: string, inner: string, type: ValueType, kind: Kind | null): Action {
  const set = sets.for(where);
  const named: Action = set.whole(key, type)?.action ?? set.unnamed;
  const whole: Action = where.place === 'resource' && key === 'service.name' && named !== 'drop-span' ? 'keep' : named;
  // A value that is an address is generalized without a look at its parts.
  const isWhole = kind === null || FINAL_ACTIONS.has(actionName(whole)) || (kind === 'ip' && typeof whole === 'object' && 'generalize' in whole && 'network' in whole.generalize);
  return isWhole ? whole : (set.part(kind, key, inner, type)?.action ?? 'replace');
}

test('whatever random policies do less about is told', () => {
  const seed = randomInt(2 ** 31);
  const random = new RandomPolicies(seed);
  let weaker = 0;
  let silent = 0;
  for (let round = 0; round < 1_500; round++) {
    const from = random.policy();
    const to = random.below(4) === 0 ? random.policy() : random.changed(from);
    const [before, after] = [from, to].map((document) => new RuleSets(decidingRules(document), document.attributes ?? 'keep')) as [RuleSets, RuleSets];
    const list = weakenings(from, to);
    if (list.length === 0) silent++;
    for (let question = 0; question < 120; question++) {
      const { where, key, inner, type, kind } = random.question();
      const [old, now] = [before, after].map((sets) => effective(sets, where, key, inner, type, kind)) as [Action, Action];
      if (!isWeaker(old, now, kind === null ? 'whole' : kind === 'ip' ? 'address' : 'part')) continue;
      weaker++;
      if (where.place === 'resource' && key === 'service.name') {
        // It stays where others are told to be dropped.
        assert.notEqual(list.length, 0, `seed ${seed}, round ${round}`);
        break;
      }
      // A whole value of which less is done is told as such: its parts are not told apart.
      // In what spans share, a rule that seals replaces.
      const isCalled = (action: Action, called: string): boolean => called === actionName(action) || (called === 'seal' && actionName(action) === 'replace' && SHARED_PLACES.has(where.place));
      const isTold = list.some(({ from: f, to: t, kinds }) => (kinds.length > 0 ? kind !== null && kinds.includes(kind) && isCalled(now, t) : kind !== null || (isCalled(old, f) && isCalled(now, t))));
      assert.ok(isTold, `seed ${seed}, round ${round}: ${JSON.stringify({ from, to, where, key, inner, type, kind, old, now, list })}`);
      break;
    }
  }
  assert.ok(weaker > 200 && silent > 100, `${weaker} weaker, ${silent} silent`);
});
