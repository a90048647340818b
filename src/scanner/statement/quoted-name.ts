/**
 * Decides whether `"…"` in SQL is a name (the standard) or a string (MySQL, Cypher, SQLite on a bad day). The lexer reports
 * each token; a name is believed only where a value could hardly stand:
 *
 * - beside a dot (`"o"."id"`), after FROM, JOIN, INTO, AS and the like, in the column list of an INSERT;
 * - as the left side of a comparison, after BY, SET or RETURNING, inside COUNT and its kin, if it looks like a name;
 * - in a list of SELECT only if the statement names a table or alias in double quotes somewhere, which no MySQL does.
 *
 * In a text with backquotes, which are MySQL's, all double-quoted text is a string.
 */

import { keywords } from './keywords.ts';

/** After these a name follows, whatever it looks like. */
const BEFORE_NAME = keywords('FROM JOIN INTO UPDATE TABLE AS COLUMN INDEX VIEW CONSTRAINT REFERENCES ONLY TRUNCATE SCHEMA DATABASE EXISTS RENAME KEY SEQUENCE FUNCTION TYPE TRIGGER ADD');
/** After these a plain name may follow. */
const BEFORE_OPERAND = keywords('WHERE AND OR NOT ON HAVING WHEN CASE');
const BEFORE_LIST = keywords('BY SET RETURNING USING PARTITION');
const AGGREGATES = keywords('COUNT SUM AVG MIN MAX DISTINCT');
const CLAUSES = keywords('SELECT FROM WHERE SET BY RETURNING VALUES INTO HAVING ON JOIN USING');
const KEYWORDS = new Set([...BEFORE_NAME, ...BEFORE_OPERAND, ...BEFORE_LIST, ...CLAUSES, ...keywords('IN LIKE BETWEEN THEN ELSE IS LIMIT OFFSET PIVOT FOR DISTINCT ALL TOP RETURN ARRAY')]);

