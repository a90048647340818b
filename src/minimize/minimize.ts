/**
 * The one choke point: whatever `inspect` found is replaced, shortened, dropped or kept here as the policy says, and nowhere
 * else. A finding's output is worked out once and remembered with its mark. `seal` takes values only from a batch that came
 * through here, and refuses a mark that has no output.
 */
import { type KeyTable, PLACE, type SpanBatch, textBytesMax, TYPE } from '#batch';
import type { Kind } from '#scanner/recognizer';
import { NEUTRALIZED } from '#model';
import type { Inspector, InspectedBatch, NestedFinding, TextFinding } from '#inspect';
import type { CompiledPolicy, RuleSet, ValueType } from '#policy';
import { Pseudonyms } from './pseudonyms.ts';
import { replacedAscii, rewrite } from './rewrite.ts';

export { Pseudonyms } from './pseudonyms.ts';

declare const minimized: unique symbol;
/** A batch that holds nothing the policy wants gone. Only `minimize` makes it. */
export type MinimizedBatch = SpanBatch & { readonly [minimized]: true };

/** What is stored instead of a value that has a mark. */
export interface Output {
  /** Text as stored: UTF-8 of a string, base64 of bytes, OTLP/JSON of an array or map. */
  readonly bytes: Uint8Array;
  readonly type: number;
  /** The policy drops the attribute altogether; texts that are no attribute become empty. */
  readonly dropped: boolean;
  readonly counts: readonly Count[];
  /** Harmful characters made visible. */
  readonly neutralized: number;
}
export interface Count {
  readonly kind: Kind;
  readonly count: number;
}

/** Whose spans they are, and when they came. */
export interface Arrival {
  readonly tenant: string;
  readonly now_ms: number;
}

const CUT_MARK = '…[cut]';

export class Minimizer {
  /** Indexed by mark; null = not seen yet. */
  readonly outputs: (Output | null)[] = [null];
  /** Bytes of each key as stored, by key id. */
  readonly keyBytes: Uint8Array[] = [];
  /** What was replaced in each key, and harmful characters under `neutralized`, by key id. */
  readonly keyCounts: (readonly { readonly kind: string; readonly count: number }[])[] = [];

  readonly policy: CompiledPolicy;
  readonly #inspector: Inspector;
  readonly #keys: KeyTable;
  readonly #ofAttributes: RuleSet;
  readonly #ofTexts: RuleSet;
  #generation = 0;
  #keysGeneration = 0;

  constructor(policy: CompiledPolicy, inspector: Inspector, keys: KeyTable, _pseudonyms: Pseudonyms) {
    this.policy = policy;
    const anywhere = { tenant: '', service: '', environment: '', spanKind: null } as const;
    this.#ofAttributes = policy.sets.for({ ...anywhere, place: 'span' });
    this.#ofTexts = policy.sets.for({ ...anywhere, place: 'span-name' });
    this.#inspector = inspector;
    this.#keys = keys;
  }

  /** Gives every mark of the batch its output. */
  minimize(batch: InspectedBatch, _arrival: Arrival): MinimizedBatch {
    if (this.#generation !== this.#inspector.generation) {
      this.#generation = this.#inspector.generation;
      this.outputs.length = 1;
    }
    this.#learnKeys();
    const { findings } = this.#inspector;
    const { valueMark, valueKey, valueType } = batch;
    for (let value = 0, end = batch.values; value < end; value++) {
      const mark = valueMark[value]!;
      if (mark === 0 || this.outputs[mark] != null) continue;
      const finding = findings[mark];
      if (finding == null) throw new Error('cannot minimize a value whose finding is gone');
      while (this.outputs.length <= mark) this.outputs.push(null);
      const key = valueKey[value]!;
      this.outputs[mark] = finding.is === 'nested' ? this.#nested(finding, key, valueType[value]!) : this.#text(finding, key, valueType[value]!);
      this.#inspector.release(mark);
    }
    return batch as SpanBatch as MinimizedBatch;
  }

