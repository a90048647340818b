import test from 'node:test';
import { KEY } from '#scanner/recognizer';
import { expectMarks } from '#scanner/testing';
import { esDni } from './es-dni.ts';

test('esDni marks numbers that are written or named as such', () => {
  expectMarks(esDni, 'DNI «54362315K»', 'national-id');
  expectMarks(esDni, '«54362315-K»', 'national-id');
  expectMarks(esDni, '«54.362.315-K»', 'national-id');
  expectMarks(esDni, 'NIE «X2482300W»', 'national-id');
  expectMarks(esDni, 'nie «x-2482300-w»', 'national-id');
  expectMarks(esDni, 'dni=«54362315k»', 'national-id');
});

test('esDni leaves other numbers alone', () => {
  expectMarks(esDni, '54362315Z', 'national-id');
  expectMarks(esDni, '54362315k', 'national-id');
  expectMarks(esDni, '20240115T103000Z', 'national-id');
  expectMarks(esDni, 'A54362315K', 'national-id');
  expectMarks(esDni, 'X2482300A', 'national-id');
  expectMarks(esDni, 'v54362315K', 'national-id');
});

test('esDni marks nothing under a key that holds an identifier', () => {
  expectMarks(esDni, 'DNI 54362315K', 'national-id', KEY.identifier);
});

test('esDni believes a bare number under a key of personal data', () => {
  expectMarks(esDni, '«54362315k»', 'national-id', KEY.personal);
});