const QUALIFYING = /(?:\bFROM|\bJOIN|\bINTO|\bUPDATE)\s{1,8}"|"\s{0,4}\.\s{0,4}["A-Za-z_]|[\w]\."[A-Za-z_]/i;
const BACKQUOTED = /`[A-Za-z_][\w$ .-]{0,64}`/;
const PLAIN_NAME = /^[A-Za-z_][\w$#]{0,62}$/;
const ANY_NAME = /^[\p{L}_][\p{L}\p{N}_ $#:./()-]{0,127}$/u;
const COMPARES = /^\s{0,8}(?:[=<>!~|*+/-]|(?:IS|IN|LIKE|ILIKE|NOT|BETWEEN|REGEXP|RLIKE|SIMILAR|COLLATE)\b)/i;

type Token = 'start' | 'word' | 'name' | 'value' | 'operator' | 'open' | 'close' | 'comma' | 'semicolon' | 'dot';

/** Brackets deeper than this are counted but not told apart. */
const DEPTH_MAX = 256;

export class QuotedNames {
  /** The last word, if the last token was one: a keyword in capitals, `?` for any other. */
  lastWord = '';
  afterRegexOperator = false;
  #text: string;
  #limit: number;
  #stringsOnly: boolean;
  #namesAreQuoted: boolean;
  #last: Token = 'start';
  #wordBefore = '';
  #clause = '';
  #clauses: string[] = [];
  #unstacked = 0;
  #inColumns = false;
  #tag = '';

  constructor(text: string, start: number, limit: number, stringsOnly: boolean) {
    this.#text = text;
    this.#limit = limit;
    const slice = start === 0 && limit === text.length ? text : text.slice(start, limit);
    const hasQuotes = slice.includes('"');
    this.#stringsOnly = stringsOnly || (hasQuotes && BACKQUOTED.test(slice));
    this.#namesAreQuoted = hasQuotes && !this.#stringsOnly && QUALIFYING.test(slice);
  }

  sawWord(upper: string): void {
    this.#wordBefore = this.lastWord;
    this.#last = 'word';
    this.lastWord = upper === '' ? '?' : upper;
    this.afterRegexOperator = false;
    if (CLAUSES.has(upper)) this.#clause = upper;
  }

  sawName(): void {
    this.#saw('name');
  }

  sawValue(): void {
    this.#saw('value');
  }

  sawOperator(character: string, before: string | undefined): void {
    const isRegex = character === '~' && (before === '=' || before === '!');
    this.#saw('operator');
    this.afterRegexOperator = isRegex;
  }

  sawPunctuation(code: number): void {
    this.#saw(code === 44 ? 'comma' : code === 46 ? 'dot' : 'semicolon');
    if (code === 59) this.#clause = '';
  }

  sawTag(tag: string): void {
    this.#tag = this.#tag === '' ? tag : '';
    this.#saw('semicolon');
    this.#clause = '';
  }

  isClosingTag(tag: string): boolean {
    return this.#tag !== '' && tag === this.#tag;
  }

  open(): void {
    const opener = this.#last === 'word' ? this.lastWord : '';
    if (this.#clauses.length < DEPTH_MAX) this.#clauses.push(this.#clause);
    else this.#unstacked += 1;
    this.#inColumns = this.#clause === 'INTO' && (this.#last === 'name' || this.#last === 'word');
    this.#clause = this.#inColumns ? 'COLUMNS' : AGGREGATES.has(opener) ? 'AGGREGATE' : opener === '' || KEYWORDS.has(opener) ? (opener === 'IN' || this.#clause === 'VALUES' ? 'VALUES' : opener === 'USING' ? 'USING' : 'GROUP') : 'CALL';
    this.#saw('open');
  }

  close(): void {
    if (this.#unstacked > 0) this.#unstacked -= 1;
    else this.#clause = this.#clauses.pop() ?? this.#clause;
    this.#saw('close');
  }

  /** Whether a sign here belongs to the number after it. */
  expectsValue(keywords: ReadonlySet<string>): boolean {
    return this.#last === 'operator' || this.#last === 'open' || this.#last === 'comma' || this.#last === 'start' || this.#last === 'semicolon' || (this.#last === 'word' && keywords.has(this.lastWord));
  }

  afterName(): boolean {
    return this.#last === 'word' || this.#last === 'name' || this.#last === 'close' || this.#last === 'dot';
  }

  isAfterKeyword(): boolean {
    return this.#last === 'dot' || (this.#last === 'word' && KEYWORDS.has(this.lastWord));
  }

  isAfterIdentifiedBy(): boolean {
    return this.#last === 'word' && this.lastWord === 'BY' && this.#wordBefore === 'IDENTIFIED';
  }

  /** Whether the double-quoted text from the quote at `open` to that at `close` is a name. */
  isName(open: number, close: number): boolean {
    if (this.#stringsOnly || close - open > 130 || this.isAfterIdentifiedBy()) return false;
    const content = this.#text.slice(open + 1, close);
    if (!ANY_NAME.test(content)) return false;
    if (this.#last === 'dot' || /^\s{0,4}\.\s{0,4}(?:["*]|[A-Za-z_])/.test(this.#text.slice(close + 1, Math.min(this.#limit, close + 12)))) return true;
    if (this.#last === 'word' && BEFORE_NAME.has(this.lastWord)) return true;
    if (this.#clause === 'COLUMNS') return true;
    if (this.#clause === 'FROM' && this.#last === 'comma') return true;
    if (!PLAIN_NAME.test(content)) return this.#namesAreQuoted && this.#isLeftSide(close);
    if (this.#isLeftSide(close)) return true;
    if (this.#last === 'word' && BEFORE_LIST.has(this.lastWord)) return true;
    if (this.#last === 'comma' && (this.#clause === 'BY' || this.#clause === 'RETURNING' || this.#clause === 'SET')) return true;
    if (this.#clause === 'AGGREGATE' || (this.#clause === 'USING' && this.#last !== 'operator')) return true;
    const inSelect = this.#clause === 'SELECT' && (this.#last === 'comma' || (this.#last === 'word' && (this.lastWord === 'SELECT' || this.lastWord === 'DISTINCT')));
    return inSelect && this.#namesAreQuoted;
  }

  #isLeftSide(close: number): boolean {
    const isOperand = (this.#last === 'word' && BEFORE_OPERAND.has(this.lastWord)) || (this.#last === 'open' && this.#clause === 'GROUP');
    return isOperand && COMPARES.test(this.#text.slice(close + 1, Math.min(this.#limit, close + 24)));
  }

  #saw(token: Token): void {
    this.#last = token;
    this.#wordBefore = '';
    this.lastWord = '';
    this.afterRegexOperator = false;
  }
}
