import test from 'node:test';
import { KEY } from '#scanner/recognizer';
import { expectMarks } from '#scanner/testing';
import { jpMyNumber } from './jp-my-number.ts';
import { nationalIds } from './national-ids.ts';

test('jpMyNumber marks numbers that are written or named as such', () => {
  expectMarks(nationalIds([jpMyNumber]), 'My Number «123456789018»', 'national-id');
  expectMarks(nationalIds([jpMyNumber]), 'マイナンバー: «1234 5678 9018»', 'national-id');
});

test('jpMyNumber leaves other numbers alone', () => {
  expectMarks(nationalIds([jpMyNumber]), '123456789018', 'national-id');
  expectMarks(nationalIds([jpMyNumber]), 'my number 123456789019', 'national-id');
  expectMarks(nationalIds([jpMyNumber]), '1234-5678-9018', 'national-id');
  // The beginning of a number of a card, which a policy may mask.
  expectMarks(nationalIds([jpMyNumber]), '4111 1111 1111 1111', 'national-id', KEY.personal);
  expectMarks(nationalIds([jpMyNumber]), '4111-1111-1111-1111', 'national-id', KEY.personal);
});

test('jpMyNumber marks nothing under a key that holds an identifier', () => {
  expectMarks(nationalIds([jpMyNumber]), 'My Number 123456789018', 'national-id', KEY.identifier);
});

test('jpMyNumber believes a bare number under a key of personal data', () => {
  expectMarks(nationalIds([jpMyNumber]), '«123456789018»', 'national-id', KEY.personal);
});
