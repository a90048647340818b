import test from 'node:test';
import { KEY } from '#scanner/recognizer';
import { expectMarks } from '#scanner/testing';
import { chAhv } from './ch-ahv.ts';
import { nationalIds } from './national-ids.ts';

test('chAhv marks numbers that are written or named as such', () => {
  expectMarks(nationalIds([chAhv]), '«756.9217.0769.85»', 'national-id');
  expectMarks(nationalIds([chAhv]), 'AHV-Nr «7569217076985»', 'national-id');
  expectMarks(nationalIds([chAhv]), '«756 9217 0769 85»', 'national-id');
});

test('chAhv leaves other numbers alone', () => {
  expectMarks(nationalIds([chAhv]), '756.9217.0769.84', 'national-id');
  expectMarks(nationalIds([chAhv]), '7569217076985', 'national-id');
  expectMarks(nationalIds([chAhv]), '1756.9217.0769.85', 'national-id');
});

test('chAhv marks nothing under a key that holds an identifier', () => {
  expectMarks(nationalIds([chAhv]), '756.9217.0769.85', 'national-id', KEY.identifier);
});

test('chAhv believes a bare number under a key of personal data', () => {
  expectMarks(nationalIds([chAhv]), '«7569217076985»', 'national-id', KEY.personal);
});
