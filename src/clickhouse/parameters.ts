/**
 * Values for `{name:Type}` placeholders. The engine parses them by the placeholder's type, after the statement has been parsed, so
 * a value cannot become SQL. They travel as `SET param_name = '…'` on the statement's own session: the binding's call for parameters keeps them in
 * state that all sessions share and therefore runs one query at a time in the whole process.
 */

export type Param = string | number | bigint | readonly (string | number | bigint)[];
export type Params = Readonly<Record<string, Param>>;

/** The statement that sets all parameters, or '' without any. Throws when statement and parameters do not name the same ones. */
export function setParameters(sql: string, params: Params): string {
  const wanted = placeholders(sql);
  const given = Object.keys(params);
  // A session remembers parameters: one left over from an earlier statement must never fill a gap.
  for (const name of wanted) if (!Object.hasOwn(params, name)) throw new Error(`cannot bind a statement: the parameter ${name} is missing`);
  for (const name of given) if (!wanted.has(name)) throw new Error(`cannot bind a statement: it has no parameter ${name}`);
  if (given.length === 0) return '';
  return `SET ${given.map((name) => `param_${name} = ${quote(parameterText(params[name] ?? ''))}`).join(', ')}`;
}

function placeholders(sql: string): Set<string> {
  return new Set(Array.from(sql.matchAll(/\{([a-zA-Z_][a-zA-Z0-9_]{0,63}) {0,8}:/g), ([, name]) => name ?? ''));
}

/** The text form that the engine reads a parameter from: a scalar is unescaped like a TSV field, an array is written as a literal. */
function parameterText(value: Param): string {
  if (typeof value === 'string') return escapeField(value);
  if (typeof value === 'object') return `[${value.map((item) => (typeof item === 'string' ? quote(item) : number(item))).join(',')}]`;
  return number(value);
}

function number(value: number | bigint): string {
  if (typeof value === 'number' && !Number.isFinite(value)) throw new Error('cannot bind a statement: a number is not finite');
  return String(value);
}

/** `Escaped` is how TSV fields are read: backslash sequences for what would end or change the field. */
function escapeField(text: string): string {
  return text.replaceAll('\\', '\\\\').replaceAll('\t', '\\t').replaceAll('\n', '\\n').replaceAll('\r', '\\r').replaceAll('\0', '\\0');
}

/** A string literal in which nothing but letters and digits of ASCII stands for itself. */
export function quote(text: string): string {
  let literal = "'";
  for (const byte of Buffer.from(text, 'utf8')) {
    const plain = (byte >= 48 && byte <= 57) || (byte >= 65 && byte <= 90) || (byte >= 97 && byte <= 122);
    literal += plain ? String.fromCharCode(byte) : `\\x${byte.toString(16).padStart(2, '0')}`;
  }
  return `${literal}'`;
}
