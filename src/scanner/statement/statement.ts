/**
 * Literals of database statements: the door of this folder. A literal is what a person or a program put into a statement: strings, numbers,
 * values of documents, arguments of commands. What is left says which query it was.
 */
import { isDigit, isWord } from './characters.ts';
import { lexCommands } from './command-lexer.ts';
import { lexDocument } from './document-lexer.ts';
import { languageOf } from './language.ts';
import { lexSql } from './sql-lexer.ts';
import type { MarkLiteral, SqlOptions } from './sql-lexer.ts';

export { languageOf } from './language.ts';

const NO_OPTIONS = {};
const PLAIN: SqlOptions = { backslash: true };
/** A command of Redis as it goes over the wire (RESP): its name stays, its key and arguments go. */
const PROTOCOL = /^\s{0,16}\*\d{1,6}(?:\r?\n|\\r\\n|\s)\$\d{1,9}(?:\r?\n|\\r\\n|\s)[A-Za-z.]{1,24}/;

/** Reports the literals of `text`, a whole statement, in order and without overlap. Linear in the length of the text; never throws. */
export function literalsOf(text: string, literal: MarkLiteral): void {
  const protocol = PROTOCOL.exec(text);
  if (protocol !== null) {
    if (text.length > protocol[0].length) literal(protocol[0].length, text.length);
    return;
  }
  const language = languageOf(text);
  if (language === 'sql') literalsOfSql(text, 0, text.length, NO_OPTIONS, literal);
  else if (language === 'cypher') lexSql(text, 0, text.length, { backslash: true, doubleQuotedStrings: true }, literal);
  else if (language === 'document') lexDocument(text, literalsOfRequestLine(text, literal), text.length, false, literal);
  else if (language === 'graphql') lexDocument(text, 0, text.length, true, literal);
  else if (language === 'command') lexCommands(text, 0, text.length, literal);
  else if (language === 'ldap') literalsOfFilter(text, literal);
  else if (/^\s{0,64}</.test(text)) literalsOfMarkup(text, literal);
  else literalsOfUnknown(text, literal);
}

/**
 * Reads `text[start, limit)` as SQL. Databases disagree on whether `\'` ends a string, and one wrong guess swaps strings and
 * names in the rest of the text. So a text with such a pair is read both ways: if only one reading closes all its strings where strings
 * can end, it is the right one, else both readings' literals count. Returns where reading stopped.
 */
export function literalsOfSql(text: string, start: number, limit: number, options: Omit<SqlOptions, 'backslash'>, literal: MarkLiteral): number {
  if (!hasEscapedQuote(text, start, limit)) return lexSql(text, start, limit, options === NO_OPTIONS ? PLAIN : { ...options, backslash: true }, literal).end;
  const escaped: number[] = [];
  const plain: number[] = [];
  const escapedEnd = lexSql(text, start, limit, { ...options, backslash: true }, (from, to) => void escaped.push(from, to));
  const plainEnd = lexSql(text, start, limit, { ...options, backslash: false }, (from, to) => void plain.push(from, to));
  const escapedFits = escapedEnd.isClosed && escapedEnd.isSmooth;
  const plainFits = plainEnd.isClosed && plainEnd.isSmooth;
  if (escapedFits !== plainFits) {
    emitAll(escapedFits ? escaped : plain, literal);
    return escapedFits ? escapedEnd.end : plainEnd.end;
  }
  emitAll(union(escaped, plain), literal);
  return Math.max(escapedEnd.end, plainEnd.end);
}

function hasEscapedQuote(text: string, start: number, limit: number): boolean {
  for (let at = text.indexOf('\\', start); at !== -1 && at < limit; at = text.indexOf('\\', at + 1)) {
    if (text[at + 1] === "'" || text[at + 1] === '"') return true;
  }
  return false;
}

