/**
 * Every limit of the product in one place, with its unit last in the name and its reason. A limit that an operator may
 * change is a default of `config.ts` and says so; the others are part of the contract. Long because it is the one place.
 */

const KiB = 1024;
const MiB = 1024 * KiB;

export const LIMITS = {
  // --- a request, before anything in it is believed -------------------------------------------------------------------
  /** Body as it arrives, compressed or not. OTLP 1.11 asks for a bound and names 64 MiB as default; ours is tighter before inflation. */
  body_wire_bytes_max: 16 * MiB,
  /** Body after decompression: OTLP 1.11, default 64 MiB. Over it: 413 / RESOURCE_EXHAUSTED, final. */
  body_inflated_bytes_max: 64 * MiB,
  /** Size of all request headers; Node refuses above it with 431. */
  headers_bytes_max: 16 * KiB,
  /** A sender must finish its headers in this time: idle half-open connections are the cheapest attack there is. */
  headers_ms_max: 5_000,
  /** A sender must finish its whole request in this time. */
  request_ms_max: 30_000,
  /** Idle keep-alive connections are closed after this time; above the 60 s that common load balancers keep. */
  idle_connection_ms_max: 75_000,
  /** Open connections per listener. Above: refused at accept. */
  connections_max: 2_048,
  /** TLS handshakes of one listener that are under way: each holds some 50 KB… */
  tls_handshakes_pending_max: 256,
  /** …and of these from one network (IPv4 /24, IPv6 /48), so that silent ones of one network leave room to others. */
  tls_handshakes_network_pending_max: 64,
  /** Handshakes of one listener that may begin in a second, on average: each costs a millisecond of the main thread, so a fifth of it… */
  tls_handshakes_per_s_max: 200,
  /** …and at once, as when all exporters come back after a restart. */
  tls_handshakes_burst_max: 800,
  /** The same from one network. */
  tls_handshakes_network_per_s_max: 50,
  tls_handshakes_network_burst_max: 400,
  /** Networks of which that is remembered. */
  tls_handshakes_networks_max: 10_000,
  /** Requests being read or processed at once. Above: 503 / UNAVAILABLE, retryable. */
  requests_in_flight_max: 512,
  /** Bytes of request bodies held in memory at once, inflated. Above: 503 / UNAVAILABLE, retryable. */
  bytes_in_flight_max: 256 * MiB,
  /** What one producer may take of the requests, bytes and reads above, lest a slow or hostile one leaves nothing to the others. */
  producer_share_max: 0.75,
  /** Requests sent ahead on one connection before the first is answered. No exporter does so; above: the connection is closed. */
  requests_ahead_max: 32,
  /** Header lines of a request. */
  header_lines_max: 100,
  /** Bodies inflated at the same time: each holds a window and a part of its output. */
  inflations_at_once_max: 4,
  /** zstd windows above it are refused, as RFC 9659 does for HTTP; 2^23 bytes. */
  zstd_window_log_max: 23,
  /** What is still read of a refused body, so that the sender sees the answer and not a reset connection… */
  refused_body_bytes_max: 1 * MiB,
  /** …and for how long. */
  refused_body_ms_max: 1_000,
  /** gRPC calls at once on one connection (SETTINGS_MAX_CONCURRENT_STREAMS). */
  grpc_streams_max: 128,
  /** gRPC messages being read at once; others wait, held back by flow control. grpc-js does not let us account their bytes as they come. */
  grpc_reads_at_once_max: 16,
  /** A gRPC connection is asked to end after this time, so that none is held for ever; exporters open another one. */
  grpc_connection_age_ms_max: 1_800_000,
  /** Memory of one HTTP/2 session in MiB, header tables and frames; Node ends sessions above it. */
  grpc_session_mib_max: 32,
  /** How long an exporter is asked to wait after a retryable refusal. */
  retry_after_s: 1,

  // --- the content of a request ---------------------------------------------------------------------------------------
  /** Spans of one request. Spans above it are refused in the partial success, the others are kept. */
  spans_per_request_max: 50_000,
  /** Resource blocks and scope blocks of one request; each costs a row of bookkeeping without carrying a span. */
  groups_per_request_max: 10_000,
  /** Attribute values and texts of one request: an empty attribute takes two bytes on the wire and far more in memory. Above: refused whole. */
  values_per_request_max: 2_000_000,
  /** Events and links of one request, for the same reason. */
  events_links_per_request_max: 500_000,
  /** Attributes of one list (span, event, link, resource, scope). The rest is cut and added to the dropped count. OpenTelemetry SDKs default to 128. */
  attributes_per_list_max: 256,
  events_per_span_max: 1_024,
  links_per_span_max: 1_024,
  /** An attribute key longer than this is cut together with its value. */
  key_bytes_max: 512,
  /** A longer string is cut at a character boundary after minimization and ends in `…[cut]`. */
  value_bytes_max: 64 * KiB,
  /** Of a longer string only this much is looked at: twice what is kept, because minimizing shortens. Arrays and maps above it go as a whole. */
  value_scanned_bytes_max: 128 * KiB,
  /** What is not kept of the end of what was looked at: a secret that begins there may have been cut in the middle and not be recognised. */
  value_edge_bytes: 8 * KiB,
  /** Span names, event names, scope names and versions. */
  name_bytes_max: 1_024,
  /** W3C Trace Context asks for at least 512; 32 members of 256 fit. */
  trace_state_bytes_max: 16 * KiB,
  /** Arrays and maps inside attribute values, and JSON request nesting inside them. OTLP sets no limit. */
  value_nesting_max: 16,
  /** Elements of all levels of one array or map value. */
  value_elements_max: 4_096,
  /** Memory that what was found in one request may take, estimated: findings and arrays are objects, many times the size of their bytes. Above: refused whole. */
  findings_bytes_per_request_max: 256 * MiB,
  /** JSON request bodies nest at most this deep before values begin; deeper is refused before parsing. */
  json_nesting_max: 64,
  /**
   * A span may begin or end this far in the future (clocks differ). Later: refused as `span_time`. Requests are remembered this much longer than spans are
   * taken, since a span may have come this long before its end.
   */
  future_ms_max: 600_000,
  /**
   * Spans that ended longer ago are refused as `span_too_old` unless their producer may backfill: whoever got hold of an old export cannot send it again.
   * The window is shorter when so many requests come that they are remembered for a shorter time.
   */
  past_ms_max: 24 * 3_600_000,

  // --- pipeline -------------------------------------------------------------------------------------------------------
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

  // --- the text of a minimization policy --------------------------------------------------------------------------------
  /** A policy is written by hand; the default one has 3 KiB. */
  policy_bytes_max: 256 * KiB,
  /** Lexical tokens of YAML, spaces and comments included: reading costs time for each, and a policy of that size has no more. */
  policy_tokens_max: 100_000,
  /** One text in it; a reason may have 500, and lines of its own. */
  policy_scalar_characters_max: 4 * KiB,
  /** Levels of lists and members: the deepest policy has eight. */
  policy_nesting_max: 24,
  /** Problems that are told of one text; whoever has more begins with these. */
  policy_problems_max: 100,
  /** All of them are asked about each new attribute key. */
  policy_rules_max: 1_000,
  /** Names, globs or kinds in one list of a rule. */
  policy_list_max: 256,
  /** Globs of all rules together, for the same reason as rules. */
  policy_globs_max: 8_192,
  /** An attribute key has at most 512 bytes, and nobody writes such a one by hand. */
  policy_glob_characters_max: 256,
  /** Attribute keys that are restricted. */
  policy_restricted_max: 1_000,
  /** Ids of rules and recognizers, purposes, names written in place of values: they stand in answers and logs. */
  policy_id_characters_max: 64,
  policy_reason_characters_max: 500,
  /** Recognizers of one's own: each may have to look at each value. */
  policy_recognizers_max: 100,
  policy_pattern_characters_max: 512,
  /** Characters that a pattern has when its repetitions are written out: what compiling it costs. */
  policy_pattern_positions_max: 1_024,
  /** Longest match of a pattern: what looking at one place of a text may cost. */
  policy_match_characters_max: 512,
  /** Cells of a pattern's table, two bytes each, of which it has two: memory of each worker. */
  policy_pattern_cells_max: 65_536,
  /** Moves looked at while a table is made: a policy of a hundred patterns is checked within seconds. */
  policy_pattern_work_max: 1_000_000,
  policy_context_words_max: 64,
  /** How far away from what was found a word of its context may stand. */
  policy_context_characters_max: 256,
  policy_examples_max: 32,
  policy_example_characters_max: 512,
  /** What `mask` leaves at most: the last digits of a card are four, of an account eight. */
  policy_mask_characters_max: 8,
  /** What `truncate` leaves at most: no value is longer. */
  policy_truncate_characters_max: 64 * KiB,
  /** The widest bucket of numbers. */
  policy_bucket_max: 1_000_000_000_000,
  /** Cells and comparisons of globs when two policies are compared, about a second; beyond, the new one counts as weaker. */
  policy_cells_max: 2_048,
  policy_comparison_steps_max: 1_000_000,
  /** The same when a policy is read, which editors do while somebody types; beyond, not all rules that never decide are named. */
  policy_advice_steps_max: 300_000,
  /** Pairs of rules of which the new one does less, as they are told one by one. */
  policy_weakenings_max: 100,
  /** Keys that one weakening names. */
  policy_weakening_names_max: 64,
  /** Pseudonyms change at most every hour and at least once a year, or never. */
  policy_period_hours_max: 366 * 24,
  /** Configuration of a Collector that is made into a policy, and what it may grow to when its aliases are followed. */
  collector_config_bytes_max: 1 * MiB,
  collector_config_nodes_max: 100_000,
  /** Changes that a dry run of a policy tells apart, by service, place, key, kind and what is done; above, it says that there are more. */
  policy_try_changes_max: 10_000,

  // --- commit and flush -----------------------------------------------------------------------------------------------
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

  // --- the tamper-evident log -----------------------------------------------------------------------------------------
  /** Hashes of the log, the newest ones, that a start computes again to see that its files belong together; a fifth of a second. `verify` does all. */
  log_checked_at_start_hashes: 32_768,

  // --- figures by minute ----------------------------------------------------------------------------------------------
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

  // --- queries --------------------------------------------------------------------------------------------------------
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
  search_results_default: 20,
  search_results_max: 1_000,
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
  /** Longer JSON answers go out compressed for those who take it. */
  uncompressed_answer_characters_max: 64 * KiB,
  /** Spans of one trace with the same id that can be read one by one. */
  span_copies_max: 32,
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
  /** Blocks of one trace whose policy is looked up, so that the answer names the rules that acted. */
  policy_blocks_read_max: 2_000,
  /** Spans that a policy is tried on, the newest: a minute of a busy server, and some seconds of work on a thread of its own. */
  policy_trial_spans_max: 50_000,
  /** Rows that are read at once for it: the main thread has other things to do between them. */
  policy_trial_page_spans: 4_000,
  /** After this time it answers with what it has looked at. */
  policy_trial_ms_max: 8_000,
  /** A page that takes longer was made to take long: the trial is ended. */
  policy_trial_page_ms_max: 8_000,
  /** Trials at once, each a thread with its own memory. */
  policy_trials_at_once_max: 2,
  policy_trial_heap_mib_max: 512,
  /** Widest time range of a search. */
  search_range_ms_max: 31 * 24 * 3_600_000,
  /** A request to the query API. */
  query_body_bytes_max: 1 * MiB,
  query_text_bytes_max: 4 * KiB,
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

  // --- verification in the background ---------------------------------------------------------------------------------
  /** Share of a core that it takes while nobody sends… */
  background_verify_share: 0.25,
  /** …while spans wait for the engine, which then has better things to do… */
  background_verify_busy_share: 0.03,
  /** …and when somebody asked for it. */
  background_verify_asked_share: 0.6,
  /** From a start to the first pass. */
  background_verify_first_ms: 60_000,
  /** After a pass that could not be finished. */
  background_verify_retry_ms: 600_000,
  /** How often its place is written down, so that a start goes on from there. */
  background_verify_saved_ms: 30_000,

  // --- the server's own metrics -------------------------------------------------------------------------------------------
  /** Combinations of attributes of one metric; what comes later is counted under `other`. */
  meter_rows_max: 1_000,

  /** Hours of which the growth of the log is told. */
  log_growth_hours: 168,
  /** …by type. */
  log_growth_rows_max: 3_000,
  /** How old that may be. */
  log_growth_ms_max: 5_000,
  /** Entries of one answer. */
  log_entries_max: 1_000,
  log_entries_default: 100,

  // --- witnesses ------------------------------------------------------------------------------------------------------
  /** Logs that one witness follows. */
  witness_logs_max: 10_000,
  /** Connections to a witness; each may hold a submission of half a MiB. */
  witness_connections_max: 256,
  /** Refused checkpoints that a witness keeps of each log and kind: the oldest half and the newest. */
  witness_refused_max: 64,
  /** Refused checkpoints in one answer. */
  witness_refused_shown_max: 200,
  /** Witnesses of one log: a note holds up to 64 signatures. */
  witnesses_max: 16,
  /** A witness that has not answered by then is asked again later… */
  witness_answer_ms_max: 5_000,
  /** …and this is how long a checkpoint is held back for those that are slower, where no quorum is asked for. */
  witness_grace_ms: 1_000,
  /** Signature lines of a few post-quantum keys. */
  witness_answer_bytes_max: 64 * KiB,
  /** The longest pause before a witness that fails is asked again; the first is a second, and each is twice as long as the one before. */
  witness_backoff_ms_max: 300_000,
  /** Checkpoints are signed and published at most this often. */
  checkpoint_interval_ms: 1_000,
  /** How long the witnesses have for the last checkpoint when the server stops. */
  checkpoint_stop_ms_max: 2_000,

  // --- control --------------------------------------------------------------------------------------------------------
  producers_max: 10_000,
  tokens_max: 10_000,
  /** How long a token is valid unless something else is said: nobody remembers those that are never used. */
  token_ms_default: 90 * 24 * 3_600_000,
  /** Actions or globs of actions that one token is limited to. */
  token_scopes_max: 32,
  /** Valid tokens that act for one person. */
  account_tokens_max: 20,
  /** How far the stored moment of last use of a token may lag behind: each correction is a synced write. */
  token_touch_ms: 60_000,
  /** All of them are in memory. */
  tenants_max: 1_000,
  accounts_max: 1_000,
  account_groups_max: 32,
  /** Sessions of one person; above it the oldest ends. */
  account_sessions_max: 10,
  /** A session that nobody used for this long is over… */
  session_idle_ms_max: 24 * 3_600_000,
  /** …and after this long in any case. NIST SP 800-63B-4 §2.1.3 allows 30 days at its first level. */
  session_ms_max: 7 * 24 * 3_600_000,
  /** How far the stored moment of last use may lag behind: each correction is a synced write. */
  session_touch_ms: 300_000,
  /** Of several session cookies, which other ports of the same host can add, so many are looked at. */
  session_cookies_max: 4,
  /** NIST SP 800-63B-4 §3.1.1.2 for a password that stands alone. */
  password_characters_min: 15,
  password_characters_max: 256,
  /** argon2id as RFC 9106 §4 recommends it where memory is limited. */
  argon2_memory_kib: 65_536,
  argon2_passes: 3,
  argon2_lanes: 4,
  /** Password hashes computed at once: each takes its memory and a thread… */
  argon2_at_once_max: 2,
  /** …and so many wait for their turn; above: 503. */
  argon2_waiting_max: 16,
  /** argon2id of the passphrase that is a sealing root (RFC 9106 §4, between its two choices): only who opens something waits for it… */
  sealing_argon2_memory_kib: 262_144,
  sealing_argon2_passes: 3,
  sealing_argon2_lanes: 4,
  /** Sealed values that one reader opens in an hour: far more than somebody reads who follows an incident, far fewer than somebody takes who wants all of them. */
  reveal_values_per_hour_max: 5_000,
  /** Openings of one reader in an hour, each of one trace. */
  reveal_openings_per_hour_max: 60,
  /** Why something is opened. */
  reveal_reason_characters_min: 3,
  reveal_reason_characters_max: 500,
  /** What one opening names. */
  reveal_fields_max: 64,
  reveal_spans_max: 1_000,
  /** The console closes what was opened after this time. */
  reveal_shown_ms: 300_000,
  /** A question waits so long for somebody to approve it… */
  approval_waiting_ms_max: 24 * 3_600_000,
  /** …and once it is approved, so long to be acted upon. */
  approval_use_ms_max: 4 * 3_600_000,
  /** After its end it is listed so long, and of one person so many. */
  approvals_kept_max: 50,
  approval_kept_ms: 7 * 24 * 3_600_000,
  /** Questions of one person that wait. */
  approvals_waiting_max: 20,
  /** Of a tenant, shown at once. */
  approvals_listed_max: 200,
  /** Seals that are opened while the keys of their windows are in memory. */
  seals_opened_at_once_max: 20_000,
  /** …and this is a passphrase that is long enough, or too long to be one. */
  passphrase_characters_min: 20,
  passphrase_bytes_max: 1_024,
  /** How long a transit engine may take for an answer, and how much it may say. */
  transit_answer_ms_max: 10_000,
  transit_answer_bytes_max: 64 * KiB,
  /** How long after an opening private keys may be left in native objects, which one collection frees and overwrites. */
  key_objects_ms: 2_000,
  /** Windows that are put under another version of a key in one transaction: what is lost when it is broken off. */
  rewrap_windows_at_once: 200,
  /** A server does the same beside everything else: some 10 ms. */
  rewrap_windows_at_once_in_server: 10,
  /** Rows of keys that a server counts at once, some 5 ms. */
  subject_keys_counted_at_once: 20_000,
  /** Windows and workers that sealed for one person within what is retained: an hour has one key for each worker. */
  subject_token_keys_max: 1_000_000,
  /** Finding by which keys a person's tokens were made. */
  token_removal_ms_max: 60_000,
  /** Keys of a subject that are destroyed by one statement. */
  subject_keys_at_once: 512,
  /** Keys of a person in one entry of the log, 16 characters each; more are told in several. */
  erased_keys_per_entry_max: 4_000,
  /** The name of a person, as values name them. */
  subject_bytes_max: 4_096,
  /** Services that are named where spans of a person are counted. */
  subject_services_max: 1_000,
  /** Spans of a page of what is held of a person: their seals are opened together. */
  subject_export_spans: 1_000,
  /** Pages of an export follow each other within this time; then it has to be asked for, and approved, anew. */
  subject_export_ms_max: 3_600_000,
  /** Versions of the policy that are looked at for when values of people began to be sealed. */
  subject_policies_max: 200,
  /** Digests of keys that verification asks for at once. */
  key_digests_at_once: 20_000,
  /** Failed attempts to sign in to one account, or from one known browser, before the next must wait… */
  attempts_account_free: 5,
  /** …a second at first, twice as long each time, and never longer than this, so that nobody is locked out of their own account for long. */
  attempts_account_delay_ms_max: 60_000,
  /** The same for all attempts from one address, behind which there may be many people. */
  attempts_address_free: 20,
  attempts_address_delay_ms_max: 10_000,
  /** Failures are forgotten after this long without another. */
  attempts_forgotten_ms: 900_000,
  /** Accounts and addresses whose failures are remembered; the one touched longest ago makes room. */
  attempts_remembered_max: 10_000,
  /** Codes for whoever lost the app that makes the others, each good once. */
  recovery_codes: 10,
  /** A code as people type it, with spaces and hyphens. */
  code_characters_max: 32,
  /** A second factor that nobody confirmed with a code is forgotten after this long. */
  factor_offer_ms_max: 600_000,
  /** A sign-in link that is printed on the server works once and so long. */
  sign_in_link_ms_max: 600_000,
  /** How long a browser is known as one from which somebody signed in before. */
  device_ms_max: 180 * 24 * 3_600_000,
  /** The console’s own files, which are held in memory. */
  console_files_max: 500,
  console_bytes_max: 32 * MiB,
  /** Keys of one producer valid at once: rotations whose grace has not ended. */
  producer_keys_max: 8,
  producer_name_bytes_max: 128,
  service_globs_max: 64,
  service_glob_bytes_max: 256,
  /** Names in client certificates that are one producer: one for each place it runs in. */
  producer_certificates_max: 64,
  /** Certificates that were shown since the start and are listed, so that they can be revoked. */
  shown_certificates_max: 10_000,
  /** SPIFFE-ID §2.3. */
  spiffe_id_bytes_max: 2_048,
  /** All of them are in memory; those that have ended anyway make room. */
  revoked_certificates_max: 10_000,
  /** The shortest life of a certificate that the local authority issues. */
  certificate_ms_min: 60_000,
  /** How often the files of certificates are looked at, so that a renewed one is used without a restart. */
  certificate_look_ms: 1_000,
  /** A file of certificates; an authority's bundle has a few. */
  certificate_file_bytes_max: 256 * KiB,
  /** Each of the two texts of an entry's body. A longer one is cut into several entries. */
  entry_text_bytes_max: 65_535,
  /** How long a record of what was read, or of a failed attempt to sign in, may wait for its entry. */
  records_delay_ms_max: 1_000,
  /** Records of one entry. */
  records_per_entry_max: 1_000,
  /** Records waiting for an entry; equal ones are one. Above it reads are refused… */
  records_waiting_max: 10_000,
  /** …or above this size of all of them. */
  records_waiting_bytes_max: 8 * MiB,
  /** The access journal when the log takes nothing: above it, what would have to be recorded is refused. */
  records_journal_bytes_max: 16 * MiB,
  /** Of its files; what the log has goes with whole ones. */
  records_segment_bytes_max: 256 * KiB,
  /** What a record keeps of a filter, in characters; of a longer one a digest only. */
  record_filter_characters_max: 2_048,
  /** Values of a filter that are minimized for its record; of a longer one a digest only. */
  record_filter_values_max: 64,
  /** The reason that a request may give, in characters. */
  record_reason_characters_max: 200,
  /** Records of one reader within an entry's time that are kept apart; those beyond are summed, with all ids that they name. */
  records_per_reader_max: 200,
  /** Ids that one record names: as many as one request can ask for. */
  record_ids_max: 1_000,
  /** Records that `/api/v1/audit` answers at once. */
  audit_page_max: 1_000,
  audit_page_default: 100,
  /** It looks so far back where it is not told how far. */
  audit_default_ms: 31 * 24 * 3_600_000,
  /** Of each of its filters. */
  audit_filter_characters_max: 256,
  /** Records that are pushed at once. */
  audit_push_records_max: 500,
  /** How often it looks for more, and how long it waits for an answer. */
  audit_push_look_ms: 5_000,
  audit_push_answer_ms_max: 30_000,
  /** The longest rest between two tries. */
  audit_push_retry_ms_max: 300_000,
  /** Failing for so long is a finding. */
  audit_push_failing_ms: 300_000,
  /** Failed attempts to sign in, and requests without a valid credential, that one entry keeps apart; the others are summed. */
  record_attempts_max: 256,
  /** Policies that are read for somebody at once, one after another, and how long one may take: a second of CPU is the most that was seen. */
  policy_readings_waiting_max: 8,
  policy_reading_ms_max: 20_000,
  policy_reader_heap_mib_max: 256,
  /** The thread that reads them ends when nobody asked for so long. */
  policy_reader_idle_ms_max: 60_000,
  // --- who may do what -------------------------------------------------------------------------------------------------
  /** A text of access policies is written by hand: five hundred have about 100 KiB. */
  access_bytes_max: 256 * KiB,
  access_policies_max: 1_000,
  /** The engine parses and evaluates one policy by recursion, on a stack that ends at 64 nested lists or 512 operators. */
  access_policy_bytes_max: 32 * KiB,
  access_policy_nesting_max: 24,
  access_policy_marks_max: 200,
  /** How long somebody may have a role by breaking the glass, and what is said for a reason. */
  glass_minutes_max: 60,
  glass_reason_characters_min: 10,
  glass_reason_characters_max: 500,
  /** A name, an action or a resource in a question about access. */
  access_question_characters_max: 512,
  /** Versions of a tenant's own policies that are listed at once, the newest; all are kept. */
  access_versions_listed_max: 200,
  /** Decisions that are remembered for each tenant: some hundred places for some hundred kinds of readers. About 200 bytes each. */
  access_decisions_max: 50_000,
  /** Kinds of readers, by roles and groups, of whom is remembered what they may do and see. */
  access_readers_max: 1_000,
  /** What is said with a change of the policy. */
  policy_note_characters_max: 500,
  /** Versions of the policy that are listed at once, the newest; all are kept. */
  policy_versions_listed_max: 200,
  /** Weakenings that a version, a proposal and the log name; how many there are is always said. */
  policy_weakenings_named_max: 32,
  /** Kinds and keys that each of them keeps. */
  policy_weakening_kept_names_max: 16,
  /** How often a running server looks whether another policy is in force, put there beside it. */
  policy_look_ms: 250,
  /** Changes of control data carried into the log at once. */
  outbox_rows_at_once: 256,
  /** Findings of all tenants; above it the oldest closed one goes. */
  findings_max: 10_000,
  /** Findings of one analytic in one tenant, lest one attack push out what others left; what comes beyond is counted in one. */
  findings_per_analytic_max: 1_000,
  /** Findings waiting to be written; what comes beyond is dropped and counted. */
  findings_waiting_max: 1_000,
  /** Findings of one write, which holds up everything else for some 20 ms: a flood of different ones takes a tenth of the time at most. */
  findings_at_once: 64,
  /** How long a finding waits, so that a flood of equal ones is one write. */
  findings_delay_ms_max: 250,
  /** Places one finding names, the first ones. */
  finding_evidences_max: 32,
  finding_resources_max: 8,
  finding_text_characters_max: 1_024,
  /** Findings of one page. */
  findings_page_max: 500,
  findings_page_default: 50,
  // --- tokens of workloads, and the issuers that sign them --------------------------------------------------------------
  /** A JWT as it is sent; those of clouds have some 2 KiB. All headers of a request have 16. */
  token_characters_max: 8_192,
  /** From issue to end. What an issuer signs for longer is as good as an ingest key that nobody here can revoke alone. */
  token_ms_max: 24 * 3_600_000,
  /** How far the clocks of issuer and server may be apart. */
  token_skew_ms_max: 60_000,
  token_subject_characters_max: 2_048,
  token_audience_characters_max: 1_024,
  /** Tokens remembered as verified, half of them for sure: each workload has one at a time. */
  tokens_remembered_max: 20_000,
  /** Tokens being verified for the first time; above: 503. Most of them wait for an issuer. */
  token_checks_at_once_max: 64,
  /** Issuers with subjects that are one producer. */
  producer_trusts_max: 16,
  trust_claims_max: 8,
  /** Bindings of one issuer that a token is compared with. */
  issuer_trusts_max: 10_000,
  /** Issuers whose keys are held; the one asked for longest ago makes room. */
  issuers_max: 1_000,
  /** Addresses of issuers and what is asked of them. */
  issuer_characters_max: 2_048,
  /** An issuer that has not answered by then is as good as down… */
  issuer_answer_ms_max: 5_000,
  /** …and what it answers is a few KiB. */
  issuer_answer_bytes_max: 256 * KiB,
  /** Keys of one issuer: the current ones and the next. */
  issuer_keys_max: 100,
  /** How old fetched keys may be before they are fetched again: so long a key that the issuer withdrew may still count… */
  issuer_keys_ms_max: 300_000,
  /** …unless the issuer cannot be reached; then no longer than this. */
  issuer_keys_stale_ms_max: 3_600_000,
  /** Keys are not asked for more often than this, whatever key ids tokens name. */
  issuer_keys_pause_ms: 15_000,
  /** The same for a file of keys, which is looked at again after this time. */
  issuer_key_file_ms: 2_000,
  // --- the provider with whom people sign in ----------------------------------------------------------------------------
  /** Questions to the provider at once: as many for strangers, who can make us ask, and for those who are signed in. Above: 503. */
  provider_questions_max: 32,
  /** How old what the provider says of itself may be before it is fetched again. */
  provider_description_ms_max: 3_600_000,
  /** A provider that did not answer is not asked again before this is over. */
  provider_pause_ms: 5_000,
  /** From the sign-in page to the provider and back: people type passwords and look for their second factor. */
  provider_sign_in_ms_max: 900_000,
  /** Sign-ins that were completed, which cannot be completed again; the oldest make room. */
  provider_sign_ins_max: 10_000,
  /** A session is asked about at the provider this long after the last time, when it is next used, where the provider gives the means… */
  provider_check_ms: 300_000,
  /** …and while the provider cannot be reached it goes on for no longer than this. */
  provider_unreached_ms_max: 900_000,
  /** Age of a logout token when it arrives (Back-Channel Logout §2.6 leaves it to us). */
  logout_token_ms_max: 120_000,
  /** Logout tokens that were used, which cannot be used again. */
  logout_tokens_max: 10_000,
  /** OpenID Connect Core §2 allows 255 characters for a subject. */
  provider_subject_characters_max: 255,
  /** Pairs of a mapping of groups. */
  provider_groups_max: 1_000,
  /** Groups of one person: they are read with each request. Who has more does not get in, since one that was left out could be forbidden something. */
  provider_account_groups_max: 256,
  provider_text_characters_max: 256,
  provider_secret_bytes_max: 4_096,
  /** How stale a running server's view of revoked keys may be. */
  revocation_ms_max: 500,
  /** How long a drain may take at SIGTERM before it is cut. Everything acknowledged is in the journal already. */
  drain_ms_max: 20_000,
} as const;
