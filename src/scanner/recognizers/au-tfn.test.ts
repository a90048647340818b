import test from 'node:test';
import { KEY } from '#scanner/recognizer';
import { expectMarks } from '#scanner/testing';
import { auTfn } from './au-tfn.ts';
import { nationalIds } from './national-ids.ts';

test('auTfn marks numbers that are written or named as such', () => {
  expectMarks(nationalIds([auTfn]), 'TFN «123 456 782»', 'national-id');
  expectMarks(nationalIds([auTfn]), 'tfn=«123456782»', 'national-id');
  expectMarks(nationalIds([auTfn]), 'Medicare «2123 45670 1»', 'national-id');
  expectMarks(nationalIds([auTfn]), 'medicare: «2123456701»', 'national-id');
});

test('auTfn leaves other numbers alone', () => {
  expectMarks(nationalIds([auTfn]), '123 456 782', 'national-id');
  expectMarks(nationalIds([auTfn]), 'tfn 123456783', 'national-id');
  expectMarks(nationalIds([auTfn]), '2123 45670 1', 'national-id');
  expectMarks(nationalIds([auTfn]), 'medicare 7123456701', 'national-id');
});

test('auTfn marks nothing under a key that holds an identifier', () => {
  expectMarks(nationalIds([auTfn]), 'TFN 123 456 782', 'national-id', KEY.identifier);
});

test('auTfn believes a bare number under a key of personal data', () => {
  expectMarks(nationalIds([auTfn]), '«123 456 782»', 'national-id', KEY.personal);
});
