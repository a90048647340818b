/**
 * The root key: 32 random bytes, as hexadecimal, in a 0600 file outside the data directory, so that a stolen copy of the data is
 * worth nothing. It is made once, at the first start, and never again: a data directory that has seen a key holds a check
 * value, and without the matching key nothing is opened or overwritten.
 */

import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, readdirSync, realpathSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { Secret } from '#model';
import { deriveKey } from './derive.ts';
import { publishFile, readKeyFile, refuseInside, syncDirectory } from './key-file.ts';

export { bindingOf, openSeal, SEAL_KEY_ID_BYTES, SEAL_OVER_BYTES, SealingKey } from './field-seal.ts';
export { SEAL_SALT_BYTES, type SealedField, type SealedValues } from './sealed-text.ts';
export { TOKEN_BYTES, tokenField, type TokenPlace, Tokens } from './tokens.ts';
export { deriveKey, type KeyPurpose } from './derive.ts';
export { keyFileFault, publishFile, readKeyFile, refuseInside, syncDirectory } from './key-file.ts';
export { decapsulate, encapsulate, HYBRID_PUBLIC_BYTES, makeHybridKeyPair, publicKeyPem, type HybridKeyPair } from './hybrid-kem.ts';
export { HeldWindows, type HeldWindow } from './held-windows.ts';
export { Sealer, SEAL_OVERHEAD_BYTES } from './sealer.ts';
export { withSealingRoot, type PassphraseCost, type SealingRoot, type SealingRootRecord, type SealingSource } from './sealing-root.ts';
export type { TransitPlace } from './transit.ts';
export { copyOf, emptyBytes, randomKey, wipe } from './secret-bytes.ts';
export { SUBJECT_KEY_ROW_BYTES, SubjectKeyMaker, unpackSubjectKeys } from './subject-key-maker.ts';
export { encapsulateWindow, hourOf, newSubjectKey, openWindow, unwrapSubjectKey, WINDOW_MS, wrapSubjectKey } from './window-keys.ts';
export type { EncapsulatedWindow, SubjectPlace, WindowKey, WindowKeys, WindowPlace } from './window-keys.ts';
export { WRAPPED_KEY_BYTES } from './wrapped-key.ts';

const KEY_BYTES = 32;
const CHECK_FILE = 'key.check';
const CHECK_TEXT = 'tracekeep key check 1';

/**
 * Opens the root key and makes the data directory (0700) and, at the very first start, the key. Safe when several processes start at once.
 * Throws when the key is missing, unsafe, malformed or not the one this data directory was made with.
 */
export function openRootKey(options: { readonly file: string; readonly dataDir: string; readonly random?: (bytes: number) => Uint8Array }): Secret<Uint8Array> {
  const { file, random = randomBytes } = options;
  const made = mkdirSync(options.dataDir, { recursive: true, mode: 0o700 });
  if (made !== undefined) syncDirectory(dirname(made));
  const dataDir = realpathSync(options.dataDir);
  refuseInside('root key', file, dataDir);

  const check = join(dataDir, CHECK_FILE);
  const known = existsSync(check);
  if (!known && readdirSync(dataDir).some((name) => name === 'engine' || name === 'journal')) {
    throw new Error(`cannot open the data directory ${dataDir}: it holds data but no ${CHECK_FILE}`);
  }
  if (!known && !existsSync(file)) publishFile(file, `${Buffer.from(random(KEY_BYTES)).toString('hex')}\n`);
  if (known && !existsSync(file)) throw new Error(`cannot open the root key ${file}: it does not exist, and the data directory was made with one`);

  const root = readKey(file);
  const expected = createHmac('sha256', deriveKey(root, 'check').reveal()).update(CHECK_TEXT).digest('hex');
  if (!known) publishFile(check, `${expected}\n`);
  const found = readFileSync(check, 'utf8').trim();
  if (found.length !== expected.length || !timingSafeEqual(Buffer.from(found), Buffer.from(expected))) {
    throw new Error(`cannot open the data directory ${dataDir}: the root key in ${file} is not the one it was made with`);
  }
  return root;
}

function readKey(file: string): Secret<Uint8Array> {
  const text = readKeyFile(file, 'root key', 2 * KEY_BYTES + 2);
  if (!/^[0-9a-fA-F]{64}$/.test(text)) throw new Error(`cannot use the root key ${file}: it must hold exactly ${2 * KEY_BYTES} hexadecimal digits`);
  return new Secret(new Uint8Array(Buffer.from(text, 'hex')));
}
