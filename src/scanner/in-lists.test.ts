import assert from 'node:assert/strict';
import { test } from 'node:test';
import { KEY } from './recognizer.ts';
import { Scanner } from './scanner.ts';

const scanner = new Scanner();
const list = (...texts: string[]): string[] => scanner.scanList(texts, KEY.plain).map((marks, index) => (marks === null ? texts[index]! : marks.map(({ start, end, kind }) => `${texts[index]!.slice(0, start)}[${kind}]${texts[index]!.slice(end)}`).join(' & ')));

test('scanList() reads names and values of headers by turns', () => {
  assert.deepEqual(list('Accept', '*/*', 'X-Api-Key', '9f8d7c6b5a4e3f2d1c0b9a8f'), ['Accept', '*/*', 'X-Api-Key', '[credential]']);
  assert.deepEqual(list('password', 'Tr0ub4dor-zebra'), ['password', '[password]']);
  assert.deepEqual(list('user', 'ada', 'password', 'correct horse, battery'), ['user', 'ada', 'password', '[password]']);
  assert.deepEqual(list('pin', '4711'), ['pin', '[password]']);
  assert.deepEqual(list('Authorization: Bearer', 'zk39dkq02ld93k'), ['Authorization: Bearer', '[credential]']);
  assert.deepEqual(list('X-Api-Key:', 'zk39dkq02ld93k'), ['X-Api-Key:', '[credential]']);
  assert.deepEqual(list('Authorization', 'zk39dkq02ld93k', 'Host', 'shop.example'), ['Authorization', '[credential]', 'Host', 'shop.example']);
  assert.deepEqual(list('Authorization', 'Bearer zk39dkq02ld93k'), ['Authorization', 'Bearer [authorization]']);
  assert.deepEqual(list('-H', 'password', 'Tr0ub4dor-zebra'), ['-H', 'password', '[password]']);
});

test('scanList() leaves lists of names, of words, of resources and of ids', () => {
  for (const texts of [
    ['username', 'password'], ['password', 'confirmPassword'], ['token', 'refresh_token'], ['login', 'password', 'email', 'address'], ['kubectl', 'get', 'secret', 'shop-db-2'], ['get', 'secret', 'shop-db-credentials-2', 'yaml'],
    ['Reset', 'your', 'password', 'now'], ['token', 'expired'], ['id', 'token', '4711', 'abc'], ['max', 'token', 'limit', '4096'], ['secret', 'prod/db/main'], ['Authorization', 'Basic'], ['Authorization:', 'Required'],
    ['trace_id', '4bf92f3577b34da6a3ce929d0e0e4736', 'key', '4bf92f3577b34da6a3ce929d0e0e4736'], ['one', 'token', '4bf92f3577b34da6a3ce929d0e0e4736'], ['Content-Type', 'application/json', 'Accept', '*/*', 'ETag', 'W/"5f3e-18c2d"'],
  ]) assert.deepEqual(list(...texts), texts);
});
