/**
 * A rule for something that somebody saw: which service sends what under which key. It stands before the first rule that would decide about the same
 * values, because the first one decides.
 */
import { matchesGlob } from '#control/glob';
import { isRestrictRule, PLACES, type Place, type PolicyDocument } from '#policy/document';
import { inGroup } from '#policy/groups';
import { isMap, isSeq, parseDocument } from 'yaml';

export interface Wanted {
  readonly service: string | undefined;
  /** An attribute's key. */
  readonly key: string | undefined;
  /** What was recognized; absent, the rule is about the whole value. */
  readonly kind: string | undefined;
  readonly place: string | undefined;
}

export interface Inserted {
  readonly at: number;
  readonly insert: string;
  /** The rule within what is inserted, to be selected. */
  readonly from: number;
  readonly to: number;
  readonly id: string;
}

/** What can be written for it, the strictest last. */
export const NEW_ACTIONS = [
  { id: 'keep', label: 'Keep it as it is', yaml: 'keep' },
  { id: 'mask', label: 'Mask it, the last four stay', yaml: '{ mask: { last: 4 } }' },
  { id: 'pseudonymize', label: 'Pseudonym, new every day', yaml: '{ pseudonymize: { purpose: support, every: 1d } }' },
  { id: 'seal', label: 'Seal it, for those who may open it', yaml: 'seal' },
  { id: 'replace', label: 'Replace it', yaml: 'replace' },
  { id: 'drop', label: 'Drop the attribute', yaml: 'drop' },
] as const;
export type NewAction = (typeof NEW_ACTIONS)[number]['id'];

const ATTRIBUTE_PLACES: readonly string[] = ['resource', 'scope', 'span', 'event', 'link'];
const ID_MAX = 64;
const KIND = /^[a-z][a-z0-9-]{0,63}$/u;

/** Null if the text has no list of rules that one could be put into. `document`: the text as it was understood, null if it has errors. */
export function insertRule(text: string, document: PolicyDocument | null, wanted: Wanted, action: NewAction = 'drop'): Inserted | null {
  const rules = parseDocument(text, { logLevel: 'silent' }).get('rules', true);
  const ids = new Set(document?.rules.map(({ id }) => id) ?? []);
  const id = idFor(wanted, ids);
  if (!isSeq(rules) || rules.flow === true || rules.items.length === 0) return rules === undefined || (isSeq(rules) && rules.items.length === 0) ? firstRule(text, wanted, id, action, isSeq(rules) ? (rules.range?.[0] ?? null) : null) : null;
  const before = document === null ? 0 : firstInTheWay(document.rules, wanted);
  // The document may have errors, or fewer rules than the list has lines.
  const item = before === -1 ? undefined : rules.items[before];
  const first = rules.items[0];
  const firstAt = startOf(first, text);
  if (firstAt === null) return null;
  const indent = ' '.repeat(firstAt - lineStart(text, firstAt));
  const lines = ruleLines(wanted, id, action).map((line, at) => `${indent}${at === 0 ? '- ' : '  '}${line}\n`).join('');
  if (item !== undefined) {
    const dash = startOf(item, text);
    if (dash === null) return null;
    const at = withCommentsAbove(text, lineStart(text, dash));
    return { at, insert: isSpaced(rules.items, text) ? `${lines}\n` : lines, from: at, to: at + lines.length - 1, id };
  }
  const end = rules.range?.[1] ?? text.length;
  const at = text.slice(0, end).trimEnd().length;
  const gap = isSpaced(rules.items, text) ? '\n\n' : '\n';
  return { at, insert: gap + lines.slice(0, -1), from: at + gap.length, to: at + gap.length + lines.length - 1, id };
}

