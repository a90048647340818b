import assert from 'node:assert/strict';
import test from 'node:test';
import { KEY } from '#scanner/recognizer';
import { expectMarks } from '#scanner/testing';
import { card, isCardNumber } from './card.ts';

/** Numbers that card companies publish for tests. */
const PUBLISHED = [
  '4111111111111111', '4242424242424242', '4012888888881881', '4000056655665556', '5555555555554444', '5105105105105100', '2223003122003222', '5200828282828210', '2223000048400011',
  '378282246310005', '371449635398431', '378734493671000', '6011111111111117', '6011000990139424', '3056930009020004', '36227206271667', '38520000023237', '30569309025904',
  '6555900000604105', '3566002020360505', '3530111333300000', '6200000000000005', '6205500000000000004', '5019717010103742', '6304000000000000', '6759649826438453', '2200000000000053', '9792030000000000',
];

test('isCardNumber() knows published numbers and refuses a wrong last digit', () => {
  for (const digits of PUBLISHED) {
    assert.ok(isCardNumber(digits), digits);
    assert.ok(!isCardNumber(digits.slice(0, -1) + ((Number(digits.at(-1)) + 1) % 10)), digits);
  }
});

test('isCardNumber() refuses clocks, snowflakes and uniform digits', () => {
  for (const digits of ['1705312345678', '1705312345678901', '1705312345678901234', '1234567890123456', '0000000000000000', '1146520129327923200', '9007199254740991', '20240115103000', '4000000000000000']) {
    assert.ok(!isCardNumber(digits), digits);
  }
});

test('isCardNumber() believes rare lengths only when named', () => {
  assert.ok(!isCardNumber('4222222222222'));
  assert.ok(isCardNumber('4222222222222', true));
});

test('card marks numbers alone and in groups', () => {
  for (const text of [
    '«4111111111111111»', 'card «4111 1111 1111 1111» declined', '«4111-1111-1111-1111»', '«3782 822463 10005»', '{"pan":"«5555555555554444»"}', '/pay/«4242424242424242»/confirm',
    'card=«4242424242424242»&cvc=1', 'card%3D«4242424242424242»', 'n=«4111+1111+1111+1111»', 'n=«4111%201111%201111%201111»', 'paid with «6011111111111117».', 'visa «4222222222222»',
    'card-«4242424242424242»', 'PAN«4242424242424242»', 'PAN:«4242424242424242»:12/27', '"\\n«4242424242424242»\\n"', '«3622 720627 1667»', 'order 12 «4111 1111 1111 1111» 34', '«4111111111111111»,«5555555555554444»', '卡号«4242424242424242»',
  ])
    expectMarks(card, text, 'card');
  expectMarks(card, '«4222222222222»', 'card', KEY.personal);
});

test('card leaves ids, clocks and decimals alone', () => {
  for (const text of [
    '4111111111111112', '1705312345678', '1705312345678901234', '550e8400-e29b-41d4-a716-446655440000', '4111111111111111-a716', 'a4111111111111111', '0.4111111111111111', '4111111111111111.5',
    '4bf92f3577b34da6a3ce929d0e0e4736', '41111111111111110000', '4222222222222', 'x_4111111111111111', 'order-4111111111111111', '4111 1111 1111', '41 11 11 11 11 11 11 11', '+4111111111111111', '4111:1111:1111:1111',
    '2024-01-15 10:30:00', '5555-5555', '4000 0000 0000 0000',
  ])
    expectMarks(card, text, 'card');
  expectMarks(card, '4111111111111111', 'card', KEY.identifier);
});

test('card knows a number that a double made of it', () => {
  expectMarks(card, 'pan: «4111111111111111».0', 'card');
  expectMarks(card, '4111111111111111.05', 'card');
});
