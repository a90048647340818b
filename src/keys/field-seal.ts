/**
 * A seal: the values that the policy seals of one span, closed together with AES-256-GCM under the key of the person that they belong to. What it belongs to (tenant,
 * trace, span and the id of the key) is bound by the associated data, so that it opens nowhere else.
 *
 * AES-GCM alone does not commit to what it closed: a text can be made that opens under two keys, to two different things. So a commitment to what is sealed
 * (`sealed-text.ts`) stands in the text, and nothing is opened that is something else.
 */
import { createCipheriv, createDecipheriv, timingSafeEqual } from 'node:crypto';
import type { Secret } from '#model';
import { readSealedText, SEAL_COMMITMENT_BYTES, type SealedValues, writeCommitment } from './sealed-text.ts';
import { wipe } from './secret-bytes.ts';

const VERSION = 1;
const NONCE_BYTES = 12;
const TAG_BYTES = 16;
const BEFORE_TEXT_BYTES = 1 + NONCE_BYTES + SEAL_COMMITMENT_BYTES;
const LABEL = Buffer.from('tracekeep/1/sealed\0');
/** Texts of one key, so that no nonce comes twice. */
const CLOSED_MAX = 0xffff_ffff;
/** Of the id of a key. */
export const SEAL_KEY_ID_BYTES = 8;
export const SEAL_OVER_BYTES = BEFORE_TEXT_BYTES + TAG_BYTES;

/** Of the text that is being closed: many keys are held at once, and each closes little. */
const NONCE = Buffer.alloc(NONCE_BYTES);
const COMMITMENT = Buffer.alloc(SEAL_COMMITMENT_BYTES);

/** A subject key where it is made. Closes any number of texts; none of them with the same nonce, since nobody else closes with this key. */
export class SealingKey {
  readonly id: Uint8Array;
  readonly #key: Uint8Array;
  #closed = 0;

  /** `key` is used where it lies, and wiped there. */
  constructor(id: Uint8Array, key: Secret<Uint8Array>) {
    this.id = id;
    this.#key = key.reveal();
  }

  /** Writes the seal of `text`, a salt and values (`readSealedText`), bound to what it belongs to (`bindingOf`), and returns how many bytes it has. */
  close(text: Uint8Array, associated: Uint8Array, out: Uint8Array, at: number): number {
    if (this.#closed === CLOSED_MAX) throw new Error('cannot seal: the key has closed as many texts as it may, or is gone');
    writeCommitment(text, COMMITMENT, 0);
    NONCE.writeUInt32BE(++this.#closed, NONCE_BYTES - 4);
    const cipher = createCipheriv('aes-256-gcm', this.#key, NONCE);
    cipher.setAAD(associated);
    const closed = cipher.update(text);
    cipher.final();
    out[at] = VERSION;
    out.set(NONCE, at + 1);
    out.set(COMMITMENT, at + 1 + NONCE_BYTES);
    out.set(closed, at + BEFORE_TEXT_BYTES);
    out.set(cipher.getAuthTag(), at + BEFORE_TEXT_BYTES + closed.length);
    return closed.length + SEAL_OVER_BYTES;
  }

  /** Nothing is closed with it any more. */
  wipe(): void {
    wipe(this.#key);
    this.#closed = CLOSED_MAX;
  }
}

/** What a seal belongs to, as associated data. */
export function bindingOf(tenant: string, traceId: Uint8Array, spanId: Uint8Array, keyId: Uint8Array): Uint8Array {
  const name = Buffer.from(tenant);
  return Buffer.concat([LABEL, Uint8Array.of(VERSION, name.length), name, traceId, spanId, keyId]);
}

/** What was sealed, or null: the key, what it belongs to, or a bit of it is another, or it is not what was committed to. */
export function openSeal(key: Secret<Uint8Array>, sealed: Uint8Array, associated: Uint8Array): SealedValues | null {
  if (sealed.length < SEAL_OVER_BYTES || sealed[0] !== VERSION) return null;
  const decipher = createDecipheriv('aes-256-gcm', key.reveal(), sealed.subarray(1, 1 + NONCE_BYTES), { authTagLength: TAG_BYTES });
  decipher.setAAD(associated);
  decipher.setAuthTag(sealed.subarray(sealed.length - TAG_BYTES));
  const text = decipher.update(sealed.subarray(BEFORE_TEXT_BYTES, sealed.length - TAG_BYTES));
  try {
    decipher.final();
    const commitment = Buffer.alloc(SEAL_COMMITMENT_BYTES);
    writeCommitment(text, commitment, 0);
    return timingSafeEqual(commitment, sealed.subarray(1 + NONCE_BYTES, BEFORE_TEXT_BYTES)) ? readSealedText(text) : null;
  } catch {
    return null;
  } finally {
    text.fill(0);
  }
}
