import test from 'node:test';
import { KEY } from '#scanner/recognizer';
import { expectMarks } from '#scanner/testing';
import { nlBsn } from './nl-bsn.ts';

test('nlBsn marks numbers that are written or named as such', () => {
  expectMarks(nlBsn, 'BSN «111222333»', 'national-id');
  expectMarks(nlBsn, '{"bsn": "«123456782»"}', 'national-id');
  expectMarks(nlBsn, 'burgerservicenummer «1234.56.782»', 'national-id');
});

test('nlBsn leaves other numbers alone', () => {
  expectMarks(nlBsn, '111222333', 'national-id');
  expectMarks(nlBsn, 'bsn 111222334', 'national-id');
  expectMarks(nlBsn, 'BSN 000000000', 'national-id');
  expectMarks(nlBsn, 'id=123456782', 'national-id');
});

test('nlBsn marks nothing under a key that holds an identifier', () => {
  expectMarks(nlBsn, 'BSN 111222333', 'national-id', KEY.identifier);
});

test('nlBsn believes a bare number under a key of personal data', () => {
  expectMarks(nlBsn, '«111222333»', 'national-id', KEY.personal);
});
