/** Questions to the store of which the answer may be that it cannot be read: then as much as can be is given, and what cannot is kept as `Unread`. */
import { bodiesIn, type Body } from './bodies.ts';
import { listsIn, type Question } from './questions.ts';
import type { Source } from './source.ts';
import { isDamage, type ComparedTable, type Unread } from './unread.ts';

/** Bodies that cannot be read are told apart to so many. */
const BODIES_TOLD = 64;

export class StoreReader {
  readonly #source: Source;
  readonly #unread: Unread;

  constructor(source: Source, unread: Unread) {
    this.#source = source;
    this.#unread = unread;
  }

  /** Of the entries from `begin` up to but without `end`. */
  bodies(begin: number, end: number): Promise<Body[]> {
    return this.#bodies(begin, end, (from, to) => ({ ask: 'bodies', from, to }), (from, to) => this.#unread.addEntries(from, to - 1));
  }

  /** Of these, only those of a type. What cannot be read is found when all are asked for. */
  bodiesOfType(type: number, begin: number, end: number): Promise<Body[]> {
    return this.#bodies(begin, end, (from, to) => ({ ask: 'bodies-of', type, from, to }), () => undefined);
  }

  /** The lists of an answer; none if the table cannot be read, which is kept with what follows from it. */
  async lists(table: ComparedTable, question: Question, consequence: string): Promise<unknown[][]> {
    if (this.#unread.isGone(table)) return [];
    try {
      return listsIn(await this.#source.read(question));
    } catch (error) {
      if (!isDamage(error)) throw error;
      this.#unread.addTable(table, consequence);
      return [];
    }
  }

  /** Of a range in which some cannot be read, the others. */
  async #bodies(from: number, to: number, question: (from: number, to: number) => Question, unread: (from: number, to: number) => void): Promise<Body[]> {
    if (this.#unread.isGone('log_entries') || from >= to) return [];
    try {
      return bodiesIn(await this.#source.read(question(from, to)));
    } catch (error) {
      if (!isDamage(error)) throw error;
    }
    if (to - from <= BODIES_TOLD) {
      unread(from, to);
      return [];
    }
    const middle = Math.floor((from + to) / 2);
    return [...(await this.#bodies(from, middle, question, unread)), ...(await this.#bodies(middle, to, question, unread))];
  }
}
