/**
 * The wrapped keys of subjects. There are as many as people and hours, so each is a few bytes in columns of its own: it says nothing without its window's key, and the
 * token is a keyed hash.
 *
 * Destroying one overwrites it where it lies, with zeros of the same length, and leaves the row: rows are only ever appended and never grow or go, so SQLite
 * never moves one and leaves no copy behind. The write-ahead log is emptied afterwards. That the row stays tells "destroyed" from "never there".
 */
import { createHash } from 'node:crypto';

import { CompiledQuery, sql } from 'kysely';

import { LIMITS } from '#limits';
import type { SubjectKeyRow, TenantId } from '#model';

import { COMMAND_LINE, SERVER } from './actor.ts';
import type { Actor } from './actor.ts';
import type { Change } from './change.ts';
import { tenantKey } from './tenant-keys.ts';
import type { ControlRows } from './rows.ts';
import type { ColumnSealer } from './sealed.ts';

/** A row that was found; of one that was destroyed nothing is left to open. */
export interface FoundSubjectKey extends Omit<SubjectKeyRow, 'tenant' | 'token'> {
  readonly destroyed: boolean;
}

/** Of a key as it was: whoever has it again can tell that it is the one. */
export interface DestroyedKey {
  readonly keyId: Uint8Array;
  readonly digest: Uint8Array;
}

const KEY_ID_BYTES = 8;
const TOKEN_BYTES = 16;
export const KEY_DIGEST_BYTES = 12;
const COLUMNS = 5;
/** Below the number of parameters that SQLite takes. */
const IDS_AT_ONCE = 512;
/** Statements that add so many rows, largest first: written once, since building one costs as much as running it. */
const ADDING = [64, 8, 1].map((rows) => ({ rows, text: `insert into "subject_keys" ("key", "tenant", "window", "token", "wrapped") values ${Array(rows).fill('(?, ?, ?, ?, ?)').join(', ')}` }));
const DESTROYED_TOKEN = new Uint8Array(TOKEN_BYTES);

export function subjectKeysIn(rows: ControlRows) {
  const { kysely, sealer } = rows;
  const countSubjectKeys = (tenant: TenantId, token: Uint8Array): number => {
    const counted = kysely.selectFrom('subject_keys').select((is) => is.fn.countAll<number>().as('count')).where('token', '=', token).where('tenant', '=', tenantBytes(sealer, tenant));
    return rows.read(counted)[0]?.count ?? 0;
  };
  return {
    /** All in one transaction, durable when resolved: before what is sealed under them is. A key id that is taken throws. */
    async addSubjectKeys(keys: readonly SubjectKeyRow[]): Promise<void> {
      if (keys.length > 0) await rows.change(SERVER, (change) => addSubjectKeys(change, keys));
    },

    /** Those of the tenant that there are, also those that were destroyed; in any order. */
    findSubjectKeys(tenant: TenantId, keyIds: readonly Uint8Array[]): readonly FoundSubjectKey[] {
      const found: FoundSubjectKey[] = [];
      for (let at = 0; at < keyIds.length; at += IDS_AT_ONCE) {
        const some = kysely.selectFrom('subject_keys').select(['key', 'window', 'wrapped']).where('key', 'in', keyIds.slice(at, at + IDS_AT_ONCE)).where('tenant', '=', tenantBytes(sealer, tenant));
        for (const { key, window, wrapped } of rows.read(some)) found.push({ keyId: key, window, wrapped, destroyed: isDestroyed(wrapped) });
      }
      return found;
    },

    countSubjectKeys,

    countDestroyedKeys(tenant: TenantId): number {
      return countSubjectKeys(tenant, DESTROYED_TOKEN);
    },

    /** Of the rows of all tenants behind `after`, so many at most, those of this one, destroyed ones too. `last`: the row to go on behind, null at the end. */
    countKeysBehind(tenant: TenantId, after: number, limit: number): { readonly keys: number; readonly last: number | null } {
      const next = kysely.selectFrom('subject_keys').select(['row', 'tenant']).where('row', '>', after).orderBy('row').limit(limit).as('next');
      const [counted] = rows.read(kysely.selectFrom(next).select((is) => [is.fn.max('next.row').as('last'), is.fn.sum<number | null>(is('next.tenant', '=', tenantBytes(sealer, tenant))).as('keys')] as const));
      return { keys: counted?.keys ?? 0, last: counted?.last ?? null };
    },

    /** Those that a subject has, with their windows. */
    subjectKeysOf(tenant: TenantId, token: Uint8Array): readonly Pick<FoundSubjectKey, 'keyId' | 'window'>[] {
      const found = kysely.selectFrom('subject_keys').select(['key', 'window']).where('token', '=', token).where('tenant', '=', tenantBytes(sealer, tenant)).orderBy('row');
      return rows.read(found).map(({ key, window }) => ({ keyId: key, window }));
    },

    /** Digests of the keys that there are, as entries about erasures have them, of rows behind `after`; `last`: the last of these rows, null if there is none. */
    digestSubjectKeys(after: number): { readonly digests: Uint8Array; readonly last: number | null } {
      return digestsOf(rows.read(kysely.selectFrom('subject_keys').select(['row', 'key', 'wrapped']).where('row', '>', after).orderBy('row').limit(LIMITS.key_digests_at_once)));
    },

    /** Destroys the keys of a subject, so that no file of the database holds them any more. */
    async destroySubjectKeys(tenant: TenantId, token: Uint8Array, by: Actor = COMMAND_LINE, also: (change: Change, keyIds: readonly Uint8Array[]) => Promise<void> = async () => {}): Promise<readonly Uint8Array[]> {
      const keyIds = await rows.change(by, async (change) => {
        const destroyed = (await destroySubjectKeys(change, tenant, token)).map(({ keyId }) => keyId);
        await also(change, destroyed);
        return destroyed;
      });
      rows.emptyLog();
      return keyIds;
    },
  };
}

