/** Queries. What one question to the query API may cost and what one answer carries. */

import { KiB, MiB } from './bytes.ts';

export const QUERIES = {
  // --- every question --------------------------------------------------------------------------------------------------
  query_ms_default: 10_000,
  query_ms_max: 60_000,
  /** Queries running at once; more wait, then are refused. */
  queries_at_once_max: 4,
  queries_waiting_max: 64,
  /** Services with their environments of one tenant that access rules decide one by one, for readers who see only some of them. With more such a reader is refused. */
  places_max: 5_000,
  /** How old the list of them may be: spans of a new service are shown to such a reader so much later. */
  places_ms_max: 2_000,
  /** Memory of one query inside the engine. */
  query_memory_bytes_max: 1_024 * MiB,
  /** One answer in columns, read at once to verify rows: a block of spans, even of one large request, is a part of it. */
  native_answer_bytes_max: 512 * MiB,
  /** A request to the query API. */
  query_body_bytes_max: 1 * MiB,
  query_text_bytes_max: 4 * KiB,
  /** Longer JSON answers go out compressed for those who take it. */
  uncompressed_answer_characters_max: 64 * KiB,

  // --- searches --------------------------------------------------------------------------------------------------------
  search_results_default: 20,
  search_results_max: 1_000,
  /** Widest time range of a search. */
  search_range_ms_max: 31 * 24 * 3_600_000,
  search_attributes_max: 16,
  /** Bars of a histogram; more than a screen has room for. */
  histogram_buckets_max: 240,
  histogram_buckets_default: 60,
  /** Points of a scatter. */
  points_max: 5_000,
  points_default: 2_000,
  /** Spans whose attributes a histogram or a scatter reads. Of more, a share is looked at and figures are estimates. */
  filtered_spans_max: 600_000,
  /** Spans whose attributes autocomplete reads: it has to answer while somebody types. */
  suggested_spans_max: 49_152,
  suggestions_max: 500,
  suggestions_default: 100,
  /** How old a suggestion drawn from a sample may be. */
  suggestions_ms_max: 10_000,

  // --- one trace -------------------------------------------------------------------------------------------------------
  /** Spans of one trace that an answer carries. The answer says when there are more. */
  trace_spans_max: 100_000,
  /** How long evidence of new spans waits for the checkpoint that covers them; one is published each second, unless witnesses must cosign it. */
  evidence_wait_ms_max: 5_000,
  /** Fields that one question for evidence leaves out: each is compared with the key of every attribute. */
  evidence_omitted_max: 64,
  /** Marks of events in the outline of a trace, and of one span in it; more could not be told apart on a screen. */
  outline_events_max: 20_000,
  outline_span_events_max: 64,
  /** Spans of one trace that are named as containing a text. */
  trace_matches_max: 10_000,
  trace_match_characters_max: 256,
  /** Spans of one trace with the same id that can be read one by one. */
  span_copies_max: 32,
  /** Blocks of one trace whose policy is looked up, so that the answer names the rules that acted. */
  policy_blocks_read_max: 2_000,

  // --- figures ---------------------------------------------------------------------------------------------------------
  /** Spans that are joined with their parents to count calls between services. Of more, a share of the traces is looked at and counts are estimates. */
  dependency_spans_max: 200_000,
  /** Services or operations whose figures one answer carries. */
  figures_groups_max: 100,
  /** Edges of the service map; those with most calls. */
  figures_edges_max: 2_000,
  /** Points of a series of figures. */
  figures_buckets_max: 120,
  /** Places with a kind of value that one answer about exposure carries, those with most values, and the steps of each one’s trend. */
  exposure_rows_max: 500,
  exposure_steps_max: 24,

  // --- live tails ------------------------------------------------------------------------------------------------------
  /** Live tails at once; each asks the store once a second. */
  tails_max: 8,
  /** A tail ends after this time; a console that is still watched opens another one. */
  tail_ms_max: 600_000,
  /** At most one event a tail in this time. */
  tail_interval_ms: 1_000,
  /** Traces of one event; what matched beyond them is counted. */
  tail_traces_max: 50,
  /** A reader of a tail who leaves this much unread is cut off. */
  tail_unread_bytes_max: 256 * KiB,
} as const;
