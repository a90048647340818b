import test from 'node:test';
import { KEY } from '#scanner/recognizer';
import { expectMarks } from '#scanner/testing';
import { nationalIds } from './national-ids.ts';
import { grAmka } from './gr-amka.ts';

const recognizer = nationalIds([grAmka]);

test('grAmka marks numbers that are named as such', () => {
  expectMarks(recognizer, 'ΑΜΚΑ «01013099997»', 'national-id');
  expectMarks(recognizer, 'amka=«01013099997»', 'national-id');
});

test('grAmka leaves other numbers alone', () => {
  expectMarks(recognizer, '01013099997', 'national-id');
  expectMarks(recognizer, 'AMKA 01013099998', 'national-id');
});

test('grAmka believes a bare number under a key of personal data, none under that of an identifier', () => {
  expectMarks(recognizer, '«01013099997»', 'national-id', KEY.personal);
  expectMarks(recognizer, '01013099997', 'national-id', KEY.identifier);
});
