/**
 * What a certificate calls its owner: a SPIFFE id (SPIFFE-ID §2), such as `spiffe://example.org/shop/cart`, or where a certificate has none,
 * one DNS name. Both are compared byte by byte, so only one spelling of each is taken: no escapes, no empty or dotted segments.
 */
import { LIMITS } from '#limits';

const TRUST_DOMAIN = /^[a-z0-9._-]{1,255}$/;
const SEGMENT = /^[a-zA-Z0-9._-]{1,1024}$/;
const DNS_LABEL = /^[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9])?$/;
const SCHEME = 'spiffe://';

export interface SpiffeId {
  readonly trustDomain: string;
  /** Begins with `/`; empty for the trust domain itself, which is what authorities are called. */
  readonly path: string;
}

export function isTrustDomain(text: string): boolean {
  return TRUST_DOMAIN.test(text);
}

/** Null for anything that is not a SPIFFE id in its one spelling. */
export function readSpiffeId(text: string): SpiffeId | null {
  if (text.length > LIMITS.spiffe_id_bytes_max || !text.startsWith(SCHEME)) return null;
  const [trustDomain = '', ...segments] = text.slice(SCHEME.length).split('/');
  if (!isTrustDomain(trustDomain)) return null;
  if (!segments.every((one) => SEGMENT.test(one) && one !== '.' && one !== '..')) return null;
  return { trustDomain, path: segments.length === 0 ? '' : `/${segments.join('/')}` };
}

/** True for the id of somebody: one with a path. */
export function isWorkloadId(text: string): boolean {
  return (readSpiffeId(text)?.path ?? '') !== '';
}

/** A host name in lower case, without wildcard and without a dot at its end. */
export function isDnsName(text: string): boolean {
  return text.length <= 253 && text.split('.').every((label) => DNS_LABEL.test(label));
}
