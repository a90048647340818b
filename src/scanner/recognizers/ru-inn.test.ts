import test from 'node:test';
import { KEY } from '#scanner/recognizer';
import { expectMarks } from '#scanner/testing';
import { nationalIds } from './national-ids.ts';
import { ruInn } from './ru-inn.ts';

const recognizer = nationalIds([ruInn]);

test('ruInn marks numbers that are named as such', () => {
  expectMarks(recognizer, 'ИНН «500100732259»', 'national-id');
  expectMarks(recognizer, 'inn: «500100732259»', 'national-id');
});

test('ruInn leaves other numbers alone', () => {
  expectMarks(recognizer, '500100732259', 'national-id');
  expectMarks(recognizer, 'ИНН 500100732250', 'national-id');
});

test('ruInn believes a bare number under a key of personal data, none under that of an identifier', () => {
  expectMarks(recognizer, '«500100732259»', 'national-id', KEY.personal);
  expectMarks(recognizer, '500100732259', 'national-id', KEY.identifier);
});
