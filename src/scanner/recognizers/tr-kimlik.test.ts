import test from 'node:test';
import { KEY } from '#scanner/recognizer';
import { expectMarks } from '#scanner/testing';
import { nationalIds } from './national-ids.ts';
import { trKimlik } from './tr-kimlik.ts';

test('trKimlik marks numbers that are written or named as such', () => {
  expectMarks(nationalIds([trKimlik]), 'TC kimlik no «17291716060»', 'national-id');
  expectMarks(nationalIds([trKimlik]), 'tckn=«10000000146»', 'national-id');
});

test('trKimlik leaves other numbers alone', () => {
  expectMarks(nationalIds([trKimlik]), '17291716060', 'national-id');
  expectMarks(nationalIds([trKimlik]), 'tckn 17291716061', 'national-id');
  expectMarks(nationalIds([trKimlik]), 'tckn 07291716060', 'national-id');
});

test('trKimlik marks nothing under a key that holds an identifier', () => {
  expectMarks(nationalIds([trKimlik]), 'TC kimlik no 17291716060', 'national-id', KEY.identifier);
});

test('trKimlik believes a bare number under a key of personal data', () => {
  expectMarks(nationalIds([trKimlik]), '«17291716060»', 'national-id', KEY.personal);
});
