/**
 * The table of the bodies of the log's entries, as the store writes and reads it. It follows the journal, as the spans do: what a flush that
 * was not marked left behind is removed and inserted again.
 */

import { DATABASE, type Engine } from '#clickhouse';
import { LOG_ENTRIES } from '#clickhouse/schema';
import { smallBlock } from '#columns/small-block';
import { LIMITS } from '#limits';
import { ENTRY_TYPES, type EntryType, type LogBody } from '#model';
import type { Journaled } from './journal.ts';

/** A body as it is kept. */
export interface StoredBody extends LogBody {
  readonly index: number;
  /** 0 where it is not about a block. */
  readonly block: number;
  readonly rows: number;
  /** '' where it is about no tenant. */
  readonly tenant: string;
  /** The roots of each 256 rows of the block, one after another. */
  readonly groups: Uint8Array;
}

const TYPES: ReadonlyMap<number, EntryType> = new Map(Object.entries(ENTRY_TYPES).map(([name, type]) => [type, name as EntryType]));

/** The bodies of commits whose first entry has this index. */
export function storedBodies(commits: readonly Journaled[], first: number): StoredBody[] {
  let index = first;
  return commits.flatMap(({ commit: { blocks }, bodies }) => (bodies ?? []).map((body, at): StoredBody => {
    const block = body.type === 'block' ? blocks[at] : undefined;
    return { ...body, index: index++, block: block?.id ?? 0, rows: block?.rows ?? 0, tenant: block?.tenant ?? tenantIn(body.statement), groups: block?.groups ?? new Uint8Array(0) };
  }));
}

/** Throws when not all of them are there afterwards. They are the newest ones. */
export async function insertBodies(engine: Pick<Engine, 'command' | 'insertNative'>, bodies: readonly StoredBody[]): Promise<void> {
  await engine.insertNative(LOG_ENTRIES, [logEntriesBlock(bodies)]);
  const found = Number(await engine.command(`SELECT count() FROM ${DATABASE}.log_entries WHERE index >= ${bodies[0]?.index ?? 0}`));
  if (found !== bodies.length) throw new Error(`cannot insert the bodies of the log: ${found} of ${bodies.length} are there`);
}

function logEntriesBlock(bodies: readonly StoredBody[]): Uint8Array {
  return smallBlock(LOG_ENTRIES.columns, {
    index: bodies.map(({ index }) => index),
    time: bodies.map(({ time_ms }) => time_ms),
    type: bodies.map(({ type }) => ENTRY_TYPES[type]),
    block: bodies.map(({ block }) => block),
    rows: bodies.map(({ rows }) => rows),
    tenant: bodies.map(({ tenant }) => tenant),
    statement: bodies.map(({ statement }) => statement),
    closed: bodies.map(({ closed }) => closed),
    groups: bodies.map(({ groups }) => groups),
    outbox: bodies.map(({ outbox = 0 }) => outbox),
    recorded: bodies.map(({ recorded = 0 }) => recorded),
  });
}

/** The newest row of the outbox, and the newest record of the access journal, that have entries. */
export interface Carried {
  readonly outbox: number;
  readonly recorded: number;
}

export async function readCarried(engine: Pick<Engine, 'command'>): Promise<Carried> {
  const [outbox, recorded] = (await engine.command(`SELECT max(outbox), max(recorded) FROM ${DATABASE}.log_entries`)).split('\t');
  return { outbox: Number(outbox), recorded: Number(recorded) };
}

export function carriedAfter(bodies: readonly LogBody[], before: Carried): Carried {
  return bodies.reduce((newest, { outbox = 0, recorded = 0 }) => ({ outbox: Math.max(newest.outbox, outbox), recorded: Math.max(newest.recorded, recorded) }), before);
}

/** The bodies of entries from an index up to but without another, in their order. */
export async function readBodies(engine: Pick<Engine, 'query'>, from: number, to: number): Promise<StoredBody[]> {
  const sql = `SELECT index, toUnixTimestamp64Milli(time) AS time_ms, type, block, rows, tenant, statement, closed, base64Encode(groups) AS groups_base64, outbox
    FROM ${DATABASE}.log_entries WHERE index >= {from:UInt64} AND index < {to:UInt64} ORDER BY index`;
  const rows = await engine.query<Record<string, string | number>>(sql, { from, to }, { deadline_ms: LIMITS.query_ms_default, rows_max: to - from });
  return rows.flatMap((row) => {
    const type = TYPES.get(Number(row['type']));
    // A type of a newer version has no name here.
    if (type === undefined) return [];
    const [number, text] = [(name: string) => Number(row[name]), (name: string) => String(row[name])];
    const outbox = number('outbox') === 0 ? {} : { outbox: number('outbox') };
    return [{
      index: number('index'), time_ms: number('time_ms'), type, block: number('block'), rows: number('rows'), tenant: text('tenant'), statement: text('statement'), closed: text('closed'),
      groups: Buffer.from(text('groups_base64'), 'base64'), ...outbox,
    }];
  });
}

/** Whom a statement is about; a policy, which may be cut into several, is about nobody. */
function tenantIn(statement: string): string {
  const said = readJson(statement);
  return typeof said === 'object' && said !== null && 'tenant' in said && typeof said.tenant === 'string' ? said.tenant : '';
}

function readJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
