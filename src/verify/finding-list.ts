/** The findings of one verification: told one by one, and bounded, all together and of each kind. */
import type { Finding, FindingKind } from './finding.ts';

export const FINDINGS_MAX = 10_000;
/** What more of one kind tells nothing new. */
const FINDINGS_OF_A_KIND_MAX = 2_000;

export class FindingList {
  readonly all: Finding[] = [];
  /** More were found than are kept here. */
  more = 0;
  readonly #ofKind = new Map<FindingKind, number>();
  readonly #tell: (finding: Finding) => void;

  constructor(tell: (finding: Finding) => void) {
    this.#tell = tell;
  }

  add(findings: readonly Finding[]): void {
    for (const one of findings) {
      const count = (this.#ofKind.get(one.kind) ?? 0) + 1;
      this.#ofKind.set(one.kind, count);
      if (count > FINDINGS_OF_A_KIND_MAX || this.all.length >= FINDINGS_MAX) this.more += 1;
      else {
        this.all.push(one);
        this.#tell(one);
      }
    }
  }
}
