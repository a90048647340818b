/**
 * Cookies: the names stay, the values go (RFC 6265 §4). Knows the two headers, `name=value; name=value` and
 * `name=value; Path=/; HttpOnly`, as values of a cookie key and inside any text (`Cookie: …`).
 */
import { FEATURE } from '#scanner/features';
import { KEY } from '#scanner/recognizer';
import type { Recognizer } from '#scanner/recognizer';
import { isReplaced } from '#scanner/values';

type MarkRange = (start: number, end: number) => void;

/** The whole value is a cookie header. */
export const cookieHeader: Recognizer = {
  id: 'cookie.header',
  kind: 'cookie',
  needs: 0,
  keys: KEY.cookie,
  find(text, _keyClass, mark) {
    markCookies(text, 0, text.length, mark);
  },
};

/** A cookie header inside a text: a dump of headers, a command line. */
export const cookieInText: Recognizer = {
  id: 'cookie.text',
  kind: 'cookie',
  needs: FEATURE.secretWord | FEATURE.equals,
  find(text, _keyClass, mark) {
    COOKIE_HEADER.lastIndex = 0;
    for (let match = COOKIE_HEADER.exec(text); match !== null; match = COOKIE_HEADER.exec(text)) {
      const start = match.index + match[0].length;
      const end = endOfHeader(text, start, match[1] ?? '');
      markCookies(text, start, end, mark);
      COOKIE_HEADER.lastIndex = Math.max(end, start);
    }
  },
};

const COOKIE_HEADER = /\b(?:set-)?cookies?(\\{0,3}["'])?\s{0,3}(?::|=>|=|,)\s{0,3}\[?\s{0,3}(?:\\{0,3}["'])?(?=[\w.$!#%&*+^|~-]{1,128}=)/gi;

/** Where a cookie header that begins at `start` ends: at its line's end, or the quote or bracket around it. */
export function endOfHeader(text: string, start: number, quote: string): number {
  const before = /["']$/.exec(text.slice(Math.max(0, start - 1), start))?.[0] ?? '';
  for (let i = start; i < text.length; i++) {
    const character = text[i] as string;
    if (character === '\n' || character === '\r') return i;
    if (character === '\\' && /[rn"']/.test(text[i + 1] ?? '')) return i;
    if (character === before && before !== '') return i;
    if (before === '' && quote === '' && (character === '"' || character === "'" || character === ']')) return i;
  }
  return text.length;
}

/** Marks the values of all pairs of `text[start, end)`; the whole of it when there is no pair. */
export function markCookies(text: string, start: number, end: number, mark: MarkRange): void {
  let from = start;
  let first = true;
  while (from < end) {
    let to = text.indexOf(';', from);
    if (to < 0 || to > end) to = end;
    markPair(text, from, to, first, mark);
    first = false;
    from = to + 1;
  }
}

function markPair(text: string, from: number, to: number, first: boolean, mark: MarkRange): void {
  let start = from;
  let end = to;
  while (start < end && isSpace(text.charCodeAt(start))) start++;
  while (end > start && isSpace(text.charCodeAt(end - 1))) end--;
  if (start === end) return;
  const equals = text.indexOf('=', start);
  const named = equals > start && equals < end && equals - start <= 256;
  const name = named ? text.slice(start, equals).trim().toLowerCase() : text.slice(start, Math.min(end, start + 32)).toLowerCase();
  if (!first && ATTRIBUTES.has(name)) return;
  const valueStart = named ? equals + 1 : start;
  if (valueStart >= end || isReplaced(text.slice(valueStart, valueStart + 32))) return;
  mark(valueStart, end);
}

function isSpace(unit: number): boolean {
  return unit === 0x20 || (unit >= 0x09 && unit <= 0x0d);
}

/** RFC 6265 §4.1.1, SameSite, CHIPS, and Chrome's priority. */
const ATTRIBUTES = new Set(['path', 'domain', 'expires', 'max-age', 'samesite', 'secure', 'httponly', 'priority', 'partitioned', 'version', 'comment']);
