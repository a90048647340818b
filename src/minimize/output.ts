/** What is stored instead of a value that the policy acted on, and what it counts as. */
import { TYPE } from '#batch';
import type { Kind } from '#scanner/recognizer';
import { SEALED, WHOLE_VALUE } from '#policy';

export interface Output {
  /** Text as stored: UTF-8 of a string, base64 of bytes, OTLP/JSON of an array or map. */
  readonly bytes: Uint8Array;
  readonly type: number;
  /** The policy drops the attribute altogether; texts that are no attribute become empty. */
  readonly dropped: boolean;
  readonly counts: readonly Count[];
  /** Harmful characters made visible. */
  readonly neutralized: number;
  /** What the policy seals of the value; `bytes` is what stands in its place. */
  readonly seal?: SealedValue;
}

export interface SealedValue {
  /** As `Output` has it. Null: as it was sent, since nothing in it had to go. */
  readonly bytes: Uint8Array | null;
  readonly type: number;
  /** It names whom the sealed values of its span belong to. */
  readonly isSubject: boolean;
  /** Equal values are found again by a token. */
  readonly isSearchable: boolean;
}

export interface Count {
  /** What was recognized, or `WHOLE_VALUE` where the policy acted on the value whatever it held. */
  readonly kind: Kind | typeof WHOLE_VALUE | typeof SEALED;
  readonly count: number;
}

/** `span-dropped`: no value of its span is stored. */
export type Fate = 'stored' | 'dropped' | 'span-dropped';

const EMPTY = new Uint8Array(0);
const FIELD: readonly Count[] = [{ kind: WHOLE_VALUE, count: 1 }];
const CUT_MARK = '…[cut]';

export const DROPPED_FIELD: Output = { bytes: EMPTY, type: TYPE.string, dropped: true, counts: FIELD, neutralized: 0 };
/** Stands for a value whose span is refused: known by its identity, never stored. */
export const DROPPED_SPAN: Output = { bytes: EMPTY, type: TYPE.string, dropped: true, counts: FIELD, neutralized: 0 };
export const REPLACED_FIELD = named(WHOLE_VALUE);

/** `[name]` instead of a whole value. */
export function named(name: string): Output {
  return { bytes: Buffer.from(`[${name}]`), type: TYPE.string, dropped: false, counts: FIELD, neutralized: 0 };
}

export function droppedFor(counts: readonly Count[], neutralized: number): Output {
  return { bytes: EMPTY, type: TYPE.string, dropped: true, counts, neutralized };
}

const SEALED_TEXT = Buffer.from(`[${SEALED}]`);
const SEALED_COUNT: Count = { kind: SEALED, count: 1 };

/** `[sealed]`, and beside it what is sealed: `found` is the value without what had to go, null if nothing had to. */
export function sealedOutput(found: Output | null, isSubject: boolean, isSearchable: boolean): Output {
  const seal = { bytes: found?.bytes ?? null, type: found?.type ?? TYPE.string, isSubject, isSearchable };
  return { bytes: SEALED_TEXT, type: TYPE.string, dropped: false, counts: [...(found?.counts ?? []), SEALED_COUNT], neutralized: found?.neutralized ?? 0, seal };
}

/** The counts of the parts of a value, and one for the value itself. */
export function withField(counts: readonly Count[]): readonly Count[] {
  return counts.length === 0 ? FIELD : [...counts, FIELD[0]!];
}

/** Texts that are replaced whole, by kind: most secrets are, and the same stands instead of all of them. */
const WHOLE = new Map<Kind, Output>();
export function replacedWhole(kind: Kind): Output {
  let output = WHOLE.get(kind);
  if (output === undefined) WHOLE.set(kind, (output = { bytes: Buffer.from(`[${kind}]`), type: TYPE.string, dropped: false, counts: [{ kind, count: 1 }], neutralized: 0 }));
  return output;
}

/** Cuts at a character boundary, after minimization: a secret at the edge is gone before its second half could be lost. */
export function cut(text: string, bytes_max: number): Uint8Array {
  const bytes = Buffer.from(text);
  if (bytes.length <= bytes_max) return bytes;
  let end = bytes_max - Buffer.byteLength(CUT_MARK);
  while (end > 0 && (bytes[end]! & 0xc0) === 0x80) end--;
  return Buffer.concat([bytes.subarray(0, end), Buffer.from(CUT_MARK)]);
}

/** An array or map that is too long is not cut, or it would be no value any more: it goes as a whole. */
export function nestedOutput(json: unknown, type: number, bytes_max: number, counts: readonly Count[], neutralized: number): Output {
  const bytes = Buffer.from(JSON.stringify(json));
  return bytes.length > bytes_max ? { bytes: Buffer.from(CUT_MARK), type: TYPE.string, dropped: false, counts, neutralized } : { bytes, type, dropped: false, counts, neutralized };
}
