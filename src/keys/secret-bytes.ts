/**
 * Key bytes that can be wiped. They lie in a buffer of their own outside of the heap of JavaScript: small typed arrays live on that heap, which
 * moves them and leaves copies behind, and small Buffers share a pool.
 */
import { randomFillSync } from 'node:crypto';
import { Secret } from '#model';

/** 32 random bytes. */
export function randomKey(): Secret<Uint8Array> {
  return new Secret(randomFillSync(emptyBytes(32)));
}

/** Bytes of zero, to be filled. */
export function emptyBytes(length: number): Uint8Array<ArrayBuffer> {
  return new Uint8Array(new ArrayBuffer(length));
}

/** A copy that outlives a wiping of the original. */
export function copyOf(bytes: Uint8Array): Uint8Array<ArrayBuffer> {
  const copy = emptyBytes(bytes.length);
  copy.set(bytes);
  return copy;
}

/** Overwrites with zeros: whoever still holds it holds nothing. */
export function wipe(...secrets: readonly (Secret<Uint8Array> | Uint8Array)[]): void {
  for (const secret of secrets) (secret instanceof Uint8Array ? secret : secret.reveal()).fill(0);
}
