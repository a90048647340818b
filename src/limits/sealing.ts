/** Sealed values. The keys that open them, opening under a second person's approval, and exporting and erasing a person. */

import { KiB } from './bytes.ts';

export const SEALING = {
  // --- keys ------------------------------------------------------------------------------------------------------------
  /** argon2id of the passphrase that is a sealing root (RFC 9106 §4, between its two choices): only who opens something waits for it… */
  sealing_argon2_memory_kib: 262_144,
  sealing_argon2_passes: 3,
  sealing_argon2_lanes: 4,
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

  // --- opening ---------------------------------------------------------------------------------------------------------
  /** Seals that are opened while the keys of their windows are in memory. */
  seals_opened_at_once_max: 20_000,
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

  // --- approvals -------------------------------------------------------------------------------------------------------
  /** A question waits so long for somebody to approve it… */
  approval_waiting_ms_max: 24 * 3_600_000,
  /** …and once it is approved, so long to be acted upon. */
  approval_use_ms_max: 4 * 3_600_000,
  /** After its end it is listed so long, and of one person so many. */
  approval_kept_ms: 7 * 24 * 3_600_000,
  approvals_kept_max: 50,
  /** Questions of one person that wait. */
  approvals_waiting_max: 20,
  /** Of a tenant, shown at once. */
  approvals_listed_max: 200,

  // --- a person --------------------------------------------------------------------------------------------------------
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
} as const;
