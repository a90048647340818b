/**
 * Members of parsed JSON, read strictly: what is not of the form is refused with the name of the place, and a member that nobody knows is refused too,
 * because people would read it and nothing would prove it. OTLP/JSON leaves out what has its default, so most members may be absent.
 */
import { fromBase64, HASH_BYTES } from '#merkle';
import { Wrong } from './flaw.ts';

export type Members = Readonly<Record<string, unknown>>;

const U32_MAX = 0xffff_ffff;
const U64_MAX = (1n << 64n) - 1n;

export function membersOf(value: unknown, place: string, known: ReadonlySet<string>): Members {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw malformed(place);
  for (const name of Object.keys(value)) if (!known.has(name)) throw malformed(`${place}: a member that is not known`);
  return value as Members;
}

export function listOf(value: unknown, place: string): readonly unknown[] {
  if (value === undefined) return [];
  if (!Array.isArray(value)) throw malformed(place);
  return value;
}

export function textOf(value: unknown, place: string): string {
  if (value === undefined) return '';
  if (typeof value !== 'string') throw malformed(place);
  return value;
}

/** What cannot be left out. */
export function requiredText(value: unknown, place: string): string {
  if (typeof value !== 'string') throw malformed(place);
  return value;
}

/** A number of a sequence, a size or a time in milliseconds. */
export function naturalOf(value: unknown, place: string): number {
  if (typeof value !== 'number' || !Number.isSafeInteger(value) || value < 0) throw malformed(place);
  return value;
}

export function u32Of(value: unknown, place: string): number {
  if (value === undefined) return 0;
  const number = naturalOf(value, place);
  if (number > U32_MAX) throw malformed(place);
  return number;
}

export function i32Of(value: unknown, place: string): number {
  if (value === undefined) return 0;
  if (typeof value !== 'number' || value !== (value | 0)) throw malformed(place);
  return value;
}

/** Decimal text as OTLP/JSON writes 64-bit numbers, or a number that a double holds. */
export function u64Of(value: unknown, place: string): bigint {
  if (value === undefined) return 0n;
  if (typeof value === 'number') return BigInt(naturalOf(value, place));
  if (typeof value !== 'string' || !/^(?:0|[1-9]\d{0,19})$/u.test(value)) throw malformed(place);
  const number = BigInt(value);
  if (number > U64_MAX) throw malformed(place);
  return number;
}

/** An id of so many bytes as lower-case hexadecimal; absent or empty are zeros. */
export function idOf(value: unknown, bytes: number, place: string): string {
  if (value === undefined || value === '') return '00'.repeat(bytes);
  if (typeof value !== 'string' || value.length !== bytes * 2 || !/^[0-9a-f]*$/u.test(value)) throw malformed(place);
  return value;
}

export function base64Of(value: unknown, bytes: number, place: string): Uint8Array {
  const decoded = typeof value === 'string' ? fromBase64(value) : undefined;
  if (decoded?.length !== bytes) throw malformed(place);
  return decoded;
}

/** Bytes of any number but none. */
export function base64TextOf(value: unknown, place: string): Uint8Array {
  const decoded = typeof value === 'string' ? fromBase64(value) : undefined;
  if (decoded === undefined || decoded.length === 0) throw malformed(place);
  return decoded;
}

/** Hashes of proofs. Those of neighbours share most of theirs, so each text is decoded once. */
export class Hashes {
  readonly #decoded = new Map<string, Uint8Array>();

  proofOf(value: unknown, place: string): Uint8Array[] {
    return listOf(value, place).map((text) => {
      const known = typeof text === 'string' ? this.#decoded.get(text) : undefined;
      if (known !== undefined) return known;
      const hash = base64Of(text, HASH_BYTES, place);
      this.#decoded.set(text as string, hash);
      return hash;
    });
  }
}

export function malformed(detail: string): Wrong {
  return new Wrong('document_malformed', detail);
}
