import assert from 'node:assert/strict';
import test from 'node:test';
import { CAPITALS_IN_CHAIN, CHAIN_12, CHAIN_7, COUNTRY_AND_CHECK, LETTERS_THEN_DIGITS, MIXED_11, MIXED_15, MIXED_16, MIXED_18, MIXED_9, bare, group, shapesOf } from './number-shapes.ts';

test('shapesOf() sees digit runs, chains and codes', () => {
  for (const [text, shape] of [
    ['x 123456789 y', bare(9)], ['123-45-6789', group(3)], ['123-45-6789', group(2)], ['ssn%3D123-45-6789', group(3)], ['%20123456789', bare(9)], ['\\n123456789', bare(9)], ['202-5550', CHAIN_7], ['4111 1111 1111', CHAIN_12], ['4111%201111%201111', CHAIN_12],
    ['AB123456C', MIXED_9], ['131052A308T', MIXED_11], ['253072B07300470', MIXED_15], ['RCCMNL83S18D969H', MIXED_16], ['11010519491231002X', MIXED_18], ['BOXW310820HNERXN09', MIXED_18], ['AB 12 34 56 C', CAPITALS_IN_CHAIN], ['12.ABC.345/01DE-35', CAPITALS_IN_CHAIN],
    ['DE89370400440532013000', COUNTRY_AND_CHECK], ['DE89 3704', COUNTRY_AND_CHECK], ['PAN4111111111111111', LETTERS_THEN_DIGITS],
  ] as const)
    assert.ok((shapesOf(text) & shape) !== 0, text);
});

test('shapesOf() sees nothing in texts without such numbers', () => {
  for (const text of ['', 'checkout', '10:30:00', '/api/v1/orders/123456/items/9', 'cart-7d4b9c6f5d-x2x7q', '00f067aa0ba902b7', 'v1.2.3', '2024', '10.0.0.5:5432']) assert.equal(shapesOf(text), 0, text);
});
