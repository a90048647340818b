/**
 * What all recognizers of national ids have in common. Each country's file states how its number is written and when it
 * is valid; this file decides when a valid one is believed:
 *
 * - `written`: letters or separators make the number unmistakable. A match that passes `isValid` is marked.
 * - `plain`: bare digits, or a grouping that other numbers share. A match that passes `isValid` is marked only under a key
 *   that holds personal data, or with a word nearby that names the number.
 *
 * `national-ids.ts` runs them all.
 */
import { KEY } from '#scanner/recognizer';
import type { KeyClass } from '#scanner/recognizer';
import { RIGHT, forEachTokenAt, isNamed, naming } from './surroundings.ts';

export interface NationalId {
  /** Country and number: `us-ssn`. */
  readonly name: string;
  /** Any of these shapes (`number-shapes.ts`) must be present for the patterns to run. */
  readonly shapes: number;
  /** Absent: each pattern begins with a digit. */
  readonly mayBeginWithLetter?: true;
  /** Source of a regular expression without anchors, every quantifier bounded, no two adjacent parts overlapping. */
  readonly written?: string;
  readonly plain?: string;
  /** Flags of both patterns besides `g`. */
  readonly flags?: 'i' | '';
  /** Whether the number is one, given without separators and in capitals, and as it was written. */
  isValid(compact: string, as: string): boolean;
  /** Words, in lower case, that name the number; they are sources of regular expressions. */
  readonly words: readonly string[];
}

/** Words that name a national id without saying which. */
const GENERAL = ['national.?(?:id|identi\\w*|insurance|no|number)', 'id.?(?:card|number|nr|num)', 'identity.?(?:card|no|number)', 'identification', 'personal.?(?:id|no|number|code)', 'tax.?(?:id|no|number|file)', 'tin', 'passport', 'social.?sec\\w*', 'citizen.?(?:id|no|number)', 'resident.?(?:id|no|number)', 'government.?id'];

/** A national id whose patterns are compiled. */
export interface NationalIdFinder {
  readonly name: string;
  readonly shapes: number;
  readonly mayBeginWithLetter: boolean;
  /** Sources of its patterns. */
  readonly patterns: readonly string[];
  /** `starts`: where a token begins that may be a number. `mayBeNamed`: the text has words, or its key is one; without it only what is unmistakable is looked for. */
  find(text: string, starts: readonly number[], keyClass: KeyClass, mark: (start: number, end: number) => void, mayBeNamed: boolean): void;
}

export function nationalId(id: NationalId): NationalIdFinder {
  const written = id.written === undefined ? undefined : new RegExp(`(?:${id.written})${RIGHT}`, `y${id.flags ?? ''}`);
  const plain = id.plain === undefined ? undefined : new RegExp(`(?:${id.plain})${RIGHT}`, `y${id.flags ?? ''}`);
  const names = naming([...id.words, ...GENERAL]);

  return {
    name: id.name,
    shapes: id.shapes,
    mayBeginWithLetter: id.mayBeginWithLetter === true,
    patterns: [id.written ?? [], id.plain ?? []].flat(),
    find(text, starts, keyClass, mark, mayBeNamed) {
      let marked: Set<number> | undefined;
      if (written !== undefined) {
        forEachTokenAt(text, starts, written, (start, end) => {
          if (!isValid(text.slice(start, end))) return;
          (marked ??= new Set()).add(start);
          mark(start, end);
        });
      }
      if (plain === undefined || !mayBeNamed) return;
      forEachTokenAt(text, starts, plain, (start, end) => {
        if (marked?.has(start) === true || !isValid(text.slice(start, end))) return;
        if ((keyClass & KEY.personal) !== 0 || isNamed(text, start, end, names)) mark(start, end);
      });
    },
  };

  function isValid(as: string): boolean {
    return id.isValid(as.replaceAll(/%20|[ +./-]/g, '').toUpperCase(), as);
  }
}

/** The separator inside a grouped number, also as encoded in a query string. */
export const SPACE = '(?: |%20|\\+)';
