/**
 * Who asks, from the Authorization header and the certificate that the connection proved: nothing else of a request has been read when this runs, and nothing in its body can
 * change the answer. Ingest keys and tokens of workloads send, tokens of ours read; none does the other's work. No answer is kept: a revoked credential is
 * refused as soon as `#control` notices (see `revocation_ms_max`).
 */
import type { ControlStore } from '#control';
import { LIMITS } from '#limits';
import type { Producer, Reader } from '#model';
import { isRefusal, refuse } from '#refusal';
import type { Refusal } from '#refusal';
import type { Peer } from '#tls';

import { looksLikeToken } from './token-form.ts';
import type { WorkloadTokens } from './workload-tokens.ts';
import type { ShownCertificates } from './shown-certificates.ts';

export type { Producer, Reader } from '#model';

/** The field value, or all of them when the header was repeated; attacker-controlled. */
export type AuthorizationHeader = string | readonly string[] | undefined;

export interface Authenticator {
  /**
   * The producer whose ingest key or token this is, or whose certificate the connection showed (`peer` null: none); who sends both must be one producer.
   * At once, except for a token of a workload that was not seen before. Refusals: credential_missing, credential_unknown, credential_wrong_kind, certificate_*,
   * token_*, overloaded, store_unavailable.
   */
  producer(header: AuthorizationHeader, peer?: Peer | Refusal | null): Known | Promise<Known>;
  /** The reader whose token this is. The same refusals. */
  reader(header: AuthorizationHeader): Reader | Refusal;
}

/** Without `findCertificate` nobody is known by a certificate; without `touchToken` nothing remembers when a token was last used. */
export type Credentials = Pick<ControlStore, 'findCredential'> & Partial<Pick<ControlStore, 'findCertificate' | 'touchToken'>>;

type Known = Producer | Refusal;

export interface AuthenticatorOptions {
  /** Without them no token of an issuer is taken. */
  readonly tokens?: WorkloadTokens;
  /** A producer has to show a certificate, whatever else it sends. */
  readonly requiresCertificate?: boolean;
  /** Hears of each request that came with the certificate of a producer. */
  readonly shown?: Pick<ShownCertificates, 'saw'>;
  readonly now_ms?: () => number;
}

/** What a 401 answer says in WWW-Authenticate (RFC 9110 §11.6.1 requires one, RFC 6750 §3 gives its form). */
export const CHALLENGE = 'Bearer realm="tracekeep"';

/** `report` hears of failures of the control database, which callers see as a retryable refusal: on doubt nobody comes in. */
export function createAuthenticator(control: Credentials, report: (failure: unknown) => void = () => {}, { tokens, requiresCertificate = false, shown: certificates, now_ms = Date.now }: AuthenticatorOptions = {}): Authenticator {
  const unavailable = (failure: unknown): Refusal => {
    report(failure);
    return refuse('store_unavailable', 'credentials cannot be checked');
  };
  const found = <Found>(look: () => Found): Found | Refusal => {
    try {
      return look();
    } catch (failure) {
      return unavailable(failure);
    }
  };
  const byKey = (key: string): Known => {
    const holder = found(() => control.findCredential(key));
    if (isRefusal(holder)) return holder;
    return holder.kind === 'producer' ? holder.producer : refuse('credential_wrong_kind', 'a token, where an ingest key is needed');
  };
  const sender = (header: AuthorizationHeader): Known | Promise<Known> => {
    const credential = readBearer(header);
    if (isRefusal(credential)) return credential;
    if (tokens === undefined || !looksLikeToken(credential)) return byKey(credential);
    const known = found(() => tokens.producer(credential));
    return known instanceof Promise ? known.catch(unavailable) : known;
  };
  /** When the last use of each token was written down, or tried to be: the request does not wait for it. */
  const touched = new Map<string, number>();
  const touch = (id: string): void => {
    const now = now_ms();
    if (control.touchToken === undefined || now - (touched.get(id) ?? Number.NEGATIVE_INFINITY) < LIMITS.token_touch_ms) return;
    const [oldest] = touched.keys();
    if (oldest !== undefined && touched.size >= LIMITS.tokens_max) touched.delete(oldest);
    touched.set(id, now);
    control.touchToken(id).catch(report);
  };
  return {
    producer(header, peer = null) {
      if (peer === null) return requiresCertificate ? refuse('certificate_missing') : sender(header);
      // A certificate that does not count is not the same as none: whoever shows one means it.
      if (isRefusal(peer)) return peer;
      const shown = found(() => control.findCertificate?.(peer) ?? refuse('certificate_unknown'));
      if (isRefusal(shown)) return shown;
      certificates?.saw(peer, shown);
      if (isAbsent(header)) return shown;
      const both = (sent: Known): Known => (isRefusal(sent) || sent.id === shown.id ? sent : refuse('certificate_conflict'));
      const sent = sender(header);
      return sent instanceof Promise ? sent.then(both) : both(sent);
    },
    reader(header) {
      const credential = readBearer(header);
      if (isRefusal(credential)) return credential;
      const holder = found(() => control.findCredential(credential));
      if (isRefusal(holder)) return holder;
      if (holder.kind !== 'token') return refuse('credential_wrong_kind', 'an ingest key, where a token is needed');
      touch(holder.reader.id);
      return holder.reader;
    },
  };
}

function isAbsent(header: AuthorizationHeader): boolean {
  return header === undefined || (typeof header !== 'string' && header.length === 0);
}

/** RFC 9110 §11.4: a scheme in any case, one or more spaces, then for Bearer a `token68` (RFC 6750 §2.1). Every quantifier is bounded. */
const BEARER = /^bearer {1,8}([A-Za-z0-9._~+/-]{1,8192}={0,2})$/i;
const FIELD_CHARACTERS_MAX = LIMITS.token_characters_max + 256;

function readBearer(header: AuthorizationHeader): string | Refusal {
  const values = header === undefined ? [] : typeof header === 'string' ? [header] : header;
  const first = values[0];
  if (first === undefined || first === '') return refuse('credential_missing');
  // Authorization takes one value (RFC 9110 §5.3). Choosing among several would let a proxy and us see different senders.
  if (values.length > 1) return refuse('credential_unknown', 'more than one Authorization header');
  if (first.length > FIELD_CHARACTERS_MAX) return refuse('credential_unknown', `the Authorization header has ${first.length} characters`);
  const value = trimOptionalWhitespace(first);
  const token = BEARER.exec(value)?.[1];
  if (token !== undefined) return token;
  if (/^bearer$/i.test(value)) return refuse('credential_missing', 'nothing follows "Bearer"');
  return refuse('credential_unknown', 'the Authorization header is not of the form "Bearer <credential>"');
}

/** RFC 9110 §5.5: spaces and tabs around a field value do not belong to it. HTTP/1 parsers remove them, HTTP/2 leaves them. */
function trimOptionalWhitespace(text: string): string {
  return text.replace(/^[ \t]{1,8448}/, '').replace(/[ \t]{1,8448}$/, '');
}
