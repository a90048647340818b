import test from 'node:test';
import { KEY } from '#scanner/recognizer';
import { expectMarks } from '#scanner/testing';
import { nationalIds } from './national-ids.ts';
import { nzIrd } from './nz-ird.ts';

const recognizer = nationalIds([nzIrd]);

test('nzIrd marks numbers that are named as such', () => {
  expectMarks(recognizer, 'IRD «490918507»', 'national-id');
  expectMarks(recognizer, 'IRD number «490-918-507»', 'national-id');
});

test('nzIrd leaves other numbers alone', () => {
  expectMarks(recognizer, '490918507', 'national-id');
  expectMarks(recognizer, 'IRD 490918508', 'national-id');
});

test('nzIrd believes a bare number under a key of personal data, none under that of an identifier', () => {
  expectMarks(recognizer, '«490918507»', 'national-id', KEY.personal);
  expectMarks(recognizer, '490918507', 'national-id', KEY.identifier);
});
