/**
 * Values that are secret because of their key, whatever they look like: `db.password`, `http.request.header.authorization`,
 * `session.id`, `x-api-key`.
 */
import { KEY } from '#scanner/recognizer';
import type { Recognizer } from '#scanner/recognizer';
import { isOrdinaryId, isPlaceholder, looksRandom } from '#scanner/values';
import { markAuthorizationValue } from './authorization.ts';

export const wholeValue: Recognizer = {
  id: 'credential.key',
  kind: 'credential',
  ofKey: true,
  needs: 0,
  keys: KEY.secret | KEY.session | KEY.perhaps,
  find(text, keyClass, mark) {
    const start = text.length - text.trimStart().length;
    const end = text.trimEnd().length;
    if (end <= start) return;
    const value = text.slice(start, end);
    if ((keyClass & (KEY.secret | KEY.session)) === 0 && (!looksRandom(value) || isOrdinaryId(value))) return;
    if ((keyClass & KEY.authorization) !== 0) return markAuthorizationValue(text, start, end, (from, to) => mark(from, to, undefined, 'authorization'));
    if (isPlaceholder(value) || (isQuote(value.charCodeAt(0)) && isPlaceholder(unquoted(value))) || (/^\d{1,2}$/.test(value) && (keyClass & KEY.password) === 0)) return;
    mark(start, end, undefined, (keyClass & KEY.password) !== 0 ? 'password' : (keyClass & KEY.session) !== 0 && (keyClass & KEY.secret) === 0 ? 'session-id' : 'credential');
  },
};

function isQuote(unit: number): boolean {
  return unit === 0x22 || unit === 0x27;
}

function unquoted(value: string): string {
  return /^(["']).*\1$/s.test(value) ? value.slice(1, -1) : value;
}
