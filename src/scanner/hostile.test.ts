/**
 * Text made to hurt: whatever it is, scanning never throws, marks lie inside, the work grows in step with the length, and what
 * stands in for a secret is never taken for one.
 */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { featuresOf } from './features.ts';
import { KEY, KINDS } from './recognizer.ts';
import type { Mark, Recognizer } from './recognizer.ts';
import { RECOGNIZERS } from '#scanner/recognizers';
import { Scanner } from './scanner.ts';

const SEED = Number(process.env['TRACEKEEP_TEST_SEED'] ?? Date.now() % 2 ** 31);
const ROUNDS = 3_000;

/** What texts are put together from: everything that some recognizer takes as a beginning, middle or end. */
const PIECES = [
  'password', 'token', 'secret', 'apiKey', 'Authorization', 'Cookie', 'Set-Cookie', 'session', 'key', 'kind: Secret\ndata:\n  ', '=', ':', ': ', ' = ', ':=', '=>', '=="', '"', "'", '`', '\\"', '\\\\\\"', '\\', '%22', '%', '%25', '%3D', '%40', '&quot;', '&', '&amp;', ';', ',', ' ', '\n', '\\n', '\t', '{', '}', '[', ']', '(', ')', '<', '>', '</', '<!--', '<![CDATA[', '?', '#', '/', '//', '://', '@', '.', '-', '--', '|', '$', '${', '{{', '*', '****', '+', '~', 'Q~',
  'Bearer ', 'Basic ', 'Digest ', 'curl -u ', 'mysql -p', 'machine x login y password ', '-----BEGIN PRIVATE KEY-----', '-----END PRIVATE KEY-----', 'eyJhbGciOiJIUzI1NiJ9.', 'eyJwYXNzd29yZCI6ImgifQ==', 'ghp_', 'sk-', 'AKIA', 'xoxb-', 'AIza', '$2b$12$', 'hunter2', 'null', '[email]', '[credential]', '[password]', '8f3kd93kd02kd83kd', 'a@b.example', '4111111111111111', '4111 1111 1111 1111', '10.0.0.9', '2001:db8::1', 'SELECT * FROM t WHERE a = ', "'x'", 'INSERT INTO t VALUES (', 'é', '密码', '😀', '\u202e', '\u0000', '\ud800', 'https', 'name="', 'value', 'user', 'x', '1', '" + "', 'q8W7e6R5t4Y3u2I1o0P9\nA8s7D6f5', 'MIIEvQIBADANBgkqhkiG9w0B', 'htpasswd -b f u ', 'set password = ', '@/', '{"plain":', '0123456789abcdef0123456789abcdef', '__proto__',
];

const PLACEHOLDER = new RegExp(`\\[(?:${KINDS.join('|')})\\]`, 'g');

test('scanText() takes anything, marks lie inside and in order, and what was minimized is never cut into', () => {
  const scanner = new Scanner();
  const random = randomFrom(SEED);
  for (let round = 0; round < ROUNDS; round++) {
    const text = Array.from({ length: 1 + Math.floor(random() * 14) }, () => PIECES[Math.floor(random() * PIECES.length)]).join('');
    const keyClass = [KEY.plain, KEY.secret, KEY.cookie, KEY.url, KEY.secret | KEY.authorization, KEY.perhaps, KEY.statement, KEY.clientAddress][round % 8] as number;
    const hint = `seed ${SEED}, round ${round}, key class ${keyClass}: ${JSON.stringify(text)}`;
    const once = minimized(scanner, text, keyClass, hint);
    const kept = [...once.matchAll(PLACEHOLDER)].map((match) => ({ start: match.index, end: match.index + match[0].length }));
    for (const mark of scanner.scanText(once, keyClass) ?? []) {
      const cut = kept.find(({ start, end }) => (mark.start > start && mark.start < end) || (mark.end > start && mark.end < end) || (mark.start === start && mark.end === end));
      assert.equal(cut, undefined, `${hint} became ${JSON.stringify(once)}, then ${mark.kind} ${mark.start}..${mark.end}`);
    }
  }
});

test('scan() agrees with scanText() on valid UTF-8', () => {
  const scanner = new Scanner();
  const random = randomFrom(SEED);
  for (let round = 0; round < 500; round++) {
    const text = Array.from({ length: 6 }, () => PIECES[Math.floor(random() * PIECES.length)]).join('').toWellFormed();
    const bytes = Buffer.from(`##${text}##`);
    assert.deepEqual(scanner.scan(bytes, 2, bytes.length - 2, KEY.plain), scanner.scanText(text, KEY.plain), `seed ${SEED}, round ${round}: ${JSON.stringify(text)}`);
  }
});

test('scan() takes bytes that are not UTF-8', () => {
  const scanner = new Scanner();
  const random = randomFrom(SEED);
  for (let round = 0; round < 500; round++) {
    const bytes = Buffer.from(Array.from({ length: 64 }, () => Math.floor(random() * 256)));
    scanner.scan(bytes, 0, bytes.length, KEY.plain);
    featuresOf(bytes, 0, bytes.length);
  }
});

test('repeated pieces cost in step with their number', () => {
  // Counted, not timed: characters handed to the recognizers, all layers together, for n and 4 n repetitions.
  for (const piece of PIECES) {
    for (const partner of ['', ' ', '"', '=', '%41\\n&lt;']) {
      const small = charactersGiven((piece + partner).repeat(60));
      const large = charactersGiven((piece + partner).repeat(240));
      assert.ok(large <= small * 5 + 20_000, `${JSON.stringify(piece + partner)}: ${small} then ${large}`);
    }
  }
});

test('long hostile texts end', () => {
  const scanner = new Scanner();
  const texts = ['password=', 'password="', "token: '", 'password=\\"', 'token:[', '<password>', 'password ', '--password ', 'Cookie: a=', 'Bearer ', '-----BEGIN PRIVATE KEY-----', 'eyJ', 'eyJa.', 'https://a:', 'a@', '{"a":', '%41', '\\"', '&quot;', 'curl -u a:', 'mysql -p', 'machine ', 'data:\n  a: ', 'kind: Secret\ndata:\n', 'AKIA', 'key=', 'pass: {{', '0.', '1 ', 'ab12', "name='password' ", 'password,"', '/password', 'secret\n', '4111 ', '::'];
  for (const piece of texts) scanner.scanText(piece.repeat(Math.ceil(100_000 / piece.length)), KEY.plain);
});

function charactersGiven(text: string): number {
  let given = 0;
  const counting = RECOGNIZERS.map((recognizer): Recognizer => ({
    ...recognizer,
    find(inner) {
      given += inner.length;
    },
  }));
  new Scanner(counting).scanText(text, KEY.plain);
  return given;
}

function minimized(scanner: Scanner, text: string, keyClass: number, hint: string): string {
  const marks: readonly Mark[] = scanner.scanText(text, keyClass) ?? [];
  let written = '';
  let at = 0;
  for (const mark of marks) {
    assert.ok(mark.start >= at && mark.end > mark.start && mark.end <= text.length, hint);
    written += text.slice(at, mark.start) + (mark.instead ?? `[${mark.kind}]`);
    at = mark.end;
  }
  return written + text.slice(at);
}

/** xorshift32: reproducible from the printed seed. */
function randomFrom(seed: number): () => number {
  let state = seed | 1;
  return () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) / 2 ** 32;
  };
}
