/** Seeded random numbers (xorshift32): the same seed makes the same corpus on every machine. Not for secrets. */

export class Random {
  #state: number;

  constructor(seed: number) {
    this.#state = Math.imul(seed, 0x9e37_79b1) >>> 0 || 1;
  }

  word(): number {
    let state = this.#state;
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    this.#state = state >>> 0;
    return this.#state;
  }

  /** In [0, 1). */
  real(): number {
    return this.word() / 0x1_0000_0000;
  }

  /** In [0, below). */
  int(below: number): number {
    return Math.floor(this.real() * below);
  }

  /** In [0, below), small numbers far more often: few customers make most of the traffic. */
  skewed(below: number): number {
    return Math.floor(this.real() ** 3 * below);
  }

  chance(share: number): boolean {
    return this.real() < share;
  }

  pick<Item>(items: readonly Item[]): Item {
    const item = items[this.int(items.length)];
    if (item === undefined) throw new Error('cannot pick from nothing');
    return item;
  }

  hex(digits: number): string {
    let text = '';
    while (text.length < digits) text += this.word().toString(16).padStart(8, '0');
    return text.slice(0, digits);
  }

  bytes(count: number): Buffer {
    const bytes = Buffer.alloc(count);
    for (let at = 0; at < count; at += 4) bytes.writeUInt32LE(this.word(), at);
    return bytes;
  }

  /** Letters and digits, as in the tokens of most services. */
  token(length: number): string {
    let text = '';
    for (let at = 0; at < length; at++) text += ALPHABET[this.int(ALPHABET.length)];
    return text;
  }
}

const ALPHABET = 'abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789';
