/**
 * The template of a command line: which program ran with which options, not on what. Arguments become `?`, and so do values of options. Most command
 * lines are argument lists that were joined with spaces, not what a shell read: quotes hold words together, and an operator is one only where it
 * stands alone.
 */

const PROGRAM = /^(?!-)(?:\.{0,2}\/|[A-Za-z]:\\)?[A-Za-z0-9_.+\\/@-]{1,256}$/;
const LONG_OPTION = /^--[A-Za-z][A-Za-z0-9.-]{0,63}$/;
const ASSIGNMENT = /^([A-Za-z_]\w{0,63})=/;
/** Between commands. */
const OPERATOR = /^(?:\|\|?|&&?|;)$/;
const WORDS_MAX = 4_096;
/** Stands before what was quoted; in no name. */
const QUOTED = '"';

/** Null if the text is no command line: a quote without an end, or no program. */
export function commandTemplate(text: string): string | null {
  const words = wordsOf(text);
  return words === null ? null : templateOf(words);
}

function templateOf(words: readonly string[]): string | null {
  const written: string[] = [];
  let wantsProgram = true;
  for (const word of words) {
    if (OPERATOR.test(word)) {
      written.push(word);
      wantsProgram = true;
    } else if (wantsProgram) {
      const assigned = ASSIGNMENT.exec(word);
      written.push(assigned === null ? programTemplate(word) : `${assigned[1]!}=?`);
      wantsProgram = assigned !== null;
    } else written.push(argumentTemplate(word));
  }
  return written.length === 0 ? null : written.join(' ');
}

/** Of one word. */
export function programTemplate(word: string): string {
  return PROGRAM.test(word) && !/\d{6}/.test(word) ? word : '?';
}

export function argumentTemplate(word: string): string {
  const at = word.indexOf('=');
  const name = at === -1 ? word : word.slice(0, at);
  if (LONG_OPTION.test(name) && !/\d{4}/.test(name)) return at === -1 ? name : `${name}=?`;
  // `-p` is a name; what is written against it may be its value.
  return /^-[A-Za-z]/.test(word) ? (word.length === 2 ? word : `${word.slice(0, 2)}?`) : '?';
}

/** Null when a quote has no end, and for a document within the command line (`<<`). */
function wordsOf(text: string): readonly string[] | null {
  const words: string[] = [];
  let word: string | null = null;
  for (let at = 0; at < text.length; at++) {
    const sign = text[at]!;
    if (sign === "'" || sign === '"') {
      const close = closingOf(text, at);
      if (close === -1) return null;
      // Quoted, nothing in it is an operator, nor the name of an option or program.
      word = `${word ?? ''}${QUOTED}${text.slice(at + 1, close)}`;
      at = close;
    } else if (sign === '\\' && at + 1 < text.length) {
      const escaped = text[++at]!;
      if (escaped !== '\n') word = (word ?? '') + (/[\w\\/.:-]/.test(escaped) ? `\\${escaped}` : QUOTED + escaped);
    } else if (/\s/.test(sign)) {
      if (word !== null && words.push(word) > WORDS_MAX) return null;
      word = null;
    } else word = (word ?? '') + sign;
  }
  if (word !== null) words.push(word);
  return words.some((one) => one.startsWith('<<')) ? null : words;
}

function closingOf(text: string, open: number): number {
  const quote = text[open]!;
  for (let at = open + 1; at < text.length; at++) {
    if (text[at] === '\\' && quote === '"') at++;
    else if (text[at] === quote) return at;
  }
  return -1;
}
