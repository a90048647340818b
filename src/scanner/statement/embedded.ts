/**
 * Finds SQL statements inside other text (span names, messages of exceptions, log lines) and reports their literals.
 *
 * A statement is recognized by its skeleton: SELECT … FROM, INSERT INTO … VALUES, UPDATE … SET, DELETE FROM, and so on. In lower
 * case, where English says the same words, a further clause must follow. It ends at the bracket or quote that encloses it, at a stack
 * trace, or with the text. One pass over the words; each statement is read once.
 */
import { lexDocument } from './document-lexer.ts';
import type { MarkLiteral } from './sql-lexer.ts';
import { literalsOfSql } from './statement.ts';

const WORDS =
  /\b(?:SELECT|INSERT\s{1,8}(?:IGNORE\s{1,8}|OVERWRITE\s{1,8})?INTO|(?:MERGE|REPLACE|UPSERT)\s{1,8}INTO|UPDATE|DELETE\s{1,8}FROM|(?:CREATE|ALTER)\s{1,8}(?:USER|LOGIN|ROLE)|EXEC(?:UTE)?(?=\s{1,8}[\w.[\]]{1,128}\s{0,8}[('@\d])|CALL(?=\s{1,8}[\w.]{1,128}\s{0,4}\()|FROM|VALUES|SET|WHERE|JOIN|LIMIT|ORDER\s{1,8}BY|GROUP\s{1,8}BY|HAVING|RETURNING|USING|IDENTIFIED|PASSWORD|UNION)\b/gi;

/** A quick answer for the text that holds no statement at all: nearly every one. */
const ANY_BEGINNING = /\b(?:SELECT|INSERT|MERGE|REPLACE|UPSERT|UPDATE|DELETE|CREATE|ALTER|EXEC|EXECUTE|CALL)\s/i;
const CLAUSES = new Set(['WHERE', 'JOIN', 'LIMIT', 'ORDER', 'GROUP', 'HAVING', 'RETURNING', 'UNION']);
/** What may stand between UPDATE and SET, in characters: a name and hints. */
const UPDATE_TO_SET_MAX = 400;
const STACK_TRACE = /\r?\n(?:\s{0,16}(?:at |Caused by|File "|Traceback|\.\.\. \d|in `|from \/|goroutine |#\d)|[\w.$]{3,200}(?:Exception|Error)\b)/g;
const PARAMETERS = /\b(?:parameters|params|bindings|bind|values|args|arguments)["']?\s{0,4}[:=]\s{0,4}(?=[[({])/gi;

interface Beginning {
  readonly start: number;
  readonly wordsInCapitals: boolean;
  /** What must follow for the words to be a statement. */
  needs: 'FROM' | 'VALUES' | 'SET' | 'CLAUSE' | 'PASSWORD';
}

export function literalsInText(text: string, literal: MarkLiteral): void {
  if (!ANY_BEGINNING.test(text)) return;
  let beginning: Beginning | undefined;
  let found = 0;
  WORDS.lastIndex = 0;
  for (let match = WORDS.exec(text); match !== null; match = WORDS.exec(text)) {
    const at = match.index;
    const capitals = match[0] === match[0].toUpperCase();
    const word = /^\w+/.exec(match[0].toUpperCase())![0];
    const next = begin(text, word, match[0].length, at, capitals);
    if (next === 'statement' || (next === undefined && beginning !== undefined && confirms(text, beginning, word, at + match[0].length, capitals))) {
      const start = next === 'statement' ? at : beginning!.start;
      const isUnquoted = text.slice(Math.max(0, start - 6), start) === '(SQL: ';
      const end = isUnquoted ? literalsOfUnquotedSql(text, start, literal) : literalsOfSql(text, start, limitOf(text, start), { stopAtClose: true }, literal);
      found = Math.max(end, start + 1);
      WORDS.lastIndex = Math.max(found, at + match[0].length);
      beginning = undefined;
    } else beginning = next ?? beginning;
  }
  if (found > 0) literalsOfParameters(text, found, literal);
}

/** What a word begins: a statement for certain, perhaps one, or none. */
function begin(text: string, word: string, length: number, start: number, wordsInCapitals: boolean): Beginning | 'statement' | undefined {
  switch (word) {
    case 'SELECT':
      return wordsInCapitals && /^\s{1,4}(?:['\d@]|[\w.]{1,64}\()/.test(text.slice(start + length, start + length + 72)) ? 'statement' : { start, wordsInCapitals, needs: 'FROM' };
    case 'INSERT':
    case 'MERGE':
    case 'REPLACE':
    case 'UPSERT':
      return { start, wordsInCapitals, needs: 'VALUES' };
    case 'UPDATE':
      return { start, wordsInCapitals, needs: 'SET' };
    case 'DELETE':
      return wordsInCapitals ? 'statement' : { start, wordsInCapitals, needs: 'CLAUSE' };
    case 'CREATE':
    case 'ALTER':
      return { start, wordsInCapitals, needs: 'PASSWORD' };
    case 'EXEC':
    case 'EXECUTE':
    case 'CALL':
      return wordsInCapitals ? 'statement' : undefined;
    default:
      return undefined;
  }
}

/** Whether `word` completes what `beginning` needs. FROM in lower case only moves on to needing a clause. */
function confirms(text: string, beginning: Beginning, word: string, end: number, capitals: boolean): boolean {
  const certain = capitals && beginning.wordsInCapitals;
  switch (beginning.needs) {
    case 'FROM':
      if (word !== 'FROM') return false;
      if (!certain) beginning.needs = 'CLAUSE';
      return certain;
    case 'VALUES':
      return word === 'VALUES' || word === 'USING' || (word === 'SET' && hasAssignment(text, end));
    case 'SET':
      return word === 'SET' && end - beginning.start <= UPDATE_TO_SET_MAX && (certain || hasAssignment(text, end));
    case 'CLAUSE':
      return CLAUSES.has(word);
    case 'PASSWORD':
      return word === 'PASSWORD' || word === 'IDENTIFIED';
  }
}

function hasAssignment(text: string, at: number): boolean {
  return /^\s{0,8}[\w."`[\]]{1,128}\s{0,8}=/.test(text.slice(at, at + 160));
}

/** Where a statement that begins at `start` must have ended: at the quote that encloses it, or before a stack trace. */
function limitOf(text: string, start: number): number {
  const before = text[start - 1];
  if (before === '"' || before === '`') {
    let end = start;
    while (end < text.length && text[end] !== before) end += text[end] === '\\' ? 2 : 1;
    if (end < text.length) return end;
  }
  if (before === "'") {
    const line = text.indexOf('\n', start);
    const end = text.lastIndexOf("'", line === -1 ? text.length : line);
    if (end > start) return end;
  }
  STACK_TRACE.lastIndex = start;
  return STACK_TRACE.exec(text)?.index ?? text.length;
}

/** What drivers print after a statement: `[parameters: {'name': 'Jane'}]`. */
function literalsOfParameters(text: string, from: number, literal: MarkLiteral): void {
  PARAMETERS.lastIndex = from;
  for (let match = PARAMETERS.exec(text); match !== null; match = PARAMETERS.exec(text)) {
    const start = match.index + match[0].length;
    const line = text.indexOf('\n', start);
    const end = line === -1 ? text.length : line;
    lexDocument(text, start, end, false, literal);
    PARAMETERS.lastIndex = end;
  }
}

/**
 * Laravel puts parameters into `(SQL: insert into users (name) values (Jane Doe, 5))` without quotes. So what follows a comparison or
 * stands in VALUES goes up to the next word that cannot be a value; it may hold anything, so that the end is a guess on the safe side.
 */
function literalsOfUnquotedSql(text: string, start: number, literal: MarkLiteral): number {
  const line = text.indexOf('\n', start);
  const end = line === -1 ? text.length : line;
  let last = start;
  for (const match of text.slice(start, end).matchAll(/(?:[=<>]\s{0,4}|\b(?:like|between|limit|offset)\s{1,4}|\b(?:in|values)\s{0,4}\()/gi)) {
    const from = start + match.index + match[0].length;
    if (from < last) continue;
    const isList = match[0].endsWith('(');
    const stop = isList ? /\)(?=\)?$|\s(?:on|and|or|order|limit|returning)\b)/i : /,\s[`"[]|\s(?:and|or|where|order|group|limit|offset|returning)\s|\)$/i;
    const found = stop.exec(text.slice(from, end));
    last = found === null ? end : from + found.index;
    if (last > from) literal(from, last);
  }
  return end;
}
