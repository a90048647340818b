/** A rule in plain words: what it is about, whose, and what becomes of it. */
import { kindName, placeText } from '#words';
import { type Action, isRestrictRule, type RestrictRule, type Rule, type Scope } from '#policy/document';

/** Text, and names as they stand in the policy. */
export type Words = readonly (string | { readonly code: string })[];

export interface RuleWords {
  /** `E-mail addresses in user.note`. */
  readonly what: Words;
  /** `spans of payments-* in production`. */
  readonly whom: Words;
  /** `replaced by [email]`. */
  readonly then: Words;
}

export function ruleWords(rule: Rule | RestrictRule): RuleWords {
  if (isRestrictRule(rule)) return { what: ['Whatever stands under ', ...list(rule.keys.map((key): Words => [{ code: key }]), 'or')], whom: ['All spans'], then: ['stored as the other rules leave it, and shown to ', ...list(rule.roles.map((role): Words => [{ code: role }]), 'and'), ' alone'] };
  return { what: whatWords(rule), whom: whomWords(rule.for), then: thenWords(rule.action, rule.recognized) };
}

function whatWords({ recognized, keys = [], groups = [], types, for: scope }: Rule): Words {
  const names: Words[] = [...keys.map((key): Words => [{ code: key }]), ...groups.map((group): Words => ['the group ', { code: group }])];
  const texts = scope?.places?.flatMap((place): Words[] => (placeText(place) === null ? [] : [[placeText(place) ?? place]])) ?? [];
  const typed: Words = types === undefined ? [] : [', where it is ', ...list(types.map((type): Words => [TYPES[type] ?? type]), 'or')];
  if (recognized === undefined) {
    if (names.length > 0) return ['Whatever stands under ', ...list(names, 'or'), ...typed];
    if (texts.length > 0) return ['The ', ...list(texts, 'or'), ', whole', ...typed];
    return ['Every attribute, whole', ...typed];
  }
  const kinds: Words = recognized === 'any' ? ['Everything that is recognized'] : list(recognized.map((kind): Words => [kindName(kind)]), 'and');
  return [...capitalized(kinds), ...(names.length === 0 ? [] : [' in ', ...list(names, 'or')]), ...typed];
}

function whomWords(scope: Scope | undefined): Words {
  if (scope === undefined) return ['All spans'];
  const { services, environments, tenants, spans, places } = scope;
  const said: Words[] = [];
  if (services !== undefined) said.push(['of ', ...list(services.map((name): Words => [{ code: name }]), 'or')]);
  if (environments !== undefined) said.push(['in ', ...list(environments.map((name): Words => (name === '' ? ['no environment'] : [{ code: name }])), 'or')]);
  if (tenants !== undefined) said.push(['of tenant ', ...list(tenants.map((name): Words => [{ code: name }]), 'or')]);
  const attributes = places?.filter((place) => placeText(place) === null) ?? [];
  const texts = places?.filter((place) => placeText(place) !== null) ?? [];
  const where: Words[] = [...(attributes.length === 0 ? [] : [['attributes of ', ...list(attributes.map((place): Words => [PARTS[place] ?? place]), 'and')]]), ...texts.map((place): Words => [`the ${placeText(place) ?? place}`])];
  const first: Words = spans === undefined ? ['All spans'] : [...capitalized(list(spans.map((kind): Words => [kind]), 'and')), ' spans'];
  return [...first, ...said.flatMap((one): Words => [' ', ...one]), ...(where.length === 0 ? [] : [': ', ...list(where, 'and')])];
}

/** Says it of one and of many alike. */
function thenWords(action: Action, recognized: Rule['recognized']): Words {
  const isPart = recognized !== undefined;
  if (action === 'keep') return isPart ? ['kept as sent'] : ['kept, but for what is recognized in it'];
  if (action === 'replace') return isPart ? [recognized === 'any' || recognized.length > 1 ? 'replaced by the name of the kind, such as ' : 'replaced by ', { code: `[${recognized === 'any' ? 'email' : (recognized[0] ?? 'kind')}]` }] : ['replaced by ', { code: '[field]' }];
  if (action === 'drop') return ['the whole attribute dropped'];
  if (action === 'drop-span') return ['the whole span refused'];
  if (action === 'seal') return ['sealed: kept closed, for those who may open it'];
  if ('seal' in action) return [`sealed: kept closed, for those who may open it${action.seal.subject === true ? '; it says whose the sealed values of its span are' : ''}${action.seal.searchable === true ? '; found by equal values' : ''}${action.seal.approval === 'second-person' ? '; opened only with the approval of a second person' : ''}`];
  if ('replace' in action) return ['replaced by ', { code: `[${action.replace.with}]` }];
  if ('mask' in action) return [`masked; at most the last ${action.mask.last === 1 ? 'character stays' : `${action.mask.last} characters stay`}`];
  if ('pseudonymize' in action) return ['a pseudonym for ', { code: action.pseudonymize.purpose }, action.pseudonymize.every === undefined ? ', always the same' : `, the same for ${period(action.pseudonymize.every)}`];
  if ('template' in action) return [TEMPLATE[action.template] ?? action.template];
  if ('truncate' in action) return [`only the first ${action.truncate === 1 ? 'character stays' : `${action.truncate} characters stay`}`];
  const { generalize } = action;
  if ('network' in generalize) return ['only the network stays: ', { code: `/${generalize.network.v4}` }, ' of IPv4, ', { code: `/${generalize.network.v6}` }, ' of IPv6'];
  if ('time' in generalize) return [`the beginning of the ${generalize.time}`];
  return [`the lower end of its bucket of ${generalize.number}`];
}

const PARTS: Readonly<Record<string, string>> = { resource: 'the resource', scope: 'the scope', span: 'the span', event: 'events', link: 'links' };
const TYPES: Readonly<Record<string, string>> = { string: 'text', bool: 'true or false', int: 'a whole number', double: 'a number with decimals', array: 'a list', map: 'a map', bytes: 'bytes' };
const TEMPLATE: Readonly<Record<string, string>> = {
  url: 'only the shape of the URL stays, without ids and values of its query', sql: 'only the shape of the statement stays, without literals', command: 'only the program and the names of its options stay',
};

function period(every: string): string {
  const [, many = '1', unit] = /^([0-9]+)([hd])$/u.exec(every) ?? [];
  const name = unit === 'h' ? 'hour' : 'day';
  return many === '1' ? `one ${name}` : `${many} ${name}s`;
}

/** `a, b or c`. */
function list(items: readonly Words[], last: 'and' | 'or'): Words {
  return items.flatMap((item, at) => [...(at === 0 ? [] : [at === items.length - 1 ? ` ${last} ` : ', ']), ...item]);
}

function capital(text: string): string {
  return text.slice(0, 1).toUpperCase() + text.slice(1);
}

function capitalized(words: Words): Words {
  let isDone = false;
  return words.map((word) => {
    if (isDone || word === '' || typeof word !== 'string') return word;
    isDone = true;
    return capital(word);
  });
}

/** Read aloud, and compared in tests. */
export function plainText(words: Words): string {
  return words.map((word) => (typeof word === 'string' ? word : word.code)).join('');
}
