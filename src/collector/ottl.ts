/**
 * Statements of the OpenTelemetry Transformation Language as trees: `function(arguments) where condition`. As much of the grammar as the functions need
 * that remove or replace something; what goes beyond is no tree, and then it is said that it was not understood.
 */

export type Value =
  | { readonly is: 'text'; readonly text: string }
  | { readonly is: 'number'; readonly number: number }
  | { readonly is: 'boolean'; readonly boolean: boolean }
  | { readonly is: 'nil' }
  | { readonly is: 'list'; readonly items: readonly Value[] }
  /** `span.attributes["a"]["b"]`; names of enums too: `SPAN_KIND_SERVER`. */
  | { readonly is: 'path'; readonly names: readonly string[]; readonly keys: readonly string[] }
  | Call;

export interface Call {
  readonly is: 'call';
  readonly name: string;
  readonly args: readonly Value[];
}

export type Condition =
  | { readonly is: 'and' | 'or'; readonly parts: readonly Condition[] }
  | { readonly is: 'not'; readonly part: Condition }
  | { readonly is: 'compare'; readonly sign: string; readonly left: Value; readonly right: Value }
  | { readonly is: 'holds'; readonly value: Value };

export interface Statement {
  readonly call: Call;
  readonly where: Condition | null;
}

const STATEMENT_MAX = 4_096;
const DEPTH_MAX = 16;
const TOKEN = /\s*(?:("(?:[^"\\]|\\.)*")|([A-Za-z_][A-Za-z0-9_]*)|(-?\d+(?:\.\d+)?)|(==|!=|<=|>=|[<>()[\],.=]))/y;

class NotUnderstood extends Error {}

export function readStatement(text: string): Statement | null {
  return read(text, (reader) => {
    const call = reader.value(0);
    if (call.is !== 'call') throw new NotUnderstood();
    return { call, where: reader.takes('where') ? reader.condition(0) : null };
  });
}

export function readCondition(text: string): Condition | null {
  return read(text, (reader) => reader.condition(0));
}

function read<Tree>(text: string, tree: (reader: TokenReader) => Tree): Tree | null {
  try {
    const reader = new TokenReader(tokensOf(text));
    const found = tree(reader);
    return reader.isAtEnd ? found : null;
  } catch (error) {
    if (error instanceof NotUnderstood) return null;
    throw error;
  }
}

interface Token {
  readonly is: 'text' | 'name' | 'number' | 'sign';
  readonly text: string;
}

function tokensOf(text: string): Token[] {
  if (text.length > STATEMENT_MAX) throw new NotUnderstood();
  const tokens: Token[] = [];
  const trimmed = text.trimEnd();
  TOKEN.lastIndex = 0;
  while (TOKEN.lastIndex < trimmed.length) {
    const found = TOKEN.exec(trimmed);
    if (found === null) throw new NotUnderstood();
    const [, quoted, name, number, sign] = found;
    if (quoted !== undefined) tokens.push({ is: 'text', text: unquoted(quoted) });
    else if (name !== undefined) tokens.push({ is: 'name', text: name });
    else if (number !== undefined) tokens.push({ is: 'number', text: number });
    else tokens.push({ is: 'sign', text: sign! });
  }
  return tokens;
}

/** As Go reads strings in double quotes; of its escapes, those that occur. */
function unquoted(quoted: string): string {
  return quoted.slice(1, -1).replace(/\\(.)/gs, (_, character: string) => ({ n: '\n', t: '\t', r: '\r' })[character] ?? character);
}

class TokenReader {
  readonly #tokens: readonly Token[];
  #at = 0;

  constructor(tokens: readonly Token[]) {
    this.#tokens = tokens;
  }

  get isAtEnd(): boolean {
    return this.#at === this.#tokens.length;
  }

  takes(text: string): boolean {
    const token = this.#tokens[this.#at];
    if (token === undefined || token.is === 'text' || token.text !== text) return false;
    this.#at++;
    return true;
  }

  condition(depth: number): Condition {
    const parts = [this.#allOf(depth)];
    while (this.takes('or')) parts.push(this.#allOf(depth));
    return parts.length === 1 ? parts[0]! : { is: 'or', parts };
  }

  value(depth: number): Value {
    if (depth > DEPTH_MAX) throw new NotUnderstood();
    const token = this.#next();
    if (token.is === 'text') return { is: 'text', text: token.text };
    if (token.is === 'number') return { is: 'number', number: Number(token.text) };
    if (token.text === '[') return { is: 'list', items: this.#list(']', depth) };
    if (token.is !== 'name') throw new NotUnderstood();
    if (token.text === 'true' || token.text === 'false') return { is: 'boolean', boolean: token.text === 'true' };
    if (token.text === 'nil') return { is: 'nil' };
    if (this.takes('(')) {
      const call: Call = { is: 'call', name: token.text, args: this.#list(')', depth) };
      // What is taken out of a result is no function of ours.
      if (this.#tokens[this.#at]?.text === '[') throw new NotUnderstood();
      return call;
    }
    return this.#path(token.text);
  }

  #allOf(depth: number): Condition {
    const parts = [this.#one(depth)];
    while (this.takes('and')) parts.push(this.#one(depth));
    return parts.length === 1 ? parts[0]! : { is: 'and', parts };
  }

  #one(depth: number): Condition {
    if (depth > DEPTH_MAX) throw new NotUnderstood();
    if (this.takes('not')) return { is: 'not', part: this.#one(depth + 1) };
    if (this.takes('(')) {
      const inner = this.condition(depth + 1);
      if (!this.takes(')')) throw new NotUnderstood();
      return inner;
    }
    const left = this.value(depth + 1);
    for (const sign of ['==', '!=', '<=', '>=', '<', '>']) if (this.takes(sign)) return { is: 'compare', sign, left, right: this.value(depth + 1) };
    return { is: 'holds', value: left };
  }

  #list(end: string, depth: number): Value[] {
    const items: Value[] = [];
    if (this.takes(end)) return items;
    do {
      // A name before an argument says which it is; the order is the usual one.
      if (this.#tokens[this.#at]?.is === 'name' && this.#tokens[this.#at + 1]?.text === '=') this.#at += 2;
      items.push(this.value(depth + 1));
    } while (this.takes(','));
    if (!this.takes(end)) throw new NotUnderstood();
    return items;
  }

  #path(first: string): Value {
    const names = [first];
    const keys: string[] = [];
    for (;;) {
      if (keys.length === 0 && this.takes('.')) {
        const token = this.#next();
        if (token.is !== 'name') throw new NotUnderstood();
        names.push(token.text);
      } else if (this.takes('[')) {
        const token = this.#next();
        if (token.is !== 'text' || !this.takes(']')) throw new NotUnderstood();
        keys.push(token.text);
      } else return { is: 'path', names, keys };
    }
  }

  #next(): Token {
    const token = this.#tokens[this.#at++];
    if (token === undefined) throw new NotUnderstood();
    return token;
  }
}
