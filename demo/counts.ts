/** The live counts: what the server says of itself, since this demo began. */
import type { Screen } from './screen.ts';

/** `totals` of `GET /api/v1/accounting`, in spans. */
export interface Totals {
  readonly received: number;
  readonly stored: number;
  readonly refused: number;
  readonly dropped: number;
  /** Values replaced, by kind. */
  readonly minimized?: Readonly<Record<string, number>>;
}

const KINDS_SHOWN = 8;

export class Counts {
  readonly #ask: () => Promise<Totals>;
  readonly #screen: Screen;
  readonly #clock: () => number;
  readonly #began: number;
  #before: Totals | undefined;

  constructor(ask: () => Promise<Totals>, screen: Screen, clock: () => number = Date.now) {
    this.#ask = ask;
    this.#screen = screen;
    this.#clock = clock;
    this.#began = clock();
  }

  /** Shows them, and answers how many spans were stored since the first call. */
  async show(): Promise<number> {
    try {
      const totals = await this.#ask();
      this.#before ??= totals;
      this.#screen.show(countLines(totals, this.#before, Math.round((this.#clock() - this.#began) / 1000)));
      return totals.stored - this.#before.stored;
    } catch (error) {
      this.#screen.say(error instanceof Error ? error.message : String(error));
      return 0;
    }
  }
}

/** Two lines: spans, and the values replaced by kind, most frequent first. */
export function countLines(totals: Totals, before: Totals, seconds: number): string[] {
  const spans = (['received', 'stored', 'refused', 'dropped'] as const).map((field) => `${field} ${number(totals[field] - before[field])}`);
  const kinds = Object.entries(totals.minimized ?? {})
    .map(([kind, count]): [string, number] => [kind, count - (before.minimized?.[kind] ?? 0)])
    .filter(([, count]) => count > 0)
    .sort(([, a], [, b]) => b - a);
  const shown = kinds.slice(0, KINDS_SHOWN).map(([kind, count]) => `${number(count)} ${kind}`);
  if (kinds.length > KINDS_SHOWN) shown.push(`${kinds.length - KINDS_SHOWN} kinds more`);
  return [`${String(seconds).padStart(4)} s  spans ${spans.join(', ')}`, `        values replaced: ${shown.length === 0 ? 'none yet' : shown.join(', ')}`];
}

function number(value: number): string {
  return value.toLocaleString('en-GB');
}
