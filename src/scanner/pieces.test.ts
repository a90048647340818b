import assert from 'node:assert/strict';
import { test } from 'node:test';
import { KEY } from './recognizer.ts';
import { Scanner } from './scanner.ts';

const scanner = new Scanner();
const TOKEN = 'ghp_k7Qz2mXw9RtB4vLc6NpY8sHd3FgJ1aEu5oTi';
const list = (...texts: string[]): string[] =>
  scanner.scanList(texts, KEY.plain).map((marks, index) => {
    let text = texts[index]!;
    for (const { kind, start, end } of [...(marks ?? [])].reverse()) text = `${text.slice(0, start)}[${kind}]${text.slice(end)}`;
    return text;
  });

test('scanList() finds what is in pieces by its form, and takes each piece', () => {
  for (const at of [1, 4, 12, 26, 31]) assert.deepEqual(list('x', `see ${TOKEN.slice(0, at)}`, `${TOKEN.slice(at)}.`, 'y'), ['x', 'see [credential]', '[credential].', 'y'], String(at));
  assert.deepEqual(list(...TOKEN).filter((text) => text !== '[credential]'), []);
  assert.deepEqual(list('4111', '1111', '1111', '1111'), ['[card]', '[card]', '[card]', '[card]']);
  assert.deepEqual(list('jane.doe', '@', 'example.com'), ['[email]', '[email]', '[email]']);
  const lines = ['-----BEGIN PRIVATE KEY-----', 'MIIEvQIBADANBgkqhkiG9w0BAQEFAASCBKcwggSjAgEAAoIBAQC7VJTUt9Us8cKj', 'MzEfYyjiWA4R4/M2bS1GB4t7NXp98C3SC6dVMvDuictGeurT8jNbvJZHtCSuYEvu', '-----END PRIVATE KEY-----'];
  assert.deepEqual(list(...lines).slice(1, 3), ['[private-key]', '[private-key]']);
});

test('scanList() leaves what only stands beside a secret, and lists of ordinary words', () => {
  assert.deepEqual(list(TOKEN, 'GET', 'cart'), ['[credential]', 'GET', 'cart']);
  assert.deepEqual(list('x', 'jane@example.com', 'y'), ['x', '[email]', 'y']);
  assert.deepEqual(list('jane@example.com', 'help', 'joe@example.org'), ['[email]', 'help', '[email]']);
  for (const texts of [['node', '--require', '/app/node_modules/otel.js', 'server.js'], ['GET', 'POST', 'PUT'], ['2026', '11', '29', '23', '59', '59', '123'], ['eu-west-1', 'us-east-2'], ['a@', 'b'], ['1', '2', '3', '4', '5', '6', '7', '8', '9', '10', '11', '12', '13'], ['application/json', 'text/html'], ['main', 'v1.2.3', 'sha256:3f2504e04f8911d39a0c0305e82c3301']]) assert.deepEqual(list(...texts), texts);
});
