/**
 * Looks at every value of a valid batch once and leaves marks; changes nothing. A value that is clean and harmless keeps
 * mark 0. Any other gets an entry of `findings`: the text, what was found where in it, and what in it is harmful. `detect` and
 * `minimize` read the findings; nothing downstream scans again.
 */
import { isUtf8 } from 'node:buffer';
import { equalWords, type KeyTable, PLACE, type SpanBatch, textBytesMax, TYPE } from '#batch';
import { LIMITS } from '#limits';
import { CUT, decodeNested, type Leaf, type NestedValue } from '#otlp';
import { type Refusal, refuse } from '#refusal';
import { FEATURE, featuresOf } from '#scanner/features';
import { gravityOf } from '#scanner/overlaps';
import { KEY, type KeyClass, type Kind, type Mark } from '#scanner/recognizer';
import { isOrdinaryId, looksLikePassword } from '#scanner/values';
import type { Scanner } from '#scanner';
import type { ValidBatch } from '#validate';
import { isHarmful, neutralize } from './harmful.ts';
import { Memo } from './memo.ts';

declare const inspected: unique symbol;
/** A batch whose every value has been looked at. Only `inspect` makes it. */
export type InspectedBatch = SpanBatch & { readonly [inspected]: true };

/** What was found in one text. */
export interface TextFinding {
  /** `bytes`: bytes that are text. `scalar`: a number, or bytes that are no text in base64; it is replaced as a whole or not at all. */
  readonly is: 'text' | 'bytes' | 'scalar';
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

/** What findings may hold in memory, estimated, before all of them are forgotten between two requests. */
const HELD_BYTES_MAX = 32 * 1024 * 1024;
/** What a finding takes beside its text, its output included; and an element of an array or map. */
const FINDING_BYTES = 512;
const ELEMENT_BYTES = 256;
/** In place of a mark: why a request is refused. */
const UNDECODABLE = -1;
const TOO_MUCH = -2;
const HALF_WORD = 0x1_0000_0000;
/** Numbers shorter than this many digits are no card, phone number or national id. */
const SHORT_NUMBER_MAX = 10_000_000;
/** …unless the key says that any value of it is one. */
const SHORT_NUMBERS_MATTER = KEY.secret | KEY.session | KEY.cookie | KEY.personal | KEY.parameter | KEY.postalAddress | KEY.birthDate;
/** What a short number has. Built-in recognizers find nothing in it; one that a policy brings along may. */
const DIGITS_ONLY = FEATURE.digit | FEATURE.digits4;
const LATEST_LOG2 = 12;
const LATEST_SHIFT = 32 - LATEST_LOG2;
const LOOK_CLOSER = FEATURE.nonAscii | FEATURE.control;

export class Inspector {
  /** Indexed by mark; entry 0 is unused, and null stands where a finding has been released. */
  readonly findings: (Finding | null)[] = [null];
  /** Found in the text of a key, by key id; null = clean. */
  readonly keyFindings: (TextFinding | null)[] = [];
  /** Rises whenever findings are forgotten; holders of marks compare it. */
  generation = 0;

  readonly #scanner: Scanner;
  readonly #keys: KeyTable;
  readonly #memo = new Memo();
  /**
   * Values of the request by key, length and last bytes, the latest in each place: most attributes have one of a few values, and those are
   * compared where they were just decoded, before `memo` is asked. What is left of other requests is told by its key and bytes.
   */
  readonly #latest = new Uint32Array(1 << LATEST_LOG2);
  /** Integers from 0 to below this are looked at only where the key asks for it. */
  readonly #shortNumberMax: number = SHORT_NUMBER_MAX;
  readonly #classes: KeyClass[] = [];
  /** The request's bytes. */
  #body: Buffer = Buffer.alloc(0);
  #keysGeneration = 0;
  #held_bytes = 0;
  #held_bytes_max = 0;

  constructor(scanner: Scanner, keys: KeyTable) {
    this.#scanner = scanner;
    if (scanner.mayMark(KEY.plain, DIGITS_ONLY)) this.#shortNumberMax = 0;
    this.#keys = keys;
  }

