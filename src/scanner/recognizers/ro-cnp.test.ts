import test from 'node:test';
import { KEY } from '#scanner/recognizer';
import { expectMarks } from '#scanner/testing';
import { nationalIds } from './national-ids.ts';
import { roCnp } from './ro-cnp.ts';

const recognizer = nationalIds([roCnp]);

test('roCnp marks numbers that are named as such', () => {
  expectMarks(recognizer, 'CNP «1800101221144»', 'national-id');
  expectMarks(recognizer, 'cnp=«1800101221144»', 'national-id');
});

test('roCnp leaves other numbers alone', () => {
  expectMarks(recognizer, '1800101221144', 'national-id');
  expectMarks(recognizer, 'CNP 1800101221145', 'national-id');
  expectMarks(recognizer, 'CNP 1803301221144', 'national-id');
});

test('roCnp believes a bare number under a key of personal data, none under that of an identifier', () => {
  expectMarks(recognizer, '«1800101221144»', 'national-id', KEY.personal);
  expectMarks(recognizer, '1800101221144', 'national-id', KEY.identifier);
});
