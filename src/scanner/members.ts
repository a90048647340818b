/**
 * Names and values inside a text whose names say what the values are: members of JSON objects, parameters of queries and
 * forms. Tolerant of everything, text cut off in the middle included. Secrets by name are the business of the recognizer
 * `credential.assigned`; here it is about what else a name can say (`"clientIp": …`, `phone=…`, `"sql": "…"`).
 */

/** Calls `member` with the name and the range of each string or number behind it. Linear; every value is read once. */
export function forEachMember(text: string, member: (name: string, start: number, end: number) => void): void {
  if (!mayHaveMembers(text)) return;
  MEMBER.lastIndex = 0;
  for (let match = MEMBER.exec(text); match !== null; match = MEMBER.exec(text)) {
    const name = (match[1] ?? match[2]) as string;
    const start = match.index + match[0].length;
    const end = match[1] !== undefined ? endOfJsonValue(text, start) : endOfParameter(text, start);
    if (end > start) member(name, text[start] === '"' ? start + 1 : start, end);
    MEMBER.lastIndex = Math.max(end, start);
    if (match[1] !== undefined) forEachParameter(text.slice(start + 1, end), start + 1, member);
    else {
      // `next=https://shop.example/?phone=…`
      const inner = end - start <= ADDRESS_LENGTH_MAX ? text.indexOf('?', start) : -1;
      if (inner > start && inner < end) MEMBER.lastIndex = inner;
    }
  }
}

/** A quick answer for statements and sentences, in which a space stands before each `=`. */
function mayHaveMembers(text: string): boolean {
  if (text.includes('"')) return true;
  for (let at = text.indexOf('='); at !== -1; at = text.indexOf('=', at + 1)) {
    const before = text.charCodeAt(at - 1);
    if (before < 128 && ENDS_NAME[before] === 1) return true;
  }
  return false;
}

const ENDS_NAME = Uint8Array.from({ length: 128 }, (_none, code) => (/[\w.[\]-]/.test(String.fromCharCode(code)) ? 1 : 0));

/** Parameters inside a string of JSON. */
function forEachParameter(value: string, offset: number, member: (name: string, start: number, end: number) => void): void {
  if (!value.includes('=')) return;
  PARAMETER.lastIndex = 0;
  for (let match = PARAMETER.exec(value); match !== null; match = PARAMETER.exec(value)) {
    const start = match.index + match[0].length;
    const end = endOfParameter(value, start);
    if (end > start) member(match[1] as string, offset + start, offset + end);
    PARAMETER.lastIndex = start;
  }
}

const MEMBER = /"([A-Za-z_@$][\w.@$ -]{0,127})"\s{0,16}:\s{0,16}(?=["\d-])|(?:^|[?&;\s,])([A-Za-z_][\w.[\]-]{0,63})=/g;
const PARAMETER = /(?:^|[?&;\s,])([A-Za-z_][\w.[\]-]{0,63})=/g;
const LONGEST = 16_384;
/** An address in an address is looked into if it is no longer: its end is looked for once for each question mark in it. */
const ADDRESS_LENGTH_MAX = 512;

function endOfJsonValue(text: string, start: number): number {
  const limit = Math.min(text.length, start + LONGEST);
  if (text[start] !== '"') {
    let i = start;
    while (i < limit && /[\d.eE+-]/.test(text[i] as string)) i++;
    return i;
  }
  for (let i = start + 1; i < limit; i++) {
    if (text[i] === '\\') i++;
    else if (text[i] === '"') return i;
  }
  return limit;
}

function endOfParameter(text: string, start: number): number {
  const limit = Math.min(text.length, start + LONGEST);
  for (let i = start; i < limit; i++) {
    const unit = text.charCodeAt(i);
    if (unit <= 0x20 || unit === 0x26 || unit === 0x3b || unit === 0x22 || unit === 0x27 || unit === 0x3c || unit === 0x2c) return i;
  }
  return limit;
}
