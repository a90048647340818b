/**
 * SHA-256 over the beginning of a buffer, without an object per hash: the view of each length is made once, and the digest comes as a latin1
 * string, which costs a third of a buffer (`npm run bench -- --only parts`).
 */
import { hash } from 'node:crypto';
import type { Sha256 } from '#merkle';

const VIEWS_MAX = 8_192;

/** A growable buffer that is written from its beginning and then hashed. */
export class HashedBytes {
  bytes: Buffer;
  view: DataView;
  length = 0;
  #views: (Uint8Array | undefined)[] = [];

  constructor(capacity_bytes: number) {
    this.bytes = Buffer.alloc(capacity_bytes);
    this.view = new DataView(this.bytes.buffer, this.bytes.byteOffset, capacity_bytes);
  }

  /** Makes room for `extra_bytes` more. */
  reserve(extra_bytes: number): void {
    const needed = this.length + extra_bytes;
    if (needed <= this.bytes.length) return;
    const grown = Buffer.alloc(Math.max(needed, this.bytes.length * 2));
    grown.set(this.bytes.subarray(0, this.length));
    this.bytes = grown;
    this.view = new DataView(grown.buffer, grown.byteOffset, grown.length);
    this.#views = [];
  }

  /** Writes the digest of what was written to 32 bytes of `target`. */
  digest(target: Buffer, at: number): void {
    const { length } = this;
    let view = this.#views[length];
    if (view === undefined) {
      view = this.bytes.subarray(0, length);
      if (length < VIEWS_MAX) this.#views[length] = view;
    }
    target.write(hash('sha256', view, 'latin1'), at, 32, 'latin1');
  }
}

const stable = Buffer.alloc(32);

/** For `#merkle`: the answer is the same array each time. */
export const sha256: Sha256 = (bytes) => {
  stable.write(hash('sha256', bytes, 'latin1'), 0, 32, 'latin1');
  return stable;
};
