/** Who asks, what, and about what, as Cedar's entities: JSON, whatever stands in the names. The same as `schema.cedarschema` says; a test compares. */
import type { Reader } from '#model';
import type { Resource } from './access.ts';
import type { Action } from './actions.ts';
import type { CedarValueJson, EntityJson, Question, TypeAndId } from './cedar.ts';

export type ResourceType = 'Role' | 'Trace' | 'Field' | 'Policy' | 'Finding' | 'Producer' | 'Account' | 'Key' | 'Log' | 'Server' | 'Subject';

/** What each action is about. */
export const ABOUT: Readonly<Record<Action, ResourceType>> = {
  'token.own': 'Server',
  'session.read': 'Server',
  'session.list': 'Server',
  'session.end': 'Server',
  'password.change': 'Server',
  'factor.change': 'Server',
  'openapi.read': 'Server',
  'server.read': 'Server',
  'trace.read': 'Trace',
  'trace.search': 'Trace',
  'service.list': 'Trace',
  'operation.list': 'Trace',
  'dependency.read': 'Trace',
  'figures.read': 'Trace',
  'exposure.read': 'Trace',
  'attribute.list': 'Trace',
  'policy.try': 'Trace',
  'trace.outline': 'Trace',
  'field.read': 'Field',
  'field.reveal': 'Field',
  'field.search': 'Field',
  'subject.find': 'Subject',
  'subject.export': 'Subject',
  'subject.forget': 'Subject',
  'finding.read': 'Finding',
  'finding.change': 'Finding',
  'policy.read': 'Policy',
  'policy.write': 'Policy',
  'glass.break': 'Role',
  'key.list': 'Key',
  'key.change': 'Key',
  'access.read': 'Policy',
  'access.write': 'Policy',
  'log.read': 'Log',
  'entry.list': 'Log',
  'integrity.read': 'Log',
  'integrity.verify': 'Log',
  'entry.read': 'Log',
  'audit.read': 'Log',
  'accounting.read': 'Server',
  'metrics.read': 'Server',
  'producer.list': 'Producer',
  'producer.change': 'Producer',
  'token.list': 'Account',
  'token.change': 'Account',
  'account.list': 'Account',
  'account.change': 'Account',
  'tenant.list': 'Server',
  'tenant.change': 'Server',
};

const GROUPS: Readonly<Record<string, readonly Action[]>> = {
  own: ['token.own', 'session.read', 'session.list', 'session.end', 'password.change', 'factor.change', 'openapi.read', 'server.read'],
  telemetry: ['trace.read', 'trace.search', 'service.list', 'operation.list', 'dependency.read', 'figures.read', 'exposure.read', 'attribute.list', 'policy.try'],
  integrity: ['log.read', 'entry.list', 'integrity.read'],
};

/** Names of the groups of actions, as `Action::"telemetry"`. */
export function groupsOf(action: Action): readonly string[] {
  return Object.keys(GROUPS).filter((group) => GROUPS[group]?.includes(action) === true);
}

/** What the minimization policy says of an attribute. */
export interface FieldState {
  readonly restricted: boolean;
  /** Who may read it; null: whoever sees the span. */
  readonly roles: readonly string[] | null;
}

export const OPEN_FIELD: FieldState = { restricted: false, roles: null };

/** What the minimization policy in force says of attributes. */
export interface Fields {
  /** Keys with `*` that are restricted, to roles or in evidence. */
  readonly keys: readonly string[];
  /** INVARIANT: who may read a value is a matter of which of `keys` match its key, and each that matches more allows fewer. */
  readonly of: (key: string) => FieldState;
  /** Another one whenever `of` may answer otherwise; '' where it restricts nothing to roles. */
  readonly digest: string;
}

export const NO_FIELDS = (): Fields => ({ keys: [], of: () => OPEN_FIELD, digest: '' });

/** A token that acts for somebody is asked about as that person: a policy that says no to the person says no to every token of theirs. */
export function principalOf({ kind, name, person }: Reader): TypeAndId {
  return kind === 'person' || person !== undefined ? { type: 'Person', id: person?.name ?? name } : { type: 'Token', id: name };
}

/** What policies may say of them: `principal in Role::"viewer"`. */
export function parentsOf({ roles, groups }: Reader): readonly TypeAndId[] {
  return [...roles.map((id) => ({ type: 'Role', id })), ...groups.map((id) => ({ type: 'Group', id }))];
}

/** INVARIANT: the reader is of the resource's tenant. */
export function questionOf(reader: Reader, action: Action, resource: Resource, field: FieldState = OPEN_FIELD): Question {
  const tenant = { type: 'Tenant', id: resource.tenant };
  const principal = principalOf(reader);
  const asked = { type: 'Action', id: action };
  const subject = resourceOf(ABOUT[action], resource, field);
  return {
    principal,
    action: asked,
    resource: subject.uid as TypeAndId,
    entities: [
      { uid: principal, attrs: { name: principal.id, tenant: { __entity: tenant } }, parents: [...parentsOf(reader)] },
      { uid: asked, attrs: {}, parents: groupsOf(action).map((id) => ({ type: 'Action', id })) },
      subject,
    ],
  };
}

function resourceOf(type: ResourceType, { tenant, service, environment, field: key, id = '' }: Resource, field: FieldState): EntityJson {
  // Roles are the same in all tenants.
  if (type === 'Role') return { uid: { type, id }, attrs: {}, parents: [] };
  const own = { __entity: { type: 'Tenant', id: tenant } };
  const entity = (id: string, attrs: Readonly<Record<string, CedarValueJson>>, parents: readonly TypeAndId[] = []): EntityJson => ({ uid: { type, id }, attrs: { ...attrs, tenant: own }, parents: [...parents, own.__entity] });
  if (type === 'Trace' && service !== undefined) {
    const at = { service, environment: environment ?? '' };
    return entity(`${at.service}@${at.environment}`, at, [{ type: 'Service', id: at.service }, { type: 'Environment', id: at.environment }]);
  }
  if (type === 'Field' && key !== undefined) {
    const roles = field.roles === null ? {} : { roles: field.roles.map((id) => ({ __entity: { type: 'Role', id } })) };
    return entity(key, { key, restricted: field.restricted, ...roles });
  }
  return entity(tenant, {});
}
