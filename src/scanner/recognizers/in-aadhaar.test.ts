import test from 'node:test';
import { KEY } from '#scanner/recognizer';
import { expectMarks } from '#scanner/testing';
import { inAadhaar } from './in-aadhaar.ts';

test('inAadhaar marks numbers that are written or named as such', () => {
  expectMarks(inAadhaar, '«2341 2341 2346»', 'national-id');
  expectMarks(inAadhaar, 'aadhaar «234123412346»', 'national-id');
  expectMarks(inAadhaar, '«2341-2341-2346»', 'national-id');
  expectMarks(inAadhaar, 'PAN «ABCPE1234F»', 'national-id');
});

test('inAadhaar leaves other numbers alone', () => {
  expectMarks(inAadhaar, '234123412346', 'national-id');
  expectMarks(inAadhaar, '2341 2341 2347', 'national-id');
  expectMarks(inAadhaar, '1341 2341 2346', 'national-id');
  expectMarks(inAadhaar, 'ABCPE1234F', 'national-id');
  expectMarks(inAadhaar, '2341 2341 2346 1111', 'national-id');
  expectMarks(inAadhaar, 'aadhaar 234123412347', 'national-id');
});

test('inAadhaar marks nothing under a key that holds an identifier', () => {
  expectMarks(inAadhaar, '2341 2341 2346', 'national-id', KEY.identifier);
});

test('inAadhaar believes a bare number under a key of personal data', () => {
  expectMarks(inAadhaar, '«234123412346»', 'national-id', KEY.personal);
});
