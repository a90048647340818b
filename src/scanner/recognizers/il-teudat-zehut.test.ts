import test from 'node:test';
import { KEY } from '#scanner/recognizer';
import { expectMarks } from '#scanner/testing';
import { nationalIds } from './national-ids.ts';
import { ilTeudatZehut } from './il-teudat-zehut.ts';

const recognizer = nationalIds([ilTeudatZehut]);

test('ilTeudatZehut marks numbers that are named as such', () => {
  expectMarks(recognizer, 'teudat zehut «039337423»', 'national-id');
  expectMarks(recognizer, 'תעודת זהות: «039337423»', 'national-id');
});

test('ilTeudatZehut leaves other numbers alone', () => {
  expectMarks(recognizer, '039337423', 'national-id');
  expectMarks(recognizer, 'teudat zehut 039337424', 'national-id');
});

test('ilTeudatZehut believes a bare number under a key of personal data, none under that of an identifier', () => {
  expectMarks(recognizer, '«039337423»', 'national-id', KEY.personal);
  expectMarks(recognizer, '039337423', 'national-id', KEY.identifier);
});
