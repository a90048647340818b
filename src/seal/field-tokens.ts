/**
 * Tokens of values of searchable fields. Equal values come again and again, and a keyed digest costs several times what else a value costs: so a bounded number of short
 * ones is remembered, in memory that is made once. What is remembered is compared byte by byte, since a token that is that of another value would find spans of somebody else.
 *
 * So values outlive their rows here, in a thread that has them in clear anyway: until others take their places, and never longer than the hour or the person (`forget`).
 */
import { equalBytes, HASH_SEED, hashBytes } from '#batch';
import type { PlainColumn } from '#columns';
import { TOKEN_BYTES, tokenField, type TokenPlace, type Tokens } from '#keys';
import { LIMITS } from '#limits';
import type { TenantId } from '#model';

/** Of a key and its value, with their lengths; longer ones are not remembered. */
const TEXT_BYTES = 96;
const PLACES: readonly TokenPlace[] = ['span', 'event', 'message'];

export class FieldTokens {
  readonly #tokens: Tokens;
  readonly #texts = new Uint8Array(LIMITS.remembered_tokens_max * TEXT_BYTES);
  readonly #made = new Uint8Array(LIMITS.remembered_tokens_max * TOKEN_BYTES);
  /** 0: nothing is remembered there. */
  readonly #lengths = new Uint8Array(LIMITS.remembered_tokens_max);
  /** Tenant and place. */
  readonly #owners = new Uint32Array(LIMITS.remembered_tokens_max);
  /** Numbers of tenants. */
  readonly #tenants = new Map<TenantId, number>();

  constructor(tokens: Tokens) {
    this.#tokens = tokens;
  }

  /** Writes the token of a value: from `start` to `end` stand the key, a letter, and the value, as a seal has them. */
  write(tenant: TenantId, place: TokenPlace, bytes: Uint8Array, start: number, end: number, to: PlainColumn): void {
    const length = end - start;
    if (length > TEXT_BYTES) {
      to.copy(this.#make(tenant, place, bytes, start, end), 0, TOKEN_BYTES);
      return;
    }
    const owner = this.#numberOf(tenant) * PLACES.length + PLACES.indexOf(place);
    const slot = hashBytes(bytes, start, length, HASH_SEED ^ Math.imul(owner, 0x9e3779b1)) % LIMITS.remembered_tokens_max;
    const text = slot * TEXT_BYTES;
    const made = slot * TOKEN_BYTES;
    if (this.#lengths[slot] !== length || this.#owners[slot] !== owner || !equalBytes(this.#texts, text, bytes, start, length)) {
      this.#made.set(this.#make(tenant, place, bytes, start, end), made);
      this.#lengths[slot] = length;
      this.#owners[slot] = owner;
      for (let at = 0; at < TEXT_BYTES; at++) this.#texts[text + at] = at < length ? bytes[start + at]! : 0;
    }
    to.copy(this.#made, made, TOKEN_BYTES);
  }

  /** Nothing is remembered any more. */
  forget(): void {
    this.#texts.fill(0);
    this.#made.fill(0);
    this.#lengths.fill(0);
    this.#tenants.clear();
  }

  #numberOf(tenant: TenantId): number {
    const number = this.#tenants.get(tenant);
    if (number !== undefined) return number;
    if (this.#tenants.size >= LIMITS.remembered_tokens_max) this.forget();
    this.#tenants.set(tenant, this.#tenants.size);
    return this.#tenants.size - 1;
  }

  #make(tenant: TenantId, place: TokenPlace, bytes: Uint8Array, start: number, end: number): Uint8Array {
    const key = stringAt(bytes, start);
    const value = stringAt(bytes, key.byteOffset - bytes.byteOffset + key.length + 1);
    if (value.byteOffset - bytes.byteOffset + value.length !== end) throw new Error('cannot make a token: it is not a key and a value');
    return this.#tokens.of(tenant, tokenField(place, Buffer.from(key.buffer, key.byteOffset, key.length).toString()), value);
  }
}

/** The string that begins there, without its length. */
export function stringAt(bytes: Uint8Array, start: number): Uint8Array {
  let length = 0;
  let at = start;
  for (let unit = 1; ; unit *= 128) {
    const byte = bytes[at++]!;
    length += (byte & 127) * unit;
    if (byte < 128) return bytes.subarray(at, at + length);
  }
}
