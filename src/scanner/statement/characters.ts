/**
 * What the lexers of this folder share about characters.
 */

export function isDigit(code: number): boolean {
  return code >= 48 && code <= 57;
}

/** A letter, digit or underscore; everything above ASCII counts as a letter, but for spaces. */
export function isWord(code: number): boolean {
  return code < 128 ? WORD[code] === 1 : code > 127 && code !== 160 && !(code >= 0x2000 && code <= 0x200b) && code !== 0x3000;
}

const WORD = Uint8Array.from({ length: 128 }, (_none, code) => (/\w/.test(String.fromCharCode(code)) ? 1 : 0));

/** The end of the match of a sticky pattern at `at`, or 0. */
export function sticky(pattern: RegExp, text: string, at: number): number {
  pattern.lastIndex = at;
  return pattern.test(text) ? pattern.lastIndex : 0;
}

/** Whether a comment holds nothing but words and hints: no digit, no quote, no sign that sets one thing equal to another. */
export function isHarmlessComment(comment: string): boolean {
  return /^[A-Za-z_\s,.()*+:;/!-]*$/.test(comment);
}
