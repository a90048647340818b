/**
 * Who the other end of a connection is, from the certificate that the handshake proved, and from nothing that is said afterwards. The rules are
 * those of the X.509 SVID (SPIFFE): a chain to a trusted authority, which speaks for its own trust domain only, and exactly one URI among the
 * names. A certificate without a URI is known by its one DNS name.
 */
import type { Socket } from 'node:net';
import { TLSSocket, type DetailedPeerCertificate } from 'node:tls';
import { isRefusal, refuse, type Refusal } from '#refusal';
import { isDnsName, readSpiffeId } from './spiffe.ts';

export interface Peer {
  /** A SPIFFE id with a path, or a DNS name. */
  readonly name: string;
  /** SHA-256 of the certificate, 64 hexadecimal digits. */
  readonly fingerprint: string;
  /** Milliseconds since 1970. */
  readonly from: number;
  readonly to: number;
}

const known = new WeakMap<Socket, Peer | Refusal | null>();

/** Null for a connection without certificate. Looked at once for each connection; that it is still in date, each time. */
export function peerOf(socket: Socket, now = Date.now()): Peer | Refusal | null {
  let peer = known.get(socket);
  if (peer === undefined) known.set(socket, (peer = socket instanceof TLSSocket ? readPeer(socket) : null));
  if (peer === null || isRefusal(peer)) return peer;
  return now >= peer.from && now < peer.to ? peer : refuse('certificate_untrusted', 'it is not in date');
}

const SERVER_AUTH = '1.3.6.1.5.5.7.3.1';
const CLIENT_AUTH = '1.3.6.1.5.5.7.3.2';
const CHAIN_MAX = 10;

function readPeer(socket: TLSSocket): Peer | Refusal | null {
  const certificate = socket.getPeerX509Certificate();
  if (certificate === undefined) return null;
  if (!socket.authorized) return refuse('certificate_untrusted', reasonOf(socket.authorizationError));
  if (certificate.ca) return refuse('certificate_malformed', 'it is that of an authority');
  const name = nameIn(certificate.subjectAltName);
  if (isRefusal(name)) return name;
  const id = readSpiffeId(name);
  if (id !== null) {
    const uses = certificate.keyUsage as readonly string[] | undefined;
    if (uses !== undefined && !(uses.includes(SERVER_AUTH) && uses.includes(CLIENT_AUTH))) return refuse('certificate_malformed', 'its extended key usage must allow both server and client');
    if (!speaksFor(socket.getPeerCertificate(true), id.trustDomain)) return refuse('certificate_untrusted', 'its authority is that of another trust domain');
  }
  return { name, fingerprint: certificate.fingerprint256.replaceAll(':', '').toLowerCase(), from: certificate.validFromDate.getTime(), to: certificate.validToDate.getTime() };
}

/** The one name that counts, of the names as Node prints them: in quotes if anything in one could be taken for another. */
export function nameIn(names: string | undefined): string | Refusal {
  if (names === undefined) return refuse('certificate_malformed', 'it has no names');
  if (names.includes('"')) return refuse('certificate_malformed', 'a name has characters that no name has');
  const all = names.split(', ');
  const uris = all.filter((one) => one.startsWith('URI:')).map((one) => one.slice(4));
  const [uri, ...others] = uris;
  if (others.length > 0) return refuse('certificate_malformed', `${uris.length} URIs`);
  if (uri !== undefined) return (readSpiffeId(uri)?.path ?? '') === '' ? refuse('certificate_malformed', 'its URI is not a SPIFFE id with a path') : uri;
  const hosts = all.filter((one) => one.startsWith('DNS:')).map((one) => one.slice(4));
  const [host = ''] = hosts;
  return hosts.length === 1 && isDnsName(host) ? host : refuse('certificate_malformed', `no URI, and ${hosts.length} DNS names`);
}

/** Authorities that name a trust domain speak for that one; those that name none are trusted for what the operator gave producers. */
function speaksFor(leaf: DetailedPeerCertificate, trustDomain: string): boolean {
  let at = leaf;
  for (let depth = 0; depth < CHAIN_MAX; depth++) {
    const issuer = at.issuerCertificate as DetailedPeerCertificate | undefined;
    if (issuer === undefined || issuer === at || issuer.fingerprint256 === at.fingerprint256) return true;
    const uris = (issuer.subjectaltname ?? '').split(', ').filter((one) => one.includes('URI:'));
    if (uris.some((one) => one !== `URI:spiffe://${trustDomain}`)) return false;
    at = issuer;
  }
  return false;
}

/** The name of OpenSSL's reason, from a closed list; `Error` in the types, a text in fact. */
function reasonOf(error: unknown): string {
  const code = error instanceof Error && 'code' in error ? error.code : error;
  return typeof code === 'string' && /^[A-Z0-9_]{1,64}$/.test(code) ? code : 'not verified';
}
