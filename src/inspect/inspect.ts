/**
 * Looks at every value of a valid batch once and leaves marks; changes nothing. A value that is clean and harmless keeps
 * mark 0. Any other gets an entry of `findings`: the text, what was found where in it, and what in it is harmful. `detect` and
 * `minimize` read the findings; nothing downstream scans again.
 */
import { isUtf8 } from 'node:buffer';
import { type KeyTable, type SpanBatch, textBytesMax, TYPE } from '#batch';
import { decodeNested, type Leaf, type NestedValue } from '#otlp';
import { type Refusal, refuse } from '#refusal';
import { FEATURE, featuresOf } from '#scanner/features';
import { KEY, type KeyClass, type Kind, type Mark } from '#scanner/recognizer';
import type { Scanner } from '#scanner';
import type { ValidBatch } from '#validate';
import { isHarmful, neutralize } from './harmful.ts';
import { Memo } from './memo.ts';

declare const inspected: unique symbol;
/** A batch whose every value has been looked at. Only `inspect` makes it. */
export type InspectedBatch = SpanBatch & { readonly [inspected]: true };

/** What was found in one text. */
export interface TextFinding {
  readonly is: 'text' | 'bytes' | 'number';
  /** Harmless already: harmful characters are made visible before the text is scanned, or they could hide a secret. */
  readonly text: string;
  readonly marks: readonly Mark[];
  readonly neutralized: number;
}
/** What was found in an array or map: per leaf that has something. `values.json` is the value itself. */
export interface NestedFinding {
  readonly is: 'nested';
  readonly value: NestedValue;
  readonly leaves: readonly { readonly leaf: Leaf; readonly finding: TextFinding }[];
}
export type Finding = TextFinding | NestedFinding;

/** Findings remembered before all of them are forgotten between two requests. */
const FINDINGS_MAX = 50_000;
const HALF_WORD = 0x1_0000_0000;
/** Numbers shorter than this many digits are no card, phone number or national id. */
const SHORT_NUMBER_MAX = 10_000_000;
const LOOK_CLOSER = FEATURE.nonAscii | FEATURE.control;

export class Inspector {
  /** Indexed by mark; entry 0 is unused. */
  readonly findings: (Finding | null)[] = [null];
  /** Found in the text of a key, by key id; null = clean. */
  readonly keyFindings: (TextFinding | null)[] = [];
  /** Rises whenever findings are forgotten; holders of marks compare it. */
  generation = 0;

  readonly #scanner: Scanner;
  readonly #keys: KeyTable;
  readonly #memo = new Memo();
  readonly #classes: KeyClass[] = [];
  #keysGeneration = 0;

  constructor(scanner: Scanner, keys: KeyTable) {
    this.#scanner = scanner;
    this.#keys = keys;
  }

  /** Marks every value. Refuses only what turns out undecodable inside an array or map (`body_undecodable`). */
  inspect(batch: ValidBatch): InspectedBatch | Refusal {
    this.#forgetWhenFull();
    this.#learnKeys();
    const { valueKey, valueType, valueA, valueB, valueMark, bytes } = batch;
    for (let value = 0, end = batch.values; value < end; value++) {
      const type = valueType[value]!;
      if (type === TYPE.bool || type === TYPE.empty) continue;
      const key = valueKey[value]!;
      if (type === TYPE.int || type === TYPE.double) {
        const low = valueA[value]!;
        if (type === TYPE.int && valueB[value] === 0 && low < SHORT_NUMBER_MAX && this.#classes[key] === KEY.plain) continue;
        valueMark[value] = this.#number(key, type, low, valueB[value]!);
        continue;
      }
      const length = valueB[value]!;
      if (length === 0 && type !== TYPE.array && type !== TYPE.map) continue;
      const keyAndType = key * 8 + type;
      const start = valueA[value]!;
      let mark = this.#memo.find(keyAndType, bytes, start, length);
      if (mark < 0) {
        mark = this.#look(key, type, bytes, start, length);
        if (mark < 0) return refuse('body_undecodable', 'malformed protobuf inside an array or map value');
        this.#memo.remember(keyAndType, bytes, start, length, mark);
      }
      valueMark[value] = mark;
    }
    return batch as SpanBatch as InspectedBatch;
  }

  /** Scans a value seen for the first time. Returns its mark, or -1 if it is undecodable. */
  #look(key: number, type: number, bytes: Uint8Array, start: number, length: number): number {
    const keyClass = this.#classes[key]!;
    if (type === TYPE.array || type === TYPE.map) {
      const value = decodeNested(bytes, start, length, type === TYPE.map);
      return value === null ? -1 : this.#add(this.#nested(value, keyClass));
    }
    const features = featuresOf(bytes, start, start + length);
    const slice = Buffer.from(bytes.buffer, bytes.byteOffset + start, length);
    if (type === TYPE.bytes) return this.#bytes(slice, features, keyClass);
    const tooLong = length > textBytesMax(key);
    if ((features & LOOK_CLOSER) === 0 && !tooLong) {
      const marks = this.#scanner.scan(bytes, start, start + length, keyClass, features);
      return marks === null ? 0 : this.#add({ is: 'text', text: slice.toString('latin1'), marks, neutralized: 0 });
    }
    const invalid = (features & FEATURE.nonAscii) !== 0 && !isUtf8(slice) ? 1 : 0;
    const text = slice.toString('utf8');
    const finding = this.#text(text, keyClass);
    if (finding !== null) return this.#add({ ...finding, neutralized: finding.neutralized + invalid });
    return invalid === 0 && !tooLong ? 0 : this.#add({ is: 'text', text, marks: [], neutralized: invalid });
  }

