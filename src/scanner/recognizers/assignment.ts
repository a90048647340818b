/**
 * Reads what a text assigns to a name, in the notations in which names and values meet: `=` and its relatives, `:` of JSON,
 * YAML and headers, XML elements, call arguments, command-line flags, name/value pairs, multipart forms, sentences.
 *
 * Every expression is anchored where it is tried and bounded, and a value is read once, so the work is linear in the text.
 */
import { isReplaced } from '#scanner/values';

/**
 * How the value stands there. `query`: between `=` and `&`. `sure`: quoted, or assigned without a space, or alone on its
 * line. `code`: assigned in what may be program text. `argument`: behind the name in a call. `prose`: after a colon or verb in a sentence. `bare`: just behind the name.
 */
export type Form = 'query' | 'sure' | 'code' | 'argument' | 'prose' | 'bare';

export interface Assigned {
  readonly start: number;
  readonly end: number;
  readonly form: Form;
}

/** What can stand between a name and its value; anything else ends the matter at once. */
const MAY_FOLLOW = new Set('=:"\'`\\])<>,; \t\r\n&?*|+!-.：＝');
const VALUE_MAX = 16_384;
/** How far a value is read once a hostile text has had many long values read from overlapping places. */
const VALUE_MAX_SPENT = 64;
const ELEMENTS_MAX = 64;

