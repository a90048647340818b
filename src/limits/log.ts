/** The tamper-evident log. Its entries and checkpoints, the witnesses that cosign it, and verification in the background. */

import { KiB } from './bytes.ts';

export const LOG = {
  // --- entries and checkpoints -----------------------------------------------------------------------------------------
  /** Hashes of the log, the newest ones, that a start computes again to see that its files belong together; a fifth of a second. `verify` does all. */
  log_checked_at_start_hashes: 32_768,
  /** Each of the two texts of an entry's body. A longer one is cut into several entries. */
  entry_text_bytes_max: 65_535,
  /** Changes of control data carried into the log at once. */
  outbox_rows_at_once: 256,
  /** Checkpoints are signed and published at most this often. */
  checkpoint_interval_ms: 1_000,
  /** How long the witnesses have for the last checkpoint when the server stops. */
  checkpoint_stop_ms_max: 2_000,
  /** Hours of which the growth of the log is told. */
  log_growth_hours: 168,
  /** …by type. */
  log_growth_rows_max: 3_000,
  /** How old that may be. */
  log_growth_ms_max: 5_000,
  /** Entries of one answer. */
  log_entries_max: 1_000,
  log_entries_default: 100,

  // --- witnesses -------------------------------------------------------------------------------------------------------
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

  // --- verification ----------------------------------------------------------------------------------------------------
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
  /** Digests of keys that verification asks for at once. */
  key_digests_at_once: 20_000,
} as const;