  #text(finding: TextFinding, key: number, type: number): Output {
    if (finding.is === 'text' && finding.neutralized === 0 && finding.marks.length > 0 && !this.policy.distinguishes) {
      const [mark] = finding.marks;
      if (mark!.start === 0 && mark!.end === finding.text.length && mark!.instead === undefined) return whole(mark!.kind);
      const replaced = replacedAscii(finding.text, finding.marks);
      if (replaced !== null && replaced.bytes.length <= textBytesMax(key)) return { bytes: replaced.bytes, type: TYPE.string, dropped: false, counts: replaced.counts, neutralized: 0 };
    }
    const { text, counts, dropped } = this.#rewrite(finding, key, '', type);
    const neutralized = finding.neutralized;
    if (dropped) return { bytes: EMPTY, type, dropped, counts, neutralized };
    if (finding.is === 'scalar' && counts.length === 0) return { bytes: Buffer.from(text), type, dropped, counts, neutralized };
    if (finding.is === 'bytes') return { bytes: Buffer.from(Buffer.from(text).toString('base64')), type: TYPE.bytes, dropped, counts, neutralized };
    return { bytes: cut(text, textBytesMax(key)), type: TYPE.string, dropped, counts, neutralized };
  }

  #nested(finding: NestedFinding, key: number, type: number): Output {
    const counts = new Map<Kind, number>();
    let neutralized = 0;
    for (const { leaf, finding: found } of finding.leaves) {
      const result = this.#rewrite(found, key, leaf.key, type);
      neutralized += found.neutralized;
      for (const { kind, count } of result.counts) counts.set(kind, (counts.get(kind) ?? 0) + count);
      if (found.is === 'text') leaf.holder[leaf.field] = result.text;
      else if (found.is === 'bytes') leaf.holder['bytesValue'] = Buffer.from(result.text).toString('base64');
      else if (result.counts.length > 0) {
        delete leaf.holder[leaf.field];
        leaf.holder['stringValue'] = result.text;
      }
    }
    const json = Buffer.from(JSON.stringify(finding.value.json));
    const list = [...counts].map(([kind, count]) => ({ kind, count }));
    // A nested value that is too long is not cut, or it would be no value any more: it goes as a whole.
    if (json.length > textBytesMax(key)) return { bytes: Buffer.from(CUT_MARK), type: TYPE.string, dropped: false, counts: list, neutralized };
    return { bytes: json, type, dropped: false, counts: list, neutralized };
  }

  /** Applies the policy to one text. A single mark that the policy drops takes the whole value with it. */
  #rewrite(finding: TextFinding, key: number, inner: string, type: number): { text: string; counts: readonly Count[]; dropped: boolean } {
    if (finding.marks.length === 0) return { text: finding.text, counts: [], dropped: false };
    const set = key <= PLACE.schemaUrl ? this.#ofTexts : this.#ofAttributes;
    const name = this.#keys.texts[key]!;
    let dropped = false;
    const { text, counts } = rewrite(finding.text, finding.marks, (mark) => {
      const action = set.part(mark.kind, name, inner === '' ? name : inner, VALUE_TYPE[type]!)?.action ?? 'replace';
      if (action === 'drop') dropped = true;
      return action;
    });
    return { text: dropped ? '' : text, counts, dropped };
  }

  #learnKeys(): void {
    if (this.#keysGeneration !== this.#keys.generation) {
      this.#keysGeneration = this.#keys.generation;
      this.keyBytes.length = this.keyCounts.length = 0;
    }
    for (let key = this.keyBytes.length; key < this.#keys.texts.length; key++) {
      const finding = this.#inspector.keyFindings[key];
      const { text, counts } = finding == null ? { text: this.#keys.texts[key]!, counts: [] } : rewrite(finding.text, finding.marks, () => 'replace');
      this.keyBytes.push(Buffer.from(text));
      this.keyCounts.push(finding == null || finding.neutralized === 0 ? counts : [...counts, { kind: NEUTRALIZED, count: finding.neutralized }]);
    }
  }
}

/** By type as the batch has it; an absent value counts as a text. */
const VALUE_TYPE: readonly ValueType[] = ['string', 'string', 'bool', 'int', 'double', 'array', 'map', 'bytes'];
const EMPTY = new Uint8Array(0);
/** Of texts that are replaced whole, by kind: most secrets are, and the same stands instead of all of them. */
const WHOLE = new Map<Kind, Output>();
function whole(kind: Kind): Output {
  let output = WHOLE.get(kind);
  if (output === undefined) WHOLE.set(kind, (output = { bytes: Buffer.from(`[${kind}]`), type: TYPE.string, dropped: false, counts: [{ kind, count: 1 }], neutralized: 0 }));
  return output;
}

/** Cuts at a character boundary, after minimization: a secret at the edge is gone before its second half could be lost. */
function cut(text: string, bytes_max: number): Uint8Array {
  const bytes = Buffer.from(text);
  if (bytes.length <= bytes_max) return bytes;
  let end = bytes_max - Buffer.byteLength(CUT_MARK);
  while (end > 0 && (bytes[end]! & 0xc0) === 0x80) end--;
  return Buffer.concat([bytes.subarray(0, end), Buffer.from(CUT_MARK)]);
}
