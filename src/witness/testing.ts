/** A small log in memory for tests: it signs whatever it is told to, forks included. */
import { consistencyRanges, isFlaw, printCheckpoint, printNote, type Flaw } from '#merkle';
import { openSigners, sha256, type Signer } from '#keys/signing';
import { printSubmission } from './witness.ts';

export class TestLog {
  readonly origin: string;
  readonly signers: readonly Signer[];
  readonly leaves: Uint8Array[] = [];

  constructor(origin: string, keyFile: string) {
    this.origin = origin;
    this.signers = openSigners({ file: keyFile, what: 'keys of a test log', name: origin, types: [0x01, 0x06] });
  }

  /** The same keys, and the same leaves up to a size. */
  fork(size: number): TestLog {
    const other = Object.create(this, { leaves: { value: this.leaves.slice(0, size) } }) as TestLog;
    return other;
  }

  grow(count: number, seed = 'leaf'): this {
    for (let at = 0; at < count; at++) this.leaves.push(sha256(Buffer.from(`${seed} ${this.leaves.length}`)));
    return this;
  }

  root(size = this.leaves.length): Uint8Array {
    return rootOf(this.leaves.slice(0, size));
  }

  text(size = this.leaves.length, root = this.root(size), extensions: readonly string[] = []): string {
    return whole(printCheckpoint({ origin: this.origin, size, root, extensions }));
  }

  /** The signed note. */
  note(size = this.leaves.length, signers = this.signers): string {
    return signed(this.text(size), signers);
  }

  proof(from: number, to = this.leaves.length): Uint8Array[] {
    return consistencyRanges({ start: 0, end: from }, to).map(({ start, end }) => rootOf(this.leaves.slice(start, end)));
  }

  /** The body for a witness. */
  submission(old: number, size = this.leaves.length): string {
    return printSubmission(old, old === 0 || old > size ? [] : this.proof(old, size), this.note(size));
  }
}

export function signed(text: string, signers: readonly Signer[]): string {
  return whole(printNote(text, signers.map((signer) => signer.sign(text, 1))));
}

/** MTH of RFC 6962 §2.1, over hashes of leaves. */
function rootOf(hashes: readonly Uint8Array[]): Uint8Array {
  if (hashes.length <= 1) return hashes[0] ?? sha256(new Uint8Array(0));
  let middle = 1;
  while (middle * 2 < hashes.length) middle *= 2;
  return sha256(Uint8Array.of(1, ...rootOf(hashes.slice(0, middle)), ...rootOf(hashes.slice(middle))));
}

function whole<T>(value: T | Flaw): T {
  if (isFlaw(value)) throw new Error(`cannot make a note: ${value.flaw}`);
  return value;
}
