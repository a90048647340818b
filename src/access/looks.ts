/**
 * What a policy looks at, found in its JSON: whether its answer can differ from one service or environment to the next, from one person to the next, and which
 * actions it can be about. On doubt it looks.
 */
import type { Action } from './actions.ts';
import type { EntityUidJson, Expr, PolicyJson, TypeAndId } from './cedar.ts';
import { groupsOf } from './entities.ts';

export interface Looks {
  readonly effect: 'permit' | 'forbid';
  /** Whether it can decide about this action. */
  readonly about: (action: Action) => boolean;
  /** Whether it can decide about whoever is this entity, or has it for a parent. */
  readonly concerns: (whose: ReadonlySet<string>, type: string) => boolean;
  /** At the service or environment that spans come from. */
  readonly rows: boolean;
  /** At the key of an attribute. */
  readonly keys: boolean;
  /** At the name of who asks. */
  readonly names: boolean;
  /** Whether there can be something that it cannot be evaluated for, although it fits the schema: numbers beyond the range, an entity that is not there. */
  readonly canFail: boolean;
}

export function looksOf(policy: PolicyJson): Looks {
  const actions = actionsIn(policy.action);
  return {
    effect: policy.effect,
    about: (action) => actions === null || actions.has(action) || groupsOf(action).some((group) => actions.has(group)),
    concerns: (whose, type) => isInScope(policy.principal, whose, type),
    rows: isRowScope(policy.resource) || policy.conditions.some(({ body }) => isAboutRows(body)),
    keys: isRowScope(policy.resource) || policy.conditions.some(({ body }) => isAboutKeys(body)),
    names: isAboutNames(policy.principal) || policy.conditions.some(({ body }) => isAboutNames(body)),
    canFail: policy.conditions.some(({ body }) => canFail(body)),
  };
}

/**
 * The policy for a question about a tenant's spans as a whole, "of any service?": a permit without what it says of rows; null for a forbid that looks at them, for it may
 * leave others. What it allows may turn out to be nothing; what it denies is denied everywhere.
 */
export function possiblyOf(policy: PolicyJson): PolicyJson | null {
  return withoutResource(policy, SAME_FOR_ROWS);
}

/** The same for a question about attributes, "of any key?". */
export function possiblyOfKeys(policy: PolicyJson): PolicyJson | null {
  return withoutResource(policy, SAME_FOR_KEYS);
}

/** `same`: attributes of the resource that may be asked for, because all have the same. */
function withoutResource(policy: PolicyJson, same: ReadonlySet<unknown>): PolicyJson | null {
  if (!isRowScope(policy.resource) && !policy.conditions.some(({ body }) => isAboutRows(body, same))) return policy;
  if (policy.effect === 'forbid') return null;
  const conditions = policy.conditions.flatMap((clause) => {
    const parts = (clause.kind === 'when' ? conjuncts(clause.body) : [clause.body]).filter((part) => !isAboutRows(part, same));
    return parts.map((body) => ({ kind: clause.kind, body }));
  });
  return { ...policy, resource: isRowScope(policy.resource) ? { op: 'All' } : policy.resource, conditions };
}

function conjuncts(body: Expr): readonly Expr[] {
  const both = memberOf(body, '&&');
  return isRecord(both) ? [...conjuncts(both['left'] as Expr), ...conjuncts(both['right'] as Expr)] : [body];
}

/** Null: all of them. */
function actionsIn(constraint: PolicyJson['action']): ReadonlySet<string> | null {
  if (constraint.op === 'All') return null;
  const uids = 'entities' in constraint ? constraint.entities : 'entity' in constraint ? [constraint.entity] : null;
  return uids === null ? null : new Set(uids.map((uid) => ('__entity' in uid ? uid.__entity.id : uid.id)));
}

/** As one text, to be compared. */
export function uidText({ type, id }: TypeAndId): string {
  return `${type}::${id}`;
}

