/**
 * A local certificate authority: its certificate and 0600 key in a folder outside the data directory, the list of what it issued, and what it
 * issued itself. Who has the key can make a certificate for anybody, so the folder can be moved to another machine: the server never needs it.
 */
import { createPrivateKey, createPublicKey, generateKeyPairSync, X509Certificate, type KeyObject } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { publishFile, readKeyFile, refuseInside } from '#keys';
import { LIMITS } from '#limits';
import { isPair, makeCertificate } from './certificate.ts';
import { appendIssued, readIssued, type IssuedRecord } from './issued.ts';
import { replaceText } from './replace.ts';

export type { IssuedRecord } from './issued.ts';
export { makeCertificate, type CertificateForm } from './certificate.ts';

/** What certificates are for; the first segment of the SPIFFE id unless one is given. */
export const KINDS = ['server', 'producer', 'witness', 'agent'] as const;
export type Kind = (typeof KINDS)[number];

export interface Wanted {
  readonly kind: Kind;
  /** What it is called in the list, and in the names of its files. */
  readonly name: string;
  readonly id: string;
  readonly dns: readonly string[];
  readonly ips: readonly string[];
  readonly valid_ms: number;
}

/** Where a certificate and its key were put. */
export interface Files {
  readonly certificate: string;
  readonly key: string;
}

const WHAT = 'key of the certificate authority';
const KEY_BYTES_MAX = 4096;
/** Clocks of other machines may be behind. */
const SKEW_MS = 300_000;

export class Authority {
  readonly folder: string;
  readonly certificate: X509Certificate;
  readonly trustDomain: string;
  readonly #key: KeyObject;

  private constructor(folder: string, certificate: X509Certificate, key: KeyObject) {
    this.folder = folder;
    this.certificate = certificate;
    this.#key = key;
    this.trustDomain = /URI:spiffe:\/\/([a-z0-9._-]{1,255})(?:,|$)/.exec(certificate.subjectAltName ?? '')?.[1] ?? '';
  }

  static exists(folder: string): boolean {
    return existsSync(certificateFile(folder));
  }

  /** Makes the authority. Throws if there is one. */
  static create({ folder, dataDir, trustDomain, name, valid_ms, now = Date.now() }: { readonly folder: string; readonly dataDir: string; readonly trustDomain: string; readonly name: string; readonly valid_ms: number; readonly now?: number }): Authority {
    refuseInside(WHAT, keyFile(folder), dataDir);
    if (Authority.exists(folder)) throw new Error(`cannot make a certificate authority: there is one in ${folder}`);
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    // A start that broke off between the two files goes on with the key that is there.
    if (!existsSync(keyFile(folder))) publishFile(keyFile(folder), pemOf(newKey().privateKey));
    const key = createPrivateKey(readKeyFile(keyFile(folder), WHAT, KEY_BYTES_MAX));
    const form = { name, uris: [`spiffe://${trustDomain}`], from: now - SKEW_MS, to: now + valid_ms, kind: 'authority' } as const;
    publishFile(certificateFile(folder), makeCertificate(form, createPublicKey(key), { certificate: null, key }));
    return Authority.open(folder);
  }

  static open(folder: string): Authority {
    const key = createPrivateKey(readKeyFile(keyFile(folder), WHAT, KEY_BYTES_MAX));
    const certificate = new X509Certificate(readFileSync(certificateFile(folder)));
    if (!isPair(certificate, key)) throw new Error(`cannot use the certificate authority in ${folder}: ca.crt and ca.key do not belong together`);
    return new Authority(folder, certificate, key);
  }

  get files(): Files {
    return { certificate: certificateFile(this.folder), key: keyFile(this.folder) };
  }

  filesOf({ kind, name }: Pick<IssuedRecord, 'kind' | 'name'>): Files {
    const base = join(this.folder, 'issued', `${kind}-${name}`);
    return { certificate: `${base}.crt`, key: `${base}.key` };
  }

  /** Everything issued, oldest first. Of one kind and name the last one counts. */
  issued(): readonly IssuedRecord[] {
    return readIssued(this.folder);
  }

  /** The certificate in use of a kind and name, or those of a name. */
  current(): readonly IssuedRecord[] {
    return [...new Map(this.issued().map((one) => [`${one.kind}-${one.name}`, one])).values()];
  }

  /** Makes a key and its certificate, in place of those of the same kind and name. It never outlives the authority. */
  issue({ kind, name, id, dns, ips, valid_ms }: Wanted, now = Date.now()): { readonly record: IssuedRecord; readonly files: Files } {
    const end = this.certificate.validToDate.getTime();
    if (end - now < LIMITS.certificate_ms_min) throw new Error(`cannot issue a certificate: the authority ends at ${this.certificate.validToDate.toISOString()}; make a new one in another folder, and have both trusted for a while`);
    const { publicKey, privateKey } = newKey();
    const [from, to] = [Math.max(now - SKEW_MS, this.certificate.validFromDate.getTime()), Math.min(now + valid_ms, end)];
    const pem = makeCertificate({ name: `${kind} ${name}`, uris: [id], dns, ips, from, to, kind: 'end entity' }, publicKey, { certificate: this.certificate, key: this.#key });
    const made = new X509Certificate(pem);
    const record: IssuedRecord = { serial: made.serialNumber.toLowerCase(), kind, name, id, dns, ips, fingerprint: fingerprintOf(made), created: now, expires: made.validToDate.getTime(), valid_ms };
    // Listed before it exists, so that nothing is out there that the list does not know.
    appendIssued(this.folder, record);
    const files = this.filesOf(record);
    mkdirSync(join(this.folder, 'issued'), { recursive: true, mode: 0o700 });
    replaceText(files.key, pemOf(privateKey), 0o600);
    replaceText(files.certificate, pem, 0o644);
    return { record, files };
  }

  /** The same anew, with another key. */
  renew(record: IssuedRecord, now = Date.now()): { readonly record: IssuedRecord; readonly files: Files } {
    return this.issue(record, now);
  }
}

/** SHA-256 of the DER, 64 lower-case hexadecimal digits. */
export function fingerprintOf(certificate: X509Certificate): string {
  return certificate.fingerprint256.replaceAll(':', '').toLowerCase();
}

/** True once so little of its life is left that it should be renewed: a third. */
export function isDue({ created, expires }: Pick<IssuedRecord, 'created' | 'expires'>, now: number): boolean {
  return expires - now < (expires - created) / 3;
}

function newKey(): { readonly publicKey: KeyObject; readonly privateKey: KeyObject } {
  return generateKeyPairSync('ec', { namedCurve: 'P-256' });
}

function pemOf(key: KeyObject): string {
  return key.export({ format: 'pem', type: 'pkcs8' }).toString();
}

const keyFile = (folder: string): string => join(folder, 'ca.key');
const certificateFile = (folder: string): string => join(folder, 'ca.crt');
