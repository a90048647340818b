/** Records and findings. What is kept of who read what, how it is pushed elsewhere, and what the server noticed. */

import { KiB, MiB } from './bytes.ts';

export const RECORDS = {
  // --- records ---------------------------------------------------------------------------------------------------------
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
  /** Failed attempts to sign in, and requests without a valid credential, that one entry keeps apart; the others are summed. */
  record_attempts_max: 256,

  // --- the audit -------------------------------------------------------------------------------------------------------
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

  // --- findings --------------------------------------------------------------------------------------------------------
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
} as const;
