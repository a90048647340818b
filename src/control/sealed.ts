/**
 * How control data is kept: each record is one sealed JSON column, and what has to be found is found by a keyed hash. A copy of
 * the database file therefore names no service, no person and no tenant, and its hashes cannot be tried offline against a list
 * of likely names without the key. A column is bound to the row it belongs to, so that one cannot be moved to another row.
 *
 * A sealed column is a version byte and what `Sealer` makes. One key for all records: they change thousands of times in their
 * life, far from the 2³² at which random nonces become a risk.
 */
import { createHmac } from 'node:crypto';

import { Sealer, deriveKey } from '#keys';
import type { Secret } from '#model';

const VERSION = 1;

export class ColumnSealer {
  readonly #sealer: Sealer;
  readonly #hashing: Secret<Uint8Array>;

  /** `key`: 32 bytes, used for nothing else. */
  constructor(key: Secret<Uint8Array>) {
    if (key.reveal().length !== 32) throw new Error('cannot use a control key that is not 32 bytes long');
    this.#sealer = new Sealer(key, 'control');
    this.#hashing = deriveKey(key, 'credential');
  }

  /** Seals a value that JSON can hold. `place` says which table and row it is for; opening it elsewhere fails. */
  seal(place: string, value: unknown): Uint8Array {
    return Buffer.concat([Buffer.of(VERSION), ...this.#sealer.seal(Buffer.from(place), [Buffer.from(JSON.stringify(value))])]);
  }

  /** The value that `seal` was given. Throws if the key, the place or a single bit is another. */
  open(place: string, sealed: Uint8Array): unknown {
    if (sealed[0] !== VERSION) throw new Error(`cannot open ${place}: it has a version this program does not know`);
    const text = this.#sealer.open(Buffer.from(place), sealed.subarray(1));
    if (text === null) throw new Error(`cannot open ${place}: it was changed, or sealed under another key`);
    return JSON.parse(Buffer.from(text).toString('utf8'));
  }

  /** A keyed hash of a text; `domain` keeps hashes of different things apart. Lengths in front keep the parts apart. */
  hash(domain: string, ...parts: readonly string[]): Buffer {
    const hmac = createHmac('sha256', this.#hashing.reveal());
    for (const part of [domain, ...parts]) hmac.update(`${Buffer.byteLength(part)}:`).update(part);
    return hmac.digest();
  }
}
