import test from 'node:test';
import { KEY } from '#scanner/recognizer';
import { expectMarks } from '#scanner/testing';
import { ukNino } from './uk-nino.ts';

test('ukNino marks numbers that are written or named as such', () => {
  expectMarks(ukNino, 'NINO «AB123456C»', 'national-id');
  expectMarks(ukNino, '«AB 12 34 56 C»', 'national-id');
  expectMarks(ukNino, 'nino=«ab123456c»', 'national-id');
  expectMarks(ukNino, '«JG 103759 A»', 'national-id');
});

test('ukNino leaves other numbers alone', () => {
  expectMarks(ukNino, 'BG123456C', 'national-id');
  expectMarks(ukNino, 'QQ123456C', 'national-id');
  expectMarks(ukNino, 'AB123456E', 'national-id');
  expectMarks(ukNino, 'XAB123456C', 'national-id');
  expectMarks(ukNino, 'sku ab123456c', 'national-id');
  expectMarks(ukNino, 'AB1234567C', 'national-id');
  expectMarks(ukNino, 'pod-AB123456C', 'national-id');
});

test('ukNino marks nothing under a key that holds an identifier', () => {
  expectMarks(ukNino, 'NINO AB123456C', 'national-id', KEY.identifier);
});
