import test from 'node:test';
import { KEY } from '#scanner/recognizer';
import { expectMarks } from '#scanner/testing';
import { nationalIds } from './national-ids.ts';
import { ptNif } from './pt-nif.ts';

const recognizer = nationalIds([ptNif]);

test('ptNif marks numbers that are named as such', () => {
  expectMarks(recognizer, 'NIF «501964843»', 'national-id');
  expectMarks(recognizer, 'contribuinte n.º «501 964 843»', 'national-id');
});

test('ptNif leaves other numbers alone', () => {
  expectMarks(recognizer, '501964843', 'national-id');
  expectMarks(recognizer, 'NIF 501964844', 'national-id');
  expectMarks(recognizer, 'NIF 401964843', 'national-id');
});

test('ptNif believes a bare number under a key of personal data, none under that of an identifier', () => {
  expectMarks(recognizer, '«501964843»', 'national-id', KEY.personal);
  expectMarks(recognizer, '501964843', 'national-id', KEY.identifier);
});
