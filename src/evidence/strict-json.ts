/**
 * JSON of which there is only one reading. `JSON.parse` takes the last of two members of one name where another reader takes the first, and half a
 * character where UTF-8 has none: both are refused, and so is what nests too deep to be walked.
 */
import { Wrong } from './flaw.ts';

/** A value of 16 levels nests about 80 deep in JSON; the spans stand some ten below the document. */
const DEPTH_MAX = 128;

const QUOTE = 0x22;
const BACKSLASH = 0x5c;

/** Any JSON value; attacker-controlled in everything but its form. Refuses with `document_malformed`, `_ambiguous` or `_too_large`. */
export function parseStrict(text: string): unknown {
  const members = outline(text);
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch {
    throw new Wrong('document_malformed', 'not JSON');
  }
  if (walk(parsed) !== members) throw new Wrong('document_ambiguous', 'a name stands twice');
  return parsed;
}

/** How many members the objects of a JSON text have: the colons outside of strings. Stops at what nests too deep. */
function outline(text: string): number {
  let depth = 0;
  let members = 0;
  for (let at = 0; at < text.length; at++) {
    switch (text.charCodeAt(at)) {
      case QUOTE:
        at = endOfString(text, at);
        break;
      case 0x3a: // :
        members++;
        break;
      case 0x5b: // [
      case 0x7b: // {
        if (++depth > DEPTH_MAX) throw new Wrong('document_too_large', 'nests too deep');
        break;
      case 0x5d: // ]
      case 0x7d: // }
        depth--;
        break;
    }
  }
  return members;
}

/** Of the quote that ends the string which begins here; behind the text if none does. */
function endOfString(text: string, begin: number): number {
  let at = begin;
  let slashes: number;
  do {
    at = text.indexOf('"', at + 1);
    if (at === -1) return text.length;
    slashes = 0;
    while (text.charCodeAt(at - 1 - slashes) === BACKSLASH) slashes++;
  } while (slashes % 2 === 1);
  return at;
}

/** How many members the objects of a parsed value have. */
function walk(value: unknown): number {
  if (typeof value === 'string') return wellFormed(value);
  // What no double holds would be another number to a reader with wider ones.
  if (typeof value === 'number' && !Number.isFinite(value)) throw new Wrong('document_malformed', 'a number is out of range');
  if (typeof value !== 'object' || value === null) return 0;
  let members = 0;
  if (Array.isArray(value)) {
    for (const item of value) members += walk(item);
    return members;
  }
  for (const name of Object.keys(value)) members += 1 + wellFormed(name) + walk((value as Readonly<Record<string, unknown>>)[name]);
  return members;
}

function wellFormed(text: string): 0 {
  if (!text.isWellFormed()) throw new Wrong('document_ambiguous', 'a text holds half a character');
  return 0;
}
