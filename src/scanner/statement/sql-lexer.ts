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
const BEFORE_VALUE = new Set('SELECT WHERE AND OR NOT THEN ELSE WHEN BETWEEN IN LIKE INTERVAL LIMIT OFFSET RETURN DEFAULT VALUES BY SET ON HAVING TOP FETCH FIRST NEXT AS IS'.split(' '));
/** Words that may follow the end of a string without a space; before any other letter the quote is part of the string. */
const AFTER_STRING = new Set('AND OR AS THEN ELSE END WHEN FROM WHERE ORDER GROUP LIMIT COLLATE IN IS LIKE BETWEEN UNION ESCAPE ON SEPARATOR FOR RETURNING HAVING NOT USING'.split(' '));

const UUID = /[0-9A-Fa-f]{8}-[0-9A-Fa-f]{4}-[0-9A-Fa-f]{4}-[0-9A-Fa-f]{4}-[0-9A-Fa-f]{12}(?!\w)/y;
const DOLLAR_TAG = /\$(?:[A-Za-z_\u0080-\uffff][\w\u0080-\uffff]{0,62})?\$/y;
const BRACKETED_NAME = /\[[A-Za-z_#][\w $#.-]{0,127}\]/y;
const NUMERIC_BRACKET = /\[\d+\]/y;

export function lexSql(text: string, start: number, limit: number, options: SqlOptions, literal: MarkLiteral): SqlEnd {
  const names = new QuotedNames(text, start, limit, options.doubleQuotedStrings === true);
  let depth = 0;
  let isClosed = true;
  let isSmooth = true;
  let i = start;

  while (i < limit) {
    const code = text.charCodeAt(i);
    if (code <= 32 || code === 160) {
      i += 1;
    } else if (isDigit(code) || (code === 46 && isDigit(text.charCodeAt(i + 1)) && !names.afterName())) {
      i = number(i, i);
    } else if (isWord(code)) {
      i = word(i);
    } else if (code === 39) {
      i = string(i, i, options.backslash);
    } else if (code === 34) {
      i = doubleQuoted(i);
    } else if (code === 96) {
      i = backquoted(i);
    } else if (code === 45 && text.charCodeAt(i + 1) === 45) {
      i = lineComment(i, 2);
    } else if (code === 47 && text.charCodeAt(i + 1) === 42) {
      i = blockComment(i);
    } else if (code === 47 && text.charCodeAt(i + 1) === 47 && options.doubleQuotedStrings === true) {
      i = lineComment(i, 2);
    } else if (code === 35) {
      // A MySQL comment, the name of a temporary table (`#orders`), or an operator of PostgreSQL (`#>>`).
      i = isWord(text.charCodeAt(i + 1)) && !isDigit(text.charCodeAt(i + 1)) ? word(i + 1) : text[i + 1] === '>' || text[i + 1] === '-' || text[i + 1] === '{' ? operator(i) : lineComment(i, 1);
    } else if (code === 36) {
      i = dollar(i);
    } else if ((code === 45 || code === 43) && names.expectsValue(BEFORE_VALUE) && (isDigit(text.charCodeAt(i + 1)) || (text[i + 1] === '.' && isDigit(text.charCodeAt(i + 2))))) {
      i = number(i, i + 1);
    } else if (code === 64 || code === 58) {
      i = marker(i, code);
    } else if (code === 63) {
      i += 1;
      while (i < limit && isDigit(text.charCodeAt(i))) i += 1;
      names.sawValue();
    } else if (code === 91) {
      i = bracket(i);
    } else if (code === 40 || code === 123) {
      depth += 1;
      names.open();
      i += 1;
    } else if (code === 41 || code === 93 || code === 125) {
      if (depth === 0 && options.stopAtClose === true) return { end: i, isClosed, isSmooth };
      if (depth > 0) depth -= 1;
      names.close();
      i += 1;
    } else if (code === 44 || code === 59 || code === 46) {
      names.sawPunctuation(code);
      i += 1;
    } else if ((code === 126 || code === 33) && /^(?:=~|!~) *\//.test(text.slice(i - 1, i + 4))) {
      i = operator(i);
    } else if (code === 47 && names.afterRegexOperator) {
      i = regex(i);
    } else {
      i = operator(i);
    }
  }
  return { end: Math.min(i, limit), isClosed, isSmooth };

  function emit(from: number, to: number): void {
    if (to > from) literal(from, Math.min(to, limit));
    names.sawValue();
  }

  function runsOut(from: number): number {
    isClosed = false;
    emit(from, limit);
    return limit;
  }

  function operator(at: number): number {
    names.sawOperator(text[at]!, text[at - 1]);
    return at + 1;
  }

  function number(from: number, at: number): number {
    const end = sticky(UUID, text, at) || endOfNumber(text, at, limit);
    emit(from, end);
    return end;
  }

  function word(at: number): number {
    const uuid = isHexLetter(text.charCodeAt(at)) ? sticky(UUID, text, at) : 0;
    if (uuid !== 0) {
      emit(at, uuid);
      return uuid;
    }
    let end = at;
    while (end < limit && (isWord(text.charCodeAt(end)) || text[end] === '$' || text[end] === '#')) end += 1;
    const upper = end - at <= 12 ? text.slice(at, end).toUpperCase() : '';
    if (text[end] === "'" || text[end] === '"') {
      if (upper === 'Q' || upper === 'NQ') {
        if (text[end] === "'") return quoteOperator(at, end);
      } else if (upper === 'E') return string(at, end, true);
      else if (upper === 'N' || upper === 'X' || upper === 'B' || (text[at] === '_' && text[end] === "'")) return string(at, end, options.backslash);
      else if (upper === 'R' || upper === 'RB' || upper === 'BR') return string(at, end, false);
    }
    if (upper === 'U' && text[end] === '&' && text[end + 1] === "'") return string(at, end + 1, options.backslash);
    if (names.isAfterIdentifiedBy() && upper !== 'VALUES' && upper !== 'PASSWORD') {
      emit(at, end);
      return end;
    }
    if (upper === 'STDIN' && names.lastWord === 'FROM') return inlineData(end);
    names.sawWord(upper);
    return end;
  }

  /** `from` is where the literal begins, `quote` where its opening quote stands. */
  function string(from: number, quote: number, backslash: boolean): number {
    const mark = text.charCodeAt(quote);
    let at = quote + 1;
    while (at < limit) {
      const code = text.charCodeAt(at);
      if (code === 92 && backslash) at += 2;
      else if (code !== mark) at += 1;
      else if (text.charCodeAt(at + 1) === mark) at += 2;
      else if (mark === 39 && at + 1 < limit && isWord(text.charCodeAt(at + 1)) && !endsBeforeKeyword(at + 1)) {
        isSmooth = false;
        at += 1;
      }
      else {
        emit(from, at + 1);
        return at + 1;
      }
    }
    return runsOut(from);
  }

  function endsBeforeKeyword(at: number): boolean {
    let end = at;
    while (end < limit && end - at < 12 && isWord(text.charCodeAt(end))) end += 1;
    return AFTER_STRING.has(text.slice(at, end).toUpperCase());
  }

  /** Oracle: `q'[it's]'`; brackets close with their counterpart, any other character with itself. */
  function quoteOperator(from: number, quote: number): number {
    const open = text[quote + 1] ?? '';
    const close = { '[': ']', '(': ')', '{': '}', '<': '>' }[open] ?? open;
    const end = open === '' ? -1 : text.indexOf(`${close}'`, quote + 2);
    if (end === -1 || end + 2 > limit) return runsOut(from);
    emit(from, end + 2);
    return end + 2;
  }

  function doubleQuoted(at: number): number {
    let end = at + 1;
    while (end < limit) {
      const code = text.charCodeAt(end);
      if (code === 92 && options.backslash) end += 2;
      else if (code !== 34) end += 1;
      else if (text.charCodeAt(end + 1) === 34) end += 2;
      else break;
    }
    if (end >= limit) return runsOut(at);
    if (names.isName(at, end)) names.sawName();
    else emit(at, end + 1);
    return end + 1;
  }

  function backquoted(at: number): number {
    const end = text.indexOf('`', at + 1);
    if (end === -1 || end >= limit) return runsOut(at);
    names.sawName();
    return end + 1;
  }

  function lineComment(at: number, prefix: number): number {
    let end = text.indexOf('\n', at);
    if (end === -1 || end > limit) end = limit;
    return comment(at + prefix, end, end);
  }

  function blockComment(at: number): number {
    const end = text.indexOf('*/', at + 2);
    if (end === -1 || end + 2 > limit) return runsOut(at);
    return comment(at + 2, end, end + 2);
  }

  function comment(from: number, to: number, end: number): number {
    if (!isHarmlessComment(text.slice(from, to))) literal(from, to);
    return end;
  }

  /** `$1` and `$name` are placeholders, `$tag$ … $tag$` is text; after AS or DO it is a program, which is read on. */
  function dollar(at: number): number {
    const opened = sticky(DOLLAR_TAG, text, at);
    if (opened === 0) {
      let end = at + 1;
      while (end < limit && isWord(text.charCodeAt(end))) end += 1;
      names.sawValue();
      return end;
    }
    if (names.lastWord === 'AS' || names.lastWord === 'DO' || names.isClosingTag(text.slice(at, opened))) {
      names.sawTag(text.slice(at, opened));
      return opened;
    }
    const end = text.indexOf(text.slice(at, opened), opened);
    if (end === -1 || end >= limit) return runsOut(at);
    emit(at, end + opened - at);
    return end + opened - at;
  }

  /** `@name`, `@@name`, `:name`, `:1`, `::type`; after a digit or `{key` a colon is none. */
  function marker(at: number, code: number): number {
    if (code === 58 && text[at + 1] === ':') {
      names.sawOperator(':', undefined);
      return at + 2;
    }
    const isGlued = at > start && (isWord(text.charCodeAt(at - 1)) || text[at - 1] === ']' || text[at - 1] === '"' || text[at - 1] === "'");
    if (code === 58 && isGlued) return operator(at);
    let end = at + 1;
    while (end < limit && (text[end] === '@' || isWord(text.charCodeAt(end)) || text[end] === '$' || text[end] === '#')) end += 1;
    if (end === at + 1) return operator(at);
    names.sawValue();
    return end;
  }

  /** `[Order Details]` is a name of SQL Server, `[1]` under PIVOT too, but the brackets of an array and of CQL are not. */
  function bracket(at: number): number {
    const end = names.afterName() && text[at - 1] !== ' ' && !names.isAfterKeyword() ? 0 : sticky(BRACKETED_NAME, text, at);
    if (end !== 0 && end <= limit) {
      names.sawName();
      return end;
    }
    const column = sticky(NUMERIC_BRACKET, text, at);
    if (column !== 0) emit(at + 1, column - 1);
    if (column !== 0) return column;
    depth += 1;
    names.open();
    return at + 1;
  }

  /** InfluxQL: `host =~ /web.*!/`. */
  function regex(at: number): number {
    let end = at + 1;
    while (end < limit && text[end] !== '/') end += text[end] === '\\' ? 2 : 1;
    if (end >= limit) return runsOut(at);
    emit(at, end + 1);
    return end + 1;
  }

  /** What follows COPY … FROM STDIN on later lines is data. */
  function inlineData(at: number): number {
    const line = text.indexOf('\n', at);
    if (line === -1 || line >= limit || text.slice(line, limit).trim() === '') {
      names.sawWord('STDIN');
      return at;
    }
    emit(line + 1, limit);
    return limit;
  }
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
