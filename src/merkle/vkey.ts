/**
 * Verifier keys (C2SP signed-note, "vkey"): name, key id and public key in one line that people hand to each other. The id is short: it finds
 * a key and proves nothing.
 */
import { fromBase64, toBase64 } from './base64.ts';
import { flawed, type Flaw } from './flaw.ts';
import type { Sha256 } from './hashes.ts';
import { isKeyName } from './note.ts';

/** What signs and verifies: Ed25519 of RFC 8032, and pure ML-DSA-44 of FIPS 204 with an empty context. */
export type Algorithm = 'ed25519' | 'ml-dsa-44';

interface KeyType {
  readonly algorithm: Algorithm;
  readonly publicKeyBytes: number;
  readonly signatureBytes: number;
  /** Over what: the text of the note, or the message of C2SP tlog-cosignature of its form. */
  readonly signs: 'text' | 'cosignature' | 'subtree';
}

/** By the byte that stands before the public key. What is not here is not supported, so a note it signed has no known signature. */
export const KEY_TYPES = {
  0x01: { algorithm: 'ed25519', publicKeyBytes: 32, signatureBytes: 64, signs: 'text' },
  0x04: { algorithm: 'ed25519', publicKeyBytes: 32, signatureBytes: 64, signs: 'cosignature' },
  0x06: { algorithm: 'ml-dsa-44', publicKeyBytes: 1312, signatureBytes: 2420, signs: 'subtree' },
} as const satisfies Record<number, KeyType>;

export type KeyTypeByte = keyof typeof KEY_TYPES;

export interface Verifier {
  readonly name: string;
  readonly keyId: number;
  readonly type: KeyTypeByte;
  readonly publicKey: Uint8Array;
}

const TEXT_CHARS_MAX = 2560;

/** The verifier of a public key under a name. */
export function verifierOf(sha256: Sha256, name: string, type: KeyTypeByte, publicKey: Uint8Array): Verifier | Flaw {
  if (!isKeyName(name)) return flawed('name_invalid');
  if (publicKey.length !== KEY_TYPES[type].publicKeyBytes) return flawed('key_malformed', `${publicKey.length} bytes`);
  return { name, keyId: keyIdOf(sha256, name, type, publicKey), type, publicKey };
}

/** A key from its line, without the line feed. */
export function parseVkey(sha256: Sha256, text: string): Verifier | Flaw {
  if (text.length > TEXT_CHARS_MAX) return flawed('key_malformed', 'too long');
  // The base64 of the key may hold a plus sign; name and id do not.
  const [first, second] = [text.indexOf('+'), text.indexOf('+', text.indexOf('+') + 1)];
  if (first === -1 || second === -1) return flawed('key_malformed');
  const [name, id, bytes] = [text.slice(0, first), text.slice(first + 1, second), fromBase64(text.slice(second + 1))];
  if (!/^[0-9a-f]{8}$/u.test(id) || bytes === undefined || bytes.length === 0) return flawed('key_malformed');
  const type = bytes[0]!;
  if (!isKeyType(type)) return flawed('key_type_unknown', `type ${type}`);
  const verifier = verifierOf(sha256, name, type, bytes.subarray(1));
  if ('flaw' in verifier) return verifier;
  return verifier.keyId === Number.parseInt(id, 16) ? verifier : flawed('key_malformed', 'the id is not that of the key');
}

export function printVkey({ name, keyId, type, publicKey }: Verifier): string {
  return `${name}+${keyId.toString(16).padStart(8, '0')}+${toBase64(Uint8Array.of(type, ...publicKey))}`;
}

/** The first four bytes of SHA-256(name ‖ 0x0A ‖ type ‖ public key). */
function keyIdOf(sha256: Sha256, name: string, type: KeyTypeByte, publicKey: Uint8Array): number {
  const line = new TextEncoder().encode(`${name}\n`);
  const digest = sha256(Uint8Array.of(...line, type, ...publicKey));
  return new DataView(digest.buffer, digest.byteOffset).getUint32(0);
}

function isKeyType(type: number): type is KeyTypeByte {
  return Object.hasOwn(KEY_TYPES, type);
}
