/**
 * A record of a segment: header, then the sealed text. The header is authenticated as associated data; its checksum tells a length that
 * was written from one that was damaged before anything is read by it.
 *
 *     magic u32 | sealed bytes u32 | sequence u64 | CRC-32 of these u32 | nonce, ciphertext, tag
 */

import { crc32 } from 'node:zlib';
import { type Sealer, SEAL_OVERHEAD_BYTES } from '#keys';

const MAGIC = 0x31524b54; // "TKR1"
export const HEADER_BYTES = 20;
/** Disks write sectors; one that was never written reads as zeros on every file system we run on. */
const SECTOR_BYTES = 512;

/** A whole record in pieces, ready to be written one after another. */
export function sealRecord(sealer: Sealer, sequence: number, parts: readonly Uint8Array[]): Uint8Array[] {
  const length = parts.reduce((sum, part) => sum + part.length, SEAL_OVERHEAD_BYTES);
  const header = Buffer.alloc(HEADER_BYTES);
  header.writeUInt32LE(MAGIC, 0);
  header.writeUInt32LE(length, 4);
  header.writeBigUInt64LE(BigInt(sequence), 8);
  header.writeUInt32LE(crc32(header.subarray(0, 16)), 16);
  return [header, ...sealer.seal(header, parts)];
}

/**
 * whole: `text` is the record. torn: the write was interrupted, nothing of it was acknowledged. damaged: what was once whole is not what
 * it was. A torn record is the end of a file, or has a sector that was never written; anything else that does not authenticate is damage.
 */
export type Read = { readonly is: 'whole'; readonly sequence: number; readonly text: Uint8Array; readonly next: number } | { readonly is: 'torn' | 'damaged' };

export function readRecord(sealer: Sealer, bytes: Uint8Array, at: number): Read {
  const view = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (bytes.length - at < HEADER_BYTES) return { is: 'torn' };
  const header = view.subarray(at, at + HEADER_BYTES);
  if (header.readUInt32LE(0) !== MAGIC || header.readUInt32LE(16) !== crc32(header.subarray(0, 16))) return { is: hasUnwrittenSector(view, at, bytes.length) ? 'torn' : 'damaged' };
  const next = at + HEADER_BYTES + header.readUInt32LE(4);
  if (next > bytes.length) return { is: 'torn' };
  const text = sealer.open(header, view.subarray(at + HEADER_BYTES, next));
  if (text === null) return { is: next === bytes.length && hasUnwrittenSector(view, at, next) ? 'torn' : 'damaged' };
  return { is: 'whole', sequence: Number(header.readBigUInt64LE(8)), text, next };
}

/** Whether a sector of the file between the offsets, counted from the file's beginning, holds only zeros; the last one may be cut short. */
function hasUnwrittenSector(bytes: Uint8Array, from: number, to: number): boolean {
  for (let start = from; start < to; ) {
    const end = Math.min(to, (Math.floor(start / SECTOR_BYTES) + 1) * SECTOR_BYTES);
    // A few zeros at a record's edge are chance, not an unwritten sector.
    if (end - start >= 16 && bytes.subarray(start, end).every((byte) => byte === 0)) return true;
    start = end;
  }
  return false;
}
