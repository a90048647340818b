import test from 'node:test';
import { KEY } from '#scanner/recognizer';
import { expectMarks } from '#scanner/testing';
import { nationalIds } from './national-ids.ts';
import { isKennitala } from './is-kennitala.ts';

const recognizer = nationalIds([isKennitala]);

test('isKennitala marks numbers that are named as such', () => {
  expectMarks(recognizer, 'kennitala «120174-2079»', 'national-id');
  expectMarks(recognizer, 'kennitala: «1201742079»', 'national-id');
});

test('isKennitala leaves other numbers alone', () => {
  expectMarks(recognizer, '1201742079', 'national-id');
  expectMarks(recognizer, 'kennitala 1201742089', 'national-id');
});

test('isKennitala believes a bare number under a key of personal data, none under that of an identifier', () => {
  expectMarks(recognizer, '«1201742079»', 'national-id', KEY.personal);
  expectMarks(recognizer, '1201742079', 'national-id', KEY.identifier);
});
