import test from 'node:test';
import { KEY } from '#scanner/recognizer';
import { expectMarks } from '#scanner/testing';
import { nationalIds } from './national-ids.ts';
import { siEmso } from './si-emso.ts';

const recognizer = nationalIds([siEmso]);

test('siEmso marks numbers that are named as such', () => {
  expectMarks(recognizer, 'EMŠO «0101980500013»', 'national-id');
  expectMarks(recognizer, 'JMBG: «0101980500013»', 'national-id');
});

test('siEmso leaves other numbers alone', () => {
  expectMarks(recognizer, '0101980500013', 'national-id');
  expectMarks(recognizer, 'EMSO 0101980500014', 'national-id');
});

test('siEmso believes a bare number under a key of personal data, none under that of an identifier', () => {
  expectMarks(recognizer, '«0101980500013»', 'national-id', KEY.personal);
  expectMarks(recognizer, '0101980500013', 'national-id', KEY.identifier);
});
