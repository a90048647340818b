/** How much of the disk is free, asked now and then: requests ask each time. */
import { statfsSync } from 'node:fs';

const ASKED_MS = 250;

export class FreeDisk {
  readonly #path: string;
  readonly #ask: (path: string) => number;
  #known: { readonly bytes: number; readonly asked_ms: number } | null = null;

  constructor(path: string, ask: (path: string) => number = freeBytes) {
    this.#path = path;
    this.#ask = ask;
  }

  get bytes(): number {
    const now_ms = performance.now();
    if (this.#known === null || now_ms - this.#known.asked_ms > ASKED_MS) this.#known = { bytes: this.#ask(this.#path), asked_ms: now_ms };
    return this.#known.bytes;
  }
}

function freeBytes(path: string): number {
  const { bavail, bsize } = statfsSync(path);
  return bavail * bsize;
}
