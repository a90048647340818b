/** What TLS is set up with: certificate, key and authorities of clients, read from their files and checked to be usable together. */
import { constants, createPrivateKey, createPublicKey, X509Certificate } from 'node:crypto';
import { readFileSync, statSync } from 'node:fs';
import { createSecureContext, type SecureContextOptions } from 'node:tls';
import type { TlsSettings } from '#config';
import { LIMITS } from '#limits';

export interface TlsPair {
  readonly context: SecureContextOptions;
  /** The server's own. */
  readonly certificate: X509Certificate;
  /** Of the authorities, to notice that others are trusted now. */
  readonly clientCa: string;
  /** Which files these were. */
  readonly stamp: string;
}

/**
 * A group in front of a slash is asked for even if the client offered to begin with one behind it: one more round trip is cheaper than a recording
 * that can be read when there are quantum computers. No others.
 */
export const GROUPS = 'X25519MLKEM768/X25519:P-256';

export function readPair(settings: TlsSettings): TlsPair {
  // Before they are read: what is written in between is noticed by the next look.
  const stamp = stampOf(filesOf(settings));
  const cert = readPem('certificate', settings.certificate);
  const key = readPem('key of the certificate', settings.key, true);
  const clientCa = settings.clientCa === null ? '' : readPem('certificates of the setting tls-client-ca', settings.clientCa);
  const certificate = readCertificate(cert, settings.certificate);
  if (!belongTogether(certificate, key, settings.key)) throw new Error(`cannot use the certificate ${settings.certificate}: the key ${settings.key} is not its key`);
  if (certificate.validToDate.getTime() <= Date.now()) throw new Error(`cannot use the certificate ${settings.certificate}: it ended at ${certificate.validToDate.toISOString()}; renew it, as with "tracekeep ca renew"`);
  const authorities = clientCa.match(CERTIFICATE) ?? [];
  if (settings.clientCa !== null && authorities.length === 0) throw new Error(`cannot use ${settings.clientCa}: it holds no certificate`);
  for (const [at, one] of authorities.entries()) {
    if (!readCertificate(one, settings.clientCa ?? '').ca) throw new Error(`cannot use ${settings.clientCa ?? ''}: certificate ${at + 1} is not that of an authority`);
  }
  const context: SecureContextOptions = {
    cert,
    key,
    // Without authorities nobody is asked for a certificate; with an empty list those of Node would count.
    ...(settings.clientCa !== null && { ca: clientCa }),
    minVersion: settings.minVersion,
    ecdhCurve: GROUPS,
    // What is left in TLS 1.2 has forward secrecy and is not older than AES-GCM.
    ciphers: 'TLS_AES_256_GCM_SHA384:TLS_CHACHA20_POLY1305_SHA256:TLS_AES_128_GCM_SHA256:ECDHE-ECDSA-AES256-GCM-SHA384:ECDHE-RSA-AES256-GCM-SHA384:ECDHE-ECDSA-CHACHA20-POLY1305:ECDHE-RSA-CHACHA20-POLY1305:ECDHE-ECDSA-AES128-GCM-SHA256:ECDHE-RSA-AES128-GCM-SHA256',
    honorCipherOrder: true,
    // A resumed session would bring its certificate along unchecked, for as long as its ticket lives.
    secureOptions: constants.SSL_OP_NO_TICKET | constants.SSL_OP_NO_RENEGOTIATION | constants.SSL_OP_PRIORITIZE_CHACHA,
  };
  try {
    createSecureContext(context);
  } catch (cause) {
    throw new Error(`cannot use the certificate ${settings.certificate} for TLS`, { cause });
  }
  return { context, certificate, clientCa, stamp };
}

export function filesOf({ certificate, key, clientCa }: TlsSettings): readonly string[] {
  return [certificate, key, ...(clientCa === null ? [] : [clientCa])];
}

/** Changes whenever one of the files was written or replaced. */
export function stampOf(files: readonly string[]): string {
  return files
    .map((file) => {
      const stat = statSync(file, { bigint: true, throwIfNoEntry: false });
      return stat === undefined ? 'missing' : `${stat.ino}/${stat.size}/${stat.mtimeNs}`;
    })
    .join(' ');
}

const CERTIFICATE = /-----BEGIN CERTIFICATE-----[A-Za-z0-9+/=\s]{1,65536}-----END CERTIFICATE-----/g;

/** Links are followed: whoever renews certificates or mounts secrets swaps them. */
export function readPem(what: string, file: string, secret = false): string {
  try {
    const stat = statSync(file);
    if (!stat.isFile() || stat.size > LIMITS.certificate_file_bytes_max) throw new Error(`cannot use it: it is not a file of at most ${LIMITS.certificate_file_bytes_max} bytes`);
    if (secret && (stat.mode & 0o007) !== 0) throw new Error('cannot use it: every user may read or write it; run chmod 640 or 600');
    return readFileSync(file, 'latin1');
  } catch (cause) {
    throw new Error(`cannot read the ${what} ${file}`, { cause });
  }
}

function readCertificate(pem: string, file: string): X509Certificate {
  try {
    return new X509Certificate(pem);
  } catch (cause) {
    throw new Error(`cannot use ${file}: it is not a certificate as PEM`, { cause });
  }
}

function belongTogether(certificate: X509Certificate, pem: string, file: string): boolean {
  try {
    const key = createPublicKey(createPrivateKey(pem));
    const spki = { format: 'der', type: 'spki' } as const;
    return key.export(spki).equals(certificate.publicKey.export(spki));
  } catch (cause) {
    throw new Error(`cannot use the key ${file}: it is not a private key as PEM without a password`, { cause });
  }
}
