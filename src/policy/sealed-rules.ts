/** What a policy seals, rule by rule, for whoever looks after the keys and sees no span. */
import { matchesGlob } from '#control/glob';
import { sealing } from './action.ts';
import { ATTRIBUTE_PLACES, decidingRules, type PolicyDocument, type Sealing } from './document.ts';
import { keysOfGroup } from './groups.ts';

export type SealedRule = Sealing & {
  /** An attribute key with `*`, or `status.message`. */
  readonly key: string;
  /** The id of the rule. */
  readonly rule: string;
};

/** For spans of this tenant, in the order of the document. A rule before may decide otherwise about some of the values. */
export function sealedRules(document: PolicyDocument, tenant: string): readonly SealedRule[] {
  return decidingRules(document).flatMap(({ id, action, keys, groups, for: scope }): readonly SealedRule[] => {
    const seals = sealing(action);
    if (seals === null || scope?.tenants?.some((glob) => matchesGlob(glob, tenant)) === false) return [];
    const named = [...(keys ?? []), ...(groups ?? []).flatMap(keysOfGroup)];
    const { places } = scope ?? {};
    const ofAttributes = places === undefined || places.some((place) => ATTRIBUTE_PLACES.has(place)) ? (named.length > 0 ? named : ['*']) : [];
    const ofStatus = places?.includes('status-message') === true && named.length === 0 ? ['status.message'] : [];
    return [...ofAttributes, ...ofStatus].map((key) => ({ key, rule: id, ...seals }));
  });
}
