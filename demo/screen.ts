/** What the demo writes: lines that stay, and below them a block of live counts, redrawn in place on a terminal. */
import { stripVTControlCharacters, styleText } from 'node:util';

export interface Output {
  readonly isTTY?: boolean;
  readonly columns?: number;
  write(text: string): unknown;
}

export class Screen {
  readonly #out: Output;
  #live: readonly string[] = [];

  constructor(out: Output) {
    this.#out = out;
  }

  get colour(): boolean {
    return this.#out.isTTY === true;
  }

  get columns(): number {
    return this.#out.columns ?? 100;
  }

  say(...lines: string[]): void {
    const live = this.#live;
    this.#erase();
    this.#out.write(`${lines.map((line) => this.#dress(line)).join('\n')}\n`);
    this.#draw(live);
  }

  /** Replaces the live block on a terminal; elsewhere a plain line. */
  show(lines: readonly string[]): void {
    if (this.#out.isTTY !== true) return void this.#out.write(`${lines.map((line) => line.trim()).join(' | ')}\n`);
    this.#erase();
    this.#draw(lines);
  }

  #draw(lines: readonly string[]): void {
    // A line that the terminal would wrap is two lines to erase.
    const fitted = lines.map((line) => (line.length < this.columns ? line : `${line.slice(0, this.columns - 2)}…`));
    this.#live = this.#out.isTTY === true ? fitted : [];
    if (this.#live.length > 0) this.#out.write(`${fitted.join('\n')}\n`);
  }

  #erase(): void {
    if (this.#live.length > 0) this.#out.write(`\x1b[${this.#live.length}A\x1b[J`);
    this.#live = [];
  }

  #dress(line: string): string {
    return this.colour ? line : stripVTControlCharacters(line);
  }
}

export const bold = (text: string): string => styleText('bold', text, { validateStream: false });
export const red = (text: string): string => styleText('red', text, { validateStream: false });
export const green = (text: string): string => styleText('green', text, { validateStream: false });
export const dim = (text: string): string => styleText('dim', text, { validateStream: false });
