/**
 * Secrets by the name beside them: `password=…`, `"apiKey": "…"`, `X-Api-Key: …`, `--token …`, `<secret>…</secret>`,
 * `setProperty("DB_PASSWORD", "…")`, `- name: TOKEN\n  value: …`, `?sig=…`, `password is …`.
 *
 * The automaton of words finds where a name may stand; `names.ts` judges the whole name; `assignment.ts` reads what is
 * assigned to it and how sure that is. The surer the form, the less the value has to look like a secret.
 */
import { FEATURE, forEachWord } from '#scanner/features';
import { classOfHeader } from '#scanner/key-class';
import { KEY } from '#scanner/recognizer';
import type { KeyClass, Kind, Recognizer } from '#scanner/recognizer';
import { isOrdinaryId, isPlaceholder, isReplaced, isUuid, looksLikeCode, looksLikePassword, looksRandom } from '#scanner/values';
import { readAssignment } from './assignment.ts';
import type { Assigned } from './assignment.ts';
import { markAuthorizationValue } from './authorization.ts';
import { endOfHeader, markCookies } from './cookie.ts';

const NAME_SIDE_MAX = 80;
const SECRET_CLASSES = KEY.secret | KEY.session | KEY.cookie | KEY.perhaps;

export const assigned: Recognizer = {
  id: 'credential.assigned',
  kind: 'credential',
  needs: FEATURE.secretWord,
  find(text, keyClass, mark) {
    let resume = 0;
    let namesUntil = 0;
    let unread = 2 * text.length + 65_536;
    forEachWord(text, FEATURE.secretWord, (end) => {
      if (end <= resume || end <= namesUntil) return;
      const name = nameAround(text, end, resume);
      if (name === undefined) return;
      namesUntil = name.end;
      if (text.charCodeAt(name.end) === 0x20 && /^(?:session|sess)$/i.test(text.slice(name.start, name.end)) && /^ (?:id|key|ticket)\b/i.test(text.slice(name.end, name.end + 8))) name.end = endOfWord(text, name.end + 1);
      // `[password]` is what minimization leaves; `user[password]` is a name.
      if (text[name.start - 1] === '[' && isReplaced(text.slice(name.start - 1, name.end + 1)) && !isNameUnit(text.charCodeAt(name.start - 2)) && !text.startsWith('] =>', name.end)) return;
      const nameClass = classAt(text, name.start, name.end);
      if ((nameClass & SECRET_CLASSES) === 0) return;
      const found = readAssignment(text, name.start, name.end, (keyClass & KEY.url) !== 0, unread < 0);
      if (found.length === 0) return;
      const said = factsOf(text.slice(name.start, name.end));
      for (const value of found) {
        unread -= value.end - value.start;
        resume = Math.max(resume, markValue(text, value, nameClass, said, mark));
      }
    });
  },
};

type MarkRange = (start: number, end: number, instead?: string, kind?: Kind) => void;

/** The name that the word ending at `wordEnd` belongs to, without the punctuation at its ends. */
function nameAround(text: string, wordEnd: number, floor: number): { start: number; end: number } | undefined {
  let inside = wordEnd;
  while (inside > floor && !isNameUnit(text.charCodeAt(inside - 1))) inside--;
  if (inside === floor) return undefined;
  let start = inside;
  const startMin = Math.max(floor, inside - NAME_SIDE_MAX);
  while (start > startMin && isNameUnit(text.charCodeAt(start - 1))) start--;
  let end = inside;
  const endMax = Math.min(text.length, inside + NAME_SIDE_MAX);
  while (end < endMax && isNameUnit(text.charCodeAt(end))) end++;
  while (end > start && isJoint(text.charCodeAt(end - 1))) end--;
  while (start < end && isJoint(text.charCodeAt(start))) start++;
  return start < end ? { start, end } : undefined;
}

function endOfWord(text: string, start: number): number {
  let end = start;
  while (end < text.length && isNameUnit(text.charCodeAt(end))) end++;
  return end;
}

function isJoint(unit: number): boolean {
  return unit === 0x2d || unit === 0x2e || unit === 0x24;
}

function isNameUnit(unit: number): boolean {
  return (
    (unit >= 0x61 && unit <= 0x7a) || (unit >= 0x41 && unit <= 0x5a) || (unit >= 0x30 && unit <= 0x39) || unit === 0x5f || isJoint(unit) ||
    (unit >= 0xc0 && !(unit >= 0x2000 && unit <= 0x206f) && !(unit >= 0x3000 && unit <= 0x303f) && unit < 0xff00)
  );
}

const CLASSES = new Map<string, KeyClass>();
const CLASSES_MAX = 4096;

