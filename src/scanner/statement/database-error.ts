/**
 * Finds the values that databases repeat in their error messages: `Duplicate entry 'jane@example.com' for key …` (MySQL),
 * `Key (email)=(jane@example.com) already exists` and `Failing row contains (…)` (PostgreSQL), `The duplicate key value is (…)` (SQL Server),
 * `dup key: { email: "…" }` (MongoDB), and values that could not be converted. Names of tables, columns and keys stay.
 */
import { lexDocument } from './document-lexer.ts';
import type { MarkLiteral } from './sql-lexer.ts';

const ANY = /(?:duplicate|incorrect|failing row|invalid (?:input|value)|key \(|converting|at or near|use near|dup key|out of range|too long|cannot be converted)/i;

/** Each ends directly before the value. `close` ends it; the last one of the line if a value may hold the sign itself. */
const MESSAGES: readonly { readonly before: RegExp; readonly close: readonly string[] }[] = [
  { before: /Duplicate entry '/gi, close: ["' for key", "'"] },
  { before: /\b[Kk]ey \([^()\n]{1,400}(?:\([^()\n]{0,100}\)[^()\n]{0,100}){0,4}\)=\(/g, close: [') already exists', ') is not present', ') is still referenced', ') is not', ') conflicts', ')'] },
  { before: /Failing row contains \(/gi, close: [').', ')'] },
  { before: /duplicate key value is \(/gi, close: [').', ')'] },
  { before: /invalid (?:input )?(?:syntax|value) for (?:type |enum |parameter )?["\w ]{1,80}: "/gi, close: ['"'] },
  { before: /(?:date\/time field value out of range|value out of range|invalid byte sequence[^"\n]{0,80}): "/gi, close: ['"'] },
  { before: /(?:Incorrect|Truncated incorrect|Invalid|Out of range) [\w ]{1,40}value:? '/gi, close: ["' for", "'"] },
  { before: /converting [\w ]{1,60}value '/gi, close: ["' to data type", "'"] },
  { before: /at or near "/gi, close: ['"'] },
  { before: /syntax to use near '/gi, close: ["' at line", "'"] },
];
const MONGO = /dup key: (?=\{)/g;

export function literalsOfDatabaseErrors(text: string, literal: MarkLiteral): void {
  if (!ANY.test(text)) return;
  for (const { before, close } of MESSAGES) {
    let line = -1;
    before.lastIndex = 0;
    for (let match = before.exec(text); match !== null; match = before.exec(text)) {
      const start = match.index + match[0].length;
      if (line < start) line = endOfLine(text, start);
      const end = endOfValue(text, start, line, close);
      if (end > start) literal(start, end);
      before.lastIndex = Math.max(end, start);
    }
  }
  MONGO.lastIndex = 0;
  for (let match = MONGO.exec(text); match !== null; match = MONGO.exec(text)) {
    const start = match.index + match[0].length;
    const end = endOfLine(text, start);
    lexDocument(text, start, end, false, literal);
    MONGO.lastIndex = end;
  }
}

function endOfLine(text: string, start: number): number {
  const end = text.indexOf('\n', start);
  return end === -1 ? text.length : end;
}

/** The first specific sign within the line, else the last general one, else the end of the line. */
function endOfValue(text: string, start: number, line: number, close: readonly string[]): number {
  const rest = text.slice(start, line);
  for (const [index, sign] of close.entries()) {
    const end = index === close.length - 1 && close.length > 1 ? rest.lastIndexOf(sign) : rest.indexOf(sign);
    if (end !== -1) return start + end;
  }
  return line;
}
