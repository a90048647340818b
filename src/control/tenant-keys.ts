/**
 * Key pairs of tenants, version by version. The public half is for whoever seals; the private half is here only as the sealing root wrapped it. The newest version takes
 * the new windows. Each change is one transaction with what the log is told of it.
 */
import type { TenantId } from '#model';
import { isRefusal, refuse, type Refusal } from '#refusal';

import { COMMAND_LINE } from './actor.ts';
import type { Actor } from './actor.ts';
import type { Change } from './change.ts';
import { tellLog } from './outbox.ts';
import type { ControlRows } from './rows.ts';
import type { ColumnSealer } from './sealed.ts';

export interface TenantKeyVersion {
  readonly tenant: TenantId;
  /** From 1. */
  readonly version: number;
  /** Base64. */
  readonly publicKey: string;
  /** Base64, by the sealing root; '' once it is retired. */
  readonly wrapped: string;
  /** Milliseconds since 1970. */
  readonly made: number;
  readonly by: Actor;
  /** When the private half was destroyed. */
  readonly retired: number | null;
}

export type NewTenantKey = Pick<TenantKeyVersion, 'tenant' | 'version' | 'publicKey' | 'wrapped'>;

export function tenantKeysIn(rows: ControlRows) {
  const { kysely, sealer } = rows;
  return {
    /** Newest first; the newest takes the new windows. */
    listTenantKeys(tenant: TenantId): readonly TenantKeyVersion[] {
      const key = tenantKey(sealer, tenant);
      const versions = rows.read(kysely.selectFrom('key_versions').select(['version', 'sealed']).where('tenant', '=', key).orderBy('version', 'desc'));
      return versions.map(({ version, sealed }) => sealer.open(versionPlace(key, version), sealed) as TenantKeyVersion);
    },

    /** The next version of a tenant. Null: somebody else made it meanwhile. */
    async addTenantKey(wanted: NewTenantKey, by: Actor = COMMAND_LINE): Promise<TenantKeyVersion | null> {
      return rows.change(by, (change) => addTenantKey(change, wanted));
    },

    /** Destroys the private half of a version that nothing needs. Refusals: name_unknown, key_needed. */
    async retireTenantKey(tenant: TenantId, version: number, by: Actor = COMMAND_LINE): Promise<TenantKeyVersion | Refusal> {
      const retired = await rows.change(by, (change) => retireTenantKey(change, tenant, version));
      if (!isRefusal(retired)) rows.emptyLog();
      return retired;
    },
  };
}

async function addTenantKey(change: Change, wanted: NewTenantKey): Promise<TenantKeyVersion | null> {
  const tenant = tenantKey(change.sealer, wanted.tenant);
  const { newest } = await change.rows.selectFrom('key_versions').select((is) => is.fn.max('version').as('newest')).where('tenant', '=', tenant).executeTakeFirstOrThrow();
  if (wanted.version !== (newest ?? 0) + 1) return null;
  const made: TenantKeyVersion = { ...wanted, made: change.now, by: change.by, retired: null };
  await change.rows.insertInto('key_versions').values({ tenant, version: made.version, sealed: change.sealer.seal(versionPlace(tenant, made.version), made) }).execute();
  await tellLog(change, 'key', { what: made.version === 1 ? 'made' : 'rotated', tenant: made.tenant, version: made.version, publicKey: made.publicKey });
  return made;
}

/** Destroys the private half. The newest stays, and so does one that windows need. */
async function retireTenantKey(change: Change, tenant: TenantId, version: number): Promise<TenantKeyVersion | Refusal> {
  const key = tenantKey(change.sealer, tenant);
  const rows = await change.rows.selectFrom('key_versions').select(['version', 'sealed']).where('tenant', '=', key).orderBy('version', 'desc').execute();
  const row = rows.find((one) => one.version === version);
  const before = row === undefined ? null : (change.sealer.open(versionPlace(key, version), row.sealed) as TenantKeyVersion);
  if (before === null) return refuse('name_unknown', 'a version of the key');
  if (before.retired !== null) return refuse('name_unknown', `version ${version} is retired already`);
  if (rows[0]?.version === version) return refuse('key_needed', 'it takes the new windows: tracekeep keys rotate');
  const { windows } = await change.rows.selectFrom('key_windows').select((is) => is.fn.countAll<number>().as('windows')).where('tenant', '=', key).where('version', '=', version).executeTakeFirstOrThrow();
  if (windows > 0) return refuse('key_needed', `${windows} windows: tracekeep keys rewrap`);
  const retired: TenantKeyVersion = { ...before, wrapped: '', retired: change.now };
  await change.rows.updateTable('key_versions').set({ sealed: change.sealer.seal(versionPlace(key, version), retired) }).where('tenant', '=', key).where('version', '=', version).execute();
  await tellLog(change, 'key', { what: 'retired', tenant, version });
  return retired;
}

export function tenantKey(sealer: ColumnSealer, tenant: TenantId): string {
  return sealer.hash('keys', tenant).toString('hex');
}

export const versionPlace = (key: string, version: number): string => `key_versions/${key}/${version}`;
