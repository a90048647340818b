/** Every action there is, and which of them are recorded. What each role may do stands in `roles/`. */

/**
 * Every action, and whether the log keeps who did it. What shows telemetry is recorded, names and figures of it included, and what shows who read what; changes are
 * entries of their own. A new action must say.
 */
export const RECORDED = {
  'trace.read': true,
  'trace.search': true,
  'service.list': true,
  'operation.list': true,
  'dependency.read': true,
  'figures.read': true,
  'exposure.read': true,
  'attribute.list': true,
  'accounting.read': false,
  'server.read': false,
  'openapi.read': false,
  'metrics.read': false,
  'producer.list': false,
  'producer.change': false,
  'token.list': false,
  'token.change': false,
  // One's own.
  'token.own': false,
  'session.read': false,
  'session.list': false,
  'session.end': false,
  'password.change': false,
  'factor.change': false,
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
  // Part of what shows traces.
  'trace.outline': false,
  'field.read': false,
  // Whoever opens a sealed value says so.
  'field.reveal': true,
  // Part of what searches spans, which says so.
  'field.search': true,
  // Whoever looks for somebody by name learns that they are there; to forget somebody is an entry of its own.
  'subject.find': true,
  'subject.export': true,
  'subject.forget': false,
  // Who looks at who read what.
  'audit.read': true,
  // It is an entry of its own, and a finding.
  'glass.break': false,
  'key.list': false,
  // Each is an entry of its own.
  'key.change': false,
  'access.read': false,
  'access.write': false,
} as const satisfies Record<string, boolean>;

export type Action = keyof typeof RECORDED;

export const ACTIONS = Object.keys(RECORDED) as readonly Action[];
