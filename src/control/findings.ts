/**
 * Changes to findings: written with their count, given another status; and how they are read. Rows are bounded in number: what is closed goes first,
 * oldest first, and what one analytic finds without end is counted in one row.
 */
import type { SelectQueryBuilder } from 'kysely';

import { LIMITS } from '#limits';
import { DEFAULT_TENANT } from '#model';
import type { TenantId } from '#model';
import { refuse } from '#refusal';
import type { Refusal } from '#refusal';

import { COMMAND_LINE, SERVER } from './actor.ts';
import type { Actor } from './actor.ts';
import { newId } from './change.ts';
import type { Change } from './change.ts';
import type { ControlTables } from './database.ts';
import { CLOSED, distinct } from './finding.ts';
import type { CountedFinding, FindingFilter, FindingRecord, NewFinding, StatusId } from './finding.ts';
import { tellLog } from './outbox.ts';
import type { ControlRows } from './rows.ts';
import type { ColumnSealer } from './sealed.ts';

/** What is counted beyond `findings_per_analytic_max` has this subject. No other finding can: theirs are not empty. */
const REST = '';

export function findingsIn(rows: ControlRows) {
  const { kysely, sealer } = rows;
  return {
    /** Findings that there was no room for are counted. */
    async recordFindings(counted: readonly CountedFinding[]): Promise<{ readonly dropped: number }> {
      return rows.change(SERVER, (change) => recordFindings(change, counted));
    },

    /** `tenant` null: whoever it belongs to. Refusals: name_unknown, action_forbidden. */
    async changeFinding({ tenant, uid }: { readonly tenant: TenantId | null; readonly uid: string }, wanted: { readonly status_id: StatusId; readonly comment: string }, by: Actor = COMMAND_LINE): Promise<FindingRecord | Refusal> {
      return rows.change(by, (change) => changeFinding(change, tenant, uid, wanted));
    },

    findFinding(tenant: TenantId | null, uid: string): FindingRecord | null {
      const [row] = rows.read(kysely.selectFrom('findings').select('sealed').where('uid', '=', uid));
      const found = row === undefined ? null : openFinding(sealer, uid, row.sealed);
      return found !== null && isVisible(found, tenant) ? found : null;
    },

    /** Those seen last come first. */
    listFindings({ tenant, status_id, severity_id, analytic, since, after, limit }: FindingFilter): readonly FindingRecord[] {
      let found: SelectQueryBuilder<ControlTables, 'findings', { uid: string; sealed: Uint8Array }> = kysely.selectFrom('findings').select(['uid', 'sealed']);
      if (tenant !== undefined) found = found.where('tenant', 'in', [tenantHash(sealer, tenant), tenantHash(sealer, null)]);
      if (status_id !== undefined) found = found.where('status', 'in', status_id);
      if (severity_id !== undefined) found = found.where('severity', '>=', severity_id);
      if (analytic !== undefined) found = found.where('analytic', '=', analyticHash(sealer, analytic));
      if (since !== undefined) found = found.where('seen', '>=', since);
      if (after !== undefined) found = found.where((is) => is.or([is('seen', '<', after.last), is.and([is('seen', '=', after.last), is('uid', '<', after.uid)])]));
      return rows.read(found.orderBy('seen', 'desc').orderBy('uid', 'desc').limit(limit)).map(({ uid, sealed }) => openFinding(sealer, uid, sealed));
    },
  };
}

async function recordFindings(change: Change, counted: readonly CountedFinding[]): Promise<{ readonly dropped: number }> {
  let dropped = 0;
  for (const one of counted) if (!(await recordFinding(change, one))) dropped += one.count;
  return { dropped };
}

/** The finding with another status. The administrators of the default tenant, who run the deployment, change what concerns all. */
async function changeFinding(change: Change, tenant: TenantId | null, uid: string, { status_id, comment }: { readonly status_id: StatusId; readonly comment: string }): Promise<FindingRecord | Refusal> {
  const row = await change.rows.selectFrom('findings').select('sealed').where('uid', '=', uid).executeTakeFirst();
  const before = row === undefined ? null : openFinding(change.sealer, uid, row.sealed);
  if (before === null || !isVisible(before, tenant)) return refuse('name_unknown', 'a finding');
  if (tenant !== null && (before.tenant ?? DEFAULT_TENANT) !== tenant) return refuse('action_forbidden', 'a finding about the whole deployment');
  const after: FindingRecord = { ...before, status_id, changed: { time: change.now, by: change.by, comment } };
  await update(change, after);
  await tellLog(change, 'finding', { what: 'status', tenant: after.tenant, finding: uid, analytic: after.analytic.uid, status_id }, { comment });
  return after;
}

function isVisible(finding: FindingRecord, tenant: TenantId | null): boolean {
  return tenant === null || finding.tenant === null || finding.tenant === tenant;
}

