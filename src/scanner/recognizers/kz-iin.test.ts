import test from 'node:test';
import { KEY } from '#scanner/recognizer';
import { expectMarks } from '#scanner/testing';
import { nationalIds } from './national-ids.ts';
import { kzIin } from './kz-iin.ts';

const recognizer = nationalIds([kzIin]);

test('kzIin marks numbers that are named as such', () => {
  expectMarks(recognizer, 'ИИН «800412300126»', 'national-id');
  expectMarks(recognizer, 'iin: «800412300126»', 'national-id');
});

test('kzIin leaves other numbers alone', () => {
  expectMarks(recognizer, '800412300126', 'national-id');
  expectMarks(recognizer, 'IIN 800412300127', 'national-id');
});

test('kzIin believes a bare number under a key of personal data, none under that of an identifier', () => {
  expectMarks(recognizer, '«800412300126»', 'national-id', KEY.personal);
  expectMarks(recognizer, '800412300126', 'national-id', KEY.identifier);
});