/** The first rule that may decide about what is wanted; -1 if none. Scopes that are not known here (tenant, environment, kind of span) may match. */
export function firstInTheWay(rules: PolicyDocument['rules'], { service, key, kind, place }: Wanted): number {
  return rules.findIndex((rule) => {
    if (isRestrictRule(rule)) return false;
    if ((rule.recognized === undefined) !== (kind === undefined)) return false;
    if (kind !== undefined && rule.recognized !== 'any' && rule.recognized?.includes(kind as never) !== true) return false;
    const { services, places } = rule.for ?? {};
    if (service !== undefined && services?.some((glob) => matchesGlob(glob, service)) === false) return false;
    if (place !== undefined && places?.includes(place as Place) === false) return false;
    if (rule.keys === undefined && rule.groups === undefined) return true;
    return key === undefined ? place === undefined || ATTRIBUTE_PLACES.includes(place) : rule.keys?.some((glob) => matchesGlob(glob, key)) === true || rule.groups?.some((group) => inGroup(group, key)) === true;
  });
}

/** The lines of the rule without their indentation. Names of senders are quoted: none of them can end its text. */
function ruleLines({ service, key, kind, place }: Wanted, id: string, action: NewAction): string[] {
  const isAttribute = place === undefined || ATTRIBUTE_PLACES.includes(place);
  const knownPlace = PLACES.find((one) => one === place);
  const scope = [
    ...(service === undefined ? [] : [`services: [${JSON.stringify(service)}]`]),
    ...(knownPlace === undefined ? [] : [`places: [${knownPlace}]`]),
  ];
  return [
    `id: ${id}`,
    '# reason: why it has to be so, for whoever reads it later',
    ...(scope.length === 0 ? [] : [`for: { ${scope.join(', ')} }`]),
    ...(key === undefined || !isAttribute ? [] : [`keys: [${JSON.stringify(key)}]`]),
    ...(kind === undefined || !KIND.test(kind) ? [] : [`recognized: [${kind}]`]),
    `action: ${NEW_ACTIONS.find(({ id: one }) => one === action)?.yaml ?? action}`,
  ];
}

function idFor({ service, key, kind, place }: Wanted, taken: ReadonlySet<string>): string {
  const words = [kind, key ?? place, service].flatMap((one) => (one === undefined ? [] : [one.toLowerCase().replace(/[^a-z0-9]+/gu, '-').replace(/^-+|-+$/gu, '')])).filter((one) => one !== '');
  const name = (/^[a-z]/u.test(words[0] ?? '') ? words.join('-') : ['rule', ...words].join('-')).slice(0, ID_MAX - 4).replace(/-+$/u, '');
  for (let at = 1; ; at += 1) {
    const id = at === 1 ? name : `${name}-${at}`;
    if (!taken.has(id)) return id;
  }
}

/** Where there is no list yet: at the end of the text. An empty one (`rules: []`) is replaced by whoever inserts: its place is said. */
function firstRule(text: string, wanted: Wanted, id: string, action: NewAction, empty: number | null): Inserted | null {
  if (empty !== null) return null;
  const gap = text === '' || text.endsWith('\n') ? '' : '\n';
  const lines = ruleLines(wanted, id, action).map((line, at) => `  ${at === 0 ? '- ' : '  '}${line}\n`).join('');
  const insert = `${gap}rules:\n${lines}`;
  return { at: text.length, insert, from: text.length + gap.length + 'rules:\n'.length, to: text.length + insert.length - 1, id };
}

/** Whether rules are set apart by empty lines: the new one is then too. */
function isSpaced(items: readonly unknown[], text: string): boolean {
  const last = items.length > 1 ? startOf(items.at(-1), text) : null;
  return last !== null && /\n *\n$/u.test(text.slice(0, withCommentsAbove(text, lineStart(text, last))));
}

/** Of the dash of an item. */
function startOf(item: unknown, text: string): number | null {
  const start = isMap(item) ? item.range?.[0] : undefined;
  if (start === undefined) return null;
  const dash = text.lastIndexOf('-', start - 1);
  return dash >= lineStart(text, start) ? dash : null;
}

function lineStart(text: string, at: number): number {
  return text.lastIndexOf('\n', at - 1) + 1;
}

/** Comments directly above a rule belong to it. */
function withCommentsAbove(text: string, start: number): number {
  let at = start;
  while (at > 0) {
    const above = lineStart(text, at - 1);
    if (!/^ *#/u.test(text.slice(above, at))) return at;
    at = above;
  }
  return at;
}
