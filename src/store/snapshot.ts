/**
 * One moment of the store in which nothing is half in the tables: up to where tables and log must agree, and what is on its way. Verification compares
 * the store with the log as of such a moment, beside a running server and without one.
 */
import { DATABASE } from '#clickhouse';
import type { ProducerAccount } from '#log';
import type { LogBody } from '#model';
import type { AccountLine } from './account.ts';
import type { Logged } from './commit-entry.ts';
import type { Journaled } from './journal.ts';
import { isUnreadable } from './set-aside.ts';

export interface StoreSnapshot {
  /** The tables have the bodies, rows and look-up rows of all entries of the log below this index, and the log's files have the entries. */
  readonly entries: number;
  /** Bodies of the entries from there on, which are durable in the journal. */
  readonly tail: readonly Pick<LogBody, 'type' | 'time_ms' | 'statement' | 'closed'>[];
  /** Blocks that are committed and may not be in the tables, or only partly. */
  readonly inFlight: readonly { readonly block: number; readonly rows: number }[];
  /** Blocks that the engine could not read and that are kept apart. */
  readonly setAside: readonly number[];
  /** The account as the table has it, of flushed commits only; null if the engine cannot read it. */
  readonly account: readonly AccountLine[] | null;
  /** What of it has no entry yet, by tenant. */
  readonly unlogged: Readonly<Record<string, readonly ProducerAccount[]>>;
  /** The newest signed checkpoint; null if there is none. */
  readonly checkpoint: string | null;
  /** Of a store at rest: its own sealed files that are gone or do not authenticate, relative to the data directory. */
  readonly flaws: readonly StoreFlaw[];
}

export interface StoreFlaw {
  readonly what: 'journal' | 'set-aside';
  readonly is: 'gone' | 'changed';
  readonly file: string;
  /** Where in the file, if that can be told. */
  readonly at: number | null;
}

export interface SnapshotParts {
  readonly flaws?: readonly StoreFlaw[];
  readonly pending: readonly Journaled[];
  readonly logged: Logged;
  readonly checkpoint: string | null;
  readonly setAside: readonly number[];
  readonly command: (sql: string) => Promise<string>;
}

export async function takeSnapshot({ pending, logged, checkpoint, setAside, command, flaws = [] }: SnapshotParts): Promise<StoreSnapshot> {
  return {
    entries: logged.size,
    tail: pending.flatMap(({ bodies }) => bodies ?? []).map(({ type, time_ms, statement, closed }) => ({ type, time_ms, statement, closed })),
    inFlight: pending.flatMap(({ commit }) => commit.blocks.map(({ id, rows }) => ({ block: id, rows }))),
    setAside,
    // The account of a flush carries its newest sequence: from the oldest pending one on, it is of a flush that is not marked.
    account: await readAccountLines(command, pending[0]?.sequence ?? null).catch((error: unknown) => {
      if (!isUnreadable(error)) throw error;
      return null;
    }),
    unlogged: logged.unlogged,
    checkpoint,
    flaws,
  };
}

/** The account of commits before a sequence; null: of all. */
export async function readAccountLines(command: (sql: string) => Promise<string>, before: number | null): Promise<AccountLine[]> {
  const where = before === null ? '' : `WHERE sequence < ${before}`;
  const lines = await command(`SELECT tenant, producer, outcome, reason, sum(count) FROM ${DATABASE}.accounting ${where} GROUP BY ALL FORMAT JSONCompactEachRow`);
  return lines.split('\n').filter((line) => line !== '').map((line) => {
    const [tenant = '', producer = '', outcome = '', reason = '', count = ''] = JSON.parse(line) as string[];
    return { tenant, producer, outcome, reason, count: Number(count) };
  });
}
