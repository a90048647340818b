import test from 'node:test';
import { KEY } from '#scanner/recognizer';
import { expectMarks } from '#scanner/testing';
import { nationalIds } from './national-ids.ts';
import { zaId } from './za-id.ts';

test('zaId marks numbers that are written or named as such', () => {
  expectMarks(nationalIds([zaId]), 'SA ID «7503305044089»', 'national-id');
  expectMarks(nationalIds([zaId]), 'identity number «800101 5009 087»', 'national-id');
});

test('zaId leaves other numbers alone', () => {
  expectMarks(nationalIds([zaId]), '7503305044089', 'national-id');
  expectMarks(nationalIds([zaId]), 'SA ID 7503305044088', 'national-id');
  expectMarks(nationalIds([zaId]), 'epoch 1705312345084', 'national-id');
});

test('zaId marks nothing under a key that holds an identifier', () => {
  expectMarks(nationalIds([zaId]), 'SA ID 7503305044089', 'national-id', KEY.identifier);
});

test('zaId believes a bare number under a key of personal data', () => {
  expectMarks(nationalIds([zaId]), '«7503305044089»', 'national-id', KEY.personal);
});
