/** What is wrong in a text of own policies, where, and what to do: size and shape first, then whether each parses, then all of them against the schema, strictly. */
import { LIMITS } from '#limits';
import type { Problem } from '#policy/read';
import type { Cedar, DetailedError } from './cedar.ts';
import { ownId, policySet, SCHEMA_TEXT } from './policy-set.ts';
import { piecesOf, sizeFault, type Piece } from './policy-text.ts';

export interface CheckedText {
  readonly problems: readonly Problem[];
  readonly policies: number;
}

/** Of a text, without errors: it can be put in force. */
export function checkText(cedar: Cedar, text: string): CheckedText {
  const said = (severity: Problem['severity'], code: string, from: number, to: number, message: string, remedy: string): Problem => ({ severity, code, message, remedy, ...placeOf(text, from, to) });
  if (Buffer.byteLength(text) > LIMITS.access_bytes_max) return { problems: [said('error', 'too_large', 0, 0, `The text is longer than ${LIMITS.access_bytes_max} bytes.`, 'Say the same of several services or groups in one policy.')], policies: 0 };
  const pieces = piecesOf(text);
  if (pieces.length > LIMITS.access_policies_max) return { problems: [said('error', 'too_many', 0, 0, `There are more than ${LIMITS.access_policies_max} policies.`, 'Say the same of several services or groups in one policy.')], policies: pieces.length };
  const problems: Problem[] = [];
  const valid: Record<string, string> = {};
  const byId = new Map<string, Piece>();
  const ofPiece = (piece: Piece, severity: Problem['severity'], code: string, { message, help, sourceLocations = [] }: DetailedError): void => {
    const [{ start, end } = { start: skipped(piece.text), end: piece.text.length }] = sourceLocations;
    const located = sourceLocations.length > 0;
    problems.push(said(severity, code, piece.from + (located ? characters(piece.text, start) : start), piece.from + (located ? characters(piece.text, end) : end), sentence(message), help === null ? REMEDIES[code] ?? REMEDIES['schema']! : sentence(help)));
  };
  const whole = (piece: Piece, code: string, message: string): void => ofPiece(piece, 'error', code, { message, help: null, code: null, url: null, severity: null });

  for (const [at, piece] of pieces.entries()) {
    const fault = sizeFault(piece);
    if (fault !== null) {
      whole(piece, 'too_large', fault);
      continue;
    }
    const read = cedar.read(piece.text);
    if ('errors' in read) {
      for (const error of read.errors) ofPiece(piece, 'error', 'syntax', error);
      if (read.errors.length === 0) whole(piece, 'too_large', 'The engine cannot take it.');
      continue;
    }
    const id = ownId(read.json, at);
    if (!/^own\/[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/.test(id)) whole(piece, 'id', 'The id has characters other than letters, digits, points, hyphens and underscores, or more than 64.');
    else if (byId.has(id)) whole(piece, 'id', 'Another policy has this id.');
    else byId.set(id, piece);
    const unseen = literalType(read.json);
    if (unseen !== null) whole(piece, 'literal', `It names one ${unseen}: decisions are about all of them.`);
    valid[id] = piece.text;
  }
  const found = cedar.validate(SCHEMA_TEXT, valid);
  if (found === null) problems.push(said('error', 'too_large', 0, 0, 'The engine cannot take these policies.', 'Make them shorter.'));
  const seen = new Set<string>();
  const wrong = new Set<string>();
  for (const [severity, list] of [['error', found?.validationErrors ?? []], ['warning', found?.validationWarnings ?? []]] as const) {
    for (const { policyId, error } of list) {
      const piece = byId.get(policyId);
      const key = JSON.stringify([policyId, error.message, error.sourceLocations]);
      // The same is found once for each kind of principal and action; and what is wrong needs no warning besides.
      if (piece === undefined || seen.has(key) || (severity === 'warning' && wrong.has(policyId))) continue;
      seen.add(key);
      if (severity === 'error') wrong.add(policyId);
      ofPiece(piece, severity, 'schema', error);
    }
  }
  if (problems.length === 0 && policySet(cedar, text) === null) problems.push(said('error', 'too_large', 0, 0, 'The engine cannot decide by these policies.', 'Look for numbers that are too large.'));
  return { problems: problems.sort((a, b) => a.line - b.line || a.column - b.column).slice(0, LIMITS.policy_problems_max), policies: pieces.length };
}

const REMEDIES: Readonly<Record<string, string>> = {
  syntax: 'A policy is: permit or forbid, (principal, action, resource), when { … } or unless { … }, and a semicolon.',
  schema: 'The schema says which actions, types and attributes there are: tracekeep access show --schema.',
  too_large: 'Make several policies of it, or use lists: ["a", "b"].contains(resource.service).',
  id: 'Give each policy an id of its own, such as @id("payments-team").',
  literal: 'Name services and environments: resource in Service::"payments".',
};

/** Entities that no decision is asked about one by one, so that a policy about one would do nothing. */
const UNSEEN: ReadonlySet<string> = new Set(['Trace', 'Policy', 'Finding', 'Producer', 'Account', 'Key', 'Log', 'Server']);

function literalType(part: unknown): string | null {
  if (Array.isArray(part)) return firstOf(part);
  if (typeof part !== 'object' || part === null) return null;
  if ('type' in part && 'id' in part && typeof part.type === 'string' && UNSEEN.has(part.type)) return part.type;
  return firstOf(Object.values(part));
}

function firstOf(parts: readonly unknown[]): string | null {
  for (const part of parts) {
    const found = literalType(part);
    if (found !== null) return found;
  }
  return null;
}

/** Where a policy begins behind blank lines and comments. */
function skipped(text: string): number {
  return /^(?:\s+|\/\/[^\n]*)*/.exec(text)?.[0].length ?? 0;
}

/** UTF-16 code units of so many bytes. */
function characters(text: string, bytes: number): number {
  return Buffer.from(text).toString('utf8', 0, bytes).length;
}

function sentence(message: string): string {
  const said = message.replace(/^for policy `[^`]*`, /, '').replace(/^failed to parse policies from string: /, '').replace(/^failed to parse policy from string: /, '');
  return `${said.charAt(0).toUpperCase()}${said.slice(1)}${/[.?!]$/.test(said) ? '' : '.'}`;
}

function placeOf(text: string, from: number, to: number): Pick<Problem, 'line' | 'column' | 'endLine' | 'endColumn'> {
  const [start, end] = [lineOf(text, from), lineOf(text, Math.max(from, to))];
  return { line: start.line, column: start.column, endLine: end.line, endColumn: end.column };
}

function lineOf(text: string, at: number): { readonly line: number; readonly column: number } {
  const before = text.slice(0, at);
  return { line: before.split('\n').length, column: at - before.lastIndexOf('\n') };
}
