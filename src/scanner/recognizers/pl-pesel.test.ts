import test from 'node:test';
import { KEY } from '#scanner/recognizer';
import { expectMarks } from '#scanner/testing';
import { plPesel } from './pl-pesel.ts';

test('plPesel marks numbers that are written or named as such', () => {
  expectMarks(plPesel, 'PESEL: «44051401359»', 'national-id');
  expectMarks(plPesel, 'userPesel=«02070803628»', 'national-id');
});

test('plPesel leaves other numbers alone', () => {
  expectMarks(plPesel, '44051401359', 'national-id');
  expectMarks(plPesel, 'PESEL: 44051401358', 'national-id');
  expectMarks(plPesel, 'pesel 99999999999', 'national-id');
});

test('plPesel marks nothing under a key that holds an identifier', () => {
  expectMarks(plPesel, 'PESEL: 44051401359', 'national-id', KEY.identifier);
});

test('plPesel believes a bare number under a key of personal data', () => {
  expectMarks(plPesel, '«44051401359»', 'national-id', KEY.personal);
});
