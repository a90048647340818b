import test from 'node:test';
import { KEY } from '#scanner/recognizer';
import { expectMarks } from '#scanner/testing';
import { nationalIds } from './national-ids.ts';
import { ruSnils } from './ru-snils.ts';

const recognizer = nationalIds([ruSnils]);

test('ruSnils marks numbers that are written or named as such', () => {
  expectMarks(recognizer, '«112-233-445 95»', 'national-id');
  expectMarks(recognizer, 'СНИЛС «11223344595»', 'national-id');
  expectMarks(recognizer, 'snils=«11223344595»', 'national-id');
});

test('ruSnils leaves other numbers alone', () => {
  expectMarks(recognizer, '11223344595', 'national-id');
  expectMarks(recognizer, 'СНИЛС 11223344596', 'national-id');
  expectMarks(recognizer, '112-233-445 96', 'national-id');
});

test('ruSnils believes a bare number under a key of personal data, none under that of an identifier', () => {
  expectMarks(recognizer, '«11223344595»', 'national-id', KEY.personal);
  expectMarks(recognizer, '11223344595', 'national-id', KEY.identifier);
});
