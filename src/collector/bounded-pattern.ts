/**
 * Expressions that repeat something without an end, with an end: what the patterns of recognizers need. Edges of words go, since a recognizer never finds
 * a part of a longer word.
 */

/** Longest first; which of them a pattern can bear depends on the rest of it. */
const ENDS = [256, 64, 16] as const;
const SIGN = /\\b|\\.|\[(?:\\.|\[:\w+:\]|[^\]\\])*\]|([*+])\??|\{(\d{1,4}),\}\??|(\{\d{1,4}(?:,\d{1,4})?\}|\?)\?/g;

export function boundedForms(pattern: string): string[] {
  return [...new Set(ENDS.map((end) => pattern.replace(SIGN, (whole: string, repeated: string | undefined, least: string | undefined, greedy: string | undefined) => {
    if (whole === '\\b') return '';
    if (repeated !== undefined) return `{${repeated === '*' ? 0 : 1},${end}}`;
    if (least !== undefined) return `{${least},${Math.max(end, Number(least))}}`;
    return greedy ?? whole;
  })))];
}
