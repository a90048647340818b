/**
 * Cosignatures (C2SP tlog-cosignature v1): what a cosigner says about a tree and when, in the two forms. The Ed25519 form covers the whole
 * text of the checkpoint; the ML-DSA-44 form names the cosigner, and can speak of a subtree.
 */
import { isOrigin } from './checkpoint.ts';
import { flawed, type Flaw } from './flaw.ts';
import { HASH_BYTES } from './hashes.ts';
import { isKeyName } from './note.ts';
import { isSize, isSubtree, type Range } from './ranges.ts';

export interface SubtreeStatement {
  readonly cosigner: string;
  /** Seconds since 1970; 0 says nothing about when, and is the only time for a subtree that does not begin at 0. */
  readonly time_s: number;
  readonly origin: string;
  readonly range: Range;
  readonly hash: Uint8Array;
}

const TIME_BYTES = 8;
const LABEL = 'subtree/v1\n\0';

const utf8 = new TextEncoder();

/** What an Ed25519 cosignature (type 0x04) signs. `text` is the text of the note, which is a checkpoint. */
export function cosignatureMessage(text: string, time_s: number): Uint8Array | Flaw {
  if (!isSize(time_s)) return flawed('time_invalid');
  return utf8.encode(`cosignature/v1\ntime ${time_s}\n${text}`);
}

/** What an ML-DSA-44 cosignature (type 0x06) signs. */
export function subtreeMessage({ cosigner, time_s, origin, range, hash }: SubtreeStatement): Uint8Array | Flaw {
  if (!isKeyName(cosigner) || !isOrigin(origin)) return flawed('name_invalid');
  if (!isSize(time_s) || (range.start !== 0 && time_s !== 0)) return flawed('time_invalid');
  if (!isSubtree(range, range.end)) return flawed('range_invalid');
  if (hash.length !== HASH_BYTES) return flawed('hash_length');
  const [name, log] = [utf8.encode(cosigner), utf8.encode(origin)];
  return joined([utf8.encode(LABEL), Uint8Array.of(name.length), name, uint64(time_s), Uint8Array.of(log.length), log, uint64(range.start), uint64(range.end), hash]);
}

/** A cosignature as it stands in a note, after the key id. */
export function timestamped(time_s: number, signature: Uint8Array): Uint8Array | Flaw {
  return isSize(time_s) ? joined([uint64(time_s), signature]) : flawed('time_invalid');
}

/** Time and signature of a cosignature that has this many bytes of signature. */
export function splitTimestamped(bytes: Uint8Array, signatureBytes: number): { time_s: number; signature: Uint8Array } | Flaw {
  if (bytes.length !== TIME_BYTES + signatureBytes) return flawed('signature_malformed', `${bytes.length} bytes`);
  const time_s = Number(new DataView(bytes.buffer, bytes.byteOffset).getBigUint64(0));
  return isSize(time_s) ? { time_s, signature: bytes.subarray(TIME_BYTES) } : flawed('signature_malformed', 'time');
}

function uint64(value: number): Uint8Array {
  const bytes = new Uint8Array(8);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(value));
  return bytes;
}

function joined(parts: readonly Uint8Array[]): Uint8Array {
  const bytes = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    bytes.set(part, at);
    at += part.length;
  }
  return bytes;
}
