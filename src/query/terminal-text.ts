/**
 * Text for a terminal. Whatever a span holds, and even if the store were written to by someone else, nothing in it may move the
 * cursor, change colours, set a title, reorder or hide text: such characters become visible ones. Widths are counted in cells.
 */

/** Bidirectional controls, zero-width and other invisible characters, line separators, tags, unpaired surrogates, private use. */
const INVISIBLE = /[\u00ad\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u2028-\u202e\u2060-\u206f\u3164\ufeff\uffa0\ufff0-\ufffb\p{Cs}\p{Co}\u{e0000}-\u{e0fff}]/gu;

/** Control characters as their pictures (␛, ␊), C1 and the invisible ones as `<U+202E>`. */
export function safeText(text: string): string {
  return text
    .replace(/[\u0000-\u001f]/g, (character) => String.fromCharCode(0x2400 + character.charCodeAt(0)))
    .replace(/\u007f/g, '␡')
    .replace(/[\u0080-\u009f]/g, named)
    .replace(INVISIBLE, named);
}

function named(character: string): string {
  return `<U+${(character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')}>`;
}

const segments = new Intl.Segmenter('en', { granularity: 'grapheme' });
const WIDE = /[\u1100-\u115f\u2e80-\u303e\u3041-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6\u{20000}-\u{3fffd}]|\p{Emoji_Presentation}/u;
/** A letter can carry marks without end; more than this are left away, as they would run over the lines around. */
const MARKS_MAX = 3;

/** Cuts or pads safe text to exactly so many cells; what is cut ends in `…`. */
export function fit(text: string, cells: number): string {
  const cut = cutTo(text, cells);
  return cut.text + ' '.repeat(Math.max(0, cells - cut.cells));
}

/** Cuts safe text to at most so many cells. */
export function clip(text: string, cells: number): string {
  return cutTo(text, cells).text;
}

export function cellsOf(text: string): number {
  return cutTo(text, Number.POSITIVE_INFINITY).cells;
}

function cutTo(text: string, cells: number): { text: string; cells: number } {
  if (cells <= 0) return { text: '', cells: 0 };
  // Text that cannot exceed the width even if all of it were wide is common, and long text is not read to its end.
  if (/^[ -~]*$/.test(text.length > 4 * cells ? text.slice(0, 4 * cells + 1) : text)) {
    return text.length <= cells ? { text, cells: text.length } : { text: `${text.slice(0, cells - 1)}…`, cells };
  }
  let taken = '';
  let used = 0;
  let fits = '';
  let fitsUsed = 0;
  for (const { segment } of segments.segment(text.length > 64 * cells ? text.slice(0, 64 * cells) : text)) {
    const width = WIDE.test(segment) ? 2 : 1;
    if (used + width > cells) return { text: `${fits}…`, cells: fitsUsed + 1 };
    taken += [...segment].slice(0, 1 + MARKS_MAX).join('');
    used += width;
    if (used <= cells - 1) {
      fits = taken;
      fitsUsed = used;
    }
  }
  return { text: taken, cells: used };
}
