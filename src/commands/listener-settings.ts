/** The settings of listeners: addresses, and TLS, without which nothing is reachable from other machines. */
import { TLS_VERSIONS, type Address, type TlsSettings } from '#config';

import { readFile, unreadable, type Given } from './given.ts';
import { OperatorError } from './operator-error.ts';
import { addressText, isLoopback, readAddress } from './quantity.ts';

/** Flags of a witness, which is a program of its own and has no file. */
export interface WitnessListener {
  readonly listen: string;
  readonly tlsCert?: string;
  readonly tlsKey?: string;
  readonly tlsClientCa?: string;
  readonly tlsMinVersion: string;
}

export function readListener({ value, place }: Pick<Given, 'value' | 'place'>): Address {
  const address = typeof value === 'string' ? readAddress(value) : null;
  if (address === null) throw unreadable(place, 'an IP address and a port, such as 127.0.0.1:4318 or [::1]:4318');
  return address;
}

/** In a file 1.3 is a number. */
export function readTlsVersion({ value, place }: Given): TlsSettings['minVersion'] {
  const version = TLS_VERSIONS.find((one) => one === String(value));
  if (version === undefined) throw unreadable(place, `one of ${TLS_VERSIONS.join(', ')}`);
  return `TLSv${version}`;
}

export function tlsOf({ certificate, key, clientCa, clientAuth, minVersion }: { readonly [Name in keyof TlsSettings]: TlsSettings[Name] | null }): TlsSettings | null {
  if (certificate === null || key === null) {
    const [other, missing] = certificate === null ? ['tls-key', 'tls-cert'] : ['tls-cert', 'tls-key'];
    if (certificate !== null || key !== null) throw new OperatorError(`cannot use ${other}: ${missing} must be given too`, 2);
    if (clientCa !== null || clientAuth === 'require') throw new OperatorError('cannot ask for client certificates: that is done in TLS, which needs tls-cert and tls-key', 2);
    return null;
  }
  if (clientAuth === 'require' && clientCa === null) throw new OperatorError('cannot require client certificates: name their authorities with tls-client-ca', 2);
  return { certificate, key, clientCa, clientAuth: clientAuth ?? 'accept', minVersion: minVersion ?? 'TLSv1.3' };
}

/** Without TLS only where this machine alone reaches it. */
export function requireTls(place: string, address: Address, tls: TlsSettings | null, kind: 'server' | 'witness' = 'server'): void {
  if (tls !== null || isLoopback(address)) return;
  throw new OperatorError(
    `cannot use ${place}: ${addressText(address)} is reachable from other machines, and that requires TLS. Give a certificate and its key with tls-cert and tls-key; "tracekeep ca init" and "tracekeep ca issue ${kind} NAME" make them. Or listen on 127.0.0.1 or [::1].`,
    2,
  );
}

/** Where a witness listens, and its TLS; with `tlsClientCa` whoever submits has to show a certificate. */
export function readWitnessListener({ listen, tlsCert = '', tlsKey = '', tlsClientCa = '', tlsMinVersion }: WitnessListener): { readonly address: Address; readonly tls: TlsSettings | null } {
  const given = (place: string, value: string): Given => ({ value, place, folder: process.cwd() });
  const clientCa = readFile(given('--tls-client-ca', tlsClientCa));
  const tls = tlsOf({ certificate: readFile(given('--tls-cert', tlsCert)), key: readFile(given('--tls-key', tlsKey)), clientCa, clientAuth: clientCa === null ? 'accept' : 'require', minVersion: readTlsVersion(given('--tls-min-version', tlsMinVersion)) });
  const address = readListener(given('--listen', listen));
  requireTls('--listen', address, tls, 'witness');
  return { address, tls };
}
