/**
 * Completion in the query bar: what is being written at the caret, and what could stand there. Data come from outside; nothing here waits.
 */
import { ENTRY, type Filter, KINDS, type Place, STATUSES, textFilter } from './filters.ts';
import { cutTerms, type Term } from './terms.ts';
import { printFilter, readQuery } from './syntax.ts';

/** What stands between the beginning of a part and the caret. */
export type Context =
  | { readonly part: 'key'; readonly from: number; readonly place: Place; readonly typed: string; readonly negated: boolean; readonly term: Term | null }
  | { readonly part: 'value'; readonly from: number; readonly place: Place; readonly key: string; readonly typed: string; readonly term: Term };

export interface KnownKey {
  readonly key: string;
  readonly place: Exclude<Place, 'any' | 'field'>;
  readonly count: number;
  readonly types: readonly string[];
}

export interface KnownValue {
  readonly value: string;
  readonly count: number;
}

export interface Known {
  readonly keys: readonly KnownKey[];
  /** Of the key that the context names. */
  readonly values: readonly KnownValue[];
  readonly services: readonly string[];
}

export interface Suggestion {
  readonly id: string;
  readonly group: string;
  readonly label: string;
  readonly detail?: string;
  /** Takes the place of the text from `context.from` to the caret. */
  readonly insert: string;
  /** Nothing has to follow: it becomes a chip at once. */
  readonly done: boolean;
}

const SHOWN_MAX = 12;
const FIELD_HELP: readonly (readonly [string, string])[] = [
  ['service', 'which service sent the span'],
  ['name', 'name of the span, the operation'],
  ['status', 'error, ok or unset'],
  ['duration', 'as in duration>200ms'],
  ['kind', 'server, client, producer …'],
  ['message', 'the status message'],
];
const DURATIONS = ['10ms', '50ms', '100ms', '250ms', '500ms', '1s', '5s'] as const;
const SIGN_HELP: readonly (readonly [string, string])[] = [
  ['=', 'is'],
  ['!=', 'is there and is not'],
  ['~', 'contains, whatever the case'],
  ['=~', 'matches a regular expression as a whole'],
  ['!~', 'is there and does not match'],
  [' exists', 'is there, with any value'],
];
const NUMBER_HELP: readonly (readonly [string, string])[] = [
  ['>', 'is more than'],
  ['>=', 'is at least'],
  ['<', 'is less than'],
  ['<=', 'is at most'],
];

export function contextOf(text: string, caret: number): Context {
  const before = text.slice(0, caret);
  const term = cutTerms(before).at(-1);
  // After a space a new term begins; a space within quotes belongs to its term.
  if (term === undefined || (term.to < before.length)) return { part: 'key', from: before.length, place: 'any', typed: '', negated: false, term: null };
  if (term.sign === null) {
    const typed = term.key;
    return { part: 'key', from: term.from, place: term.place, typed, negated: term.negated, term };
  }
  const field = !term.keyQuoted && isField(term.key) && term.place === 'any';
  return { part: 'value', from: term.valueFrom, place: field ? 'field' : term.place, key: term.key, typed: term.value, term };
}

/** The key of `/api/v1/attributes/values` whose values are wanted; null where they are few and known, or not listed. */
export function wantedValues(context: Context): { readonly key: string; readonly place: Place } | null {
  if (context.part === 'key' || context.key === '') return null;
  if (context.place !== 'field') return { key: context.key, place: context.place };
  const key = context.key === 'operation' ? 'name' : context.key;
  return key === 'name' ? { key, place: 'field' } : null;
}

export function suggest(context: Context, known: Known): readonly Suggestion[] {
  return (context.part === 'key' ? suggestKeys(context, known) : suggestValues(context, known)).slice(0, SHOWN_MAX);
}

function suggestKeys(context: Context & { part: 'key' }, { keys, services }: Known): readonly Suggestion[] {
  const typed = context.typed.toLowerCase();
  const minus = context.negated ? '-' : '';
  const ofPlace = keys.filter(({ place }) => context.place === 'any' || place === context.place);
  const exact = ofPlace.filter(({ key }) => key === context.typed);
  const lead = context.place === 'any' || context.place === 'field' ? '' : `${context.place}:`;
  const found: Suggestion[] = [];
  if (context.place === 'any' || context.place === 'field') {
    for (const [field, detail] of FIELD_HELP) {
      if (!field.startsWith(typed)) continue;
      found.push({ id: `field ${field}`, group: 'Of the span', label: field, detail, insert: `${minus}${field}${field === 'duration' ? '>' : field === 'message' ? '~' : ':'}`, done: false });
    }
  }
  // A key that is written out wants a sign.
  if (exact.length > 0) found.unshift(...signsFor(`${lead}${printKeyAs(context.typed)}`, exact));
  const matching = rank(merged(ofPlace, context.place === 'any').filter(({ key }) => key !== context.typed), typed);
  for (const { key, place, count, several } of matching.slice(0, SHOWN_MAX)) {
    found.push({ id: `key ${place} ${key}`, group: 'Attributes', label: key, detail: `${several ? 'several places' : place} · ${count.toLocaleString('en-GB')}`, insert: `${minus}${lead}${printKeyAs(key)}`, done: false });
  }
  if (typed === '' || context.place !== 'any') return found;
  const named = services.filter((name) => name.toLowerCase().includes(typed)).slice(0, 4);
  const ofService = named.map((name): Suggestion => ({ id: `service ${name}`, group: 'Services', label: name, insert: printFilter({ is: 'service', value: name }), done: true }));
  const words: Suggestion = { id: 'words', group: 'Words', label: `Any text contains “${context.typed}”`, insert: printFilter(textFilter(context.typed)), done: true };
  return [...found.slice(0, SHOWN_MAX - ofService.length - 1), ...ofService, words];
}

