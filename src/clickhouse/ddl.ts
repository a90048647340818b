/**
 * Renders a table as SQL, for the embedded engine and for a cluster, from the one source in `schema.ts`.
 */

import { structureOf, type Table } from './schema.ts';
import { quote } from './parameters.ts';

export const DATABASE = 'tracekeep';

export type Target = { readonly kind: 'embedded' } | { readonly kind: 'cluster'; readonly cluster: string };

/**
 * What all tables share. Parts are written by few large inserts and read for their order, so:
 * compact parts (one data file) until they are large, since a wide part costs two files and a flush per column and insert;
 * merges cost as much as inserts, so they wait for many similar parts and stop at a size that retention can remove piece by piece;
 * they go by rows, not by columns, which is cheaper for rows that come sorted;
 * data of inserts and merges is on the disk before it counts, and replaced parts go within seconds (by default the engine looks for them
 * every half to five minutes), so that merged and dropped data frees its disk.
 */
const PART_SETTINGS: Readonly<Record<string, string | number>> = {
  min_bytes_for_wide_part: 128 * 1024 * 1024,
  merge_selector_base: 10,
  max_bytes_to_merge_at_max_space_in_pool: 512 * 1024 * 1024,
  enable_vertical_merge_algorithm: 0,
  fsync_after_insert: 1,
  min_rows_to_fsync_after_merge: 1,
  old_parts_lifetime: 8,
  cleanup_delay_period: 2,
  max_cleanup_delay_period: 5,
  cleanup_delay_period_random_add: 0,
};

export function createTable(table: Table, target: Target): string {
  const columns = table.columns.map(({ name, type, codec }) => `  \`${name}\` ${type} CODEC(${codec})`);
  const indexes = table.indexes.map((index) => `  ${index}`);
  const policy: Record<string, string> = target.kind === 'embedded' ? { storage_policy: "'sealed'" } : {};
  const settings = { ...PART_SETTINGS, ...table.settings, ...policy };
  return `CREATE TABLE IF NOT EXISTS ${DATABASE}.${table.name}${onCluster(target)}
(
${[...columns, ...indexes].join(',\n')}
)
ENGINE = ${engineOf(table, target)}
PARTITION BY ${table.partitionBy}
ORDER BY ${table.orderBy}
SETTINGS ${Object.entries(settings).map(([name, value]) => `${name} = ${value}`).join(', ')}`;
}

export function onCluster(target: Target): string {
  return target.kind === 'cluster' ? ` ON CLUSTER ${quote(target.cluster)}` : '';
}

/** Takes Native blocks from a file or FIFO; the order of rows is kept, and one insert makes one part per partition. */
export function insertFromFile(table: Table, path: string): string {
  return `INSERT INTO ${DATABASE}.${table.name} SELECT * FROM file(${quote(path)}, 'Native', ${quote(structureOf(table))}) SETTINGS ${INSERT_SETTINGS}`;
}

const INSERT_SETTINGS = Object.entries({
  max_threads: 1,
  max_insert_threads: 1,
  // Above any flush: rows are squashed into one block, which is one part per partition.
  min_insert_block_size_rows: 16_000_000,
  min_insert_block_size_bytes: 2_000_000_000,
  max_partitions_per_insert_block: 0,
  optimize_on_insert: 0,
  insert_deduplicate: 0,
  async_insert: 0,
  input_format_parallel_parsing: 0,
  input_format_native_allow_types_conversion: 0,
})
  .map(([name, value]) => `${name} = ${value}`)
  .join(', ');

function engineOf(_table: Table, target: Target): string {
  return target.kind === 'embedded' ? 'MergeTree' : `ReplicatedMergeTree('/clickhouse/tables/{shard}/{database}/{table}', '{replica}')`;
}
