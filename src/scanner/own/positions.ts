/**
 * A pattern as an automaton without empty moves (Glushkov, 1961): one position for each character of the pattern written out, with the
 * positions that may follow it. Repetitions are bounded, so it is finite and so is the longest match.
 */
import { LIMITS } from '#limits';
import { type Node, PatternProblem, type Units } from './pattern.ts';

export interface Positions {
  readonly units: readonly Units[];
  readonly first: readonly number[];
  readonly last: readonly number[];
  readonly follow: readonly (readonly number[])[];
}

/** Throws a `PatternProblem` for patterns that are too large, or that match nothing at all. */
export function positionsOf(node: Node): Positions {
  const { size, least, longest } = extentOf(node);
  if (least === 0) throw new PatternProblem('it matches the empty text, and so everything: at least one character must be needed');
  if (size > LIMITS.policy_pattern_positions_max) throw new PatternProblem(`written out it is ${size} characters long, which is more than ${LIMITS.policy_pattern_positions_max}: repeat less, or less within each other`);
  if (longest > LIMITS.policy_match_characters_max) throw new PatternProblem(`it could match ${longest} characters, which is more than ${LIMITS.policy_match_characters_max}`);
  const units: Units[] = [];
  const follow: number[][] = [];
  const { first, last } = fragmentOf(node, units, follow);
  return { units, first, last, follow };
}

/** The same read from its end. */
export function reversed({ units, first, last, follow }: Positions): Positions {
  const before: number[][] = units.map(() => []);
  for (const [from, next] of follow.entries()) for (const to of next) before[to]!.push(from);
  return { units, first: last, last: first, follow: before };
}

/** Characters of the pattern written out, of its shortest and of its longest match. */
function extentOf(node: Node): { size: number; least: number; longest: number } {
  if (node.is === 'unit') return { size: 1, least: 1, longest: 1 };
  if (node.is === 'repeat') {
    const { size, least, longest } = extentOf(node.of);
    return { size: size * node.max, least: least * node.min, longest: longest * node.max };
  }
  const parts = node.of.map(extentOf);
  const sum = (of: (part: (typeof parts)[number]) => number): number => parts.reduce((all, part) => all + of(part), 0);
  if (node.is === 'sequence') return { size: sum(({ size }) => size), least: sum(({ least }) => least), longest: sum(({ longest }) => longest) };
  return { size: sum(({ size }) => size), least: Math.min(...parts.map(({ least }) => least)), longest: Math.max(...parts.map(({ longest }) => longest)) };
}

interface Fragment {
  readonly isOptional: boolean;
  readonly first: readonly number[];
  readonly last: readonly number[];
}

const NOTHING: Fragment = { isOptional: true, first: [], last: [] };

function fragmentOf(node: Node, units: Units[], follow: number[][]): Fragment {
  switch (node.is) {
    case 'unit': {
      const position = units.push(node.units) - 1;
      follow.push([]);
      return { isOptional: false, first: [position], last: [position] };
    }
    case 'sequence':
      return node.of.reduce<Fragment>((before, part) => chained(before, fragmentOf(part, units, follow), follow), NOTHING);
    case 'either': {
      const parts = node.of.map((part) => fragmentOf(part, units, follow));
      return { isOptional: parts.some(({ isOptional }) => isOptional), first: parts.flatMap(({ first }) => first), last: parts.flatMap(({ last }) => last) };
    }
    case 'repeat': {
      // x{1,3} is x(x(x)?)?: each optional one hangs on the one before it, or there would be moves from each to every later one.
      let rest = NOTHING;
      for (let copy = node.max; copy > node.min; copy--) rest = { ...chained(fragmentOf(node.of, units, follow), rest, follow), isOptional: true };
      let all = NOTHING;
      for (let copy = 0; copy < node.min; copy++) all = chained(all, fragmentOf(node.of, units, follow), follow);
      return chained(all, rest, follow);
    }
  }
}

function chained(before: Fragment, after: Fragment, follow: number[][]): Fragment {
  for (const from of before.last) {
    const next = follow[from]!;
    for (const to of after.first) if (!next.includes(to)) next.push(to);
  }
  return {
    isOptional: before.isOptional && after.isOptional,
    first: before.isOptional ? [...before.first, ...after.first] : before.first,
    last: after.isOptional ? [...before.last, ...after.last] : after.last,
  };
}
