/**
 * Buffers that are used once. Left to the garbage collector, the bodies of a few hundred requests a second make V8 collect
 * its whole heap again and again for memory that lies outside it; given back at once they cost a third of the CPU.
 */

/** The bytes fill their buffer, so nobody else's are in it (a part of Node's pool never fills it) and it can be handed to a worker. */
export function isExclusive(bytes: Uint8Array): boolean {
  return bytes.byteOffset === 0 && bytes.buffer.byteLength === bytes.byteLength;
}

/** Frees a buffer that nobody reads again; it is empty for whoever still holds it. The caller knows that it holds nothing else. */
export function release({ buffer }: Uint8Array): void {
  if (buffer instanceof ArrayBuffer && !buffer.detached) buffer.transfer(0);
}
