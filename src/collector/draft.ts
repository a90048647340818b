/**
 * A policy in the making: what processors do one after another becomes rules of which the first one decides. So what takes more of a value comes first,
 * whichever processor said it: an attribute that one of them deletes is gone, whatever another does with it.
 */
import { matchesGlob } from '#control/glob';
import type { Action, OwnRecognizer, Place, PolicyDocument, Rule, Scope } from '#policy';
import { readPolicy } from '#policy/read';
import { checkPattern } from '#scanner/own';
import type { Kind } from '#scanner/recognizer';
import { boundedForms } from './bounded-pattern.ts';

/** What could not be carried over. */
export interface LeftOut {
  readonly processor: string;
  readonly line: number;
  /** As it stands there, shortened. */
  readonly what: string;
  readonly reason: string;
}

/** Where something is from. */
export interface Origin {
  readonly processor: string;
  readonly line: number;
}

export interface DraftRule {
  readonly name: string;
  readonly origin: Origin;
  readonly reason: string;
  readonly for?: Scope;
  readonly keys?: readonly string[];
  readonly recognized?: readonly string[];
  readonly action: Action;
}

/** Attributes of these places are kept only if one of the keys names them. */
export interface AllowList {
  readonly origin: Origin;
  readonly places: readonly Place[] | null;
  readonly keys: readonly string[];
}

const ATTRIBUTES: readonly Place[] = ['resource', 'scope', 'span', 'event', 'link'];
const TEXT_MAX = 160;

export class Draft {
  readonly rules: { readonly rule: Rule; readonly origin: Origin }[] = [];
  readonly recognizers: { readonly recognizer: OwnRecognizer; readonly origin: Origin }[] = [];
  readonly left: LeftOut[] = [];
  /** What is as it should be by other means. */
  readonly remarks: LeftOut[] = [];
  attributes: 'keep' | 'drop' = 'keep';
  readonly #drafted: DraftRule[] = [];
  #allowed: readonly AllowList[] = [];
  /** Lists whose keys another rule keeps. */
  readonly #named = new Set<AllowList>();
  readonly #ids = new Set<string>();

  add(rule: DraftRule): void {
    this.#drafted.push(rule);
  }

  allow(list: AllowList): void {
    this.#allowed = [...this.#allowed, list];
  }

  leave({ processor, line }: Origin, what: string, reason: string): void {
    this.left.push({ processor, line, what: shortened(what), reason });
  }

  remark({ processor, line }: Origin, what: string, reason: string): void {
    this.remarks.push({ processor, line, what: shortened(what), reason });
  }

