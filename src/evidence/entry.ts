/**
 * Entries of the log (docs/reference/log-format.md): what kind of thing happened, when, and a commitment to what was said about it. An entry is
 * public and tells nothing more; the two texts of its body, statement and closed part, are kept elsewhere.
 */
import { HASH_BYTES, type Sha256 } from '#merkle';

export const ENTRY_BYTES = 1 + 8 + HASH_BYTES;

export interface EntryBody {
  /** The first byte of the entry. */
  readonly type: number;
  /** Milliseconds since 1970. */
  readonly time_ms: number;
  readonly statement: string;
  readonly closed: string;
}

export interface Entry {
  readonly type: number;
  readonly time_ms: number;
  readonly commitment: Uint8Array;
}

const LABEL = 'tracekeep entry v1\n';

const utf8 = new TextEncoder();

/** What stands in the log for a body. */
export function entryBytes({ type, time_ms, statement, closed }: EntryBody, sha256: Sha256): Uint8Array<ArrayBuffer> {
  return printEntry({ type, time_ms, commitment: commitmentOf(sha256, statement, textHash(sha256, closed)) });
}

/** The commitment to a body of which one part may only be known by its hash. */
export function commitmentOf(sha256: Sha256, statement: string, closedHash: Uint8Array): Uint8Array {
  if (closedHash.length !== HASH_BYTES) throw new Error('cannot commit to a closed part: its hash is not 32 bytes');
  const bytes = new Uint8Array(LABEL.length + 2 * HASH_BYTES);
  utf8.encodeInto(LABEL, bytes);
  bytes.set(textHash(sha256, statement), LABEL.length);
  bytes.set(closedHash, LABEL.length + HASH_BYTES);
  return sha256(bytes);
}

/** H of a text of the body. */
export function textHash(sha256: Sha256, text: string): Uint8Array {
  // What is no text in UTF-8 would be hashed as another one.
  if (!text.isWellFormed()) throw new Error('cannot commit to a text: it holds half a character');
  return sha256(utf8.encode(text));
}

export function printEntry({ type, time_ms, commitment }: Entry): Uint8Array<ArrayBuffer> {
  if (!isType(type) || !isTime(time_ms) || commitment.length !== HASH_BYTES) throw new Error('cannot write an entry: type, time or commitment is out of range');
  const bytes = new Uint8Array(ENTRY_BYTES);
  bytes[0] = type;
  new DataView(bytes.buffer).setBigUint64(1, BigInt(time_ms));
  bytes.set(commitment, 9);
  return bytes;
}

/** Undefined for anything that `printEntry` does not write. Types that are not known here are entries all the same. */
export function parseEntry(bytes: Uint8Array): Entry | undefined {
  if (bytes.length !== ENTRY_BYTES) return undefined;
  const type = bytes[0]!;
  const time_ms = Number(new DataView(bytes.buffer, bytes.byteOffset).getBigUint64(1));
  return isType(type) && isTime(time_ms) ? { type, time_ms, commitment: new Uint8Array(bytes.subarray(9)) } : undefined;
}

function isType(type: number): boolean {
  return Number.isInteger(type) && type >= 1 && type <= 255;
}

function isTime(time_ms: number): boolean {
  return Number.isSafeInteger(time_ms) && time_ms >= 0;
}
