/**
 * Every way to say no. A refusal is a value, not an exception: bad or forbidden input is expected. The table is the one
 * source of codes, statuses and advice; `docs/reference/refusals.md` is generated from it. A refusal never carries
 * payload bytes: `detail` names a place (a key, a position, a length), never a value.
 */

/** gRPC status codes that we answer with (https://grpc.io/docs/guides/status-codes). */
export const GRPC = { invalidArgument: 3, notFound: 5, permissionDenied: 7, resourceExhausted: 8, unimplemented: 12, internal: 13, unavailable: 14, unauthenticated: 16 } as const;

interface Row {
  /** HTTP status. 429, 502, 503 and 504 alone are retried by OTLP exporters (OTLP 1.11 §Failures). */
  readonly http: number;
  /** gRPC status. RESOURCE_EXHAUSTED is retried only with RetryInfo, UNAVAILABLE always. */
  readonly grpc: number;
  /** The same request may succeed later: answered with Retry-After / RetryInfo. */
  readonly retry: boolean;
  /** One sentence: what happened. */
  readonly says: string;
  /** One sentence: what the sender or operator can do. */
  readonly advice: string;
}

const row = (http: number, grpc: number, retry: boolean, says: string, advice: string): Row => ({ http, grpc, retry, says, advice });

