import test from 'node:test';
import { KEY } from '#scanner/recognizer';
import { expectMarks } from '#scanner/testing';
import { nationalIds } from './national-ids.ts';
import { bgEgn } from './bg-egn.ts';

const recognizer = nationalIds([bgEgn]);

test('bgEgn marks numbers that are named as such', () => {
  expectMarks(recognizer, 'ЕГН «7523169263»', 'national-id');
  expectMarks(recognizer, 'egn: «7523169263»', 'national-id');
});

test('bgEgn leaves other numbers alone', () => {
  expectMarks(recognizer, '7523169263', 'national-id');
  expectMarks(recognizer, 'EGN 7523169264', 'national-id');
});

test('bgEgn believes a bare number under a key of personal data, none under that of an identifier', () => {
  expectMarks(recognizer, '«7523169263»', 'national-id', KEY.personal);
  expectMarks(recognizer, '7523169263', 'national-id', KEY.identifier);
});
