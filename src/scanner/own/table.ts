/**
 * Positions as a table with one look-up a character: the deterministic automaton, built whole when the policy is read, so that no text
 * can make it grow. A pattern for which it would be too large is refused.
 */
import { LIMITS } from '#limits';
import { PatternProblem, type Units } from './pattern.ts';
import type { Positions } from './positions.ts';

/** Characters of which no two that stand together are parted by the edge of a match: letters, digits and _, beyond ASCII all but spaces and punctuation. */
export const WORD: Units = [[0x30, 0x39], [0x41, 0x5a], [0x5f, 0x5f], [0x61, 0x7a], [0xaa, 0xaa], [0xb5, 0xb5], [0xba, 0xba], [0xc0, 0x1fff], [0x2071, 0x2dff], [0x3005, 0x3007], [0x3021, 0xfdff], [0xfe20, 0xff00], [0xff10, 0xff19], [0xff21, 0xff3a], [0xff41, 0xff5a], [0xff66, 0xfffc]];

export interface Alphabet {
  /** Number of classes of characters that the pattern tells apart. */
  readonly size: number;
  /** Class of each unit below 128; `classOf` knows the others too. */
  readonly ascii: Uint16Array;
  classOf(unit: number): number;
  /** By class. */
  readonly isWord: readonly boolean[];
  /** By position, the classes it takes. */
  readonly classes: readonly (readonly number[])[];
}

export interface Table {
  /** Next state at `state * alphabet.size + class`; state 0 is dead where the table is anchored. */
  readonly next: Uint16Array;
  /** By state: 1 where a match ends. */
  readonly accepts: Uint8Array;
  readonly start: number;
}

/** All that patterns of these positions tell apart; every range of `units` and of words begins or ends a class. */
export function alphabetOf(units: readonly Units[]): Alphabet {
  const distinct = [...new Map(units.map((one) => [JSON.stringify(one), one])).values()];
  const edges = [...new Set([0, ...[WORD, ...distinct].flatMap((one) => one.flatMap(([low, high]) => [low, high + 1]))])].filter((edge) => edge <= 0xffff).sort((a, b) => a - b);
  const known = new Map<string, number>();
  const isWord: boolean[] = [];
  const members: number[][] = distinct.map(() => []);
  const classOfEdge = edges.map((edge) => {
    const within = distinct.map((one) => has(one, edge));
    const signature = [has(WORD, edge), ...within].map(Number).join('');
    let number = known.get(signature);
    if (number === undefined) {
      known.set(signature, (number = known.size));
      isWord.push(has(WORD, edge));
      for (const [index, is] of within.entries()) if (is) members[index]!.push(number);
    }
    return number;
  });
  const ascii = Uint16Array.from({ length: 128 }, (_none, unit) => classOfEdge[edgeBefore(edges, unit)]!);
  const byUnits = new Map(distinct.map((one, index) => [JSON.stringify(one), members[index]!]));
  return {
    size: known.size,
    ascii,
    classOf: (unit) => (unit < 128 ? ascii[unit]! : classOfEdge[edgeBefore(edges, unit)]!),
    isWord,
    classes: units.map((one) => byUnits.get(JSON.stringify(one))!),
  };
}

/** Matches begin where the reading begins, and nowhere else. */
export function anchoredTable(positions: Positions, alphabet: Alphabet): Table {
  return tableOf(positions, alphabet, true);
}

/** Matches begin everywhere but between two characters of one word. */
export function searchingTable(positions: Positions, alphabet: Alphabet): Table {
  return tableOf(positions, alphabet, false);
}

function tableOf({ first, last, follow }: Positions, alphabet: Alphabet, isAnchored: boolean): Table {
  const { size, isWord, classes } = alphabet;
  const ends = new Set(last);
  /** Of each state its positions; whether more may begin is part of what it is. */
  const states: { readonly positions: readonly number[]; readonly isBehindWord: boolean }[] = [];
  const numbers = new Map<string, number>();
  const numberOf = (positions: readonly number[], isBehindWord: boolean): number => {
    const name = `${isBehindWord ? 'w' : ''} ${positions.join()}`;
    let number = numbers.get(name);
    if (number === undefined) {
      numbers.set(name, (number = states.length));
      if (states.push({ positions, isBehindWord }) * size > LIMITS.policy_pattern_cells_max) throw new PatternProblem(`it could be in more than ${Math.floor(LIMITS.policy_pattern_cells_max / size)} states at once: make repetitions shorter, or what they repeat easier to tell apart`);
    }
    return number;
  };
  const next: number[] = [];
  let work = 0;
  numberOf([], false);
  // An anchored reading begins in a state of its own, whose followers are the first positions.
  const start = isAnchored ? states.push({ positions: [], isBehindWord: false }) - 1 : 0;
  for (let state = 0; state < states.length; state++) {
    const { positions, isBehindWord } = states[state]!;
    const inWord: number[][] = Array.from({ length: size }, () => []);
    const seen = new Set<number>();
    const add = (position: number, isBeginning: boolean): void => {
      for (const one of classes[position]!) {
        if (!isBeginning || !(isBehindWord && isWord[one])) inWord[one]!.push(position);
      }
      work += classes[position]!.length;
    };
    for (const from of positions) for (const to of follow[from]!) if (seen.size !== seen.add(to).size) add(to, false);
    if (isAnchored ? state === start : true) for (const position of first) if (!seen.has(position)) add(position, true);
    if (work > LIMITS.policy_pattern_work_max) throw new PatternProblem('it can match in too many ways at once: make repetitions shorter, or what they repeat easier to tell apart');
    for (const [one, reached] of inWord.entries()) next.push(numberOf(reached.sort((a, b) => a - b), !isAnchored && isWord[one]!));
  }
  return { next: Uint16Array.from(next), accepts: Uint8Array.from(states, ({ positions }) => (positions.some((position) => ends.has(position)) ? 1 : 0)), start };
}

function has(units: Units, unit: number): boolean {
  return units.some(([low, high]) => low <= unit && unit <= high);
}

/** Index of the last edge that is not behind `unit`. */
function edgeBefore(edges: readonly number[], unit: number): number {
  let low = 0;
  let high = edges.length;
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if (edges[middle]! <= unit) low = middle;
    else high = middle;
  }
  return low;
}
