/**
 * The keys that sign the log: Ed25519 and ML-DSA-44 under one name, the log's origin, in a folder outside of the data directory and apart from
 * the root key, so that who has one has neither the other nor the data. They are made with the log and never again.
 */
import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { refuseInside } from '#keys';
import { openSigners, readSigners, signerName, type Signer } from '#keys/signing';
import { isKeyName, type KeyTypeByte } from '#merkle';

/** The first signs the text of a checkpoint, which every tool of transparency logs opens; the second stands when the first is broken. */
const TYPES: readonly KeyTypeByte[] = [0x01, 0x06];
const WHAT = 'signing key of the log';

export interface LogKeySettings {
  readonly folder: string;
  /** What the log is to be called when its keys are made; null: a name nobody else has. */
  readonly origin: string | null;
}

export interface LogKeys {
  readonly origin: string;
  readonly signers: readonly Signer[];
}

/** Opens the keys, or makes them for a log without entries. */
export function openLogKeys(settings: LogKeySettings & { readonly dataDir: string; readonly isEmpty: boolean }): LogKeys {
  const { folder, dataDir, isEmpty } = settings;
  const file = join(folder, 'key');
  refuseInside(WHAT, file, dataDir);
  if (!isEmpty && !existsSync(file)) {
    throw new Error(`cannot open the log: it has entries, and its signing key ${file} is missing; restore it from a copy, or name its folder with the setting log-keys. Nothing can be added to this log without it`);
  }
  const made = signerName(file, WHAT);
  const origin = made ?? settings.origin ?? `tracekeep.localhost/${randomBytes(4).toString('hex')}`;
  if (!isKeyName(origin)) throw new Error('cannot make the log: the setting log-origin must be a name such as log.example.org/traces, without spaces and plus signs');
  if (settings.origin !== null && settings.origin !== origin) {
    throw new Error(`cannot open the log: the setting log-origin says ${settings.origin}, and this log was made as ${origin}. A log keeps its origin: its signatures are under this name`);
  }
  return { origin, signers: openSigners({ file, what: WHAT, name: origin, types: TYPES }) };
}

/** The verifier keys, Ed25519 first; null if there are no keys yet. Makes nothing. */
export function readLogVkeys(folder: string): string[] | null {
  const file = join(folder, 'key');
  const name = signerName(file, WHAT);
  if (name === null && !existsSync(file)) return null;
  return readSigners({ file, what: WHAT, name: name ?? '', types: TYPES }).map(({ vkey }) => vkey);
}
