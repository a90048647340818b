import test from 'node:test';
import { KEY } from '#scanner/recognizer';
import { expectMarks } from '#scanner/testing';
import { nationalIds } from './national-ids.ts';
import { eeIsikukood } from './ee-isikukood.ts';

const recognizer = nationalIds([eeIsikukood]);

test('eeIsikukood marks numbers that are named as such', () => {
  expectMarks(recognizer, 'isikukood «37605030299»', 'national-id');
  expectMarks(recognizer, 'asmens kodas: «37605030299»', 'national-id');
});

test('eeIsikukood leaves other numbers alone', () => {
  expectMarks(recognizer, '37605030299', 'national-id');
  expectMarks(recognizer, 'isikukood 37605030290', 'national-id');
});

test('eeIsikukood believes a bare number under a key of personal data, none under that of an identifier', () => {
  expectMarks(recognizer, '«37605030299»', 'national-id', KEY.personal);
  expectMarks(recognizer, '37605030299', 'national-id', KEY.identifier);
});
