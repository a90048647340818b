import test from 'node:test';
import { KEY } from '#scanner/recognizer';
import { expectMarks } from '#scanner/testing';
import { nationalIds } from './national-ids.ts';
import { iePps } from './ie-pps.ts';

const recognizer = nationalIds([iePps]);

test('iePps marks numbers that are named as such', () => {
  expectMarks(recognizer, 'PPS «1234567FA»', 'national-id');
  expectMarks(recognizer, 'ppsn=«1234567FA»', 'national-id');
});

test('iePps leaves other numbers alone', () => {
  expectMarks(recognizer, '1234567FA', 'national-id');
  expectMarks(recognizer, 'PPS 1234567BA', 'national-id');
});

test('iePps believes a bare number under a key of personal data, none under that of an identifier', () => {
  expectMarks(recognizer, '«1234567FA»', 'national-id', KEY.personal);
  expectMarks(recognizer, '1234567FA', 'national-id', KEY.identifier);
});
