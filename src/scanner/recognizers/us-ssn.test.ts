import test from 'node:test';
import { KEY } from '#scanner/recognizer';
import { expectMarks } from '#scanner/testing';
import { nationalIds } from './national-ids.ts';
import { usSsn } from './us-ssn.ts';

test('usSsn marks numbers that are written or named as such', () => {
  expectMarks(nationalIds([usSsn]), 'SSN «123-45-6789»', 'national-id');
  expectMarks(nationalIds([usSsn]), '{"ssn":"«123456789»"}', 'national-id');
  expectMarks(nationalIds([usSsn]), 'ssn=«123 45 6789»', 'national-id');
  expectMarks(nationalIds([usSsn]), 'employee «536-90-4399» hired', 'national-id');
  expectMarks(nationalIds([usSsn]), 'q=%3D«536-90-4399»', 'national-id');
});

test('usSsn leaves other numbers alone', () => {
  expectMarks(nationalIds([usSsn]), '000-12-3456', 'national-id');
  expectMarks(nationalIds([usSsn]), '666-12-3456', 'national-id');
  expectMarks(nationalIds([usSsn]), '900-12-3456', 'national-id');
  expectMarks(nationalIds([usSsn]), '123-00-4567', 'national-id');
  expectMarks(nationalIds([usSsn]), '123-45-0000', 'national-id');
  expectMarks(nationalIds([usSsn]), 'call 123456789', 'national-id');
  expectMarks(nationalIds([usSsn]), '1123-45-6789', 'national-id');
  expectMarks(nationalIds([usSsn]), '123-45-67890', 'national-id');
  expectMarks(nationalIds([usSsn]), 'part 123-45-6789-01', 'national-id');
  expectMarks(nationalIds([usSsn]), 'build.123-45-6789', 'national-id');
  expectMarks(nationalIds([usSsn]), 'order 123 45 6789', 'national-id');
});

test('usSsn marks nothing under a key that holds an identifier', () => {
  expectMarks(nationalIds([usSsn]), 'SSN 123-45-6789', 'national-id', KEY.identifier);
});