  /** Marks every value. Refuses what turns out undecodable inside an array or map (`body_undecodable`), and findings without end (`body_too_large`). */
  inspect(batch: ValidBatch): InspectedBatch | Refusal {
    this.#forgetWhenFull();
    this.#learnKeys();
    this.#held_bytes_max = this.#held_bytes + LIMITS.findings_bytes_per_request_max;
    const { valueKey, valueType, valueA, valueB, valueMark, valueNumber, bytes, view } = batch;
    this.#body = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    const memo = this.#memo;
    const latest = this.#latest;
    for (let value = 0, end = batch.values; value < end; value++) {
      const type = valueType[value]!;
      if (type === TYPE.bool || type === TYPE.empty) continue;
      const key = valueKey[value]!;
      if (type === TYPE.int || type === TYPE.double) {
        const low = valueA[value]!;
        if (type === TYPE.int && valueB[value] === 0 && low < this.#shortNumberMax && (this.#classes[key]! & SHORT_NUMBERS_MATTER) === 0) continue;
        const mark = this.#number(key, type, low, valueB[value]!);
        if (mark < 0) return refusalOf(mark);
        valueMark[value] = mark;
        continue;
      }
      const length = valueB[value]!;
      if (length === 0 && type !== TYPE.array && type !== TYPE.map) continue;
      const start = valueA[value]!;
      const tail = length >= 4 ? view.getInt32(start + length - 4, true) : length === 0 ? 0 : view.getUint8(start);
      const place = Math.imul(tail ^ Math.imul(key * 64 + length, 0x85ebca6b), 0x9e3779b1) >>> LATEST_SHIFT;
      const before = latest[place]!;
      latest[place] = value;
      if (before < value && valueKey[before] === key && valueB[before] === length && valueType[before] === type && valueNumber[before] !== 0 && equalWords(view, valueA[before]!, view, start, length)) {
        valueNumber[value] = valueNumber[before]!;
        valueMark[value] = valueMark[before]!;
        continue;
      }
      const keyAndType = key * 8 + type;
      let mark = memo.find(keyAndType, view, start, length);
      if (mark < 0) {
        mark = this.#look(key, type, bytes, start, length);
        if (mark < 0) return refusalOf(mark);
        memo.remember(keyAndType, view, start, length, mark);
      }
      valueNumber[value] = memo.number;
      valueMark[value] = mark;
    }
    return batch as SpanBatch as InspectedBatch;
  }

  /** Scans a value seen for the first time. Returns its mark, or why the request is refused. */
  #look(key: number, type: number, bytes: Uint8Array, start: number, length: number): number {
    const keyClass = this.#classes[key]!;
    const name = this.#nameOf(key);
    if (type === TYPE.array || type === TYPE.map) {
      if (length > LIMITS.value_scanned_bytes_max) return this.#add(CUT_NESTED);
      const value = decodeNested(bytes, start, length, type === TYPE.map);
      return value === null ? UNDECODABLE : this.#add(this.#nested(value, keyClass, name), value.elements * ELEMENT_BYTES + length);
    }
    const tooLong = length > textBytesMax(key);
    if (type === TYPE.bytes) {
      // Half a file is no file: bytes that are too long go as a whole.
      const finding = tooLong ? CUT_BYTES : this.#bytes(this.#body.subarray(start, start + length), keyClass, name);
      return finding === null ? 0 : this.#add(finding);
    }
    if (length > LIMITS.value_scanned_bytes_max) return this.#add(this.#beginning(this.#body.subarray(start, start + length), keyClass, name));
    const features = featuresOf(bytes, start, start + length);
    if ((features & LOOK_CLOSER) === 0 && !tooLong) {
      if (!this.#scanner.mayMark(keyClass, features)) return 0;
      const text = this.#body.toString('latin1', start, start + length);
      const marks = this.#scanner.scanText(text, keyClass, features, name);
      return marks === null ? 0 : this.#add({ is: 'text', text, marks, neutralized: 0 });
    }
    const invalid = (features & FEATURE.nonAscii) !== 0 && !isUtf8(this.#body.subarray(start, start + length)) ? 1 : 0;
    const text = this.#body.toString('utf8', start, start + length);
    const finding = this.#text(text, keyClass, name);
    if (finding !== null) return this.#add({ ...finding, neutralized: finding.neutralized + invalid });
    return invalid === 0 && !tooLong ? 0 : this.#add({ is: 'text', text, marks: [], neutralized: invalid });
  }

  /**
   * The beginning of a text that is too long to be looked at whole. What was looked at last is not kept, nor is any part of a
   * secret that reaches into it: its other half, which would show what it is, may be behind the end.
   */
  #beginning(raw: Buffer, keyClass: KeyClass, name: string): TextFinding {
    let end: number = LIMITS.value_scanned_bytes_max;
    while (end > LIMITS.value_scanned_bytes_max - 3 && (raw[end]! & 0xc0) === 0x80) end--;
    const beginning = raw.subarray(0, end);
    const decoded = beginning.toString('utf8');
    const { text, marks, neutralized } = this.#text(decoded, keyClass, name) ?? { text: decoded, marks: [], neutralized: 0 };
    let keep = text.length - LIMITS.value_edge_bytes;
    for (const mark of marks) if (mark.start < keep && mark.end > keep) keep = mark.start;
    if (isLowSurrogate(text.charCodeAt(keep))) keep--;
    return { is: 'text', text: text.slice(0, keep) + CUT_MARK, marks: marks.filter((mark) => mark.end <= keep), neutralized: neutralized + (isUtf8(beginning) ? 0 : 1) };
  }

  /** Bytes that are text are scanned as text. They are stored in base64, which harms nobody, so nothing is neutralized. Others are scanned byte by byte, and go as a whole. */
  #bytes(raw: Buffer, keyClass: KeyClass, name: string): TextFinding | null {
    if (!isUtf8(raw)) {
      if ((keyClass & KEY.secret) !== 0) return scalarFinding(raw.toString('base64'), secretKind(keyClass));
      const marks = this.#scanner.scanText(raw.toString('latin1'), keyClass, undefined, name);
      return marks === null ? null : scalarFinding(raw.toString('base64'), gravestOf(marks));
    }
    const text = raw.toString('utf8');
    const marks = this.#scanner.scanText(text, keyClass, undefined, name);
    return marks === null ? null : { is: 'bytes', text, marks, neutralized: 0 };
  }

