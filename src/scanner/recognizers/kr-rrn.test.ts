import test from 'node:test';
import { KEY } from '#scanner/recognizer';
import { expectMarks } from '#scanner/testing';
import { krRrn } from './kr-rrn.ts';
import { nationalIds } from './national-ids.ts';

test('krRrn marks numbers that are written or named as such', () => {
  expectMarks(nationalIds([krRrn]), '«900101-1234568»', 'national-id');
  expectMarks(nationalIds([krRrn]), '주민등록번호 «9001011234568»', 'national-id');
});

test('krRrn leaves other numbers alone', () => {
  expectMarks(nationalIds([krRrn]), '900101-1234569', 'national-id');
  expectMarks(nationalIds([krRrn]), '9001011234568', 'national-id');
  expectMarks(nationalIds([krRrn]), '901301-1234568', 'national-id');
});

test('krRrn marks nothing under a key that holds an identifier', () => {
  expectMarks(nationalIds([krRrn]), '900101-1234568', 'national-id', KEY.identifier);
});

test('krRrn believes a bare number under a key of personal data', () => {
  expectMarks(nationalIds([krRrn]), '«9001011234568»', 'national-id', KEY.personal);
});
