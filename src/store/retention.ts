/**
 * Removes what is too old for its class, and the oldest when the whole takes too much disk. Both work on whole parts and partitions, so
 * nothing is rewritten and the disk is free within seconds. What goes is announced in the log before it goes, so that rows that are missing
 * without having been announced were not removed here; a removal that a crash cut off is announced and done again by the next pass.
 */

import { DATABASE, type Engine } from '#clickhouse';
import { CALLS, FIGURES, ITEM_FILTERS, SEALED_TOKENS, SPANS, TRACES } from '#clickhouse/schema';
import type { RetentionClass } from '#config';
import type { AnnouncedRemoval } from '#log';

export interface RetentionRules {
  readonly classes: Readonly<Record<string, RetentionClass>>;
  /** For the tables of traces; on top come the log, and the journal for as long as the engine takes to follow it. null: only age counts. */
  readonly diskBytesMax: number | null;
}

/** What was removed. */
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

/** What goes together: everything of a day and class, or some parts of its spans. */
interface Plan {
  readonly announced: AnnouncedRemoval;
  readonly parts: readonly Part[];
}

const TABLES_WITH_AGE: readonly string[] = [SPANS.name, TRACES.name, FIGURES.name, CALLS.name, ITEM_FILTERS.name, SEALED_TOKENS.name];
const DAY_MS = 86_400_000;

/** One pass. `announce` resolves when the log has it, durably. */
export async function applyRetention(engine: Engine, rules: RetentionRules, now_ms: number, announce: (removals: readonly AnnouncedRemoval[]) => Promise<void>): Promise<Removal[]> {
  const parts = await listParts(engine);
  const tooOld = planTooOld(parts, rules, now_ms);
  const plans = [...tooOld, ...(rules.diskBytesMax === null ? [] : await planTooMuch(engine, parts.filter((part) => !tooOld.some((plan) => plan.parts.includes(part))), rules.diskBytesMax))];
  if (plans.length > 0) await announce(plans.map(({ announced }) => announced));
  const removals: Removal[] = [];
  for (const plan of plans) removals.push(...(await (plan.announced.blocks === undefined ? removePartitions : removeParts)(engine, plan)));
  return removals;
}

function planTooOld(parts: readonly Part[], rules: RetentionRules, now_ms: number): Plan[] {
  const today = Math.floor(now_ms / DAY_MS);
  const tooOld = parts.filter(({ day, retention }) => today - day > daysOf(rules, retention));
  return byDayAndClass(tooOld).map((group) => ({ announced: { day: group.day, retention: group.retention, why: 'age', days: daysOf(rules, group.retention) }, parts: group.parts }));
}

/** The oldest days; of the newest the spans with the oldest inserts. */
async function planTooMuch(engine: Engine, parts: readonly Part[], diskMax: number): Promise<Plan[]> {
  const plans: Plan[] = [];
  let excess = bytesOf(parts) - diskMax;
  const newest = Math.max(...parts.map(({ day }) => day));
  for (const day of [...new Set(parts.map((part) => part.day))].sort((a, b) => a - b)) {
    if (excess <= 0) break;
    const ofDay = parts.filter((part) => part.day === day);
    const going = day < newest ? ofDay : oldestSpans(ofDay, excess);
    for (const group of byDayAndClass(going)) {
      const blocks = day < newest ? {} : { blocks: await blocksOf(engine, group.parts) };
      plans.push({ announced: { day, retention: group.retention, why: 'disk', diskMax, ...blocks }, parts: group.parts });
    }
    excess -= bytesOf(going);
  }
  return plans;
}

/** Rows of `traces` that lead to removed spans go with their day, and so do their figures, filters and tokens. */
function oldestSpans(parts: readonly Part[], excess: number): Part[] {
  const spans = parts.filter(({ table }) => table === SPANS.name).sort((a, b) => a.firstInsert - b.firstInsert);
  let left = excess;
  return spans.filter(({ bytes }) => {
    const goes = left > 0;
    left -= bytes;
    return goes;
  });
}

function byDayAndClass(parts: readonly Part[]): { readonly day: number; readonly retention: string; readonly parts: readonly Part[] }[] {
  return [...Map.groupBy(parts, ({ day, retention }) => `${day} ${retention}`).values()].flatMap((group) => (group[0] === undefined ? [] : [{ day: group[0].day, retention: group[0].retention, parts: group }]));
}

function bytesOf(parts: readonly Part[]): number {
  return parts.reduce((sum, { bytes }) => sum + bytes, 0);
}

/** The blocks that have rows in these parts, as ranges of ids. */
async function blocksOf(engine: Engine, parts: readonly Part[]): Promise<[number, number][]> {
  const text = await engine.command(`SELECT DISTINCT block FROM ${DATABASE}.${SPANS.name} WHERE _part IN (${parts.map(({ name }) => `'${safe(name)}'`).join(', ')}) ORDER BY block`);
  const ranges: [number, number][] = [];
  for (const block of text.split('\n').filter((line) => line !== '').map(Number)) {
    const last = ranges.at(-1);
    if (last?.[1] === block - 1) last[1] = block;
    else ranges.push([block, block]);
  }
  return ranges;
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

async function removePartitions(engine: Engine, { announced, parts }: Plan): Promise<Removal[]> {
  const removals: Removal[] = [];
  for (const table of TABLES_WITH_AGE) {
    for (const [partitionId, ofPartition] of Map.groupBy(parts.filter((part) => part.table === table), (part) => part.partitionId)) {
      await engine.command(`ALTER TABLE ${DATABASE}.${table} DROP PARTITION ID '${safe(partitionId)}'`);
      removals.push({ table, day: announced.day, retention: announced.retention, part: null, bytes: bytesOf(ofPartition), why: announced.why });
    }
  }
  return removals;
}

async function removeParts(engine: Engine, { announced, parts }: Plan): Promise<Removal[]> {
  const removals: Removal[] = [];
  for (const { table, name, bytes } of parts) {
    await engine.command(`ALTER TABLE ${DATABASE}.${table} DROP PART '${safe(name)}'`);
    removals.push({ table, day: announced.day, retention: announced.retention, part: name, bytes, why: announced.why });
  }
  return removals;
}

/** Names of parts and partitions are made by the engine from numbers and hashes; anything else has no business in a statement. */
function safe(name: string): string {
  if (!/^[0-9a-zA-Z_-]{1,200}$/.test(name)) throw new Error('cannot remove a part: its name has an unexpected form');
  return name;
}
