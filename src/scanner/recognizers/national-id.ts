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
import { RIGHT, forEachToken, isNamed, naming } from './surroundings.ts';

export interface NationalId {
  /** Country and number: `us-ssn`. */
  readonly name: string;
  /** Any of these shapes (`number-shapes.ts`) must be present for the patterns to run. */
  readonly shapes: number;
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
  /** `mayBeNamed`: the text has words, or its key is one; without it only what is unmistakable is looked for. */
  find(text: string, keyClass: KeyClass, mark: (start: number, end: number) => void, mayBeNamed: boolean): void;
}

export function nationalId(id: NationalId): NationalIdFinder {
  const written = id.written === undefined ? undefined : new RegExp(`(?:${id.written})${RIGHT}`, `g${id.flags ?? ''}`);
  const plain = id.plain === undefined ? undefined : new RegExp(`(?:${id.plain})${RIGHT}`, `g${id.flags ?? ''}`);
  const names = naming([...id.words, ...GENERAL]);

  return {
    name: id.name,
    shapes: id.shapes,
    find(text, keyClass, mark, mayBeNamed) {
      const marked = new Set<number>();
      if (written !== undefined) {
        forEachToken(text, written, (start, end) => {
          if (!isValid(text.slice(start, end))) return;
          marked.add(start);
          mark(start, end);
        });
      }
      if (plain === undefined || !mayBeNamed) return;
      forEachToken(text, plain, (start, end) => {
        if (marked.has(start) || !isValid(text.slice(start, end))) return;
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
