import test from 'node:test';
import { KEY } from '#scanner/recognizer';
import { expectMarks } from '#scanner/testing';
import { nationalIds } from './national-ids.ts';
import { sgNric } from './sg-nric.ts';

const recognizer = nationalIds([sgNric]);

test('sgNric marks numbers that are written or named as such', () => {
  expectMarks(recognizer, '«S1234567D»', 'national-id');
  expectMarks(recognizer, '«G1234567X»', 'national-id');
  expectMarks(recognizer, 'nric=«s1234567d»', 'national-id');
});

test('sgNric leaves other numbers alone', () => {
  expectMarks(recognizer, 'S1234567A', 'national-id');
  expectMarks(recognizer, 's1234567d', 'national-id');
  expectMarks(recognizer, 'X1234567D', 'national-id');
});

test('sgNric believes a bare number under a key of personal data, none under that of an identifier', () => {
  expectMarks(recognizer, '«S1234567D»', 'national-id', KEY.personal);
  expectMarks(recognizer, 'S1234567D', 'national-id', KEY.identifier);
});
