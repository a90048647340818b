import test from 'node:test';
import { KEY } from '#scanner/recognizer';
import { expectMarks } from '#scanner/testing';
import { beNational } from './be-national.ts';
import { nationalIds } from './national-ids.ts';

test('beNational marks numbers that are written or named as such', () => {
  expectMarks(nationalIds([beNational]), '«85.07.30-033.28»', 'national-id');
  expectMarks(nationalIds([beNational]), '«85.07.30-033 28»', 'national-id');
  expectMarks(nationalIds([beNational]), '«17.07.30-033.84»', 'national-id');
  expectMarks(nationalIds([beNational]), 'rijksregisternummer «85073003328»', 'national-id');
});

test('beNational leaves other numbers alone', () => {
  expectMarks(nationalIds([beNational]), '85.07.30-033.29', 'national-id');
  expectMarks(nationalIds([beNational]), '85073003328', 'national-id');
  expectMarks(nationalIds([beNational]), '85.33.30-033.28', 'national-id');
});

test('beNational marks nothing under a key that holds an identifier', () => {
  expectMarks(nationalIds([beNational]), '85.07.30-033.28', 'national-id', KEY.identifier);
});

test('beNational believes a bare number under a key of personal data', () => {
  expectMarks(nationalIds([beNational]), '«85073003328»', 'national-id', KEY.personal);
});
