/**
 * The hashes of a Merkle tree (RFC 6962 §2.1, RFC 9162 §2.1.1): leaves and nodes begin with different bytes, so that neither passes for the
 * other. SHA-256 is an argument everywhere, because server and browser have it from different places.
 */

/** Synchronous, and the answer is a fresh or stable array of 32 bytes, never a view of the input. */
export type Sha256 = (bytes: Uint8Array) => Uint8Array;

export const HASH_BYTES = 32;
const LEAF = 0;
const NODE = 1;
/** A node's hash is over one byte and two hashes. */
export const NODE_BYTES = 1 + 2 * HASH_BYTES;

const node = newNode();
/** Room for a leaf as most are: an array of its own costs more than the hash. */
const leaf = new Uint8Array(4096);

/** What a node's hash is taken over, to be filled in with the two hashes. */
export function newNode(): Uint8Array {
  const bytes = new Uint8Array(NODE_BYTES);
  bytes[0] = NODE;
  return bytes;
}

/** The root of a tree without leaves. */
export function emptyRoot(sha256: Sha256): Uint8Array {
  return sha256(new Uint8Array(0));
}

export function leafHash(sha256: Sha256, entry: Uint8Array): Uint8Array {
  const bytes = entry.length < leaf.length ? leaf.subarray(0, 1 + entry.length) : new Uint8Array(1 + entry.length);
  bytes[0] = LEAF;
  bytes.set(entry, 1);
  return sha256(bytes);
}

/** Both of 32 bytes. */
export function nodeHash(sha256: Sha256, left: Uint8Array, right: Uint8Array): Uint8Array {
  node.set(left, 1);
  node.set(right, 1 + HASH_BYTES);
  return sha256(node);
}

/** Hashes are public: it need not take the same time for all. */
export function sameBytes(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((byte, at) => byte === b[at]);
}

/** Whether every one is as long as a hash is. */
export function areHashes(hashes: readonly Uint8Array[]): boolean {
  return hashes.every((hash) => hash.length === HASH_BYTES);
}
