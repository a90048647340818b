/**
 * Keys wrapped by keys: AES-256-GCM over 32 bytes. What a wrapped key belongs to is bound by the associated data: the parts are told apart by their lengths, so
 * that a key cannot be moved to another tenant, window or row.
 */
import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import { Secret } from '#model';
import { emptyBytes } from './secret-bytes.ts';

export const WRAP_NONCE_BYTES = 12;
const TAG_BYTES = 16;
const KEY_BYTES = 32;

export const WRAPPED_KEY_BYTES = WRAP_NONCE_BYTES + KEY_BYTES + TAG_BYTES;

export type Binding = readonly (string | number | Uint8Array)[];

export function wrapKey(by: Secret<Uint8Array>, key: Secret<Uint8Array>, binding: Binding): Uint8Array {
  const wrapped = new Uint8Array(WRAPPED_KEY_BYTES);
  writeWrappedKey(by, key.reveal(), randomBytes(WRAP_NONCE_BYTES), associated(binding), wrapped, 0);
  return wrapped;
}

/** The same for whoever wraps many: `nonce` is random, `bound` is a binding in bytes (`associated`). */
export function writeWrappedKey(by: Secret<Uint8Array>, key: Uint8Array, nonce: Uint8Array, bound: Uint8Array, out: Uint8Array, at: number): void {
  const cipher = createCipheriv('aes-256-gcm', by.reveal(), nonce, { authTagLength: TAG_BYTES });
  cipher.setAAD(bound);
  const text = cipher.update(key);
  cipher.final();
  out.set(nonce, at);
  out.set(text, at + WRAP_NONCE_BYTES);
  out.set(cipher.getAuthTag(), at + WRAP_NONCE_BYTES + KEY_BYTES);
}

/** Null when the key that wraps, the binding or a single bit is another. */
export function unwrapKey(by: Secret<Uint8Array>, wrapped: Uint8Array, binding: Binding): Secret<Uint8Array> | null {
  if (wrapped.length !== WRAPPED_KEY_BYTES) return null;
  const decipher = createDecipheriv('aes-256-gcm', by.reveal(), wrapped.subarray(0, WRAP_NONCE_BYTES), { authTagLength: TAG_BYTES });
  decipher.setAAD(associated(binding));
  decipher.setAuthTag(wrapped.subarray(WRAPPED_KEY_BYTES - TAG_BYTES));
  const text = decipher.update(wrapped.subarray(WRAP_NONCE_BYTES, WRAPPED_KEY_BYTES - TAG_BYTES));
  const key = emptyBytes(KEY_BYTES);
  try {
    decipher.final();
    key.set(text);
    return new Secret(key);
  } catch {
    return null;
  } finally {
    text.fill(0);
  }
}

/** `tracekeep/1/wrap`, then each part behind its length in bytes. */
export function associated(binding: Binding): Uint8Array {
  const parts = binding.map((part) => (part instanceof Uint8Array ? part : Buffer.from(String(part))));
  return Buffer.concat([Buffer.from('tracekeep/1/wrap\0'), ...parts.flatMap((part) => [Buffer.from(`${part.length}:`), part])]);
}
