/**
 * Reads a pattern of the safe subset: literals, classes, `.`, groups, alternatives, `?`, `{n}` and `{m,n}`. Everything else that
 * regular expressions know is refused with the place and what to write instead: nothing here may look around, refer back, or repeat
 * without an end. docs/reference/policy.md has the grammar.
 */
import { LIMITS } from '#limits';

/** Ranges of UTF-16 code units, both ends inclusive, ascending, without overlap. */
export type Units = readonly (readonly [number, number])[];

export type Node =
  | { readonly is: 'unit'; readonly units: Units }
  | { readonly is: 'sequence'; readonly of: readonly Node[] }
  | { readonly is: 'either'; readonly of: readonly Node[] }
  | { readonly is: 'repeat'; readonly of: Node; readonly min: number; readonly max: number };

/** Why a pattern is refused: a sentence for people, with the position where there is one. */
export class PatternProblem extends Error {}

export const REPEAT_MAX = 256;
const DEPTH_MAX = 16;
const LAST_UNIT = 0xffff;

/** The units that are not in `units`. */
export function allBut(units: Units): Units {
  const rest: [number, number][] = [];
  let from = 0;
  for (const [low, high] of units) {
    if (low > from) rest.push([from, low - 1]);
    from = high + 1;
  }
  if (from <= LAST_UNIT) rest.push([from, LAST_UNIT]);
  return rest;
}

const DIGIT: Units = [[0x30, 0x39]];
const WORD: Units = [[0x30, 0x39], [0x41, 0x5a], [0x5f, 0x5f], [0x61, 0x7a]];
/** Those the scanner counts as space. */
const SPACE: Units = [[0x09, 0x0a], [0x0d, 0x0d], [0x20, 0x20]];
const CLASSES: Readonly<Record<string, Units>> = { d: DIGIT, D: allBut(DIGIT), w: WORD, W: allBut(WORD), s: SPACE, S: allBut(SPACE) };
const ANY_BUT_BREAKS: Units = allBut([[0x0a, 0x0a], [0x0d, 0x0d]]);
const CONTROLS: Readonly<Record<string, number>> = { t: 0x09, n: 0x0a, r: 0x0d };

/** Throws a `PatternProblem`. */
export function parsePattern(pattern: string): Node {
  if (pattern === '') throw new PatternProblem('it is empty');
  if (pattern.length > LIMITS.policy_pattern_characters_max) throw new PatternProblem(`it is longer than ${LIMITS.policy_pattern_characters_max} characters`);
  return new Parser(pattern).whole();
}

class Parser {
  readonly #pattern: string;
  #at = 0;
  #depth = 0;
  #ignoresCase = false;

  constructor(pattern: string) {
    this.#pattern = pattern;
  }

