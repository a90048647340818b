/**
 * Erasures: the keys of a person are destroyed, and the log is told, in one transaction. What is left to do after it (emptying files of the database, removing tokens from
 * the engine) is noted in the same transaction, so that a start goes on where a crash broke it off.
 *
 * The log is told a digest of each key that was destroyed. Nobody can make one any more, since the key is gone; whoever puts an older copy of the keys in the place of
 * this one brings them back, and with them what the digests are of.
 */
import { LIMITS } from '#limits';
import type { TenantId } from '#model';
import { isRefusal, type Refusal } from '#refusal';

import { COMMAND_LINE, SERVER } from './actor.ts';
import type { Actor } from './actor.ts';
import { useApproval } from './approvals.ts';
import type { Change } from './change.ts';
import { tellLog } from './outbox.ts';
import type { ControlRows } from './rows.ts';
import { destroyKeysBehind, destroySubjectKeys } from './subject-keys.ts';

export interface NewErasure {
  /** `e_` and 16 hexadecimal digits. */
  readonly id: string;
  readonly tenant: TenantId;
  readonly token: Uint8Array;
  /** Base64, of the person, salted with what the receipt alone has. */
  readonly commitment: string;
  /** Without anything that names the person. */
  readonly reason: string;
  /** Null where none is needed. It has to be for this person. */
  readonly approval: { readonly id: string; readonly person: string | null; readonly subject: string } | null;
}

export interface Erasure {
  readonly id: string;
  /** Milliseconds since 1970. */
  readonly at: number;
  readonly by: Actor;
  /** Ids of the keys that were destroyed. */
  readonly keyIds: readonly Uint8Array[];
}

/** What of an erasure is still to be done. */
export interface UnfinishedErasure {
  readonly id: string;
  readonly tenant: TenantId;
  readonly token: Uint8Array;
}

export function erasuresIn(rows: ControlRows) {
  return {
    /** No file of the database holds the keys any more when resolved. What is left to do after it is noted until `finishErasure`. Refusals: approval_unusable. */
    async eraseSubject(wanted: NewErasure, by: Actor = COMMAND_LINE): Promise<Erasure | Refusal> {
      const erasure = await rows.change(by, (change) => eraseSubject(change, wanted));
      if (!isRefusal(erasure)) rows.emptyLog();
      return erasure;
    },

    /** Those that were broken off. */
    listErasures(): readonly UnfinishedErasure[] {
      const unfinished = rows.read(rows.kysely.selectFrom('erasures').select(['id', 'sealed']).orderBy('id'));
      return unfinished.map(({ id, sealed }) => {
        const { tenant, token } = rows.sealer.open(erasurePlace(id), sealed) as { readonly tenant: TenantId; readonly token: string };
        return { id, tenant, token: Buffer.from(token, 'base64') };
      });
    },

    async finishErasure(id: string): Promise<void> {
      await rows.change(SERVER, async (change) => {
        await change.rows.deleteFrom('erasures').where('id', '=', id).execute();
      });
      rows.emptyLog();
    },

    /** Destroys keys again that were destroyed, in whatever tenant; how many. */
    async eraseAgain(isErased: (keyId: Uint8Array, wrapped: Uint8Array) => boolean, by: Actor = COMMAND_LINE): Promise<number> {
      const keys = await rows.change(by, (change) => eraseAgain(change, isErased));
      rows.emptyLog();
      return keys;
    },
  };
}

/** The caller empties the write-ahead log when it is committed. */
async function eraseSubject(change: Change, { id, tenant, token, commitment, reason, approval }: NewErasure): Promise<Erasure | Refusal> {
  const used = approval === null ? null : await useApproval(change, tenant, approval.id, 'forget', approval.person, ({ subject }) => subject === approval.subject);
  if (isRefusal(used)) return used;
  const destroyed = await destroySubjectKeys(change, tenant, token);
  await change.rows.insertInto('erasures').values({ id, sealed: change.sealer.seal(erasurePlace(id), { tenant, token: Buffer.from(token).toString('base64') }) }).execute();
  const parts = Math.max(1, Math.ceil(destroyed.length / LIMITS.erased_keys_per_entry_max));
  for (let part = 1; part <= parts; part++) {
    const digests = destroyed.slice((part - 1) * LIMITS.erased_keys_per_entry_max, part * LIMITS.erased_keys_per_entry_max).map(({ digest }) => digest);
    const statement = { what: 'erased', tenant, erasure: id, keys: destroyed.length, commitment, ...(approval === null ? {} : { approval: approval.id }), part, parts, digests: Buffer.concat(digests).toString('base64') };
    await tellLog(change, 'erasure', statement, part === 1 ? { reason, ...(used === null ? {} : { approvedBy: used.decidedBy }) } : {});
  }
  return { id, at: change.now, by: change.by, keyIds: destroyed.map(({ keyId }) => keyId) };
}

/** Destroys the keys again that the log has digests of: an older copy of the database was put in place of a newer one. How many there were. */
async function eraseAgain(change: Change, isErased: (keyId: Uint8Array, wrapped: Uint8Array) => boolean): Promise<number> {
  let keys = 0;
  for (let after: number | null = 0; after !== null; ) {
    const { destroyed, last } = await destroyKeysBehind(change, after, isErased);
    keys += destroyed;
    after = last;
  }
  if (keys > 0) await tellLog(change, 'erasure', { what: 'erased again', tenant: null, keys });
  return keys;
}

const erasurePlace = (id: string): string => `erasures/${id}`;
