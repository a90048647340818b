/**
 * Certificates as DER (RFC 5280): an ECDSA key on P-256, the extensions that an authority or an end entity needs and no others, signed with
 * SHA-256. Signing is node:crypto's, writing ASN.1 the library's.
 */
import { createHash, createPublicKey, randomBytes, sign, X509Certificate, type KeyObject } from 'node:crypto';
import { AsnConvert, OctetString } from '@peculiar/asn1-schema';
import {
  AlgorithmIdentifier, AttributeTypeAndValue, AttributeValue, AuthorityKeyIdentifier, BasicConstraints, Certificate, ExtendedKeyUsage, Extension, Extensions, GeneralName, id_ce_authorityKeyIdentifier, id_ce_basicConstraints,
  id_ce_extKeyUsage, id_ce_keyUsage, id_ce_subjectAltName, id_ce_subjectKeyIdentifier, id_kp_clientAuth, id_kp_serverAuth, KeyIdentifier, KeyUsage, KeyUsageFlags, Name, RelativeDistinguishedName,
  SubjectAlternativeName, SubjectKeyIdentifier, SubjectPublicKeyInfo, TBSCertificate, Validity, Version,
} from '@peculiar/asn1-x509';

export interface CertificateForm {
  /** The common name, for people; nothing decides by it. */
  readonly name: string;
  readonly uris: readonly string[];
  readonly dns?: readonly string[];
  readonly ips?: readonly string[];
  /** Milliseconds since 1970, cut to seconds. */
  readonly from: number;
  readonly to: number;
  /** `server`: not for clients, as authorities of the web issue them. */
  readonly kind: 'authority' | 'end entity' | 'server';
}

/** Who signs: with itself for an authority of its own. */
export interface Issuer {
  /** Null: the certificate signs itself. */
  readonly certificate: X509Certificate | null;
  readonly key: KeyObject;
}

const ECDSA_SHA256 = '1.2.840.10045.4.3.2';
const COMMON_NAME = '2.5.4.3';
const SERIAL_BYTES = 16;

/** The certificate of a public key as PEM. */
export function makeCertificate(form: CertificateForm, publicKey: KeyObject, issuer: Issuer, random: (bytes: number) => Uint8Array = randomBytes): string {
  const spki = AsnConvert.parse(publicKey.export({ format: 'der', type: 'spki' }), SubjectPublicKeyInfo);
  const own = issuer.certificate === null ? null : AsnConvert.parse(issuer.certificate.raw, Certificate).tbsCertificate;
  const subject = nameOf(form.name);
  const algorithm = new AlgorithmIdentifier({ algorithm: ECDSA_SHA256 });
  const tbsCertificate = new TBSCertificate({
    version: Version.v3,
    serialNumber: bufferOf(serialOf(random)),
    signature: algorithm,
    issuer: own?.subject ?? subject,
    validity: new Validity({ notBefore: new Date(form.from), notAfter: new Date(form.to) }),
    subject,
    subjectPublicKeyInfo: spki,
    extensions: new Extensions(extensionsOf(form, keyId(spki), keyId(own?.subjectPublicKeyInfo ?? spki))),
  });
  const signature = sign('sha256', Buffer.from(AsnConvert.serialize(tbsCertificate)), { key: issuer.key, dsaEncoding: 'der' });
  const der = AsnConvert.serialize(new Certificate({ tbsCertificate, signatureAlgorithm: algorithm, signatureValue: bufferOf(signature) }));
  return new X509Certificate(Buffer.from(der)).toString();
}

/** Whether a certificate belongs to a private key. */
export function isPair(certificate: X509Certificate, key: KeyObject): boolean {
  const of = (one: KeyObject): Buffer => one.export({ format: 'der', type: 'spki' });
  return of(createPublicKey(key)).equals(of(certificate.publicKey));
}

function extensionsOf({ kind, uris, dns = [], ips = [] }: CertificateForm, own: ArrayBuffer, issuers: ArrayBuffer): Extension[] {
  const authority = kind === 'authority';
  const names = [
    ...uris.map((uniformResourceIdentifier) => new GeneralName({ uniformResourceIdentifier })),
    ...dns.map((dNSName) => new GeneralName({ dNSName })),
    ...ips.map((iPAddress) => new GeneralName({ iPAddress })),
  ];
  const flags = authority ? KeyUsageFlags.keyCertSign | KeyUsageFlags.cRLSign : KeyUsageFlags.digitalSignature;
  return [
    // No authority below this one.
    extension(id_ce_basicConstraints, true, new BasicConstraints(authority ? { cA: true, pathLenConstraint: 0 } : {})),
    extension(id_ce_keyUsage, true, new KeyUsage(flags)),
    // SPIFFE X509-SVID §4.4: where it stands, it allows both.
    ...(authority ? [] : [extension(id_ce_extKeyUsage, false, new ExtendedKeyUsage(kind === 'server' ? [id_kp_serverAuth] : [id_kp_serverAuth, id_kp_clientAuth]))]),
    ...(names.length === 0 ? [] : [extension(id_ce_subjectAltName, false, new SubjectAlternativeName(names))]),
    extension(id_ce_subjectKeyIdentifier, false, new SubjectKeyIdentifier(own)),
    extension(id_ce_authorityKeyIdentifier, false, new AuthorityKeyIdentifier({ keyIdentifier: new KeyIdentifier(issuers) })),
  ];
}

function extension(extnID: string, critical: boolean, value: object): Extension {
  return new Extension({ extnID, critical, extnValue: new OctetString(AsnConvert.serialize(value)) });
}

function nameOf(text: string): Name {
  return new Name([new RelativeDistinguishedName([new AttributeTypeAndValue({ type: COMMON_NAME, value: new AttributeValue({ utf8String: text }) })])]);
}

/** RFC 7093 §2, method 1. */
function keyId({ subjectPublicKey }: SubjectPublicKeyInfo): ArrayBuffer {
  return bufferOf(createHash('sha256').update(Buffer.from(subjectPublicKey)).digest().subarray(0, 20));
}

/** Positive and of full length, whatever the first bits are (RFC 5280 §4.1.2.2). */
function serialOf(random: (bytes: number) => Uint8Array): Uint8Array {
  const bytes = Uint8Array.from(random(SERIAL_BYTES));
  bytes[0] = ((bytes[0] ?? 0) & 0x3f) | 0x40;
  return bytes;
}

function bufferOf(bytes: Uint8Array): ArrayBuffer {
  return Uint8Array.from(bytes).buffer;
}
