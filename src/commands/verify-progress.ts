/** How far a verification is: a bar in one line on a terminal, elsewhere a line now and then. Always on standard error. */
import type { Progress } from '#verify';

interface Output {
  readonly isTTY?: boolean;
  write(text: string): unknown;
}

const BAR_WIDTH = 24;
const BAR_MS = 200;
const LINE_MS = 10_000;
const BEFORE = { log: 'reading the log', 'look-up': 'comparing the look-up table', account: 'comparing the account' } as const;

export class VerifyProgress {
  readonly #out: Output;
  readonly #now_ms: () => number;
  #began_ms: number | null = null;
  #shown_ms = 0;
  #hasBar = false;

  constructor(out: Output, now_ms: () => number = () => performance.now()) {
    this.#out = out;
    this.#now_ms = now_ms;
  }

  show(progress: Progress): void {
    const now_ms = this.#now_ms();
    const isTerminal = this.#out.isTTY === true;
    if (this.#began_ms === null) {
      this.#began_ms = now_ms;
      // What is done at once needs no line.
      this.#shown_ms = isTerminal ? -Infinity : now_ms;
    }
    if (now_ms - this.#shown_ms < (isTerminal ? BAR_MS : LINE_MS)) return;
    this.#shown_ms = now_ms;
    const text = textOf(progress, (now_ms - this.#began_ms) / 1000);
    if (!isTerminal) {
      this.#out.write(`tracekeep: verifying: ${text}\n`);
      return;
    }
    const { spans, spansTotal } = progress;
    const filled = Math.round(BAR_WIDTH * (spansTotal === 0 ? 1 : Math.min(1, spans / spansTotal)));
    this.#out.write(`\r\x1b[K[${'█'.repeat(filled)}${'░'.repeat(BAR_WIDTH - filled)}] ${text}`);
    this.#hasBar = true;
  }

  /** Takes the bar away, for what is printed next. */
  clear(): void {
    if (this.#hasBar) this.#out.write('\r\x1b[K');
    this.#hasBar = false;
  }
}

function textOf({ phase, spans, spansTotal }: Progress, elapsed_s: number): string {
  if (phase !== 'blocks') return BEFORE[phase];
  const rate = elapsed_s > 0.5 ? spans / elapsed_s : 0;
  const speed = rate > 0 ? `, ${number(rate)}/s` : '';
  const left = rate > 0 && spansTotal > spans ? `, ${number(Math.ceil((spansTotal - spans) / rate))} s left` : '';
  return `${number(spans)} of ${number(spansTotal)} spans${speed}${left}`;
}

function number(value: number): string {
  return Math.round(value).toLocaleString('en-US');
}
