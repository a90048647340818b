import test from 'node:test';
import { KEY } from '#scanner/recognizer';
import { expectMarks } from '#scanner/testing';
import { nationalIds } from './national-ids.ts';
import { ukNino } from './uk-nino.ts';

test('ukNino marks numbers that are written or named as such', () => {
  expectMarks(nationalIds([ukNino]), 'NINO «AB123456C»', 'national-id');
  expectMarks(nationalIds([ukNino]), '«AB 12 34 56 C»', 'national-id');
  expectMarks(nationalIds([ukNino]), 'nino=«ab123456c»', 'national-id');
  expectMarks(nationalIds([ukNino]), '«JG 103759 A»', 'national-id');
});

test('ukNino leaves other numbers alone', () => {
  expectMarks(nationalIds([ukNino]), 'BG123456C', 'national-id');
  expectMarks(nationalIds([ukNino]), 'QQ123456C', 'national-id');
  expectMarks(nationalIds([ukNino]), 'AB123456E', 'national-id');
  expectMarks(nationalIds([ukNino]), 'XAB123456C', 'national-id');
  expectMarks(nationalIds([ukNino]), 'sku ab123456c', 'national-id');
  expectMarks(nationalIds([ukNino]), 'AB1234567C', 'national-id');
  expectMarks(nationalIds([ukNino]), 'pod-AB123456C', 'national-id');
});

test('ukNino marks nothing under a key that holds an identifier', () => {
  expectMarks(nationalIds([ukNino]), 'NINO AB123456C', 'national-id', KEY.identifier);
});
