/** What no form can say about a policy: that names are unique, that the kinds there are exist, that an action fits what it acts on. */
import { matchesGlob } from '#control/glob';
import { LIMITS } from '#limits';
import { checkPattern, tryExamples } from '#scanner/own';
import { KINDS } from '#scanner/recognizer';
import { actionName, sealing } from './action.ts';
import { meant, quoted, type Places } from './check-form.ts';
import type { Complaints, Range } from './complaints.ts';
import { type Action, type OwnRecognizer, type Place, type Rule, type Scope, SHARED_PLACES } from './document.ts';
import type { ChoiceForm } from './form.ts';
import { GlobSets } from './glob-sets.ts';
import { ACTION_OF_PARTS } from './grammar.ts';

/** As they were read: members that were wrong are missing. */
export interface Unchecked {
  readonly rules?: readonly UncheckedRule[];
  readonly restricted?: readonly string[];
  readonly recognizers?: readonly Partial<OwnRecognizer>[];
}

type UncheckedRule = Partial<Omit<Rule, 'action'>> & { readonly action?: Action | 'restrict'; readonly roles?: readonly string[] };

export function crossCheck({ rules = [], recognizers = [], restricted = [] }: Unchecked, places: Places, complaints: Complaints): void {
  checkUnique(rules, 'rule', places, complaints);
  checkUnique(recognizers, 'recognizer', places, complaints);
  let unsafe = 0;
  for (const recognizer of recognizers) if (unsafe < UNSAFE_TOLD && !checkPatternOf(recognizer, places, complaints)) unsafe++;
  const kinds: readonly string[] = [...KINDS, ...recognizers.flatMap(({ id }) => id ?? [])];
  for (const rule of rules) {
    complaints.about = rule.id;
    if (rule.action === 'restrict') checkRestrict(rule, places, complaints);
    else {
      if (rule.roles !== undefined) complaints.error(placeOf(rule, 'roles', places), 'roles_without_restrict', 'only rules that restrict are about roles', 'Write action: restrict, or take `roles` out.');
      checkKinds(rule, kinds, places, complaints);
      checkFits(rule as Partial<Rule>, places, complaints);
      checkSeal(rule as Partial<Rule>, places, complaints);
    }
  }
  complaints.about = undefined;
  checkSubjects(rules, places, complaints);
  const restricts = rules.filter(({ action }) => action === 'restrict').reduce((count, { keys = [] }) => count + keys.length, restricted.length);
  if (restricts > LIMITS.policy_restricted_max) complaints.error(places.get(rules) ?? { start: 0, end: 0 }, 'too_many', `more than ${LIMITS.policy_restricted_max} keys are restricted`, 'Say the same with fewer: globs with * take many names at once.');
  checkGlobs(rules, places, complaints);
}

/** The place of a member of an object, or of an item of a list, or else of the whole. */
export function placeOf(owner: object, member: string | number, places: Places): Range {
  const node = places.get(owner);
  const inner = node?.is === 'members' ? node.members.get(String(member))?.value : node?.items[Number(member)];
  return inner ?? node ?? { start: 0, end: 0 };
}

function checkUnique(owners: readonly { readonly id?: string }[], what: string, places: Places, complaints: Complaints): void {
  const seen = new Set<string>();
  for (const owner of owners) {
    if (owner.id === undefined) continue;
    if (seen.has(owner.id)) complaints.add('error', placeOf(owner, 'id', places), { code: 'id_twice', message: `another ${what} has the id ${quoted(owner.id)} already`, remedy: 'Give it an id of its own.' }, owner.id);
    seen.add(owner.id);
  }
}

/** To find out costs most where a pattern cannot be taken; whoever has several begins with these. */
const UNSAFE_TOLD = 3;

