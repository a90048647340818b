/**
 * Tokens: keyed digests by which equal values are found again without being readable. Each tenant and field has a key of its own, so that nobody can tell that
 * values of two tenants or fields are equal, or try values until one fits.
 */
import { createHmac, hkdfSync } from 'node:crypto';
import type { Secret, TenantId } from '#model';

export const TOKEN_BYTES = 16;
/** The field of subjects, whatever attribute says who it is; no attribute key begins so. */
const SUBJECT = '\0subject';
/** Of keys that belong to nobody in particular. */
const NOBODY = '\0nobody';

/** Where a value stands that is searched for. */
export type TokenPlace = 'span' | 'event' | 'message';

/** The name of a field: an attribute of spans is another one than that of events. None is that of subjects, whatever a key is. `message` has no key. */
export function tokenField(place: TokenPlace, key: string): string {
  return place === 'message' ? place : `${place}:${key}`;
}

const KEYS_MAX = 4_096;

export class Tokens {
  readonly #parent: Secret<Uint8Array>;
  readonly #keys = new Map<string, Uint8Array>();

  constructor(parent: Secret<Uint8Array>) {
    this.#parent = parent;
  }

  /** Of a value of a field, as its text is stored. */
  of(tenant: TenantId, field: string, value: string | Uint8Array): Uint8Array {
    return createHmac('sha256', this.#keyOf(tenant, field)).update(value).digest().subarray(0, TOKEN_BYTES);
  }

  ofSubject(tenant: TenantId, subject: string | Uint8Array): Uint8Array {
    return this.of(tenant, SUBJECT, subject);
  }

  ofNobody(tenant: TenantId): Uint8Array {
    return this.of(tenant, NOBODY, '');
  }

  #keyOf(tenant: TenantId, field: string): Uint8Array {
    const name = JSON.stringify([tenant, field]);
    let key = this.#keys.get(name);
    if (key === undefined) {
      key = new Uint8Array(hkdfSync('sha256', this.#parent.reveal(), new Uint8Array(0), `tracekeep/1/token/${name}`, 32));
      if (this.#keys.size >= KEYS_MAX) this.#keys.clear();
      this.#keys.set(name, key);
    }
    return key;
  }
}
