/**
 * The text of a policy as a tree of lists, members and values with their places: the part of YAML 1.2 in which a text means one thing and
 * can be read by people. No aliases and anchors (nothing grows), no tags, no directives, no merge keys, no name twice, one document. JSON is
 * within it. What reading costs is bounded before the tree is built: the library builds it by recursion.
 */
import { LIMITS } from '#limits';
import { Composer, CST, isMap, isScalar, isSeq, Lexer, Parser } from 'yaml';
import type { Document, Node, Pair } from 'yaml';
import type { Complaint, Complaints, Range } from './complaints.ts';

export interface ScalarNode extends Range {
  readonly is: 'scalar';
  readonly value: string | number | boolean | null;
}

export interface ListNode extends Range {
  readonly is: 'list';
  readonly items: readonly TextNode[];
}

export interface MembersNode extends Range {
  readonly is: 'members';
  /** By name; the place is that of the name. */
  readonly members: ReadonlyMap<string, Range & { readonly value: TextNode }>;
}

export type TextNode = ScalarNode | ListNode | MembersNode;

/** Syntax errors that are told; the ones after them are mostly consequences. */
const SYNTAX_ERRORS_TOLD = 3;
/** Would make people see another text than the one that is read: control characters, and what turns the direction of writing. */
const HIDDEN = /[^\P{Cc}\t\n\r]|[\u202a-\u202e\u2066-\u2069]|[\ud800-\udfff]/u;

/** The tree, or null with at least one complaint. Never throws on any text. */
export function readTree(text: string, complaints: Complaints): TextNode | null {
  const start = { start: 0, end: text.length };
  if (text.length > LIMITS.policy_bytes_max || new TextEncoder().encode(text).length > LIMITS.policy_bytes_max) {
    complaints.error(start, 'too_large', `the text is longer than ${LIMITS.policy_bytes_max / 1024} KiB`, 'Say the same with fewer rules: globs with * take many keys at once.');
    return null;
  }
  const hidden = HIDDEN.exec(text);
  if (hidden !== null) {
    complaints.error({ start: hidden.index, end: hidden.index + 1 }, 'hidden_character', 'a character that cannot be seen, or that changes what people see', 'Take it out; between double quotes it can be written as \\u and four hexadecimal digits.');
    return null;
  }
  const tokens = readTokens(text, complaints);
  if (tokens === null) return null;
  const documents = [...new Composer({ version: '1.2', schema: 'core', merge: false, uniqueKeys: false, resolveKnownTags: false, logLevel: 'silent', prettyErrors: false }).compose(tokens, true, text.length)];
  const [document, second] = documents;
  if (second !== undefined) complaints.error({ start: second.range[0], end: second.range[1] }, 'second_document', 'a second document', 'A policy is one document: take out the line ---.');
  if (document === undefined || documents.some((one) => complainsOfSyntax(one, complaints)) || second !== undefined) return null;
  return document.contents === null || (isScalar(document.contents) && document.contents.value === null) ? empty(start, complaints) : treeOf(document.contents, complaints);
}

function empty(range: Range, complaints: Complaints): null {
  complaints.error(range, 'empty', 'there is no policy in the text', 'The smallest one is: version: 2, and in the next line rules: [].');
  return null;
}

const FORBIDDEN: Partial<Record<CST.TokenType, Complaint>> = {
  alias: { code: 'alias', message: 'an alias (* and a name), which policies have not', remedy: "If it is a glob, put it in quotes: '*.password'. Else write out what it stands for." },
  anchor: { code: 'anchor', message: 'an anchor (& and a name), which policies have not', remedy: 'Take it out; if it belongs to a text, put the text in quotes.' },
  tag: { code: 'tag', message: 'a tag (! and a name), which policies have not', remedy: 'Take it out; if it belongs to a text, put the text in quotes.' },
  'directive-line': { code: 'directive', message: 'a directive (%), which policies have not', remedy: 'Take the line out.' },
};

