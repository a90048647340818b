import test from 'node:test';
import { KEY } from '#scanner/recognizer';
import { expectMarks } from '#scanner/testing';
import { nationalIds } from './national-ids.ts';
import { atSvnr } from './at-svnr.ts';

const recognizer = nationalIds([atSvnr]);

test('atSvnr marks numbers that are named as such', () => {
  expectMarks(recognizer, 'SVNR «1237 010180»', 'national-id');
  expectMarks(recognizer, 'Sozialversicherungsnummer: «1237010180»', 'national-id');
});

test('atSvnr leaves other numbers alone', () => {
  expectMarks(recognizer, '1237010180', 'national-id');
  expectMarks(recognizer, 'SVNR 1238010180', 'national-id');
});

test('atSvnr believes a bare number under a key of personal data, none under that of an identifier', () => {
  expectMarks(recognizer, '«1237010180»', 'national-id', KEY.personal);
  expectMarks(recognizer, '1237010180', 'national-id', KEY.identifier);
});
