import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Scanner } from '#scanner';
import { KEY, type Kind, KINDS, type Mark } from '#scanner/recognizer';
import type { Action } from '#policy';
import { insteadOf } from './part-actions.ts';
import { replacedAscii, rewrite } from './rewrite.ts';

const doing = (decide: (kind: Kind) => Action) => ({ decide, instead: (action: Action, mark: Mark, text: string) => insteadOf(action, mark, text, () => null) });
const always = (action: Action) => doing(() => action);
const NETWORK: Action = { generalize: { network: { v4: 24, v6: 48 } } };
const BY_DEFAULT = doing((kind) => (kind === 'ip' ? NETWORK : 'replace'));

test('rewrite() replaces marked ranges and counts them by kind', () => {
  const text = 'from a@b.example to c@d.example with 4111';
  const marks = [
    { kind: 'email', start: 5, end: 16 },
    { kind: 'email', start: 20, end: 31 },
    { kind: 'card', start: 37, end: 41 },
  ] as const;
  assert.deepEqual(rewrite(text, marks, always('replace')), {
    text: 'from [email] to [email] with [card]',
    counts: [
      { kind: 'email', count: 2 },
      { kind: 'card', count: 1 },
    ],
    fate: 'stored',
  });
});

test('rewrite() does what the policy says about each mark', () => {
  const marks = [{ kind: 'ip', start: 0, end: 11, instead: '203.0.113.0' }] as const;
  const by = (action: Action) => rewrite('203.0.113.9 came', marks, always(action));
  assert.equal(by('replace').text, '[ip] came');
  assert.equal(by(NETWORK).text, '203.0.113.0 came');
  assert.equal(by({ generalize: { network: { v4: 16, v6: 32 } } }).text, '203.0.0.0 came');
  assert.equal(by({ replace: { with: 'gone' } }).text, '[gone] came');
  assert.equal(by({ mask: { last: 2 } }).text, '***.9 came');
  assert.equal(by('drop').fate, 'dropped');
  assert.equal(by('drop-span').fate, 'span-dropped');
  assert.deepEqual(by('keep'), { text: '203.0.113.9 came', counts: [], fate: 'stored' });
});

test('rewrite() refuses marks that overlap or lie outside', () => {
  const mark = (start: number, end: number) => ({ kind: 'email', start, end }) as const;
  assert.throws(() => rewrite('abcdef', [mark(0, 3), mark(2, 4)], always('replace')));
  assert.throws(() => rewrite('abcdef', [mark(0, 7)], always('replace')));
  assert.throws(() => rewrite('abcdef', [mark(3, 2)], always('replace')));
});

test('rewrite() keeps of what overlaps only what no other kind in it wants gone', () => {
  const scanner = new Scanner();
  const by = (kept: readonly string[], text: string, keyClass: number, action: Action = 'replace') => rewrite(text, scanner.scanText(text, keyClass) ?? [], doing((kind) => (kept.includes(kind) ? 'keep' : action)));
  const statement = "SELECT * FROM users WHERE mail = 'jane.doe@example.com' AND n = 5";
  assert.equal(by([], statement, KEY.statement).text, 'SELECT * FROM users WHERE mail = ? AND n = ?');
  assert.deepEqual(by(['literal'], statement, KEY.statement), { text: "SELECT * FROM users WHERE mail = '[email]' AND n = 5", counts: [{ kind: 'email', count: 1 }], fate: 'stored' });
  assert.equal(by(['email'], statement, KEY.statement).text, 'SELECT * FROM users WHERE mail = ? AND n = ?');
  assert.equal(by(['email', 'literal'], statement, KEY.statement).text, statement);
  assert.equal(by(['password'], 'password=jane.doe@example.com', KEY.plain).text, 'password=[email]');
  assert.equal(by(['credential', 'parameter'], 'https://x.example/?token=jane.doe@example.com&x=1', KEY.plain).text, 'https://x.example/?token=[email]&x=1');
  const marks = scanner.scanText(statement, KEY.statement) ?? [];
  assert.equal(rewrite(statement, marks, doing((kind) => (kind === 'email' ? 'drop' : 'replace'))).fate, 'dropped', 'the policy is asked about every kind');
  assert.equal(rewrite(statement, marks, doing((kind) => (kind === 'email' ? 'replace' : { mask: { last: 4 } }))).text, 'SELECT * FROM users WHERE mail = ? AND n = ***', 'what leaves least of any part holds for all of them');
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
    const once = rewrite(text, scanner.scanText(text, KEY.plain) ?? [], BY_DEFAULT);
    assert.notEqual(once.text, text);
    assert.equal(scanner.scanText(once.text, KEY.plain), null, once.text);
  }
});

const SEED = Number(process.env['TRACEKEEP_TEST_SEED'] ?? Date.now() % 2 ** 31);

test('replacedAscii() writes what rewrite() writes where nothing is kept', () => {
  const random = randomFrom(SEED);
  const before = [];
  for (let round = 0; round < 2_000; round++) {
    const text = Array.from({ length: random(300) }, () => String.fromCharCode(1 + random(125))).join('');
    const marks: Mark[] = [];
    for (let at = random(9); at < text.length; at += 1 + random(40)) {
      const end = Math.min(text.length, at + 1 + random(20));
      marks.push({ kind: KINDS[random(KINDS.length)]!, start: at, end, ...(random(3) === 0 ? { instead: '~'.repeat(1 + random(30)) } : {}) });
      at = end;
    }
    const expected = rewrite(text, marks, { decide: () => 'replace', instead: (_action, mark) => mark.instead ?? `[${mark.kind}]` });
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

test('rewrite() lets the rule of cards decide about the digits of a card that read as a phone number too', () => {
  const text = '3782 822463 10005';
  const scanner = new Scanner();
  const marks = scanner.scanText(text, scanner.keyClass('card.number'), undefined, 'card.number') ?? [];
  assert.deepEqual(marks.flatMap(({ kind, parts = [] }) => [kind, ...parts.map((part) => part.kind)]).sort(), ['card', 'card', 'phone']);
  const masked = (other: Action) => rewrite(text, marks, doing((kind) => (kind === 'card' ? { mask: { last: 4 } } : other)));
  for (const other of ['replace', 'drop', 'keep'] as const) assert.deepEqual(masked(other), { text: '***0005', counts: [{ kind: 'card', count: 1 }], fate: 'stored' }, other);
  const wider = [{ kind: 'card', start: 0, end: 17, parts: [{ kind: 'card', start: 0, end: 17 }, { kind: 'phone', start: 5, end: 17 }] }] as const;
  assert.equal(rewrite(text, wider, doing((kind) => (kind === 'card' ? { mask: { last: 4 } } : 'replace'))).text, '[card]');
});
