/**
 * What all recognizers of national ids have in common. Each country's file states how its number is written and when it
 * is valid; this file decides when a valid one is believed:
 *
 * - `written`: letters or separators make the number unmistakable. A match that passes `isValid` is marked.
 * - `plain`: bare digits, or a grouping that other numbers share. A match that passes `isValid` is marked only under a key
 *   that holds personal data, or with a word nearby that names the number.
 *
 * Under a key that holds an identifier by definition nothing is marked.
 */
import { FEATURE } from '#scanner/features';
import { KEY } from '#scanner/recognizer';
import type { KeyClass, Recognizer } from '#scanner/recognizer';
import { shapesOf } from './number-shapes.ts';
import { LEFT, RIGHT, isNamed, naming } from './surroundings.ts';

export interface NationalId {
  /** Country and number: `us-ssn`. */
  readonly name: string;
  /** Any of these shapes must be present for the patterns to run. */
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

export function nationalId(id: NationalId): Recognizer {
  const written = id.written === undefined ? undefined : new RegExp(`${LEFT}(?:${id.written})${RIGHT}`, `g${id.flags ?? ''}`);
  const plain = id.plain === undefined ? undefined : new RegExp(`${LEFT}(?:${id.plain})${RIGHT}`, `g${id.flags ?? ''}`);
  const names = naming([...id.words, ...GENERAL]);

  return {
    id: `national-id.${id.name}`,
    kind: 'national-id',
    needs: FEATURE.digit,
    find(text: string, keyClass: KeyClass, mark): void {
      if ((keyClass & KEY.identifier) !== 0 || (shapesOf(text) & id.shapes) === 0) return;
      const marked = new Set<number>();
      if (written !== undefined) {
        for (const match of text.matchAll(written)) {
          if (!isValid(match[0])) continue;
          marked.add(match.index);
          mark(match.index, match.index + match[0].length);
        }
      }
      if (plain === undefined) return;
      for (const match of text.matchAll(plain)) {
        const end = match.index + match[0].length;
        if (!marked.has(match.index) && isValid(match[0]) && ((keyClass & KEY.personal) !== 0 || isNamed(text, match.index, end, names))) mark(match.index, end);
      }
    },
  };

  function isValid(as: string): boolean {
    return id.isValid(as.replaceAll(/%20|[ +./-]/g, '').toUpperCase(), as);
  }
}

/** The separator inside a grouped number, also as encoded in a query string. */
export const SPACE = '(?: |%20|\\+)';
