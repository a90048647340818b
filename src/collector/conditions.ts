/** Conditions of the transformation language as the `for` of a rule: which service, which environment, which kind of span. */
import type { Place, Scope } from '#policy';
import { namesOf, spanKindOf } from './match.ts';
import type { Condition, Value } from './ottl.ts';

/** What paths without a prefix are about. */
export type Context = 'resource' | 'scope' | 'span' | 'spanevent';

/** An attribute, or the attributes of a place. */
export interface AttributesPath {
  readonly place: Place;
  readonly key: string | null;
}

const PREFIXES: Readonly<Record<string, Context>> = { resource: 'resource', scope: 'scope', instrumentation_scope: 'scope', span: 'span', spanevent: 'spanevent' };
const PLACES: Readonly<Record<Context, Place>> = { resource: 'resource', scope: 'scope', span: 'span', spanevent: 'event' };
const TEXTS: Readonly<Record<string, Place>> = { 'span name': 'span-name', 'span status.message': 'status-message', 'span trace_state': 'trace-state', 'spanevent name': 'event-name', 'scope name': 'scope-name', 'scope version': 'scope-version' };

/** Null if it is about something else, or about a part of an attribute. */
export function attributesOf(value: Value | undefined, context: Context): AttributesPath | null {
  if (value?.is !== 'path') return null;
  const { of, names } = prefixed(value.names, context);
  if (names.length !== 1 || names[0] !== 'attributes' || value.keys.length > 1) return null;
  return { place: PLACES[of], key: value.keys[0] ?? null };
}

/** A text that is no attribute. */
export function textPlaceOf(value: Value | undefined, context: Context): Place | null {
  if (value?.is !== 'path' || value.keys.length > 0) return null;
  const { of, names } = prefixed(value.names, context);
  return TEXTS[`${of} ${names.join('.')}`] ?? null;
}

/** Null if `for` cannot say it. An attribute that must be there is no condition for what acts on that attribute. */
export function scopeOf(condition: Condition, context: Context, acted: AttributesPath | null): Scope | null {
  switch (condition.is) {
    case 'and': {
      let scope: Scope = {};
      for (const part of condition.parts) {
        const one = scopeOf(part, context, acted);
        if (one === null || Object.keys(one).some((name) => name in scope)) return null;
        scope = { ...scope, ...one };
      }
      return scope;
    }
    case 'or': return either(condition.parts.map((part) => scopeOf(part, context, acted)));
    case 'not': return null;
    case 'compare': return condition.sign === '==' ? equal(condition.left, condition.right, context) : condition.sign === '!=' && condition.right.is === 'nil' && isActed(condition.left, context, acted) ? {} : null;
    case 'holds': return matching(condition.value, context);
  }
}

/** Alternatives about one and the same thing. */
function either(scopes: readonly (Scope | null)[]): Scope | null {
  let union: Scope | null = null;
  for (const scope of scopes) {
    const [name, ...others] = Object.keys(scope ?? {}) as (keyof Scope)[];
    if (scope === null || name === undefined || others.length > 0 || (union !== null && union[name] === undefined)) return null;
    union = { [name]: [...(union?.[name] ?? []), ...scope[name]!] };
  }
  return union;
}

function equal(left: Value, right: Value, context: Context): Scope | null {
  const text = right.is === 'text' ? right.text : right.is === 'path' && right.names.length === 1 ? right.names[0]! : null;
  if (text === null) return null;
  if (right.is === 'text') {
    const named = resourceScope(left, context, namesOf([text], true));
    if (named !== null) return named;
  }
  if (left.is !== 'path') return null;
  const { of, names } = prefixed(left.names, context);
  const kind = of === 'span' && (names.join('.') === 'kind' || names.join('.') === 'kind.string') ? spanKindOf(text) : null;
  return kind === null ? null : { spans: [kind] };
}

/** `IsMatch(resource.attributes["service.name"], "^shop-.*")`. */
function matching(value: Value, context: Context): Scope | null {
  if (value.is !== 'call' || value.name !== 'IsMatch' || value.args[1]?.is !== 'text') return null;
  return resourceScope(value.args[0]!, context, namesOf([value.args[1].text], false));
}

function resourceScope(path: Value, context: Context, globs: readonly string[] | null): Scope | null {
  const attribute = attributesOf(path, context);
  if (attribute?.place !== 'resource' || globs === null) return null;
  if (attribute.key === 'service.name') return { services: globs };
  return attribute.key === 'deployment.environment' || attribute.key === 'deployment.environment.name' ? { environments: globs } : null;
}

function isActed(value: Value, context: Context, acted: AttributesPath | null): boolean {
  const attribute = attributesOf(value, context);
  return attribute !== null && acted !== null && attribute.place === acted.place && attribute.key === acted.key;
}

function prefixed(names: readonly string[], context: Context): { readonly of: Context; readonly names: readonly string[] } {
  const of = names.length > 1 ? PREFIXES[names[0]!] : undefined;
  return of === undefined ? { of: context, names } : { of, names: names.slice(1) };
}
