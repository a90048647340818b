/**
 * Words that must stand near a match, or in the key beside the value. Where they stand is worked out once a text, when there is a first
 * match; matches are asked about from left to right, so the whole is linear.
 */

export interface Context {
  /** Whether one of the words is part of an attribute key: `hr.employeeNumber` has `employee`. */
  isIn(name: string): boolean;
  /** Answers for ranges of one text, in ascending order of their beginnings: whether a word stands at most `within` characters before or after. */
  near(text: string): (start: number, end: number) => boolean;
}

/** Words are compared without regard to case; between the parts of one may stand a space, `_`, `-` or `.`, or nothing. */
export function contextOf(words: readonly string[], within: number): Context {
  const pattern = new RegExp(words.map((word) => partsOf(word).map(literally).join('[\\s_.-]?')).filter((word) => word !== '').join('|') || '(?!)', 'giu');
  const occurrences = function* (text: string): Generator<{ start: number; end: number }> {
    for (const match of text.matchAll(pattern)) {
      const end = match.index + match[0].length;
      if (match[0] !== '' && parts(text, match.index) && parts(text, end)) yield { start: match.index, end };
    }
  };
  return {
    isIn: (name) => !occurrences(name).next().done,
    near(text) {
      const ranges = [...occurrences(text)];
      let first = 0;
      return (start, end) => {
        while (first < ranges.length && ranges[first]!.end < start - within) first++;
        const nearest = ranges[first];
        return nearest !== undefined && nearest.start <= end + within;
      };
    },
  };
}

function partsOf(word: string): string[] {
  return word.split(/[\s_.-]+/).filter((part) => part !== '');
}

function literally(text: string): string {
  return text.replaceAll(/[\\^$*+?()[\]{}|/]/g, String.raw`\$&`);
}

/** Whether a word may begin or end here: not between two letters, unless the case changes there as in `employeeNumber`. */
function parts(text: string, at: number): boolean {
  const before = text[at - 1] ?? '';
  const after = text[at] ?? '';
  return !LETTER.test(before) || !LETTER.test(after) || (LOWER.test(before) && UPPER.test(after)) || (UPPER.test(before) && UPPER.test(after) && LOWER.test(text[at + 1] ?? ''));
}

const LETTER = /\p{L}/u;
const LOWER = /\p{Ll}/u;
const UPPER = /\p{Lu}/u;
