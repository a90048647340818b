import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Scanner } from '#scanner';
import { KEY, KINDS, type Mark } from '#scanner/recognizer';
import type { Action } from '#policy';
import { replacedAscii, rewrite } from './rewrite.ts';

test('rewrite() replaces marked ranges and counts them by kind', () => {
  const text = 'from a@b.example to c@d.example with 4111';
  const marks = [
    { kind: 'email', start: 5, end: 16 },
    { kind: 'email', start: 20, end: 31 },
    { kind: 'card', start: 37, end: 41 },
  ] as const;
  assert.deepEqual(rewrite(text, marks, () => 'replace'), {
    text: 'from [email] to [email] with [card]',
    counts: [
      { kind: 'email', count: 2 },
      { kind: 'card', count: 1 },
    ],
  });
});

test('rewrite() does what the policy says about each mark', () => {
  const marks = [{ kind: 'ip', start: 0, end: 11, instead: '203.0.113.0' }] as const;
  const by = (action: Action) => rewrite('203.0.113.9 came', marks, () => action);
  assert.equal(by('replace').text, '203.0.113.0 came');
  assert.equal(by('drop').text, ' came');
  assert.deepEqual(by('keep'), { text: '203.0.113.9 came', counts: [] });
});

test('rewrite() refuses marks that overlap or lie outside', () => {
  const mark = (start: number, end: number) => ({ kind: 'email', start, end }) as const;
  assert.throws(() => rewrite('abcdef', [mark(0, 3), mark(2, 4)], () => 'replace'));
  assert.throws(() => rewrite('abcdef', [mark(0, 7)], () => 'replace'));
  assert.throws(() => rewrite('abcdef', [mark(3, 2)], () => 'replace'));
});

test('rewrite() keeps of what overlaps only what no other kind in it wants gone', () => {
  const scanner = new Scanner();
  const by = (kept: readonly string[], text: string, keyClass: number, action: Action = 'replace') => rewrite(text, scanner.scanText(text, keyClass) ?? [], (mark) => (kept.includes(mark.kind) ? 'keep' : action));
  const statement = "SELECT * FROM users WHERE mail = 'jane.doe@example.com' AND n = 5";
  assert.equal(by([], statement, KEY.statement).text, 'SELECT * FROM users WHERE mail = ? AND n = ?');
  assert.deepEqual(by(['literal'], statement, KEY.statement), { text: "SELECT * FROM users WHERE mail = '[email]' AND n = 5", counts: [{ kind: 'email', count: 1 }] });
  assert.equal(by(['email'], statement, KEY.statement).text, 'SELECT * FROM users WHERE mail = ? AND n = ?');
  assert.equal(by(['email', 'literal'], statement, KEY.statement).text, statement);
  assert.equal(by(['password'], 'password=jane.doe@example.com', KEY.plain).text, 'password=[email]');
  assert.equal(by(['credential', 'parameter'], 'https://x.example/?token=jane.doe@example.com&x=1', KEY.plain).text, 'https://x.example/?token=[email]&x=1');
  let dropped = false;
  rewrite(statement, scanner.scanText(statement, KEY.statement) ?? [], ({ kind }) => {
    dropped ||= kind === 'email';
    return kind === 'email' ? 'drop' : 'replace';
  });
  assert.ok(dropped, 'the policy is asked about every kind');
});

test('rewrite() leaves nothing that the scanner would find again', () => {
  const scanner = new Scanner();
  const texts = [
    'Authorization: Bearer abcdef123456 and mail a@b.example',
    '{"password":"hunter2","user":{"email":"a@b.example"},"card":"4111 1111 1111 1111"}',
    'https://bob:hunter2@db.example/x?token=abcdef&sig=123456',
    'Cookie: sid=abc; theme=dark',
    'curl -u bob:hunter2 https://x.example',
    'client 203.0.113.9 logged in',
  ];
  for (const text of texts) {
    const once = rewrite(text, scanner.scanText(text, KEY.plain) ?? [], () => 'replace');
    assert.notEqual(once.text, text);
    assert.equal(scanner.scanText(once.text, KEY.plain), null, once.text);
  }
});

const SEED = Number(process.env['TRACEKEEP_TEST_SEED'] ?? Date.now() % 2 ** 31);

test('replacedAscii() writes what rewrite() writes where nothing is kept', () => {
  const random = randomFrom(SEED);
  const before = [];
  for (let round = 0; round < 2_000; round++) {
    const text = Array.from({ length: random(300) }, () => String.fromCharCode(1 + random(127))).join('');
    const marks: Mark[] = [];
    for (let at = random(9); at < text.length; at += 1 + random(40)) {
      const end = Math.min(text.length, at + 1 + random(20));
      marks.push({ kind: KINDS[random(KINDS.length)]!, start: at, end, ...(random(3) === 0 ? { instead: '?'.repeat(random(30)) } : {}) });
      at = end;
    }
    const expected = rewrite(text, marks, () => 'replace');
    const found = replacedAscii(text, marks);
    assert.ok(found !== null);
    assert.deepEqual([Buffer.from(found.bytes).toString(), found.counts], [expected.text, expected.counts], `seed ${SEED}, round ${round}`);
    before.push([found.bytes, expected.text] as const);
  }
  for (const [bytes, text] of before) assert.equal(Buffer.from(bytes).toString(), text, 'what was written stays');
});

test('replacedAscii() leaves to rewrite() what is not ASCII and what is long, and refuses marks that overlap', () => {
  const mark = (start: number, end: number) => ({ kind: 'email', start, end }) as const;
  for (const text of ['éa@b.example', 'a@b.exampleé', 'a@b.example'.padEnd(5_000)]) assert.equal(replacedAscii(text, [mark(1, 11)]), null);
  assert.equal(replacedAscii('a', [{ kind: 'ip', start: 0, end: 1, instead: 'é' }]), null);
  assert.equal(Buffer.from(replacedAscii('a@b.example', [mark(0, 11)])!.bytes).toString(), '[email]');
  for (const marks of [[mark(0, 3), mark(2, 4)], [mark(0, 7)], [mark(3, 2)]]) assert.throws(() => replacedAscii('abcdef', marks));
});

function randomFrom(seed: number): (below: number) => number {
  let state = seed | 1;
  return (below) => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) % below;
  };
}
