/**
 * The ground on which a rule decides, as boxes: sets of tenants, services, environments and keys that can be compared with those of another rule.
 * What has few words (places, kinds of span, types, recognized kinds) is gone through word by word instead; words that no rule tells
 * apart are one cell.
 */
import { KINDS } from '#scanner/recognizer';
import { ATTRIBUTE_PLACES, decidingRules, PLACES, SHARED_PLACES, SPAN_KINDS, VALUE_TYPES, type Place, type PolicyDocument, type Rule, type SpanKind, type ValueType } from './document.ts';
import type { Globs, GlobSets } from './glob-sets.ts';
import { keysOfGroup } from './groups.ts';

/** One of the sets of questions that together are all of them. Kind null: the question about the whole value. */
export interface Cell {
  readonly place: Place;
  readonly spanKind: SpanKind | null;
  readonly type: ValueType;
  readonly kinds: readonly string[];
  /** Kinds that only recognizers of the new policy find. */
  readonly isNew: boolean;
}

/** Keys of attributes, and keys next to a part within a map. */
export interface Box {
  readonly tenants: Globs;
  readonly services: Globs;
  readonly environments: Globs;
  readonly key: Globs;
  readonly inner: Globs;
}

/** Those that tell most rules apart first. */
const DIMENSIONS = ['key', 'inner', 'services', 'environments', 'tenants'] as const;

export const EVERYTHING: Box = { tenants: null, services: null, environments: null, key: null, inner: null };

export function boxesMeet(sets: GlobSets, one: Box, other: Box): boolean {
  return DIMENSIONS.every((name) => sets.meet(one[name], other[name]));
}

/** Whether all of what is in each of some boxes is in `wide`. */
export function boxCovers(sets: GlobSets, wide: Box, narrow: readonly Box[]): boolean {
  return DIMENSIONS.every((name) => sets.covers(wide[name], narrow.map((box) => box[name])));
}

/** The boxes of a rule: one for each glob of its keys and groups. */
export function boxesOf(rule: Rule): readonly Box[] {
  const { tenants = null, services = null, environments = null } = rule.for ?? {};
  const scope = { tenants, services, environments, key: null, inner: null };
  if (rule.keys === undefined && rule.groups === undefined) return [scope];
  const keys = (rule.keys ?? []).map((glob) => [glob]);
  return [
    ...[...keys, ...(rule.groups ?? []).flatMap(keysOfGroup).map((glob) => [glob])].map((key) => ({ ...scope, key })),
    // A rule about parts takes those next to such a key as well.
    ...(rule.recognized === undefined ? [] : keys.map((inner) => ({ ...scope, inner }))),
  ];
}

/** What few words say about where a rule applies. */
export interface Words {
  /** Empty: it never applies. */
  readonly places: readonly Place[];
  /** Null: what belongs to spans of several kinds. */
  readonly spans: readonly (SpanKind | null)[];
  readonly types: readonly ValueType[];
  /** Null: the whole value. */
  readonly kinds: readonly (string | null)[];
}

/** `kinds` are all that there are. */
export function wordsOf({ for: scope, keys, groups, types = VALUE_TYPES, recognized }: Rule, kinds: readonly string[]): Words {
  const named = scope?.places ?? (recognized === undefined ? ATTRIBUTES : PLACES);
  const hasKeys = keys !== undefined || groups !== undefined;
  const places = named.filter((place) => (ATTRIBUTE_PLACES.has(place) || (!hasKeys && types.includes('string'))) && (scope?.spans === undefined || !SHARED_PLACES.has(place)));
  return { places: isSameList(places, ATTRIBUTES) ? ATTRIBUTES : isSameList(places, PLACES) ? PLACES : places, spans: scope?.spans ?? ALL_SPANS, types, kinds: recognized === undefined ? WHOLE : recognized === 'any' ? kinds : recognized };
}

/** Lists that most rules have are one object each, which is what makes comparing many rules fast. */
const ATTRIBUTES: readonly Place[] = PLACES.filter((place) => ATTRIBUTE_PLACES.has(place));
const ALL_SPANS: readonly (SpanKind | null)[] = [...SPAN_KINDS, null];
const WHOLE: readonly null[] = [null];

function isSameList(one: readonly unknown[], other: readonly unknown[]): boolean {
  return one.length === other.length && one.every((word, at) => word === other[at]);
}

/** Whether a rule can apply in a cell, its boxes apart. */
export function isIn(rule: Rule, cell: Cell): boolean {
  return isPlaced(rule, cell) && (rule.recognized === undefined || rule.recognized === 'any' || rule.recognized.some((kind) => kind === cell.kinds[0]));
}

/** The same whatever is recognized. */
export function isPlaced(rule: Rule, { place, spanKind, type }: Cell): boolean {
  const { spans, places } = rule.for ?? {};
  if (places !== undefined ? !places.includes(place) : rule.recognized === undefined && !ATTRIBUTE_PLACES.has(place)) return false;
  if ((rule.keys !== undefined || rule.groups !== undefined) && !ATTRIBUTE_PLACES.has(place)) return false;
  return (spans === undefined || (spanKind !== null && spans.includes(spanKind))) && (rule.types === undefined || rule.types.includes(type));
}

/** Cells for questions about parts as well as about whole values: every rule is either in all of a cell or in none of it. */
export function cellsOf(from: PolicyDocument, to: PolicyDocument): readonly Cell[] {
  const rules = [...decidingRules(from), ...decidingRules(to)];
  const kinds = kindsOf([from, to]);
  const old = new Set(kindsOf([from]));
  // Of addresses one thing more is known: what generalizing makes of them.
  const kindClasses = classesOf(kinds, (kind) => `${kind === 'ip'} ${old.has(kind)} ${rules.map(({ recognized }) => (recognized === undefined || recognized === 'any' ? '' : Number(recognized.some((one) => one === kind)))).join('')}`);
  const spanClasses = classesOf<SpanKind>(SPAN_KINDS, (kind) => rules.map((rule) => Number(rule.for?.spans?.includes(kind) ?? true)).join('')).map(([first]) => first!);
  const typeClasses = classesOf<ValueType>(VALUE_TYPES, (type) => rules.map(({ types }) => Number(types?.includes(type) ?? true)).join('')).map(([first]) => first!);
  const placeClasses = classesOf<Place>(PLACES, (place) => `${ATTRIBUTE_PLACES.has(place)} ${SHARED_PLACES.has(place)} ${rules.map((rule) => Number(rule.for?.places?.includes(place) ?? true)).join('')}`).map(([first]) => first!);
  return placeClasses.flatMap((place) => {
    const spans = SHARED_PLACES.has(place) ? [null] : spanClasses;
    const types: readonly ValueType[] = ATTRIBUTE_PLACES.has(place) ? typeClasses : ['string'];
    return spans.flatMap((spanKind) => types.flatMap((type) => kindClasses.map((of) => ({ place, spanKind, type, kinds: of, isNew: !old.has(of[0]!) }))));
  });
}

/** The kinds that are recognized under some policies. */
export function kindsOf(documents: readonly PolicyDocument[]): readonly string[] {
  return [...new Set<string>([...KINDS, ...documents.flatMap(({ recognizers = [] }) => recognizers.map(({ id }) => id))])];
}

/** Words with equal signatures, together. */
function classesOf<Word extends string>(words: readonly Word[], signature: (word: Word) => string): readonly (readonly Word[])[] {
  const classes = new Map<string, Word[]>();
  for (const word of words) {
    const name = signature(word);
    classes.set(name, [...(classes.get(name) ?? []), word]);
  }
  return [...classes.values()];
}
