/** The file of a policy, or standard input: its text, bounded, and its problems as people see them, with the line and a mark under it. */
import { createReadStream } from 'node:fs';

import { LIMITS } from '#limits';
import type { PolicyDocument } from '#policy';
import type { Problem } from '#policy/read';

import { OperatorError } from './operator-error.ts';
import { printable } from './table.ts';

/** `-` is standard input. Never more than a policy may have and one byte, so that what is read says that it is too much. */
export async function readPolicyText(file: string): Promise<string> {
  return readTextFile(file, LIMITS.policy_bytes_max);
}

/** The same of another length. */
export async function readTextFile(file: string, bytesMax: number): Promise<string> {
  const parts: Buffer[] = [];
  let bytes = 0;
  try {
    const stream: AsyncIterable<Buffer> = file === '-' ? process.stdin : createReadStream(file);
    for await (const part of stream) {
      parts.push(part);
      bytes += part.length;
      if (bytes > bytesMax) break;
    }
  } catch (cause) {
    throw new OperatorError(`cannot read ${nameOf(file)}`, 2, { cause });
  }
  try {
    // Its mark of the byte order is left to the reader, which counts columns.
    return new TextDecoder('utf-8', { fatal: bytes <= bytesMax, ignoreBOM: true }).decode(Buffer.concat(parts));
  } catch (cause) {
    throw new OperatorError(`cannot read ${nameOf(file)}: it is not UTF-8`, 2, { cause });
  }
}

/** The policy of a file; its problems go to standard error. Throws if it has errors. */
export async function policyOf(file: string): Promise<{ readonly text: string; readonly document: PolicyDocument }> {
  const { readPolicy } = await import('#policy/read');
  const text = await readPolicyText(file);
  const { document, problems } = readPolicy(text);
  for (const problem of problems) if (problem.severity !== 'hint') process.stderr.write(`${problemText(file, text, problem)}\n`);
  if (document === null) throw new OperatorError(`cannot take ${nameOf(file)}: ${countText(problems)}`);
  return { text, document };
}

const COLUMNS_SHOWN = 120;

/** `file:line:column`, the sentence, the line with a mark under the place, and what to do. Nothing in it can steer a terminal. */
export function problemText(file: string, text: string, { severity, message, remedy, line, column, endColumn, rule }: Problem): string {
  const head = `${nameOf(file)}:${line}:${column}: ${severity}: ${message}${rule === undefined ? '' : ` (${rule})`}`;
  const whole = text.split('\n', line)[line - 1]?.replace(/\r$/, '') ?? '';
  // Of a long line the part around the place.
  const from = column > COLUMNS_SHOWN - 20 ? column - 20 : 0;
  const shown = whole.slice(from, from + COLUMNS_SHOWN);
  const before = shown.slice(0, column - 1 - from).replace(/[^\t]/g, ' ');
  const marks = '^'.repeat(Math.max(1, Math.min(endColumn - column, shown.length - before.length)));
  return [printable(head), ...(shown.trim() === '' ? [] : [`    ${shown.replace(/\t/g, ' ').replace(/[\p{C}\p{Zl}\p{Zp}]/gu, '\u{fffd}')}`, `    ${before.replace(/\t/g, ' ')}${marks}`]), `    ${printable(remedy)}`].join('\n');
}

export function countText(problems: readonly Problem[]): string {
  const counts = (['error', 'warning', 'hint'] as const).map((severity) => [severity, problems.filter((problem) => problem.severity === severity).length] as const);
  return counts.filter(([, count]) => count > 0).map(([severity, count]) => `${count} ${severity}${count === 1 ? '' : 's'}`).join(', ') || 'no problems';
}

export function nameOf(file: string): string {
  return file === '-' ? 'standard input' : file;
}
