import test from 'node:test';
import { KEY } from '#scanner/recognizer';
import { expectMarks } from '#scanner/testing';
import { dkCpr } from './dk-cpr.ts';
import { nationalIds } from './national-ids.ts';

test('dkCpr marks numbers that are written or named as such', () => {
  expectMarks(nationalIds([dkCpr]), 'CPR «211062-5629»', 'national-id');
  expectMarks(nationalIds([dkCpr]), 'cprNummer=«2110625629»', 'national-id');
  expectMarks(nationalIds([dkCpr]), 'cpr: «211062 5629»', 'national-id');
});

test('dkCpr leaves other numbers alone', () => {
  expectMarks(nationalIds([dkCpr]), '211062-5629', 'national-id');
  expectMarks(nationalIds([dkCpr]), 'CPR 321062-5629', 'national-id');
  expectMarks(nationalIds([dkCpr]), 'CPR 211362-5629', 'national-id');
});

test('dkCpr marks nothing under a key that holds an identifier', () => {
  expectMarks(nationalIds([dkCpr]), 'CPR 211062-5629', 'national-id', KEY.identifier);
});

test('dkCpr believes a bare number under a key of personal data', () => {
  expectMarks(nationalIds([dkCpr]), '«211062-5629»', 'national-id', KEY.personal);
});