function suggestValues({ key, place, typed, term }: Context & { part: 'value' }, known: Known): readonly Suggestion[] {
  const few = place === 'field' ? knownOf(key, known) : null;
  if (key === 'duration' && place === 'field') {
    const start = typed.replace(/[^0-9.]/g, '');
    return DURATIONS.filter((one) => one.startsWith(start)).map((one) => ({ id: one, group: 'Durations', label: one, insert: one, done: true }));
  }
  const wanted = typed.toLowerCase();
  const values = few ?? known.values;
  const pattern = term.sign === '=~' || term.sign === '!~';
  return values
    .filter(({ value }) => pattern || value.toLowerCase().includes(wanted))
    .toSorted((a, b) => Number(b.value.toLowerCase().startsWith(wanted)) - Number(a.value.toLowerCase().startsWith(wanted)))
    .map(({ value, count }): Suggestion => ({ id: `value ${value}`, group: key, label: value === '' ? 'empty' : value, ...(count === 0 ? {} : { detail: count.toLocaleString('en-GB') }), insert: printValueAs(value), done: true }));
}

function knownOf(key: string, known: Known): readonly KnownValue[] | null {
  const list = (names: readonly string[]): readonly KnownValue[] => names.map((value) => ({ value, count: 0 }));
  if (key === 'status') return list(STATUSES);
  if (key === 'kind') return list([...KINDS.slice(0, -1), ENTRY]);
  if (key === 'service') return list(known.services);
  return null;
}

function signsFor(name: string, exact: readonly KnownKey[]): Suggestion[] {
  const numeric = exact.some(({ types }) => types.some((type) => type === 'int' || type === 'double'));
  return [...SIGN_HELP, ...(numeric ? NUMBER_HELP : [])].map(([sign, detail]) => ({ id: `sign ${sign}`, group: `What about ${name}?`, label: sign.trim(), detail, insert: `${name}${sign}`, done: sign === ' exists' }));
}

interface RankedKey {
  readonly key: string;
  readonly place: string;
  readonly count: number;
  readonly several: boolean;
}

/** Without a place, a key that stands at several is one suggestion. */
function merged(keys: readonly KnownKey[], merge: boolean): readonly RankedKey[] {
  if (!merge) return keys.map((one) => ({ ...one, several: false }));
  const byKey = new Map<string, RankedKey>();
  for (const { key, place, count } of keys) {
    const before = byKey.get(key);
    byKey.set(key, before === undefined ? { key, place, count, several: false } : { ...before, count: before.count + count, several: true });
  }
  return [...byKey.values()];
}

function rank(keys: readonly RankedKey[], typed: string): readonly RankedKey[] {
  const score = ({ key }: RankedKey): number => {
    const lower = key.toLowerCase();
    if (lower.startsWith(typed)) return 2;
    return lower.includes(`.${typed}`) ? 1 : 0;
  };
  return keys.filter(({ key }) => key.toLowerCase().includes(typed)).toSorted((a, b) => score(b) - score(a) || b.count - a.count);
}

function isField(key: string): boolean {
  return key === 'operation' || FIELD_HELP.some(([field]) => field === key);
}

function printKeyAs(key: string): string {
  return printFilter({ is: 'attribute', place: 'any', key, op: 'exists', value: '' }).slice(0, -' exists'.length);
}

function printValueAs(value: string): string {
  return printFilter({ is: 'service', value }).slice('service:'.length);
}

export interface Applied {
  readonly text: string;
  readonly caret: number;
  /** What became complete, and is no longer in the text. */
  readonly filters: readonly Filter[];
}

/** The text after a suggestion was taken. */
export function applySuggestion(text: string, caret: number, { insert, done }: Suggestion, context: Context): Applied {
  const before = text.slice(0, context.from);
  const after = text.slice(caret);
  if (!done) return { text: `${before}${insert}${after}`, caret: before.length + insert.length, filters: [] };
  const from = context.term?.from ?? context.from;
  const { filters, errors } = readQuery(text.slice(from, context.from) + insert);
  if (errors.length > 0) return { text: `${before}${insert} ${after}`, caret: before.length + insert.length + 1, filters: [] };
  const left = text.slice(0, from);
  return { text: `${left}${after.trimStart()}`, caret: left.length, filters };
}
