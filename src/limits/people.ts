/** People. Tenants and accounts, tokens, sessions, passwords and codes, the provider with whom they sign in, and who of them may do what. */

import { KiB } from './bytes.ts';

export const PEOPLE = {
  // --- tenants and accounts --------------------------------------------------------------------------------------------
  /** All of them are in memory. */
  tenants_max: 1_000,
  accounts_max: 1_000,
  account_groups_max: 32,

  // --- tokens that act for them ----------------------------------------------------------------------------------------
  tokens_max: 10_000,
  /** How long a token is valid unless something else is said: nobody remembers those that are never used. */
  token_ms_default: 90 * 24 * 3_600_000,
  /** Actions or globs of actions that one token is limited to. */
  token_scopes_max: 32,
  /** Valid tokens that act for one person. */
  account_tokens_max: 20,
  /** How far the stored moment of last use of a token may lag behind: each correction is a synced write. */
  token_touch_ms: 60_000,

  // --- sessions --------------------------------------------------------------------------------------------------------
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
  /** How long a browser is known as one from which somebody signed in before. */
  device_ms_max: 180 * 24 * 3_600_000,
  /** A sign-in link that is printed on the server works once and so long. */
  sign_in_link_ms_max: 600_000,

  // --- passwords and codes ---------------------------------------------------------------------------------------------
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

  // --- the provider with whom people sign in ---------------------------------------------------------------------------
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

  // --- who may do what -------------------------------------------------------------------------------------------------
  /** A text of access policies is written by hand: five hundred have about 100 KiB. */
  access_bytes_max: 256 * KiB,
  access_policies_max: 1_000,
  /** The engine parses and evaluates one policy by recursion, on a stack that ends at 64 nested lists or 512 operators. */
  access_policy_bytes_max: 32 * KiB,
  access_policy_nesting_max: 24,
  access_policy_marks_max: 200,
  /** Versions of a tenant's own policies that are listed at once, the newest; all are kept. */
  access_versions_listed_max: 200,
  /** Decisions that are remembered for each tenant: some hundred places for some hundred kinds of readers. About 200 bytes each. */
  access_decisions_max: 50_000,
  /** Kinds of readers, by roles and groups, of whom is remembered what they may do and see. */
  access_readers_max: 1_000,
  /** A name, an action or a resource in a question about access. */
  access_question_characters_max: 512,
  /** How long somebody may have a role by breaking the glass, and what is said for a reason. */
  glass_minutes_max: 60,
  glass_reason_characters_min: 10,
  glass_reason_characters_max: 500,
} as const;
