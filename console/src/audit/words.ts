/** What records say, in people's words; and where the things are that they name. */

const ACTIONS: Readonly<Record<string, string>> = {
  'trace.read': 'looked at a trace',
  'trace.search': 'searched traces',
  'trace.write': 'sent spans',
  'service.list': 'listed services',
  'operation.list': 'listed operations',
  'dependency.read': 'looked at the map',
  'figures.read': 'looked at figures of services',
  'exposure.read': 'looked at the exposure',
  'attribute.list': 'listed attributes or their values',
  'finding.read': 'looked at findings',
  'entry.read': 'looked at what an entry of the log says',
  'audit.read': 'looked at the audit',
  'integrity.verify': 'verified the store',
  'policy.try': 'tried a policy on stored spans',
  'field.reveal': 'opened a sealed value',
  'opening.opened': 'opened sealed values',
  'opening.asked': 'asked to open sealed values',
  'opening.approved': 'approved that somebody opens sealed values',
  'opening.declined': 'declined that somebody opens sealed values',
  'opening.taken-back': 'did not want to open sealed values any more',
  'subject.find': 'looked for what is held of a person',
  'subject.export': 'exported what is held of a person',
  'opening.exported': 'was given what is held of a person',
  'erasure.asked': 'asked to have a person forgotten',
  'erasure.approved': 'approved that a person is forgotten',
  'erasure.declined': 'declined that a person is forgotten',
  'erasure.taken-back': 'did not want to have a person forgotten any more',
  'erasure.erased-again': 'destroyed keys anew that had been put back',
  'erasure.erased': 'had a person forgotten',
  'sign.in': 'signed in',
  'sign.out': 'signed out',
  'token.made': 'made a token',
  'token.revoked': 'revoked a token',
  'producer.added': 'added a producer',
  'producer.rotated': 'made a new key for a producer',
  'producer.revoked': 'revoked a producer',
  'person.added': 'added a person',
  'person.removed': 'removed a person',
  'tenant.made': 'made a tenant',
  'tenant.set': 'changed a tenant',
  'policy.applied': 'put a policy in force',
  'policy.proposed': 'proposed a policy',
  'finding.status': 'decided about a finding',
};

/** Kinds that one looks for; `*` as the API takes it. */
export const KINDS: readonly { readonly id: string; readonly label: string }[] = [
  { id: 'trace.read', label: 'Looked at traces' },
  { id: 'trace.search', label: 'Searched' },
  { id: 'opening.*', label: 'Opened sealed values' },
  { id: 'sign.*', label: 'Signed in or out' },
  { id: 'person.*', label: 'People' },
  { id: 'token.*', label: 'Tokens' },
  { id: 'producer.*', label: 'Producers' },
  { id: 'policy.*', label: 'Policy' },
  { id: 'finding.*', label: 'Findings' },
  { id: 'audit.read', label: 'Looked at the audit' },
];

export function actionWords(action: string): string {
  const at = action.indexOf('.');
  return ACTIONS[action] ?? `${action.slice(0, at)}: ${action.slice(at + 1).replaceAll('-', ' ')}`;
}

/** What stands behind the words: a short id, or nothing where the words say it all. */
export function thingOf(resource: string): string {
  const [kind = '', id] = resource.split(':', 2);
  if (id === undefined) return '';
  return kind === 'trace' ? `${id.slice(0, 8)}…` : id;
}

interface Place {
  readonly to: string;
  readonly search: Record<string, unknown>;
}

/** Null where there is no page of it. */
export function linkOf(resource: string): Place | null {
  const [, kind = '', id = ''] = /^(trace|finding|token|account|producer):([0-9a-z_]{1,64})$/u.exec(resource) ?? [];
  if (kind === 'trace') return { to: `/traces/${id}`, search: {} };
  if (kind === 'finding') return { to: '/findings', search: { status: 'all', finding: id } };
  if (kind === 'token' || kind === 'account') return { to: kind === 'token' ? '/settings/tokens' : '/settings/people', search: {} };
  return kind === 'producer' ? { to: '/ingest', search: {} } : null;
}
