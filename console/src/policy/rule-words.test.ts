import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Rule } from '#policy/document';
import { plainText, ruleWords } from './rule-words.ts';

function said(rule: Omit<Rule, 'id'>): string {
  const { what, whom, then } = ruleWords({ id: 'x', ...rule });
  return [what, whom, then].map(plainText).join(' | ');
}

const CASES: readonly (readonly [Omit<Rule, 'id'>, string])[] = [
  [{ recognized: 'any', action: 'replace' }, 'Everything that is recognized | All spans | replaced by the name of the kind, such as [email]'],
  [{ recognized: ['card', 'iban'], keys: ['note'], action: { mask: { last: 4 } } }, 'Payment card numbers and IBANs in note | All spans | masked; at most the last 4 characters stay'],
  [{ keys: ['user.id', 'enduser.id'], groups: ['client'], action: { pseudonymize: { purpose: 'support', every: '1d' } } }, 'Whatever stands under user.id, enduser.id or the group client | All spans | a pseudonym for support, the same for one day'],
  [{ for: { services: ['pay-*'], environments: ['production', ''], spans: ['server', 'client'] }, types: ['int', 'double'], action: { generalize: { number: 10 } } }, 'Every attribute, whole, where it is a whole number or a number with decimals | Server and client spans of pay-* in production or no environment | the lower end of its bucket of 10'],
  [{ for: { places: ['span-name'] }, action: { truncate: 64 } }, 'The name of the span, whole | All spans: the name of the span | only the first 64 characters stay'],
  [{ for: { places: ['resource', 'event'], tenants: ['acme'] }, recognized: ['ip'], action: { generalize: { network: { v4: 24, v6: 48 } } } }, 'Client addresses | All spans of tenant acme: attributes of the resource and events | only the network stays: /24 of IPv4, /48 of IPv6'],
  [{ keys: ['*'], action: 'keep' }, 'Whatever stands under * | All spans | kept, but for what is recognized in it'],
  [{ recognized: ['session-id'], action: 'drop-span' }, 'Session ids | All spans | the whole span refused'],
];

for (const [rule, expected] of CASES) test(`in words: ${expected}`, () => assert.equal(said(rule), expected));
