import test from 'node:test';
import { KEY } from '#scanner/recognizer';
import { expectMarks } from '#scanner/testing';
import { nationalIds } from './national-ids.ts';
import { myNric } from './my-nric.ts';

const recognizer = nationalIds([myNric]);

test('myNric marks numbers that are written or named as such', () => {
  expectMarks(recognizer, '«800412-14-5678»', 'national-id');
  expectMarks(recognizer, 'MyKad «800412145678»', 'national-id');
  expectMarks(recognizer, 'kad pengenalan: «800412-14-5678»', 'national-id');
});

test('myNric leaves other numbers alone', () => {
  expectMarks(recognizer, '800412145678', 'national-id');
  expectMarks(recognizer, '801412-14-5678', 'national-id');
  expectMarks(recognizer, '800412-00-5678', 'national-id');
});

test('myNric believes a bare number under a key of personal data, none under that of an identifier', () => {
  expectMarks(recognizer, '«800412145678»', 'national-id', KEY.personal);
  expectMarks(recognizer, '800412145678', 'national-id', KEY.identifier);
});
