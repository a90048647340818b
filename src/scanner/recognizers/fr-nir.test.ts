import test from 'node:test';
import { KEY } from '#scanner/recognizer';
import { expectMarks } from '#scanner/testing';
import { frNir } from './fr-nir.ts';
import { nationalIds } from './national-ids.ts';

test('frNir marks numbers that are written or named as such', () => {
  expectMarks(nationalIds([frNir]), '«2 95 10 99 126 111 93»', 'national-id');
  expectMarks(nationalIds([frNir]), 'nir «295109912611193»', 'national-id');
  expectMarks(nationalIds([frNir]), '«253072B07300470»', 'national-id');
  expectMarks(nationalIds([frNir]), 'numéro de sécu: «295109912611193»', 'national-id');
});

test('frNir leaves other numbers alone', () => {
  expectMarks(nationalIds([frNir]), '295109912611193', 'national-id');
  expectMarks(nationalIds([frNir]), 'nir 295109912611194', 'national-id');
  expectMarks(nationalIds([frNir]), '2 95 10 99 126 111 94', 'national-id');
  expectMarks(nationalIds([frNir]), '253072B07300471', 'national-id');
});

test('frNir marks nothing under a key that holds an identifier', () => {
  expectMarks(nationalIds([frNir]), '2 95 10 99 126 111 93', 'national-id', KEY.identifier);
});

test('frNir believes a bare number under a key of personal data', () => {
  expectMarks(nationalIds([frNir]), '«295109912611193»', 'national-id', KEY.personal);
});
