/**
 * A record of the audit as an event of OCSF 1.8: signing in and out as Authentication, everything else as API Activity. What OCSF has no place for stands
 * under `unmapped`.
 */
import { OCSF_VERSION } from '#findings/ocsf';
import { VERSION } from '#version';
import type { AuditRecord } from './audit.ts';

const AUTHENTICATION = { class_uid: 3002, category_uid: 3 } as const;
const API_ACTIVITY = { class_uid: 6003, category_uid: 6 } as const;
const LOGON = 1;
const LOGOFF = 2;
const [CREATE, READ, UPDATE, DELETE] = [1, 2, 3, 4] as const;
const INFORMATIONAL = 1;
const LOW = 2;

/** Verbs of actions that change nothing, make something, or end it; all others change something. */
const ACTIVITIES: Readonly<Record<string, number>> = {
  read: READ, list: READ, search: READ, try: READ, fetch: READ, reveal: READ, opened: READ,
  made: CREATE, added: CREATE, proposed: CREATE, asked: CREATE, write: CREATE,
  revoked: DELETE, removed: DELETE, withdrawn: DELETE, rejected: DELETE,
};

export function ocsfRecord(record: AuditRecord): object {
  const { id, time, until, action, outcome, code, count, network, route, tenant, entry, filter, rows, reason } = record;
  const isSignIn = action === 'sign.in' || action === 'sign.out';
  const activity_id = isSignIn ? (action === 'sign.in' ? LOGON : LOGOFF) : (ACTIVITIES[action.slice(action.indexOf('.') + 1)] ?? UPDATE);
  const { class_uid, category_uid } = isSignIn ? AUTHENTICATION : API_ACTIVITY;
  return {
    activity_id, category_uid, class_uid,
    type_uid: class_uid * 100 + activity_id,
    time: Date.parse(time),
    severity_id: outcome === 'allowed' ? INFORMATIONAL : LOW,
    status_id: outcome === 'allowed' ? 1 : 2,
    status: outcome === 'allowed' ? 'Success' : 'Failure',
    ...(code === null ? {} : { status_code: code }),
    ...(count === 1 ? {} : { count, start_time: Date.parse(time), end_time: Date.parse(until ?? time) }),
    metadata: { version: OCSF_VERSION, uid: id, product: { name: 'Tracekeep', version: VERSION, vendor_name: 'Tracekeep' }, log_name: 'audit', ...(tenant === null ? {} : { tenant_uid: tenant }) },
    src_endpoint: { name: network ?? (record.whoKind === 'command line' || record.whoKind === 'server' ? 'this machine' : 'unknown') },
    ...(isSignIn ? { user: userOf(record), service: { name: 'Tracekeep' } } : { actor: { user: userOf(record) }, api: { operation: action, service: { name: 'Tracekeep' } }, resources: [resourceOf(record)] }),
    unmapped: { route, outcome, log_entry: entry, who_kind: record.whoKind, ...(filter === null ? {} : { filter }), ...(rows === null ? {} : { rows }), ...(reason === null ? {} : { reason }) },
  };
}

function userOf({ who, whoId }: AuditRecord): object {
  return { name: who, ...(whoId === null ? {} : { uid: whoId }) };
}

function resourceOf({ resource }: AuditRecord): object {
  const at = resource.indexOf(':');
  return at === -1 ? { type: resource, name: resource } : { type: resource.slice(0, at), uid: resource.slice(at + 1) };
}
