import test from 'node:test';
import { KEY } from '#scanner/recognizer';
import { expectMarks } from '#scanner/testing';
import { nationalIds } from './national-ids.ts';
import { uaRnokpp } from './ua-rnokpp.ts';

const recognizer = nationalIds([uaRnokpp]);

test('uaRnokpp marks numbers that are named as such', () => {
  expectMarks(recognizer, 'РНОКПП «3175000020»', 'national-id');
  expectMarks(recognizer, 'rnokpp=«3175000020»', 'national-id');
});

test('uaRnokpp leaves other numbers alone', () => {
  expectMarks(recognizer, '3175000020', 'national-id');
  expectMarks(recognizer, 'RNOKPP 3175000021', 'national-id');
});

test('uaRnokpp believes a bare number under a key of personal data, none under that of an identifier', () => {
  expectMarks(recognizer, '«3175000020»', 'national-id', KEY.personal);
  expectMarks(recognizer, '3175000020', 'national-id', KEY.identifier);
});
