import test from 'node:test';
import { KEY } from '#scanner/recognizer';
import { expectMarks } from '#scanner/testing';
import { nationalIds } from './national-ids.ts';
import { plPesel } from './pl-pesel.ts';

test('plPesel marks numbers that are written or named as such', () => {
  expectMarks(nationalIds([plPesel]), 'PESEL: «44051401359»', 'national-id');
  expectMarks(nationalIds([plPesel]), 'userPesel=«02070803628»', 'national-id');
});

test('plPesel leaves other numbers alone', () => {
  expectMarks(nationalIds([plPesel]), '44051401359', 'national-id');
  expectMarks(nationalIds([plPesel]), 'PESEL: 44051401358', 'national-id');
  expectMarks(nationalIds([plPesel]), 'pesel 99999999999', 'national-id');
});

test('plPesel marks nothing under a key that holds an identifier', () => {
  expectMarks(nationalIds([plPesel]), 'PESEL: 44051401359', 'national-id', KEY.identifier);
});

test('plPesel believes a bare number under a key of personal data', () => {
  expectMarks(nationalIds([plPesel]), '«44051401359»', 'national-id', KEY.personal);
});
