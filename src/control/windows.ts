/**
 * Windows: the keys of an hour, encapsulated to a version of a tenant's key pair. Ids are never given out twice. Each change is one transaction with what the log is told
 * of it.
 */
import type { EncapsulatedWindow, WindowPlace } from '#keys';
import type { TenantId } from '#model';

import { COMMAND_LINE, SERVER } from './actor.ts';
import type { Actor } from './actor.ts';
import type { Change } from './change.ts';
import { tellLog } from './outbox.ts';
import type { ControlRows } from './rows.ts';
import type { ColumnSealer } from './sealed.ts';
import { tenantKey, versionPlace } from './tenant-keys.ts';
import type { TenantKeyVersion } from './tenant-keys.ts';

export interface KeyUse {
  readonly version: number;
  readonly windows: number;
}

export function windowsIn(rows: ControlRows) {
  const { kysely, sealer } = rows;
  return {
    /** Durable when resolved. `encapsulate` is given the id that the window will have, and the newest key. Null: the tenant has no key pair. */
    async addWindow(wanted: Omit<WindowPlace, 'id'>, encapsulate: (place: WindowPlace, newest: TenantKeyVersion) => EncapsulatedWindow): Promise<EncapsulatedWindow | null> {
      return rows.change(SERVER, (change) => addWindow(change, wanted, encapsulate));
    },

    findWindow(id: number): EncapsulatedWindow | null {
      const [row] = rows.read(kysely.selectFrom('key_windows').select('sealed').where('id', '=', id));
      return row === undefined ? null : openStored(sealer, id, row.sealed);
    },

    /** Windows of a tenant under earlier versions than this one, the oldest first, from behind the id `after`. */
    windowsBefore(tenant: TenantId, version: number, { after, limit }: { readonly after: number; readonly limit: number }): readonly EncapsulatedWindow[] {
      const found = kysely.selectFrom('key_windows').select(['id', 'sealed']).where('tenant', '=', tenantKey(sealer, tenant)).where('version', '<', version).where('id', '>', after).orderBy('id').limit(limit);
      return rows.read(found).map(({ id, sealed }) => openStored(sealer, id, sealed));
    },

    /** How many windows each version has that has any. */
    countWindows(tenant: TenantId): readonly KeyUse[] {
      return rows.read(kysely.selectFrom('key_windows').select((is) => ['version', is.fn.countAll<number>().as('windows')] as const).where('tenant', '=', tenantKey(sealer, tenant)).groupBy('version').orderBy('version', 'desc'));
    },

    /** The same windows under a later version; `from`: those that they were under. */
    async replaceWindows(windows: readonly EncapsulatedWindow[], from: readonly number[], by: Actor = COMMAND_LINE): Promise<void> {
      await rows.change(by, (change) => replaceWindows(change, windows, from));
    },
  };
}

/**
 * A window of the next id, as `encapsulate` makes it for that id and the newest version, read under the write lock: a version that is retired gets none. Null: the tenant has no
 * key pair.
 */
async function addWindow(change: Change, { tenant, hour }: Omit<WindowPlace, 'id'>, encapsulate: (place: WindowPlace, newest: TenantKeyVersion) => EncapsulatedWindow): Promise<EncapsulatedWindow | null> {
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

/** Puts the windows in the place of what they were under other versions. `from`: the versions they had. */
async function replaceWindows(change: Change, windows: readonly EncapsulatedWindow[], from: readonly number[]): Promise<void> {
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

const windowPlace = (id: number): string => `key_windows/${id}`;
