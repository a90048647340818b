/**
 * X-Wing (draft-connolly-cfrg-xwing-kem-10): a key encapsulation of X25519 and ML-KEM-768 together, secret as long as either of the two holds. Put together of
 * what node:crypto has. The private key is a seed of 32 bytes.
 */
import { createPrivateKey, createPublicKey, decapsulate as decapsulatePart, diffieHellman, encapsulate as encapsulatePart, generateKeyPairSync, hash, type KeyObject } from 'node:crypto';
import { Secret } from '#model';
import { randomKey, wipe } from './secret-bytes.ts';

export const HYBRID_SEED_BYTES = 32;
export const HYBRID_PUBLIC_BYTES = 1216;
export const HYBRID_ENCAPSULATION_BYTES = 1120;

export interface HybridKeyPair {
  readonly seed: Secret<Uint8Array>;
  readonly publicKey: Uint8Array;
}

export interface Encapsulated {
  /** 32 bytes, to be wiped by who asked. */
  readonly sharedKey: Secret<Uint8Array>;
  readonly encapsulation: Uint8Array;
}

const LATTICE = { asymmetricKeyType: 'ml-kem-768' } as const;
const CURVE = { asymmetricKeyType: 'x25519' } as const;
const LATTICE_SEED_BYTES = 64;
const LATTICE_PUBLIC_BYTES = 1184;
const LATTICE_ENCAPSULATION_BYTES = 1088;
/** `\./` over `/^\`, as the draft has it. */
const LABEL = Buffer.from('5c2e2f2f5e5c', 'hex');

/** Sequence of 1236 bytes: the algorithm, then a bit string of 1217 bytes without unused bits. */
const SPKI_PREFIX = Buffer.from('308204d4300d060b2b0601040183e62d81c87a038204c100', 'hex');

export function makeHybridKeyPair(seed: Secret<Uint8Array> = randomKey()): HybridKeyPair {
  const { lattice, curve } = privateParts(seed);
  return { seed, publicKey: Buffer.concat([rawPublic(createPublicKey(lattice)), rawPublic(createPublicKey(curve))]) };
}

/** SubjectPublicKeyInfo with the OID of X-Wing (1.3.6.1.4.1.62253.25722), without parameters, as PEM. */
export function publicKeyPem(publicKey: Uint8Array): string {
  if (publicKey.length !== HYBRID_PUBLIC_BYTES) throw new Error('cannot print a public key: it is not an X-Wing key');
  const text = Buffer.concat([SPKI_PREFIX, publicKey]).toString('base64');
  return `-----BEGIN PUBLIC KEY-----\n${text.replace(/.{1,64}/g, '$&\n')}-----END PUBLIC KEY-----\n`;
}

/** A new shared key and what its owner gets it from. Throws for a public key that is none. */
export function encapsulate(publicKey: Uint8Array): Encapsulated {
  if (publicKey.length !== HYBRID_PUBLIC_BYTES) throw new Error(`cannot encapsulate a key: the public key has ${publicKey.length} bytes, not ${HYBRID_PUBLIC_BYTES}`);
  const curvePublic = publicKey.subarray(LATTICE_PUBLIC_BYTES);
  const { sharedKey, ciphertext } = encapsulatePart(createPublicKey({ key: Buffer.from(publicKey.subarray(0, LATTICE_PUBLIC_BYTES)), format: 'raw-public', ...LATTICE }));
  const once = generateKeyPairSync('x25519');
  const oncePublic = rawPublic(once.publicKey);
  const agreed = diffieHellman({ privateKey: once.privateKey, publicKey: curveKey(curvePublic) });
  return { sharedKey: combine(sharedKey, agreed, oncePublic, curvePublic), encapsulation: Buffer.concat([ciphertext, oncePublic]) };
}

/** The shared key of an encapsulation. One that was made for another key, or changed, gives another shared key (implicit rejection): what it opens has to tell. */
export function decapsulate(seed: Secret<Uint8Array>, encapsulation: Uint8Array): Secret<Uint8Array> {
  if (encapsulation.length !== HYBRID_ENCAPSULATION_BYTES) throw new Error(`cannot open an encapsulation: it has ${encapsulation.length} bytes, not ${HYBRID_ENCAPSULATION_BYTES}`);
  const { lattice, curve } = privateParts(seed);
  const oncePublic = encapsulation.subarray(LATTICE_ENCAPSULATION_BYTES);
  const sharedKey = decapsulatePart(lattice, encapsulation.subarray(0, LATTICE_ENCAPSULATION_BYTES));
  const agreed = diffieHellman({ privateKey: curve, publicKey: curveKey(oncePublic) });
  return combine(sharedKey, agreed, oncePublic, rawPublic(createPublicKey(curve)));
}

/** Wipes the secrets of the parts. */
function combine(lattice: Buffer, curve: Buffer, oncePublic: Uint8Array, curvePublic: Uint8Array): Secret<Uint8Array> {
  const text = Buffer.concat([lattice, curve, oncePublic, curvePublic, LABEL]);
  const shared = new Secret<Uint8Array>(hash('sha3-256', text, 'buffer'));
  wipe(text, lattice, curve);
  return shared;
}

function privateParts(seed: Secret<Uint8Array>): { readonly lattice: KeyObject; readonly curve: KeyObject } {
  if (seed.reveal().length !== HYBRID_SEED_BYTES) throw new Error(`cannot use a private key that is not ${HYBRID_SEED_BYTES} bytes long`);
  // In one call: a Hash object would keep the seed in its state.
  const expanded = hash('shake256', seed.reveal(), { outputEncoding: 'buffer', outputLength: LATTICE_SEED_BYTES + 32 });
  const lattice = createPrivateKey({ key: expanded.subarray(0, LATTICE_SEED_BYTES), format: 'raw-seed', ...LATTICE });
  const curve = createPrivateKey({ key: expanded.subarray(LATTICE_SEED_BYTES), format: 'raw-private', ...CURVE });
  wipe(expanded);
  return { lattice, curve };
}

function curveKey(bytes: Uint8Array): KeyObject {
  return createPublicKey({ key: Buffer.from(bytes), format: 'raw-public', ...CURVE });
}

function rawPublic(key: KeyObject): Buffer {
  return Buffer.from(key.export({ format: 'raw-public' }));
}
