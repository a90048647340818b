/**
 * Producers by token: a JWT (RFC 7519) that an issuer signed for a workload, bound to a producer by what the operator said with `producer trust`.
 * The rules are those of RFC 8725: the algorithms are ours to choose, keys come from the issuer alone, everything that says for whom, by whom
 * and how long is required. SPIFFE's JWT-SVIDs are such tokens, whose issuer is the trust domain of their subject.
 *
 * A signature is verified once: a token that was good is remembered by its digest, with the binding that let it in. Each request looks the
 * binding up, so that what was revoked is refused as soon as `#control` notices, and asks whether the issuer's keys are still the same.
 */
import { hash } from 'node:crypto';

import { errors, jwtVerify, type JWTPayload } from 'jose';

import type { BoundTrust, ControlStore, TrustRecord } from '#control';
import { matchesGlob } from '#control/glob';
import { LIMITS } from '#limits';
import type { Producer } from '#model';
import { isRefusal, refuse, type Refusal } from '#refusal';
import { readSpiffeId } from '#tls/spiffe';

import type { Ask } from './ask-issuer.ts';
import { IssuerKeys, KeysUnavailable } from './issuer-keys.ts';
import { claimsFault, readToken, type UnverifiedToken } from './token-form.ts';

export interface WorkloadTokens {
  /**
   * Whose token this is; a promise for one that was not seen before. Refusals: token_malformed, token_untrusted, token_expired, token_keys_unavailable,
   * overloaded. Throws as `findTrusts` does.
   */
  producer(token: string): Producer | Refusal | Promise<Producer | Refusal>;
}

export interface WorkloadTokenOptions {
  readonly now_ms?: () => number;
  readonly ask?: Ask;
  /** Hears why the keys of an issuer could not be had. */
  readonly report?: (failure: unknown) => void;
  /** The client under which people sign in: a token for it was made for their browsers, not for a workload. */
  readonly signInClient?: { readonly issuer: string; readonly clientId: string } | null;
}

type Trusts = Pick<ControlStore, 'findTrusts' | 'findTrust'>;

interface Remembered {
  readonly trust: string;
  /** Milliseconds since 1970; skew included. */
  readonly ends: number;
  readonly keys: IssuerKeys;
  readonly version: number;
}

/** Asymmetric ones only: with a shared secret whoever verifies could sign. */
const ALGORITHMS = ['RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512', 'ES256', 'ES384', 'ES512', 'EdDSA', 'Ed25519'];
/** JWT-SVID §2.2. */
const SPIFFE_ALGORITHMS = ALGORITHMS.slice(0, 9);

export function createWorkloadTokens(control: Trusts, { now_ms = Date.now, ask, report = () => undefined, signInClient = null }: WorkloadTokenOptions = {}): WorkloadTokens {
  const remembered = new RememberedTokens();
  const checking = new Map<string, Promise<Producer | Refusal>>();
  const keysOf = new KeysBySource((trust) => new IssuerKeys(trust.issuer, trust.keys, isTrustDomainIssuer(trust) ? 'jwt-svid' : 'sig', { now_ms, ask, report }));

  const again = (digest: string): Producer | null => {
    const known = remembered.get(digest);
    if (known === undefined || known.ends <= now_ms() || known.version !== known.keys.version || !known.keys.counts()) return null;
    return control.findTrust(known.trust)?.producer ?? null;
  };

  const check = async (token: string, digest: string): Promise<Producer | Refusal> => {
    const form = readToken(token, ALGORITHMS);
    if (isRefusal(form)) return form;
    let unavailable: Refusal | null = null;
    for (const [keys, trusts] of keysOf.group(candidates(control, form))) {
      const [{ trust }] = trusts as [BoundTrust];
      const version = await keys.ready().then(() => keys.version, unlessUnavailable);
      if (version === null) {
        unavailable = refuse('token_keys_unavailable');
        continue;
      }
      const claims = await verify(token, keys, isTrustDomainIssuer(trust) ? SPIFFE_ALGORITHMS : ALGORITHMS, now_ms());
      // An issuer may have signed with a key that it did not have yet when it was asked last. Exporters drop what is refused for good, so they are told to come again.
      if (claims === 'no key' && form.issued !== null && form.issued > keys.fetched && form.issued <= now_ms() + LIMITS.token_skew_ms_max) unavailable = refuse('token_keys_unavailable', 'its key may be newer than those at hand');
      if (claims === null || claims === 'no key') continue;
      if (isRefusal(claims)) return claims;
      const bound = judge(claims, trusts, now_ms(), signInClient);
      if (isRefusal(bound)) return bound;
      // If the keys changed meanwhile, the next request has it verified by those.
      remembered.set(digest, { trust: bound.trust.id, ends: Number(claims.exp) * 1_000 + LIMITS.token_skew_ms_max, keys, version });
      // What was revoked while we waited counts no more.
      return control.findTrust(bound.trust.id)?.producer ?? refuse('token_untrusted');
    }
    return unavailable ?? refuse('token_untrusted');
  };

  return {
    producer(token) {
      const digest = hash('sha256', token, 'base64');
      const known = again(digest);
      if (known !== null) return known;
      const under = checking.get(digest);
      if (under !== undefined) return under;
      if (checking.size >= LIMITS.token_checks_at_once_max) return refuse('overloaded', 'tokens are being checked');
      const answer = check(token, digest).finally(() => checking.delete(digest));
      checking.set(digest, answer);
      return answer;
    },
  };
}

