/** The transform processor: the statements of its language that delete, keep by list, replace, shorten, or put a constant or hash in place of a value. */
import type { Place, Rule, Scope } from '#policy';
import { constant } from './attributes.ts';
import { type AttributesPath, attributesOf, type Context, scopeOf, textPlaceOf } from './conditions.ts';
import { type ConfigNode, member, textOf } from './config-tree.ts';
import type { Draft, Origin } from './draft.ts';
import { globsOf } from './key-globs.ts';
import { type Condition, readCondition, readStatement, type Value } from './ottl.ts';

const CONTEXTS: ReadonlySet<string> = new Set(['resource', 'scope', 'span', 'spanevent']);
const HASHES: ReadonlySet<string> = new Set(['SHA1', 'SHA256', 'SHA512', 'MD5', 'FNV', 'Murmur3Hash', 'Murmur3Hash128', 'XXH3', 'XXH128']);
const NOT_SPANS = 'there are only traces here, no metrics, logs or profiles';
const UNCONDITIONAL = 'the rule holds without its condition, which `for` cannot say: more is taken away than before';

export function importTransform(name: string, config: ConfigNode, draft: Draft): void {
  for (const [key, node] of config.members ?? []) {
    if (/^(?:metric|log|profile)_statements$/.test(key)) draft.remark({ processor: name, line: node.line }, key, NOT_SPANS);
    if (key !== 'trace_statements') continue;
    for (const item of node.items ?? []) {
      const text = textOf(item);
      if (text !== undefined) importStatement(name, item.line, text, 'span', [], draft);
      else importGroup(name, item, draft);
    }
  }
}

/** `conditions` of a group: one of them must hold. */
function importGroup(name: string, group: ConfigNode, draft: Draft): void {
  const told = textOf(member(group, 'context'));
  const context = told !== undefined && CONTEXTS.has(told) ? (told as Context) : 'span';
  const conditions: Condition[] = [];
  for (const node of member(group, 'conditions')?.items ?? []) {
    const condition = readCondition(textOf(node) ?? '');
    conditions.push(condition ?? { is: 'not', part: { is: 'and', parts: [] } });
  }
  for (const node of member(group, 'statements')?.items ?? []) importStatement(name, node.line, textOf(node) ?? '', context, conditions, draft);
}

interface Acting {
  readonly origin: Origin;
  readonly text: string;
  readonly context: Context;
  readonly draft: Draft;
  readonly args: readonly Value[];
  /** Of the condition; for an attribute or a place. */
  readonly scopeFor: (acted: AttributesPath | null) => Scope;
}

function importStatement(processor: string, line: number, text: string, context: Context, conditions: readonly Condition[], draft: Draft): void {
  const origin = { processor, line };
  const statement = readStatement(text);
  if (statement === null) return draft.leave(origin, text, 'it was not understood');
  const { call, where } = statement;
  const act = Object.hasOwn(FUNCTIONS, call.name) ? FUNCTIONS[call.name]! : null;
  if (act === null) return draft.leave(origin, text, `${call.name} takes nothing away, or not in a way that a rule can say`);
  const all: Condition[] = [...(conditions.length === 0 ? [] : [conditions.length === 1 ? conditions[0]! : ({ is: 'or', parts: conditions } as const)]), ...(where === null ? [] : [where])];
  const scopeFor = (acted: AttributesPath | null): Scope => {
    if (all.length === 0) return {};
    const scope = scopeOf(all.length === 1 ? all[0]! : { is: 'and', parts: all }, context, acted);
    if (scope === null) draft.leave(origin, text, UNCONDITIONAL);
    return scope ?? {};
  };
  if (!act({ origin, text, context, draft, args: call.args, scopeFor })) draft.leave(origin, text, 'its target or arguments are none that a rule can act on');
}

