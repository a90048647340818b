/**
 * What the lexers of this folder share about characters.
 */

export function isDigit(code: number): boolean {
  return code >= 48 && code <= 57;
}

/** A letter, digit or underscore; everything above ASCII counts as a letter, but for spaces. */
export function isWord(code: number): boolean {
  return (code >= 97 && code <= 122) || (code >= 65 && code <= 90) || (code >= 48 && code <= 57) || code === 95 || (code > 127 && code !== 160 && !(code >= 0x2000 && code <= 0x200b) && code !== 0x3000);
}

/** The end of the match of a sticky pattern at `at`, or 0. */
export function sticky(pattern: RegExp, text: string, at: number): number {
  pattern.lastIndex = at;
  return pattern.test(text) ? pattern.lastIndex : 0;
}

/** Whether a comment holds nothing but words and hints: no digit, no quote, no sign that sets one thing equal to another. */
export function isHarmlessComment(comment: string): boolean {
  return /^[A-Za-z_\s,.()*+:;/!-]*$/.test(comment);
}
