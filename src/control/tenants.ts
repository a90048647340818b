/** Tenants: made when first named, given a retention class. */
import { LIMITS } from '#limits';
import type { TenantId } from '#model';
import { isRefusal, refuse } from '#refusal';
import type { Refusal } from '#refusal';

import { COMMAND_LINE } from './actor.ts';
import type { Actor } from './actor.ts';
import type { Change } from './change.ts';
import { isRetentionName } from './names.ts';
import { tellLog } from './outbox.ts';
import { DEFAULT_RETENTION, tenantPlace } from './records.ts';
import type { TenantRecord } from './records.ts';
import type { ControlRows } from './rows.ts';
import type { ColumnSealer } from './sealed.ts';

export function tenantsIn(rows: ControlRows) {
  return {
    /** Oldest first. */
    async listTenants(): Promise<readonly TenantRecord[]> {
      return [...rows.current().tenants.values()].sort((a, b) => a.created - b.created);
    },

    /** Makes the tenant if it is new. Which retention classes there are is the server's configuration; this takes any name. */
    async setTenant(name: TenantId, retention: string, by: Actor = COMMAND_LINE): Promise<TenantRecord | Refusal> {
      return rows.change(by, (change) => setTenant(change, name, retention));
    },
  };
}

/** The tenant, made with the default retention class if it was not there. */
export async function ensureTenant(change: Change, name: TenantId): Promise<TenantRecord | Refusal> {
  const id = idOf(change.sealer, name);
  const row = await change.rows.selectFrom('tenants').select('sealed').where('id', '=', id).executeTakeFirst();
  if (row !== undefined) return change.sealer.open(tenantPlace(id), row.sealed) as TenantRecord;
  const { count } = await change.rows.selectFrom('tenants').select((is) => is.fn.countAll<number>().as('count')).executeTakeFirstOrThrow();
  if (count >= LIMITS.tenants_max) return refuse('control_limit', `${LIMITS.tenants_max} tenants`);
  const record: TenantRecord = { name, retention: DEFAULT_RETENTION, created: change.now };
  await change.rows.insertInto('tenants').values({ id, sealed: change.sealer.seal(tenantPlace(id), record) }).execute();
  await tellLog(change, 'tenant', { what: 'made', tenant: name, retention: record.retention });
  return record;
}

/** Gives a tenant, made if need be, its retention class. */
async function setTenant(change: Change, name: TenantId, retention: string): Promise<TenantRecord | Refusal> {
  if (!isRetentionName(retention)) return refuse('name_invalid', 'the retention class');
  const before = await ensureTenant(change, name);
  if (isRefusal(before)) return before;
  const record = { ...before, retention };
  const id = idOf(change.sealer, name);
  await change.rows.updateTable('tenants').set({ sealed: change.sealer.seal(tenantPlace(id), record) }).where('id', '=', id).execute();
  await tellLog(change, 'tenant', { what: 'set', tenant: name, retention });
  return record;
}

function idOf(sealer: ColumnSealer, name: TenantId): string {
  return sealer.hash('tenant', name).toString('hex');
}
