/** Answers kept for a few seconds: somebody who types asks the same question with one letter more. */
interface Kept {
  readonly value: unknown;
  readonly until_ms: number;
}

const KEPT_MAX = 64;

export class Recall {
  readonly #kept = new Map<string, Kept>();
  readonly #now_ms: () => number;
  readonly #keep_ms: number;

  constructor(now_ms: () => number, keep_ms: number) {
    this.#now_ms = now_ms;
    this.#keep_ms = keep_ms;
  }

  get<T>(key: string): T | null {
    const kept = this.#kept.get(key);
    if (kept === undefined || kept.until_ms <= this.#now_ms()) return null;
    return kept.value as T;
  }

  keep(key: string, value: unknown): void {
    this.#kept.delete(key);
    this.#kept.set(key, { value, until_ms: this.#now_ms() + this.#keep_ms });
    for (const oldest of this.#kept.keys()) {
      if (this.#kept.size <= KEPT_MAX) break;
      this.#kept.delete(oldest);
    }
  }
}