/** What a name says besides its class. */
interface NameFacts {
  readonly isOfWords: boolean;
  readonly isDirectory: boolean;
  readonly isToken: boolean;
  readonly isPin: boolean;
  readonly isSession: boolean;
  readonly isShortCode: boolean;
  readonly isCode: boolean;
  readonly isProof: boolean;
  readonly isKeyOrAuth: boolean;
  readonly isHeaderOrCredentials: boolean;
}

const FACTS = new Map<string, NameFacts>();

/** Remembered: the same few names stand in most texts, and this is asked for each value. */
function factsOf(name: string): NameFacts {
  let facts = FACTS.get(name);
  if (facts === undefined) {
    if (FACTS.size >= CLASSES_MAX) FACTS.clear();
    facts = {
      isOfWords: PHRASES.test(name), isDirectory: /^(?:OLD)?PWD$/i.test(name), isToken: /token$/i.test(name), isPin: /(?:^|[^a-z])pin$/i.test(name), isSession: SESSION_NAMES.test(name), isShortCode: SHORT_CODES.test(name),
      isCode: /(?:code|otp|pin|cvv|cvc)$/i.test(name), isProof: PROOFS.test(name), isKeyOrAuth: /[a-z].*key|auth/i.test(name), isHeaderOrCredentials: /-|cred/i.test(name),
    };
    FACTS.set(name, facts);
  }
  return facts;
}

/** Class of a name, with the word before it where names are written in two words: `API key`, `client secret`. */
function classAt(text: string, start: number, end: number): KeyClass {
  let name = text.slice(start, end);
  if (text.charCodeAt(end) === 0x3d && STATE.test(name)) return KEY.perhaps;
  if (name.length <= SECOND_WORD_MAX && text.charCodeAt(start - 1) === 0x20 && SECOND_WORDS.has(name.toLowerCase())) {
    const first = /([A-Za-z]{2,20}) $/.exec(text.slice(Math.max(0, start - 22), start))?.[1];
    if (first !== undefined) name = `${first}_${name}`;
  }
  let keyClass = CLASSES.get(name);
  if (keyClass === undefined) {
    if (CLASSES.size >= CLASSES_MAX) CLASSES.clear();
    keyClass = classOfHeader(name.toLowerCase(), name);
    CLASSES.set(name, keyClass);
  }
  return keyClass;
}

/** Parameters of single sign-on whose names mean other things elsewhere: they count only before `=`, and if the value looks random. */
const STATE = /^(?:state|policy|magic|relaystate)$/i;
const SECOND_WORDS = new Set(['key', 'keys', 'token', 'phrase', 'passe', 'code', 'id', 'response', 'hash', 'ticket']);
const SECOND_WORD_MAX = Math.max(...[...SECOND_WORDS].map((word) => word.length));

