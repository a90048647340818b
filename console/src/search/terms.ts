/**
 * Cutting what somebody types into terms: `service:checkout`, `span:http.route=~"/cart/.*"`, `"two words"`, a word. Each term knows where its
 * parts stand, so that errors and completion point at them. Every position is looked at once.
 */
import { PLACES, type Place } from './filters.ts';

export type Sign = '=' | '!=' | '=~' | '!~' | '~' | '<' | '<=' | '>' | '>=';

export interface Term {
  readonly from: number;
  readonly to: number;
  /** A minus before it. */
  readonly negated: boolean;
  readonly place: Place;
  /** Without place and quotes. */
  readonly key: string;
  readonly keyQuoted: boolean;
  readonly sign: Sign | null;
  readonly value: string;
  /** Where the value begins, its quote included. */
  readonly valueFrom: number;
  readonly valueQuoted: boolean;
  /** False: a quotation mark has no end. */
  readonly closed: boolean;
  /** An exclamation mark that is no sign. */
  readonly lonelyMark: boolean;
}

const SPACE = /\s/;
/** Longer ones first. */
const SIGNS: readonly (readonly [string, Sign])[] = [['!=', '!='], ['!~', '!~'], ['<=', '<='], ['>=', '>='], ['=~', '=~'], ['==', '='], ['=', '='], [':', '='], ['<', '<'], ['>', '>'], ['~', '~']];
const KEY_END = /[\s=!<>~:"]/;

export function cutTerms(text: string): readonly Term[] {
  const terms: Term[] = [];
  for (let at = 0; at < text.length; ) {
    if (SPACE.test(text[at] ?? '')) {
      at += 1;
      continue;
    }
    const term = cutTerm(text, at);
    terms.push(term);
    at = Math.max(term.to, at + 1);
  }
  return terms;
}

function cutTerm(text: string, from: number): Term {
  const negated = text[from] === '-' && from + 1 < text.length && !SPACE.test(text[from + 1] ?? ' ');
  let at = negated ? from + 1 : from;
  let place: Place = 'any';
  let key = readKey(text, at);
  at = key.to;
  const named = PLACES.find((one) => one !== 'any' && one === key.text);
  if (!key.quoted && named !== undefined && text[at] === ':') {
    place = named;
    key = readKey(text, at + 1);
    at = key.to;
  }
  const sign = key.closed ? signAt(text, at) : null;
  const head = { from, negated, place, key: key.text, keyQuoted: key.quoted };
  if (sign === null) {
    const lonelyMark = text[at] === '!';
    const to = lonelyMark ? wordEnd(text, at) : at;
    return { ...head, to, sign: null, value: '', valueFrom: to, valueQuoted: false, closed: key.closed, lonelyMark };
  }
  const valueFrom = at + sign[0].length;
  const value = readValue(text, valueFrom);
  return { ...head, to: value.to, sign: sign[1], value: value.text, valueFrom, valueQuoted: value.quoted, closed: value.closed, lonelyMark: false };
}

interface Part {
  readonly text: string;
  readonly to: number;
  readonly quoted: boolean;
  readonly closed: boolean;
}

function readKey(text: string, from: number): Part {
  if (text[from] === '"') return readQuoted(text, from);
  let to = from;
  while (to < text.length && !KEY_END.test(text[to] ?? ' ')) to += 1;
  return { text: text.slice(from, to), to, quoted: false, closed: true };
}

function readValue(text: string, from: number): Part {
  if (text[from] === '"') return readQuoted(text, from);
  const to = wordEnd(text, from);
  return { text: text.slice(from, to), to, quoted: false, closed: true };
}

/** `"…"` with `\"` and `\\`. */
function readQuoted(text: string, from: number): Part {
  let read = '';
  for (let at = from + 1; at < text.length; at += 1) {
    const letter = text[at] ?? '';
    if (letter === '"') return { text: read, to: at + 1, quoted: true, closed: true };
    if (letter === '\\' && (text[at + 1] === '"' || text[at + 1] === '\\')) {
      at += 1;
      read += text[at] ?? '';
    } else read += letter;
  }
  return { text: read, to: text.length, quoted: true, closed: false };
}

function wordEnd(text: string, from: number): number {
  let to = from;
  while (to < text.length && !SPACE.test(text[to] ?? ' ')) to += 1;
  return to;
}

function signAt(text: string, at: number): readonly [string, Sign] | null {
  return SIGNS.find(([written]) => text.startsWith(written, at)) ?? null;
}
