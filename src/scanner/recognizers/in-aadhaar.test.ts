import test from 'node:test';
import { KEY } from '#scanner/recognizer';
import { expectMarks } from '#scanner/testing';
import { inAadhaar } from './in-aadhaar.ts';
import { nationalIds } from './national-ids.ts';

test('inAadhaar marks numbers that are written or named as such', () => {
  expectMarks(nationalIds([inAadhaar]), '«2341 2341 2346»', 'national-id');
  expectMarks(nationalIds([inAadhaar]), 'aadhaar «234123412346»', 'national-id');
  expectMarks(nationalIds([inAadhaar]), '«2341-2341-2346»', 'national-id');
});

test('inAadhaar leaves other numbers alone', () => {
  expectMarks(nationalIds([inAadhaar]), '234123412346', 'national-id');
  expectMarks(nationalIds([inAadhaar]), '2341 2341 2347', 'national-id');
  expectMarks(nationalIds([inAadhaar]), '1341 2341 2346', 'national-id');
  expectMarks(nationalIds([inAadhaar]), '2341 2341 2346 1111', 'national-id');
  expectMarks(nationalIds([inAadhaar]), 'aadhaar 234123412347', 'national-id');
});

test('inAadhaar marks nothing under a key that holds an identifier', () => {
  expectMarks(nationalIds([inAadhaar]), '2341 2341 2346', 'national-id', KEY.identifier);
});

test('inAadhaar believes a bare number under a key of personal data', () => {
  expectMarks(nationalIds([inAadhaar]), '«234123412346»', 'national-id', KEY.personal);
});
