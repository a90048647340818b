/** Every action there is, which of them are recorded, and what each role may do. */
import type { Role } from '#model';

/**
 * Every action, and whether the log keeps who did it. What shows telemetry is recorded, and what shows who read what; names, sums and figures are not, and changes are
 * entries of their own. A new action must say.
 */
export const RECORDED = {
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
  // Statements name things by ids. Who read what is in the closed parts, which `entry.read` shows.
  'entry.list': false,
  'entry.read': true,
  // Its samples are shapes of what spans hold.
  'policy.try': true,
} as const satisfies Record<string, boolean>;

export type Action = keyof typeof RECORDED;

export const ACTIONS = Object.keys(RECORDED) as readonly Action[];

const OWN: readonly Action[] = ['session.read', 'session.end', 'password.change', 'openapi.read', 'server.read', 'log.read', 'entry.list', 'integrity.read'];
const READ: readonly Action[] = ['trace.read', 'trace.search', 'service.list', 'operation.list', 'dependency.read', 'figures.read', 'exposure.read', 'attribute.list', 'accounting.read', 'finding.read', 'policy.read', 'policy.try'];

export const MAY: Readonly<Record<Role, ReadonlySet<Action>>> = {
  viewer: new Set([...OWN, ...READ]),
  investigator: new Set([...OWN, ...READ]),
  'security-analyst': new Set([...OWN, ...READ, 'finding.change']),
  'privacy-officer': new Set([...OWN, ...READ, 'policy.write']),
  'key-custodian': new Set([...OWN, 'policy.read']),
  auditor: new Set([...OWN, 'accounting.read', 'policy.read', 'entry.read', 'integrity.verify', 'account.list', 'token.list', 'producer.list', 'tenant.list']),
  operator: new Set([...OWN, 'accounting.read', 'metrics.read', 'integrity.verify', 'producer.list', 'producer.change', 'tenant.list']),
  admin: new Set(ACTIONS),
};
