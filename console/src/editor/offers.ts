/** What completion offers at a place of a policy: members and words of the JSON Schema, names that the store knows. */
import { alternatives, describe, type Schema, schemasAt } from './schema-walk.ts';
import type { PathStep, YamlPlace } from './yaml-place.ts';

/** What is known beyond the schema. */
export interface Known {
  /** Attribute keys that the store has seen. */
  readonly keys: readonly string[];
  readonly services: readonly string[];
  readonly environments: readonly string[];
  /** Ids of recognizers of this policy. */
  readonly ownKinds: readonly string[];
  readonly groups: readonly string[];
}

export interface Offer {
  readonly label: string;
  /** In the language of snippets: `${}` are places to fill in. */
  readonly insert: string;
  readonly about: string | undefined;
  readonly is: 'member' | 'word' | 'seen';
  /** Completion goes on behind it. */
  readonly goesOn: boolean;
}

export function offersAt(root: Schema, known: Known, place: YamlPlace): readonly Offer[] {
  const schemas = schemasAt(root, place.path);
  const offers = new Map<string, Offer>();
  const add = (offer: Offer): void => void (offers.has(offer.label) || offers.set(offer.label, offer));
  if (place.part === 'value') {
    for (const schema of schemas) for (const word of wordsOf(schema)) add({ label: word, insert: literal(word), about: wordAbout(schema, word), is: 'word', goesOn: false });
    for (const name of seen(known, place.path)) add({ label: name, insert: quoted(name, place.isFlow), about: undefined, is: 'seen', goesOn: false });
  }
  // Where a list may stand, one of its words within brackets.
  if (place.part === 'value' && place.isInline) {
    const first = [...place.path, 0];
    for (const schema of schemasAt(root, first)) for (const word of wordsOf(schema)) add({ label: `[${word}]`, insert: `[${literal(word)}\${}]`, about: undefined, is: 'word', goesOn: false });
    if (schemas.some(({ items }) => items !== undefined)) for (const name of seen(known, first)) add({ label: `[${name}]`, insert: `[${quoted(name, true)}\${}]`, about: undefined, is: 'seen', goesOn: false });
  }
  // A map may begin on a line of its own, or within brackets of its own.
  const wrapped = place.part === 'value' && place.isInline;
  for (const schema of schemas) {
    for (const [name, member] of Object.entries(schema.properties ?? {})) {
      if (place.part === 'name' && place.present.includes(name)) continue;
      const value = form(root, member, place, wrapped);
      const insert = `${name}:${value.startsWith('\n') ? '' : ' '}${value}`;
      add({ label: wrapped ? `${name}: …` : name, insert: wrapped ? `{ ${insert} }` : insert, about: describe(root, [...place.path, name]), is: 'member', goesOn: true });
    }
  }
  return [...offers.values()];
}

/** How a member's value begins. */
function form(root: Schema, member: Schema, { isFlow, indent, part }: YamlPlace, wrapped: boolean): string {
  const schemas = alternatives(root, member);
  const example = member.default ?? member.examples?.[0] ?? schemas.find(({ examples }) => examples !== undefined)?.examples?.[0];
  if (schemas.some(({ enum: words, const: word }) => words !== undefined || word !== undefined)) return '${}';
  const list = schemas.find(({ items }) => items !== undefined);
  if (list !== undefined && schemas.every(({ properties }) => properties === undefined)) {
    const ofMaps = schemas.some(({ items }) => items !== undefined && alternatives(root, items).some(({ properties }) => properties !== undefined));
    return ofMaps ? `\n${' '.repeat(indent + (part === 'name' ? 2 : 4))}- \${}` : '[${}]';
  }
  const [map, ...others] = schemas.filter(({ properties }) => properties !== undefined);
  if (map !== undefined) {
    const inner = others.length > 0 ? [] : (map.required ?? []);
    const filled = inner.map((name) => `${name}: ${form(root, map.properties?.[name] ?? {}, { isFlow: true, indent, part } as YamlPlace, true)}`).join(', ');
    return isFlow || wrapped || inner.length > 0 || others.length > 0 ? `{ ${filled === '' ? '${}' : filled} }` : `\n${' '.repeat(indent + 2)}\${}`;
  }
  if (typeof example === 'string' || typeof example === 'number') return `\${${literal(String(example))}}`;
  return '${}';
}

function wordsOf({ enum: words, const: word, type }: Schema): string[] {
  if (type === 'boolean') return ['true', 'false'];
  return [...(words ?? []), ...(word === undefined ? [] : [word])].filter((one) => typeof one === 'string' || typeof one === 'number').map(String);
}

/** A word of its own (`const`) is described where it stands. */
function wordAbout({ const: word, description }: Schema, offered: string): string | undefined {
  return word !== undefined && String(word) === offered ? description : undefined;
}

/** Names of the store where a list asks for them. */
function seen({ keys, services, environments, ownKinds, groups }: Known, path: readonly PathStep[]): readonly string[] {
  const [top, at, member, inner, item] = path;
  if (top === 'restricted') return at === undefined ? [] : keys;
  if (top !== 'rules') return [];
  if (member === 'keys') return inner === undefined ? [] : keys;
  if (member === 'groups') return inner === undefined ? [] : groups;
  if (member === 'recognized') return inner === undefined ? [] : ownKinds;
  if (member !== 'for' || item === undefined) return [];
  return inner === 'services' ? services : inner === 'environments' ? environments : [];
}

/** A word of the schema as a snippet takes it. */
function literal(word: string): string {
  return word.replace(/[$#{}\\]/gu, '\\$&');
}

/** A name that senders chose, as a YAML text that cannot be anything else. */
export function quoted(name: string, isFlow: boolean): string {
  // Letters first: nothing that YAML could take for a number, a word of its own or a sign.
  const isPlain = /^[A-Za-z][A-Za-z0-9_./@-]*$/u.test(name) && !/^(?:true|false|null|yes|no|on|off|y|n)$/iu.test(name) && (!isFlow || !/[[\]{},]/u.test(name));
  return literal(isPlain ? name : JSON.stringify(name));
}
