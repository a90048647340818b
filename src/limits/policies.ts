/** Minimization policies. Their text, what comparing and trying one costs, and what is told of changes. */

import { KiB, MiB } from './bytes.ts';

export const POLICIES = {
  // --- the text --------------------------------------------------------------------------------------------------------
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

  // --- a configuration that is made into one ---------------------------------------------------------------------------
  /** Configuration of a Collector that is made into a policy, and what it may grow to when its aliases are followed. */
  collector_config_bytes_max: 1 * MiB,
  collector_config_nodes_max: 100_000,

  // --- trying one ------------------------------------------------------------------------------------------------------
  /** Changes that a dry run of a policy tells apart, by service, place, key, kind and what is done; above, it says that there are more. */
  policy_try_changes_max: 10_000,
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

  // --- reading and changing one ----------------------------------------------------------------------------------------
  /** Policies that are read for somebody at once, one after another, and how long one may take: a second of CPU is the most that was seen. */
  policy_readings_waiting_max: 8,
  policy_reading_ms_max: 20_000,
  policy_reader_heap_mib_max: 256,
  /** The thread that reads them ends when nobody asked for so long. */
  policy_reader_idle_ms_max: 60_000,
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
} as const;