export const REFUSALS = {
  // who asks
  credential_missing: row(401, GRPC.unauthenticated, false, 'No credential was sent.', 'Send the header "Authorization: Bearer <key>". Exporters take an ingest key (tracekeep producer add), people and tools a token (tracekeep token create).'),
  credential_unknown: row(401, GRPC.unauthenticated, false, 'The credential is not known, or was revoked.', 'Check it for truncation, or create a new one.'),
  credential_wrong_kind: row(403, GRPC.permissionDenied, false, 'This credential is not meant for this interface.', 'Ingest keys (tk_…) only send traces; tokens (tt_…) only read them.'),
  token_malformed: row(401, GRPC.unauthenticated, false, 'The token is not one that is taken.', 'It must be a JWT for a workload, signed with RS, PS, ES or EdDSA, that names its audience, subject and end.'),
  token_untrusted: row(401, GRPC.unauthenticated, false, 'No producer is bound to this token.', 'Compare issuer, audience and subject with those of tracekeep producer list, or bind them: tracekeep producer trust NAME.'),
  token_expired: row(401, GRPC.unauthenticated, false, 'The token is not valid at this moment.', 'Have the workload send a fresh one, and compare the clocks.'),
  token_keys_unavailable: row(503, GRPC.unavailable, true, 'The keys of the issuer of this token cannot be fetched at the moment.', 'Retry; the server log names the reason.'),
  trust_invalid: row(400, GRPC.invalidArgument, false, 'Tokens cannot be bound to a producer like that.', 'See docs/operate/workload-tokens.md.'),
  certificate_untrusted: row(401, GRPC.unauthenticated, false, 'The client certificate is not valid here.', 'It must be in date and issued, for clients too, by an authority of the setting tls-client-ca: tracekeep ca issue producer NAME.'),
  certificate_malformed: row(401, GRPC.unauthenticated, false, 'The client certificate does not name exactly one sender.', 'It needs exactly one URI among its names, a SPIFFE id with a path, or none and exactly one DNS name: tracekeep ca issue producer NAME.'),
  certificate_unknown: row(401, GRPC.unauthenticated, false, 'No producer has the name in this client certificate.', 'Give it to one: tracekeep producer change NAME --spiffe ID.'),
  certificate_revoked: row(401, GRPC.unauthenticated, false, 'This client certificate was revoked.', 'Issue a new one: tracekeep ca renew NAME.'),
  certificate_conflict: row(403, GRPC.permissionDenied, false, 'The ingest key is not that of the producer in the client certificate.', 'Send one of the two, or those of the same producer.'),
  certificate_missing: row(401, GRPC.unauthenticated, false, 'This listener asks for a client certificate, and none was sent.', 'Set OTEL_EXPORTER_OTLP_CLIENT_CERTIFICATE and OTEL_EXPORTER_OTLP_CLIENT_KEY: tracekeep ca issue producer NAME.'),
  certificate_name_invalid: row(400, GRPC.invalidArgument, false, 'The name is not one that a client certificate can have.', 'Use a SPIFFE id with a path, such as spiffe://example.org/shop, or a DNS name in lower case.'),
  action_forbidden: row(403, GRPC.permissionDenied, false, 'This credential may not do that.', 'Ask an administrator for a role that may.'),
  sign_in_failed: row(401, GRPC.unauthenticated, false, 'Name, password and code do not fit together.', 'Check them. A code is asked for with a second factor only; each is good once. On the server, tracekeep user password NAME sets a new password, and tracekeep user totp-reset NAME ends a second factor.'),
  code_needed: row(401, GRPC.unauthenticated, false, 'This account asks for a code as well.', 'Enter the six digits that your authenticator app shows, or one of your recovery codes.'),
  code_wrong: row(400, GRPC.invalidArgument, false, 'The code does not fit.', 'Enter the six digits that the app shows now; if it stays so, check the clock of the device, or begin anew.'),
  second_factor_needed: row(403, GRPC.permissionDenied, false, 'This server asks you for a second factor before anything else.', 'Sign in to the console and add one: it leads you there.'),
  session_over: row(401, GRPC.unauthenticated, false, 'You are not signed in any more.', 'Sign in again; the session expired, was ended, or your password or role was changed.'),
  provider_unavailable: row(503, GRPC.unavailable, true, 'The sign-in provider cannot be reached at the moment.', 'Retry in a moment. Accounts of this server sign in with name and password as ever; the server log names the reason.'),
  provider_refused: row(403, GRPC.permissionDenied, false, 'The sign-in provider did not let you in.', 'Sign in again; if it says the same, ask whoever runs the provider.'),
  provider_answer_invalid: row(401, GRPC.unauthenticated, false, 'What came back from the sign-in provider does not belong to a sign-in that was begun here in this browser.', 'Sign in again, from the sign-in page of this console.'),
  provider_no_role: row(403, GRPC.permissionDenied, false, 'You are known to the sign-in provider, but none of your groups may use this server.', 'Ask an administrator to add you to a group that has a role here (setting oidc-role).'),
  provider_check_due: row(503, GRPC.unavailable, true, 'The sign-in provider has to be asked whether you are still signed in.', 'Retry.'),
  account_of_provider: row(409, GRPC.invalidArgument, false, 'This account is kept by the sign-in provider: password, roles and groups are changed there.', 'Change the groups at the provider, or which roles they have with the setting oidc-role. Sign out ends its sessions here.'),
  logout_token_invalid: row(400, GRPC.invalidArgument, false, 'The logout token is not one of the sign-in provider.', 'It must be as OpenID Connect Back-Channel Logout 1.0 says, and is taken once.'),
  link_unknown: row(401, GRPC.unauthenticated, false, 'This sign-in link is not valid: it was used, is older than ten minutes, or is not whole.', 'Print a new one on the server: tracekeep user link'),
  too_many_attempts: row(429, GRPC.resourceExhausted, true, 'There were too many attempts to sign in.', 'Wait for the given time; nothing is locked.'),
  csrf_refused: row(403, GRPC.permissionDenied, false, 'The request did not come from the console’s own pages.', 'Reload the console. Programs use a token: tracekeep token create.'),
  // the request as a whole
  path_unknown: row(404, GRPC.unimplemented, false, 'There is nothing at this path.', 'Traces go to POST /v1/traces; the query API is on the console port under /api/v1.'),
  method_unknown: row(405, GRPC.unimplemented, false, 'This path does not take this method.', 'Send OTLP with POST.'),
  signal_unsupported: row(404, GRPC.unimplemented, false, 'Only traces are taken, not metrics, logs or profiles.', 'Set OTEL_METRICS_EXPORTER=none and OTEL_LOGS_EXPORTER=none, or send those elsewhere.'),
  media_type_unknown: row(415, GRPC.invalidArgument, false, 'The content type is neither application/x-protobuf nor application/json.', 'Set the exporter protocol to http/protobuf or http/json.'),
  encoding_unknown: row(415, GRPC.unimplemented, false, 'The content encoding is none of identity, gzip, deflate, zstd.', 'Set the exporter compression to gzip or none.'),
  body_too_large: row(413, GRPC.resourceExhausted, false, 'The body is larger than the limit, before or after decompression.', 'Lower the batch size of the exporter (OTEL_BSP_MAX_EXPORT_BATCH_SIZE).'),
  body_undecodable: row(400, GRPC.invalidArgument, false, 'The body could not be decoded.', 'Check that content type and encoding say what the body is.'),
  body_too_deep: row(400, GRPC.invalidArgument, false, 'The body nests deeper than the limit.', 'Flatten the attribute values.'),
  request_copied: row(403, GRPC.permissionDenied, false, 'Another producer sent exactly this request before.', 'Send each batch with one key only. If that is how it is, one of the two got hold of what the other sent: look at the findings.'),
  headers_too_large: row(431, GRPC.resourceExhausted, false, 'The request headers are larger than the limit.', 'Send fewer or smaller headers.'),
  sender_too_slow: row(408, GRPC.unavailable, false, 'The request did not arrive in time.', 'Check the network between exporter and server.'),
  host_unknown: row(421, GRPC.invalidArgument, false, 'The Host header names no host that this server answers for.', 'Use the address it listens on; this check keeps web pages elsewhere from reaching it (DNS rebinding).'),
  query_invalid: row(400, GRPC.invalidArgument, false, 'A query parameter is missing or malformed.', 'See the parameters at /api/v1/openapi.json.'),
  query_unsupported: row(501, GRPC.unimplemented, false, 'Tracekeep does not answer this question.', 'See docs/reference/jaeger.md for what is answered.'),
  not_found: row(404, GRPC.notFound, false, 'Nothing was found under this id.', 'It may not have arrived yet, was refused, or its retention is over.'),
  // changes to producers, tokens and tenants
  name_invalid: row(400, GRPC.invalidArgument, false, 'The name is not a valid one.', 'Use 1 to 128 bytes of printable text without spaces at its ends; tenants and retention classes take lower-case letters, digits and hyphens.'),
  name_taken: row(409, GRPC.invalidArgument, false, 'The name is already in use.', 'Choose another name, or change, rotate or revoke the one that has it.'),
  name_unknown: row(404, GRPC.notFound, false, 'There is nothing of this name or id.', 'The list verbs show what there is; --tenant chooses another tenant.'),
  glob_invalid: row(400, GRPC.invalidArgument, false, 'A service glob is missing or not a valid one.', 'Name at least one service, such as --service "shop-*"; * stands for any run of characters.'),
  time_invalid: row(400, GRPC.invalidArgument, false, 'A period is out of range.', 'Write a number and a unit, such as 90s, 15m, 24h or 30d.'),
  role_unknown: row(400, GRPC.invalidArgument, false, 'The role is none, or there is no role at all.', 'Roles are viewer, investigator, security-analyst, privacy-officer, key-custodian, auditor, operator and admin. A token has roles or acts for a person, not both.'),
  group_invalid: row(400, GRPC.invalidArgument, false, 'The name of a group is not a valid one, or there are too many groups.', 'Use 1 to 64 letters, digits, spaces and . _ @ : / + - with a letter or digit at both ends.'),
  scope_unknown: row(400, GRPC.invalidArgument, false, 'A scope names no action.', 'Scopes are actions such as trace.read, or begin one, such as trace.*.'),
  password_weak: row(400, GRPC.invalidArgument, false, 'This password is too easy to guess, or too long.', 'Use 15 to 256 characters: a few unrelated words, or what a password manager makes.'),
  last_admin: row(409, GRPC.invalidArgument, false, 'This is the last administrator.', 'Make somebody else an administrator first.'),
  control_limit: row(409, GRPC.resourceExhausted, false, 'There are as many of these as the limit allows.', 'Revoke those that are no longer used.'),
  // changes of the minimization policy
  policy_invalid: row(422, GRPC.invalidArgument, false, 'The text is not a policy.', 'tracekeep policy check FILE names each problem with its place and what to do.'),
  policy_too_complex: row(422, GRPC.resourceExhausted, false, 'Reading this policy takes too long, or too much memory.', 'Use * in keys and services, so that fewer rules say the same.'),
  policy_changed: row(409, GRPC.invalidArgument, false, 'Another policy came in force meanwhile.', 'Look at the one in force now, and make the change again from there.'),
  policy_proposal_open: row(409, GRPC.invalidArgument, false, 'Somebody else has proposed a policy that is not decided yet.', 'Approve or reject it first; who proposed it can replace it.'),
  policy_own_proposal: row(403, GRPC.permissionDenied, false, 'Nobody approves what they proposed themselves.', 'Ask another administrator to approve it. Rejecting it takes it back.'),
  policy_needs_person: row(403, GRPC.permissionDenied, false, 'Where changes of the policy are approved by a second person, tokens neither propose nor approve them.', 'Sign in with an account, or use the command line on the server.'),
  policy_unusable: row(422, GRPC.invalidArgument, false, 'The pipeline could not take this policy; the one before stays in force.', 'Please report this as a bug: the text passed all checks.'),
  // changes of access policies
  access_invalid: row(422, GRPC.invalidArgument, false, 'The text is not one of access policies.', 'tracekeep access check FILE names each problem with its place and what to do.'),
  access_changed: row(409, GRPC.invalidArgument, false, 'Other access policies came in force meanwhile.', 'Look at those in force now, and make the change again from there.'),
  access_lockout: row(409, GRPC.invalidArgument, false, 'With these policies nobody could change them any more.', 'Leave the action access.write to somebody with the role admin.'),
  glass_reason: row(400, GRPC.invalidArgument, false, 'The reason is too short, or too long.', 'Say in 10 to 500 characters why it cannot wait; it stands in the log and is shown to everybody in the tenant.'),
  sealing_root_absent: row(503, GRPC.unavailable, false, 'The sealing root is not here, so nothing that is sealed can be opened.', 'Give it on the machine that may open: the file, the passphrase or the token that the settings sealing-* name.'),
  sealing_root_wrong: row(409, GRPC.invalidArgument, false, 'This is not the sealing root with which the keys were made.', 'Compare the settings sealing-*, or the passphrase, with those at the first use.'),
  sealing_root_unusable: row(503, GRPC.unavailable, false, 'The sealing root is here and cannot be used, so nothing that is sealed can be opened.', 'Have whoever runs the server look: its log, and tracekeep keys status, name the file and what is wrong. It has to be a regular file of mode 0600 that belongs to who runs the server.'),
  sealing_root_unreachable: row(503, GRPC.unavailable, true, 'The transit engine that has the sealing root does not answer, so nothing that is sealed can be opened.', 'Retry in a moment; the server log names the reason.'),
  key_needed: row(409, GRPC.invalidArgument, false, 'This version of the key is still needed.', 'tracekeep keys status says what for.'),
  reveal_reason: row(400, GRPC.invalidArgument, false, 'Sealed values are opened for a reason, and none was given, or it is too long.', 'Say in 3 to 500 characters what it is for; it stands in the log.'),
  reveal_limit: row(429, GRPC.resourceExhausted, true, 'This reader has opened as many sealed values as one may in an hour.', 'Name fewer fields or spans, or wait.'),
  approval_needs_person: row(403, GRPC.permissionDenied, false, 'What a second person has to approve is neither asked for nor approved by the command line, or with a token that acts for nobody.', 'Sign in to the console with an account, or ask the API with a token of your own.'),
  approval_own: row(403, GRPC.permissionDenied, false, 'Nobody approves what they asked for themselves.', 'Ask somebody else who may do the same. Declining it takes it back.'),
  approval_over: row(409, GRPC.invalidArgument, false, 'This is decided already, or was not decided in time.', 'Ask anew.'),
  approval_unusable: row(403, GRPC.permissionDenied, false, 'This approval allows nothing.', 'Each is good once, for who asked, and for what was asked. Ask anew without one.'),
  key_changed: row(409, GRPC.invalidArgument, true, 'Somebody else made a version of this key at the same moment.', 'Look at tracekeep keys status; try again if another one is still wanted.'),
  glass_unneeded: row(409, GRPC.invalidArgument, false, 'You have this role already.', 'Reload the page.'),
  // checkpoints that a witness is asked to cosign (C2SP tlog-witness)
  checkpoint_malformed: row(400, GRPC.invalidArgument, false, 'The body is not an old size, a proof and a signed checkpoint.', 'Send what https://c2sp.org/tlog-witness describes.'),
  checkpoint_origin: row(404, GRPC.notFound, false, 'This witness does not follow a log of this origin.', 'Ask its operator to start it with --log and a verifier key of the log (tracekeep log vkeys).'),
  checkpoint_signature: row(403, GRPC.permissionDenied, false, 'No key that this witness knows signed the checkpoint, or the signature of one is false.', 'Compare the keys it was started with and those of the log (tracekeep log vkeys).'),
  checkpoint_old_size: row(400, GRPC.invalidArgument, false, 'The old size is above that of the checkpoint.', 'A log never shrinks.'),
  checkpoint_conflict: row(409, GRPC.invalidArgument, false, 'The old size is not the one that this witness cosigned last, which the answer says.', 'Send a proof from that size.'),
  checkpoint_inconsistent: row(422, GRPC.invalidArgument, false, 'The checkpoint is not proved to continue what this witness cosigned.', 'Compare the log with the checkpoint that the witness publishes: one of them is not the history of the other.'),
  // the server's state
  overloaded: row(503, GRPC.unavailable, true, 'Too much is being processed right now.', 'Retry after the given time; exporters do so by themselves.'),
  disk_full: row(503, GRPC.unavailable, true, 'There is not enough free disk to keep more traces.', 'Free disk space or lower the retention; ingest resumes by itself.'),
  draining: row(503, GRPC.unavailable, true, 'The server is stopping.', 'Retry; it will be back or another one answers.'),
  store_unavailable: row(503, GRPC.unavailable, true, 'The store cannot take writes at the moment.', 'Retry; the server log names the reason.'),
  record_unavailable: row(503, GRPC.unavailable, true, 'What is read here is recorded, and records cannot be written at the moment.', 'Retry in a moment; the server log names the reason.'),
  query_busy: row(503, GRPC.unavailable, true, 'Too many queries are running.', 'Retry in a moment.'),
  query_too_large: row(422, GRPC.resourceExhausted, false, 'The answer to this query would be larger than the limit.', 'Narrow the time range, lower the limit or add a service.'),
  query_timeout: row(504, GRPC.unavailable, true, 'The query took longer than its deadline.', 'Narrow the time range or add a service.'),
  // evidence
  evidence_pending: row(503, GRPC.unavailable, true, 'The log has no published checkpoint yet that covers these spans.', 'Retry in a few seconds. If it stays so, tracekeep log status says what the log waits for.'),
  evidence_unlogged: row(409, GRPC.notFound, false, 'Some of these spans are not in the log, so there is no evidence of them.', 'They were stored before the log began, or not by this server: tracekeep verify says which.'),
  evidence_mismatch: row(409, GRPC.internal, false, 'What is stored is not what the log says was stored, so there is no evidence of it.', 'Run tracekeep verify: it names what was changed.'),
  evidence_not_for_you: row(403, GRPC.permissionDenied, false, 'These spans cannot be proved to you: a value in them was restricted after they were stored, and their proof has it open.', 'Somebody with a role that may see the value can ask for the evidence.'),
  evidence_field_open: row(422, GRPC.invalidArgument, false, 'This field is open and cannot be left out.', 'Only restricted fields can: those that the policy named as such when the span came.'),
  evidence_field_absent: row(422, GRPC.invalidArgument, false, 'No span that was asked for has this field, so nothing of it could be left out.', 'Check how it is written, and ask without it. A name with * may match nothing.'),
  internal: row(500, GRPC.internal, false, 'The server failed to answer this request.', 'The server log has an entry with the same request id.'),
  // single spans (reported in the partial success)
  span_service: row(200, 0, false, 'The service name is not one this key may speak for.', 'Name all services of the producer anew: tracekeep producer change NAME --service GLOB…'),
  span_ids: row(200, 0, false, 'Trace or span id is missing, all zero or of the wrong length.', 'Use 16-byte trace ids and 8-byte span ids that are not all zero.'),
  span_time: row(200, 0, false, 'Start or end lies more than ten minutes in the future or cannot be represented.', 'Check the clock of the sending host.'),
  span_too_old: row(200, 0, false, 'The span ended longer ago than the limit, or than requests are remembered.', 'If this producer is meant to send old traces, allow it: tracekeep producer change NAME --backfill'),
  span_count: row(200, 0, false, 'The request holds more spans than the limit.', 'Lower the batch size of the exporter.'),
  span_dropped_by_policy: row(200, 0, false, 'A rule of the minimization policy drops the span.', 'Ask whoever keeps the policy if it should be stored; nothing is wrong with the span.'),
  span_links_events: row(200, 0, false, 'The span holds more events or links than the limit.', 'Lower OTEL_SPAN_EVENT_COUNT_LIMIT or OTEL_SPAN_LINK_COUNT_LIMIT.'),
} as const satisfies Record<string, Row>;

export type RefusalCode = keyof typeof REFUSALS;

/** Codes of the reasons a single span is refused for; they only appear in partial success and accounting. */
export type SpanRefusalCode = Extract<RefusalCode, `span_${string}`>;

export interface Refusal {
  readonly refused: RefusalCode;
  /** Where, in terms of keys, positions, lengths or limits; never a payload value. */
  readonly detail?: string;
  /** When a retryable request may succeed, if it is known better than `LIMITS.retry_after_s`. */
  readonly retryAfter_s?: number;
}

/** A refusal with an optional place. */
export function refuse(code: RefusalCode, detail?: string): Refusal {
  return detail === undefined ? { refused: code } : { refused: code, detail };
}

export function isRefusal(value: unknown): value is Refusal {
  return typeof value === 'object' && value !== null && 'refused' in value && typeof value.refused === 'string' && Object.hasOwn(REFUSALS, value.refused);
}

/** The sentence people and exporters' logs see: code, what happened, where, what to do. */
export function refusalText(refusal: Refusal): string {
  const { says, advice } = REFUSALS[refusal.refused];
  return `${refusal.refused}: ${says}${refusal.detail === undefined ? '' : ` (${refusal.detail})`} ${advice}`;
}