/** False if there was no room for it. */
async function recordFinding(change: Change, counted: CountedFinding): Promise<boolean> {
  const { finding } = counted;
  const known = await findEqual(change, finding);
  if (known !== null) return countUp(change, known, counted);
  if (!(await hasRoomInAnalytic(change, finding))) {
    const rest = { ...finding, subject: REST };
    const others = await findEqual(change, rest);
    if (others !== null) return countUp(change, others, { ...counted, finding: rest });
    return insert(change, { ...counted, finding: { ...rest, message: `More than ${LIMITS.findings_per_analytic_max} of these are open; this one counts the others.` } });
  }
  return insert(change, counted);
}

async function insert(change: Change, { finding, count, first, last }: CountedFinding): Promise<boolean> {
  if (!(await makeRoom(change, finding))) return false;
  const { tenant, analytic, subject, severity_id, title, message, evidences = [], resources = [] } = finding;
  const record: FindingRecord = { uid: newId(change, 'f_'), tenant, analytic, subject, severity_id, title, message, evidences, resources, status_id: 1, first, last, count, changed: null };
  await change.rows.insertInto('findings').values(rowOf(change.sealer, record)).execute();
  return true;
}

async function countUp(change: Change, before: FindingRecord, { finding, count, last }: CountedFinding): Promise<true> {
  const { severity_id, title, evidences = [], resources = [] } = finding;
  await update(change, {
    ...before,
    title,
    message: finding.subject === REST ? before.message : finding.message,
    severity_id: severity_id > before.severity_id ? severity_id : before.severity_id,
    evidences: distinct([...before.evidences, ...evidences], LIMITS.finding_evidences_max),
    resources: distinct([...before.resources, ...resources], LIMITS.finding_resources_max),
    status_id: CLOSED.includes(before.status_id) ? 1 : before.status_id,
    count: before.count + count,
    last: Math.max(before.last, last),
  });
  return true;
}

async function hasRoomInAnalytic(change: Change, { tenant, analytic }: NewFinding): Promise<boolean> {
  const own = { tenant: tenantHash(change.sealer, tenant), analytic: analyticHash(change.sealer, analytic.uid) };
  const { count } = await change.rows.selectFrom('findings').select((is) => is.fn.countAll<number>().as('count')).where('tenant', '=', own.tenant).where('analytic', '=', own.analytic).executeTakeFirstOrThrow();
  if (count < LIMITS.findings_per_analytic_max) return true;
  const closed = await change.rows.selectFrom('findings').select('uid').where('tenant', '=', own.tenant).where('analytic', '=', own.analytic).where('status', 'in', CLOSED).orderBy('seen').limit(1).executeTakeFirst();
  if (closed === undefined) return false;
  await change.rows.deleteFrom('findings').where('uid', '=', closed.uid).execute();
  return true;
}

/** The oldest closed one goes, else the oldest of those that are less severe than the new one. */
async function makeRoom(change: Change, { severity_id }: NewFinding): Promise<boolean> {
  const { count } = await change.rows.selectFrom('findings').select((is) => is.fn.countAll<number>().as('count')).executeTakeFirstOrThrow();
  if (count < LIMITS.findings_max) return true;
  const closed = await change.rows.selectFrom('findings').select('uid').where('status', 'in', CLOSED).orderBy('seen').limit(1).executeTakeFirst();
  const leaving = closed ?? (await change.rows.selectFrom('findings').select('uid').where('severity', '<', severity_id).orderBy('severity').orderBy('seen').limit(1).executeTakeFirst());
  if (leaving === undefined) return false;
  await change.rows.deleteFrom('findings').where('uid', '=', leaving.uid).execute();
  return true;
}

async function findEqual(change: Change, finding: NewFinding): Promise<FindingRecord | null> {
  const row = await change.rows.selectFrom('findings').select(['uid', 'sealed']).where('subject', '=', subjectHash(change.sealer, finding)).executeTakeFirst();
  return row === undefined ? null : openFinding(change.sealer, row.uid, row.sealed);
}

async function update(change: Change, finding: FindingRecord): Promise<void> {
  await change.rows.updateTable('findings').set(rowOf(change.sealer, finding)).where('uid', '=', finding.uid).execute();
}

function openFinding(sealer: ColumnSealer, uid: string, sealed: Uint8Array): FindingRecord {
  return sealer.open(findingPlace(uid), sealed) as FindingRecord;
}

function rowOf(sealer: ColumnSealer, finding: FindingRecord) {
  const { uid, tenant, analytic, status_id, severity_id, last } = finding;
  return {
    uid, subject: subjectHash(sealer, finding), tenant: tenantHash(sealer, tenant), analytic: analyticHash(sealer, analytic.uid),
    status: status_id, severity: severity_id, seen: last, sealed: sealer.seal(findingPlace(uid), finding),
  };
}

const findingPlace = (uid: string): string => `findings/${uid}`;
const tenantHash = (sealer: ColumnSealer, tenant: TenantId | null): Uint8Array => sealer.hash('finding tenant', tenant ?? '');
const analyticHash = (sealer: ColumnSealer, uid: string): Uint8Array => sealer.hash('finding analytic', uid);
const subjectHash = (sealer: ColumnSealer, { tenant, analytic, subject }: NewFinding): Uint8Array => sealer.hash('finding', tenant ?? '', analytic.uid, subject);
