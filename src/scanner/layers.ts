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
 * Percent-decodes (RFC 3986 §2.1), UTF-8 where it is valid, single bytes otherwise. In a text without spaces + is taken for one,
 * as forms have it. Undefined if nothing was encoded.
 */
export function percentDecoded(text: string): Layer | undefined {
  const isForm = text.includes('+') && !text.includes(' ');
  const layer = decoded(text, 0x25, (at) => {
    const first = byteAt(text, at);
    if (first < 0) return undefined;
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

/** Undoes one level of backslash escapes of JSON, JavaScript and Go strings (RFC 8259 §7, `\xNN`). Undefined if there are none. */
export function unescaped(text: string): Layer | undefined {
  return decoded(text, 0x5c, (at) => {
    const next = text[at + 1] ?? '';
    const simple = ESCAPES.get(next);
    if (simple !== undefined) return { code: simple, length: 2 };
    const hex = next === 'u' ? text.slice(at + 2, at + 6) : next === 'x' ? text.slice(at + 2, at + 4) : '';
    if ((hex.length === 4 || (next === 'x' && hex.length === 2)) && /^[0-9a-fA-F]+$/.test(hex)) return { code: Number.parseInt(hex, 16), length: hex.length + 2 };
    return undefined;
  });
}

const ESCAPES = new Map([['"', 0x22], ["'", 0x27], ['\\', 0x5c], ['/', 0x2f], ['n', 0x0a], ['r', 0x0d], ['t', 0x09], ['b', 0x08], ['f', 0x0c]]);

/** Undoes HTML's references to the characters that matter between names and values. Undefined if there are none. */
export function withoutReferences(text: string): Layer | undefined {
  return decoded(text, 0x26, (at) => {
    const reference = /&(?:(quot|apos|amp|lt|gt|equals|colon|commat)|#(\d{1,6})|#[xX]([0-9a-fA-F]{1,5}));/y;
    reference.lastIndex = at;
    const match = reference.exec(text);
    if (match === null) return undefined;
    const code = match[1] !== undefined ? (NAMED.get(match[1]) as number) : match[2] !== undefined ? Number(match[2]) : Number.parseInt(match[3] as string, 16);
    return code > 0x10ffff ? undefined : { code, length: match[0].length };
  });
}

/** Full-width forms and spaces of other widths as the ASCII they stand for, one for one. Undefined if there are none. */
export function narrowed(text: string): Layer | undefined {
  if (!WIDE.test(text)) return undefined;
  const at = Uint32Array.from({ length: text.length + 1 }, (_none, index) => index);
  return { text: text.replaceAll(EACH_WIDE, (wide) => (wide >= '\uff01' ? String.fromCharCode(wide.charCodeAt(0) - 0xfee0) : ' ')), at };
}

const WIDE = /[\u00a0\u2000-\u200a\u202f\u3000\uff01-\uff5e]/;
const EACH_WIDE = new RegExp(WIDE.source, 'g');

const NAMED = new Map([['quot', 0x22], ['apos', 0x27], ['amp', 0x26], ['lt', 0x3c], ['gt', 0x3e], ['equals', 0x3d], ['colon', 0x3a], ['commat', 0x40]]);

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
