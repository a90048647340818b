/** Outside samples of credentials and statements, as tests read them: where they lie, and what of a line is the secret. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** A line of `secrets.jsonl`: rule cases of a well-known secret scanner, all values made up. */
export interface SecretSample {
  readonly kind: string;
  readonly contains_secret: boolean;
  readonly input: string;
}

/** The lines of a file of outside test data. Absent data fail the test, they do not pass it. */
export function readSamples<Sample>(file: string): Sample[] {
  const folder = process.env['TRACEKEEP_TEST_DATA'] ?? join(import.meta.dirname, '../../../shared/data');
  try {
    const lines = readFileSync(join(folder, file), 'utf8').trim().split('\n');
    return lines.map((line) => JSON.parse(line) as Sample);
  } catch (cause) {
    throw new Error(`cannot read ${file} in ${folder}: set TRACEKEEP_TEST_DATA to the folder of outside test data`, { cause });
  }
}

/** What of a line is secret: the parts of it that look most like a credential, worked out without the scanner. */
export function secretsOf(kind: string, input: string): string[] {
  if (kind === 'curl-auth-user') {
    const [, user, password] = /(?:-u|--user) ["']?([^:\s"']*):([^\s"']*)/.exec(input) ?? [];
    return [password !== '' ? (password as string) : (user as string)];
  }
  if (kind === 'private-key') return input.split('\n').filter((line) => /^[A-Za-z0-9+/=]{20,}$/.test(line));
  if (kind === 'sidekiq-secret') return [/[0-9a-f]{8}:[0-9a-f]{8}/.exec(input)?.[0] as string];
  const tokens = [...input.matchAll(/[A-Za-z0-9_+/=.~|:@!$-]{8,}/g)].map((match) => match[0].replace(/^.*=(?=.{8})/, '')).filter((token) => !token.endsWith(':'));
  const best = tokens.sort((a, b) => likeness(b) - likeness(a))[0] as string;
  return [best, best.slice(0, 16)];
}

function likeness(token: string): number {
  let turns = 0;
  for (let i = 1; i < token.length; i++) {
    if (/\d/.test(token[i] as string) !== /\d/.test(token[i - 1] as string)) turns++;
  }
  return turns * 4 + Math.min(token.length, 60) - (/^https?:/.test(token) ? 100 : 0);
}
