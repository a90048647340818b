import assert from 'node:assert/strict';
import { afterEach, test } from 'node:test';
import { ApiError, get, post, queryText, rememberCsrf, whenSignedOut } from './client.ts';

const original = globalThis.fetch;
afterEach(() => {
  globalThis.fetch = original;
  rememberCsrf(null);
  whenSignedOut(() => undefined);
});

function answering(status: number, body: string, seen: Request[] = []): void {
  globalThis.fetch = async (path, init) => {
    seen.push(new Request(new URL(String(path), 'http://127.0.0.1'), { ...init, redirect: 'follow' }));
    return new Response(status === 204 ? null : body, { status, headers: { 'retry-after': '3' } });
  };
}

test('queryText() leaves out what is absent and repeats lists', () => {
  assert.equal(queryText({ service: 'a b', attribute: ['x=1', 'y!=2'], operation: undefined, tags: '' }), '?service=a+b&attribute=x%3D1&attribute=y%21%3D2');
});

test('post() carries the CSRF token of the session, get() does not', async () => {
  const seen: Request[] = [];
  answering(200, '{}', seen);
  rememberCsrf('token-of-this-session');
  await post('/api/v1/x', { a: 1 });
  await get('/api/v1/x');
  assert.equal(seen[0]?.headers.get('x-tracekeep-csrf'), 'token-of-this-session');
  assert.equal(seen[1]?.headers.get('x-tracekeep-csrf'), null);
});

test('a refusal arrives in the words of the server', async () => {
  answering(429, '{"error":{"code":"too_many_attempts","message":"Too many.","advice":"Wait.","requestId":"r"}}');
  await assert.rejects(post('/api/v1/session'), (error: unknown) => error instanceof ApiError && error.code === 'too_many_attempts' && error.advice === 'Wait.' && error.retryAfter_s === 3);
});

test('an answer that is not JSON becomes an error that says what to do', async () => {
  answering(502, '<html>');
  await assert.rejects(get('/api/v1/x'), (error: unknown) => error instanceof ApiError && error.advice !== '');
});

test('a lost session is told once per answer, a wrong password is not a lost session', async () => {
  let told = 0;
  whenSignedOut(() => (told += 1));
  answering(401, '{"error":{"code":"credential_missing","message":"m","advice":"a"}}');
  await assert.rejects(get('/api/v1/services'));
  answering(401, '{"error":{"code":"sign_in_failed","message":"m","advice":"a"}}');
  await assert.rejects(post('/api/v1/session'));
  assert.equal(told, 1);
});
