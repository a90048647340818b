/**
 * Key pairs of tenants, version by version, and the windows that were encapsulated to them. The public half is for whoever seals; the private half is here only as the
 * sealing root wrapped it. The newest version takes the new windows. Each change is one transaction with what the log is told of it.
 */
import type { EncapsulatedWindow, WindowPlace } from '#keys';
import type { TenantId } from '#model';
import { refuse, type Refusal } from '#refusal';

import type { Actor } from './actor.ts';
import type { Change } from './change.ts';
import type { ControlDatabase } from './database.ts';
import { tellLog } from './outbox.ts';
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

export interface KeyUse {
  readonly version: number;
  readonly windows: number;
}

/** The next version of a tenant. Null: somebody else made it meanwhile. */
export async function addTenantKey(change: Change, wanted: NewTenantKey): Promise<TenantKeyVersion | null> {
  const tenant = tenantKey(change.sealer, wanted.tenant);
  const { newest } = await change.rows.selectFrom('key_versions').select((is) => is.fn.max('version').as('newest')).where('tenant', '=', tenant).executeTakeFirstOrThrow();
  if (wanted.version !== (newest ?? 0) + 1) return null;
  const made: TenantKeyVersion = { ...wanted, made: change.now, by: change.by, retired: null };
  await change.rows.insertInto('key_versions').values({ tenant, version: made.version, sealed: change.sealer.seal(versionPlace(tenant, made.version), made) }).execute();
  await tellLog(change, 'key', { what: made.version === 1 ? 'made' : 'rotated', tenant: made.tenant, version: made.version, publicKey: made.publicKey });
  return made;
}

/** Newest first. */
export function listTenantKeys(database: ControlDatabase, sealer: ColumnSealer, tenant: TenantId): readonly TenantKeyVersion[] {
  const key = tenantKey(sealer, tenant);
  const rows = database.readNow(database.kysely.selectFrom('key_versions').select(['version', 'sealed']).where('tenant', '=', key).orderBy('version', 'desc'));
  return rows.map(({ version, sealed }) => sealer.open(versionPlace(key, version), sealed) as TenantKeyVersion);
}

/** Destroys the private half. The newest stays, and so does one that windows need. */
export async function retireTenantKey(change: Change, tenant: TenantId, version: number): Promise<TenantKeyVersion | Refusal> {
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

/**
 * A window of the next id, as `encapsulate` makes it for that id and the newest version, read under the write lock: a version that is retired gets none. Null: the tenant has no
 * key pair.
 */
export async function addWindow(change: Change, { tenant, hour }: Omit<WindowPlace, 'id'>, encapsulate: (place: WindowPlace, newest: TenantKeyVersion) => EncapsulatedWindow): Promise<EncapsulatedWindow | null> {
  const key = tenantKey(change.sealer, tenant);
  const row = await change.rows.selectFrom('key_versions').select(['version', 'sealed']).where('tenant', '=', key).orderBy('version', 'desc').limit(1).executeTakeFirst();
  if (row === undefined) return null;
  const { last } = await change.rows.selectFrom('sqlite_sequence').select((is) => is.fn.coalesce(is.fn.max('seq'), is.lit(0)).as('last')).where('name', '=', 'key_windows').executeTakeFirstOrThrow();
  const window = encapsulate({ id: last + 1, tenant, hour }, change.sealer.open(versionPlace(key, row.version), row.sealed) as TenantKeyVersion);
  const { id, version } = window;
  await change.rows.insertInto('key_windows').values({ id, tenant: key, version, sealed: sealWindow(change.sealer, window) }).execute();
  await tellLog(change, 'key', { what: 'window', tenant, window: id, hour, version });
  return window;
}

export function findWindow(database: ControlDatabase, sealer: ColumnSealer, id: number): EncapsulatedWindow | null {
  const [row] = database.readNow(database.kysely.selectFrom('key_windows').select('sealed').where('id', '=', id));
  return row === undefined ? null : openStored(sealer, id, row.sealed);
}

/** Those of a tenant under other versions than this one, the oldest first, from behind `after`. */
export function windowsBefore(database: ControlDatabase, sealer: ColumnSealer, tenant: TenantId, version: number, after: number, limit: number): readonly EncapsulatedWindow[] {
  const rows = database.kysely.selectFrom('key_windows').select(['id', 'sealed']).where('tenant', '=', tenantKey(sealer, tenant)).where('version', '<', version).where('id', '>', after).orderBy('id').limit(limit);
  return database.readNow(rows).map(({ id, sealed }) => openStored(sealer, id, sealed));
}

/** How many windows each version has that has any. */
export function countWindows(database: ControlDatabase, sealer: ColumnSealer, tenant: TenantId): readonly KeyUse[] {
  return database.readNow(database.kysely.selectFrom('key_windows').select((is) => ['version', is.fn.countAll<number>().as('windows')] as const).where('tenant', '=', tenantKey(sealer, tenant)).groupBy('version').orderBy('version', 'desc'));
}

/** Puts the windows in the place of what they were under other versions. `from`: the versions they had. */
export async function replaceWindows(change: Change, windows: readonly EncapsulatedWindow[], from: readonly number[]): Promise<void> {
  const [first] = windows;
  if (first === undefined) return;
  for (const window of windows) {
    const { numUpdatedRows } = await change.rows.updateTable('key_windows').set({ version: window.version, sealed: sealWindow(change.sealer, window) }).where('id', '=', window.id).where('version', '<', window.version).executeTakeFirst();
    if (numUpdatedRows !== 1n) throw new Error('cannot put a window under another version: it is not there any more, or was changed meanwhile');
  }
  await tellLog(change, 'key', { what: 'rewrapped', tenant: first.tenant, version: first.version, from, windows: windows.length, first: first.id, last: windows.at(-1)?.id });
}

interface StoredWindow extends Omit<EncapsulatedWindow, 'id' | 'encapsulation' | 'wrapped'> {
  /** Base64. */
  readonly encapsulation: string;
  readonly wrapped: string;
}

function sealWindow(sealer: ColumnSealer, { id, tenant, hour, version, encapsulation, wrapped }: EncapsulatedWindow): Uint8Array {
  const stored: StoredWindow = { tenant, hour, version, encapsulation: Buffer.from(encapsulation).toString('base64'), wrapped: Buffer.from(wrapped).toString('base64') };
  return sealer.seal(windowPlace(id), stored);
}

function openStored(sealer: ColumnSealer, id: number, sealed: Uint8Array): EncapsulatedWindow {
  const { encapsulation, wrapped, ...rest } = sealer.open(windowPlace(id), sealed) as StoredWindow;
  return { id, ...rest, encapsulation: Buffer.from(encapsulation, 'base64'), wrapped: Buffer.from(wrapped, 'base64') };
}

export function tenantKey(sealer: ColumnSealer, tenant: TenantId): string {
  return sealer.hash('keys', tenant).toString('hex');
}

const versionPlace = (key: string, version: number): string => `key_versions/${key}/${version}`;
const windowPlace = (id: number): string => `key_windows/${id}`;
