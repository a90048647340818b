/**
 * The salts of restricted values, derived from the block's salt (docs/reference/log-format.md): those of a span from a keystream that is drawn
 * for 256 rows at once, those of resources and scopes, which spans share, from what they are for.
 */
import { createCipheriv } from 'node:crypto';
import { HashedBytes, writeVaruint } from './sha256.ts';

export const SALT_BYTES = 16;
export const BLOCK_SALT_BYTES = 32;
const SALTS_PER_ROW = 8;
const WINDOW_ROWS = 256;
const MORE_SALTS = 64;
const WINDOW_ZEROS = new Uint8Array(WINDOW_ROWS * SALTS_PER_ROW * SALT_BYTES);
const MORE_ZEROS = new Uint8Array(MORE_SALTS * SALT_BYTES);
const GROUP_PREFIX = Buffer.from('tracekeep group salt v1\n');

export class Salts {
  #salt: Uint8Array = new Uint8Array(BLOCK_SALT_BYTES);
  #window: Buffer = Buffer.alloc(0);
  #windowStart = -1;
  /** Of one row that has more restricted values than eight: so many salts from number `#moreStart` on. */
  #more: Buffer = Buffer.alloc(0);
  #moreRow = -1;
  #moreStart = 0;
  readonly #group = new HashedBytes(1_024);
  readonly #digest = Buffer.alloc(32);

  begin(salt: Uint8Array): void {
    if (salt.length !== BLOCK_SALT_BYTES) throw new RangeError(`cannot derive salts: the salt of a block has ${BLOCK_SALT_BYTES} bytes`);
    this.#salt = salt;
    this.#windowStart = this.#moreRow = -1;
  }

  /** The salt of restricted value `number` of a row, into 16 bytes of `target`. */
  write(row: number, number: number, target: Buffer, at: number): void {
    if (number < SALTS_PER_ROW) {
      const place = row - this.#windowStart;
      if (this.#windowStart < 0 || place < 0 || place >= WINDOW_ROWS) this.#draw(row);
      const from = ((row - this.#windowStart) * SALTS_PER_ROW + number) * SALT_BYTES;
      for (let i = 0; i < SALT_BYTES; i++) target[at + i] = this.#window[from + i]!;
      return;
    }
    if (this.#moreRow !== row || number < this.#moreStart || number >= this.#moreStart + MORE_SALTS) this.#drawMore(row, number);
    this.#more.copy(target, at, (number - this.#moreStart) * SALT_BYTES, (number - this.#moreStart + 1) * SALT_BYTES);
  }

  /** The salt of a restricted attribute of a resource or scope: `value` is its letter and text. */
  writeOfGroup(position: number, key: string, value: string, target: Buffer, at: number): void {
    const group = this.#group;
    const keyBytes = Buffer.from(key);
    const valueBytes = Buffer.from(value);
    group.room(0, GROUP_PREFIX.length + BLOCK_SALT_BYTES + 4 + 10 + keyBytes.length + valueBytes.length);
    group.bytes.set(GROUP_PREFIX, 0);
    group.bytes.set(this.#salt, GROUP_PREFIX.length);
    const end = writeVaruint(group, group.bytes.writeUInt32BE(position, GROUP_PREFIX.length + BLOCK_SALT_BYTES), keyBytes.length);
    group.bytes.set(keyBytes, end);
    group.bytes.set(valueBytes, end + keyBytes.length);
    group.length = end + keyBytes.length + valueBytes.length;
    group.digest(this.#digest, 0);
    this.#digest.copy(target, at, 0, SALT_BYTES);
  }

  #draw(row: number): void {
    this.#windowStart = row - (row % WINDOW_ROWS);
    this.#window = this.#keystream(0n, BigInt(this.#windowStart) * BigInt(SALTS_PER_ROW), WINDOW_ZEROS);
  }

  #drawMore(row: number, number: number): void {
    this.#moreRow = row;
    this.#moreStart = number - (number % MORE_SALTS);
    this.#more = this.#keystream(1n, BigInt(row) * 0x1_0000_0000n + BigInt(this.#moreStart), MORE_ZEROS);
  }

  /** Counter mode encrypts exactly the blocks that the format names, one after another. */
  #keystream(high: bigint, low: bigint, zeros: Uint8Array): Buffer {
    const counter = Buffer.alloc(16);
    counter.writeBigUInt64BE(high, 0);
    counter.writeBigUInt64BE(low, 8);
    return createCipheriv('aes-256-ctr', this.#salt, counter).update(zeros);
  }
}
