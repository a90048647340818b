import test from 'node:test';
import { KEY } from '#scanner/recognizer';
import { expectMarks } from '#scanner/testing';
import { nationalIds } from './national-ids.ts';
import { lvPersonasKods } from './lv-personas-kods.ts';

const recognizer = nationalIds([lvPersonasKods]);

test('lvPersonasKods marks numbers that are named as such', () => {
  expectMarks(recognizer, 'personas kods «161175-19866»', 'national-id');
  expectMarks(recognizer, 'personas kods: «16117519866»', 'national-id');
  expectMarks(recognizer, 'personas kods «321234-54321»', 'national-id');
});

test('lvPersonasKods leaves other numbers alone', () => {
  expectMarks(recognizer, '16117519866', 'national-id');
  expectMarks(recognizer, 'personas kods 16117519867', 'national-id');
});

test('lvPersonasKods believes a bare number under a key of personal data, none under that of an identifier', () => {
  expectMarks(recognizer, '«16117519866»', 'national-id', KEY.personal);
  expectMarks(recognizer, '16117519866', 'national-id', KEY.identifier);
});
