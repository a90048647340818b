/**
 * Where a person may stand although every key of theirs is destroyed: what the policy keeps in clear, wholly or partly. What it says is what is known; whether this person
 * stands there is not, since a look at every value would be a search of the whole store, and would miss what is written otherwise.
 */
import type { PolicyVersion } from '#control';
import { actionName, decidingRules, PLACES, type PolicyDocument, type Rule } from '#policy';
import type { ClearPlace } from './answer-types.ts';

const WHY: Partial<Record<ReturnType<typeof actionName>, string>> = {
  keep: 'is kept as it came',
  mask: 'keeps its last characters',
  pseudonymize: 'is kept as a pseudonym, which whoever has the server’s keys can compare with a guess',
  truncate: 'keeps its beginning',
};

/** By the policy in force. */
export function clearPlaces(document: PolicyDocument): readonly ClearPlace[] {
  const rules = decidingRules(document).flatMap(ofRule);
  const rest: ClearPlace[] = [
    ...(document.attributes === 'drop' ? [] : [{ key: '*', why: 'attributes that no rule names are kept, except for what is recognized in them' }]),
    { place: 'names of spans, events and scopes, trace states', why: 'they are kept, except for what is recognized in them' },
    { place: 'trace and span ids', why: 'they are kept as they came' },
  ];
  return [...rules, ...rest];
}

/** What an attribute has to say of whom it belongs to. */
export function sealsPeople(document: PolicyDocument): boolean {
  return decidingRules(document).some(({ action }) => typeof action === 'object' && 'seal' in action && action.seal.subject === true);
}

/** Keys whose values the policy seals, `status.message` among them, as openings and the list of keys name them. */
export function sealedKeys(document: PolicyDocument): readonly string[] {
  const keys = decidingRules(document).filter(({ action }) => actionName(action) === 'seal').flatMap((rule) => namesOf(rule).map(({ key, place }) => key ?? (place === 'status-message' ? 'status.message' : (place ?? '*'))));
  return [...new Set(keys)];
}

/** Spans of before a person's values were sealed. `versions`: newest first. */
export function clearBefore(versions: readonly Pick<PolicyVersion, 'version' | 'since'>[], documentOf: (version: number) => PolicyDocument | null): readonly ClearPlace[] {
  let since: number | null = null;
  for (const { version, since: began } of versions) {
    const document = documentOf(version);
    if (document === null || !sealsPeople(document)) {
      const until = since === null ? 'now' : new Date(since).toISOString();
      return [{ place: `spans stored before ${until}`, why: `the policy of then, version ${version}, sealed nothing that names a person` }];
    }
    since = began;
  }
  return [];
}

function ofRule(rule: Rule): readonly ClearPlace[] {
  const why = WHY[actionName(rule.action)];
  if (why === undefined) return [];
  const what = rule.recognized === undefined ? 'the value' : rule.recognized === 'any' ? 'what is recognized there' : `what is recognized there as ${rule.recognized.join(', ')}`;
  return namesOf(rule).map((name) => ({ ...name, why: `${what} ${why}, by the rule ${rule.id}` }));
}

function namesOf({ keys = [], groups = [], for: scope }: Rule): readonly Pick<ClearPlace, 'key' | 'place'>[] {
  const names = [...keys.map((key) => ({ key })), ...groups.map((group) => ({ place: `attributes of the group ${group}` }))];
  if (names.length > 0) return names;
  const places = scope?.places ?? PLACES;
  return places.length === PLACES.length ? [{ place: 'everywhere' }] : places.map((place) => ({ place }));
}