  whole(): Node {
    if (this.#take('(?i)')) this.#ignoresCase = true;
    const node = this.#alternatives();
    if (this.#at < this.#pattern.length) this.#refuse('a ) without its (: write \\) for the character');
    return node;
  }

  #alternatives(): Node {
    const of = [this.#sequence()];
    while (this.#take('|')) of.push(this.#sequence());
    return of.length === 1 ? of[0]! : { is: 'either', of };
  }

  #sequence(): Node {
    const of: Node[] = [];
    while (this.#at < this.#pattern.length && !'|)'.includes(this.#pattern[this.#at]!)) of.push(this.#repeated(this.#atom()));
    return of.length === 1 ? of[0]! : { is: 'sequence', of };
  }

  #atom(): Node {
    if (this.#take('(')) return this.#group();
    if (this.#take('[')) return { is: 'unit', units: this.#class() };
    if (this.#take('.')) return { is: 'unit', units: ANY_BUT_BREAKS };
    const sign = this.#pattern[this.#at]!;
    if (sign === '^' || sign === '$') this.#refuse(`${sign} is not of the subset: a match never is a part of a longer word, and it may stand anywhere; write \\${sign} for the character`);
    if ('*+?{'.includes(sign)) this.#refuse(`${sign} has nothing to repeat; write \\${sign} for the character`);
    if (']}'.includes(sign)) this.#refuse(`${sign} stands alone; write \\${sign} for the character`);
    if (sign === '\\') {
      const units = this.#escape();
      return typeof units === 'number' ? this.#literal(units) : { is: 'unit', units };
    }
    const code = this.#pattern.codePointAt(this.#at)!;
    this.#at += code > LAST_UNIT ? 2 : 1;
    return this.#literal(code);
  }

  #group(): Node {
    if (this.#take('?') && !this.#take(':')) this.#refuse('only (?:…) and (…) are groups of the subset; it has no look-around, names or flags within, (?i) may stand at the very beginning', this.#at - 2);
    if (++this.#depth > DEPTH_MAX) this.#refuse(`more than ${DEPTH_MAX} groups within each other`);
    const node = this.#alternatives();
    if (!this.#take(')')) this.#refuse('a ( without its )');
    this.#depth--;
    return node;
  }

  #repeated(of: Node): Node {
    const { index, length, min, max } = this.#repetition();
    if (length === 0) return of;
    const next = this.#pattern[this.#at] ?? '';
    if (next !== '' && '?*+{'.includes(next)) this.#refuse(next === '{' ? 'a repetition of a repetition: put a group around the first' : `${next} behind a repetition is not of the subset: the longest match is taken`);
    if (max > REPEAT_MAX) this.#refuse(`more than ${REPEAT_MAX} repetitions`, index);
    if (min > max) this.#refuse('the least number of repetitions is greater than the most', index);
    return { is: 'repeat', of, min, max };
  }

  #repetition(): { index: number; length: number; min: number; max: number } {
    const index = this.#at;
    if (this.#take('?')) return { index, length: 1, min: 0, max: 1 };
    const sign = this.#pattern[index];
    if (sign === '*' || sign === '+') this.#refuse(`${sign} repeats without an end: write ${sign === '*' ? '{0,64}' : '{1,64}'}, or another number up to ${REPEAT_MAX}`);
    if (sign !== '{') return { index, length: 0, min: 1, max: 1 };
    const match = /^\{(\d{1,9})(?:(,)(\d{0,9}))?\}/.exec(this.#pattern.slice(index, index + 24));
    if (match === null) this.#refuse('{ begins no repetition such as {3} or {2,6}; write \\{ for the character');
    if (match[3] === '') this.#refuse(`a repetition without an end: write {${match[1]},${Math.max(64, Number(match[1]))}}, or another number up to ${REPEAT_MAX}`);
    this.#at += match[0].length;
    return { index, length: match[0].length, min: Number(match[1]), max: Number(match[3] ?? match[1]) };
  }

  #class(): Units {
    const begin = this.#at - 1;
    const isNegated = this.#take('^');
    const ranges: [number, number][] = [];
    while (!this.#take(']')) {
      if (this.#at >= this.#pattern.length) this.#refuse('a [ without its ]', begin);
      if (this.#pattern.startsWith('[:', this.#at)) this.#refuse('[:name:] is not of the subset: write the ranges, such as A-Za-z');
      const low = this.#member();
      if (typeof low !== 'number') {
        ranges.push(...low.map(([from, to]): [number, number] => [from, to]));
        continue;
      }
      let high = low;
      if (this.#pattern[this.#at] === '-' && this.#at + 1 < this.#pattern.length && this.#pattern[this.#at + 1] !== ']') {
        const index = this.#at++;
        const end = this.#member();
        if (typeof end !== 'number') this.#refuse('a range ends in one character', index);
        if (end < low) this.#refuse('a range that ends before it begins', index);
        high = end;
      }
      ranges.push([low, high]);
    }
    const units = inOrder(this.#ignoresCase ? bothCases(ranges) : ranges);
    const all = isNegated ? allBut(units) : units;
    if (all.length === 0) this.#refuse('a class that holds no character', begin);
    return all;
  }

  #member(): number | Units {
    if (this.#pattern[this.#at] === '\\') return this.#escape();
    const code = this.#pattern.codePointAt(this.#at)!;
    if (code > LAST_UNIT) this.#refuse('characters beyond U+FFFF cannot stand in a class: write them as alternatives');
    this.#at++;
    return code;
  }

  #escape(): number | Units {
    const index = this.#at;
    const letter = this.#pattern[index + 1];
    if (letter === undefined) this.#refuse('a \\ at the end; write \\\\ for the character');
    this.#at += 2;
    if (Object.hasOwn(CLASSES, letter)) return CLASSES[letter]!;
    if (Object.hasOwn(CONTROLS, letter)) return CONTROLS[letter]!;
    if (letter === 'x' || letter === 'u') {
      const digits = this.#pattern.slice(this.#at, this.#at + (letter === 'x' ? 2 : 4));
      if (!(letter === 'x' ? /^[0-9a-fA-F]{2}$/ : /^[0-9a-fA-F]{4}$/).test(digits)) this.#refuse(`\\${letter} without its ${letter === 'x' ? 'two' : 'four'} hexadecimal digits`, index);
      this.#at += digits.length;
      return Number.parseInt(digits, 16);
    }
    if (letter === 'b' || letter === 'B') this.#refuse(`\\${letter} is not of the subset: a match never is a part of a longer word anyway`, index);
    if (/\d/.test(letter)) this.#refuse('a reference back is not of the subset', index);
    if (/[A-Za-z]/.test(letter)) this.#refuse(`\\${letter} is not of the subset`, index);
    const code = this.#pattern.codePointAt(index + 1)!;
    if (code > LAST_UNIT) this.#refuse('\\ before a character that needs none', index);
    return code;
  }

  #literal(code: number): Node {
    if (code > LAST_UNIT) return { is: 'sequence', of: [...String.fromCodePoint(code)].join('').split('').map((unit): Node => ({ is: 'unit', units: [[unit.charCodeAt(0), unit.charCodeAt(0)]] })) };
    return { is: 'unit', units: inOrder(this.#ignoresCase ? bothCases([[code, code]]) : [[code, code]]) };
  }

  #take(text: string): boolean {
    const is = this.#pattern.startsWith(text, this.#at);
    if (is) this.#at += text.length;
    return is;
  }

  #refuse(why: string, at = this.#at): never {
    throw new PatternProblem(`at character ${at + 1}: ${why}`);
  }
}

/** Letters of ASCII in either case. */
function bothCases(ranges: readonly (readonly [number, number])[]): [number, number][] {
  return ranges.flatMap(([low, high]) => {
    const all: [number, number][] = [[low, high]];
    for (const [from, to, other] of [[0x41, 0x5a, 32], [0x61, 0x7a, -32]] as const) {
      const begin = Math.max(low, from);
      const end = Math.min(high, to);
      if (begin <= end) all.push([begin + other, end + other]);
    }
    return all;
  });
}

function inOrder(ranges: readonly (readonly [number, number])[]): Units {
  const result: [number, number][] = [];
  for (const [low, high] of ranges.toSorted((a, b) => a[0] - b[0])) {
    const last = result.at(-1);
    if (last !== undefined && low <= last[1] + 1) last[1] = Math.max(last[1], high);
    else result.push([low, high]);
  }
  return result;
}
