/**
 * `include` and `exclude` of a processor as the `for` of a rule. What `for` cannot say is left out, and the rule is for more spans than before: too much is
 * taken away then, never too little; and it is said.
 */
import type { Scope, SpanKind } from '#policy';
import { type ConfigNode, member, texts, textOf } from './config-tree.ts';
import type { Draft } from './draft.ts';
import { globsOf } from './key-globs.ts';

const ENVIRONMENTS: ReadonlySet<string> = new Set(['deployment.environment', 'deployment.environment.name']);
const KINDS: readonly SpanKind[] = ['unspecified', 'internal', 'server', 'client', 'producer', 'consumer'];
const WIDER = 'the rules are for all spans';

export function scopeOfMatch(name: string, config: ConfigNode, draft: Draft): Scope {
  const exclude = member(config, 'exclude');
  if (exclude !== undefined) draft.leave({ processor: name, line: exclude.line }, `exclude: ${membersOf(exclude)}`, `rules have no exceptions: ${WIDER}, those that were excluded too. A rule before them, with the same keys and keep, can except some`);
  const include = member(config, 'include');
  if (include === undefined) return {};
  return includedScope(name, include, draft);
}

/** The `for` of what an `include` names. */
function includedScope(name: string, include: ConfigNode, draft: Draft): Scope {
  const isStrict = textOf(member(include, 'match_type')) !== 'regexp';
  const leave = (node: ConfigNode, what: string): void => draft.leave({ processor: name, line: node.line }, `include: ${what}`, `a rule is for services, environments, kinds of span and places: ${WIDER} in this regard`);
  let scope: Scope = {};
  for (const [key, node] of include.members ?? []) {
    if (key === 'match_type' || key === 'regexp') continue;
    const names = texts(node).map(({ text }) => text);
    if (key === 'services') {
      const globs = namesOf(names, isStrict);
      if (globs === null) leave(node, `services ${names.join(', ')}`);
      else scope = { ...scope, services: globs };
    } else if (key === 'span_kinds') {
      const kinds = names.map(spanKindOf);
      if (kinds.includes(null)) leave(node, `span_kinds ${names.join(', ')}`);
      else scope = { ...scope, spans: kinds.filter((kind) => kind !== null) };
    } else if (key === 'resources') {
      const environments = environmentsOf(node, isStrict);
      if (environments === null) leave(node, 'resources');
      else scope = { ...scope, environments };
    } else leave(node, key);
  }
  return scope;
}

/** Names, or expressions about names, as globs that say the same; null if there are none. */
export function namesOf(names: readonly string[], isStrict: boolean): readonly string[] | null {
  if (isStrict) return names.some((name) => name.includes('*')) ? null : names;
  const found = names.map(globsOf);
  return found.some((one) => one === null || one.wider || one.narrower) ? null : found.flatMap((one) => one!.globs);
}

/** `SPAN_KIND_SERVER`, `server`, `Server`. */
export function spanKindOf(text: string): SpanKind | null {
  return KINDS.find((kind) => kind === text.replace(/^SPAN_KIND_/, '').toLowerCase()) ?? null;
}

function environmentsOf(node: ConfigNode, isStrict: boolean): readonly string[] | null {
  const [one, ...others] = node.items ?? [];
  const value = textOf(member(one, 'value'));
  if (others.length > 0 || value === undefined || !ENVIRONMENTS.has(textOf(member(one, 'key')) ?? '')) return null;
  return namesOf([value], isStrict);
}

function membersOf(node: ConfigNode): string {
  return [...(node.members ?? [])].filter(([key]) => key !== 'match_type').map(([key, { items }]) => `${key}${items === null ? '' : ` (${items.length})`}`).join(', ');
}
