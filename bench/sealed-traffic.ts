/**
 * Policies that seal two fields on about a fifth of the corpus's spans, and how much of it they sealed, so that what was measured can be told for exactly a fifth. Their last rule has no
 * scope and names nothing that is sent: as with most policies that people write, every value has to be looked at for it.
 */
import { DEFAULT_POLICY, type PolicyDocument, type Rule } from '#policy';

export type People = 'few' | 'many' | 'unknown';

/** Whose the sealed fields are: one of 200 agencies, one of 20,000 travellers (both skewed), or somebody who never comes again. */
const SUBJECTS: Readonly<Record<People, { readonly subject: string; readonly other: string; readonly scope: Rule['for'] }>> = {
  few: { subject: 'app.agency', other: 'app.traveller', scope: { spans: ['server'], services: ['search', 'booking', 'pricing', 'payment', 'profile'] } },
  many: { subject: 'app.traveller', other: 'app.agency', scope: { spans: ['server'], services: ['search', 'booking', 'pricing', 'payment', 'profile'] } },
  unknown: { subject: 'app.booking', other: 'app.traveller', scope: { spans: ['internal'] } },
};

export const SHARE = 0.2;

export function sealingPolicy(people: People): PolicyDocument {
  const { subject, other, scope = {} } = SUBJECTS[people];
  const rules: readonly Rule[] = [
    { id: 'whose', for: scope, keys: [subject], action: { seal: { subject: true } } },
    { id: 'more', for: scope, keys: [other], action: 'seal' },
    { id: 'anywhere', keys: ['enduser.*'], action: 'seal' },
  ];
  return { ...DEFAULT_POLICY, rules: [...rules, ...DEFAULT_POLICY.rules] };
}

/** The same rules, which replace the same fields instead: what a policy costs that acts upon them, whatever it does. */
export function replacingPolicy(people: People): PolicyDocument {
  const policy = sealingPolicy(people);
  return { ...policy, rules: policy.rules.map((rule) => (DEFAULT_POLICY.rules.includes(rule) ? rule : { ...rule, action: 'replace' })) };
}

/** By how much something measured has to be multiplied to stand for a fifth of the spans. `sealed`: values, two in each span that has any. */
export function toAFifth(sealed: number, spans: number): number {
  if (sealed === 0) throw new Error('cannot measure sealing: nothing was sealed');
  return SHARE / (sealed / 2 / spans);
}