/** Null, with a complaint, if there are too many, they nest too deep, or there is one that policies have not. */
function readTokens(text: string, complaints: Complaints): CST.Token[] | null {
  const parser = new Parser();
  const tokens: CST.Token[] = [];
  let count = 0;
  let type: CST.TokenType | null = null;
  for (const lexeme of new Lexer().lex(text)) {
    const at = { start: parser.offset, end: parser.offset + lexeme.length };
    for (const token of parser.next(lexeme)) tokens.push(token);
    // The mark `scalar` says that the next one is a text, whatever it begins with.
    type = type === 'scalar' ? null : CST.tokenType(lexeme);
    const forbidden = type === null ? undefined : FORBIDDEN[type];
    if (forbidden !== undefined) complaints.add('error', at, forbidden);
    else if (lexeme.length > LIMITS.policy_scalar_characters_max && type !== 'comment') complaints.error(at, 'too_large', `a text of more than ${LIMITS.policy_scalar_characters_max} characters`, 'Look for a quote that is not closed; what is there to be said about a rule stands in comments.');
    else if (++count > LIMITS.policy_tokens_max) complaints.error(at, 'too_large', `the text has more than ${LIMITS.policy_tokens_max} words and signs`, 'Say the same with fewer rules: globs with * take many keys at once.');
    else if (parser.stack.length > LIMITS.policy_nesting_max) complaints.error(at, 'too_deep', `lists and members are nested deeper than ${LIMITS.policy_nesting_max} levels`, 'No policy needs more than eight: look for a bracket that is not closed.');
    if (!complaints.none) return null;
  }
  for (const token of parser.end()) tokens.push(token);
  return tokens;
}

const REMEDIES: Readonly<Record<string, string>> = {
  BAD_INDENT: 'Members of one thing begin in the same column; indent by two spaces.',
  TAB_AS_INDENT: 'Indent by spaces.',
  BAD_SCALAR_START: 'Put the text in quotes.',
  BAD_DQ_ESCAPE: "Between double quotes a backslash is written twice; between single quotes ('…') it stands for itself.",
  MISSING_CHAR: 'Look for a quote, a bracket or a comma that is missing.',
  MULTILINE_IMPLICIT_KEY: 'Look for a colon or a quote that is missing in this line or the one before.',
  BLOCK_AS_IMPLICIT_KEY: 'Text that holds a colon and a space goes in quotes; members go in lines of their own.',
  BLOCK_IN_FLOW: 'Look for a bracket that is not closed.',
  UNEXPECTED_TOKEN: 'Look for a quote, a bracket or a colon that is missing or too many.',
};

function complainsOfSyntax(document: Document.Parsed, complaints: Complaints): boolean {
  for (const { code, message, pos } of document.errors.slice(0, SYNTAX_ERRORS_TOLD)) {
    complaints.error({ start: pos[0], end: Math.max(pos[1], pos[0] + 1) }, 'syntax', `${message.charAt(0).toLowerCase()}${message.slice(1)}`, REMEDIES[code] ?? 'Put the text in quotes, or look at the line before.');
  }
  return document.errors.length > 0;
}

/** Recursion as deep as the tokens nest. */
function treeOf(node: Node, complaints: Complaints): TextNode {
  const [start = 0, end = start] = node.range ?? [];
  if (isSeq(node)) return { is: 'list', start, end, items: node.items.map((item) => treeOf(item as Node, complaints)) };
  if (isMap(node)) return { is: 'members', start, end, members: membersOf(node.items as readonly Pair<Node, Node | null>[], complaints) };
  const value: unknown = isScalar(node) ? node.value : null;
  return { is: 'scalar', start, end, value: typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean' ? value : null };
}

function membersOf(pairs: readonly Pair<Node, Node | null>[], complaints: Complaints): MembersNode['members'] {
  const members = new Map<string, Range & { readonly value: TextNode }>();
  for (const { key, value } of pairs) {
    const [start = 0, end = start] = key.range ?? [];
    if (!isScalar(key) || typeof key.value !== 'string') complaints.error({ start, end }, 'name_not_text', 'the name of a member must be text', 'Put it in quotes, or look for a colon too many.');
    else if (members.has(key.value)) complaints.error({ start, end }, 'twice', `\`${key.value}\` is there twice`, 'Leave one of them.');
    else members.set(key.value, { start, end, value: value === null ? { is: 'scalar', start, end, value: null } : treeOf(value, complaints) });
  }
  return members;
}
