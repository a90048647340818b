/**
 * Restricted fields of one span: their values are in the span entry as salted digests, so each can be left out without touching the proof. Here the list
 * that stands beside a span is brought to the places it names, and every one of it must be met there.
 */
import type { Sha256 } from '#merkle';
import { Wrong } from './flaw.ts';
import type { Value } from './any-value.ts';

/** One of `salt` and `digest`: the value stands in the span, or it was left out. */
export interface Restricted {
  /** `status.message`, `attributes[i]`, `events[e].attributes[i]`, `links[l].attributes[i]`, `resource.attributes[i]` or `scope.attributes[i]`. */
  readonly field: string;
  /** 16 bytes. */
  readonly salt?: Uint8Array;
  /** 32 bytes. */
  readonly digest?: Uint8Array;
}

/** How a field meets the reader of a document. */
export type Shown = 'open' | 'shown' | 'left out';

/** What is told of every field whose key could be left out. */
export type Visit = (key: string, shown: Shown) => void;

/** The field that is no attribute and can be restricted all the same. */
export const STATUS_MESSAGE = 'status.message';
export const SALT_BYTES = 16;

const FIELD = /^((?:resource\.|scope\.|(?:events|links)\[(?:0|[1-9]\d{0,8})\]\.)?attributes)\[(0|[1-9]\d{0,8})\]$/u;
const NONE: ReadonlyMap<number, Restricted> = new Map();

const utf8 = new TextEncoder();

/** `H(salt ‖ letter ‖ text)`. */
export function restrictedDigest(sha256: Sha256, salt: Uint8Array, letter: string, text: string): Uint8Array {
  const value = utf8.encode(letter + text);
  const bytes = new Uint8Array(salt.length + value.length);
  bytes.set(salt);
  bytes.set(value, salt.length);
  return sha256(bytes);
}

export class RestrictedFields {
  readonly #lists = new Map<string, Map<number, Restricted>>();
  readonly #message: Restricted | undefined;
  readonly #count: number;
  readonly #sha256: Sha256;
  #met = 0;

  constructor(sha256: Sha256, fields: readonly Restricted[]) {
    this.#sha256 = sha256;
    this.#count = fields.length;
    for (const one of fields) {
      if (one.field === STATUS_MESSAGE) {
        if (this.#message !== undefined) throw new Wrong('restricted_mismatch', 'a field is named twice');
        this.#message = one;
        continue;
      }
      const [, name, index] = FIELD.exec(one.field) ?? [];
      if (name === undefined || index === undefined) throw new Wrong('restricted_mismatch', 'a field is none');
      const list = this.#lists.get(name) ?? new Map<number, Restricted>();
      if (list.has(Number(index))) throw new Wrong('restricted_mismatch', 'a field is named twice');
      this.#lists.set(name, list.set(Number(index), one));
    }
  }

  get message(): Restricted | undefined {
    return this.#message;
  }

  /** Those of an attribute list, by place: `attributes`, `events[0].attributes`, … */
  listed(name: string): ReadonlyMap<number, Restricted> {
    return this.#lists.get(name) ?? NONE;
  }

  /** What stands in the span entry instead of this value. */
  digestOf({ salt, digest }: Restricted, { letter, text }: Value): Uint8Array {
    this.#met++;
    if (salt !== undefined) return restrictedDigest(this.#sha256, salt, letter, text);
    if (digest === undefined || letter !== 'n') throw new Wrong('restricted_mismatch', 'a value that was left out is there');
    return digest;
  }

  /** That every field of the list was met: one that is not there could be believed to be. */
  close(): void {
    if (this.#met !== this.#count) throw new Wrong('restricted_mismatch', 'a field is named that the span has not');
  }
}
