/**
 * What is right in a policy and yet may not be what was meant: rules that never decide, because an earlier one always does or because nothing is as
 * they say; rules that take everything, or keep secrets. Says nothing wrong; where it cannot tell, it says nothing.
 */
import { matchesGlob } from '#control/glob';
import { everydayMatch } from '#scanner/own';
import { isBuiltInKind } from '#scanner/recognizer';
import { actionName } from './action.ts';
import { placeOf } from './cross-check.ts';
import { quoted, type Places } from './check-form.ts';
import type { Complaints } from './complaints.ts';
import { decidingRules, SHARED_PLACES, type PolicyDocument, type Rule } from './document.ts';
import { Precedence } from './precedence.ts';
import { kindsOf, wordsOf } from './ground.ts';
import { FINAL_ACTIONS } from './strength.ts';

/** Of a document without errors. */
export function advise(document: PolicyDocument, places: Places, complaints: Complaints): void {
  for (const recognizer of document.recognizers ?? []) {
    const value = everydayMatch(recognizer);
    complaints.about = recognizer.id;
    if (value !== null) complaints.add('warning', placeOf(recognizer, 'pattern', places), { code: 'matches_ordinary', message: `the recognizer finds something in ordinary values, such as ${quoted(value.trim())}`, remedy: 'Make the pattern narrower, or name words of its context, or a checksum. If this is meant, leave it as it is.' });
  }
  const precedence = new Precedence(document);
  const kinds = kindsOf([document]);
  for (const rule of decidingRules(document)) {
    complaints.about = rule.id;
    adviseAlone(rule, kinds, places, complaints);
    const verdict = precedence.of(rule);
    if (verdict === 'too-much') {
      complaints.about = undefined;
      complaints.add('hint', placeOf(document, 'rules', places), { code: 'not_compared', message: 'there are too many rules to say which of them never decide', remedy: 'Nothing has to be done.' });
      return;
    }
    const at = verdict?.is === 'partly' ? placeOf(rule.keys ?? rule, verdict.item, places) : placeOf(rule, 'id', places);
    if (verdict?.is === 'never') complaints.add('warning', at, { code: 'shadowed_rule', message: `\`${rule.id}\` never decides: ${verdict.because}`, remedy: 'Move it before, narrow the other one, or take it out.' });
    if (verdict?.is === 'partly') complaints.add('hint', at, { code: 'overlap', message: `for ${verdict.keys} the rule ${verdict.by} decides (${verdict.action}), not ${rule.id}`, remedy: `If ${rule.id} should decide, move it before ${verdict.by}.` });
  }
  complaints.about = undefined;
}

const SECRETS: readonly string[] = ['credential', 'authorization', 'cookie', 'session-id', 'jwt', 'private-key', 'password'];

function adviseAlone(rule: Rule, allKinds: readonly string[], places: Places, complaints: Complaints): void {
  const { recognized, action, types, for: scope } = rule;
  const name = actionName(action);
  const warn = (member: string, code: string, message: string, remedy: string): void => complaints.add('warning', placeOf(rule, member, places), { code, message, remedy });
  const words = wordsOf(rule, allKinds);
  if (words.places.length === 0) {
    const why = scope?.spans !== undefined && scope.places?.every((place) => SHARED_PLACES.has(place)) === true
      ? 'attributes of resources and scopes belong to spans of several kinds, so rules with `spans` do not apply to them'
      : 'texts that are no attribute have neither a key nor another type than string';
    return warn('for', 'never_applies', `\`${rule.id}\` never applies: ${why}`, 'Take one of both out.');
  }
  if (recognized === undefined && FINAL_ACTIONS.has(name)) {
    const everywhere = isAll(rule.keys) && rule.groups === undefined && types === undefined && scope === undefined;
    if (everywhere) warn('action', 'matches_everything', name === 'drop-span' ? 'the rule refuses every span that has an attribute' : `the rule matches every attribute: all of them are ${DONE[name]}`, 'Say which: keys, groups, types or for. If all are meant, leave it as it is.');
    else if (words.places.includes('resource') && name !== 'drop-span' && rule.keys?.some((glob) => matchesGlob(glob, 'service.name')) === true) complaints.add('hint', placeOf(rule, 'keys', places), { code: 'service_name', message: 'the keys take in service.name, which stays in resources under every rule', remedy: 'Nothing has to be done: traces are found by it.' });
  }
  if (recognized === undefined) return;
  const kinds: readonly string[] = recognized === 'any' ? SECRETS : recognized;
  if (name === 'keep' && kinds.some((kind) => SECRETS.includes(kind))) warn('action', 'keeps_secrets', `the rule stores what is recognized as ${kinds.filter((kind) => SECRETS.includes(kind)).join(', ')}`, 'Keep only kinds that are no secrets.');
  if (name === 'drop-span' && recognized === 'any' && isAll(rule.keys) && scope === undefined) warn('action', 'matches_everything', 'the rule refuses every span in which anything is recognized', 'Say which kinds, keys or services. If all are meant, leave it as it is.');
  if (name === 'generalize' && recognized !== 'any' && recognized.every((kind) => isBuiltInKind(kind) && kind !== 'ip')) warn('action', 'no_address', 'what is recognized there is no address: it is replaced', 'Write replace, or take ip into the kinds.');
}

const DONE: Readonly<Record<string, string>> = { drop: 'dropped', replace: 'replaced', mask: 'masked', pseudonymize: 'made pseudonyms' };

function isAll(keys: readonly string[] | undefined): boolean {
  return keys === undefined || keys.includes('*');
}
