import test from 'node:test';
import { KEY } from '#scanner/recognizer';
import { expectMarks } from '#scanner/testing';
import { usSsn } from './us-ssn.ts';

test('usSsn marks numbers that are written or named as such', () => {
  expectMarks(usSsn, 'SSN «123-45-6789»', 'national-id');
  expectMarks(usSsn, '{"ssn":"«123456789»"}', 'national-id');
  expectMarks(usSsn, 'ssn=«123 45 6789»', 'national-id');
  expectMarks(usSsn, 'employee «536-90-4399» hired', 'national-id');
  expectMarks(usSsn, 'q=%3D«536-90-4399»', 'national-id');
});

test('usSsn leaves other numbers alone', () => {
  expectMarks(usSsn, '000-12-3456', 'national-id');
  expectMarks(usSsn, '666-12-3456', 'national-id');
  expectMarks(usSsn, '900-12-3456', 'national-id');
  expectMarks(usSsn, '123-00-4567', 'national-id');
  expectMarks(usSsn, '123-45-0000', 'national-id');
  expectMarks(usSsn, 'call 123456789', 'national-id');
  expectMarks(usSsn, '1123-45-6789', 'national-id');
  expectMarks(usSsn, '123-45-67890', 'national-id');
  expectMarks(usSsn, 'part 123-45-6789-01', 'national-id');
  expectMarks(usSsn, 'build.123-45-6789', 'national-id');
  expectMarks(usSsn, 'order 123 45 6789', 'national-id');
});

test('usSsn marks nothing under a key that holds an identifier', () => {
  expectMarks(usSsn, 'SSN 123-45-6789', 'national-id', KEY.identifier);
});
