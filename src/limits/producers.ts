/** Producers. Their keys, certificates and tokens of workloads, and the issuers that sign those. */

import { KiB } from './bytes.ts';

export const PRODUCERS = {
  // --- names and keys --------------------------------------------------------------------------------------------------
  producers_max: 10_000,
  /** Keys of one producer valid at once: rotations whose grace has not ended. */
  producer_keys_max: 8,
  producer_name_bytes_max: 128,
  service_globs_max: 64,
  service_glob_bytes_max: 256,
  /** How stale a running server's view of revoked keys may be. */
  revocation_ms_max: 500,

  // --- certificates ----------------------------------------------------------------------------------------------------
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

  // --- tokens of workloads, and the issuers that sign them -------------------------------------------------------------
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
} as const;
