/** From the worker to the store. Pipeline, commit, flush, and the figures by minute that are made of what was flushed. */

import { KiB, MiB } from './bytes.ts';

export const INGEST = {
  // --- the pipeline ----------------------------------------------------------------------------------------------------
  /** Spans of a block, the unit of the journal and later of the log. One request is never split, so a block may exceed it once. */
  block_rows_target: 8_192,
  /** Distinct attribute keys a worker remembers before it starts afresh. */
  interned_keys_max: 32_768,
  /** Bytes of values whose verdict a worker remembers. */
  memo_bytes_max: 8 * MiB,
  /** A value longer than this is not remembered. */
  memo_value_bytes_max: 4 * KiB,
  /** Keys of people that a worker holds of one window, some 300 bytes each; forgotten as a whole, and whoever comes again gets another. */
  subject_keys_in_worker_max: 50_000,
  /** Values of searchable fields of which a worker remembers the token, some 120 bytes each. */
  remembered_tokens_max: 4_096,
  /** Rows of such keys that wait in memory for a control store that takes none. Above: 503. */
  subject_keys_waiting_max: 200_000,
  /** Services and environments of which a worker knows which rules are for them; forgotten as a whole, so that nobody can grow it with names. */
  policy_services_max: 4_096,
  /** Different sets of rules that a worker remembers what it made of; the same. */
  policy_treatments_max: 2_048,
  /** What those sets say about keys and types of values, all together; the same. */
  policy_plans_max: 262_144,
  /** Memory of what a worker made of values by rules that differ by place, estimated; forgotten as a whole between two requests. */
  policy_outputs_bytes_max: 16 * MiB,
  /** Memory of the table by which spans taken before are recognised, one for all workers; 128 bytes hold six of them, so the last three million. */
  taken_spans_bytes: 64 * MiB,
  /** Traces of one request that are named because of spans whose ids had been taken with other content. */
  version_traces_told_max: 16,
  /** Findings about such traces of one producer in an hour; what comes beyond is one finding about the producer. */
  version_findings_per_hour: 100,

  // --- commit and flush ------------------------------------------------------------------------------------------------
  /** A commit waits at most this long for more blocks while requests are still on their way. */
  commit_delay_ms_max: 100,
  /** Rows acknowledged but not yet in ClickHouse at which a flush starts. Large inserts are what keeps the store cheap. */
  flush_rows_target: 131_072,
  /** …or this many bytes of blocks: rows can be large, and the engine holds an insert in memory about three times. */
  flush_bytes_target: 96 * MiB,
  /** …or once the oldest of them has waited this long. */
  flush_delay_ms_max: 2_000,
  /** Accounts of requests without any stored span are written at least this often. */
  account_delay_ms_max: 60_000,
  /** Rows acknowledged but not yet in ClickHouse above which new requests are refused as retryable. */
  pending_rows_max: 600_000,
  /** …or bytes of their blocks. */
  pending_bytes_max: 384 * MiB,
  /** Months of which the account keeps its course over time, besides the one that runs; totals are kept for ever. Longer than any search reaches. */
  accounting_months_kept: 3,
  /** Requests whose digests are remembered, to recognise a retry or a copy; 40 bytes each. Beyond it, 23 a second for a day, the oldest are forgotten, and spans as old as they are refused. */
  remembered_requests_max: 2_000_000,
  /** …and for how long: `past_ms_max` and `future_ms_max`, so that every request is remembered whose spans would still be taken. */
  remembered_requests_ms_max: 24 * 3_600_000 + 600_000,
  /** …and for how long at least: of more requests in this time the rest is refused as retryable, lest one sender who floods makes the spans of others too old. */
  remembered_requests_ms_min: 900_000,
  /** Sentences of partial successes that are repeated when the request is; exporters give up after minutes. */
  remembered_messages_max: 10_000,
  /** One segment file of the journal. */
  journal_segment_bytes_max: 64 * MiB,
  /** Free disk below which ingest is refused as retryable, so that merges and the journal can finish. */
  disk_free_bytes_min: 512 * MiB,

  // --- figures by minute -----------------------------------------------------------------------------------------------
  /** Rows in the engine and not in the figures at which they are rolled. Until then their spans are read. */
  figures_roll_rows_target: 131_072,
  /** …or once the oldest of them has waited this long. */
  figures_delay_ms_max: 60_000,
  /** Blocks of one roll: they are named in a statement, which the engine takes up to 256 KiB. */
  figures_roll_blocks_max: 2_048,
  /** Names of operations of one tenant that a roll keeps, the most frequent; the others are counted together. A sender may make a new name for each span. */
  figures_operations_max: 2_000,
  /** Names of services, for the same reason. */
  figures_services_max: 500,
  /** Places with a kind of value, of one tenant, that a roll counts apart; the others are counted together by service and kind. A sender may make a new key for each span. */
  figures_exposures_max: 1_000,
  /** Of how many places with a kind of value of one tenant it is remembered when they were first seen; 2 MB. Of more it is known for as long as their figures are kept. */
  first_seen_max: 50_000,
} as const;