/** False if the arguments are not as they must be; otherwise it has said what it left out. */
const FUNCTIONS: Readonly<Record<string, (acting: Acting) => boolean>> = {
  delete_key: (acting) => {
    const target = attributesOf(acting.args[0], acting.context);
    const key = acting.args[1];
    return target !== null && target.key === null && key?.is === 'text' && drop(acting, target.place, [key.text]);
  },
  delete_matching_keys: (acting) => {
    const target = attributesOf(acting.args[0], acting.context);
    const pattern = acting.args[1];
    if (target === null || target.key !== null || pattern?.is !== 'text') return false;
    const found = globsOf(pattern.text);
    if (found === null) acting.draft.leave(acting.origin, acting.text, 'globs with * cannot say the pattern: name the keys');
    else {
      if (found.narrower) acting.draft.leave(acting.origin, acting.text, `keys are told apart by case: taken are ${found.globs.join(', ')}, and no other spelling`);
      if (found.wider) acting.draft.remark(acting.origin, acting.text, `taken as ${found.globs.join(', ')}, which is more`);
      drop(acting, target.place, found.globs);
    }
    return true;
  },
  keep_keys: (acting) => {
    const target = attributesOf(acting.args[0], acting.context);
    const list = acting.args[1];
    return target !== null && target.key === null && list?.is === 'list' && list.items.every((item) => item.is === 'text') && keepOnly(acting, target.place, list.items.map((item) => item.text));
  },
  keep_matching_keys: (acting) => {
    const target = attributesOf(acting.args[0], acting.context);
    const pattern = acting.args[1];
    if (target === null || target.key !== null || pattern?.is !== 'text') return false;
    const found = globsOf(pattern.text);
    if (found !== null && !found.wider && !found.narrower) return keepOnly(acting, target.place, found.globs);
    acting.draft.leave(acting.origin, acting.text, 'globs with * cannot say the pattern, and what is kept must not be more than it says: name the keys');
    return true;
  },
  truncate_all: (acting) => {
    const target = attributesOf(acting.args[0], acting.context);
    const limit = acting.args[1];
    if (target === null || target.key !== null || limit?.is !== 'number' || !Number.isInteger(limit.number) || limit.number < 1) return false;
    const { origin, draft, scopeFor } = acting;
    draft.add({ name: `${origin.processor} truncate`, origin, reason: 'truncate_all', for: { ...scopeFor(null), places: [target.place] }, action: { truncate: Math.min(limit.number, 65_536) } });
    return true;
  },
  limit: ({ origin, text, draft }) => {
    draft.leave(origin, text, 'which attributes remain would depend on how many there are; a list of keys that are kept says it');
    return true;
  },
  replace_pattern: (acting) => {
    const [path, pattern, replacement] = acting.args;
    const target = attributesOf(path, acting.context);
    const place = textPlaceOf(path, acting.context);
    if ((target === null || target.key === null) && place === null) return false;
    return pattern?.is === 'text' && replacePattern(acting, target?.key === null ? null : target, place, pattern.text, replacement);
  },
  replace_all_patterns: (acting) => {
    const [path, mode, pattern, replacement] = acting.args;
    const target = attributesOf(path, acting.context);
    if (target === null || target.key !== null || mode?.is !== 'text' || pattern?.is !== 'text') return false;
    if (mode.text !== 'key') return replacePattern(acting, target, null, pattern.text, replacement);
    acting.draft.leave(acting.origin, acting.text, 'it changes keys; what is recognized in keys is always replaced, and otherwise they stay');
    return true;
  },
  set: (acting) => {
    const { origin, text, context, draft, args: [path, value], scopeFor } = acting;
    const target = attributesOf(path, context);
    if (target === null || target.key === null || value === undefined) return false;
    const hashed = value.is === 'call' && HASHES.has(value.name) ? attributesOf(value.args[0], context) : null;
    const isHash = hashed !== null && hashed.place === target.place && hashed.key === target.key;
    if (!isHash && value.is !== 'text' && value.is !== 'number' && value.is !== 'boolean') {
      draft.leave(origin, text, 'it copies or makes a value; a policy takes away and never adds');
      return true;
    }
    if (isHash) draft.remark(origin, text, 'a keyed pseudonym stands instead of the hash: it is another text, and nobody without the key can find values by trying');
    else draft.leave(origin, text, 'where the attribute is not there it is not added: a policy takes away and never adds. Where it is there, its value is replaced');
    const action = isHash ? ({ pseudonymize: { purpose: 'imported' } } as const) : constant(origin, text, value.is === 'text' ? value.text : '', draft);
    draft.add({ name: `${origin.processor} set ${target.key}`, origin, reason: 'set', for: { ...scopeFor(target), places: [target.place] }, keys: [target.key], action });
    return true;
  },
};

function drop({ origin, draft, scopeFor }: Acting, place: Place, keys: readonly string[]): boolean {
  const acted = keys.length === 1 ? { place, key: keys[0]! } : null;
  draft.add({ name: `${origin.processor} delete ${keys[0] ?? ''}`, origin, reason: 'deleted', for: { ...scopeFor(acted), places: [place] }, keys, action: 'drop' });
  return true;
}

function keepOnly(acting: Acting, place: Place, keys: readonly string[]): boolean {
  const { origin, text, draft, scopeFor } = acting;
  if (Object.keys(scopeFor(null)).length > 0) draft.leave(origin, text, 'the list holds for all spans: more is taken away than before');
  if (place === 'resource' && !keys.includes('service.name')) draft.remark(origin, text, 'service.name stays: services are told apart by it');
  draft.allow({ origin, places: [place], keys: place === 'resource' ? [...new Set([...keys, 'service.name'])] : keys });
  return true;
}

function replacePattern({ origin, text, draft, scopeFor }: Acting, target: AttributesPath | null, place: Place | null, pattern: string, replacement: Value | undefined): boolean {
  const kind = draft.recognizer(origin, `${origin.processor} pattern`, pattern);
  if (kind === null) return true;
  const with_ = replacement?.is === 'text' ? replacement.text : '';
  if (/\$[{\d]/.test(with_)) draft.leave(origin, text, 'parts of what was found cannot be kept: all of it is replaced');
  const scope: Scope = { ...scopeFor(target), places: [place ?? target!.place] };
  const rule: Pick<Rule, 'action'> = { action: constant(origin, text, with_.replace(/\$\{?\w+\}?/g, ''), draft) };
  draft.add({ name: `${origin.processor} replace`, origin, reason: 'a pattern that is replaced', for: scope, ...(target !== null && target.key !== null && { keys: [target.key] }), recognized: [kind], ...rule });
  // Elsewhere nobody asked for it.
  draft.add({ name: `${origin.processor} elsewhere`, origin, reason: 'the same pattern elsewhere, where nothing replaces it', recognized: [kind], action: 'keep' });
  return true;
}
