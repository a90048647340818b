/**
 * The one choke point: whatever `inspect` found, and whatever the policy's rules name, is replaced, shortened, dropped or kept here as the policy
 * says, and nowhere else. An output is worked out once and remembered with the value. `seal` takes values only from a batch that came
 * through here, and refuses a mark that has no output.
 */
import { type KeyTable, PLACE, type SpanBatch } from '#batch';
import { NEUTRALIZED } from '#model';
import type { Inspector, InspectedBatch } from '#inspect';
import { type CompiledPolicy, decidingRules } from '#policy';
import { ByPlace } from './by-place.ts';
import type { Output } from './output.ts';
import type { Pseudonyms } from './pseudonyms.ts';
import { rewrite } from './rewrite.ts';
import { Treatment } from './treatment.ts';

export { Pseudonyms } from './pseudonyms.ts';
export type { Count, Output, SealedValue } from './output.ts';

declare const minimized: unique symbol;
/** A batch that holds nothing the policy wants gone. Only `minimize` makes it. */
export type MinimizedBatch = SpanBatch & { readonly [minimized]: true };

/** Whose spans they are, and when they came. */
export interface Arrival {
  readonly tenant: string;
  readonly now_ms: number;
}

export class Minimizer {
  /** Bytes of each key as stored, by key id. */
  readonly keyBytes: Uint8Array[] = [];
  /** What was replaced in each key, and harmful characters under `neutralized`, by key id. */
  readonly keyCounts: (readonly { readonly kind: string; readonly count: number }[])[] = [];

  readonly policy: CompiledPolicy;
  readonly #inspector: Inspector;
  readonly #keys: KeyTable;
  /** Null where the same rules hold everywhere, and only for what is recognized: then a finding alone says what becomes of it. */
  readonly #byPlace: ByPlace | null;
  readonly #ofAttributes: Treatment;
  readonly #ofTexts: Treatment;
  /** Indexed by mark; null = not seen yet. */
  readonly #outputs: (Output | null)[] = [null];
  /** 1 = the mark has one, as nearly all of a request do. */
  #made = new Uint8Array(65_536);
  #generation = 0;
  #keysGeneration = 0;

  constructor(policy: CompiledPolicy, inspector: Inspector, keys: KeyTable, pseudonyms: Pseudonyms) {
    this.policy = policy;
    this.#inspector = inspector;
    this.#keys = keys;
    this.#byPlace = isSameEverywhere(policy) ? null : new ByPlace(policy, inspector, keys, pseudonyms);
    const anywhere = { tenant: '', service: '', environment: '', spanKind: null } as const;
    this.#ofAttributes = new Treatment(policy.sets.for({ ...anywhere, place: 'span' }), keys, () => null);
    this.#ofTexts = new Treatment(policy.sets.for({ ...anywhere, place: 'span-name' }), keys, () => null);
  }

  /** Spans of the batch minimized last that the policy refuses; they are marked so in it. */
  get droppedSpans(): number {
    return this.#byPlace?.droppedSpans ?? 0;
  }

  /** What is stored instead of a value of this mark. Throws if the choke point was passed by. */
  outputOf(mark: number): Output {
    const output = this.#byPlace === null ? this.#outputs[mark] : this.#byPlace.output(mark);
    if (output == null) throw new Error('cannot seal a value that was not minimized');
    return output;
  }

  /** Gives every mark of the batch its output. */
  minimize(batch: InspectedBatch, arrival: Arrival): MinimizedBatch {
    this.#learnKeys();
    if (this.#byPlace === null) this.#minimizeAlike(batch);
    else this.#byPlace.minimize(batch, arrival);
    return batch as SpanBatch as MinimizedBatch;
  }

  #minimizeAlike(batch: SpanBatch): void {
    if (this.#generation !== this.#inspector.generation) {
      this.#generation = this.#inspector.generation;
      this.#outputs.length = 1;
      this.#made.fill(0);
    }
    const { valueMark } = batch;
    const made = this.#made;
    for (let value = 0, end = batch.values; value < end; value++) {
      const mark = valueMark[value]!;
      if (mark !== 0 && made[mark] !== 1) this.#make(batch, value, mark);
    }
  }

  #make(batch: SpanBatch, value: number, mark: number): void {
    // Beyond what the caller looks at, if there have become more marks meanwhile.
    if (this.#made[mark] === 1) return;
    const finding = this.#inspector.findings[mark];
    if (finding == null) throw new Error('cannot minimize a value whose finding is gone');
    const outputs = this.#outputs;
    while (outputs.length <= mark) outputs.push(null);
    const key = batch.valueKey[value]!;
    outputs[mark] = (key <= PLACE.schemaUrl ? this.#ofTexts : this.#ofAttributes).ofParts(finding, key, batch.valueType[value]!);
    this.#inspector.release(mark);
    if (mark >= this.#made.length) {
      const larger = new Uint8Array(mark * 2);
      larger.set(this.#made);
      this.#made = larger;
    }
    this.#made[mark] = 1;
  }

  #learnKeys(): void {
    if (this.#keysGeneration !== this.#keys.generation) {
      this.#keysGeneration = this.#keys.generation;
      this.keyBytes.length = this.keyCounts.length = 0;
    }
    for (let key = this.keyBytes.length; key < this.#keys.texts.length; key++) {
      const finding = this.#inspector.keyFindings[key];
      const { text, counts } = finding == null ? { text: this.#keys.texts[key]!, counts: [] } : rewrite(finding.text, finding.marks, IN_KEYS);
      this.keyBytes.push(Buffer.from(text));
      this.keyCounts.push(finding == null || finding.neutralized === 0 ? counts : [...counts, { kind: NEUTRALIZED, count: finding.neutralized }]);
    }
  }
}

/** Whatever the rules: keys are what rules go by. */
const IN_KEYS: Parameters<typeof rewrite>[2] = { decide: () => 'replace', instead: (_action, mark) => mark.instead ?? `[${mark.kind}]` };

function isSameEverywhere({ document }: CompiledPolicy): boolean {
  return (document.attributes ?? 'keep') === 'keep' && decidingRules(document).every(({ for: scope, recognized, action }) => scope === undefined && recognized !== undefined && action !== 'drop-span' && !(typeof action === 'object' && 'pseudonymize' in action));
}