/** Whether the pattern can be run safely; and a complaint for each example that it does not do justice to. */
function checkPatternOf(recognizer: Partial<OwnRecognizer>, places: Places, complaints: Complaints): boolean {
  const { id, pattern, examples = [], 'counter-examples': counterExamples = [] } = recognizer;
  if (id === undefined || pattern === undefined) return true;
  complaints.about = id;
  const why = rememberedCheck(pattern);
  if (why !== null) {
    complaints.error(placeOf(recognizer, 'pattern', places), 'unsafe_pattern', `the pattern cannot be taken: ${why}`, 'Patterns are literals, classes, groups, alternatives and bounded repetition, such as [A-Z]{2}-[0-9]{6,8}.');
    return false;
  }
  if (examples.length + counterExamples.length > 0) tryExamples({ ...recognizer, id, pattern }).forEach(({ wanted, found }, at) => {
    if (wanted === found) return;
    const [list, index] = wanted ? [examples, at] : [counterExamples, at - examples.length];
    const message = wanted ? 'the recognizer does not find this example' : 'the recognizer finds this counter-example';
    complaints.error(placeOf(list, index, places), 'example', message, 'Change the pattern or its checksum, or the example.');
  });
  return true;
}

const CHECKED_MAX = 256;
const checked = new Map<string, string | null>();

/** Editors ask about the same patterns again with every letter that is typed. */
function rememberedCheck(pattern: string): string | null {
  let why = checked.get(pattern);
  if (why === undefined) {
    why = checkPattern(pattern);
    if (checked.size >= CHECKED_MAX) checked.clear();
    checked.set(pattern, why);
  }
  return why;
}

/** Members that would make a restriction hold here and not there. What stands in the log as a digest depends on the key alone, and so does what is hidden. */
const NOT_OF_RESTRICT = ['for', 'groups', 'types', 'recognized'] as const;
/** They say the service and environment of spans, which stand in every answer beside them. */
const PLACE_KEYS = ['service.name', 'deployment.environment.name', 'deployment.environment'];

function checkRestrict(rule: UncheckedRule, places: Places, complaints: Complaints): void {
  for (const member of NOT_OF_RESTRICT) {
    if (rule[member] !== undefined) complaints.error(placeOf(rule, member, places), 'restrict_everywhere', `what a rule restricts is restricted wherever its key stands, and this one has \`${member}\``, 'Take it out, and name keys. Services and environments are shown and hidden by access policies.');
  }
  for (const [member, example] of [['keys', "['user.*']"], ['roles', '[investigator]']] as const) {
    if (rule[member] === undefined) complaints.error(placeOf(rule, 'action', places), 'missing_member', `a rule that restricts has no \`${member}\``, `Add ${member}: ${example}.`);
  }
  rule.keys?.forEach((glob, at) => {
    const shown = PLACE_KEYS.find((key) => matchesGlob(glob, key));
    if (shown !== undefined) complaints.error(placeOf(rule.keys ?? rule, at, places), 'restricts_place', `${quoted(glob)} takes in ${shown}, which says where spans come from and is shown with each of them`, 'Take narrower keys. Services and environments are hidden by access policies.');
  });
}

/** Where one seal of a span can stand for the value. Names are what spans are grouped and found by, and what spans share belongs to none of them. */
const SEALED_PLACES: ReadonlySet<Place> = new Set<Place>(['span', 'event', 'link', 'status-message']);

function checkSeal({ action, for: scope, recognized }: Partial<Rule>, places: Places, complaints: Complaints): void {
  if (action === undefined || sealing(action) === null || recognized !== undefined) return;
  scope?.places?.forEach((place, at) => {
    if (SEALED_PLACES.has(place)) return;
    const [why, remedy] = SHARED_PLACES.has(place)
      ? ['what stands there is shared by spans of many people, and a seal is of one span', 'Have it replaced or made a pseudonym there, or have senders put it on the span. A rule that names no places replaces it there.']
      : ['spans are grouped and found by it', 'Have it replaced there, or made a template of.'];
    complaints.error(placeOf(scope.places ?? scope, at, places), 'cannot_seal_place', `nothing can be sealed in ${place}: ${why}`, remedy);
  });
}

