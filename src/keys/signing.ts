/**
 * Keys that sign notes: those of a log and of a witness, under one name, in one 0600 file with a line for each as the Go tools of
 * transparency logs write it: `PRIVATE+KEY+<name>+<id>+<base64 of type and seed>`. Made once; the file belongs outside of what it signs for.
 */
import { createPrivateKey, createPublicKey, hash, randomBytes, sign, verify, type KeyObject } from 'node:crypto';
import { existsSync, mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import { flawText, fromBase64, isFlaw, KEY_TYPES, printVkey, signNote, toBase64, verifierOf, type Algorithm, type KeyTypeByte, type NoteSignature, type Verifier, type Verify } from '#merkle';
import { publishFile, readKeyFile } from './key-file.ts';

export interface Signer {
  readonly verifier: Verifier;
  /** What people hand to each other. */
  readonly vkey: string;
  /** Signs the text of a note; `time_s` is of cosignatures and is not looked at by a plain signature. */
  sign(text: string, time_s: number): NoteSignature;
}

export interface SignerFile {
  readonly file: string;
  /** What it is called in messages, such as `key of the witness`. */
  readonly what: string;
  readonly name: string;
  /** The keys, in their order. */
  readonly types: readonly KeyTypeByte[];
  readonly random?: (bytes: number) => Uint8Array;
}

const SEED_BYTES = 32;
const FILE_BYTES_MAX = 4096;
const PREFIX = 'PRIVATE+KEY+';

/** SHA-256 as the pure folders want it. */
export function sha256(bytes: Uint8Array): Uint8Array {
  return hash('sha256', bytes, 'buffer');
}

/** Whether a signature holds; whatever is wrong with key or signature is a no. */
export const verifyNatively: Verify = (algorithm, publicKey, message, signature) => {
  try {
    return verify(null, message, createPublicKey({ key: Buffer.from(publicKey), format: 'raw-public', asymmetricKeyType: algorithm }), signature);
  } catch {
    return false;
  }
};

/** The keys of a file, which is made if it is not there. Throws when it is unsafe, malformed, or holds keys of another name or of other types. */
export function openSigners(wanted: SignerFile): Signer[] {
  const { file, what, name, types, random = randomBytes } = wanted;
  if (!existsSync(file)) {
    try {
      mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
    } catch (cause) {
      const why = existsSync(dirname(file)) ? 'a file of that name is there' : 'the folder above it cannot be made or written to';
      throw new Error(`cannot make the folder ${dirname(file)} for the ${what}: ${why}`, { cause });
    }
    publishFile(file, types.map((type) => printKey(name, type, random(SEED_BYTES))).join(''));
  }
  return readSigners(wanted);
}

/** The same for a file that must be there. */
export function readSigners({ file, what, name, types }: Omit<SignerFile, 'random'>): Signer[] {
  const lines = readKeyFile(file, what, FILE_BYTES_MAX).split('\n');
  const keys = lines.map((line) => readKey(line));
  if (lines.length !== types.length || keys.some((key, at) => key?.type !== types[at])) throw new Error(`cannot use the ${what} ${file}: it is not one that Tracekeep wrote`);
  return keys.flatMap((key) => {
    if (key === null) return [];
    // The name is in every signature, so another one would be another signer.
    if (key.name !== name) throw new Error(`cannot use the ${what} ${file}: it signs as ${key.name}, not as ${name}`);
    return [signerOf(key.name, key.type, key.seed)];
  });
}

/** The name that a file's keys sign under; null if there is no such file. */
export function signerName(file: string, what: string): string | null {
  return existsSync(file) ? (readKey(readKeyFile(file, what, FILE_BYTES_MAX).split('\n', 1)[0] ?? '')?.name ?? null) : null;
}

function signerOf(name: string, type: KeyTypeByte, seed: Uint8Array): Signer {
  const { algorithm } = KEY_TYPES[type];
  const privateKey = privateKeyOf(algorithm, seed);
  const verifier = publicOf(name, type, privateKey);
  return {
    verifier,
    vkey: printVkey(verifier),
    sign(text, time_s) {
      const signature = signNote(text, verifier, (message) => sign(null, message, privateKey), time_s);
      if (isFlaw(signature)) throw new Error(`cannot sign a note: ${flawText(signature)}`);
      return signature;
    },
  };
}

function privateKeyOf(algorithm: Algorithm, seed: Uint8Array): KeyObject {
  const key = Buffer.from(seed);
  return algorithm === 'ed25519' ? createPrivateKey({ key, format: 'raw-private', asymmetricKeyType: algorithm }) : createPrivateKey({ key, format: 'raw-seed', asymmetricKeyType: algorithm });
}

function publicOf(name: string, type: KeyTypeByte, privateKey: KeyObject): Verifier {
  const verifier = verifierOf(sha256, name, type, new Uint8Array(createPublicKey(privateKey).export({ format: 'raw-public' })));
  if (isFlaw(verifier)) throw new Error(`cannot make a key: ${flawText(verifier)}`);
  return verifier;
}

function printKey(name: string, type: KeyTypeByte, seed: Uint8Array): string {
  const { keyId } = publicOf(name, type, privateKeyOf(KEY_TYPES[type].algorithm, seed));
  return `${PREFIX}${name}+${keyId.toString(16).padStart(8, '0')}+${toBase64(Uint8Array.of(type, ...seed))}\n`;
}

function readKey(line: string): { readonly name: string; readonly type: KeyTypeByte; readonly seed: Uint8Array } | null {
  const [, name, id, text] = /^PRIVATE\+KEY\+([^+\s]{1,255})\+([0-9a-f]{8})\+([A-Za-z0-9+/=]{44})$/.exec(line) ?? [];
  const bytes = fromBase64(text ?? '');
  const type = bytes?.[0];
  if (name === undefined || bytes?.length !== 1 + SEED_BYTES || (type !== 0x01 && type !== 0x04 && type !== 0x06)) return null;
  const seed = bytes.subarray(1);
  return publicOf(name, type, privateKeyOf(KEY_TYPES[type].algorithm, seed)).keyId === Number.parseInt(id ?? '', 16) ? { name, type, seed } : null;
}