/** The bindings that may be meant, by what the token says of itself; nothing of it is believed yet. */
function candidates(control: Trusts, { issuer, subject }: UnverifiedToken): readonly BoundTrust[] {
  const domain = readSpiffeId(subject)?.trustDomain;
  return [...(issuer === null ? [] : control.findTrusts(issuer)), ...(domain === undefined ? [] : control.findTrusts(trustDomainIssuer(domain)))].slice(0, LIMITS.issuer_trusts_max);
}

const trustDomainIssuer = (domain: string): string => `spiffe://${domain}`;
const isTrustDomainIssuer = ({ issuer }: TrustRecord): boolean => issuer.startsWith('spiffe://');

/** The claims; otherwise another issuer's keys may still fit. */
async function verify(token: string, keys: IssuerKeys, algorithms: string[], now: number): Promise<JWTPayload | Refusal | 'no key' | null> {
  try {
    const { payload } = await jwtVerify(token, keys.find, { algorithms, currentDate: new Date(now), clockTolerance: LIMITS.token_skew_ms_max / 1_000, requiredClaims: ['exp', 'aud', 'sub'] });
    return payload;
  } catch (error) {
    // What a signature vouches for may be told; what none vouches for is told nothing.
    if (error instanceof errors.JWTExpired) return refuse('token_expired', 'it has expired');
    if (error instanceof errors.JWTClaimValidationFailed) return error.claim === 'nbf' ? refuse('token_expired', 'it is not valid yet') : refuse('token_malformed', 'it must say for whom, about whom and until when: aud, sub and exp');
    if (error instanceof errors.JWKSNoMatchingKey) return 'no key';
    if (error instanceof errors.JOSEError) return null;
    throw error;
  }
}

function unlessUnavailable(error: unknown): null {
  if (error instanceof KeysUnavailable) return null;
  throw error;
}

/** What the signed claims are worth: one binding, or why there is none. */
function judge(claims: JWTPayload, trusts: readonly BoundTrust[], now: number, signInClient: WorkloadTokenOptions['signInClient']): BoundTrust | Refusal {
  const fault = claimsFault(claims, now);
  if (fault !== null) return fault;
  const audiences = [claims.aud].flat();
  if (signInClient && claims.iss === signInClient.issuer && audiences.includes(signInClient.clientId)) return refuse('token_untrusted', 'it was made for people who sign in');
  const addressed = trusts.filter(({ trust }) => audiences.includes(trust.audience));
  if (addressed.length === 0) return refuse('token_untrusted', 'its audience');
  const named = addressed.filter(({ trust }) => matchesGlob(trust.subject, claims.sub ?? ''));
  if (named.length === 0) return refuse('token_untrusted', 'its subject');
  const [first, ...more] = named.filter(({ trust }) => trust.claims.every(({ name, value }) => says(claims, name, value)));
  if (first === undefined) return refuse('token_untrusted', 'its claims');
  return more.every(({ producer }) => producer.id === first.producer.id) ? first : refuse('token_untrusted', 'more than one producer is bound to it');
}

/** A list says each of its members. */
function says(claims: JWTPayload, name: string, value: string): boolean {
  const said: unknown = Object.hasOwn(claims, name) ? claims[name] : undefined;
  return (Array.isArray(said) ? (said as readonly unknown[]) : [said]).some((one) => (typeof one === 'string' || typeof one === 'number' || typeof one === 'boolean') && String(one) === value);
}

/** Keys of the same issuer at the same place are fetched once, whoever trusts them. */
class KeysBySource {
  readonly #known = new Map<string, IssuerKeys>();
  readonly #make: (trust: TrustRecord) => IssuerKeys;

  constructor(make: (trust: TrustRecord) => IssuerKeys) {
    this.#make = make;
  }

  group(trusts: readonly BoundTrust[]): ReadonlyMap<IssuerKeys, readonly BoundTrust[]> {
    const groups = new Map<IssuerKeys, BoundTrust[]>();
    for (const one of trusts) {
      const keys = this.#of(one.trust);
      const group = groups.get(keys);
      if (group === undefined) groups.set(keys, [one]);
      else group.push(one);
    }
    return groups;
  }

  #of(trust: TrustRecord): IssuerKeys {
    const name = JSON.stringify([trust.issuer, trust.keys]);
    const keys = this.#known.get(name) ?? this.#make(trust);
    this.#known.delete(name);
    this.#known.set(name, keys);
    const [oldest] = this.#known.keys();
    if (oldest !== undefined && this.#known.size > LIMITS.issuers_max) this.#known.delete(oldest);
    return keys;
  }
}

/** The tokens seen last: two halves, so that a hit among the newer ones writes nothing. */
class RememberedTokens {
  #newer = new Map<string, Remembered>();
  #older = new Map<string, Remembered>();

  get(digest: string): Remembered | undefined {
    const found = this.#newer.get(digest);
    if (found !== undefined) return found;
    const before = this.#older.get(digest);
    if (before !== undefined) this.set(digest, before);
    return before;
  }

  set(digest: string, token: Remembered): void {
    if (this.#newer.size >= LIMITS.tokens_remembered_max / 2) [this.#older, this.#newer] = [this.#newer, new Map()];
    this.#newer.set(digest, token);
  }
}
