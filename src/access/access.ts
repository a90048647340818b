/**
 * Who may do what: decided here and nowhere else. Two roles for now, as a table. A reader belongs to one tenant and reaches nothing of
 * another, whatever the role.
 */
import type { Reader, Role, TenantId } from '#model';
import { refuse } from '#refusal';
import type { Refusal } from '#refusal';

const VIEWER: readonly Role[] = ['viewer', 'admin'];
const ADMIN: readonly Role[] = ['admin'];

const WHO_MAY = {
  'trace.read': VIEWER,
  'trace.search': VIEWER,
  'service.list': VIEWER,
  'operation.list': VIEWER,
  'dependency.read': VIEWER,
  'figures.read': VIEWER,
  'exposure.read': VIEWER,
  'attribute.list': VIEWER,
  'accounting.read': VIEWER,
  'server.read': VIEWER,
  'openapi.read': VIEWER,
  'metrics.read': ADMIN,
  'producer.list': ADMIN,
  'producer.change': ADMIN,
  'token.list': ADMIN,
  'token.change': ADMIN,
  'session.read': VIEWER,
  'session.end': VIEWER,
  'password.change': VIEWER,
  'account.list': ADMIN,
  'account.change': ADMIN,
  'tenant.list': ADMIN,
  'tenant.change': ADMIN,
  'finding.read': VIEWER,
  'finding.change': ADMIN,
  'log.read': VIEWER,
  'entry.list': VIEWER,
  'integrity.read': VIEWER,
  'integrity.verify': ADMIN,
  'entry.read': ADMIN,
  'policy.read': VIEWER,
  'policy.write': ADMIN,
  'policy.try': VIEWER,
} as const satisfies Record<string, readonly Role[]>;

export type Action = keyof typeof WHO_MAY;

/**
 * Whether the log keeps who did it. What shows telemetry is recorded, and what shows who read what; names, sums and figures are not. A new action must say.
 */
export const RECORDED: Readonly<Record<Action, boolean>> = {
  'trace.read': true,
  'trace.search': true,
  'service.list': false,
  'operation.list': false,
  'dependency.read': false,
  'figures.read': false,
  'exposure.read': false,
  'attribute.list': true,
  'accounting.read': false,
  'server.read': false,
  'openapi.read': false,
  'metrics.read': false,
  // Changes are entries of their own.
  'producer.list': false,
  'producer.change': false,
  'token.list': false,
  'token.change': false,
  'session.read': false,
  'session.end': false,
  'password.change': false,
  'account.list': false,
  'account.change': false,
  'tenant.list': false,
  'tenant.change': false,
  'finding.read': true,
  'finding.change': false,
  'log.read': false,
  'integrity.read': false,
  'integrity.verify': false,
  // It says nothing of any span; its changes are entries of their own.
  'policy.read': false,
  'policy.write': false,
  // Statements name things by ids. Who read what is in the closed parts, which this one shows.
  'entry.list': false,
  'entry.read': true,
  // Its samples are shapes of what spans hold.
  'policy.try': true,
};

export interface Resource {
  readonly tenant: TenantId;
}

/** What a role may do in its own tenant, for those who draw buttons. */
export function actionsOf(role: Role): readonly Action[] {
  return (Object.keys(WHO_MAY) as Action[]).filter((action) => (WHO_MAY[action] as readonly Role[]).includes(role));
}

/** True, or the refusal `action_forbidden`. An action or role that is not in the table is forbidden too. */
export function decide(reader: Pick<Reader, 'role' | 'tenant'>, action: Action, resource: Resource): true | Refusal {
  if (reader.tenant !== resource.tenant) return refuse('action_forbidden', `${action} in another tenant`);
  const roles: readonly Role[] = Object.hasOwn(WHO_MAY, action) ? WHO_MAY[action] : [];
  return roles.includes(reader.role) ? true : refuse('action_forbidden', `${action} as ${reader.role}`);
}
