/** The attributes processor, and the resource processor, which has the same actions: deletions, hashes, and constants in place of values. */
import type { Action, Place, Scope } from '#policy';
import { type ConfigNode, member, textOf } from './config-tree.ts';
import type { Draft, Origin } from './draft.ts';
import { globsOf } from './key-globs.ts';
import { scopeOfMatch } from './match.ts';

const NO_CONSTANT = 'it copies a value; a policy takes away and never adds';

/** `place`: of the attributes that it acts on. */
export function importAttributes(name: string, config: ConfigNode, place: Place, draft: Draft): void {
  const scope = scopeOfMatch(name, config, draft);
  const list = member(config, place === 'resource' ? 'attributes' : 'actions');
  for (const action of list?.items ?? []) importAction({ processor: name, line: action.line }, action, { ...scope, places: [place] }, draft);
}

function importAction(origin: Origin, node: ConfigNode, scope: Scope, draft: Draft): void {
  const key = textOf(member(node, 'key')) ?? '';
  const pattern = textOf(member(node, 'pattern'));
  const action = textOf(member(node, 'action'))?.toLowerCase() ?? '';
  const what = `${action} ${key}${pattern === undefined ? '' : ` ${pattern}`}`;
  const add = (taken: Action): void => {
    const keys = keysOf(origin, key, action === 'extract' ? undefined : pattern, draft);
    if (keys.length > 0) draft.add({ name: `${origin.processor} ${action} ${key}`, origin, reason: `action ${action}`, for: scope, keys, action: taken });
  };
  switch (action) {
    case 'delete': return add('drop');
    case 'hash':
      draft.remark(origin, what, 'a keyed pseudonym stands instead of the SHA of the value: it is another text, and nobody without the key can find values by trying');
      return add({ pseudonymize: { purpose: 'imported' } });
    case 'update':
    case 'upsert': {
      const value = member(node, 'value');
      if (value === undefined) return draft.leave(origin, what, NO_CONSTANT);
      if (action === 'upsert') draft.leave(origin, what, 'where the attribute is not there it is not added: a policy takes away and never adds. Where it is there, its value is replaced');
      return add(constant(origin, what, String(value.value ?? ''), draft));
    }
    case 'insert': return draft.leave(origin, what, 'it adds an attribute: a policy takes away and never adds. Resource attributes of the SDK (OTEL_RESOURCE_ATTRIBUTES) can');
    case 'extract': return draft.leave(origin, what, 'it makes new attributes of a value');
    case 'convert': return draft.leave(origin, what, 'it changes a type and takes nothing away');
    default: return draft.leave(origin, what, 'not known here');
  }
}

/** `[name]` instead of the value: brackets say that somebody put it there. */
export function constant(origin: Origin, what: string, text: string, draft: Draft): Action {
  const name = text.toLowerCase().replace(/[^a-z0-9]+/g, '-').replace(/^-+|-+$/g, '').slice(0, 64).replace(/-+$/, '');
  if (name === '' || name === 'field') return 'replace';
  draft.remark(origin, what, `[${name}] stands instead of the value`);
  return { replace: { with: name } };
}

function keysOf(origin: Origin, key: string, pattern: string | undefined, draft: Draft): readonly string[] {
  const named = key === '' ? [] : [key];
  if (pattern === undefined) return named;
  const found = globsOf(pattern);
  if (found === null) {
    draft.leave(origin, pattern, 'globs with * cannot say it: name the keys');
    return named;
  }
  if (found.narrower) draft.leave(origin, pattern, `keys are told apart by case: taken are ${found.globs.join(', ')}, and no other spelling`);
  if (found.wider) draft.remark(origin, pattern, `taken as ${found.globs.join(', ')}, which is more`);
  return [...named, ...found.globs];
}
