/** What openings tell of that somebody should look at: one reader who wants very much, and sealed values that were changed. Findings name neither people nor values. */
import type { NewFinding } from '#findings';
import type { TenantId } from '#model';

export function openedMuch(tenant: TenantId, reader: string): NewFinding {
  return {
    tenant,
    analytic: { uid: 'reveal.limit', name: 'Openings of sealed values', type_id: 1 },
    subject: reader,
    severity_id: 4,
    title: 'Somebody wanted to open more sealed values than one may in an hour',
    message: `${reader.startsWith('a_') ? 'The account' : 'The token'} ${reader} was refused. What it opened, and for which reasons, is in the audit: tracekeep audit list --who ${reader}.`,
    resources: [{ type: reader.startsWith('a_') ? 'account' : 'token', uid: reader }],
  };
}

export function opensNot(tenant: TenantId, trace: string): NewFinding {
  return {
    tenant,
    analytic: { uid: 'reveal.changed', name: 'Sealed values that do not open', type_id: 1 },
    subject: trace,
    severity_id: 5,
    title: 'Sealed values of a trace do not open although their keys are there',
    message: `What is stored of the trace ${trace}, or of the keys for it, is not what was sealed: somebody changed it, or the disk did. tracekeep verify says which.`,
    resources: [{ type: 'trace', uid: trace }],
  };
}
