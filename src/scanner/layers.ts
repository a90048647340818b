/**
 * Text wrapped in another notation: percent-encoding, JSON strings inside JSON, base64 of JSON. Each unwrapper gives the text
 * inside together with a map back, so that marks found inside can be told in offsets of the text outside.
 */

export interface Layer {
  readonly text: string;
  /** For each code unit of `text` where it begins outside; one more entry for the end. */
  readonly at: Uint32Array;
}

/**
 * Percent-decodes (RFC 3986 §2.1), UTF-8 where it is valid, single bytes otherwise; `%u0041` too, which browsers wrote once. In a text without spaces + is taken for one,
 * as forms have it. Undefined if nothing was encoded.
 */
export function percentDecoded(text: string): Layer | undefined {
  const isForm = text.includes('+') && !text.includes(' ');
  const layer = decoded(text, 0x25, (at) => {
    const first = byteAt(text, at);
    if (first < 0) return text[at + 1] === 'u' ? hexCode(text, at + 2, 4, 6) : undefined;
    if (first < 0x80) return { code: first, length: 3 };
    const more = first >= 0xc2 && first <= 0xdf ? 1 : first >= 0xe0 && first <= 0xef ? 2 : first >= 0xf0 && first <= 0xf4 ? 3 : 0;
    let code = more === 0 ? first : first & (0x3f >> more);
    for (let i = 1; i <= more; i++) {
      const next = byteAt(text, at + i * 3);
      if (next < 0x80 || next > 0xbf) return { code: first, length: 3 };
      code = (code << 6) | (next & 0x3f);
    }
    return { code: code > 0x10ffff ? 0xfffd : code, length: 3 + more * 3 };
  });
  return layer === undefined || !isForm ? layer : { text: spaced(layer, text), at: layer.at };
}

/** Only what was + outside: an encoded + (`%2B`) stays one. */
function spaced(layer: Layer, encoded: string): string {
  return layer.text.replaceAll('+', (plus: string, index: number) => (encoded[layer.at[index] as number] === '+' ? ' ' : plus));
}

/**
 * Undoes one level of backslash escapes of JSON, JavaScript, Go, Python and C strings (RFC 8259 §7, `\xNN`, `\u{N}`, `\UNNNNNNNN`, three
 * octal digits). Undefined if there are none.
 */
export function unescaped(text: string): Layer | undefined {
  return decoded(text, 0x5c, (at) => {
    const next = text[at + 1] ?? '';
    const simple = ESCAPES.get(next);
    if (simple !== undefined) return { code: simple, length: 2 };
    if (next === 'u' && text[at + 2] === '{') {
      const end = text.indexOf('}', at + 3);
      return end < 0 || end - at > 9 ? undefined : hexCode(text, at + 3, end - at - 3, end - at + 1);
    }
    if (next === 'u') return hexCode(text, at + 2, 4, 6);
    if (next === 'x') return hexCode(text, at + 2, 2, 4);
    if (next === 'U') return hexCode(text, at + 2, 8, 10);
    const octal = text.slice(at + 1, at + 4);
    return /^[0-3][0-7]{2}$/.test(octal) ? { code: Number.parseInt(octal, 8), length: 4 } : undefined;
  });
}

const ESCAPES = new Map([['"', 0x22], ["'", 0x27], ['\\', 0x5c], ['/', 0x2f], ['n', 0x0a], ['r', 0x0d], ['t', 0x09], ['b', 0x08], ['f', 0x0c]]);

/** A character by its hexadecimal digits, of which there must be so many, within a sequence of `length`. */
function hexCode(text: string, at: number, digits: number, length: number): { code: number; length: number } | undefined {
  const hex = text.slice(at, at + digits);
  if (hex.length !== digits || !/^[0-9a-fA-F]+$/.test(hex)) return undefined;
  const code = Number.parseInt(hex, 16);
  return code > 0x10ffff ? undefined : { code, length };
}

