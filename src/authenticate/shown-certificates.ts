/**
 * Which certificates let somebody in since the start, so that one can be revoked without having its file. In memory only: what is not in use shows up when it is
 * used.
 */
import { LIMITS } from '#limits';
import type { Producer } from '#model';
import type { Peer } from '#tls';

export interface ShownCertificate {
  /** SHA-256, 64 hexadecimal digits. */
  readonly fingerprint: string;
  readonly name: string;
  /** Milliseconds since 1970. */
  readonly expires: number;
  readonly last: number;
}

interface Shown extends ShownCertificate {
  readonly producer: string;
  last: number;
}

export class ShownCertificates {
  readonly #shown = new Map<string, Shown>();
  readonly #most: number;
  readonly #now_ms: () => number;

  constructor({ most = LIMITS.shown_certificates_max, now_ms = Date.now }: { readonly most?: number; readonly now_ms?: () => number } = {}) {
    this.#most = most;
    this.#now_ms = now_ms;
  }

  /** Called for each request. A name that was given to another producer is that one's from now on. */
  saw({ fingerprint, name, to }: Peer, { id }: Pick<Producer, 'id'>): void {
    const known = this.#shown.get(fingerprint);
    if (known !== undefined && known.producer === id) {
      known.last = this.#now_ms();
      return;
    }
    // The one that was first seen longest ago makes room.
    const [first] = this.#shown.keys();
    if (known === undefined && first !== undefined && this.#shown.size >= this.#most) this.#shown.delete(first);
    this.#shown.set(fingerprint, { fingerprint, name, expires: to, last: this.#now_ms(), producer: id });
  }

  /** Those of one producer, the one used last first. */
  of(producer: string): readonly ShownCertificate[] {
    const own = [...this.#shown.values()].filter((one) => one.producer === producer).sort((one, other) => other.last - one.last);
    return own.map(({ fingerprint, name, expires, last }) => ({ fingerprint, name, expires, last }));
  }
}
