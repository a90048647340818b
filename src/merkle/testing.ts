/**
 * What the tests of this folder share: the hash of the platform, trees as RFC 6962 defines them, without any cleverness, and random numbers
 * from a seed.
 */
import { createHash, createPublicKey, hash, verify } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Nodes } from './proofs.ts';
import type { Verify } from './signed-note.ts';

export function sha256(bytes: Uint8Array): Uint8Array {
  return hash('sha256', bytes, 'buffer');
}

/** As the server verifies: whatever is wrong with key or signature is a no. */
export const verifyNatively: Verify = (algorithm, publicKey, message, signature) => {
  try {
    return verify(null, message, createPublicKey({ key: Buffer.from(publicKey), format: 'raw-public', asymmetricKeyType: algorithm }), signature);
  } catch {
    return false;
  }
};

export function hex(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('hex');
}

export function utf8(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}

/** Hashes of leaves that are all different. */
export function leaves(count: number): Uint8Array[] {
  return Array.from({ length: count }, (_, at) => sha256(utf8(`leaf ${at}`)));
}

/** MTH of RFC 6962 §2.1, over hashes of leaves. */
export function naiveRoot(hashes: readonly Uint8Array[]): Uint8Array {
  if (hashes.length === 0) return sha256(new Uint8Array(0));
  if (hashes.length === 1) return hashes[0]!;
  const middle = naiveSplit(hashes.length);
  return naiveNode(naiveRoot(hashes.slice(0, middle)), naiveRoot(hashes.slice(middle)));
}

/** PATH of RFC 6962 §2.1.1. */
export function naivePath(index: number, hashes: readonly Uint8Array[]): Uint8Array[] {
  if (hashes.length === 1) return [];
  const middle = naiveSplit(hashes.length);
  if (index < middle) return [...naivePath(index, hashes.slice(0, middle)), naiveRoot(hashes.slice(middle))];
  return [...naivePath(index - middle, hashes.slice(middle)), naiveRoot(hashes.slice(0, middle))];
}

/** SUBPROOF of RFC 6962 §2.1.2; PROOF with `known` true. */
export function naiveProof(first: number, hashes: readonly Uint8Array[], known = true): Uint8Array[] {
  if (first === hashes.length) return known ? [] : [naiveRoot(hashes)];
  const middle = naiveSplit(hashes.length);
  if (first <= middle) return [...naiveProof(first, hashes.slice(0, middle), known), naiveRoot(hashes.slice(middle))];
  return [...naiveProof(first - middle, hashes.slice(middle), false), naiveRoot(hashes.slice(0, middle))];
}

/** The complete subtrees over these leaves. */
export function naiveNodes(hashes: readonly Uint8Array[]): Nodes {
  const nodes = new Map<string, Uint8Array>();
  return ({ level, index }) => {
    const [start, end] = [index * 2 ** level, (index + 1) * 2 ** level];
    if (end > hashes.length) return undefined;
    const key = `${level} ${index}`;
    if (!nodes.has(key)) nodes.set(key, naiveRoot(hashes.slice(start, end)));
    return nodes.get(key);
  };
}

/** Whole numbers below a bound, always the same ones for a seed. */
export function randomOf(seed: number): (bound: number) => number {
  let count = 0;
  return (bound) => createHash('sha256').update(`${seed} ${count++}`).digest().readUInt32BE(0) % bound;
}

/** Lines of an outside file of test data, which is not part of this repository. */
export function readCases(file: string): unknown[] {
  const folder = process.env['TRACEKEEP_TEST_DATA'] ?? join(import.meta.dirname, '../../../shared/data');
  let text: string;
  try {
    text = readFileSync(join(folder, file), 'utf8');
  } catch (cause) {
    throw new Error(`cannot read ${file} in ${folder}: set TRACEKEEP_TEST_DATA to the folder of outside test data`, { cause });
  }
  return text.split('\n').filter((line) => line !== '').map((line) => JSON.parse(line) as unknown);
}

function naiveNode(left: Uint8Array, right: Uint8Array): Uint8Array {
  return sha256(Uint8Array.of(1, ...left, ...right));
}

function naiveSplit(size: number): number {
  let power = 1;
  while (power * 2 < size) power *= 2;
  return power;
}