  /** The kind of what the pattern finds; null, and said, if it is none that a policy may have. What repeats without an end is given one. */
  recognizer(origin: Origin, name: string, pattern: string): string | null {
    const wrong = this.#wrongPattern(pattern);
    const taken = wrong === null ? pattern : boundedForms(pattern).find((form) => this.#wrongPattern(form) === null);
    if (taken === undefined) {
      this.leave(origin, pattern, `no pattern of a recognizer: ${wrong ?? ''}`);
      return null;
    }
    if (wrong !== null) this.leave(origin, pattern, `taken as ${taken}: of what is longer, not all is found`);
    const recognizer: OwnRecognizer = { id: this.#idOf(name), pattern: taken };
    this.recognizers.push({ recognizer, origin });
    return recognizer.id;
  }

  #wrongPattern(pattern: string): string | null {
    return checkPattern(pattern) ?? this.#problemOf({ recognizers: [{ id: 'pattern', pattern }], rules: [] });
  }

  /** Puts the rules in order. */
  finish(): void {
    if (this.#allowed.some(({ places }) => places === null)) this.attributes = 'drop';
    this.#allowed = this.#listsByPlaces();
    for (const drafted of this.#drafted.filter(({ action }) => action === 'drop-span' || action === 'drop')) this.#push(drafted);
    for (const drafted of this.#drafted.filter(({ recognized, action }) => recognized === undefined && ENDING.has(nameOf(action)))) this.#push(this.#withinLists(drafted));
    for (const drafted of this.#drafted.filter(({ recognized, action }) => recognized === undefined && SHAPING.has(nameOf(action)))) this.#shape(drafted);
    for (const list of this.#allowed) this.#pushList(list);
    for (const drafted of this.#drafted.filter(({ recognized, action }) => recognized !== undefined && action !== 'drop' && action !== 'drop-span')) this.#push(drafted);
  }

  #push(drafted: DraftRule | null): void {
    if (drafted === null || (drafted.keys !== undefined && drafted.keys.length === 0)) return;
    const { name, origin, reason, recognized, action } = drafted;
    const rule: Rule = {
      id: this.#idOf(name), reason, ...(drafted.for !== undefined && Object.keys(drafted.for).length > 0 && { for: drafted.for }), ...(drafted.keys !== undefined && { keys: drafted.keys }), ...(recognized !== undefined && { recognized: recognized as Kind[] }), action,
    };
    const wrong = this.#problemOf({ recognizers: this.recognizers.flatMap(({ recognizer }) => (recognized?.includes(recognizer.id) === true ? [recognizer] : [])), rules: [rule] });
    if (wrong !== null) this.leave(origin, `${rule.reason ?? ''} ${drafted.keys?.join(', ') ?? ''}`, `no rule: ${wrong}`);
    else this.rules.push({ origin, rule });
  }

  /** Why a policy cannot have this; null if it can. */
  #problemOf(members: Omit<PolicyDocument, 'version'>): string | null {
    const problem = readPolicy(JSON.stringify({ version: 2, ...members })).problems.find(({ severity }) => severity === 'error');
    return problem === undefined ? null : `${problem.message}. ${problem.remedy}`;
  }

  /** To name an attribute would keep it: only what the lists keep may be named. */
  #withinLists(drafted: DraftRule): DraftRule {
    const { keys } = drafted;
    const lists = this.#allowed.filter((list) => meets(list.places, drafted.for?.places ?? null));
    return keys === undefined || lists.length === 0 ? drafted : { ...drafted, keys: keys.filter((key) => lists.every((list) => list.keys.some((glob) => glob === key || matchesGlob(glob, key)) || key.includes('*'))) };
  }

  /** What is only shortened is named, and so kept: where there is a list, of its keys alone. */
  #shape(drafted: DraftRule): void {
    if (drafted.keys !== undefined) return this.#push(this.#withinLists(drafted));
    const places = drafted.for?.places ?? ATTRIBUTES;
    const listed = new Set<Place>();
    for (const list of this.#allowed) {
      const both = places.filter((place) => list.places === null || list.places.includes(place));
      for (const place of both) listed.add(place);
      if (both.length === 0) continue;
      this.#push({ ...drafted, for: { ...drafted.for, places: both }, keys: list.keys });
      // It names, and so keeps, all that the list does.
      if (both.length === (list.places ?? ATTRIBUTES).length && Object.keys(drafted.for ?? {}).every((name) => name === 'places')) this.#named.add(list);
    }
    const rest = places.filter((place) => !listed.has(place));
    if (rest.length > 0) this.#push({ ...drafted, for: { ...drafted.for, places: rest } });
  }

  /** One list for each place that has any, or for several over which the same ones are: each list is about its own places, and takes nothing from others. */
  #listsByPlaces(): readonly AllowList[] {
    const lists = this.#allowed;
    const groups = Map.groupBy(ATTRIBUTES, (place) => lists.map(({ places }) => places === null || places.includes(place)).join());
    return [...groups.values()].flatMap((places) => {
      const over = lists.filter((list) => list.places === null || list.places.includes(places[0]!));
      const [first, ...others] = over;
      return first === undefined ? [] : [{ origin: first.origin, places: places.length === ATTRIBUTES.length ? null : places, keys: this.#inAll(first, others) }];
    });
  }

  /** The keys that every list keeps. */
  #inAll({ origin, keys }: AllowList, others: readonly AllowList[]): readonly string[] {
    const kept = keys.filter((key) => others.every((list) => list.keys.some((glob) => glob === key || (!key.includes('*') && matchesGlob(glob, key)))));
    for (const key of keys) if (!kept.includes(key) && key.includes('*')) this.leave(origin, key, 'another list keeps other keys, and what both keep cannot be said; it is not kept');
    return kept;
  }

  #pushList(list: AllowList): void {
    const keys = [...new Set(list.keys)];
    const scope = list.places === null ? {} : { for: { places: list.places } };
    if (!this.#named.has(list)) this.#push({ name: `${list.origin.processor} allowed`, origin: list.origin, reason: 'the list of attributes that are kept', ...scope, keys, action: 'keep' });
    if (list.places !== null && this.attributes === 'keep') this.#push({ name: `${list.origin.processor} not allowed`, origin: list.origin, reason: 'attributes that are not on the list', ...scope, action: 'drop' });
  }

  #idOf(name: string): string {
    const plain = name.toLowerCase().replace(/[^a-z0-9]+/g, '-').replace(/^[^a-z]+|-+$/g, '').slice(0, 56).replace(/-+$/, '') || 'imported';
    for (let number = 1; ; number++) {
      const id = number === 1 ? plain : `${plain}-${number}`;
      if (this.#ids.has(id)) continue;
      this.#ids.add(id);
      return id;
    }
  }
}

const ENDING: ReadonlySet<string> = new Set(['replace', 'mask', 'pseudonymize']);
const SHAPING: ReadonlySet<string> = new Set(['truncate', 'template', 'generalize']);

function nameOf(action: Action): string {
  return typeof action === 'string' ? action : Object.keys(action)[0]!;
}

/** Null: all attributes. */
function meets(left: readonly Place[] | null, right: readonly Place[] | null): boolean {
  return left === null || right === null || left.some((place) => right.includes(place));
}

export function shortened(text: string): string {
  const line = text.replace(/[\p{C}\p{Zl}\p{Zp}\s]+/gu, ' ').trim();
  return line.length <= TEXT_MAX ? line : `${line.slice(0, TEXT_MAX - 1)}…`;
}
