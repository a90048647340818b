/**
 * What the log is to be told of a change, written in the change's own transaction: neither happens without the other. The server carries
 * the rows into the log and then removes them. Ids rise and are never used again, so the log can say which row was the last one it took.
 *
 * Bodies name things by ids in the statement. Names, which may be people's, and who made the change are in the closed part. Never a
 * credential, nor the hash of one.
 */
import { LIMITS } from '#limits';
import type { EntryType } from '#model';

import type { Change } from './change.ts';
import type { ControlDatabase } from './database.ts';
import type { ColumnSealer } from './sealed.ts';

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

/** `who` made the change is added to the closed part. */
export async function tellLog(change: Change, type: EntryType, statement: BodyMembers, closed: BodyMembers = {}): Promise<void> {
  await append(change, { type, time: change.now, statement: { time: change.now, ...statement }, closed: { who: change.by, ...closed } });
}

/** The oldest rows. */
export function readOutbox(database: ControlDatabase, sealer: ColumnSealer): readonly OutboxRow[] {
  const rows = database.readNow(database.kysely.selectFrom('outbox').select(['id', 'sealed']).orderBy('id').limit(LIMITS.outbox_rows_at_once));
  return rows.map(({ id, sealed }) => ({ ...(sealer.open(PLACE, sealed) as OutboxEntry), id }));
}

export async function forgetOutbox(change: Change, through: number): Promise<void> {
  await change.rows.deleteFrom('outbox').where('id', '<=', through).execute();
}

/**
 * Removes the rows that the log has, at a start. A database that never gave out the log's last id is an older copy: its rows may be new
 * ones under old ids, so they stay and go behind it. True if it is one.
 */
export async function alignOutbox(change: Change, logged: number): Promise<boolean> {
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
