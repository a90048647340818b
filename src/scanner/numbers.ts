/**
 * Second pass over the bytes of a value that holds digits or colons enough: tells what could be a number that belongs to a
 * person, or an address, from the ids, times and versions of which traces are full.
 */

/** Bits of `FEATURE` that this file sets. */
export const NUMBER_FEATURES = {
  dottedQuad: 1 << 17, // four short numbers joined by dots
  number: 1 << 28, // what could be a person's number: seven digits together or in groups, or a long code of few letters and many digits
  hextets: 1 << 29, // colons between hexadecimal groups as in IPv6
} as const;
const { dottedQuad, number, hextets } = NUMBER_FEATURES;

/** 1 = letter or `_` or not ASCII, 2 = digit, 0 = neither. */
const RUN = new Uint8Array(256);
const HYPHEN = 0x2d;
/** 1 = where `numbersOf` stops. */
const DIGIT_OR_HYPHEN = new Uint8Array(256);
/** 1 = may stand between groups of digits. */
const JOINT = new Uint8Array(256);
for (let b = 0; b < 256; b++) {
  RUN[b] = b >= 0x80 || /[A-Za-z_]/.test(String.fromCharCode(b)) ? 1 : b >= 0x30 && b <= 0x39 ? 2 : 0;
  DIGIT_OR_HYPHEN[b] = RUN[b] === 2 || b === HYPHEN ? 1 : 0;
  JOINT[b] = ' -./+()%,\u00a0'.includes(String.fromCharCode(b)) ? 1 : 0;
}

/**
 * `number` and `dottedQuad`: goes from one run of letters and digits that has a digit to the next. Groups of digits joined by one or two
 * separators make a chain; a run with letters in it counts by itself if it alternates between letters and digits rarely, as national ids
 * and IBANs do and hexadecimal ids do not.
 */
export function numbersOf(bytes: Uint8Array, start: number, end: number): number {
  let found = 0;
  let chain = 0; // digits of the chain
  let groups = 0; // its groups
  let pairs = 0; // its latest groups of two digits
  let isQuad = true; // joined by dots alone, no group above three digits
  let runEnd = start;
  for (let i = start; ; ) {
    while (i < end && DIGIT_OR_HYPHEN[bytes[i]!] === 0) i++;
    if (i >= end) break;
    if (bytes[i] === HYPHEN) {
      // A UUID that begins with letters alone: what comes before the first digit of others belongs to it too.
      const first = i - 8;
      const passed = first >= runEnd && bytes[i + 5] === HYPHEN && (first === start || RUN[bytes[first - 1]!] === 0) ? endOfId(bytes, first, end) : first;
      i++;
      if (passed > first) {
        found |= ofChain(chain, groups, isQuad);
        chain = groups = pairs = 0;
        isQuad = true;
        i = runEnd = passed;
      }
      continue;
    }
    let runStart = i;
    while (runStart > runEnd && RUN[bytes[runStart - 1]!] === 1) runStart--;
    const gap = runStart - runEnd;
    const separator = gap === 0 ? 0 : bytes[runStart - 1]!;
    // The two digits of `%3D` are no part of what follows.
    if (separator === 0x25 && runStart + 2 < end && isHex(bytes[runStart]!) && isHex(bytes[runStart + 1]!) && RUN[bytes[runStart + 2]!] === 2) {
      runStart += 2;
      if (i < runStart) i = runStart;
    }
    const passed = endOfId(bytes, runStart, end);
    if (passed > runStart) {
      found |= ofChain(chain, groups, isQuad);
      chain = groups = pairs = 0;
      isQuad = true;
      i = runEnd = passed;
      continue;
    }
    const lead = i - runStart;
    let digits = 0;
    // Thrice the turns between letters (1) and digits (2), without a branch that random characters would make slow.
    let turns3 = lead === 0 ? 0 : 3;
    let before = 2;
    for (; i < end; i++) {
      const is = RUN[bytes[i]!]!;
      if (is === 0) break;
      digits += is >> 1;
      turns3 += is ^ before;
      before = is;
    }
    const length = i - runStart;
    const joins = gap > 0 && gap <= 2 && JOINT[separator] === 1 && (gap === 1 || JOINT[bytes[runEnd]!] === 1);
    runEnd = i;
    if (!joins) {
      found |= ofChain(chain, groups, isQuad);
      chain = groups = pairs = 0;
      isQuad = true;
    }
    if (digits === length || (turns3 === 3 && length <= 5)) {
      if (joins && groups > 0 && separator !== 0x2e) {
        // The end of a quad in a list: `203.0.113.9, 10.0.0.1`.
        if (isQuad && groups === 4) found |= dottedQuad;
        isQuad = false;
      }
      if (digits > 3 || digits !== length) isQuad = false;
      chain += digits;
      groups++;
      pairs = length === 2 && digits === 2 ? pairs + 1 : 0;
      if (pairs === 3 || (length === 6 && digits === 6)) found |= number;
      continue;
    }
    found |= ofChain(chain, groups, isQuad);
    chain = groups = pairs = 0;
    isQuad = true;
    if (length === 5 && turns3 === 6 && digits === 4 && separator === 0x20) found |= number;
    if (lead === 2 && length >= 15 && length <= 34 && RUN[bytes[runStart + 3]!] === 2 && RUN[bytes[runStart + 2]!] === 2) found |= number;
    if (digits >= 5 && length >= 9 && length <= 34 && ((turns3 <= 9 && digits >= 6) || (length === 16 && lead === 6) || (lead === 2 && length >= 15))) found |= number;
  }
  return found | ofChain(chain, groups, isQuad);
}

