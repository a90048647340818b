/** What stays of a text by the number of its characters, which are code points. */

export const MASK = '***';
/** A placeholder that was cut in two: `[ema`. */
const CUT_PLACEHOLDER = /\[[a-z0-9:-]{0,80}$/;

/** `***` and the last characters, never more than a third of all. */
export function masked(text: string, last: number): string {
  const characters = [...text.slice(-2 * last)];
  const kept = Math.min(last, Math.floor(countOf(text) / 3));
  return kept === 0 ? MASK : MASK + characters.slice(-kept).join('');
}

/** So many characters, less what would be half of a placeholder. */
export function truncated(text: string, length: number): string {
  if (text.length <= length) return text;
  let end = 0;
  for (let count = 0; count < length && end < text.length; count++) end += text.codePointAt(end)! > 0xffff ? 2 : 1;
  return end === text.length ? text : text.slice(0, end).replace(CUT_PLACEHOLDER, '');
}

function countOf(text: string): number {
  let count = 0;
  for (let at = 0; at < text.length; at += text.codePointAt(at)! > 0xffff ? 2 : 1) count++;
  return count;
}
