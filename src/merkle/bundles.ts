/**
 * Entry bundles (C2SP tlog-tiles): up to 256 entries of a log, each behind its length in two bytes. Bundles read from elsewhere are
 * attacker-controlled.
 */
import { flawed, type Flaw } from './flaw.ts';
import { TILE_WIDTH } from './tiles.ts';

export const ENTRY_BYTES_MAX = 65_535;
/** The largest bundle: worth knowing before one is fetched. */
export const BUNDLE_BYTES_MAX = TILE_WIDTH * (2 + ENTRY_BYTES_MAX);

export function packBundle(entries: readonly Uint8Array[]): Uint8Array | Flaw {
  if (entries.length > TILE_WIDTH) return flawed('tile_length', `${entries.length} entries`);
  const large = entries.findIndex((entry) => entry.length > ENTRY_BYTES_MAX);
  if (large !== -1) return flawed('entry_too_large', `entry ${large}`);
  const bytes = new Uint8Array(entries.reduce((sum, entry) => sum + 2 + entry.length, 0));
  const view = new DataView(bytes.buffer);
  let at = 0;
  for (const entry of entries) {
    view.setUint16(at, entry.length);
    bytes.set(entry, at + 2);
    at += 2 + entry.length;
  }
  return bytes;
}

/** The first `width` entries of a bundle, which has as many, or all 256. They are views of its bytes. */
export function unpackBundle(bytes: Uint8Array, width: number): Uint8Array[] | Flaw {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const entries: Uint8Array[] = [];
  let at = 0;
  while (at < bytes.length && entries.length < TILE_WIDTH) {
    const start = at + 2;
    const end = start > bytes.length ? Infinity : start + view.getUint16(at);
    if (end > bytes.length) return flawed('tile_length', `entry ${entries.length}`);
    entries.push(bytes.subarray(start, end));
    at = end;
  }
  if (at < bytes.length || (entries.length !== width && entries.length !== TILE_WIDTH)) return flawed('tile_length', `${entries.length} entries`);
  return entries.slice(0, width);
}