/**
 * The end of a UUID (RFC 9562) or a point in time (RFC 3339) that begins at `start`; `start` if none does. They are full of digits
 * that are nobody's number, and too frequent to be looked at by every recognizer of numbers.
 */
function endOfId(bytes: Uint8Array, start: number, end: number): number {
  if (end - start >= 19 && bytes[start + 4] === 0x2d && bytes[start + 7] === 0x2d && bytes[start + 13] === 0x3a && bytes[start + 16] === 0x3a) {
    if ((bytes[start + 10] as number) !== 0x54 && (bytes[start + 10] as number) !== 0x20) return start;
    for (let i = start; i < start + 19; i++) {
      const offset = i - start;
      if (offset !== 4 && offset !== 7 && offset !== 10 && offset !== 13 && offset !== 16 && RUN[bytes[i] as number] !== 2) return start;
    }
    let i = start + 19;
    if (bytes[i] === 0x2e && RUN[bytes[i + 1] as number] === 2) {
      i++;
      while (i < end && i < start + 29 && RUN[bytes[i] as number] === 2) i++;
    }
    if (i < end && bytes[i] === 0x5a) i++;
    return i < end && RUN[bytes[i] as number] !== 0 ? start : i;
  }
  if (end - start < 36 || bytes[start + 8] !== 0x2d || bytes[start + 13] !== 0x2d || bytes[start + 18] !== 0x2d || bytes[start + 23] !== 0x2d) return start;
  let letters = 0;
  for (let i = start; i < start + 36; i++) {
    if (i === start + 8 || i === start + 13 || i === start + 18 || i === start + 23) continue;
    const byte = bytes[i] as number;
    if (!isHex(byte)) return start;
    letters |= RUN[byte] as number;
  }
  return (letters & 1) === 0 || (start + 36 < end && RUN[bytes[start + 36] as number] !== 0) ? start : start + 36;
}

function ofChain(digits: number, groups: number, isQuad: boolean): number {
  if (isQuad && groups === 4) return dottedQuad;
  return digits >= 7 ? number | (isQuad && groups > 4 ? dottedQuad : 0) : 0;
}

/** Two colons side by side with a hexadecimal digit beside them, or five colons each at most five bytes behind the one before. */
export function hextetsOf(bytes: Uint8Array, start: number, end: number): number {
  let near = 0;
  let last = -8;
  for (let i = start; i < end; i++) {
    if (bytes[i] !== 0x3a) continue;
    if (i - last === 1 && (isHex(bytes[i + 1] ?? 0) || isHex(bytes[last - 1] ?? 0) || end - start <= 4)) return hextets;
    near = i - last <= 5 ? near + 1 : 1;
    if (near >= 5) return hextets;
    last = i;
  }
  return 0;
}

function isHex(byte: number): boolean {
  return (byte >= 0x30 && byte <= 0x39) || (byte >= 0x61 && byte <= 0x66) || (byte >= 0x41 && byte <= 0x46);
}
