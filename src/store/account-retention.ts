/**
 * How long the account keeps its history. Totals are kept for ever: before the rows of an old month go, their sums are carried to a partition
 * of their own, which says of which month they are, so that a crash in between neither loses nor doubles a span.
 */
import { DATABASE, type Engine } from '#clickhouse';
import { LIMITS } from '#limits';

/** Months since the year 0, so that months can be subtracted. */
const monthOf = (yyyymm: number): number => Math.trunc(yyyymm / 100) * 12 + (yyyymm % 100) - 1;
/** Carried rows lie as many milliseconds after the epoch as their month says as YYYYMM: in this partition, or the one before where clocks are behind UTC. */
const CARRIED = 197001;

/** Gives the months whose rows went. `sync` makes new parts durable. */
export async function retainAccount(engine: Pick<Engine, 'command'>, now_ms: number, sync: () => Promise<unknown>): Promise<number[]> {
  const now = new Date(now_ms);
  const oldest = now.getUTCFullYear() * 12 + now.getUTCMonth() - LIMITS.accounting_months_kept;
  const partitions = await engine.command(`SELECT DISTINCT partition FROM system.parts WHERE database = '${DATABASE}' AND table = 'accounting' AND active ORDER BY partition`);
  const old = partitions.split('\n').filter((line) => /^[0-9]{6}$/.test(line)).map(Number).filter((month) => month > CARRIED && monthOf(month) < oldest);
  for (const month of old) {
    const carried = Number(await engine.command(`SELECT count() FROM ${DATABASE}.accounting WHERE time = fromUnixTimestamp64Milli(toInt64(${month}), 'UTC')`));
    // One partition and one block of rows: all of them are inserted, or none.
    if (carried === 0) await engine.command(carryStatement(month));
    await sync();
    await engine.command(`ALTER TABLE ${DATABASE}.accounting DROP PARTITION ID '${month}'`);
  }
  return old;
}

function carryStatement(month: number): string {
  return `INSERT INTO ${DATABASE}.accounting
    SELECT fromUnixTimestamp64Milli(toInt64(${month}), 'UTC') AS time, tenant, producer, outcome, reason, sum(accounting.count) AS count, 0 AS sequence
    FROM ${DATABASE}.accounting WHERE _partition_id = '${month}'
    GROUP BY tenant, producer, outcome, reason
    SETTINGS max_threads = 1, max_insert_threads = 1, min_insert_block_size_rows = 16000000, min_insert_block_size_bytes = 2000000000, insert_deduplicate = 0, async_insert = 0`;
}