/** Merges two sorted lists of ranges, each `[start, end, start, end, …]`. */
function union(a: readonly number[], b: readonly number[]): number[] {
  const merged: number[] = [];
  let i = 0;
  let j = 0;
  while (i < a.length || j < b.length) {
    const first = j >= b.length || (i < a.length && a[i]! <= b[j]!);
    const start = first ? a[i]! : b[j]!;
    const end = first ? a[i + 1]! : b[j + 1]!;
    if (first) i += 2;
    else j += 2;
    if (merged.length > 0 && start < merged.at(-1)!) merged[merged.length - 1] = Math.max(merged.at(-1)!, end);
    else merged.push(start, end);
  }
  return merged;
}

function emitAll(ranges: readonly number[], literal: MarkLiteral): void {
  for (let i = 0; i < ranges.length; i += 2) literal(ranges[i]!, ranges[i + 1]!);
}

/** `GET /users/_doc/5?routing=jane`: ids and numbers of the path and values of the query. Returns where the line ends or a body begins, or 0. */
function literalsOfRequestLine(text: string, literal: MarkLiteral): number {
  if (!/^\s{0,64}(?:GET|POST|PUT|DELETE|HEAD|PATCH)\s+\//.test(text.slice(0, 160))) return 0;
  const line = text.trimStart().indexOf('\n');
  const lineEnd = line === -1 ? text.length : line + text.length - text.trimStart().length;
  const body = /^\s{0,64}[A-Z]{3,6}\s{1,8}\S{1,4096}\s{1,8}(?=[[{"])/.exec(text.slice(0, lineEnd));
  const end = body === null ? lineEnd : body[0].length;
  for (const match of text.slice(0, end).matchAll(/(?<=\/_(?:doc|create|update|source|explain|termvectors)\/)[^/?\s]+|(?<=(?<!HTTP)\/)\d[\w-]*|(?<==)[^&\s]+/g)) literal(match.index, match.index + match[0].length);
  return end;
}

/** XML: text between tags, and values of attributes. */
function literalsOfMarkup(text: string, literal: MarkLiteral): void {
  let i = 0;
  while (i < text.length) {
    const open = text.indexOf('<', i);
    const textEnd = open === -1 ? text.length : open;
    if (text.slice(i, textEnd).trim() !== '') literal(i, textEnd);
    if (open === -1) return;
    i = open + 1;
    while (i < text.length && text[i] !== '>') {
      const quote = text[i];
      if (quote !== '"' && quote !== "'") i += 1;
      else {
        const close = text.indexOf(quote, i + 1);
        const end = close === -1 ? text.length : close + 1;
        literal(i, end);
        i = end;
      }
    }
    i += 1;
  }
}

/** LDAP (RFC 4515): `(&(objectClass=user)(uid=jane))`; the assertion value of every item. */
function literalsOfFilter(text: string, literal: MarkLiteral): void {
  let i = 0;
  while (i < text.length) {
    const equals = text.indexOf('=', i);
    if (equals === -1) return;
    let end = equals + 1;
    while (end < text.length && text[end] !== ')') end += 1;
    if (end > equals + 1 && text.slice(equals + 1, end) !== '*') literal(equals + 1, end);
    i = end;
  }
}

/** Quoted text, numbers, and what stands directly after `=` or `:` up to a space or bracket. */
function literalsOfUnknown(text: string, literal: MarkLiteral): void {
  let last = 0;
  lexSql(text, 0, text.length, { backslash: true, doubleQuotedStrings: true }, (start, end) => {
    unquoted(last, start);
    literal(start, end);
    last = end;
  });
  unquoted(last, text.length);

  function unquoted(from: number, to: number): void {
    for (let i = from; i < to; i += 1) {
      if ((text[i] !== '=' && text[i] !== ':') || i + 1 >= to || !isWord(text.charCodeAt(i + 1)) || isDigit(text.charCodeAt(i + 1))) continue;
      let end = i + 1;
      while (end < to && !/[\s,;()[\]{}&|]/.test(text[end]!)) end += 1;
      literal(i + 1, end);
      i = end;
    }
  }
}
