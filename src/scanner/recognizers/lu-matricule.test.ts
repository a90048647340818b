import test from 'node:test';
import { KEY } from '#scanner/recognizer';
import { expectMarks } from '#scanner/testing';
import { nationalIds } from './national-ids.ts';
import { luMatricule } from './lu-matricule.ts';

const recognizer = nationalIds([luMatricule]);

test('luMatricule marks numbers that are named as such', () => {
  expectMarks(recognizer, 'matricule «1993123111947»', 'national-id');
  expectMarks(recognizer, 'matricule: «1993123111947»', 'national-id');
});

test('luMatricule leaves other numbers alone', () => {
  expectMarks(recognizer, '1993123111947', 'national-id');
  expectMarks(recognizer, 'matricule 1993123111948', 'national-id');
});

test('luMatricule believes a bare number under a key of personal data, none under that of an identifier', () => {
  expectMarks(recognizer, '«1993123111947»', 'national-id', KEY.personal);
  expectMarks(recognizer, '1993123111947', 'national-id', KEY.identifier);
});
