import assert from 'node:assert/strict';
import { test } from 'node:test';
import { KEY } from './recognizer.ts';
import type { KeyClass, Recognizer } from './recognizer.ts';
import { RECOGNIZERS } from '#scanner/recognizers';
import { Scanner } from './scanner.ts';

const scanner = new Scanner();

function shown(text: string, keyClass: KeyClass = KEY.plain): string {
  let result = '';
  let at = 0;
  for (const mark of scanner.scanText(text, keyClass) ?? []) {
    result += text.slice(at, mark.start) + (mark.instead ?? `[${mark.kind}]`);
    at = mark.end;
  }
  return result + text.slice(at);
}

test('scan() gives offsets of the decoded string', () => {
  const bytes = Buffer.from('##é😀 password=hunter2##');
  const marks = scanner.scan(bytes, 2, bytes.length - 2, KEY.plain);
  assert.deepEqual(marks, [{ kind: 'password', start: 13, end: 20 }]);
});

test('scan() and scanText() answer null for clean values', () => {
  for (const text of ['', 'checkout', 'GET /orders/:id', '550e8400-e29b-41d4-a716-446655440000']) {
    assert.equal(scanner.scan(Buffer.from(text), 0, text.length, KEY.plain), null);
    assert.equal(scanner.scanText(text, KEY.plain), null);
  }
});

test('most ordinary values reach no recognizer', () => {
  let runs = 0;
  const counting = RECOGNIZERS.map((recognizer): Recognizer => ({ ...recognizer, find: () => void runs++ }));
  const counter = new Scanner(counting);
  for (const text of ['checkout-service', 'GET /api/products/{id}/reviews', '4bf92f3577b34da6a3ce929d0e0e4736', '00f067aa0ba902b7', 'frontend-7d4b9c6f5d-x2x4z', 'com.example.shop.cart.CartServiceImpl', '2024-05-17T12:34:56.789Z', 'kafka-broker-0.kafka.svc.cluster.local:9092', 'https://shop.example.com/products/42?lang=en&page=3', 'the order was placed and sent']) {
    const before = runs;
    counter.scanText(text, KEY.plain);
    assert.ok(runs - before <= 1, text);
  }
});

test('text inside text is unwrapped', () => {
  assert.equal(shown('{"a":"{\\"email\\":\\"bob@shop.example\\"}"}'), '{"a":"{\\"email\\":\\"[email]\\"}"}');
  assert.equal(shown('%7B%22password%22%3A%22hunter2%22%7D'), '%7B%22password%22%3A%22[password]%22%7D');
  assert.equal(shown('q=bob%40shop.example'), 'q=[email]');
  assert.equal(shown('q=%2570assword%253Dhunter2'), 'q=%2570assword%253D[password]');
  assert.equal(shown('&quot;password&quot;:&quot;hunter2&quot;'), '&quot;password&quot;:&quot;[password]&quot;');
  assert.equal(shown('\\u0070assword=hunter2'), '\\u0070assword=[password]');
  assert.equal(shown('state eyJwYXNzd29yZCI6Imh1bnRlcjIiLCJ1c2VyIjoiYm9iIn0= kept'), 'state [password] kept');
  assert.equal(shown('state eyJ1c2VyIjoiYm9iIiwicGFnZSI6MTJ9 kept'), 'state eyJ1c2VyIjoiYm9iIiwicGFnZSI6MTJ9 kept');
});

test('names inside a text class their values', () => {
  assert.equal(shown('{"user":{"clientIp":"203.0.113.9","x":1}}'), '{"user":{"clientIp":"203.0.113.0","x":1}}');
  assert.equal(shown('{"serverIp":"203.0.113.9"}'), '{"serverIp":"203.0.113.9"}');
  assert.equal(shown('/x?phone=01512345678&order=01512345678'), '/x?phone=[phone]&order=01512345678');
});

