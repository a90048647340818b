import test from 'node:test';
import { KEY } from '#scanner/recognizer';
import { expectMarks } from '#scanner/testing';
import { nationalIds } from './national-ids.ts';
import { twId } from './tw-id.ts';

const recognizer = nationalIds([twId]);

test('twId marks numbers that are named as such', () => {
  expectMarks(recognizer, '身分證 «A123456789»', 'national-id');
  expectMarks(recognizer, 'Taiwan ID «A123456789»', 'national-id');
});

test('twId leaves other numbers alone', () => {
  expectMarks(recognizer, 'A123456789', 'national-id');
  expectMarks(recognizer, 'Taiwan ID A123456780', 'national-id');
});

test('twId believes a bare number under a key of personal data, none under that of an identifier', () => {
  expectMarks(recognizer, '«A123456789»', 'national-id', KEY.personal);
  expectMarks(recognizer, 'A123456789', 'national-id', KEY.identifier);
});
