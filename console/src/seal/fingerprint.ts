/** A key as people compare it: its name and the first bytes of the hash of the whole line. */
import { sha256 } from './sha256.ts';

const GROUPS = 8;

/** `3f2a 91c0 …`, 16 bytes in groups of two: too many for somebody to find another key with the same. */
export function fingerprint(vkey: string): string {
  const digest = sha256(new TextEncoder().encode(vkey));
  return Array.from({ length: GROUPS }, (_, at) => [digest[2 * at] ?? 0, digest[2 * at + 1] ?? 0].map((byte) => byte.toString(16).padStart(2, '0')).join('')).join(' ');
}
