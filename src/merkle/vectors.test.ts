/** Vectors of others: transparency-dev/merkle, the appendix of draft-ietf-plants-merkle-tree-certs, and the constants of RFC 6962. */
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { test } from 'node:test';
import { isFlaw, type Flaw } from './flaw.ts';
import { emptyRoot, leafHash } from './hashes.ts';
import { checkConsistency, checkInclusion, checkSubtreeConsistency, checkSubtreeInclusion, proveConsistency, proveInclusion, rangeHash } from './proofs.ts';
import { isSubtree } from './ranges.ts';
import { hex, naiveNodes, readCases, sha256 } from './testing.ts';

interface Case {
  readonly kind: string;
  readonly case: string;
  readonly proof: readonly string[] | null;
  readonly wantErr: boolean;
  readonly root: string;
  readonly root1: string;
  readonly root2: string;
  readonly leafHash: string;
  readonly leafIdx: number;
  readonly treeSize: number;
  readonly size: number;
  readonly size1: number;
  readonly size2: number;
  readonly start: number;
  readonly end: number;
}

const bytes = (text: string): Uint8Array => Buffer.from(text, 'base64');

const CHECKS: Readonly<Record<string, (one: Case, proof: Uint8Array[]) => Flaw | undefined>> = {
  inclusion: (one, proof) => checkInclusion(sha256, one.leafIdx, one.treeSize, bytes(one.leafHash), proof, bytes(one.root)),
  consistency: (one, proof) => checkConsistency(sha256, one.size1, one.size2, bytes(one.root1), proof, bytes(one.root2)),
  subtreeinclusion: (one, proof) => checkSubtreeInclusion(sha256, one.leafIdx, one, bytes(one.leafHash), proof, bytes(one.root)),
  subtreeconsistency: (one, proof) => checkSubtreeConsistency(sha256, one, one.size, bytes(one.root1), proof, bytes(one.root2)),
};

test('transparency-dev/merkle: every proof is judged as they judge it', () => {
  const cases = readCases('merkle-proofs.jsonl') as Case[];
  const seen = new Map<string, number>();
  for (const one of cases) {
    const check = CHECKS[one.kind];
    assert.ok(check, `kind ${one.kind}`);
    const flaw = check(one, (one.proof ?? []).map(bytes));
    assert.equal(flaw !== undefined, one.wantErr, `${one.case}: ${JSON.stringify(flaw)}`);
    seen.set(`${one.kind} ${one.wantErr}`, (seen.get(`${one.kind} ${one.wantErr}`) ?? 0) + 1);
  }
  assert.equal(cases.length, 518);
  assert.equal(seen.size, 8, 'good and bad ones of each kind');
});

const TREE = Array.from({ length: 130 }, (_, at) => leafHash(sha256, Uint8Array.of(at)));
const nodes = naiveNodes(TREE);
const line = (head: string, hashes: Uint8Array[] | Uint8Array | Flaw): string => {
  assert.ok(!isFlaw(hashes), head);
  return `${[head, ...(hashes instanceof Uint8Array ? [hashes] : hashes).map(hex)].join(' ')}\n`;
};

/** Every valid subtree that ends within the first `size` leaves, in the order of the appendix. */
function* subtrees(size: number): Generator<{ start: number; end: number }> {
  for (let end = 0; end <= size; end++) for (let start = 0; start <= end; start++) if (isSubtree({ start, end }, size)) yield { start, end };
}

test('draft-ietf-plants-merkle-tree-certs: hashes of all subtrees', () => {
  const digest = createHash('sha256');
  for (const range of subtrees(130)) digest.update(line(`[${range.start}, ${range.end})`, rangeHash(sha256, nodes, range)));
  assert.equal(digest.digest('hex'), 'b82806ad4265bb151c1119c0f4db437bb4d1a1f887b3a7fba1cd4ebf552e3e81');
});

test('draft-ietf-plants-merkle-tree-certs: inclusion in all subtrees, and what is made holds', () => {
  const digest = createHash('sha256');
  for (const range of subtrees(130)) {
    const hash = rangeHash(sha256, nodes, range);
    for (let index = range.start; index < range.end; index++) {
      const proof = proveInclusion(sha256, nodes, index, range);
      digest.update(line(`${index} [${range.start}, ${range.end})`, proof));
      assert.ok(!isFlaw(proof) && !isFlaw(hash));
      assert.equal(checkSubtreeInclusion(sha256, index, range, TREE[index]!, proof, hash), undefined);
    }
  }
  assert.equal(digest.digest('hex'), 'ac2a8f989e44d99e399db448050ff5f19757df53cfb716aa81015d3955d8163f');
});

test('draft-ietf-plants-merkle-tree-certs: consistency of all subtrees with all trees, and what is made holds', () => {
  const digest = createHash('sha256');
  for (let size = 0; size <= 130; size++) {
    const root = rangeHash(sha256, nodes, { start: 0, end: size });
    for (const range of subtrees(size)) {
      const proof = proveConsistency(sha256, nodes, range, size);
      digest.update(line(`[${range.start}, ${range.end}) ${size}`, proof));
      if (size % 13 !== 0) continue;
      const hash = rangeHash(sha256, nodes, range);
      assert.ok(!isFlaw(proof) && !isFlaw(hash) && !isFlaw(root));
      assert.equal(checkSubtreeConsistency(sha256, range, size, hash, proof, root), undefined, `[${range.start}, ${range.end}) ${size}`);
    }
  }
  assert.equal(digest.digest('hex'), '10fa99b37bf9bf9ffa26b412fbd98bd75363256d0b75d61bc4538b9c9c5a0a74');
});

test('RFC 6962 §2.1: the empty tree and the empty leaf', () => {
  assert.equal(hex(emptyRoot(sha256)), 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855');
  assert.equal(hex(leafHash(sha256, new Uint8Array(0))), '6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d');
});
