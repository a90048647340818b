import test from 'node:test';
import { KEY } from '#scanner/recognizer';
import { expectMarks } from '#scanner/testing';
import { esDni } from './es-dni.ts';
import { nationalIds } from './national-ids.ts';

test('esDni marks numbers that are written or named as such', () => {
  expectMarks(nationalIds([esDni]), 'DNI «54362315K»', 'national-id');
  expectMarks(nationalIds([esDni]), '«54362315-K»', 'national-id');
  expectMarks(nationalIds([esDni]), '«54.362.315-K»', 'national-id');
  expectMarks(nationalIds([esDni]), 'NIE «X2482300W»', 'national-id');
  expectMarks(nationalIds([esDni]), 'nie «x-2482300-w»', 'national-id');
  expectMarks(nationalIds([esDni]), 'dni=«54362315k»', 'national-id');
});

test('esDni leaves other numbers alone', () => {
  expectMarks(nationalIds([esDni]), '54362315Z', 'national-id');
  expectMarks(nationalIds([esDni]), '54362315k', 'national-id');
  expectMarks(nationalIds([esDni]), '20240115T103000Z', 'national-id');
  expectMarks(nationalIds([esDni]), 'A54362315K', 'national-id');
  expectMarks(nationalIds([esDni]), 'X2482300A', 'national-id');
  expectMarks(nationalIds([esDni]), 'v54362315K', 'national-id');
});

test('esDni marks nothing under a key that holds an identifier', () => {
  expectMarks(nationalIds([esDni]), 'DNI 54362315K', 'national-id', KEY.identifier);
});

test('esDni believes a bare number under a key of personal data', () => {
  expectMarks(nationalIds([esDni]), '«54362315k»', 'national-id', KEY.personal);
});
