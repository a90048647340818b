/**
 * The minimization policy: a document of rules (`document.ts`), and which of them decides about a value (`rule-set.ts`). What is not understood
 * completely is not loaded. Acting on values is the business of `minimize`, which alone sees them.
 */
import { createHash } from 'node:crypto';
import { matchesGlob } from '#control/glob';
import type { OwnRecognizer, PolicyDocument } from './document.ts';
import { RuleSets } from './rule-set.ts';

export { ACTION_NAMES, actionName, type ActionName } from './action.ts';
export { DEFAULT_POLICY } from './default-policy.ts';
export { PLACES, SPAN_KINDS, TEMPLATES, TIME_UNITS, VALUE_TYPES } from './document.ts';
export type { Action, OwnRecognizer, Place, PolicyDocument, Rule, Scope, SpanKind, ValueType } from './document.ts';
export { GROUP_NAME, inGroup, keysOfGroup, NAMED_GROUPS } from './groups.ts';
export { RuleSet, RuleSets, type Where } from './rule-set.ts';

export interface CompiledPolicy {
  readonly document: PolicyDocument;
  /** Canonical JSON of the document (sorted members, no spaces): what the log says was in force. */
  readonly text: string;
  /** SHA-256 of the text, hexadecimal. */
  readonly digest: string;
  readonly recognizers: readonly OwnRecognizer[];
  readonly sets: RuleSets;
  /** Attribute keys with `*` whose values are restricted. */
  readonly restricted: readonly string[];
  /** Whether values of this attribute key are. Does not need its policy as `this`. */
  readonly restricts: (key: string) => boolean;
}

const REMEMBERED_MAX = 65_536;

/** Of a document that was checked. */
export function compilePolicy(document: PolicyDocument): CompiledPolicy {
  const text = canonicalJson(document);
  const restricted = document.restricted ?? [];
  return {
    document,
    text,
    digest: createHash('sha256').update(text).digest('hex'),
    recognizers: document.recognizers ?? [],
    sets: new RuleSets(document.rules, document.attributes ?? 'keep'),
    restricted,
    restricts: remembered(restricted),
  };
}

/** Whether one of the globs matches, remembered by key: the same keys are asked for with every block. */
function remembered(globs: readonly string[]): (key: string) => boolean {
  const answers = new Map<string, boolean>();
  return (key) => {
    let answer = answers.get(key);
    if (answer === undefined) {
      answer = globs.some((glob) => matchesGlob(glob, key));
      if (answers.size >= REMEMBERED_MAX) answers.clear();
      answers.set(key, answer);
    }
    return answer;
  };
}

/** RFC 8785 for what a policy has: objects, lists, strings, integers. */
function canonicalJson(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join(',')}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  const members = Object.entries(value).filter(([, member]) => member !== undefined).sort(([a], [b]) => (a < b ? -1 : 1));
  return `{${members.map(([name, member]) => `${JSON.stringify(name)}:${canonicalJson(member)}`).join(',')}}`;
}
