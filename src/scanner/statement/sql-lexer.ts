/**
 * Finds the literals of an SQL statement in one pass, without knowing the dialect: SQL as the common databases speak it,
 * CQL, PartiQL, InfluxQL, and, told that double quotes are strings, Cypher.
 *
 * Literals are strings with every known prefix (`N'…'`, `E'…'`, `X'…'`, `_utf8'…'`, `q'[…]'`), dollar-quoted text, numbers with
 * their sign, unquoted UUIDs, a password after IDENTIFIED BY, data after COPY … FROM STDIN, and comments that hold more than
 * plain words. NULL, TRUE and FALSE are kept: they tell the shape of a query and nothing about anybody. Names and
 * placeholders (`?`, `$1`, `:name`, `@p1`) are kept.
 *
 * Where dialects disagree the reading that hides more wins: a literal without an end reaches to the end of the text, a quote
 * directly before a letter is taken as part of the string (`'O'Brien'`), and double-quoted text is a name only where it
 * can hardly be a value (`quoted-name.ts`).
 */
import { isDigit, isHarmlessComment, isWord, sticky } from './characters.ts';
import { keywordOf, keywords } from './keywords.ts';
import { QuotedNames } from './quoted-name.ts';

export type MarkLiteral = (start: number, end: number) => void;

export interface SqlOptions {
  /** Whether a backslash escapes the next character of every string (MySQL, ClickHouse, Snowflake), not only of `E'…'`. */
  readonly backslash: boolean;
  /** Double-quoted text is a string wherever it stands. */
  readonly doubleQuotedStrings?: boolean;
  /** Stop at a closing bracket that was not opened inside. */
  readonly stopAtClose?: boolean;
}

export interface SqlEnd {
  /** Where reading stopped. */
  readonly end: number;
  /** No string, comment or quoted name ran into the end of the text. */
  readonly isClosed: boolean;
  /** No quote stood directly before a letter, where strings do not end. */
  readonly isSmooth: boolean;
}

/** Words after which a sign belongs to the number. */
const BEFORE_VALUE = keywords('SELECT WHERE AND OR NOT THEN ELSE WHEN BETWEEN IN LIKE INTERVAL LIMIT OFFSET RETURN DEFAULT VALUES BY SET ON HAVING TOP FETCH FIRST NEXT AS IS');
/** Words that may follow the end of a string without a space; before any other letter the quote is part of the string. */
const AFTER_STRING = new Set('AND OR AS THEN ELSE END WHEN FROM WHERE ORDER GROUP LIMIT COLLATE IN IS LIKE BETWEEN UNION ESCAPE ON SEPARATOR FOR RETURNING HAVING NOT USING'.split(' '));

