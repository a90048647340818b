import test from 'node:test';
import { KEY } from '#scanner/recognizer';
import { expectMarks } from '#scanner/testing';
import { nationalIds } from './national-ids.ts';
import { nlBsn } from './nl-bsn.ts';

test('nlBsn marks numbers that are written or named as such', () => {
  expectMarks(nationalIds([nlBsn]), 'BSN «111222333»', 'national-id');
  expectMarks(nationalIds([nlBsn]), '{"bsn": "«123456782»"}', 'national-id');
  expectMarks(nationalIds([nlBsn]), 'burgerservicenummer «1234.56.782»', 'national-id');
});

test('nlBsn leaves other numbers alone', () => {
  expectMarks(nationalIds([nlBsn]), '111222333', 'national-id');
  expectMarks(nationalIds([nlBsn]), 'bsn 111222334', 'national-id');
  expectMarks(nationalIds([nlBsn]), 'BSN 000000000', 'national-id');
  expectMarks(nationalIds([nlBsn]), 'id=123456782', 'national-id');
});

test('nlBsn marks nothing under a key that holds an identifier', () => {
  expectMarks(nationalIds([nlBsn]), 'BSN 111222333', 'national-id', KEY.identifier);
});

test('nlBsn believes a bare number under a key of personal data', () => {
  expectMarks(nationalIds([nlBsn]), '«111222333»', 'national-id', KEY.personal);
});