  #text(raw: string, keyClass: KeyClass, name: string): TextFinding | null {
    const { text, count } = isHarmful(raw) ? neutralize(raw) : { text: raw, count: 0 };
    const marks = this.#scanner.scanText(text, keyClass, undefined, name);
    return marks === null && count === 0 ? null : { is: 'text', text, marks: marks ?? [], neutralized: count };
  }

  #nested(value: NestedValue, keyClass: KeyClass, name: string): NestedFinding {
    const leaves: { leaf: Leaf; finding: TextFinding }[] = [];
    const { leaves: all } = value;
    for (let at = 0; at < all.length; at++) {
      const leaf = all[at]!;
      const leafClass = this.#classOfLeaf(all, at, keyClass);
      const leafName = leaf.key === '' ? name : `${name} ${leaf.key}`;
      const end = endOfStrings(all, at);
      if (end > at + 1) {
        this.#strings(all.slice(at, end), leafClass, leafName, leaves);
        at = end - 1;
        continue;
      }
      const finding = this.#leaf(leaf, leafClass, leafName);
      if (finding !== null) leaves.push({ leaf, finding });
    }
    return { is: 'nested', value, leaves };
  }

  /** What the key nearest to a leaf says about it; beside `name` or `key`, what the name there says: `{ name: 'DB_PASSWORD', value: … }`. */
  #classOfLeaf(leaves: readonly Leaf[], at: number, keyClass: KeyClass): KeyClass {
    const leaf = leaves[at]!;
    if (leaf.field === 'key') return keyClass & KEY.distinguished;
    if (leaf.key === '' && leaf.above.length === 0) return keyClass;
    const named = at >= 2 && VALUE_KEYS.test(leaf.key) && NAME_KEYS.test(leaves[at - 2]!.key) ? leaves[at - 2]!.text : leaf.key;
    return keyClass | this.#scanner.keyClass(named) | this.#classFromAbove(leaf);
  }

  /** `{ secret: { value: … } }`: a name further up that is sure of a secret counts for what has no name of its own below, and for what looks like one. */
  #classFromAbove({ above, key, text, field }: Leaf): KeyClass {
    for (let level = above.length - 1; level >= 0; level--) {
      const found = this.#scanner.keyClass(above[level]!) & (KEY.secret | KEY.password);
      if ((found & KEY.secret) === 0) continue;
      if (UNNAMING_KEYS.test(key)) return found;
      if (field !== 'stringValue' || isOrdinaryId(text)) return KEY.plain;
      return (found & KEY.password) !== 0 && looksLikePassword(text) ? found : KEY.perhaps;
    }
    return KEY.plain;
  }

  /** Strings that follow each other in one array. */
  #strings(leaves: readonly Leaf[], keyClass: KeyClass, name: string, found: { leaf: Leaf; finding: TextFinding }[]): void {
    const harmless = leaves.map(({ text }) => (isHarmful(text) ? neutralize(text) : { text, count: 0 }));
    const marks = this.#scanner.scanList(harmless.map(({ text }) => text), keyClass, name);
    for (const [index, leaf] of leaves.entries()) {
      const { text, count } = harmless[index]!;
      if (marks[index] !== null || count > 0) found.push({ leaf, finding: { is: 'text', text, marks: marks[index] ?? [], neutralized: count } });
    }
  }

  #leaf(leaf: Leaf, keyClass: KeyClass, name: string): TextFinding | null {
    if (leaf.field === 'intValue') {
      const kind = this.#scanner.scanInteger(BigInt(leaf.text), keyClass, name);
      return kind === null ? null : scalarFinding(leaf.text, kind);
    }
    if (leaf.field === 'doubleValue') {
      const kind = this.#doubleKind(Number(leaf.text), keyClass, name);
      return kind === null ? null : scalarFinding(leaf.text, kind);
    }
    return leaf.field === 'bytesValue' ? this.#bytes(Buffer.from(leaf.text, 'base64'), keyClass, name) : this.#text(leaf.text, keyClass, name);
  }

  /** What people call the value; texts that are no attribute have a key that nobody wrote. */
  #nameOf(key: number): string {
    return key <= PLACE.schemaUrl ? '' : this.#keys.texts[key]!;
  }

  #number(key: number, type: number, low: number, high: number): number {
    const keyClass = this.#classes[key]!;
    const name = this.#nameOf(key);
    if (type === TYPE.double) {
      HALVES[0] = low;
      HALVES[1] = high;
      const kind = this.#doubleKind(DOUBLE[0]!, keyClass, name);
      return kind === null ? 0 : this.#add(scalarFinding(Object.is(DOUBLE[0], -0) ? '-0' : String(DOUBLE[0]), kind));
    }
    const integer = high === 0 ? low : (BigInt(high | 0) << 32n) | BigInt(low);
    const kind = this.#scanner.scanInteger(typeof integer === 'number' || high >= 0x20_0000 ? integer : high * HALF_WORD + low, keyClass, name);
    return kind === null ? 0 : this.#add(scalarFinding(String(integer), kind));
  }

  /** A whole number may be a card number here too: JSON and some SDKs know only doubles. Any other is sensitive only by its key, as coordinates are with two decimals or more. */
  #doubleKind(value: number, keyClass: KeyClass, name: string): Kind | null {
    if ((keyClass & KEY.secret) !== 0) return secretKind(keyClass);
    if ((keyClass & KEY.coordinates) !== 0) return Math.abs(value) <= 180 && Math.round(value * 10) !== value * 10 ? 'coordinates' : null;
    return Number.isSafeInteger(value) && value >= this.#shortNumberMax ? this.#scanner.scanInteger(value, keyClass, name) : null;
  }

  /** What becomes of the mark is known for good: its finding would only grow old, and the collector carry it along. */
  release(mark: number): void {
    this.findings[mark] = null;
  }

  #add(finding: Finding, more_bytes = 0): number {
    if (this.#held_bytes > this.#held_bytes_max) return TOO_MUCH;
    // Text is held here and once more in its output.
    this.#held_bytes += FINDING_BYTES + more_bytes + (finding.is === 'nested' ? 0 : finding.text.length * 2);
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
      this.keyFindings.push(this.#text(texts[key]!, KEY.plain, ''));
    }
  }

  #forgetWhenFull(): void {
    if (this.#memo.full || this.#held_bytes > HELD_BYTES_MAX) this.#forget();
  }

  /** Between two requests. What was remembered of values is overwritten. */
  forgetValues(): void {
    this.#memo.wipe();
    this.#forget();
  }

  #forget(): void {
    this.#memo.clear();
    this.findings.length = 1;
    this.#held_bytes = 0;
    this.generation++;
  }
}

