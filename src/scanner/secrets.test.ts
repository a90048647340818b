/**
 * Outside samples of credentials (`secrets.jsonl`: rule cases of a well-known secret scanner, all values made up): whatever
 * holds a secret must not hold it any more, plain, in a log line, in JSON, in JSON inside JSON, percent-encoded, in a form, in HTML.
 */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import type { KeyClass, Mark } from './recognizer.ts';
import { Scanner } from './scanner.ts';

interface Sample {
  readonly kind: string;
  readonly contains_secret: boolean;
  readonly input: string;
}

const scanner = new Scanner();
const samples = readSamples();
const positives = samples.filter((sample) => sample.contains_secret);
const negatives = samples.filter((sample) => !sample.contains_secret);

const WRAPPINGS: Readonly<Record<string, (text: string) => string>> = {
  plain: (text) => text,
  'log line': (text) => `2024-05-17T12:00:00.000Z INFO [main] com.example.Shop - ${text}`,
  'JSON member': (text) => JSON.stringify({ level: 'info', message: text }),
  'JSON in JSON': (text) => JSON.stringify({ body: JSON.stringify({ message: text }) }),
  'query parameter': (text) => `https://shop.example/log?page=1&message=${encodeURIComponent(text)}`,
  form: (text) => `page=1&message=${encodeURIComponent(text).replaceAll('%20', '+')}&x=2`,
  HTML: (text) => `<p>${text.replaceAll('&', '&amp;').replaceAll('"', '&quot;').replaceAll('<', '&lt;')}</p>`,
};

for (const [name, wrap] of Object.entries(WRAPPINGS)) {
  test(`every secret is gone: ${name}`, () => {
    const left = new Map<string, number>();
    for (const { kind, input } of positives) {
      for (const key of ['', 'log.message']) {
        const text = minimized(wrap(input), scanner.keyClass(key));
        if (secretsOf(kind, input).some((secret) => text.includes(secret) || text.includes(encodeURIComponent(secret)))) left.set(kind, (left.get(kind) ?? 0) + 1);
      }
    }
    assert.deepEqual([...left], [], 'secrets left, by kind');
  });
}

test('what was minimized is left alone the second time', () => {
  for (const { input } of samples) {
    for (const wrap of Object.values(WRAPPINGS)) {
      const once = minimized(wrap(input), 0);
      assert.equal(minimized(once, 0), once);
    }
  }
});

/**
 * Lines without a secret of their kind that are touched all the same, and why that is right. Most are whole credentials that the
 * rule under test passes over for a reason of its own: a list of known public keys, a length, a prefix of another rule.
 */
const TOUCHED_RIGHTLY: Readonly<Record<string, string>> = {
  'anthropic-api-key': 'keys one character too long or of another rule',
  'aws-amazon-bedrock-api-key-long-lived': 'a key of another length',
  'azure-ad-client-secret': 'an identity whose middle has the form of a client secret',
  'clickhouse-cloud-api-secret-key': '`key =` a random value',
  'cloudflare-api-key': 'keys of another rule of the same service',
  'cloudflare-origin-ca-key': 'keys of another rule of the same service',
  'curl-auth-header': 'a JWT',
  'curl-auth-user': 'e-mail addresses',
  'flyio-access-token': 'a CSRF token and a value named signature',
  'gcp-api-key': 'API keys that the rule excepts by name',
  'mailchimp-api-key': '`token:` a random value',
  'private-key': 'a private key too short for its rule',
  'sentry-org-token': 'tokens with a flaw inside',
  'slack-user-token': 'tokens too short for their rule',
  'stripe-access-token': 'a variable named token',
  'telegram-bot-api-token': 'a variable named token',
};
/** Measured; may go down. */
const TOUCHED_MAX = 54;

test('lines without a secret stay as they are, apart from those with a reason', () => {
  const touched = negatives.filter(({ input }) => minimized(input, 0) !== input);
  const unexplained = touched.filter(({ kind }) => TOUCHED_RIGHTLY[kind] === undefined);
  assert.deepEqual(unexplained.map(({ kind }) => kind), []);
  assert.ok(touched.length <= TOUCHED_MAX, `${touched.length} touched`);
});

test('the samples are all there', () => {
  assert.ok(positives.length >= 500 && negatives.length >= 100 && new Set(positives.map(({ kind }) => kind)).size >= 90);
});

function minimized(text: string, keyClass: KeyClass): string {
  const marks: readonly Mark[] = scanner.scanText(text, keyClass) ?? [];
  let written = '';
  let at = 0;
  for (const mark of marks) {
    written += text.slice(at, mark.start) + (mark.instead ?? `[${mark.kind}]`);
    at = mark.end;
  }
  return written + text.slice(at);
}

/** What of a line is secret: the parts of it that look most like a credential, worked out without the scanner. */
function secretsOf(kind: string, input: string): string[] {
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

function readSamples(): Sample[] {
  const folder = process.env['TRACEKEEP_TEST_DATA'] ?? join(import.meta.dirname, '../../../shared/data');
  try {
    const lines = readFileSync(join(folder, 'secrets.jsonl'), 'utf8').trim().split('\n');
    return lines.map((line) => JSON.parse(line) as Sample);
  } catch (cause) {
    throw new Error(`cannot read secrets.jsonl in ${folder}: set TRACEKEEP_TEST_DATA to the folder of outside test data`, { cause });
  }
}
