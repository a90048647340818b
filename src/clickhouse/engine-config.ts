/**
 * The embedded engine's configuration: one encrypted disk for everything that holds data, no logs, no system log tables, bounded
 * caches and pools sized for a process that shares two cores with the pipeline.
 */

/** Where things are under the data directory. `engine` holds table definitions only; every part file is under `sealed`. */
export const ENGINE_FOLDER = 'engine';
export const SEALED_FOLDER = 'sealed';

/** The variable that carries the disk key into the engine while it opens. It is set and removed inside this process, never inherited. */
export const DISK_KEY_VARIABLE = 'TRACEKEEP_DISK_KEY_HEX';

const MiB = 1024 * 1024;

/** Sizes in bytes or threads. Defaults of the engine are meant for a server of its own with 5 GiB of caches. */
const SERVER: Readonly<Record<string, number>> = {
  mark_cache_size: 64 * MiB,
  primary_index_cache_size: 64 * MiB,
  index_mark_cache_size: 8 * MiB,
  uncompressed_cache_size: 0,
  index_uncompressed_cache_size: 0,
  query_condition_cache_size: 8 * MiB,
  compiled_expression_cache_size: 8 * MiB,
  text_index_tokens_cache_size: 8 * MiB,
  text_index_header_cache_size: 8 * MiB,
  text_index_postings_cache_size: 8 * MiB,
  vector_similarity_index_cache_size: 0,
  parquet_metadata_cache_size: 0,
  iceberg_metadata_files_cache_size: 0,
  unique_key_index_cache_size_bytes: 0,
  mmap_cache_size: 0,
  // One merge at a time: merges must not take the cores from ingest, and two large ones would need twice the memory.
  background_pool_size: 1,
  background_merges_mutations_concurrency_ratio: 2,
  background_move_pool_size: 1,
  background_fetches_pool_size: 1,
  background_common_pool_size: 1,
  background_schedule_pool_size: 2,
  max_thread_pool_size: 200,
  max_thread_pool_free_size: 16,
  // Dropped tables and partitions give their disk back at once.
  database_atomic_delay_before_drop_table_sec: 0,
};

/**
 * The configuration file. Its paths are ours; the key is named, not contained. Started from a terminal the engine writes every statement to it,
 * values included and whatever the level, unless the console is named and switched off.
 */
export function engineConfig(dataDir: string): string {
  const server = Object.entries(SERVER).map(([name, value]) => `  <${name}>${value}</${name}>`);
  return `<clickhouse>
  <logger><level>none</level><console>false</console></logger>
  <storage_configuration>
    <disks>
      <plain><type>local</type><path>${xml(`${dataDir}/${SEALED_FOLDER}/`)}</path></plain>
      <sealed><type>encrypted</type><disk>plain</disk><algorithm>AES_256_CTR</algorithm><key_hex from_env="${DISK_KEY_VARIABLE}"/></sealed>
    </disks>
    <policies><sealed><volumes><main><disk>sealed</disk></main></volumes></sealed></policies>
  </storage_configuration>
  <tmp_policy>sealed</tmp_policy>
${server.join('\n')}
</clickhouse>
`;
}

function xml(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}
