import test from 'node:test';
import { KEY } from '#scanner/recognizer';
import { expectMarks } from '#scanner/testing';
import { nationalIds } from './national-ids.ts';
import { ecCedula } from './ec-cedula.ts';

const recognizer = nationalIds([ecCedula]);

test('ecCedula marks numbers that are named as such', () => {
  expectMarks(recognizer, 'cédula «1710034065»', 'national-id');
  expectMarks(recognizer, 'cedula=«171003406-5»', 'national-id');
});

test('ecCedula leaves other numbers alone', () => {
  expectMarks(recognizer, '1710034065', 'national-id');
  expectMarks(recognizer, 'cedula 1710034066', 'national-id');
  expectMarks(recognizer, 'cedula 2910034065', 'national-id');
});

test('ecCedula believes a bare number under a key of personal data, none under that of an identifier', () => {
  expectMarks(recognizer, '«1710034065»', 'national-id', KEY.personal);
  expectMarks(recognizer, '1710034065', 'national-id', KEY.identifier);
});
