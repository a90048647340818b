/**
 * Finds the literals of statements in languages shaped like JSON and JavaScript: commands and filters of MongoDB as JSON
 * or shell text, Elasticsearch bodies, GraphQL documents, Flux, LogQL and PromQL.
 *
 * Every string and number is a literal, but for keys (a string before a colon that looks like a name) and the name of the collection or
 * database that a command is about. Operators, unquoted names, variables, true, false and null are kept.
 */
import { isDigit, isHarmlessComment, isWord } from './characters.ts';
import type { MarkLiteral } from './sql-lexer.ts';

/** First-level keys of MongoDB commands whose value names a collection or database. */
const NAMING_KEYS = new Set('find insert update delete aggregate count distinct findAndModify findandmodify getMore collection create drop createIndexes dropIndexes listIndexes mapReduce collMod ns $db db dbName'.split(' '));
const NAME = /^[A-Za-z_$][\w$.-]{0,119}$/;
/** Keys may hold field paths and operators, but nothing that looks like content. */
const KEY_NAME = /^[\p{L}_$*][\p{L}\p{N} _$.*[\]:/-]{0,127}$/u;

export function lexDocument(text: string, start: number, limit: number, hashComments: boolean, literal: MarkLiteral): void {
  let depth = 0;
  /** The key or word before the current value: decides on names and on signs. */
  let key = '';
  let expectsValue = true;
  let i = start;

  while (i < limit) {
    const code = text.charCodeAt(i);
    if (code <= 32) i += 1;
    else if (code === 34 || code === 39 || code === 96) i = string(i, code);
    else if (isDigit(code) || (code === 46 && isDigit(text.charCodeAt(i + 1)))) i = number(i, i);
    else if ((code === 45 || code === 43) && expectsValue && isDigit(text.charCodeAt(i + 1))) i = number(i, i + 1);
    else if (isWord(code) || code === 36 || code === 64) i = word(i);
    else if (code === 47 && text.charCodeAt(i + 1) === 47) i = comment(i + 2, endOfLine(i));
    else if (code === 35 && hashComments) i = comment(i + 1, endOfLine(i));
    else if (code === 47 && text.charCodeAt(i + 1) === 42) {
      const end = text.indexOf('*/', i + 2);
      i = end === -1 || end > limit ? comment(i + 2, limit) : comment(i + 2, end) + 2;
    } else if (code === 47 && expectsValue) i = regex(i);
    else {
      if (code === 123 || code === 91 || code === 40) depth += 1;
      else if (code === 125 || code === 93 || code === 41) depth -= 1;
      expectsValue = code !== 125 && code !== 93 && code !== 41 && code !== 46;
      if (code === 44) key = '';
      i += 1;
    }
  }

  function emit(from: number, to: number): number {
    literal(from, Math.min(to, limit));
    expectsValue = false;
    return to;
  }

  function string(at: number, quote: number): number {
    if (quote === 34 && text.startsWith('"""', at)) {
      const close = text.indexOf('"""', at + 3);
      return emit(at, close === -1 || close >= limit ? limit : close + 3);
    }
    let end = at + 1;
    while (end < limit && text.charCodeAt(end) !== quote) end += text.charCodeAt(end) === 92 ? 2 : 1;
    if (end >= limit) return emit(at, limit);
    const content = text.slice(at + 1, Math.min(end, at + 130));
    let next = end + 1;
    while (next < limit && text.charCodeAt(next) <= 32) next += 1;
    if (text[next] === ':' && quote !== 96 && KEY_NAME.test(content)) key = content;
    else if (NAMING_KEYS.has(key) && (depth === 1 || key === 'getCollection') && NAME.test(content)) key = '';
    else if (key === 'getCollection' && NAME.test(content)) key = '';
    else return emit(at, end + 1);
    expectsValue = false;
    return end + 1;
  }

  function number(from: number, at: number): number {
    let end = at + 1;
    while (end < limit && (isWord(text.charCodeAt(end)) || (text[end] === '.' && isDigit(text.charCodeAt(end + 1))) || (/[+-]/.test(text[end]!) && /\de/i.test(text.slice(end - 2, end)) && isDigit(text.charCodeAt(end + 1))))) end += 1;
    return emit(from, end);
  }

  function word(at: number): number {
    let end = at + 1;
    while (end < limit && (isWord(text.charCodeAt(end)) || text[end] === '$')) end += 1;
    key = end - at <= 32 ? text.slice(at, end) : '';
    expectsValue = key === 'return' || key === 'in';
    return end;
  }

  function endOfLine(at: number): number {
    const end = text.indexOf('\n', at);
    return end === -1 || end > limit ? limit : end;
  }

  function comment(from: number, to: number): number {
    if (to > from && !isHarmlessComment(text.slice(from, to))) literal(from, to);
    return to;
  }

  /** `/^jane/i` where a value may stand. */
  function regex(at: number): number {
    let end = at + 1;
    let inClass = false;
    while (end < limit && text[end] !== '\n' && (inClass || text[end] !== '/')) {
      if (text[end] === '[') inClass = true;
      else if (text[end] === ']') inClass = false;
      end += text[end] === '\\' ? 2 : 1;
    }
    if (end >= limit || text[end] === '\n') return emit(at, Math.min(end, limit));
    end += 1;
    while (end < limit && isWord(text.charCodeAt(end))) end += 1;
    return emit(at, end);
  }
}
