/**
 * The times of the entries of the log. A removal by age is believed only if no later entry says that it was too early: whoever sets a clock ahead for a
 * moment makes everything old enough. What else looks odd is said, and is no finding, since clocks are also put right.
 */
import { parseEntry } from '#evidence';
import type { Entries } from './tree.ts';

/** Clocks of honest machines differ by less, and are put right by less. */
export const CLOCK_TOLERANCE_MS = 3_600_000;
const PIECE = 4_096;

export interface ClockNotices {
  /** Entries of a time that has not come. */
  readonly future: number;
  readonly farthest_ms: number;
  /** Entries that are dated earlier than the one before. */
  readonly backward: number;
  readonly firstBackward: number | null;
}

export class LogClock {
  readonly notices: ClockNotices;
  readonly #now_ms: number;
  readonly #lowest: readonly number[];
  readonly #timesOf: (piece: number) => readonly number[];

  private constructor(now_ms: number, notices: ClockNotices, lowest: readonly number[], timesOf: (piece: number) => readonly number[]) {
    this.#now_ms = now_ms;
    this.notices = notices;
    this.#lowest = lowest;
    this.#timesOf = timesOf;
  }

  /** INVARIANT: `entries` stay open as long as this is asked. */
  static async read(entries: Entries, now_ms: number, pause: () => Promise<void> = async () => undefined): Promise<LogClock> {
    const lowest: number[] = [];
    let [future, farthest_ms, backward, firstBackward, before_ms]: [number, number, number, number | null, number] = [0, 0, 0, null, -Infinity];
    // A machine that forgot the time says 1970: what is older than the log says nothing.
    const first = parseEntry(entries.read(0, 1)[0] ?? new Uint8Array(0))?.time_ms ?? 0;
    const timesOf = (piece: number): number[] => entries.read(piece * PIECE, Math.min(entries.size, (piece + 1) * PIECE)).map((entry) => parseEntry(entry)?.time_ms ?? Infinity).map((time_ms) => (time_ms < first - CLOCK_TOLERANCE_MS ? Infinity : time_ms));
    for (let piece = 0; piece * PIECE < entries.size; piece++) {
      let low = Infinity;
      for (const [at, time_ms] of timesOf(piece).entries()) {
        if (time_ms === Infinity) continue;
        if (time_ms < low) low = time_ms;
        if (time_ms > now_ms + CLOCK_TOLERANCE_MS) {
          future++;
          farthest_ms = Math.max(farthest_ms, time_ms);
        }
        if (time_ms < before_ms - CLOCK_TOLERANCE_MS) {
          backward++;
          firstBackward ??= piece * PIECE + at;
        }
        before_ms = time_ms;
      }
      lowest.push(low);
      await pause();
    }
    return new LogClock(now_ms, { future, farthest_ms, backward, firstBackward }, lowest, timesOf);
  }

  /** The earliest time that anything says which came after an entry: later entries, and now. */
  earliestAfter(index: number): number {
    const piece = Math.floor((index + 1) / PIECE);
    if (!Number.isFinite(piece) || piece >= this.#lowest.length) return this.#now_ms;
    const inPiece = this.#timesOf(piece).slice(index + 1 - piece * PIECE);
    return [this.#now_ms, ...inPiece, ...this.#lowest.slice(piece + 1)].reduce((earliest, time_ms) => Math.min(earliest, time_ms));
  }
}