const OPERATOR = /(?:\\{0,7}["'`]|&quot;|&#34;|\\(?==))?[\])]{0,2}[ \t]{0,8}(?:\r?\n[ \t]{0,40})?(?:=>|:{1,3}=|\?=|\.=|\+=|\|\|=|={1,3}|!={1,2}|->|<-(?=[ \t"'`])|:|：|＝)/y;
const TYPED =
  /(?:\??:[ \t]{0,4}[A-Za-z_&*][\w.<>|&?[\] ]{0,40}?|[ \t]{1,8}(?:\*|&)?(?:'static )?(?:string|str|text|byte|char|varchar|nsstring|std::string|bytes|securestring)(?:\[\]|\*)?)[ \t]{0,4}:?=[ \t]{0,8}(?=\\{0,3}["'`])/iy;
const ELEMENT = /(?:[ \t\r\n][^<>]{0,300})?>[ \t\r\n]{0,80}(?:<!\[CDATA\[)?/y;
const NEXT_ELEMENT = /[ \t]{0,4}<\/[\w:.-]{1,40}>[ \t\r\n]{0,80}<[\w:.-]{1,40}>/y;
const COMMA = /(\\{0,7}["'`])[ \t]{0,8},[ \t\r\n]{0,8}(?=\\{0,7}[bBuUrRfF@]?["'`])/y;
const FLAG = /[ \t]{1,8}(?![-|;&<>])/y;
const NAMED_VALUE = /(?:\\{0,7}["'`])?(?:\s{0,4}[,;]|\s)[\s,;]{0,40}(?:[-*]\s)?(?:\\{0,7}["'`])?(?:string_?)?(?:value|content|val)(?:\\{0,7}["'`])?\s{0,4}(?:=>|=|:)/iy;
const NAME_BEFORE = /(?:name|key|id|header|field|param|variable)(?:\\{0,7}["'`])?\s{0,4}(?:=>|=|:)\s{0,4}(?:\\{0,7}["'`])?$/i;
const MULTIPART = /\\{0,3}"(?:;[^\r\n]{0,200})?\r?\n(?:[\w-]{1,60}:[^\r\n]{0,300}\r?\n){0,4}\r?\n/y;
/** The member that is the value, behind others that say more about it: `{"type":"x","value":"…"}`. */
const WRAPPED_VALUE = /\{(?:\s{0,8}\\{0,7}["'][\w-]{1,40}\\{0,7}["']\s{0,4}:\s{0,4}(?:\\{0,7}"[\w .:/+-]{0,80}\\{0,7}"|[\w.-]{1,20})\s{0,4},){0,4}\s{0,8}\\{0,7}["']?(?:string_?value|value|s|string|plain|plain_?text|clear|clear_?text|raw|old|new|current|previous|secret|\$|#text|_text)\\{0,7}["']?\s{0,4}(?:=>|:|=)/iy;
const SENTENCE = /[ \t]{1,3}(?:(?:is|was|are|provided|given|used|supplied|entered|set to|value|equals|of|with|lautet|ist|\|)(?:[ \t]{0,2}(?:is|was))?[ \t]{0,2}:?[ \t]{1,3}|(?=["'`]))/iy;
/** A sentence in a query, where + stands for a space. */
const SENTENCE_OF_FORM = /\+(?:is|was|are|lautet|ist)(?::|%3A)?\+/iy;
const BARE = /[ \t]{1,3}(?=[^\s"'`=:{}()[\]<>,;|&-])/y;
/** What stands between an operator and its value without being part of it: PHP's `string(7)`, YAML's `!tag`. */
const DECORATION = /string\(\d{1,6}\)[ ]?(?=")|![\w.-]{1,40}[ \t]{1,4}(?=\S)/y;
/** `<param name="password">…</param>`, with an element of its own for the value or not. */
const ATTRIBUTE_OF_ELEMENT = /\\{0,3}["'][^<>/]{0,200}>[ \t\r\n]{0,40}(?:<(?:string|value|text)>[ \t\r\n]{0,40})?(?=[^<\s])/iy;
const CALL = /(?:new )?(?:[A-Za-z_][\w.:<>]{0,60}\([ \t]{0,4}){1,2}(?=\\{0,3}["'`])/y;
const READER = /env|get|read|load|fetch|config|lookup|path|file|open|prompt|input|find|require|import|resolve|setting/i;
/** `Authorization: Scheme name=…`, a scheme nobody registered. */
const SCHEME_PARAMETER = /[ \t][\w-]{1,30}=["']?\S/y;
/** …or `Authorization: Scheme token`. */
const SCHEME_TOKEN = /[ \t](?=[\w.~+/=:-]{0,60}\d)[\w.~+/=:-]{16,}/y;
const QUOTE_PREFIX = /(?:[bBuUrRfFL@$]{1,2})?(\\{0,7})(["'`]|&quot;|&#34;)/y;
const NEXT_PAIR = /[,;)}\]&][ \t]{0,2}["']?[A-Za-z_][\w.-]{0,64}["']?[ \t]{0,2}[=:]/y;
const NEXT_ASSIGNED_TYPE = /[ \t]{0,4}=[ \t]{0,8}(?=\\{0,3}["'`])/y;

let valueMax = VALUE_MAX;

/**
 * The values assigned to the name `text[nameStart, nameEnd)`: none, one, or the elements of a list. `inUrl`: the text is a
 * URL or query. `spent`: the caller has read more than its share, so only the beginning of a value is read.
 */
export function readAssignment(text: string, nameStart: number, nameEnd: number, inUrl: boolean, spent: boolean): readonly Assigned[] {
  valueMax = spent ? VALUE_MAX_SPENT : VALUE_MAX;
  if (!MAY_FOLLOW.has(text[nameEnd] ?? '')) return [];
  const before = text[nameStart - 1] ?? '';
  // `curl -u <user:password>` is no element.
  if (before === '<' || (before === ':' && /<[\w-]{1,30}:$/.test(text.slice(Math.max(0, nameStart - 32), nameStart)) && !/(?:-u|--user)[ =]["']?<[\w-]{1,30}:$/.test(text.slice(Math.max(0, nameStart - 48), nameStart)))) {
    const value = readElement(text, nameEnd);
    if (value !== undefined) return [value];
  }
  if (before === '>') {
    const at = after(NEXT_ELEMENT, text, nameEnd);
    if (at >= 0) return trimmed(text, at, untilAngle(text, at), 'prose');
  }
  if (before === '"') {
    const at = after(MULTIPART, text, nameEnd);
    if (at >= 0) return trimmed(text, at, endOfLine(text, at), 'sure');
  }
  const next = text.charCodeAt(nameEnd);
  if (next !== 0x3d && /["'`:=\s]/.test(before) && NAME_BEFORE.test(text.slice(Math.max(0, nameStart - 40), nameStart))) {
    const at = after(NAMED_VALUE, text, nameEnd);
    if (at >= 0) return readValue(text, at, nameStart, 'sure');
    const inner = after(ATTRIBUTE_OF_ELEMENT, text, nameEnd);
    if (inner >= 0 && text.startsWith('</', untilAngle(text, inner))) return trimmed(text, inner, untilAngle(text, inner), 'argument');
  }
  const typed = next === 0x3a || next === 0x3f || next === 0x20 ? after(TYPED, text, nameEnd) : -1;
  if (typed >= 0) return readValue(text, typed, nameStart, 'sure');

  const operator = after(OPERATOR, text, nameEnd);
  if (operator >= 0) return readOperand(text, nameStart, nameEnd, operator, inUrl);

  const comma = next === 0x20 ? -1 : after(COMMA, text, nameEnd);
  if (comma >= 0) return readValue(text, comma, nameStart, /\($/.test(text.slice(Math.max(0, nameStart - 6), nameStart).replace(/\\{0,7}["'`]$/, '')) ? 'argument' : 'bare');

  if (next === 0x2b) {
    const at = after(SENTENCE_OF_FORM, text, nameEnd);
    return at >= 0 ? trimmed(text, at, untilAny(text, at, /[+&\s"'#<>]/g), 'prose') : [];
  }
  if (next !== 0x20 && next !== 0x09) return [];
  if (/(?:^|[\s"'=])--?$/.test(text.slice(Math.max(0, nameStart - 3), nameStart))) {
    const at = after(FLAG, text, nameEnd);
    if (at >= 0) return readValue(text, at, nameStart, 'sure', true);
  }
  const sentence = after(SENTENCE, text, nameEnd);
  if (sentence >= 0) return readValue(text, sentence, nameStart, 'prose');
  const bare = after(BARE, text, nameEnd);
  return bare >= 0 ? readValue(text, bare, nameStart, 'bare') : [];
}

/** What follows `=` or `:`. */
function readOperand(text: string, nameStart: number, nameEnd: number, operatorEnd: number, inUrl: boolean): readonly Assigned[] {
  const sign = text.slice(nameEnd, operatorEnd);
  const before = text[nameStart - 1] ?? '';
  if (sign === '=' && (before === '?' || before === '&' || before === '#' || (inUrl && nameStart === 0))) return readQuery(text, operatorEnd);
  // A path parameter (RFC 3986 §3.3): `/cart;jsessionid=…?page=1`.
  if (sign === '=' && before === ';' && /sessionid$/i.test(text.slice(nameStart, nameEnd))) {
    return trimmed(text, operatorEnd, untilAny(text, operatorEnd, /[?#;&\s"'<>/]/g), 'sure');
  }
  if (sign === '=' && nameStart === 0) {
    const end = untilAny(text, operatorEnd, /[&\s"'<>;,]/g);
    if (text[end] === '&') return readQuery(text, operatorEnd);
  }
  let at = operatorEnd;
  while (at < text.length && at - operatorEnd < 40 && (text[at] === ' ' || text[at] === '\t')) at++;
  const spaced = at > operatorEnd || /\s/.test(sign);
  const lineStart = isLineStart(text, nameStart);
  if (text[at] === '\n' || text[at] === '\r') {
    // A value on the next line is one only when it is quoted: in YAML a map may begin there.
    const next = /\s{1,80}(?=["'`])/y;
    const quoted = after(next, text, at);
    return quoted >= 0 && !sign.endsWith(':') ? readValue(text, quoted, nameStart, 'sure') : [];
  }
  if (lineStart && (text[at] === '|' || text[at] === '>')) {
    const block = readBlock(text, at);
    if (block !== undefined) return [block];
  }
  if (text[at] === '[' && !isReplaced(text.slice(at, at + 24))) return readList(text, at + 1);
  const isColon = sign.endsWith(':') || sign.endsWith('：');
  // `secret:prod/db` inside an ARN or a URN is a path, not an assignment.
  if (sign === ':' && !spaced && (before === ':' || before === '/')) return [];
  const quotedName = /["'`;]/.test(sign);
  const form: Form = !spaced || quotedName ? 'sure' : isColon ? (lineStart && isWholeLine(text, at) ? 'sure' : 'prose') : lineStart && isWholeLine(text, at) ? 'code' : 'code';
  return readValue(text, at, nameStart, form === 'sure' && sign.includes('==') ? 'code' : form);
}

/** Reads one value, quoted or not. A quoted one is sure unless it stands in a sentence. */
function readValue(text: string, from: number, nameStart: number, form: Form, isArgument = false): readonly Assigned[] {
  let at = from;
  while (at < text.length && at - from < 8 && (text[at] === ' ' || text[at] === '\t')) at++;
  if (at >= text.length || (text[at] === '[' && isReplaced(text.slice(at, at + 24)))) return [];
  if (text[at] === '{') {
    const wrapped = after(WRAPPED_VALUE, text, at);
    if (wrapped >= 0) return readValue(text, wrapped, nameStart, form);
  }
  const decoration = after(DECORATION, text, at);
  if (decoration >= 0) at = decoration;
  const call = after(CALL, text, at);
  if (call >= 0) {
    if (READER.test(text.slice(at, call))) return [];
    at = call;
  }
  QUOTE_PREFIX.lastIndex = at;
  const quote = QUOTE_PREFIX.exec(text);
  if (quote !== null) {
    const start = at + quote[0].length;
    const end = closingQuote(text, start, (quote[1] as string).length, quote[2] as string);
    return end > start ? [{ start, end, form: form === 'code' || form === 'query' ? 'sure' : form }] : [];
  }
  if (/[{[(]/.test(text[at] as string) && /[\s"'{}[\]\\]/.test(text[at + 1] ?? ' ')) return [];
  const header = (form === 'prose' || form === 'sure') && !isArgument;
  const end = isArgument ? untilAny(text, at, /[\s"'`<>|;]/g) : endOfUnquoted(text, at);
  if (end <= at) return [];
  const typed = after(NEXT_ASSIGNED_TYPE, text, end);
  if (typed >= 0 && !header) return readValue(text, typed, nameStart, 'sure');
  const isOwnScheme = header && /^(?:proxy-)?authorization/i.test(text.slice(nameStart, nameStart + 20)) && (after(SCHEME_PARAMETER, text, end) >= 0 || (/^[A-Za-z][\w-]{1,30}$/.test(text.slice(at, Math.min(end, at + 32))) && after(SCHEME_TOKEN, text, end) >= 0));
  if (isOwnScheme || (header && /^(?:bearer|basic|digest|token|apikey|negotiate|ntlm|aws4-hmac-sha256|hmac|oauth|hawk|signature|dpop|sharedkey)$/i.test(text.slice(at, end)))) {
    const rest = untilAny(text, end, /[\r\n"'`<>]|, [A-Z]/g);
    return [{ start: at, end: trimEnd(text, at, rest), form }];
  }
  return [{ start: at, end, form }];
}

/** A parameter's value in a URL or form body. */
function readQuery(text: string, start: number): readonly Assigned[] {
  const end = untilAny(text, start, /[&#\s"'<>`\\]/g);
  return end > start ? [{ start, end: trimQuery(text, start, end), form: 'query' }] : [];
}

/** Punctuation behind a URL in a sentence is not part of it. */
function trimQuery(text: string, start: number, end: number): number {
  return end - start > 1 && end < text.length && /[.,;:)\]}]/.test(text[end - 1] as string) && /\s/.test(text[end] as string) ? end - 1 : end;
}

function readElement(text: string, nameEnd: number): Assigned | undefined {
  const start = after(ELEMENT, text, nameEnd);
  if (start < 0) return undefined;
  const end = text.slice(start - 9, start) === '<![CDATA[' ? indexOrEnd(text, ']]>', start) : untilAngle(text, start);
  return trimmed(text, start, end, 'sure')[0];
}

/** Strings of a list, and the bracketed values of Go's map dumps: `Authorization:[Bearer …]`. */
function readList(text: string, from: number): readonly Assigned[] {
  const values: Assigned[] = [];
  let at = from;
  while (values.length < ELEMENTS_MAX) {
    while (at < text.length && /[\s,]/.test(text[at] as string)) at++;
    QUOTE_PREFIX.lastIndex = at;
    const quote = QUOTE_PREFIX.exec(text);
    if (quote === null) break;
    const start = at + quote[0].length;
    const end = closingQuote(text, start, (quote[1] as string).length, quote[2] as string);
    if (end > start) values.push({ start, end, form: 'sure' });
    at = end + quote[0].length;
  }
  if (values.length > 0 || isReplaced(text.slice(at, at + 24))) return values;
  const end = untilAny(text, at, /[\]\r\n]/g);
  return trimmed(text, at, end, 'sure');
}

/** A YAML block scalar: the more indented lines below. */
function readBlock(text: string, at: number): Assigned | undefined {
  const start = after(/[|>][+-]?\d?[ \t]{0,4}\r?\n[ \t]{1,40}/y, text, at);
  if (start < 0) return undefined;
  let end = endOfLine(text, start);
  for (let lines = 0; lines < 256; lines++) {
    const more = after(/\r?\n[ \t]{2,40}(?=[A-Za-z0-9+/=-]+\r?(?:\n|$))/y, text, end);
    if (more < 0) break;
    end = endOfLine(text, more);
  }
  return trimmed(text, start, end, 'sure')[0];
}

/** The quote that closes a string opened behind `escapes` backslashes; the end of the text, or of the line, if it is missing. */
function closingQuote(text: string, start: number, escapes: number, quote: string): number {
  const limit = Math.min(text.length, start + valueMax);
  if (quote.startsWith('&')) return Math.min(indexOrEnd(text, quote, start), limit);
  let slashes = 0;
  for (let i = start; i < limit; i++) {
    const character = text[i] as string;
    if (character === '\\') {
      slashes++;
      continue;
    }
    if (character === quote && (escapes === 0 ? slashes % 2 === 0 : slashes <= escapes)) return escapes === 0 ? i : i - slashes;
    if (character === '\n' && quote === "'") return i;
    slashes = 0;
  }
  return limit;
}

/**
 * The end of a value without quotes. Brackets and separators end it only where they end something: before a space, another
 * pair or the end, because passwords contain them too.
 */
function endOfUnquoted(text: string, start: number): number {
  const limit = Math.min(text.length, start + valueMax);
  for (let i = start; i < limit; i++) {
    const unit = text.charCodeAt(i);
    if (unit <= 0x20 || unit === 0x22 || unit === 0x27 || unit === 0x60 || unit === 0x3c || unit === 0x3e) return stripped(text, start, i);
    if (unit === 0x5c && /[nrt"'\\]/.test(text[i + 1] ?? '')) return stripped(text, start, i);
    if (unit === 0x2c || unit === 0x3b || unit === 0x29 || unit === 0x7d || unit === 0x5d || unit === 0x26) {
      const next = text[i + 1];
      if (next === undefined || /[\s,;)}\]"'.<\\]/.test(next)) return stripped(text, start, i);
      NEXT_PAIR.lastIndex = i;
      if (NEXT_PAIR.test(text)) return stripped(text, start, i);
    }
  }
  return stripped(text, start, limit);
}

function stripped(text: string, start: number, end: number): number {
  return end - start > 1 && /[.,:]/.test(text[end - 1] as string) ? end - 1 : end;
}

/** The rest of the line holds one word, apart from a comment. */
function isWholeLine(text: string, at: number): boolean {
  return /[^\s]{1,16384}[ \t]{0,40}(?:[#;\\][^\r\n]*)?(?:\\[nr]|[\r\n]|$)/y.test(sticky(text, at));
}

function sticky(text: string, at: number): string {
  return text.slice(at, at + valueMax);
}

function isLineStart(text: string, nameStart: number): boolean {
  for (let i = nameStart - 1; i >= 0 && nameStart - i < 60; i--) {
    const character = text[i] as string;
    if (character === '\n' || character === '\r') return true;
    if (character === 'n' && text[i - 1] === '\\') return true;
    if (!/[\s\-*$"'`]/.test(character)) return /^(?:export|set|env|ENV|ARG|declare|setx|let|var|const)$/.test(text.slice(Math.max(0, i - 6), i + 1).trim().split(/\s/).at(-1) ?? '');
  }
  return true;
}

function after(expression: RegExp, text: string, at: number): number {
  expression.lastIndex = at;
  return expression.test(text) ? expression.lastIndex : -1;
}

function trimmed(text: string, from: number, to: number, form: Form): readonly Assigned[] {
  let start = from;
  while (start < to && /\s/.test(text[start] as string)) start++;
  const end = trimEnd(text, start, to);
  return end > start ? [{ start, end, form }] : [];
}

function trimEnd(text: string, start: number, to: number): number {
  let end = to;
  while (end > start && /\s/.test(text[end - 1] as string)) end--;
  return end;
}

function untilAngle(text: string, start: number): number {
  return Math.min(indexOrEnd(text, '<', start), start + valueMax);
}

function endOfLine(text: string, start: number): number {
  return untilAny(text, start, /\r?\n/g);
}

function untilAny(text: string, start: number, expression: RegExp): number {
  expression.lastIndex = start;
  const found = expression.exec(text);
  return Math.min(found === null ? text.length : found.index, start + valueMax);
}

function indexOrEnd(text: string, what: string, start: number): number {
  const at = text.indexOf(what, start);
  return at < 0 ? text.length : at;
}
