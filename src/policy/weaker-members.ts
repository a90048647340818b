/** What becomes weaker besides rules: recognizers of one's own that find less, and keys that are restricted no more. */
import { WITHIN_DEFAULT } from '#scanner/own';
import { ROLES } from '#model';
import { type OwnRecognizer, type PolicyDocument, restrictRules } from './document.ts';
import { GlobSets } from './glob-sets.ts';
import type { Weakening } from './weaker.ts';

export function weakerRecognizers(from: readonly OwnRecognizer[], to: readonly OwnRecognizer[]): readonly Weakening[] {
  const after = new Map(to.map((recognizer) => [recognizer.id, recognizer]));
  return from.flatMap((old) => {
    const why = whyLess(old, after.get(old.id));
    return why === null ? [] : [{ rule: old.id, sentence: `What the recognizer ${old.id} found may be found no more: ${why}.`, kinds: [old.id], keys: [], from: 'recognized', to: 'not recognized' }];
  });
}

/** Why the new one may find less, or null. Which of two patterns finds more is not worked out. */
function whyLess(old: OwnRecognizer, now: OwnRecognizer | undefined): string | null {
  if (now === undefined) return 'it is gone';
  if (now.pattern !== old.pattern) return 'its pattern is another one';
  if (now.checksum !== undefined && now.checksum !== old.checksum) return 'it asks for another checksum';
  if (now.context === undefined) return null;
  if (old.context === undefined) return 'it asks for words near by';
  if (old.context.some((word) => !now.context?.includes(word))) return 'it goes by fewer words near by';
  return (now.within ?? WITHIN_DEFAULT) < (old.within ?? WITHIN_DEFAULT) ? 'words must stand nearer' : null;
}

/** Keys that no glob of the new policy holds alone. */
export function weakerRestriction(from: readonly string[], to: readonly string[]): readonly Weakening[] {
  const sets = new GlobSets();
  const keys = from.filter((glob) => !sets.covers(to, [[glob]]));
  if (keys.length === 0) return [];
  return [{ rule: '', sentence: `Values that can be left out of evidence today stand in it in full with the new policy: ${listed(keys)}.`, kinds: [], keys: keys.slice(0, 64), from: 'restricted', to: 'not restricted' }];
}

/**
 * Roles that are shown values of keys which were hidden from them: a rule is gone or has fewer keys or more roles, and no other hides as much. Each glob of an old rule
 * has to be within those of the new policy that hide it from a role which was none of its own.
 */
export function weakerRoles(from: PolicyDocument, to: PolicyDocument): readonly Weakening[] {
  const sets = new GlobSets();
  return restrictRules(from).flatMap((rule) => {
    const kept = restrictRules(to);
    const shownTo = ROLES.filter((role) => !rule.roles.includes(role) && !rule.keys.every((glob) => sets.covers(kept.filter(({ roles }) => !roles.includes(role)).flatMap(({ keys }) => keys), [[glob]])));
    if (shownTo.length === 0) return [];
    return [{ rule: rule.id, sentence: `Values of ${listed(rule.keys)} are for ${rule.roles.join(', ')} alone today (${rule.id}), and are shown to ${shownTo.join(', ')} with the new policy.`, kinds: [], keys: rule.keys.slice(0, 64), from: 'restrict', to: 'keep' }];
  });
}

function listed(names: readonly string[]): string {
  return `${names.slice(0, 6).join(', ')}${names.length > 6 ? ` and ${names.length - 6} more` : ''}`;
}