  /** Bytes that are text are scanned as text. They are stored in base64, which harms nobody, so nothing is neutralized. */
  #bytes(slice: Buffer, features: number, keyClass: KeyClass): number {
    if ((features & FEATURE.nonAscii) !== 0 && !isUtf8(slice)) return 0;
    const text = slice.toString('utf8');
    const marks = this.#scanner.scanText(text, keyClass);
    return marks === null ? 0 : this.#add({ is: 'bytes', text, marks, neutralized: 0 });
  }

  #text(raw: string, keyClass: KeyClass): TextFinding | null {
    const { text, count } = isHarmful(raw) ? neutralize(raw) : { text: raw, count: 0 };
    const marks = this.#scanner.scanText(text, keyClass);
    return marks === null && count === 0 ? null : { is: 'text', text, marks: marks ?? [], neutralized: count };
  }

  #nested(value: NestedValue, keyClass: KeyClass): NestedFinding {
    const leaves: { leaf: Leaf; finding: TextFinding }[] = [];
    for (const leaf of value.leaves) {
      const leafClass = leaf.field === 'key' ? KEY.plain : keyClass | (leaf.key === '' ? KEY.plain : this.#scanner.keyClass(leaf.key));
      const finding = this.#leaf(leaf, leafClass);
      if (finding !== null) leaves.push({ leaf, finding });
    }
    return { is: 'nested', value, leaves };
  }

  #leaf(leaf: Leaf, keyClass: KeyClass): TextFinding | null {
    if (leaf.field === 'intValue') {
      const kind = this.#scanner.scanInteger(BigInt(leaf.text), keyClass);
      return kind === null ? null : numberFinding(leaf.text, kind);
    }
    if (leaf.field === 'bytesValue') {
      const raw = Buffer.from(leaf.text, 'base64');
      const text = isUtf8(raw) ? raw.toString('utf8') : '';
      const marks = this.#scanner.scanText(text, keyClass);
      return marks === null ? null : { is: 'bytes', text, marks, neutralized: 0 };
    }
    return this.#text(leaf.text, keyClass);
  }

  #number(key: number, type: number, low: number, high: number): number {
    const keyClass = this.#classes[key]!;
    if (type === TYPE.double) {
      if ((keyClass & KEY.secret) === 0) return 0;
      return this.#add(numberFinding('', 'credential'));
    }
    const integer = high === 0 ? low : (BigInt(high | 0) << 32n) | BigInt(low);
    const kind = this.#scanner.scanInteger(typeof integer === 'number' || high >= 0x20_0000 ? integer : high * HALF_WORD + low, keyClass);
    return kind === null ? 0 : this.#add(numberFinding(String(integer), kind));
  }

  #add(finding: Finding): number {
    this.findings.push(finding);
    return this.findings.length - 1;
  }

  /** Works out class and findings of keys that are new since the last request. */
  #learnKeys(): void {
    const { texts } = this.#keys;
    if (this.#keysGeneration !== this.#keys.generation) {
      this.#keysGeneration = this.#keys.generation;
      this.#classes.length = this.keyFindings.length = 0;
      this.#forget();
    }
    for (let key = this.#classes.length; key < texts.length; key++) {
      this.#classes.push(this.#scanner.keyClass(texts[key]!));
      this.keyFindings.push(this.#text(texts[key]!, KEY.plain));
    }
  }

  #forgetWhenFull(): void {
    if (this.#memo.full || this.findings.length > FINDINGS_MAX) this.#forget();
  }

  #forget(): void {
    this.#memo.clear();
    this.findings.length = 1;
    this.generation++;
  }
}

function numberFinding(digits: string, kind: Kind): TextFinding {
  return { is: 'number', text: digits, marks: [{ kind, start: 0, end: digits.length }], neutralized: 0 };
}