/** Where the row of strings of one array that begins at `at` ends. */
function endOfStrings(leaves: readonly Leaf[], at: number): number {
  const { key } = leaves[at]!;
  let end = at;
  while (end < leaves.length && leaves[end]!.field === 'stringValue' && leaves[end]!.key === key) end++;
  return end;
}

const NAME_KEYS = /^(?:name|key|header|field|param|parameter|variable)$/i;
const VALUE_KEYS = /^(?:value|val|content|stringValue)$/i;

/** Keys that say no more of what is below than those above do. */
const UNNAMING_KEYS = /^(?:value|val|string_?value|plain|plaintext|plain_?text|clear|cleartext|raw|old|new|current|previous|secret|base64|encoded|_|\$|\d+)?$/i;

function scalarFinding(text: string, kind: Kind): TextFinding {
  return { is: 'scalar', text, marks: [{ kind, start: 0, end: text.length }], neutralized: 0 };
}

function gravestOf(marks: readonly Mark[]): Kind {
  return marks.reduce((gravest, { kind }) => (gravityOf(kind) < gravityOf(gravest) ? kind : gravest), marks[0]!.kind);
}

function secretKind(keyClass: KeyClass): Kind {
  return (keyClass & KEY.password) === 0 ? 'credential' : 'password';
}

function refusalOf(mark: number): Refusal {
  if (mark === TOO_MUCH) return refuse('body_too_large', 'more was found in it than can be held');
  return refuse('body_undecodable', 'malformed protobuf inside an array or map value');
}

function isLowSurrogate(unit: number): boolean {
  return (unit & 0xfc00) === 0xdc00;
}

const CUT_MARK = '…[cut]';
const CUT_BYTES: TextFinding = { is: 'text', text: CUT, marks: [], neutralized: 0 };
const CUT_NESTED: TextFinding = { is: 'text', text: CUT_MARK, marks: [], neutralized: 0 };
const DOUBLE = new Float64Array(1);
const HALVES = new Uint32Array(DOUBLE.buffer);
