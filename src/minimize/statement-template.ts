/** The template of a database statement: its literals become `?`. A text that is of no language that is told apart is not understood. */
import { languageOf, literalsOf } from '#scanner/statement';

/** Null if the text is no statement. What is malformed hides more, not less: a string without an end reaches to that of the text. */
export function statementTemplate(text: string): string | null {
  if (languageOf(text) === 'unknown') return null;
  let written = '';
  let at = 0;
  literalsOf(text, (start, end) => {
    // Readings of one text may overlap where the languages in it disagree.
    if (end <= at) return;
    written += text.slice(at, Math.max(at, start)) + (start >= at ? '?' : '');
    at = end;
  });
  return written + text.slice(at);
}
