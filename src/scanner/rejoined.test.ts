import assert from 'node:assert/strict';
import { test } from 'node:test';
import { KEY } from './recognizer.ts';
import { rejoined } from './rejoined.ts';
import { Scanner } from './scanner.ts';

const scanner = new Scanner();
const JWT = 'eyJhbGciOiJSUzI1NiIsInR5cCI6IkpXVCJ9.eyJzdWIiOiI0NzExIiwibmFtZSI6IkFkYSIsImlhdCI6MTc2NDQ2MDgwMH0.q8W7e6R5t4Y3u2I1o0P9a8S7d6F5g4H3j2K1l0Z9x8C7v6B5n4M3q2W1';

function shown(text: string): string {
  let left = '';
  let at = 0;
  for (const { kind, start, end } of scanner.scanText(text, KEY.plain) ?? []) {
    left += `${text.slice(at, start)}[${kind}]`;
    at = end;
  }
  return left + text.slice(at);
}

test('a token folded over lines goes whole', () => {
  for (const width of [24, 64, 76]) {
    for (const end of ['\n', '\r\n  ']) {
      const folded = JWT.match(new RegExp(`.{1,${width}}`, 'g'))!.join(end);
      assert.equal(shown(`token is\n${folded}\nthanks`), 'token is\n[jwt]\nthanks', JSON.stringify([width, end]));
    }
  }
  assert.equal(shown(`log ghp_A1b2C3d4E5f6G7h8I9j0\nK1l2M3n4O5p6Q7r8`), 'log [credential]');
});

test('a token that a program puts together goes whole', () => {
  for (const joint of ['" + "', '"+"', '" +\n    "', "' + '"]) {
    const quote = joint[0]!;
    assert.equal(shown(`x = ${quote}ghp_A1b2C3d4E5f6G7h8I9${joint}j0K1l2M3n4O5p6Q7r8${quote};`), `x = ${quote}[credential]${quote};`, joint);
  }
});

test('words, names, paths and stacks of lines are not joined', () => {
  for (const text of ['com.example.orders.service\ncom.example.cart', 'jane.doe@mail.example-company.com\nNext', 'frontend-checkout-service-main\nKEY=abc', '"a" - "b"', '/usr/local/lib/node_modules/app/server.js\nError2', 'a\nb']) assert.equal(rejoined(text), undefined, text);
  for (const text of ['9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08\nda39a3ee5e6b4b0d3255bfef95601890afd80709', '"SELECT a" + "FROM b"', 'frontend-7d4b9c6f5d-x2x4z\ncheckout-5b8f7c9d4-kq2lm']) assert.equal(shown(text), text);
});
