/**
 * The sealing root wraps the private keys of tenants. It is not the root key, which a running server holds: it is read when something is to be opened, and wiped
 * after. Where it is absent a server seals and opens nothing.
 *
 * A file like that of the root key, a passphrase (argon2id), or a key that a Vault or OpenBao keeps (`transit.ts`). What is recorded of it says of which kind it is and whether
 * the one at hand is the right one, so that a wrong passphrase is told from damaged data.
 */
import { argon2, createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import { existsSync } from 'node:fs';
import { promisify } from 'node:util';
import { LIMITS } from '#limits';
import { Secret } from '#model';
import { refuse, type Refusal } from '#refusal';
import { collectKeyObjectsSoon } from './collect.ts';
import { deriveKey } from './derive.ts';
import { KeyFileFault, publishFile, readKeyBytes, refuseInside } from './key-file.ts';
import { emptyBytes, randomKey, wipe } from './secret-bytes.ts';
import { TransitFault, transitCipher, type TransitPlace } from './transit.ts';
import { associated, unwrapKey, wrapKey, type Binding } from './wrapped-key.ts';

/** Where the sealing root is. */
export type SealingSource =
  | { readonly kind: 'file'; readonly file: string; readonly dataDir: string }
  /** Null: nobody has given it, as in a server. */
  | { readonly kind: 'passphrase'; readonly passphrase: Secret<Uint8Array> | null }
  | ({ readonly kind: 'transit' } & TransitPlace);

/** What is kept of it with the data. */
export type SealingRootRecord =
  | { readonly kind: 'file'; readonly check: string }
  | { readonly kind: 'passphrase'; readonly check: string; readonly salt: string; readonly cost: PassphraseCost }
  /** `check`: a text that it encrypted. */
  | { readonly kind: 'transit'; readonly check: string };

export interface PassphraseCost {
  readonly memory_kib: number;
  readonly passes: number;
  readonly lanes: number;
}

export interface SealingRoot {
  readonly record: SealingRootRecord;
  /** Base64, or as a transit engine writes it. */
  wrap(key: Secret<Uint8Array>, binding: Binding): Promise<string>;
  /** Null where the binding or a single bit is another. */
  unwrap(wrapped: string, binding: Binding): Promise<Secret<Uint8Array> | null>;
}

const KEY_BYTES = 32;
const CHECK_BINDING: Binding = ['check'];
const COST: PassphraseCost = { memory_kib: LIMITS.sealing_argon2_memory_kib, passes: LIMITS.sealing_argon2_passes, lanes: LIMITS.sealing_argon2_lanes };

/**
 * Opens the sealing root for as long as `work` runs. `record`: what is known of it; null: it is made now, and its record is for the caller to keep before anything is
 * wrapped. Refusals: sealing_root_absent, sealing_root_wrong, sealing_root_unusable when a file is unsafe, sealing_root_unreachable when a transit engine does not answer.
 */
export async function withSealingRoot<Done>(source: SealingSource, record: SealingRootRecord | null, work: (root: SealingRoot) => Promise<Done>, cost: PassphraseCost = COST): Promise<Done | Refusal> {
  try {
    return await openRoot(source, record, work, cost);
  } catch (failure) {
    if (failure instanceof KeyFileFault) return refuse('sealing_root_unusable', failure.message);
    if (failure instanceof TransitFault) return refuse('sealing_root_unreachable', failure.message);
    throw failure;
  } finally {
    collectKeyObjectsSoon();
  }
}

async function openRoot<Done>(source: SealingSource, record: SealingRootRecord | null, work: (root: SealingRoot) => Promise<Done>, cost: PassphraseCost): Promise<Done | Refusal> {
  if (record !== null && record.kind !== source.kind) return refuse('sealing_root_wrong', `it is a ${record.kind}, and the setting sealing-root says ${source.kind}`);
  if (source.kind === 'transit') return withTransit(source, record, work);
  if (record?.kind === 'transit') return refuse('sealing_root_wrong');
  const salt = record?.kind === 'passphrase' ? Buffer.from(record.salt, 'base64') : randomBytes(16);
  const spent = record?.kind === 'passphrase' ? record.cost : cost;
  const key = source.kind === 'file' ? readSealingFile(source, record === null) : await passphraseKey(source.passphrase, salt, spent);
  if (key === null) return refuse('sealing_root_absent', source.kind === 'file' ? source.file : 'a passphrase');
  const wrapping = deriveKey(key, 'sealing');
  try {
    const check = checkOf(key);
    if (record !== null && !isSame(record.check, check)) return refuse('sealing_root_wrong', source.kind === 'file' ? source.file : 'the passphrase');
    const made: SealingRootRecord = source.kind === 'file' ? { kind: 'file', check } : { kind: 'passphrase', check, salt: salt.toString('base64'), cost: spent };
    return await work({
      record: record ?? made,
      wrap: async (one, binding) => Buffer.from(wrapKey(wrapping, one, binding)).toString('base64'),
      unwrap: async (text, binding) => unwrapKey(wrapping, Buffer.from(text, 'base64'), binding),
    });
  } finally {
    wipe(key, wrapping);
  }
}

async function withTransit<Done>(place: TransitPlace, record: SealingRootRecord | null, work: (root: SealingRoot) => Promise<Done>): Promise<Done | Refusal> {
  if (!existsSync(place.tokenFile)) return refuse('sealing_root_absent', place.tokenFile);
  const cipher = transitCipher(place);
  if (record !== null && (await cipher.decrypt(record.check, associated(CHECK_BINDING))) === null) return refuse('sealing_root_wrong', 'the transit key');
  const made = record ?? { kind: 'transit' as const, check: await cipher.encrypt(Buffer.from('tracekeep'), associated(CHECK_BINDING)) };
  return work({
    record: made,
    wrap: (key, binding) => cipher.encrypt(key.reveal(), associated(binding)),
    async unwrap(text, binding) {
      const bytes = await cipher.decrypt(text, associated(binding));
      return bytes?.length === KEY_BYTES ? new Secret(bytes) : null;
    },
  });
}

/** Null where there is none. Made only if none was ever used. */
function readSealingFile({ file, dataDir }: { readonly file: string; readonly dataDir: string }, isNew: boolean): Secret<Uint8Array> | null {
  refuseInside('sealing key', file, dataDir);
  if (!existsSync(file)) {
    if (!isNew) return null;
    const made = randomKey();
    const text = Buffer.from(`${Buffer.from(made.reveal()).toString('hex')}\n`);
    publishFile(file, text);
    wipe(made, text);
  }
  const text = readKeyBytes(file, 'sealing key', 2 * KEY_BYTES + 2);
  try {
    const key = fromHex(text);
    if (key === null) throw new KeyFileFault(`cannot use the sealing key ${file}: it must hold exactly ${2 * KEY_BYTES} hexadecimal digits`);
    return key;
  } finally {
    wipe(text);
  }
}

/** Digits and at most a line end. No text is made of it, which nobody could wipe. */
function fromHex(text: Uint8Array): Secret<Uint8Array> | null {
  const key = emptyBytes(KEY_BYTES);
  for (let at = 0; at < 2 * KEY_BYTES; at += 1) {
    const digit = digitOf(text[at] ?? 0);
    if (digit < 0) return null;
    key[at >> 1] = ((key[at >> 1] ?? 0) << 4) | digit;
  }
  return text.subarray(2 * KEY_BYTES).every((byte) => byte === 0x0a || byte === 0x0d) ? new Secret(key) : null;
}

function digitOf(byte: number): number {
  if (byte >= 0x30 && byte <= 0x39) return byte - 0x30;
  const letter = byte | 0x20;
  return letter >= 0x61 && letter <= 0x66 ? letter - 0x57 : -1;
}

async function passphraseKey(passphrase: Secret<Uint8Array> | null, salt: Uint8Array, { memory_kib, passes, lanes }: PassphraseCost): Promise<Secret<Uint8Array> | null> {
  if (passphrase === null) return null;
  const tag = await promisify(argon2)('argon2id', { message: passphrase.reveal(), nonce: salt, parallelism: lanes, tagLength: KEY_BYTES, memory: memory_kib, passes });
  return new Secret<Uint8Array>(tag);
}

function checkOf(key: Secret<Uint8Array>): string {
  const checking = deriveKey(key, 'sealing check');
  const check = createHmac('sha256', checking.reveal()).update('tracekeep sealing check 1').digest('hex');
  wipe(checking);
  return check;
}

function isSame(one: string, other: string): boolean {
  return one.length === other.length && timingSafeEqual(Buffer.from(one), Buffer.from(other));
}