/** INVARIANT: parents have no parents of their own in the schema. */
function isInScope(constraint: PolicyJson['principal'], whose: ReadonlySet<string>, type: string): boolean {
  const has = (uid: EntityUidJson): boolean => whose.has(uidText('__entity' in uid ? uid.__entity : uid));
  if (constraint.op === 'is') return constraint.entity_type === type && (constraint.in === undefined || !('entity' in constraint.in) || has(constraint.in.entity));
  return constraint.op === 'All' || !('entity' in constraint) || has(constraint.entity);
}

/** Everything but the bare type and the tenant. */
function isRowScope(constraint: PolicyJson['resource']): boolean {
  // Roles are no rows; what else is compared with may be.
  if (constraint.op === '==' && 'entity' in constraint && uidText('__entity' in constraint.entity ? constraint.entity.__entity : constraint.entity).startsWith('Role::')) return false;
  return constraint.op !== 'All' && !(constraint.op === 'is' && constraint.in === undefined);
}

/** Attributes of resources that do not differ from row to row. */
const SAME_FOR_ROWS: ReadonlySet<unknown> = new Set(['tenant', 'key', 'restricted', 'roles']);
const SAME_FOR_KEYS: ReadonlySet<unknown> = new Set(['tenant']);

/** Whether the resource occurs other than as `resource is Type`, or by an attribute that rows have in common. */
function isAboutRows(part: unknown, same = SAME_FOR_ROWS): boolean {
  if (Array.isArray(part)) return part.some((one) => isAboutRows(one, same));
  if (!isRecord(part)) return false;
  if (part['Var'] === 'resource') return true;
  return Object.entries(part).some(([operator, operand]) => {
    if (isRecord(operand) && isResource(operand['left'])) {
      if (operator === 'is' && operand['in'] === undefined) return false;
      const attribute = operand['attr'];
      if ((operator === '.' || operator === 'has') && same.has(Array.isArray(attribute) ? attribute[0] : attribute)) return false;
    }
    return isAboutRows(operand, same);
  });
}

/** A person or token by name, or the attribute that holds it. */
function isAboutNames(part: unknown): boolean {
  if (Array.isArray(part)) return part.some(isAboutNames);
  if (!isRecord(part)) return false;
  if (part['type'] === 'Person' || part['type'] === 'Token' || part['attr'] === 'name' || (Array.isArray(part['attr']) && part['attr'].includes('name'))) return true;
  return Object.values(part).some(isAboutNames);
}

/** An attribute of the telemetry by name, or what holds its key. */
function isAboutKeys(part: unknown): boolean {
  if (Array.isArray(part)) return part.some(isAboutKeys);
  if (!isRecord(part)) return false;
  if (part['type'] === 'Field' || part['attr'] === 'key' || (Array.isArray(part['attr']) && part['attr'].includes('key'))) return true;
  return Object.values(part).some(isAboutKeys);
}

/** Operators that have an answer for all operands which the schema lets be. Arithmetic and functions of extensions are not among them. */
const SURE: ReadonlySet<string> = new Set(['!', '==', '!=', 'in', '<', '<=', '>', '>=', '&&', '||', 'contains', 'containsAll', 'containsAny', 'isEmpty', 'has', 'is', 'like', 'if-then-else']);
const OPERANDS: readonly string[] = ['arg', 'left', 'right', 'if', 'then', 'else'];

function canFail(expression: unknown): boolean {
  if (!isRecord(expression)) return true;
  const [[operator, operand] = ['', null], ...others] = Object.entries(expression);
  if (others.length > 0) return true;
  if (operator === 'Value' || operator === 'Var') return false;
  if (operator === 'Set') return !Array.isArray(operand) || operand.some(canFail);
  if (!isRecord(operand)) return true;
  // Only who asks and what is asked about are there with their attributes.
  if (operator === '.') return !isRecord(operand['left']) || !('Var' in operand['left']);
  return !SURE.has(operator) || OPERANDS.some((name) => name in operand && canFail(operand[name])) || (isRecord(operand['in']) && canFail(operand['in']));
}

const isResource = (part: unknown): boolean => isRecord(part) && part['Var'] === 'resource';

function memberOf(expression: Expr, operator: string): unknown {
  return (expression as Readonly<Record<string, unknown>>)[operator];
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
