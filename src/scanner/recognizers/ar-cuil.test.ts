import test from 'node:test';
import { KEY } from '#scanner/recognizer';
import { expectMarks } from '#scanner/testing';
import { nationalIds } from './national-ids.ts';
import { arCuil } from './ar-cuil.ts';

const recognizer = nationalIds([arCuil]);

test('arCuil marks numbers that are written or named as such', () => {
  expectMarks(recognizer, '«20-12345678-6»', 'national-id');
  expectMarks(recognizer, 'CUIT «20123456786»', 'national-id');
  expectMarks(recognizer, 'cuil=«20-12345678-6»', 'national-id');
});

test('arCuil leaves other numbers alone', () => {
  expectMarks(recognizer, '20123456786', 'national-id');
  expectMarks(recognizer, 'CUIL 20123456787', 'national-id');
  expectMarks(recognizer, '20-12345678-7', 'national-id');
});

test('arCuil believes a bare number under a key of personal data, none under that of an identifier', () => {
  expectMarks(recognizer, '«20123456786»', 'national-id', KEY.personal);
  expectMarks(recognizer, '20123456786', 'national-id', KEY.identifier);
});
