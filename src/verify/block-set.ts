/** A set of block numbers, which rise by one: a bit each. */
export class BlockSet {
  #bits = new Uint8Array(1024);

  add(block: number): void {
    if (block > MAX) return;
    if (this.has(block)) return;
    const at = Math.floor(block / 8);
    if (at >= this.#bits.length) {
      const larger = new Uint8Array(Math.max(at + 1, this.#bits.length * 2));
      larger.set(this.#bits);
      this.#bits = larger;
    }
    this.#bits[at]! |= 1 << block % 8;
  }

  has(block: number): boolean {
    return ((this.#bits[Math.floor(block / 8)] ?? 0) & (1 << block % 8)) !== 0;
  }
}

/** Half a gigabyte of bits. No store has so many; a larger number was written by somebody else. */
const MAX = 2 ** 32;