/** Marks the value if it is a secret. Returns where the search goes on: behind the value, or where it was. */
function markValue(text: string, value: Assigned, nameClass: KeyClass, name: NameFacts, mark: MarkRange): number {
  let { start, end } = value;
  const content = text.slice(start, Math.min(end, start + 4096));
  if (isReplaced(content)) return end;
  if ((nameClass & KEY.cookie) !== 0) {
    if (!content.includes('=')) return start;
    if (!/["'`]/.test(text[start - 1] ?? '')) end = Math.max(end, endOfHeader(text, start, ''));
    markCookies(text, start, end, (from, to) => mark(from, to, undefined, 'cookie'));
    return end;
  }
  if ((nameClass & KEY.authorization) !== 0) {
    if (value.form !== 'sure' && !/\s/.test(content.trim()) && !looksLikePassword(content)) return start;
    if (isPlaceholder(content.trim()) || /^(?:bearer|basic|digest|token)\s+[<${*.[]/i.test(content)) return start;
    markAuthorizationValue(text, start, end, (from, to) => mark(from, to, undefined, 'authorization'));
    return end;
  }
  if (name.isOfWords) end = endOfPhrase(text, end);
  if (!isSecret(text.slice(start, Math.min(end, start + 4096)), value, nameClass, name)) return start;
  mark(start, end, undefined, value.form === 'query' ? 'parameter' : kindOf(nameClass));
  return end;
}

/** Names of secrets made of words. */
const PHRASES = /(?:phrase|mnemonic|seed|words)$/i;

function endOfPhrase(text: string, end: number): number {
  const more = /(?:[ ,-]{1,2}[a-z]{2,16}){2,32}/y;
  more.lastIndex = end;
  more.exec(text);
  return Math.max(end, more.lastIndex);
}

function kindOf(nameClass: KeyClass): Kind {
  if ((nameClass & KEY.session) !== 0) return 'session-id';
  return (nameClass & KEY.password) !== 0 ? 'password' : 'credential';
}

/** How much the value itself must look like a secret, by the form it stands in and the name it has. */
function isSecret(content: string, value: Assigned, nameClass: KeyClass, name: NameFacts): boolean {
  if (isPlaceholder(content)) return false;
  const perhaps = (nameClass & KEY.perhaps) !== 0;
  const isPassword = (nameClass & KEY.password) !== 0;
  if (isNameAgain(content)) return false;
  // Numbers of rows and of logins, not what is proof of one.
  if ((nameClass & KEY.session) !== 0 && value.form !== 'query' && /^\d{1,9}$/.test(content)) return false;
  if (name.isDirectory && /^(?:\/|~|[A-Za-z]:[\\/])/.test(content)) return false;
  if (name.isToken && /^-?\d{1,5}(?:\.\d+)?$/.test(content)) return false;
  if (name.isPin && !/^\d{3,12}$/.test(content)) return false;
  if (name.isSession && value.form !== 'query' && looksLikeSession(content)) return true;
  if (isPassword && name.isShortCode && /^\d{3,8}$/.test(content)) return true;
  switch (value.form) {
    case 'query':
      return !perhaps || name.isProof ? content.length >= 3 : looksRandom(content, 10) || content.length >= 20;
    case 'sure':
      if (perhaps) return looksRandom(content) && !isUuid(content) && !(isOrdinaryId(content) && !name.isKeyOrAuth) && !/^(?:https?:|\/)/.test(content);
      return !/^(?:https?:\/\/[^@\s]*|\/[\w./-]+)$/.test(content) || isPassword;
    case 'code':
    case 'argument':
      if (perhaps) return looksRandom(content) && !isOrdinaryId(content);
      return !looksLikeCode(content) && (looksLikePassword(content) || looksRandom(content, 12) || (/^[\d:.-]{8,}$/.test(content)));
    case 'prose':
      if (perhaps) return isEntropic(content);
      if (name.isOfWords && content.split(' ').length >= 4) return true;
      if (isPassword) return (looksLikePassword(content) && !looksLikeCode(content)) || (name.isCode && /^\d{3,8}$/.test(content));
      // A name with a hyphen is a header's, and "credentials" stands for passwords too.
      return looksRandom(content, 12) || isOpaque(content) || (name.isHeaderOrCredentials && looksLikePassword(content));
    case 'bare':
      if (perhaps) return isEntropic(content);
      return isPassword ? content.length >= 6 && looksLikePassword(content) && /\d/.test(content) && !looksLikeCode(content) : looksRandom(content) || isOpaque(content);
  }
}

/** `"token = "`: a string of a program that is put together, the name of a secret and what follows it. */
function isNameAgain(content: string): boolean {
  const last = content.charCodeAt(content.length - 1);
  if (last !== 0x3d && last !== 0x3a && last > 0x20 && last < 0x80) return false;
  const name = /^([A-Za-z_][\w.-]{0,80})\s{0,4}(?:=\s{1,4}|:\s{0,4})$/.exec(content)?.[1];
  return name !== undefined && (classOfHeader(name.toLowerCase(), name) & SECRET_CLASSES) !== 0;
}

/** Names that stand before other words, too: `session timeout=30`. */
const SESSION_NAMES = /(?:^|[-_.])(?:session|sess|sid)$/i;

function looksLikeSession(content: string): boolean {
  return looksRandom(content, 20) || isOpaque(content) || isUuid(content) || /^(?=.*\d)[0-9a-f]{24,}$/i.test(content);
}

const SHORT_CODES = /(?:code|otp|pin|cvv2?|cvc2?)$/i;

/** Characters of both cases and digits, drawn at random and not joined: no id of the usual kinds looks so, nor does the name of a class. */
function isEntropic(content: string): boolean {
  return /^(?=[^a-z]*[a-z])(?=[^A-Z]*[A-Z])(?=\D*\d)[A-Za-z0-9+/]{16,}={0,2}$/.test(content) && /\d\D+\d/.test(content) && !/[a-z]{6}/.test(content) && looksRandom(content) && !isOrdinaryId(content);
}

/** Ten digits, or twenty letters and digits without a sign between them, as words never are. */
function isOpaque(content: string): boolean {
  if (/^[A-Z0-9]{4,6}(?:-[A-Z0-9]{4,6}){3,7}$/.test(content) && /\d/.test(content)) return true;
  return /^\d{10,}$/.test(content) || (/^[A-Za-z0-9+/]{20,}={0,2}$/.test(content) && /\d/.test(content) && /[A-Za-z]/.test(content));
}

/** Query parameters that prove something: replaced whatever they look like. */
const PROOFS = /(?:^|[-_.])(?:sig|signature|auth|ticket|session|sid|sess|credential|hmac|AWSAccessKeyId)$/i;
