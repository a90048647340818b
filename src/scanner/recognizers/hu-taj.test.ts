import test from 'node:test';
import { KEY } from '#scanner/recognizer';
import { expectMarks } from '#scanner/testing';
import { nationalIds } from './national-ids.ts';
import { huTaj } from './hu-taj.ts';

const recognizer = nationalIds([huTaj]);

test('huTaj marks numbers that are named as such', () => {
  expectMarks(recognizer, 'TAJ «123456788»', 'national-id');
  expectMarks(recognizer, 'TAJ szám: «123 456 788»', 'national-id');
});

test('huTaj leaves other numbers alone', () => {
  expectMarks(recognizer, '123456788', 'national-id');
  expectMarks(recognizer, 'TAJ 123456789', 'national-id');
});

test('huTaj believes a bare number under a key of personal data, none under that of an identifier', () => {
  expectMarks(recognizer, '«123456788»', 'national-id', KEY.personal);
  expectMarks(recognizer, '123456788', 'national-id', KEY.identifier);
});
