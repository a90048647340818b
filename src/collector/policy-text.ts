/** The draft as a policy that people read: each rule under the processor and line it is from, and what was left out at the top. */
import { DEFAULT_POLICY, type Rule } from '#policy';
import type { Draft, LeftOut } from './draft.ts';
import { shortened } from './draft.ts';

const LINE_MAX = 140;
const PLAIN = /^[a-z][a-z0-9_.-]*$/;
const WORDS: ReadonlySet<string> = new Set(['true', 'false', 'null', 'yes', 'no', 'on', 'off', 'y', 'n']);

export function policyText(draft: Draft): string {
  const lines = ['# Made of an OpenTelemetry Collector configuration. Read it, try it, change it:', '#   tracekeep policy try THIS-FILE --otlp REQUESTS', '# What a Collector in front has taken away is gone before it comes here.'];
  if (draft.left.length > 0) lines.push('#', `# Not carried over (${draft.left.length}):`, ...draft.left.flatMap(comment));
  if (draft.remarks.length > 0) lines.push('#', '# Carried over in another way:', ...draft.remarks.flatMap(comment));
  lines.push('version: 2');
  if (draft.attributes === 'drop') lines.push('# Attributes that no rule about whole values names are dropped.', 'attributes: drop');
  if (draft.recognizers.length > 0) {
    lines.push('recognizers:');
    for (const { recognizer, origin } of draft.recognizers) lines.push(`  # ${shortened(origin.processor)}, line ${origin.line}`, `  - id: ${recognizer.id}`, `    pattern: ${quoted(recognizer.pattern)}`);
  }
  lines.push('rules:');
  for (const { rule, origin } of draft.rules) lines.push(`  # ${shortened(origin.processor)}, line ${origin.line}`, ...ruleLines(rule));
  lines.push('  # As by default.');
  const taken = new Set(draft.rules.map(({ rule }) => rule.id));
  for (const rule of DEFAULT_POLICY.rules) lines.push(...ruleLines({ ...rule, id: taken.has(rule.id) ? `${rule.id}-by-default` : rule.id }));
  lines.push('restricted:', ...folded(DEFAULT_POLICY.restricted ?? [], '  '));
  return `${lines.join('\n')}\n`;
}

function comment({ processor, line, what, reason }: LeftOut): string[] {
  return [`#   ${shortened(processor)}, line ${line}: ${shortened(what)}`, `#     ${reason.replace(/[\p{C}\p{Zl}\p{Zp}]/gu, ' ')}`];
}

function ruleLines({ id, reason, for: scope, keys, recognized, types, action }: Rule): string[] {
  return [
    `  - id: ${id}`,
    ...(reason === undefined ? [] : [`    reason: ${quoted(reason)}`]),
    ...(scope === undefined ? [] : [`    for: { ${Object.entries(scope).map(([name, list]) => `${name}: [${(list as readonly string[]).map(scalar).join(', ')}]`).join(', ')} }`]),
    ...(keys === undefined ? [] : listLines('keys', keys)),
    ...(types === undefined ? [] : [`    types: [${types.join(', ')}]`]),
    ...(recognized === undefined ? [] : [`    recognized: ${recognized === 'any' ? 'any' : `[${recognized.join(', ')}]`}`]),
    `    action: ${typeof action === 'string' ? action : flow(action)}`,
  ];
}

function listLines(name: string, items: readonly string[]): string[] {
  const line = `    ${name}: [${items.map(scalar).join(', ')}]`;
  return line.length <= LINE_MAX ? [line] : [`    ${name}:`, ...folded(items, '      ')];
}

/** A list in brackets over several lines. */
function folded(items: readonly string[], indent: string): string[] {
  const lines: string[] = [];
  let line = `${indent}[`;
  for (const [at, item] of items.entries()) {
    const next = `${scalar(item)}${at === items.length - 1 ? ']' : ','}`;
    if (line.length + next.length + 1 > LINE_MAX) {
      lines.push(line);
      line = `${indent} `;
    }
    line += line.endsWith('[') || line === `${indent} ` ? next : ` ${next}`;
  }
  return [...lines, items.length === 0 ? `${indent}[]` : line];
}

function flow(value: unknown): string {
  if (typeof value !== 'object' || value === null) return typeof value === 'string' ? scalar(value) : String(value);
  return `{ ${Object.entries(value).map(([name, inner]) => `${name}: ${flow(inner)}`).join(', ')} }`;
}

function scalar(text: string): string {
  return PLAIN.test(text) && !WORDS.has(text) ? text : quoted(text);
}

function quoted(text: string): string {
  return /['\p{C}\p{Zl}\p{Zp}]/u.test(text) ? JSON.stringify(text).replace(/[\u007f-\uffff]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`) : `'${text}'`;
}