/** Undoes HTML's references to characters of ASCII by name, and to any by number. Undefined if there are none. */
export function withoutReferences(text: string): Layer | undefined {
  return decoded(text, 0x26, (at) => {
    const reference = /&(?:([A-Za-z]{2,16})|#(\d{1,12})|#[xX]([0-9a-fA-F]{1,12}));/y;
    reference.lastIndex = at;
    const match = reference.exec(text);
    if (match === null) return undefined;
    const code = match[1] !== undefined ? NAMED.get(match[1]) : match[2] !== undefined ? Number(match[2]) : Number.parseInt(match[3] as string, 16);
    return code === undefined || code > 0x10ffff ? undefined : { code, length: match[0].length };
  });
}

/** HTML's names of ASCII signs; letters and digits have none. */
const NAMED = new Map(
  Object.entries({
    Tab: '\t', NewLine: '\n', nbsp: ' ', excl: '!', quot: '"', QUOT: '"', num: '#', dollar: '$', percnt: '%', amp: '&', AMP: '&', apos: "'", lpar: '(', rpar: ')', ast: '*', midast: '*', plus: '+', comma: ',', period: '.', sol: '/', colon: ':', semi: ';',
    lt: '<', LT: '<', equals: '=', gt: '>', GT: '>', quest: '?', commat: '@', lbrack: '[', lsqb: '[', bsol: '\\', rbrack: ']', rsqb: ']', Hat: '^', lowbar: '_', UnderBar: '_', grave: '`', DiacriticalGrave: '`', lbrace: '{', lcub: '{', verbar: '|', vert: '|', VerticalLine: '|', rbrace: '}', rcub: '}',
    hyphen: '-', dash: '-',
  }).map(([name, sign]) => [name, sign.charCodeAt(0)] as const),
);

/**
 * Full-width forms and spaces of other widths as the ASCII they stand for; what cannot be seen left out, also where `inspect` made it
 * visible (`<U+200B>`, `␀`): it parts a secret for machines and not for people. Undefined if there is nothing of that.
 */
export function narrowed(text: string): Layer | undefined {
  if (!WIDE.test(text)) return undefined;
  const at = new Uint32Array(text.length + 1);
  let written = '';
  let copied = 0;
  const copy = (end: number): void => {
    for (let i = copied; i < end; i++) at[written.length + i - copied] = i;
    written += text.slice(copied, end);
  };
  for (const { 0: wide, index } of text.matchAll(EACH_WIDE)) {
    copy(index);
    copied = index + wide.length;
    if (INVISIBLE.test(wide)) continue;
    at[written.length] = index;
    written += wide >= '\uff01' ? String.fromCharCode(wide.charCodeAt(0) - 0xfee0) : ' ';
  }
  copy(text.length);
  at[written.length] = text.length;
  return { text: written, at: at.subarray(0, written.length + 1) };
}

const INVISIBLE = /[\0\u00ad\u200b-\u200f\u2060-\u2064\ufeff\u2400-\u2421]|<U\+[0-9A-F]{4,6}>/;
const WIDE = new RegExp(String.raw`[\u00a0\u2000-\u200a\u202f\u3000\uff01-\uff5e]|${INVISIBLE.source}`);
const EACH_WIDE = new RegExp(WIDE.source, 'g');

function decoded(text: string, sign: number, read: (at: number) => { code: number; length: number } | undefined): Layer | undefined {
  const at = new Uint32Array(text.length + 1);
  const parts: string[] = [];
  let length = 0;
  let copied = 0;
  for (let i = 0; i < text.length; ) {
    const found = text.charCodeAt(i) === sign ? read(i) : undefined;
    if (found === undefined) {
      at[length++] = i++;
      continue;
    }
    const unit = String.fromCodePoint(found.code);
    parts.push(text.slice(copied, i), unit);
    for (let k = 0; k < unit.length; k++) at[length++] = i;
    i += found.length;
    copied = i;
  }
  if (copied === 0) return undefined;
  parts.push(text.slice(copied));
  at[length] = text.length;
  return { text: parts.join(''), at: at.subarray(0, length + 1) };
}

function byteAt(text: string, at: number): number {
  if (text.charCodeAt(at) !== 0x25) return -1;
  const high = hexDigit(text.charCodeAt(at + 1));
  const low = hexDigit(text.charCodeAt(at + 2));
  return high < 0 || low < 0 ? -1 : high * 16 + low;
}

function hexDigit(unit: number): number {
  if (unit >= 0x30 && unit <= 0x39) return unit - 0x30;
  if (unit >= 0x41 && unit <= 0x46) return unit - 0x37;
  return unit >= 0x61 && unit <= 0x66 ? unit - 0x57 : -1;
}
