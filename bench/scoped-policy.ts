/** A policy of fifty rules with scopes, as a large company might have: for each service some rules about whole values and some about parts. */
import type { Action, PolicyDocument, Rule } from '#policy';
import { SERVICES } from './shop.ts';

const RULES = 50;

const WHOLE: readonly (readonly [readonly string[], Action])[] = [
  [['enduser.id', 'user.id', 'session.id'], { pseudonymize: { purpose: 'support', every: '1d' } }], [['url.full', 'url.path', 'http.target'], { template: 'url' }], [['http.response.body.size', 'http.request.body.size'], { generalize: { number: 100 } }],
  [['client.address', 'network.peer.address'], { generalize: { network: { v4: 16, v6: 32 } } }], [['exception.stacktrace'], { truncate: 2_000 }], [['db.query.parameter.*'], 'drop'],
];
const PARTS: readonly (readonly [readonly ('card' | 'email' | 'phone' | 'ip')[], Action])[] = [[['card'], { mask: { last: 4 } }], [['email', 'phone'], { pseudonymize: { purpose: 'support' } }], [['ip'], { generalize: { network: { v4: 16, v6: 48 } } }]];

function ruleOf(at: number): Rule {
  const scope = { services: [SERVICES[at % SERVICES.length]!], ...(at % 5 === 0 && { spans: ['server' as const] }), ...(at % 7 === 0 && { places: ['span' as const, 'event' as const] }) };
  if (at % 3 === 0) {
    const [recognized, action] = PARTS[(at / 3) % PARTS.length]!;
    return { id: `rule-${at}`, for: scope, recognized, action };
  }
  const [keys, action] = WHOLE[at % WHOLE.length]!;
  return { id: `rule-${at}`, for: scope, keys, action };
}

export function scopedPolicy(then: PolicyDocument): PolicyDocument {
  return { ...then, rules: [...Array.from({ length: RULES }, (_, at) => ruleOf(at)), ...then.rules] };
}
