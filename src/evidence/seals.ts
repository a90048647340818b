/**
 * What a span has sealed (docs/reference/log-format.md): closed, left out, or closed with what it holds beside. The last is believed only where the closed text
 * commits to it, and each value where its place in the span says that it is sealed: nothing is shown beside a place that says something else.
 */
import { sameBytes, type Sha256 } from '#merkle';
import type { Value } from './any-value.ts';
import { EntryWriter } from './entry-writer.ts';
import { Wrong } from './flaw.ts';

/** A seal: with the id of its key and its text, or left out, with the digest of both. */
export type Sealed =
  | { readonly key: Uint8Array; readonly text: Uint8Array; readonly opened?: Opened; readonly digest?: undefined }
  | { readonly digest: Uint8Array; readonly key?: undefined; readonly text?: undefined; readonly opened?: undefined };

/** What a seal holds, all of it. */
export interface Opened<One = SealedValue> {
  /** 16 bytes. */
  readonly salt: Uint8Array;
  readonly values: readonly One[];
}

export interface SealedValue {
  /** `attributes[3]`, `events[0].attributes[1]`, `links[0].attributes[0]`, `status.message`. */
  readonly field: string;
  readonly letter: Value['letter'];
  readonly text: string;
}

/** A value that was sealed, with the key of its attribute, or `status.message`. */
export interface OpenedValue extends SealedValue {
  readonly key: string;
}

/** What stands for the texts of sealed values where it is named what was left out. */
export const SEALED_VALUES = 'sealed.values';
/** What stands in the place of a value that was sealed. */
export const SEALED_MARK = '[sealed]';
/** Of the id of the key of a seal. */
export const SEAL_KEY_BYTES = 8;
export const SEAL_SALT_BYTES = 16;
const VERSION = 1;
const COMMITMENT_START = 1 + 12;
const COMMITMENT_END = COMMITMENT_START + 32;

const writer = new EntryWriter();

/** What stands for a seal in the span entry. */
export function sealDigest(sha256: Sha256, key: Uint8Array, text: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(key.length + text.length);
  bytes.set(key);
  bytes.set(text, key.length);
  return sha256(bytes);
}

/** What a seal commits to. */
export function sealCommitment(sha256: Sha256, { salt, values }: Opened<OpenedValue>): Uint8Array {
  writer.reset().raw(salt);
  for (const { field, key, letter, text } of values) writer.string(field).string(key).ascii(letter).string(text);
  return sha256(writer.written());
}

/** Throws `Wrong`. `places`: where the span says `[sealed]`, and the key of each. */
export function openedValues(sha256: Sha256, text: Uint8Array, opened: Opened, places: ReadonlyMap<string, string>): readonly OpenedValue[] {
  if (text[0] !== VERSION || text.length < COMMITMENT_END) throw new Wrong('seal_mismatch', 'a seal of another version');
  const met = new Set<string>();
  const values = opened.values.map((value): OpenedValue => {
    const key = places.get(value.field);
    if (key === undefined) throw new Wrong('seal_mismatch', 'a value of a field that is not sealed');
    if (met.size === met.add(value.field).size) throw new Wrong('seal_mismatch', 'two values of one field');
    return { ...value, key };
  });
  // With the keys that the span has, so that a value is shown under the one that it was sealed under.
  if (!sameBytes(sealCommitment(sha256, { salt: opened.salt, values }), text.subarray(COMMITMENT_START, COMMITMENT_END))) throw new Wrong('seal_mismatch', 'other values than those that were sealed');
  return values;
}