test('keys class their values', () => {
  const by = (key: string, text: string): string => shown(text, scanner.keyClass(key));
  assert.equal(by('http.request.header.authorization', 'Bearer abc'), 'Bearer [authorization]');
  assert.equal(by('http.request.header.cookie', 'a=b; c=d'), 'a=[cookie]; c=[cookie]');
  assert.equal(by('http.request.header.x_api_key', 'abc'), '[credential]');
  assert.equal(by('db.password', 'x'), '[password]');
  assert.equal(by('session.id', 'abc'), '[session-id]');
  assert.equal(by('client.address', '203.0.113.9'), '203.0.113.0');
  assert.equal(by('server.address', '203.0.113.9'), '203.0.113.9');
  assert.equal(by('url.query', 'token=abc&page=2'), 'token=[parameter]&page=2');
  assert.equal(by('db.query.parameter.0', 'bob'), '?');
  assert.equal(by('db.query.text', "SELECT * FROM t WHERE name = 'bob'"), 'SELECT * FROM t WHERE name = ?');
});

test('keyClass() remembers boundedly', () => {
  for (let i = 0; i < 40_000; i++) scanner.keyClass(`key.${i}`);
  assert.equal(scanner.keyClass('db.password'), KEY.secret | KEY.password);
});

test('scanInteger() knows cards and numbers under secret keys', () => {
  assert.equal(scanner.scanInteger(4111111111111111, KEY.plain), 'card');
  assert.equal(scanner.scanInteger(4111111111111111n, KEY.plain), 'card');
  assert.equal(scanner.scanInteger(4111111111111112n, KEY.plain), null);
  assert.equal(scanner.scanInteger(1715948096789, KEY.plain), null);
  assert.equal(scanner.scanInteger(1234, scanner.keyClass('user.pin')), 'password');
  assert.equal(scanner.scanInteger(4711, scanner.keyClass('api.token')), null);
  assert.equal(scanner.scanInteger(-5, KEY.plain), null);
});

test('scanList() lets one string say what the next is', () => {
  const list = (...texts: string[]): string[] => scanner.scanList(texts, KEY.plain).map((marks, index) => (marks === null ? texts[index]! : marks.map(({ start, end, kind }) => `${texts[index]!.slice(0, start)}[${kind}]${texts[index]!.slice(end)}`).join(' & ')));
  assert.deepEqual(list('app', '--password', 'hunter2secret', '--port', '8080'), ['app', '--password', '[password]', '--port', '8080']);
  assert.deepEqual(list('app', '--token=Q8w7e6r5t4', 'x'), ['app', '--token=[credential]', 'x']);
  assert.deepEqual(list('docker', 'login', '-u', 'bob', '-p', 'hunter2', 'registry.example.com'), ['docker', 'login', '-u', 'bob', '-p', '[password]', 'registry.example.com']);
  assert.deepEqual(list('mysql', '-u', 'root', '-phunter2'), ['mysql', '-u', 'root', '-p[password]']);
  assert.deepEqual(list('curl', '-u', 'bob:hunter2', 'https://x.example'), ['curl', '-u', 'bob:[password]', 'https://x.example']);
  assert.deepEqual(list('X-Api-Key', 'q8W7e6R5t4Y3u2I1o0'), ['X-Api-Key', '[credential]']);
  for (const texts of [['--password', '--verbose'], ['username', 'password', 'email'], ['ssh', '-p', '2222', 'host'], ['--token-file', '/var/run/token'], ['--max-tokens', '4096'], ['-c', 'sleep 5'], ['--id', '4711'], ['token'], []]) assert.deepEqual(list(...texts), texts);
});

test('scanText() reads full-width forms and other spaces as what they stand for', () => {
  for (const [text, expected] of [['ｐａｓｓｗｏｒｄ=hunter2abc', 'ｐａｓｓｗｏｒｄ=[password]'], ['４１１１１１１１１１１１１１１１', '[card]'], ['jane.doe＠example.com', '[email]'], ['password\u00a0=\u00a0hunter2abc', 'password\u00a0=\u00a0[password]'], ['价格：１２３', '价格：１２３']] as const) assert.equal(shown(text), expected);
});
