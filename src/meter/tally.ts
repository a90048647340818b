/** Counts by a few attributes, as plain numbers: adding is a look-up and an addition, and OpenTelemetry reads them only when it collects. */
import type { Attributes } from '@opentelemetry/api';
import { LIMITS } from '#limits';

interface Count {
  readonly attributes: Attributes;
  value: number;
}

/** Stands in for the values of attributes beyond the bound. */
const OTHER = 'other';

export class Tally {
  readonly #labels: readonly string[];
  readonly #counts = new Map<string, Count>();
  #other: Count | null = null;

  constructor(labels: readonly string[]) {
    this.#labels = labels;
  }

  /** `values` in the order of the labels. */
  add(by: number, ...values: readonly string[]): void {
    const key = values.length === 1 ? (values[0] as string) : values.join('\n');
    let count = this.#counts.get(key);
    if (count === undefined) count = this.#make(key, values);
    count.value += by;
  }

  *[Symbol.iterator](): IterableIterator<Readonly<Count>> {
    yield* this.#counts.values();
    if (this.#other !== null) yield this.#other;
  }

  #make(key: string, values: readonly string[]): Count {
    const full = this.#counts.size >= LIMITS.meter_rows_max;
    if (full && this.#other !== null) return this.#other;
    const attributes = Object.fromEntries(this.#labels.map((label, i) => [label, full ? OTHER : values[i]]));
    const count = { attributes, value: 0 };
    if (full) this.#other = count;
    else this.#counts.set(key, count);
    return count;
  }
}
