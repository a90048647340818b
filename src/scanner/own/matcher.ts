/**
 * A pattern made ready to be looked for. It becomes two tables: one, read from the end of a text, says where matches begin, in one look-up a
 * character whatever the text; only there the other looks how far they go. Nothing tries ways one after the other, so there is
 * nothing to run back along.
 *
 * Of matches that overlap the leftmost counts, and of those the longest. A match never is a part of a longer word: where it begins
 * or ends with a letter, a digit or _, the character beside it is none.
 */
import type { Features } from '#scanner/features';
import { endsEscape } from '#scanner/surroundings';
import { parsePattern, PatternProblem } from './pattern.ts';
import { positionsOf, reversed } from './positions.ts';
import { requiredBy } from './required.ts';
import { type Alphabet, alphabetOf, anchoredTable, searchingTable, type Table } from './table.ts';

/** Letters in a row that make a pattern worth looking for if it has no digit or sign. */
const WORD_MIN = 3;
/** Work that a text may cost in the second table, in characters for each of its own. Beyond, it gives up. */
const STEPS_PER_CHARACTER = 16;
const STEPS_FREE = 4_096;
/** Possible ends of one match that are offered. */
const ENDS_MAX = 16;

export class Matcher {
  /** Byte features that every match has. */
  readonly features: Features;
  /** Look-ups that the last text took. */
  steps = 0;
  readonly #literal: string;
  readonly #alphabet: Alphabet;
  /** Reads from the end; accepts where a match begins. */
  readonly #beginnings: Table;
  /** Reads from a beginning; accepts where a match may end. */
  readonly #endings: Table;

  /** Throws a `PatternProblem`. */
  constructor(pattern: string) {
    const node = parsePattern(pattern);
    const positions = positionsOf(node);
    const { features, word, literal } = requiredBy(node);
    if (features === 0 && word < WORD_MIN) throw new PatternProblem(`it matches everything: a match must need a digit, a sign, or ${WORD_MIN} letters in a row that are certain`);
    this.features = features;
    this.#literal = literal;
    this.#alphabet = alphabetOf(positions.units);
    this.#beginnings = searchingTable(reversed(positions), this.#alphabet);
    this.#endings = anchoredTable(positions, this.#alphabet);
  }

  /**
   * Calls `isOne` with each match, the longest first where several begin together; what it takes is passed over. Returns how far it
   * looked: less than the length of a text made to cost more than its length allows.
   */
  forEachMatch(text: string, isOne: (start: number, end: number) => boolean): number {
    this.steps = 0;
    if (this.#literal !== '' && !text.includes(this.#literal)) return text.length;
    const starts = this.#startsIn(text);
    const steps_max = this.steps + STEPS_FREE + text.length * STEPS_PER_CHARACTER;
    let done = 0;
    for (let at = starts.length - 1; at >= 0; at--) {
      const start = starts[at]!;
      if (start < done) continue;
      if (this.steps > steps_max) return start;
      const ends = this.#endsFrom(text, start);
      for (let end = ends.length - 1; end >= Math.max(0, ends.length - ENDS_MAX); end--) {
        this.steps += ends[end]! - start;
        if (!isOne(start, ends[end]!)) continue;
        done = ends[end]!;
        break;
      }
    }
    return text.length;
  }

  /** Where matches begin, the last first. */
  #startsIn(text: string): readonly number[] {
    const alphabet = this.#alphabet;
    const { size, ascii, isWord } = alphabet;
    const { next, accepts, start } = this.#beginnings;
    const starts: number[] = [];
    let state = start;
    for (let at = text.length - 1; at >= 0; at--) {
      const unit = text.charCodeAt(at);
      const one = unit < 128 ? ascii[unit]! : alphabet.classOf(unit);
      state = next[state * size + one]!;
      if (accepts[state] !== 0 && (at === 0 || !isWord[one] || !isWord[alphabet.classOf(text.charCodeAt(at - 1))] || endsEscape(text, at))) starts.push(at);
    }
    this.steps += text.length;
    return starts;
  }

  /** Where a match from `start` may end, the shortest first. */
  #endsFrom(text: string, start: number): readonly number[] {
    const alphabet = this.#alphabet;
    const { size, isWord } = alphabet;
    const { next, accepts } = this.#endings;
    const ends: number[] = [];
    let state = this.#endings.start;
    let at = start;
    while (at < text.length) {
      const one = alphabet.classOf(text.charCodeAt(at++));
      state = next[state * size + one]!;
      if (state === 0) break;
      if (accepts[state] !== 0 && (at === text.length || !isWord[one] || !isWord[alphabet.classOf(text.charCodeAt(at))])) ends.push(at);
    }
    this.steps += at - start;
    return ends;
  }
}
