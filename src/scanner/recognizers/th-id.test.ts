import test from 'node:test';
import { KEY } from '#scanner/recognizer';
import { expectMarks } from '#scanner/testing';
import { nationalIds } from './national-ids.ts';
import { thId } from './th-id.ts';

const recognizer = nationalIds([thId]);

test('thId marks numbers that are written or named as such', () => {
  expectMarks(recognizer, '«1-1007-00234-56-7»', 'national-id');
  expectMarks(recognizer, 'Thai ID «1100700234567»', 'national-id');
  expectMarks(recognizer, 'thai national id: «1-1007-00234-56-7»', 'national-id');
});

test('thId leaves other numbers alone', () => {
  expectMarks(recognizer, '1100700234567', 'national-id');
  expectMarks(recognizer, 'thai id 1100700234568', 'national-id');
  expectMarks(recognizer, '1-1007-00234-56-8', 'national-id');
});

test('thId believes a bare number under a key of personal data, none under that of an identifier', () => {
  expectMarks(recognizer, '«1100700234567»', 'national-id', KEY.personal);
  expectMarks(recognizer, '1100700234567', 'national-id', KEY.identifier);
});
