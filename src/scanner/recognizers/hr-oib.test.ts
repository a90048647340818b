import test from 'node:test';
import { KEY } from '#scanner/recognizer';
import { expectMarks } from '#scanner/testing';
import { nationalIds } from './national-ids.ts';
import { hrOib } from './hr-oib.ts';

const recognizer = nationalIds([hrOib]);

test('hrOib marks numbers that are named as such', () => {
  expectMarks(recognizer, 'OIB «94577403194»', 'national-id');
  expectMarks(recognizer, 'oib=«94577403194»', 'national-id');
});

test('hrOib leaves other numbers alone', () => {
  expectMarks(recognizer, '94577403194', 'national-id');
  expectMarks(recognizer, 'OIB 94577403195', 'national-id');
});

test('hrOib believes a bare number under a key of personal data, none under that of an identifier', () => {
  expectMarks(recognizer, '«94577403194»', 'national-id', KEY.personal);
  expectMarks(recognizer, '94577403194', 'national-id', KEY.identifier);
});
