import test from 'node:test';
import { KEY } from '#scanner/recognizer';
import { expectMarks } from '#scanner/testing';
import { nationalIds } from './national-ids.ts';
import { grAfm } from './gr-afm.ts';

const recognizer = nationalIds([grAfm]);

test('grAfm marks numbers that are named as such', () => {
  expectMarks(recognizer, 'ΑΦΜ «094259216»', 'national-id');
  expectMarks(recognizer, 'afm: «094259216»', 'national-id');
});

test('grAfm leaves other numbers alone', () => {
  expectMarks(recognizer, '094259216', 'national-id');
  expectMarks(recognizer, 'AFM 094259217', 'national-id');
});

test('grAfm believes a bare number under a key of personal data, none under that of an identifier', () => {
  expectMarks(recognizer, '«094259216»', 'national-id', KEY.personal);
  expectMarks(recognizer, '094259216', 'national-id', KEY.identifier);
});
