import test from 'node:test';
import { KEY } from '#scanner/recognizer';
import { expectMarks } from '#scanner/testing';
import { nationalIds } from './national-ids.ts';
import { uyCi } from './uy-ci.ts';

const recognizer = nationalIds([uyCi]);

test('uyCi marks numbers that are named as such', () => {
  expectMarks(recognizer, 'cédula «1.234.567-2»', 'national-id');
  expectMarks(recognizer, 'cedula: «1234567-2»', 'national-id');
});

test('uyCi leaves other numbers alone', () => {
  expectMarks(recognizer, '12345672', 'national-id');
  expectMarks(recognizer, 'cedula 12345673', 'national-id');
});

test('uyCi believes a bare number under a key of personal data, none under that of an identifier', () => {
  expectMarks(recognizer, '«12345672»', 'national-id', KEY.personal);
  expectMarks(recognizer, '12345672', 'national-id', KEY.identifier);
});
