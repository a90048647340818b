/** Problems as they are found, by offsets into the text; told by lines and columns, in the order of the text, and not too many. */
import { LIMITS } from '#limits';
import type { Problem, Severity } from './problem.ts';

/** UTF-16 offsets, end exclusive. */
export interface Range {
  readonly start: number;
  readonly end: number;
}

export interface Complaint {
  readonly code: string;
  readonly message: string;
  readonly remedy: string;
}

export class Complaints {
  readonly #text: string;
  readonly #lines: number[] = [0];
  readonly #found: (Problem & { readonly offset: number })[] = [];
  #errors = 0;
  #untold = 0;
  /** The rule or recognizer that is looked at. */
  about: string | undefined;

  constructor(text: string) {
    this.#text = text;
    for (let at = text.indexOf('\n'); at !== -1; at = text.indexOf('\n', at + 1)) this.#lines.push(at + 1);
  }

  /** Whether nothing was wrong; warnings and hints are nothing wrong. */
  get none(): boolean {
    return this.#errors === 0;
  }

  add(severity: Severity, { start, end }: Range, complaint: Complaint, about = this.about): void {
    if (severity === 'error') this.#errors++;
    if (this.#found.length >= LIMITS.policy_problems_max) return void this.#untold++;
    const line = this.#lineOf(start);
    // What goes on over several lines is marked to the end of the first: a mark over a whole rule hides what is in it.
    const lineEnd = line + 1 < this.#lines.length ? this.#lines[line + 1]! - 1 : this.#text.length;
    const stop = Math.max(start, Math.min(end, lineEnd));
    const column = start - this.#lines[line]! + 1;
    this.#found.push({ severity, ...complaint, line: line + 1, column, endLine: line + 1, endColumn: column + stop - start, ...(about !== undefined && { rule: about }), offset: start });
  }

  error(range: Range, code: string, message: string, remedy: string): void {
    this.add('error', range, { code, message, remedy });
  }

  /** In the order of the text. */
  list(): readonly Problem[] {
    const told: Problem[] = this.#found.sort((a, b) => a.offset - b.offset).map(({ offset: _, ...problem }) => problem);
    if (this.#untold === 0) return told;
    const last = { code: 'more_problems', message: `there are ${this.#untold} more problems`, remedy: 'Put these right first.', line: 1, column: 1, endLine: 1, endColumn: 1 };
    return [...told, { severity: this.none ? 'hint' : 'error', ...last }];
  }

  #lineOf(offset: number): number {
    let low = 0;
    let high = this.#lines.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if (this.#lines[middle]! <= offset) low = middle;
      else high = middle - 1;
    }
    return low;
  }
}
