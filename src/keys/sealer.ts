/**
 * AES-256-GCM for records (NIST SP 800-38D): nonce, ciphertext, tag. The associated data binds a record to its purpose and place, so
 * that a record cannot be moved, repeated elsewhere or passed off as another kind.
 *
 * Nonces are random. SP 800-38D §8.3 allows 2³² records under one key with random 96-bit nonces; `Sealer` counts and refuses well
 * before that, and long-lived uses derive a fresh key per file.
 */

import { createCipheriv, createDecipheriv, randomFillSync } from 'node:crypto';
import type { Secret } from '#model';

const NONCE_BYTES = 12;
const TAG_BYTES = 16;
const RECORDS_MAX = 2 ** 31;
/** randomBytes costs microseconds a call: draw nonces in bulk. */
const NONCES_AT_ONCE = 256;

/** Bytes a sealed record is longer than its text. */
export const SEAL_OVERHEAD_BYTES = NONCE_BYTES + TAG_BYTES;

export class Sealer {
  readonly #key: Secret<Uint8Array>;
  readonly #purpose: string;
  readonly #nonces = new Uint8Array(NONCE_BYTES * NONCES_AT_ONCE);
  #used = 0;

  constructor(key: Secret<Uint8Array>, purpose: string) {
    this.#key = key;
    this.#purpose = purpose;
  }

  /** Seals the parts as one text. Returned in pieces, to be written one after another without another copy. */
  seal(place: Uint8Array, parts: readonly Uint8Array[]): Uint8Array[] {
    if (this.#used >= RECORDS_MAX) throw new Error('cannot seal a record: the key has been used too often');
    const at = this.#used % NONCES_AT_ONCE;
    if (at === 0) randomFillSync(this.#nonces);
    this.#used += 1;
    const nonce = this.#nonces.slice(at * NONCE_BYTES, (at + 1) * NONCE_BYTES);
    const cipher = createCipheriv('aes-256-gcm', this.#key.reveal(), nonce, { authTagLength: TAG_BYTES });
    cipher.setAAD(this.#associated(place));
    const sealed: Uint8Array[] = [nonce];
    for (const part of parts) if (part.length > 0) sealed.push(cipher.update(part));
    cipher.final();
    sealed.push(cipher.getAuthTag());
    return sealed;
  }

  /** The text, or null when key, place or a single bit is not what it was. */
  open(place: Uint8Array, sealed: Uint8Array): Uint8Array | null {
    if (sealed.length < SEAL_OVERHEAD_BYTES) return null;
    const decipher = createDecipheriv('aes-256-gcm', this.#key.reveal(), sealed.subarray(0, NONCE_BYTES), { authTagLength: TAG_BYTES });
    decipher.setAAD(this.#associated(place));
    decipher.setAuthTag(sealed.subarray(sealed.length - TAG_BYTES));
    const text = decipher.update(sealed.subarray(NONCE_BYTES, sealed.length - TAG_BYTES));
    try {
      decipher.final();
    } catch {
      return null;
    }
    return text;
  }

  #associated(place: Uint8Array): Uint8Array {
    return Buffer.concat([Buffer.from(`tracekeep/1/${this.#purpose}\0`), place]);
  }
}
