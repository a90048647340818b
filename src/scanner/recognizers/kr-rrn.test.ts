import test from 'node:test';
import { KEY } from '#scanner/recognizer';
import { expectMarks } from '#scanner/testing';
import { krRrn } from './kr-rrn.ts';

test('krRrn marks numbers that are written or named as such', () => {
  expectMarks(krRrn, '«900101-1234568»', 'national-id');
  expectMarks(krRrn, '주민등록번호 «9001011234568»', 'national-id');
});

test('krRrn leaves other numbers alone', () => {
  expectMarks(krRrn, '900101-1234569', 'national-id');
  expectMarks(krRrn, '9001011234568', 'national-id');
  expectMarks(krRrn, '901301-1234568', 'national-id');
});

test('krRrn marks nothing under a key that holds an identifier', () => {
  expectMarks(krRrn, '900101-1234568', 'national-id', KEY.identifier);
});

test('krRrn believes a bare number under a key of personal data', () => {
  expectMarks(krRrn, '«9001011234568»', 'national-id', KEY.personal);
});