/** A wrapped key cannot be guessed, so this tells nothing to whoever does not have it. */
export function keyDigest(keyId: Uint8Array, wrapped: Uint8Array): Uint8Array {
  return createHash('sha256').update('tracekeep/1/erased-key\0').update(keyId).update(wrapped).digest().subarray(0, KEY_DIGEST_BYTES);
}

/** Digests one after another, and the last row that was looked at; null: there are no more. */
export function digestsOf(rows: readonly { readonly row: number; readonly key: Uint8Array; readonly wrapped: Uint8Array }[]): { readonly digests: Uint8Array; readonly last: number | null } {
  return { digests: Buffer.concat(rows.filter(({ wrapped }) => !isDestroyed(wrapped)).map(({ key, wrapped }) => keyDigest(key, wrapped))), last: rows.at(-1)?.row ?? null };
}

async function addSubjectKeys(change: Change, rows: readonly SubjectKeyRow[]): Promise<void> {
  const tenants = new Map<TenantId, Uint8Array>();
  const columns = rows.flatMap(({ keyId, tenant, window, token, wrapped }) => {
    if (keyId.length !== KEY_ID_BYTES || token.length !== TOKEN_BYTES || isDestroyed(wrapped)) throw new Error('cannot store a subject key that is malformed');
    const hashed = tenants.get(tenant) ?? tenantBytes(change.sealer, tenant);
    tenants.set(tenant, hashed);
    return [keyId, hashed, window, token, wrapped];
  });
  let at = 0;
  for (const { rows: adds, text } of ADDING) {
    for (const parameters = adds * COLUMNS; at + parameters <= columns.length; at += parameters) await change.rows.executeQuery(CompiledQuery.raw(text, columns.slice(at, at + parameters)));
  }
}

/** Destroys what the token has. The caller empties the write-ahead log when the change is committed. */
export async function destroySubjectKeys(change: Change, tenant: TenantId, token: Uint8Array): Promise<readonly DestroyedKey[]> {
  if (token.length !== TOKEN_BYTES || token.every((byte) => byte === 0)) throw new Error('cannot destroy subject keys: the token is malformed');
  const destroyed: DestroyedKey[] = [];
  for (;;) {
    // A key of the index changes with the row, so a few at a time, until there are none.
    const rows = await change.rows.selectFrom('subject_keys').select(['row', 'key', 'wrapped']).where('token', '=', token).where('tenant', '=', tenantBytes(change.sealer, tenant)).limit(LIMITS.subject_keys_at_once).execute();
    if (rows.length === 0) return destroyed;
    await destroyRows(change, rows.map(({ row }) => row));
    for (const { key, wrapped } of rows) destroyed.push({ keyId: key, digest: keyDigest(key, wrapped) });
  }
}

/** Of the rows behind `after`, destroys the keys that are meant; `last`: the row to go on behind, null at the end. */
export async function destroyKeysBehind(change: Change, after: number, isMeant: (keyId: Uint8Array, wrapped: Uint8Array) => boolean): Promise<{ readonly destroyed: number; readonly last: number | null }> {
  const rows = await change.rows.selectFrom('subject_keys').select(['row', 'key', 'wrapped']).where('row', '>', after).orderBy('row').limit(LIMITS.key_digests_at_once).execute();
  const meant = rows.filter(({ key, wrapped }) => !isDestroyed(wrapped) && isMeant(key, wrapped)).map(({ row }) => row);
  for (let at = 0; at < meant.length; at += LIMITS.subject_keys_at_once) await destroyRows(change, meant.slice(at, at + LIMITS.subject_keys_at_once));
  return { destroyed: meant.length, last: rows.at(-1)?.row ?? null };
}

async function destroyRows(change: Change, rows: readonly number[]): Promise<void> {
  await change.rows.updateTable('subject_keys').set({ wrapped: sql`zeroblob(length(wrapped))`, token: DESTROYED_TOKEN }).where('row', 'in', rows).execute();
}

function isDestroyed(wrapped: Uint8Array): boolean {
  return wrapped.every((byte) => byte === 0);
}

function tenantBytes(sealer: ColumnSealer, tenant: TenantId): Uint8Array {
  return Buffer.from(tenantKey(sealer, tenant), 'hex').subarray(0, KEY_ID_BYTES);
}
