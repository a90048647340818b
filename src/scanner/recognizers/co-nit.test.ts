import test from 'node:test';
import { KEY } from '#scanner/recognizer';
import { expectMarks } from '#scanner/testing';
import { nationalIds } from './national-ids.ts';
import { coNit } from './co-nit.ts';

const recognizer = nationalIds([coNit]);

test('coNit marks numbers that are named as such', () => {
  expectMarks(recognizer, 'NIT «800197268-4»', 'national-id');
  expectMarks(recognizer, 'NIT: «800.197.268-4»', 'national-id');
});

test('coNit leaves other numbers alone', () => {
  expectMarks(recognizer, '8001972684', 'national-id');
  expectMarks(recognizer, 'NIT 8001972685', 'national-id');
});

test('coNit believes a bare number under a key of personal data, none under that of an identifier', () => {
  expectMarks(recognizer, '«8001972684»', 'national-id', KEY.personal);
  expectMarks(recognizer, '8001972684', 'national-id', KEY.identifier);
});
