/** Outside samples of credentials and statements, as tests and figures read them: where they lie, and what of a line is the secret. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** A line of `secrets.jsonl`: rule cases of a well-known secret scanner, all values made up. */
export interface SecretSample {
  readonly kind: string;
  readonly contains_secret: boolean;
  readonly input: string;
}

/**
 * Lines without a secret of their kind that are touched all the same, and why that is right. Most are whole credentials that the
 * rule under test passes over for a reason of its own: a list of known public keys, a length, a prefix of another rule.
 */
export const TOUCHED_RIGHTLY: Readonly<Record<string, string>> = {
  'anthropic-api-key': 'keys one character too long or of another rule',
  'aws-amazon-bedrock-api-key-long-lived': 'a key of another length',
  'azure-ad-client-secret': 'an identity whose middle has the form of a client secret',
  'clickhouse-cloud-api-secret-key': '`key =` a random value',
  'cloudflare-api-key': 'keys of another rule of the same service',
  'cloudflare-origin-ca-key': 'keys of another rule of the same service',
  'curl-auth-header': 'a JWT',
  'curl-auth-user': 'e-mail addresses and coordinates',
  'flyio-access-token': 'a CSRF token and a value named signature',
  'gcp-api-key': 'API keys that the rule excepts by name',
  'mailchimp-api-key': '`token:` a random value',
  'private-key': 'a private key too short for its rule',
  'sentry-org-token': 'tokens with a flaw inside',
  'slack-user-token': 'tokens too short for their rule',
  'stripe-access-token': 'a variable named token',
  'telegram-bot-api-token': 'a variable named token',
};

/** A line of `sql.jsonl`: a statement, and how another product writes it without its literals. */
export interface StatementSample {
  readonly dbms: string;
  readonly case: string;
  readonly input: string;
  readonly expected: readonly string[];
}

/** Literals and names of a statement by a rule of its own, simple because the samples are: words outside quotes and comments. */
export function partsOf(sql: string): { literals: string[]; names: string[] } {
  const literals: string[] = [];
  const code = sql
    .replaceAll(/--[^\n]*|\/\*[^]*?\*\//g, ' ')
    .replaceAll(/'((?:[^']|'')*)'/g, (_, content: string) => {
      literals.push(content);
      return ' ';
    })
    .replaceAll(/(?<![\w$@:.#"])\d+(?:\.\d+)?\b/g, (number) => {
      literals.push(number);
      return ' ';
    });
  return { literals, names: code.match(/[A-Za-z_@#][\w$#]*/g) ?? [] };
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