const UUID = /[0-9A-Fa-f]{8}-[0-9A-Fa-f]{4}-[0-9A-Fa-f]{4}-[0-9A-Fa-f]{4}-[0-9A-Fa-f]{12}(?!\w)/y;
const DOLLAR_TAG = /\$(?:[A-Za-z_\u0080-\uffff][\w\u0080-\uffff]{0,62})?\$/y;
const BRACKETED_NAME = /\[[A-Za-z_#][\w $#.-]{0,127}\]/y;
const NUMERIC_BRACKET = /\[\d+\]/y;

export function lexSql(text: string, start: number, limit: number, options: SqlOptions, literal: MarkLiteral): SqlEnd {
  return new SqlLexer(text, start, limit, options, literal).read();
}

/** One reading of one statement. */
class SqlLexer {
  readonly #text: string;
  readonly #start: number;
  readonly #limit: number;
  readonly #options: SqlOptions;
  readonly #literal: MarkLiteral;
  readonly #names: QuotedNames;
  #depth = 0;
  #isClosed = true;
  #isSmooth = true;

  constructor(text: string, start: number, limit: number, options: SqlOptions, literal: MarkLiteral) {
    this.#text = text;
    this.#start = start;
    this.#limit = limit;
    this.#options = options;
    this.#literal = literal;
    this.#names = new QuotedNames(text, start, limit, options.doubleQuotedStrings === true);
  }

  read(): SqlEnd {
    const text = this.#text;
    const limit = this.#limit;
    const options = this.#options;
    const names = this.#names;
    let i = this.#start;

    while (i < limit) {
      const code = text.charCodeAt(i);
      if (code <= 32 || code === 160) {
        i += 1;
      } else if (isDigit(code) || (code === 46 && isDigit(text.charCodeAt(i + 1)) && !names.afterName())) {
        i = this.#number(i, i);
      } else if (isWord(code)) {
        i = this.#word(i);
      } else if (code === 39) {
        i = this.#string(i, i, options.backslash);
      } else if (code === 34) {
        i = this.#doubleQuoted(i);
      } else if (code === 96) {
        i = this.#backquoted(i);
      } else if (code === 45 && text.charCodeAt(i + 1) === 45) {
        i = this.#lineComment(i, 2);
      } else if (code === 47 && text.charCodeAt(i + 1) === 42) {
        i = this.#blockComment(i);
      } else if (code === 47 && text.charCodeAt(i + 1) === 47 && options.doubleQuotedStrings === true) {
        i = this.#lineComment(i, 2);
      } else if (code === 35) {
        // A MySQL comment, the name of a temporary table (`#orders`), or an operator of PostgreSQL (`#>>`).
        i = isWord(text.charCodeAt(i + 1)) && !isDigit(text.charCodeAt(i + 1)) ? this.#word(i + 1) : text[i + 1] === '>' || text[i + 1] === '-' || text[i + 1] === '{' ? this.#operator(i) : this.#lineComment(i, 1);
      } else if (code === 36) {
        i = this.#dollar(i);
      } else if ((code === 45 || code === 43) && names.expectsValue(BEFORE_VALUE) && (isDigit(text.charCodeAt(i + 1)) || (text[i + 1] === '.' && isDigit(text.charCodeAt(i + 2))))) {
        i = this.#number(i, i + 1);
      } else if (code === 64 || code === 58) {
        i = this.#marker(i, code);
      } else if (code === 63) {
        i += 1;
        while (i < limit && isDigit(text.charCodeAt(i))) i += 1;
        names.sawValue();
      } else if (code === 91) {
        i = this.#bracket(i);
      } else if (code === 40 || code === 123) {
        this.#depth += 1;
        names.open();
        i += 1;
      } else if (code === 41 || code === 93 || code === 125) {
        if (this.#depth === 0 && options.stopAtClose === true) return { end: i, isClosed: this.#isClosed, isSmooth: this.#isSmooth };
        if (this.#depth > 0) this.#depth -= 1;
        names.close();
        i += 1;
      } else if (code === 44 || code === 59 || code === 46) {
        names.sawPunctuation(code);
        i += 1;
      } else if ((code === 126 || code === 33) && /^(?:=~|!~) *\//.test(text.slice(i - 1, i + 4))) {
        i = this.#operator(i);
      } else if (code === 47 && names.afterRegexOperator) {
        i = this.#regex(i);
      } else {
        i = this.#operator(i);
      }
    }
    return { end: Math.min(i, limit), isClosed: this.#isClosed, isSmooth: this.#isSmooth };
  }

  #emit(from: number, to: number): void {
    if (to > from) this.#literal(from, Math.min(to, this.#limit));
    this.#names.sawValue();
  }

  #runsOut(from: number): number {
    const limit = this.#limit;
    this.#isClosed = false;
    this.#emit(from, limit);
    return limit;
  }

  #operator(at: number): number {
    const text = this.#text;
    this.#names.sawOperator(text[at]!, text[at - 1]);
    return at + 1;
  }

  #number(from: number, at: number): number {
    const text = this.#text;
    const end = endOfUuid(text, at) || endOfNumber(text, at, this.#limit);
    this.#emit(from, end);
    return end;
  }

  #word(at: number): number {
    const text = this.#text;
    const uuid = isHexLetter(text.charCodeAt(at)) ? endOfUuid(text, at) : 0;
    if (uuid !== 0) {
      this.#emit(at, uuid);
      return uuid;
    }
    let end = at;
    let next = text.charCodeAt(end);
    while (end < this.#limit && (isWord(next) || next === 36 || next === 35)) next = text.charCodeAt(++end);
    if (next === 39 || next === 34 || next === 38) {
      const string = this.#prefixedString(at, end, next);
      if (string !== 0) return string;
    }
    const upper = keywordOf(text, at, end);
    if (this.#names.isAfterIdentifiedBy() && upper !== 'VALUES' && upper !== 'PASSWORD') {
      this.#emit(at, end);
      return end;
    }
    if (upper === 'STDIN' && this.#names.lastWord === 'FROM') return this.#inlineData(end);
    this.#names.sawWord(upper);
    return end;
  }

  /** Behind a string that the word before its quote belongs to; 0 = the word is none of those. */
  #prefixedString(at: number, end: number, next: number): number {
    const text = this.#text;
    const upper = end - at <= 12 ? text.slice(at, end).toUpperCase() : '';
    if (next === 38) return upper === 'U' && text[end + 1] === "'" ? this.#string(at, end + 1, this.#options.backslash) : 0;
    if (upper === 'Q' || upper === 'NQ') return next === 39 ? this.#quoteOperator(at, end) : 0;
    if (upper === 'E') return this.#string(at, end, true);
    if (upper === 'N' || upper === 'X' || upper === 'B' || (text[at] === '_' && next === 39)) return this.#string(at, end, this.#options.backslash);
    return upper === 'R' || upper === 'RB' || upper === 'BR' ? this.#string(at, end, false) : 0;
  }

  /** `from` is where the literal begins, `quote` where its opening quote stands. */
  #string(from: number, quote: number, backslash: boolean): number {
    const text = this.#text;
    const limit = this.#limit;
    const mark = text.charCodeAt(quote);
    let at = quote + 1;
    while (at < limit) {
      const code = text.charCodeAt(at);
      if (code === 92 && backslash) at += 2;
      else if (code !== mark) at += 1;
      else if (text.charCodeAt(at + 1) === mark) at += 2;
      else if (mark === 39 && at + 1 < limit && isWord(text.charCodeAt(at + 1)) && !this.#endsBeforeKeyword(at + 1)) {
        this.#isSmooth = false;
        at += 1;
      }
      else {
        this.#emit(from, at + 1);
        return at + 1;
      }
    }
    return this.#runsOut(from);
  }

  #endsBeforeKeyword(at: number): boolean {
    const text = this.#text;
    let end = at;
    while (end < this.#limit && end - at < 12 && isWord(text.charCodeAt(end))) end += 1;
    return AFTER_STRING.has(text.slice(at, end).toUpperCase());
  }

  /** Oracle: `q'[it's]'`; brackets close with their counterpart, any other character with itself. */
  #quoteOperator(from: number, quote: number): number {
    const text = this.#text;
    const open = text[quote + 1] ?? '';
    const close = { '[': ']', '(': ')', '{': '}', '<': '>' }[open] ?? open;
    const end = open === '' ? -1 : text.indexOf(`${close}'`, quote + 2);
    if (end === -1 || end + 2 > this.#limit) return this.#runsOut(from);
    this.#emit(from, end + 2);
    return end + 2;
  }

  #doubleQuoted(at: number): number {
    const text = this.#text;
    const limit = this.#limit;
    let end = at + 1;
    while (end < limit) {
      const code = text.charCodeAt(end);
      if (code === 92 && this.#options.backslash) end += 2;
      else if (code !== 34) end += 1;
      else if (text.charCodeAt(end + 1) === 34) end += 2;
      else break;
    }
    if (end >= limit) return this.#runsOut(at);
    if (this.#names.isName(at, end)) this.#names.sawName();
    else this.#emit(at, end + 1);
    return end + 1;
  }

  #backquoted(at: number): number {
    const end = this.#text.indexOf('`', at + 1);
    if (end === -1 || end >= this.#limit) return this.#runsOut(at);
    this.#names.sawName();
    return end + 1;
  }

  #lineComment(at: number, prefix: number): number {
    const limit = this.#limit;
    let end = this.#text.indexOf('\n', at);
    if (end === -1 || end > limit) end = limit;
    return this.#comment(at + prefix, end, end);
  }

  #blockComment(at: number): number {
    const end = this.#text.indexOf('*/', at + 2);
    if (end === -1 || end + 2 > this.#limit) return this.#runsOut(at);
    return this.#comment(at + 2, end, end + 2);
  }

  #comment(from: number, to: number, end: number): number {
    if (!isHarmlessComment(this.#text.slice(from, to))) this.#literal(from, to);
    return end;
  }

  /** `$1` and `$name` are placeholders, `$tag$ … $tag$` is text; after AS or DO it is a program, which is read on. */
  #dollar(at: number): number {
    const text = this.#text;
    const limit = this.#limit;
    const opened = sticky(DOLLAR_TAG, text, at);
    if (opened === 0) {
      let end = at + 1;
      while (end < limit && isWord(text.charCodeAt(end))) end += 1;
      // Money of SQL Server, `$12.50`; a placeholder has no decimals.
      if (text[end] === '.' && isDigit(text.charCodeAt(at + 1)) && isDigit(text.charCodeAt(end + 1))) return this.#number(at, at + 1);
      this.#names.sawValue();
      return end;
    }
    if (this.#names.lastWord === 'AS' || this.#names.lastWord === 'DO' || this.#names.isClosingTag(text.slice(at, opened))) {
      this.#names.sawTag(text.slice(at, opened));
      return opened;
    }
    const end = text.indexOf(text.slice(at, opened), opened);
    if (end === -1 || end >= limit) return this.#runsOut(at);
    this.#emit(at, end + opened - at);
    return end + opened - at;
  }

  /** `@name`, `@@name`, `:name`, `:1`, `::type`; after a digit or `{key` a colon is none. */
  #marker(at: number, code: number): number {
    const text = this.#text;
    if (code === 58 && text[at + 1] === ':') {
      this.#names.sawOperator(':', undefined);
      return at + 2;
    }
    const isGlued = at > this.#start && (isWord(text.charCodeAt(at - 1)) || text[at - 1] === ']' || text[at - 1] === '"' || text[at - 1] === "'");
    // `PUT file:///tmp/jane.csv @%t`
    if (code === 58 && isGlued && text.startsWith('//', at + 1)) return this.#path(at + 3);
    if (code === 58 && isGlued) return this.#operator(at);
    let end = at + 1;
    while (end < this.#limit && (text[end] === '@' || isWord(text.charCodeAt(end)) || text[end] === '$' || text[end] === '#')) end += 1;
    if (code === 64 && !isGlued && (text[at + 1] === '%' || text[at + 1] === '~')) end = at + 2;
    while (end > at + 1 && end < this.#limit && isWord(text.charCodeAt(end))) end += 1;
    if (end === at + 1) return this.#operator(at);
    this.#names.sawValue();
    // A stage of Snowflake keeps its name, the path of a file in it does not stay.
    return code === 64 && text[end] === '/' ? this.#path(end + 1) : end;
  }

  /** Up to what ends an unquoted path. */
  #path(from: number): number {
    let end = from;
    while (end < this.#limit && !/[\s,;()'"]/.test(this.#text[end]!)) end += 1;
    this.#emit(from, end);
    return end;
  }


  /** `[Order Details]` is a name of SQL Server, `[1]` under PIVOT too, but the brackets of an array and of CQL are not. */
  #bracket(at: number): number {
    const text = this.#text;
    const end = this.#names.afterName() && text[at - 1] !== ' ' && !this.#names.isAfterKeyword() ? 0 : sticky(BRACKETED_NAME, text, at);
    if (end !== 0 && end <= this.#limit) {
      this.#names.sawName();
      return end;
    }
    const column = sticky(NUMERIC_BRACKET, text, at);
    if (column !== 0) this.#emit(at + 1, column - 1);
    if (column !== 0) return column;
    this.#depth += 1;
    this.#names.open();
    return at + 1;
  }

  /** InfluxQL: `host =~ /web.*!/`. */
  #regex(at: number): number {
    const text = this.#text;
    const limit = this.#limit;
    let end = at + 1;
    while (end < limit && text[end] !== '/') end += text[end] === '\\' ? 2 : 1;
    if (end >= limit) return this.#runsOut(at);
    this.#emit(at, end + 1);
    return end + 1;
  }

  /** What follows COPY … FROM STDIN on later lines is data. */
  #inlineData(at: number): number {
    const text = this.#text;
    const limit = this.#limit;
    const line = text.indexOf('\n', at);
    if (line === -1 || line >= limit || text.slice(line, limit).trim() === '') {
      this.#names.sawWord('STDIN');
      return at;
    }
    this.#emit(line + 1, limit);
    return limit;
  }
}

function endOfUuid(text: string, at: number): number {
  return text.charCodeAt(at + 8) === 45 ? sticky(UUID, text, at) : 0;
}

function isHexLetter(code: number): boolean {
  return (code >= 65 && code <= 70) || (code >= 97 && code <= 102);
}

/** A token that begins with a digit or a dot, whatever follows: `10`, `1.5e-3`, `0xff`, `5m`, `10:30:00`. */
function endOfNumber(text: string, at: number, limit: number): number {
  let end = at + 1;
  let isDecimal = true;
  while (end < limit) {
    const code = text.charCodeAt(end);
    if (isWord(code)) {
      const hasSignedExponent = isDecimal && (code | 32) === 101 && /^[+-]\d/.test(text.slice(end + 1, end + 3));
      isDecimal = isDecimal && isDigit(code);
      end += hasSignedExponent ? 2 : 1;
    } else if ((code === 46 || (code === 58 && isDecimal)) && isDigit(text.charCodeAt(end + 1))) end += 2;
    else break;
  }
  return Math.min(end, limit);
}
