/** Lists of globs as sets of names: whether two have a name in common, and whether one holds all of another. Null is every name. */
import { globsMeet, matchesGlob } from '#control/glob';

export type Globs = readonly string[] | null;

/** Answers are remembered, and steps are counted, so that whoever compares long lists can give up. */
export class GlobSets {
  steps = 0;
  readonly #meets = new Map<string, boolean>();

  meet(one: Globs, other: Globs): boolean {
    return one === null || other === null || one.some((glob) => other.some((another) => this.#twoMeet(glob, another)));
  }

  /** Whether every name that is in all of the sets is in `wide`. Never true wrongly; where only several globs of `wide` together hold a name, it may be false. */
  covers(wide: Globs, narrow: readonly Globs[]): boolean {
    if (wide === null || wide.includes('*')) return true;
    let ways: readonly (readonly string[])[] = [[]];
    for (const globs of narrow) if (globs !== null) ways = ways.flatMap((way) => globs.filter((glob) => way.every((one) => this.#twoMeet(one, glob))).map((glob) => [...way, glob]));
    return ways.every((way) => wide.some((cover) => way.some((glob) => this.#holds(cover, glob))));
  }

  /** The names of two sets that have some in common, as globs: the narrower ones, or where neither is narrower the first. */
  common(one: Globs, other: Globs): Globs {
    if (one === null || other === null) return one ?? other;
    return one.flatMap((glob) => other.filter((another) => this.#twoMeet(glob, another)).map((another) => (this.#holds(glob, another) ? another : glob)));
  }

  /** A star of the narrow glob is a character that only a star of the wide one takes. */
  #holds(wide: string, narrow: string): boolean {
    this.#count(wide, narrow);
    return wide === '*' || matchesGlob(wide, narrow);
  }

  #twoMeet(one: string, other: string): boolean {
    this.#count(one, other);
    if (one === other || one === '*' || other === '*') return true;
    if (!one.includes('*')) return matchesGlob(other, one);
    if (!other.includes('*')) return matchesGlob(one, other);
    const question = `${one}\n${other}`;
    let answer = this.#meets.get(question);
    if (answer === undefined) this.#meets.set(question, (answer = globsMeet(one, other)));
    return answer;
  }

  /** Two long globs may cost the product of their lengths. */
  #count(one: string, other: string): void {
    this.steps += 1 + Math.floor((one.length * other.length) / PRODUCT_A_STEP);
  }
}

const PRODUCT_A_STEP = 512;
