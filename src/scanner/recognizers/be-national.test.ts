import test from 'node:test';
import { KEY } from '#scanner/recognizer';
import { expectMarks } from '#scanner/testing';
import { beNational } from './be-national.ts';

test('beNational marks numbers that are written or named as such', () => {
  expectMarks(beNational, '«85.07.30-033.28»', 'national-id');
  expectMarks(beNational, '«85.07.30-033 28»', 'national-id');
  expectMarks(beNational, '«17.07.30-033.84»', 'national-id');
  expectMarks(beNational, 'rijksregisternummer «85073003328»', 'national-id');
});

test('beNational leaves other numbers alone', () => {
  expectMarks(beNational, '85.07.30-033.29', 'national-id');
  expectMarks(beNational, '85073003328', 'national-id');
  expectMarks(beNational, '85.33.30-033.28', 'national-id');
});

test('beNational marks nothing under a key that holds an identifier', () => {
  expectMarks(beNational, '85.07.30-033.28', 'national-id', KEY.identifier);
});

test('beNational believes a bare number under a key of personal data', () => {
  expectMarks(beNational, '«85073003328»', 'national-id', KEY.personal);
});
