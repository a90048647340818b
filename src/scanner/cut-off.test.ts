import assert from 'node:assert/strict';
import { test } from 'node:test';
import { KEY } from './recognizer.ts';
import { Scanner } from './scanner.ts';

/** What SDKs and log libraries are set to. */
const LIMITS = [64, 128, 255, 1_024, 4_096];
/** How many characters of a secret may stand where no more of it is there than these. */
const HARMLESS: Readonly<Record<string, readonly [secret: string, most: number]>> = {
  'a token': ['ghp_k7Qz2mXw9RtB4vLc6NpY8sHd3FgJ1aEu5oTi', 9],
  'a key id of AWS': ['AKIAIOSFODNN7EXAMPLQ', 12],
  'a token of a short prefix': ['hf_k7Qz2mXw9RtB4vLc6NpY8sHd3FgJ1aEu5o', 14],
  'an e-mail address': ['jane.doe@example.com', 8],
  'a card number': ['card 4111 1111 1111 1111', 15],
  'a card number without spaces': ['Visa: 4111111111111111', 14],
  'a card of another grouping': ['amex 3782 822463 10005', 15],
  'an account': ['IBAN DE89 3704 0044 0532 0130 00', 15],
  'a password in a URL': ['postgres://app:s3cr3tPassw0rd@db.example.com/shop', 15],
  'a password by name': ['password=hunter2hunter2', 9],
  'a member of JSON': ['{"password":"hunter2hunter2"}', 13],
  'a private key': ['-----BEGIN PRIVATE KEY-----\nMIIEvQIBADANBgkqhkiG9w0BAQEFAASCBKcwggSjAgEAAoIBAQC7', 40],
  'a header': ['Authorization: Bearer 8f3kd93kd02kd83kd', 22],
};

const scanner = new Scanner();
const minimized = (text: string, keyClass: number): string => {
  let written = '';
  let at = 0;
  for (const { start, end, instead, kind } of scanner.scanText(text, keyClass) ?? []) {
    written += text.slice(at, start) + (instead ?? `[${kind}]`);
    at = end;
  }
  return written + text.slice(at);
};
const FILLER = 'the call of the upstream service has failed after three attempts, as it did before; ';

for (const [what, [secret, most]] of Object.entries(HARMLESS)) {
  test(`of ${what} that is cut off at the end of a value no more is left than says nothing`, () => {
    for (const limit of LIMITS) {
      for (let left = most + 1; left <= secret.length; left++) {
        const text = FILLER.repeat(50).slice(-(limit - left)) + secret.slice(0, left);
        for (const sign of ['', '...', ' …', '[truncated]']) {
          const after = minimized(text + sign, KEY.plain);
          assert.ok(!after.includes(secret.slice(0, left)), `${limit} characters, ${left} of them of the secret: …${after.slice(-60)}`);
        }
      }
    }
  });
}

test('a literal of a statement that is cut off is one all the same', () => {
  for (const [statement, after] of [["SELECT * FROM t WHERE name = 'Jane D", 'SELECT * FROM t WHERE name = ?'], ["INSERT INTO t VALUES (1, 'a', N'bcd", 'INSERT INTO t VALUES (?, ?, ?'], ['UPDATE t SET a = $$Jane', 'UPDATE t SET a = ?'], ["UPDATE t SET a = 'it''s Ja", 'UPDATE t SET a = ?'], ['SELECT a FROM t WHERE id = 12', 'SELECT a FROM t WHERE id = ?'], ["SELECT a FROM t WHERE id = E'Ja\\", 'SELECT a FROM t WHERE id = ?']] as const) {
    assert.equal(minimized(statement, KEY.statement), after);
  }
});

test('short values, and ends of long ones that are nothing of the kind, are left', () => {
  for (const text of ['see ghp_k7Qz2m', 'card 4111 1111 11', 'mail jane.doe@exam', 'redis://user:passw', 'IBAN DE89 3704 00']) assert.equal(minimized(text, KEY.plain), text);
  const ends = ['git@github', 'npm install @scope/package', 'lodash@4.17', 'http://localhost:8080', 'http://cache.example.com:80', 'order 4111 1111 11', 'card type 2', 'card 1234 5678 90', 'took 1700000000', 'sk-learn-pipeline-stage', 'version ghp_docs', 'pk_of_the_table_orders', 'redis://user:${REDIS_PASSWORD}', 'at 2026-11-29T23:59:5', 'token ghp_xxxxxxxxxxxx', 'account overview DE', 'E@', 'image@sha256', 'ssh://git@host', `docker://sha256:${'3f2504e04f8911d3'.repeat(4)}`];
  for (const end of ends) assert.equal(minimized(FILLER + end, KEY.plain), FILLER + end);
});
