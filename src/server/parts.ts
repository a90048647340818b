/** The parts of a server that run, stopped in the reverse of the order in which they started. */
import type { Report } from './failure-text.ts';

export class Parts {
  readonly #started: { readonly what: string; readonly stop: () => Promise<void> | void }[] = [];
  readonly #report: Report;
  #leaving = false;

  constructor(report: Report) {
    this.#report = report;
  }

  /** It has been asked to stop. */
  get leaving(): boolean {
    return this.#leaving;
  }

  add(what: string, stop: () => Promise<void> | void): void {
    this.#started.push({ what, stop });
  }

  /** All of them, whatever one of them says. */
  async stop(): Promise<void> {
    this.#leaving = true;
    for (const { what, stop } of this.#started.splice(0).reverse()) {
      try {
        await stop();
      } catch (failure) {
        this.#report(`cannot stop the ${what}`, failure);
      }
    }
  }
}
