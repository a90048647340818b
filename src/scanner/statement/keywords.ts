/**
 * The words of SQL that the lexer asks about, found in a text without making a string of every word in it: by length and three letters,
 * then compared in full. Other words are all the same to the lexer.
 */

/** By place: the words that share one. */
const BUCKETS: string[][] = Array.from({ length: 256 }, () => []);

/** A set of keywords, which `keywordOf` knows from then on. */
export function keywords(words: string): ReadonlySet<string> {
  const set = new Set(words.split(' '));
  for (const word of set) {
    const bucket = BUCKETS[placeOf(word, 0, word.length)]!;
    if (!bucket.includes(word)) bucket.push(word);
  }
  return set;
}

/** The keyword that `text[start, end)` is, in capitals; '' if it is none. */
export function keywordOf(text: string, start: number, end: number): string {
  const bucket = BUCKETS[placeOf(text, start, end)]!;
  for (let at = 0; at < bucket.length; at++) {
    if (isWord(text, start, end, bucket[at]!)) return bucket[at]!;
  }
  return '';
}

function placeOf(text: string, start: number, end: number): number {
  return ((text.charCodeAt(start) & 31) * 7 + (text.charCodeAt(start + 1) & 31) * 31 + (text.charCodeAt(end - 1) & 31) * 3 + (end - start) * 13) & 255;
}

/** Letters alone are the same in both cases when this bit is cleared. */
const CASE = ~32;

function isWord(text: string, start: number, end: number, word: string): boolean {
  if (end - start !== word.length) return false;
  for (let at = 0; at < word.length; at++) {
    if ((text.charCodeAt(start + at) & CASE) !== word.charCodeAt(at)) return false;
  }
  return true;
}

keywords('IDENTIFIED BY PASSWORD VALUES STDIN FROM AS DO');
