/**
 * A finding as an event of OCSF 1.8, class Detection Finding: what security tools read without being told. Nothing in here is payload; what OCSF
 * has no place for stands under `unmapped`.
 */
import type { FindingRecord, SeverityId, StatusId } from '#control';
import { VERSION } from '#version';

export const OCSF_VERSION = '1.8.0';
const CLASS_UID = 2004;
const ACTIVITIES = { created: 1, updated: 2, closed: 3 } as const;

export const SEVERITY_NAMES: Readonly<Record<SeverityId, string>> = { 1: 'Informational', 2: 'Low', 3: 'Medium', 4: 'High', 5: 'Critical', 6: 'Fatal' };
export const STATUS_NAMES: Readonly<Record<StatusId, string>> = { 1: 'New', 2: 'In Progress', 3: 'Suppressed', 4: 'Resolved', 5: 'Archived' };

export function ocsfFinding(finding: FindingRecord): object {
  const { uid, tenant, analytic, severity_id, status_id, title, message, evidences, resources, first, last, count, changed } = finding;
  const activity_id = activityOf(finding);
  return {
    activity_id,
    category_uid: 2,
    class_uid: CLASS_UID,
    type_uid: CLASS_UID * 100 + activity_id,
    time: last,
    severity_id,
    severity: SEVERITY_NAMES[severity_id],
    status_id,
    status: STATUS_NAMES[status_id],
    message,
    count,
    ...(changed === null || changed.comment === '' ? {} : { comment: changed.comment }),
    metadata: { version: OCSF_VERSION, product: { name: 'Tracekeep', version: VERSION }, ...(tenant === null ? {} : { tenant_uid: tenant }) },
    finding_info: { uid, title, analytic, created_time: first, first_seen_time: first, last_seen_time: last, ...(changed === null ? {} : { modified_time: changed.time }) },
    evidences: evidences.map((data) => ({ data })),
    resources,
    ...(changed === null ? {} : { unmapped: { status_changed_by: changed.by } }),
  };
}

function activityOf({ status_id, count, changed }: FindingRecord): number {
  if (status_id === 4 || status_id === 5) return ACTIVITIES.closed;
  return count === 1 && changed === null ? ACTIVITIES.created : ACTIVITIES.updated;
}
