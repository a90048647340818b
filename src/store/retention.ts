/**
 * Removes what is too old for its class, and the oldest when the whole takes too much disk. Both work on whole parts and partitions, so
 * nothing is rewritten and the disk is free within seconds.
 */

import { DATABASE, type Engine } from '#clickhouse';
import { CALLS, FIGURES, ITEM_FILTERS, SPANS, TRACES } from '#clickhouse/schema';
import type { RetentionClass } from '#config';

export interface RetentionRules {
  readonly classes: Readonly<Record<string, RetentionClass>>;
  /** For the tables of traces; on top come the log, and the journal for as long as the engine takes to follow it. null: only age counts. */
  readonly diskBytesMax: number | null;
}

/** What was removed, for the log. */
export interface Removal {
  readonly table: string;
  /** Days since 1970-01-01 UTC. */
  readonly day: number;
  readonly retention: string;
  /** null: the whole partition. */
  readonly part: string | null;
  readonly bytes: number;
  readonly why: 'age' | 'disk';
}

interface Part {
  readonly table: string;
  readonly name: string;
  readonly partitionId: string;
  readonly day: number;
  readonly retention: string;
  readonly firstInsert: number;
  readonly bytes: number;
}

const TABLES_WITH_AGE: readonly string[] = [SPANS.name, TRACES.name, FIGURES.name, CALLS.name, ITEM_FILTERS.name];
const DAY_MS = 86_400_000;

/** One pass. */
export async function applyRetention(engine: Engine, rules: RetentionRules, now_ms: number): Promise<Removal[]> {
  const today = Math.floor(now_ms / DAY_MS);
  const parts = await listParts(engine);
  const tooOld = parts.filter(({ day, retention }) => today - day > daysOf(rules, retention));
  const removals = await removePartitions(engine, tooOld, 'age');
  if (rules.diskBytesMax === null) return removals;

  const kept = parts.filter((part) => !tooOld.includes(part));
  let excess = kept.reduce((sum, { bytes }) => sum + bytes, 0) - rules.diskBytesMax;
  const newest = Math.max(...kept.map(({ day }) => day));
  for (const day of [...new Set(kept.map((part) => part.day))].sort((a, b) => a - b)) {
    if (excess <= 0) break;
    const ofDay = kept.filter((part) => part.day === day);
    const removed = day < newest ? await removePartitions(engine, ofDay, 'disk') : await removeOldestParts(engine, ofDay, excess);
    excess -= removed.reduce((sum, { bytes }) => sum + bytes, 0);
    removals.push(...removed);
  }
  return removals;
}

/** A class that is configured no more falls back to the default, which always exists. */
function daysOf(rules: RetentionRules, retention: string): number {
  return (Object.hasOwn(rules.classes, retention) ? rules.classes[retention] : rules.classes['default'])?.days ?? Infinity;
}

async function listParts(engine: Engine): Promise<Part[]> {
  const text = await engine.command(`SELECT p.table, p.name, p.partition_id, toString(k.day), k.retention, p.min_block_number, p.bytes_on_disk
    FROM system.parts AS p
    INNER JOIN (
      ${TABLES_WITH_AGE.map((table) => `SELECT '${table}' AS table, _partition_id AS partition_id, any(toUInt16(_partition_value.1)) AS day, any(toString(_partition_value.2)) AS retention FROM ${DATABASE}.${table} GROUP BY partition_id`).join('\n      UNION ALL\n      ')}
    ) AS k ON k.table = p.table AND k.partition_id = p.partition_id
    WHERE p.database = '${DATABASE}' AND p.active AND p.rows > 0`);
  return text.split('\n').filter((line) => line !== '').map((line) => {
    const [table = '', name = '', partitionId = '', day = '', retention = '', firstInsert = '', bytes = ''] = line.split('\t');
    return { table, name, partitionId, day: Number(day), retention, firstInsert: Number(firstInsert), bytes: Number(bytes) };
  });
}

async function removePartitions(engine: Engine, parts: readonly Part[], why: Removal['why']): Promise<Removal[]> {
  const removals: Removal[] = [];
  for (const table of TABLES_WITH_AGE) {
    for (const [partitionId, [first, ...others]] of Map.groupBy(parts.filter((part) => part.table === table), (part) => part.partitionId)) {
      if (first === undefined) continue;
      await engine.command(`ALTER TABLE ${DATABASE}.${table} DROP PARTITION ID '${safe(partitionId)}'`);
      const bytes = others.reduce((sum, part) => sum + part.bytes, first.bytes);
      removals.push({ table, day: first.day, retention: first.retention, part: null, bytes, why });
    }
  }
  return removals;
}

/** The parts with the oldest inserts. Rows of `traces` that lead to removed spans go with their day, and so do their figures and filters. */
async function removeOldestParts(engine: Engine, parts: readonly Part[], excess: number): Promise<Removal[]> {
  const removals: Removal[] = [];
  let left = excess;
  for (const part of parts.filter(({ table }) => table === SPANS.name).sort((a, b) => a.firstInsert - b.firstInsert)) {
    if (left <= 0) break;
    await engine.command(`ALTER TABLE ${DATABASE}.${part.table} DROP PART '${safe(part.name)}'`);
    left -= part.bytes;
    removals.push({ table: part.table, day: part.day, retention: part.retention, part: part.name, bytes: part.bytes, why: 'disk' });
  }
  return removals;
}

/** Names of parts and partitions are made by the engine from numbers and hashes; anything else has no business in a statement. */
function safe(name: string): string {
  if (!/^[0-9a-zA-Z_-]{1,200}$/.test(name)) throw new Error('cannot remove a part: its name has an unexpected form');
  return name;
}
