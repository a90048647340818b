/**
 * What a JWT looks like before anybody believes it, and what its claims must say once its signature was verified. Everything here is
 * attacker-controlled: the size is bounded first, and no refusal quotes what was sent.
 */
import { LIMITS } from '#limits';
import { refuse, type Refusal } from '#refusal';

import { repeatsMember } from './json-members.ts';

export interface UnverifiedToken {
  readonly issuer: string | null;
  readonly subject: string;
  /** Milliseconds since 1970; null where it does not say. */
  readonly issued: number | null;
}

/** JWS compact serialization (RFC 7515 §7.1). Our own credentials have no dot. The signature may be missing: that is refused with a better reason. */
const COMPACT = /^([A-Za-z0-9_-]{1,8192})\.([A-Za-z0-9_-]{1,8192})\.([A-Za-z0-9_-]{0,8192})$/;

export function looksLikeToken(text: string): boolean {
  return text.includes('.') && text.length <= LIMITS.token_characters_max && COMPACT.test(text);
}

/** Kinds of JWT that are neither for a workload nor a bearer's: a logout token, a security event, a proof of possession, SPIFFE's WIT-SVID. */
const TYPES: readonly string[] = ['jwt', 'at+jwt', 'jose'];

/** Refusals: token_malformed. */
export function readToken(text: string, algorithms: readonly string[], types = TYPES): UnverifiedToken | Refusal {
  const [, first, second] = COMPACT.exec(text) ?? [];
  const header = readObject(first ?? '');
  const claims = readObject(second ?? '');
  if (header === null || claims === null) return refuse('token_malformed', 'its header or its claims are not one JSON object that names each member once');
  if (typeof header['alg'] !== 'string' || !algorithms.includes(header['alg'])) return refuse('token_malformed', 'its algorithm is not one that is taken');
  if ('crit' in header) return refuse('token_malformed', 'its header asks for an extension');
  const type = header['typ'];
  if (type !== undefined && (typeof type !== 'string' || !types.includes(type.toLowerCase().replace(/^application\//, '')))) return refuse('token_malformed', 'it is a token of another kind');
  const { iss: issuer, sub: subject, iat } = claims;
  if (issuer !== undefined && typeof issuer !== 'string') return refuse('token_malformed', 'its issuer is not a text');
  return { issuer: issuer ?? null, subject: typeof subject === 'string' ? subject : '', issued: typeof iat === 'number' ? iat * 1_000 : null };
}

/** Claims of tokens that are made for something else: a sign-in (OpenID Connect Core §3), a logout (Back-Channel Logout §2.4), a holder who must prove to be one (RFC 7800). */
const FOREIGN_CLAIMS = ['nonce', 'at_hash', 'c_hash', 's_hash', 'events', 'cnf'] as const;

/** What is wrong with signed claims, whoever signed them; `exp` and `nbf` were compared with the clock before. Refusals: token_malformed, token_expired. */
export function claimsFault(claims: Readonly<Record<string, unknown>>, now: number): Refusal | null {
  const foreign = FOREIGN_CLAIMS.find((name) => Object.hasOwn(claims, name));
  if (foreign !== undefined) return refuse('token_malformed', foreign === 'cnf' ? 'whoever holds it would have to prove so, which is not supported' : 'it was made for a sign-in, not for a workload');
  const { exp, iat, sub } = claims;
  if (typeof sub !== 'string' || sub === '' || sub.length > LIMITS.token_subject_characters_max) return refuse('token_malformed', 'its subject is empty or too long');
  if (typeof exp !== 'number' || !Number.isFinite(exp)) return refuse('token_malformed', 'it never ends');
  if (iat !== undefined && (typeof iat !== 'number' || !Number.isFinite(iat))) return refuse('token_malformed', 'its time of issue is not a number');
  const issued = iat === undefined ? now : iat * 1_000;
  if (issued > now + LIMITS.token_skew_ms_max) return refuse('token_expired', 'it was issued in the future');
  if (exp * 1_000 - issued > LIMITS.token_ms_max) return refuse('token_malformed', `it is valid for longer than ${LIMITS.token_ms_max / 3_600_000} hours`);
  return null;
}

function readObject(part: string): Readonly<Record<string, unknown>> | null {
  try {
    const text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(Buffer.from(part, 'base64url'));
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null && !Array.isArray(value) && !repeatsMember(text) ? (value as Record<string, unknown>) : null;
  } catch {
    return null;
  }
}
