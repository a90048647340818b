/**
 * What the engine already has of commits that are not marked as flushed. An insert is atomic only per partition and table, so after a crash or a
 * failed flush a block may be there whole, in part or not at all: whole ones are kept, the rows of the others are deleted, and the flush
 * inserts what is missing. Nothing of it is counted or stored twice.
 */

import { DATABASE, type Engine } from '#clickhouse';
import { ACCOUNTING, ITEM_FILTERS, LOG_ENTRIES, SEALED_TOKENS, SPANS, type Table, TRACES } from '#clickhouse/schema';
import { LIMITS } from '#limits';
import type { SealedBlock } from '#model';
import type { Journaled } from './journal.ts';

/** Ids of the blocks whose rows are all in the table. */
export interface Inserted {
  readonly spans: ReadonlySet<number>;
  readonly traces: ReadonlySet<number>;
  readonly filters: ReadonlySet<number>;
  readonly tokens: ReadonlySet<number>;
}

export const NOTHING: Inserted = { spans: new Set(), traces: new Set(), filters: new Set(), tokens: new Set() };

/** `logSize`: entries of the log that are marked. */
export async function whatIsThere(engine: Engine, batch: readonly Journaled[], logSize: number): Promise<Inserted> {
  const first = batch[0];
  if (first === undefined) return NOTHING;
  const blocks = batch.flatMap(({ commit }) => commit.blocks);
  // The account of a flush carries its newest sequence, and flushes are in order: anything from here on was never marked.
  await removeRows(engine, ACCOUNTING, `sequence >= ${first.sequence}`);
  await removeRows(engine, LOG_ENTRIES, `index >= ${logSize}`);
  return {
    spans: await wholeBlocks(engine, SPANS, blocks, (block) => rowsOfNative(block.spans)),
    traces: await wholeBlocks(engine, TRACES, blocks, (block) => rowsOfNative(block.traces)),
    filters: await wholeBlocks(engine, ITEM_FILTERS, blocks, (block) => rowsOfNative(block.filter)),
    tokens: await wholeBlocks(engine, SEALED_TOKENS, blocks, (block) => rowsOfNative(block.tokens)),
  };
}

/** An insert can succeed and have lost rows, when the bytes of one block run into the next. Throws then; nothing of it may be marked. A block whose filter has lost rows is searched. */
export async function requireWhole(engine: Engine, blocks: readonly SealedBlock[]): Promise<void> {
  const spans = await wholeBlocks(engine, SPANS, blocks, (block) => rowsOfNative(block.spans));
  const traces = await wholeBlocks(engine, TRACES, blocks, (block) => rowsOfNative(block.traces));
  const tokens = await wholeBlocks(engine, SEALED_TOKENS, blocks.filter((block) => block.tokens.length > 0), (block) => rowsOfNative(block.tokens));
  const missing = blocks.filter((block) => !spans.has(block.id) || !traces.has(block.id) || (block.tokens.length > 0 && !tokens.has(block.id)));
  if (missing.length > 0) throw new RowsMissing(missing.length);
}

export class RowsMissing extends Error {
  constructor(blocks: number) {
    super(`cannot find all rows of ${blocks} inserted blocks`);
    this.name = 'RowsMissing';
  }
}

/** What leads to a block that the engine does not have. */
export async function removeTokensOf(engine: Engine, block: number): Promise<void> {
  await removeRows(engine, SEALED_TOKENS, `block = ${block}`);
}

/** A key that closed spans which came on a day (days since 1970, UTC); null: whenever that was. */
export interface KeyOfDay {
  readonly keyId: Uint8Array;
  readonly day: number | null;
}

/**
 * Of spans that these keys closed; gone from every part when resolved. Gives how many there were. The table is ordered by tokens, so keys are looked for in all rows, of their
 * days alone where these are known: each day is a partition of its own, and others are neither read nor rewritten. Each statement costs as much whatever it finds, so keys of
 * several days share one.
 */
export async function removeTokensOfKeys(engine: Engine, keys: readonly KeyOfDay[]): Promise<number> {
  const inOrder = keys.toSorted((a, b) => (a.day ?? -1) - (b.day ?? -1));
  let removed = 0;
  for (let at = 0; at < inOrder.length; at += LIMITS.subject_keys_at_once) {
    const some = inOrder.slice(at, at + LIMITS.subject_keys_at_once);
    const days = some.some(({ day }) => day === null) ? '' : `day IN (${[...new Set(some.map(({ day }) => `toDate(${day})`))].join(', ')}) AND `;
    removed += await removeRows(engine, SEALED_TOKENS, `${days}key IN (${some.map(({ keyId }) => `unhex('${Buffer.from(keyId).toString('hex')}')`).join(', ')})`);
  }
  return removed;
}

async function wholeBlocks(engine: Engine, table: Table, blocks: readonly SealedBlock[], rowsOf: (block: SealedBlock) => number): Promise<Set<number>> {
  if (blocks.length === 0) return new Set();
  const ids = blocks.map(({ id }) => id).join(', ');
  const lines = await engine.command(`SELECT block, count() FROM ${DATABASE}.${table.name} WHERE block IN (${ids}) GROUP BY block`);
  const found = new Map(lines.split('\n').filter((line) => line !== '').map((line) => line.split('\t').map(Number) as [number, number]));
  const whole = new Set(blocks.filter((block) => found.get(block.id) === rowsOf(block)).map(({ id }) => id));
  const partial = [...found.keys()].filter((id) => !whole.has(id));
  if (partial.length > 0) await removeRows(engine, table, `block IN (${partial.join(', ')})`);
  return whole;
}

/** An insert is a part, so most of the time whole parts can go; only where they were merged with others is anything rewritten. */
async function removeRows(engine: Engine, table: Table, where: string): Promise<number> {
  const rows = Number(await engine.command(`SELECT count() FROM ${DATABASE}.${table.name} WHERE ${where}`));
  if (rows === 0) return 0;
  const parts = await engine.command(`SELECT found.part FROM (SELECT _part AS part, count() AS rows FROM ${DATABASE}.${table.name} WHERE ${where} GROUP BY part) AS found
    INNER JOIN system.parts AS p ON p.name = found.part AND p.rows = found.rows WHERE p.database = '${DATABASE}' AND p.table = '${table.name}' AND p.active`);
  // One that was merged just now is gone by this name, and its rows are found below.
  for (const part of parts.split('\n').filter((line) => /^[0-9a-zA-Z_-]{1,200}$/.test(line))) await engine.command(`ALTER TABLE ${DATABASE}.${table.name} DROP PART '${part}'`).catch(() => undefined);
  const count = Number(await engine.command(`SELECT count() FROM ${DATABASE}.${table.name} WHERE ${where}`));
  if (count > 0) await engine.command(`ALTER TABLE ${DATABASE}.${table.name} DELETE WHERE ${where} SETTINGS mutations_sync = 1`);
  return rows;
}

/** The number of rows a Native block says it has: the second varuint (STANDARDS §13). */
function rowsOfNative(block: Uint8Array): number {
  const values: number[] = [];
  for (let at = 0, value = 0, unit = 1; values.length < 2 && at < block.length; at += 1) {
    const byte = block[at] ?? 0;
    value += (byte & 127) * unit;
    unit *= 128;
    if (byte < 128) {
      values.push(value);
      value = 0;
      unit = 1;
    }
  }
  return values[1] ?? 0;
}
