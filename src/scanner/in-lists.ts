/**
 * What one string of a list says about the next: flags and their values, names and values of headers by turns (`["Accept", "text/html",
 * "X-Api-Key", "…"]`, as Node and many proxies hold them), a header with nothing behind its colon.
 */
import { KEY } from './recognizer.ts';
import type { KeyClass } from './recognizer.ts';
import { isOrdinaryId, looksLikePassword, looksRandom } from './values.ts';

const SECRET_CLASSES = KEY.secret | KEY.password | KEY.session | KEY.cookie | KEY.authorization | KEY.perhaps;
const FLAG = /^--?[A-Za-z][\w-]{1,60}$/;
const NAME = /^[A-Za-z][\w.-]{2,60}$/;
/** `Authorization:`, `Authorization: Bearer`, `X-Api-Key=`. */
const OPEN_HEADER = /^([A-Za-z][\w.-]{2,60}) ?[:=] {0,4}(?:bearer|basic|token|apikey|digest|negotiate)? {0,4}$/i;
/** A word, a name or several joined: what stands behind names in lists of names, and nothing drawn at random does. */
const WORDS = /^[A-Za-z][a-z]*(?:[A-Z][a-z]+)*(?:[-_.: ][A-Za-z]?[a-z]*\d{0,2})*$/;

/** Whether every second string, from the first on, is a name as headers have it. */
export function isByTurns(texts: readonly string[]): boolean {
  if (texts.length < 2 || texts.length % 2 !== 0) return false;
  for (let at = 0; at < texts.length; at += 2) if (!/^:?[A-Za-z][\w.-]{0,60}$/.test(texts[at]!)) return false;
  return true;
}

/** What `before` says about `text` behind it. A flag is sure of it; a mere name (`X-Api-Key`) is so where the value could be no word of the language. `isValue`: names and values take turns, and this one's turn is a value's. */
export function classInList(before: string, text: string, classOf: (name: string) => KeyClass, isValue: boolean): KeyClass {
  if (FLAG.test(before)) return /^--?[a-z][a-z-]+$/.test(text) ? KEY.plain : classOf(before.replace(/^-+/, '')) & SECRET_CLASSES & ~KEY.perhaps;
  const open = before.length <= 90 ? OPEN_HEADER.exec(before)?.[1] : undefined;
  if (open !== undefined) return WORDS.test(text) ? KEY.plain : classOf(open) & SECRET_CLASSES & ~KEY.perhaps & ~(text.includes(' ') ? 0 : KEY.authorization);
  if (!NAME.test(before)) return KEY.plain;
  const nameClass = classOf(before) & SECRET_CLASSES;
  if ((nameClass & KEY.cookie) !== 0 && text.includes('=')) return KEY.cookie;
  if ((nameClass & (KEY.secret | KEY.session)) !== 0 && isSecretBehindName(text, nameClass, isValue)) return nameClass & (text.includes(' ') ? -1 : ~KEY.authorization);
  return (nameClass & KEY.authorization) !== 0 || nameClass === 0 ? KEY.plain : KEY.perhaps;
}

/** Names of secrets stand in lists of names, of words and of fields as well. */
function isSecretBehindName(text: string, nameClass: KeyClass, isValue: boolean): boolean {
  if (WORDS.test(text)) return false;
  if ((nameClass & KEY.password) !== 0) return looksLikePassword(text) || (isValue && text.length >= 4);
  return looksRandom(text, 8) ? isValue || !isOrdinaryId(text) : isValue && text.length >= 8 && looksLikePassword(text) && !/^[a-z][a-z0-9]*(?:[-_./][a-z0-9]+)*$/.test(text);
}
