/**
 * Where in a YAML document a place of its text is: the path of members and indexes, and whether a member's name or a value is being written there.
 * Reads by indentation and brackets, one pass, and does not mind that what is being written is not yet YAML.
 */

export type PathStep = string | number;

export interface YamlPlace {
  /** To the value, or for a name to the map it will stand in. */
  readonly path: readonly PathStep[];
  /** `value`: anything may begin here, a map's first name too. */
  readonly part: 'name' | 'value';
  /** What is written of it so far, and where that begins. */
  readonly typed: string;
  readonly from: number;
  /** Within `{…}` or `[…]`. */
  readonly isFlow: boolean;
  /** Behind `name: ` on the same line. */
  readonly isInline: boolean;
  /** Names that the map has already, before this place and in block maps after it. */
  readonly present: readonly string[];
  /** Column at which a name would stand. */
  readonly indent: number;
}

interface Level {
  readonly is: 'map' | 'list';
  /** Column in block style; -1 within brackets. */
  readonly indent: number;
  readonly names: string[];
  /** The member whose value comes; null before its name is known. */
  name: string | null;
  index: number;
}

/** A name with its colon at the beginning of a text: plain, or in quotes. */
const NAME = /^(?:"((?:[^"\\]|\\.)*)"|'((?:[^']|'')*)'|([^\s#&*!|>'"%@`{}[\],:-][^#{}[\],:]*?|-(?=[^\s])[^#{}[\],:]*?)) *:(?= |$)/u;

/** Null within a comment or a block of literal text. */
export function yamlPlace(text: string, offset: number): YamlPlace | null {
  const levels: Level[] = [];
  let start = 0;
  // Text behind `|` or `>` goes on as long as it is indented further than this.
  let literal: number | null = null;
  for (;;) {
    const end = lineEnd(text, start);
    const isLast = offset <= end;
    const line = text.slice(start, isLast ? offset : end);
    const indent = line.search(/[^ ]/u);
    const inBrackets = levels.at(-1)?.indent === -1;
    if (literal !== null && (indent === -1 ? !isLast : indent > literal)) {
      if (isLast) return null;
    } else {
      if (indent !== -1) literal = null;
      if (inBrackets) {
        const place = readFlow(levels, line, 0, start, isLast);
        if (isLast) return place;
      } else if (indent === -1 || line[indent] === '#' || /^(?:---|\.\.\.)/u.test(line)) {
        if (isLast) return indent === -1 ? blank(levels, text, line.length, offset) : null;
      } else {
        const place = readBlock(levels, text, line, indent, start, isLast);
        if (isLast) return place;
        if (/(?:: |- |^)[|>][+-]?[0-9]?[+-]? *(?:#.*)?$/u.test(line.slice(indent))) literal = levels.at(-1)?.indent ?? 0;
      }
    }
    start = end + 1;
  }
}

function lineEnd(text: string, start: number): number {
  const end = text.indexOf('\n', start);
  return end === -1 ? text.length : end;
}

/** An empty line: what could begin in this column. */
function blank(levels: Level[], text: string, column: number, offset: number): YamlPlace {
  leave(levels, column);
  const top = levels.at(-1);
  if (top === undefined) return place(levels, 'name', '', offset, { present: [], indent: 0 });
  if (top.is === 'map' && top.indent >= column) return place(levels, 'name', '', offset, { present: [...top.names, ...namesAfter(text, offset, column)], indent: column });
  return place(levels, 'value', '', offset, { indent: column });
}

/** A line outside of brackets; the levels are then those that its end is in. */
function readBlock(levels: Level[], text: string, line: string, indent: number, start: number, isLast: boolean): YamlPlace | null {
  let column = indent;
  while (/^-(?: |$)/u.test(line.slice(column))) {
    leave(levels, column, true);
    const top = levels.at(-1);
    if (top?.is === 'list' && top.indent === column) top.index += 1;
    else levels.push({ is: 'list', indent: column, names: [], name: null, index: 0 });
    const spaces = /^- */u.exec(line.slice(column))?.[0].length ?? 1;
    column += spaces;
    if (column >= line.length) return isLast && spaces > 1 ? place(levels, 'value', '', start + column, { indent: column }) : null;
  }
  const rest = line.slice(column);
  const name = NAME.exec(rest);
  if (name === null) {
    if (!isLast) {
      readFlow(levels, line, column, start, false);
      return null;
    }
    if (/^[[{]/u.test(rest)) return readFlow(levels, line, column, start, true);
    if (/(?:^|\s)#/u.test(rest)) return null;
    // A text that stands alone: the beginning of a name, or a value.
    const isFirst = line[column - 1] !== ' ' || !/-\s*$/u.test(line.slice(0, column));
    if (isFirst) leave(levels, column);
    const top = levels.at(-1);
    const isName = top === undefined || (top.is === 'map' && top.indent >= column);
    return place(levels, isName ? 'name' : 'value', rest, start + column, { indent: column, present: isName && top !== undefined ? [...top.names, ...namesAfter(text, start + line.length, column)] : [] });
  }
  leave(levels, column);
  const known = levels.at(-1);
  const top: Level = known?.is === 'map' && known.indent === column ? known : { is: 'map', indent: column, names: [], name: null, index: 0 };
  if (top !== known) levels.push(top);
  top.name = name[1] ?? name[2] ?? (name[3] ?? '').trim();
  top.names.push(top.name);
  const behind = column + name[0].length;
  if (isLast && behind === line.length) return null;
  return readFlow(levels, line, behind, start, isLast);
}

/** A value from this column on, with whatever brackets it opens and closes. */
function readFlow(levels: Level[], line: string, column: number, start: number, isLast: boolean): YamlPlace | null {
  let at = column;
  let began = -1;
  while (at < line.length) {
    const char = line[at] ?? '';
    const top = levels.at(-1);
    const inBrackets = top?.indent === -1;
    if (char === '#' && (at === 0 || /\s/u.test(line[at - 1] ?? ''))) return null;
    if ((char === '"' || char === "'") && began === -1) {
      const close = closing(line, at);
      if (close === -1 && isLast) return placeInValue(levels, line.slice(at), start + at);
      began = at;
      at = close === -1 ? line.length : close + 1;
      continue;
    }
    if ((char === '[' || char === '{') && began === -1) {
      levels.push({ is: char === '[' ? 'list' : 'map', indent: -1, names: [], name: null, index: 0 });
      began = -1;
    } else if (inBrackets && (char === ']' || char === '}')) {
      levels.pop();
      began = -1;
    } else if (inBrackets && char === ',') {
      if (top.is === 'list') top.index += 1;
      else top.name = null;
      began = -1;
    } else if (inBrackets && char === ':' && top.is === 'map' && top.name === null && /^(?:\s|$)/u.test(line.slice(at + 1))) {
      top.name = unquoted(line.slice(began === -1 ? at : began, at).trim());
      top.names.push(top.name);
      began = -1;
    } else if (began === -1 && char !== ' ') began = at;
    at += 1;
  }
  return isLast ? placeInValue(levels, began === -1 ? '' : line.slice(began), start + (began === -1 ? line.length : began)) : null;
}

function placeInValue(levels: Level[], typed: string, from: number): YamlPlace {
  const top = levels.at(-1);
  const isName = top?.indent === -1 && top.is === 'map' && top.name === null;
  return place(levels, isName ? 'name' : 'value', typed, from, { isFlow: top?.indent === -1, isInline: true, present: isName ? top.names : [], indent: Math.max(0, ...levels.map(({ indent }) => indent)) });
}

/** Forgets what is over at this column. A list may stand in the column of the name that it belongs to. */
function leave(levels: Level[], column: number, isDash = false): void {
  for (let top = levels.at(-1); top !== undefined && (top.indent > column || (top.indent === column && top.is === 'list' && !isDash)); top = levels.at(-1)) levels.pop();
}

function place(levels: readonly Level[], part: 'name' | 'value', typed: string, from: number, { isFlow = false, isInline = false, present = [], indent }: Partial<YamlPlace> & { readonly indent: number }): YamlPlace {
  const steps = levels.map(({ is, name, index }): PathStep | null => (is === 'list' ? index : name));
  // Of the map that a name is written into only the way to it counts.
  if (part === 'name') steps.pop();
  return { path: steps.filter((step) => step !== null), part, typed, from, isFlow, isInline, present, indent };
}

/** Names in the lines after this one that stand in the same map. */
function namesAfter(text: string, offset: number, column: number): string[] {
  const names: string[] = [];
  for (const line of text.slice(lineEnd(text, offset) + 1).split('\n')) {
    const indent = line.search(/[^ ]/u);
    if (indent === -1 || line[indent] === '#') continue;
    if (indent < column) break;
    const name = indent === column ? NAME.exec(line.slice(indent)) : null;
    if (indent === column && name === null) break;
    if (name !== null) names.push(name[1] ?? name[2] ?? (name[3] ?? '').trim());
  }
  return names;
}

function closing(line: string, at: number): number {
  const quote = line[at];
  for (let next = at + 1; next < line.length; next += 1) {
    if (line[next] === '\\' && quote === '"') next += 1;
    else if (line[next] === quote) {
      if (quote === "'" && line[next + 1] === quote) next += 1;
      else return next;
    }
  }
  return -1;
}

function unquoted(text: string): string {
  return /^(["']).*\1$/u.test(text) ? text.slice(1, -1) : text;
}
