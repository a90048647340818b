/**
 * A text of Cedar policies as its pieces, one policy each with the comments above it, and whether each is small and flat enough to be given to the engine: it
 * parses and evaluates by recursion on a stack of fixed size. What is a policy is for the engine to say: a piece that this file cut wrongly is none.
 */
import { LIMITS } from '#limits';

export interface Piece {
  readonly text: string;
  /** Where it begins in the whole text, in UTF-16 code units. */
  readonly from: number;
  /** Characters that make an expression deeper or longer, comments and strings apart. */
  readonly marks: number;
  readonly nesting: number;
}

/** Blank space and comments behind the last policy are no piece. */
export function piecesOf(text: string): readonly Piece[] {
  const pieces: Piece[] = [];
  let from = 0;
  let marks = 0;
  let depth = 0;
  let nesting = 0;
  let isCode = false;
  for (const { 0: token, index } of text.matchAll(TOKENS)) {
    if (token.startsWith('//')) continue;
    isCode = true;
    if (token === ';' && depth === 0) {
      const end = index + 1;
      pieces.push({ text: text.slice(from, end), from, marks, nesting });
      [from, marks, nesting, isCode] = [end, 0, 0, false];
      continue;
    }
    if (OPENING.has(token)) nesting = Math.max(nesting, ++depth);
    if (CLOSING.has(token)) depth = Math.max(0, depth - 1);
    if (!NEUTRAL.test(token)) marks++;
  }
  if (isCode) pieces.push({ text: text.slice(from), from, marks, nesting });
  return pieces;
}

/** A comment, a string, a word, an operator of two characters, or any other character. Each alternative moves on by at least one. */
const TOKENS = /\/\/[^\n\r]*|"(?:[^"\\]|\\[^])*"?|[\p{L}\p{N}_]+|::|&&|\|\||[=!<>]=|\S/gu;
const OPENING: ReadonlySet<string> = new Set(['(', '[', '{']);
const CLOSING: ReadonlySet<string> = new Set([')', ']', '}']);
/** Strings, numbers and names, and what only separates them. Words that join expressions are not among them. */
const NEUTRAL = /^(?:"[^]*|(?!(?:if|then|else|in|has|like|is|when|unless)$)[\p{L}\p{N}_]+|[,:)\]}])$/u;

/** A sentence if it is too large for the engine. */
export function sizeFault({ text, marks, nesting }: Piece): string | null {
  if (Buffer.byteLength(text) > LIMITS.access_policy_bytes_max) return `It is longer than ${LIMITS.access_policy_bytes_max} bytes.`;
  if (nesting > LIMITS.access_policy_nesting_max) return `Its brackets nest deeper than ${LIMITS.access_policy_nesting_max}.`;
  return marks > LIMITS.access_policy_marks_max ? `It joins too many expressions: ${marks} operators and brackets, at most ${LIMITS.access_policy_marks_max}. A list of values is one: ["a", "b"].contains(resource.service).` : null;
}