/** A span is one person's: two rules that might each name another for it would leave to chance who can be forgotten. */
function checkSubjects(rules: readonly UncheckedRule[], places: Places, complaints: Complaints): void {
  const subjects = rules.filter((rule): rule is UncheckedRule & { readonly action: Action } => rule.action !== undefined && rule.action !== 'restrict' && sealing(rule.action)?.subject === true);
  const sets = new GlobSets();
  subjects.slice(0, SUBJECTS_COMPARED).forEach((rule, at) => {
    const other = subjects.slice(0, at).find((earlier) => scopesMeet(sets, earlier.for ?? {}, rule.for ?? {}));
    if (other === undefined) return;
    const remedy = 'Name the keys of both in one rule, of which the first that a span has counts; or part the rules by services, environments or kinds of span.';
    complaints.add('error', placeOf(rule, 'action', places), { code: 'two_subjects', message: `${quoted(other.id ?? 'another rule')} names the person that the same spans belong to`, remedy }, rule.id);
  });
  if (subjects.length > SUBJECTS_COMPARED) complaints.error(places.get(rules) ?? { start: 0, end: 0 }, 'too_many', `more than ${SUBJECTS_COMPARED} rules name subjects`, 'Name the keys in one rule.');
}

/** Each is compared with all before it. */
const SUBJECTS_COMPARED = 100;

function scopesMeet(sets: GlobSets, one: Scope, other: Scope): boolean {
  const spans = one.spans === undefined || other.spans === undefined || one.spans.some((kind) => other.spans?.includes(kind) === true);
  return spans && (['tenants', 'services', 'environments'] as const).every((name) => sets.meet(one[name] ?? null, other[name] ?? null));
}

function checkKinds({ recognized }: Pick<UncheckedRule, 'recognized'>, kinds: readonly string[], places: Places, complaints: Complaints): void {
  if (recognized === undefined || recognized === 'any') return;
  const known = new Set(kinds);
  recognized.forEach((kind, at) => {
    if (!known.has(kind)) complaints.error(placeOf(recognized, at, places), 'unknown_kind', `nothing recognizes ${quoted(kind)}`, `${meant(kind, kinds)}Kinds are ${kinds.slice(0, 40).join(', ')}; recognizers of your own stand under \`recognizers\`.`);
  });
}

/** A part of a value is no URL, no instant and no number: what needs the whole value cannot act on it. */
function checkFits(rule: Partial<Rule>, places: Places, complaints: Complaints): void {
  const { recognized, action } = rule;
  if (recognized === undefined || action === undefined || fits(action, ACTION_OF_PARTS)) return;
  const remedy = 'Take `recognized` away, so that the rule is about whole values, or take another action.';
  complaints.error(placeOf(rule, 'action', places), 'action_needs_whole_value', `${actionName(action)}${actionName(action) === 'generalize' ? ' of instants and numbers' : ''} acts on whole values, and this rule is about recognized parts of them`, remedy);
}

function fits(value: unknown, form: ChoiceForm): boolean {
  if (typeof value === 'string') return Object.hasOwn(form.words, value);
  return Object.entries(value as object).every(([name, inner]) => {
    const member = Object.hasOwn(form.members, name) ? form.members[name] : undefined;
    return member !== undefined && (member.form.is !== 'choice' || fits(inner, member.form));
  });
}

function checkGlobs(rules: readonly UncheckedRule[], places: Places, complaints: Complaints): void {
  let count = 0;
  for (const { keys, groups, for: scope } of rules) {
    for (const list of [keys, groups, scope?.tenants, scope?.services, scope?.environments]) {
      const before = count;
      count += list?.length ?? 0;
      if (list === undefined || before > LIMITS.policy_globs_max || count <= LIMITS.policy_globs_max) continue;
      complaints.error(places.get(list) ?? { start: 0, end: 0 }, 'too_many', `the rules have more than ${LIMITS.policy_globs_max} keys, groups and names together`, 'Say the same with fewer: globs with * take many names at once.');
    }
  }
}
