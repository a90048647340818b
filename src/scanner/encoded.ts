/**
 * Runs of characters that are text in base64 or hexadecimal digits. Most long words of telemetry are neither: identifiers, digests and names
 * are told by a glance at their first characters, since text in base64 has the upper bit of every byte clear.
 */

/** A run that is text, and that text. */
export interface Encoded {
  readonly start: number;
  readonly end: number;
  readonly text: string;
}

/** Shorter runs hold no secret that could be recognized: 16 bytes of text in hexadecimal digits, 17 in base64, somewhat less of JSON. */
const HEX_MIN = 32;
const BASE64_MIN = 24;
const JSON_BASE64_MIN = 20;

/** The encoded runs of a text, in order. Linear: each character is in one run, and read a few times. */
export function encodedRuns(text: string): readonly Encoded[] {
  let runs: Encoded[] | undefined;
  const { length } = text;
  let start = 0;
  let isParted = false;
  for (let at = 0; at <= length; at++) {
    const unit = at < length ? text.charCodeAt(at) : 0;
    const sort = unit < 128 ? SORT[unit]! : NONE;
    if (sort === PLAIN) continue;
    if (sort === PARTING) {
      isParted = true;
      continue;
    }
    if (at - start >= JSON_BASE64_MIN) {
      const found = encodedFrom(text, start, at) ?? (isParted ? encodedPart(text, start, at) : undefined);
      if (found !== undefined) {
        (runs ??= []).push(found);
        // Behind it the run goes on.
        at = Math.max(found.end - 1, start);
      }
    }
    start = at + 1;
    isParted = false;
  }
  return runs ?? NO_RUNS;
}

/** Behind a path or a prefix there may be one all the same. */
function encodedPart(text: string, start: number, end: number): Encoded | undefined {
  for (let at = start, from = start; at <= end; at++) {
    if (at < end && SORT[text.charCodeAt(at)] === PLAIN) continue;
    const found = at - from >= JSON_BASE64_MIN ? encodedFrom(text, from, at) : undefined;
    if (found !== undefined) return found;
    from = at + 1;
  }
  return undefined;
}

const NO_RUNS: readonly Encoded[] = [];

/** Characters of a run; PARTING ones are those that paths and prefixes are joined by (RFC 4648 §4, §5). */
const [NONE, PLAIN, PARTING] = [0, 1, 2] as const;
const SORT = Uint8Array.from({ length: 128 }, (_none, unit) => (/[A-Za-z0-9+]/.test(String.fromCharCode(unit)) ? PLAIN : /[/_-]/.test(String.fromCharCode(unit)) ? PARTING : NONE));

function encodedFrom(text: string, start: number, end: number): Encoded | undefined {
  return hexText(text, start, end) ?? (startsAsText(text, start, end) ? base64Text(text, start, end) : undefined);
}

/** Nothing but hexadecimal digits, two for each byte of a text; `0x` may stand before them. */
function hexText(text: string, start: number, end: number): Encoded | undefined {
  const from = text[start + 1] === 'x' || text[start + 1] === 'X' ? start + 2 : start;
  if (end - from < HEX_MIN || (end - from) % 2 !== 0) return undefined;
  let others = 0;
  for (let at = from; at < from + HEX_MIN; at += 2) {
    const high = text.charCodeAt(at);
    if ((high < 0x32 || high > 0x37) && ++others > HEX_OTHERS_MAX) return undefined;
  }
  const digits = text.slice(from, end);
  return /^[0-9a-fA-F]+$/.test(digits) ? readable(Buffer.from(digits, 'hex'), from, end) : undefined;
}

/** Of its first bytes so many need not be printable characters of ASCII. One digest in five hundred passes, and has no text in it then. */
const HEX_OTHERS_MAX = 4;

const QUADS_LOOKED_AT = 8;

/** Whether the first characters, four for three bytes, can be text: one in ten thousand of random runs is taken for it. */
function startsAsText(text: string, start: number, end: number): boolean {
  if (end - start < BASE64_MIN && !/^(?:eyJ|eyA|ewo|W3s)/.test(text.slice(start, start + 3))) return false;
  let ascii = 0;
  let quads = 0;
  for (let at = start; at + 3 < end && quads < QUADS_LOOKED_AT; at += 4) {
    const a = SIX_BITS[text.charCodeAt(at)]!;
    const b = SIX_BITS[text.charCodeAt(at + 1)]!;
    const c = SIX_BITS[text.charCodeAt(at + 2)]!;
    // Bytes aaaaaabb bbbbcccc ccdddddd: in ASCII, also as UTF-16, the upper bit of each is 0.
    if (a < 32 && (b & 8) === 0 && (c & 2) === 0) ascii++;
    if (++quads === 3 && ascii === 0) return false;
  }
  return ascii >= quads - 2;
}

/** The lines behind it belong to it, as MIME has them, and so does padding. */
function base64Text(text: string, start: number, end: number): Encoded | undefined {
  // A token of three parts is known as a whole.
  if (text.startsWith('eyJ', start) && (text[start - 1] === '.' || (text[end] === '.' && /[\w-]/.test(text[end + 1] ?? '')))) return undefined;
  LINES.lastIndex = end;
  const whole = end + (LINES.exec(text)?.[0].length ?? 0);
  return readable(Buffer.from(text.slice(start, whole), 'base64'), start, whole);
}

/** What was decoded, if it is text by and large. */
function readable(bytes: Buffer, start: number, end: number): Encoded | undefined {
  const text = bytes.toString('utf8');
  let odd = 0;
  for (let at = 0; at < text.length; at++) {
    const unit = text.charCodeAt(at);
    if (unit === 0xfffd || (unit < 0x20 && unit !== 0 && unit !== 9 && unit !== 10 && unit !== 13)) odd++;
  }
  return odd * 8 > text.length ? undefined : { start, end, text };
}

const LINES = /(?:\r?\n[A-Za-z0-9+/_-]{1,131072}(?=[="'\r\n]|$))*={0,2}/y;

/** By code unit. */
const SIX_BITS = new Uint8Array(128).fill(63);
for (const [value, character] of [...'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/'].entries()) SIX_BITS[character.charCodeAt(0)] = value;
SIX_BITS[0x2d] = 62;
