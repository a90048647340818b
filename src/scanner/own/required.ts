/**
 * What every match of a pattern has: the byte features by which most values are done before the pattern is tried, and the longest
 * word it cannot do without. A pattern that requires nothing is in everything.
 */
import { FEATURE, type Features, featuresOfText } from '#scanner/features';
import type { Node, Units } from './pattern.ts';

export interface Required {
  readonly features: Features;
  /** Letters and digits in a row, each one certain, which every match has. */
  readonly word: number;
  /** A text that every match has, '' where there is none. */
  readonly literal: string;
}

export function requiredBy(node: Node): Required {
  const { features, word, digits, token } = needsOf(node);
  let all = features;
  if (digits.best >= 4) all |= FEATURE.digits4;
  if (digits.best >= 8) all |= FEATURE.digits8;
  if (token.best >= 20) all |= FEATURE.longToken;
  return { features: all, word: word.best, literal: literalOf(node) };
}

/** What is known of the characters of one sort in every match: how many stand in a row somewhere, at the beginning, at the end; whether there are no others. */
interface Row {
  readonly best: number;
  readonly atStart: number;
  readonly atEnd: number;
  readonly isAll: boolean;
}

interface Needs {
  readonly features: Features;
  readonly digits: Row;
  readonly token: Row;
  readonly word: Row;
}

const EMPTY_ROW: Row = { best: 0, atStart: 0, atEnd: 0, isAll: true };
const EMPTY: Needs = { features: 0, digits: EMPTY_ROW, token: EMPTY_ROW, word: EMPTY_ROW };

function needsOf(node: Node): Needs {
  switch (node.is) {
    case 'unit': {
      const { units } = node;
      const [low, high] = units[0]!;
      const letter = units.length === 1 && low === high ? String.fromCharCode(low).toLowerCase() : units.length === 2 && low === high && units[1]![0] === low + 32 && units[1]![1] === high + 32 ? String.fromCharCode(high + 32) : '';
      return { features: sharedBy(units), digits: rowOf(within(units, /\d/)), token: rowOf(within(units, /[\w-]/)), word: rowOf(/[a-z\d]/.test(letter) || letter > '\u00bf') };
    }
    case 'sequence':
      return node.of.map(needsOf).reduce(chained, EMPTY);
    case 'either':
      return node.of.map(needsOf).reduce(either);
    case 'repeat': {
      const once = needsOf(node.of);
      let all = EMPTY;
      for (let copy = 0; copy < node.min; copy++) all = chained(all, once);
      if (node.max === node.min) return all;
      // One more copy, or many, or none: what is certain of both.
      return either(all, chained(all, chained(once, either(EMPTY, once))));
    }
  }
}

function rowOf(is: boolean): Row {
  return is ? { best: 1, atStart: 1, atEnd: 1, isAll: true } : { best: 0, atStart: 0, atEnd: 0, isAll: false };
}

function chained(a: Needs, b: Needs): Needs {
  return { features: a.features | b.features, digits: rowsChained(a.digits, b.digits), token: rowsChained(a.token, b.token), word: rowsChained(a.word, b.word) };
}

function rowsChained(a: Row, b: Row): Row {
  return {
    best: Math.max(a.best, b.best, a.atEnd + b.atStart),
    atStart: a.isAll ? a.atStart + b.atStart : a.atStart,
    atEnd: b.isAll ? a.atEnd + b.atEnd : b.atEnd,
    isAll: a.isAll && b.isAll,
  };
}

function either(a: Needs, b: Needs): Needs {
  return { features: a.features & b.features, digits: rowsEither(a.digits, b.digits), token: rowsEither(a.token, b.token), word: rowsEither(a.word, b.word) };
}

function rowsEither(a: Row, b: Row): Row {
  return { best: Math.min(a.best, b.best), atStart: Math.min(a.atStart, b.atStart), atEnd: Math.min(a.atEnd, b.atEnd), isAll: a.isAll && b.isAll };
}

/** The longest row of single characters in the pattern's outermost sequence. */
function literalOf(node: Node): string {
  let longest = '';
  let row = '';
  for (const part of flat(node)) {
    const [low, high] = part.is === 'unit' && part.units.length === 1 ? part.units[0]! : [0, 1];
    row = low === high ? row + String.fromCharCode(low) : '';
    if (row.length > longest.length) longest = row;
  }
  return longest;
}

function flat(node: Node): readonly Node[] {
  return node.is === 'sequence' ? node.of.flatMap(flat) : [node];
}

/** The features that each of the units has. */
function sharedBy(units: Units): Features {
  let shared = -1;
  for (const [low, high] of units) {
    for (let unit = low; unit <= Math.min(high, 0x80); unit++) shared &= featuresOfText(String.fromCharCode(unit));
    if (high > 0x80) shared &= FEATURE.nonAscii;
  }
  return shared;
}

function within(units: Units, sort: RegExp): boolean {
  return units.every(([low, high]) => {
    if (high > 0x7f) return false;
    for (let unit = low; unit <= high; unit++) if (!sort.test(String.fromCharCode(unit))) return false;
    return true;
  });
}
