/**
 * What the log is to be told of a change, written in the change's own transaction: neither happens without the other. The server carries
 * the rows into the log and then removes them. Ids rise and are never used again, so the log can say which row was the last one it took.
 *
 * Bodies name things by ids in the statement. Names, which may be people's, and who made the change are in the closed part. Never a
 * credential, nor the hash of one.
 */
import { LIMITS } from '#limits';
import type { EntryType } from '#model';

import { SERVER } from './actor.ts';
import type { Change } from './change.ts';
import type { ControlRows } from './rows.ts';

/** A member that is JSON, in the order in which it is to stand there. */
export type BodyMembers = Readonly<Record<string, unknown>>;

export interface OutboxEntry {
  readonly type: EntryType;
  /** When it happened, in milliseconds since 1970. */
  readonly time: number;
  /** An object, or the text itself. */
  readonly statement: BodyMembers | string;
  /** Without the salt, which is made when it goes into the log. */
  readonly closed: BodyMembers;
}

export interface OutboxRow extends OutboxEntry {
  readonly id: number;
}

export function outboxIn(rows: ControlRows) {
  return {
    /** What the log is still to be told, oldest first, as much as goes at once. */
    readOutbox(): readonly OutboxRow[] {
      const oldest = rows.read(rows.kysely.selectFrom('outbox').select(['id', 'sealed']).orderBy('id').limit(LIMITS.outbox_rows_at_once));
      return oldest.map(({ id, sealed }) => ({ ...(rows.sealer.open(PLACE, sealed) as OutboxEntry), id }));
    },

    async forgetOutbox(through: number): Promise<void> {
      await rows.change(SERVER, (change) => forgetOutbox(change, through));
    },

    /** At a start: rows that the log has are removed. True if this database is older than the log. */
    async alignOutbox(logged: number): Promise<boolean> {
      return rows.change(SERVER, (change) => alignOutbox(change, logged));
    },
  };
}

/** `who` made the change is added to the closed part. */
export async function tellLog(change: Change, type: EntryType, statement: BodyMembers, closed: BodyMembers = {}): Promise<void> {
  await append(change, { type, time: change.now, statement: { time: change.now, ...statement }, closed: { who: change.by, ...closed } });
}

async function forgetOutbox(change: Change, through: number): Promise<void> {
  await change.rows.deleteFrom('outbox').where('id', '<=', through).execute();
}

/**
 * Removes the rows that the log has, at a start. A database that never gave out the log's last id is an older copy: its rows may be new
 * ones under old ids, so they stay and go behind it. True if it is one.
 */
async function alignOutbox(change: Change, logged: number): Promise<boolean> {
  const { last } = await change.rows.selectFrom('sqlite_sequence').select((is) => is.fn.coalesce(is.fn.max('seq'), is.lit(0)).as('last')).where('name', '=', 'outbox').executeTakeFirstOrThrow();
  if (last >= logged) {
    await forgetOutbox(change, logged);
    return false;
  }
  const rows = await change.rows.selectFrom('outbox').select(['id', 'sealed']).orderBy('id').execute();
  await change.rows.deleteFrom('outbox').execute();
  // A row under the last id, gone at once: the next ones come after it.
  await change.rows.insertInto('outbox').values({ id: logged, sealed: new Uint8Array() }).execute();
  await change.rows.deleteFrom('outbox').execute();
  for (const { sealed } of rows) await change.rows.insertInto('outbox').values({ sealed }).execute();
  return true;
}

/** The id is known only when the row is there: the place is the table. */
const PLACE = 'outbox';

/** An entry as it is; for changes there is `tellLog`. */
export async function append(change: Change, entry: OutboxEntry): Promise<void> {
  await change.rows.insertInto('outbox').values({ sealed: change.sealer.seal(PLACE, entry) }).execute();
}
