import test from 'node:test';
import { KEY } from '#scanner/recognizer';
import { expectMarks } from '#scanner/testing';
import { caSin } from './ca-sin.ts';
import { nationalIds } from './national-ids.ts';

test('caSin marks numbers that are written or named as such', () => {
  expectMarks(nationalIds([caSin]), '«123-456-782»', 'national-id');
  expectMarks(nationalIds([caSin]), 'SIN «046 454 286»', 'national-id');
  expectMarks(nationalIds([caSin]), 'sin=«046454286»', 'national-id');
});

test('caSin leaves other numbers alone', () => {
  expectMarks(nationalIds([caSin]), '123-456-789', 'national-id');
  expectMarks(nationalIds([caSin]), '046 454 286', 'national-id');
  expectMarks(nationalIds([caSin]), 'since 046454286', 'national-id');
  expectMarks(nationalIds([caSin]), '046454286', 'national-id');
  expectMarks(nationalIds([caSin]), '000-000-000', 'national-id');
});

test('caSin marks nothing under a key that holds an identifier', () => {
  expectMarks(nationalIds([caSin]), '123-456-782', 'national-id', KEY.identifier);
});

test('caSin believes a bare number under a key of personal data', () => {
  expectMarks(nationalIds([caSin]), '«046 454 286»', 'national-id', KEY.personal);
});
