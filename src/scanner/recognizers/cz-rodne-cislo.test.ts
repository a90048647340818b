import test from 'node:test';
import { KEY } from '#scanner/recognizer';
import { expectMarks } from '#scanner/testing';
import { nationalIds } from './national-ids.ts';
import { czRodneCislo } from './cz-rodne-cislo.ts';

const recognizer = nationalIds([czRodneCislo]);

test('czRodneCislo marks numbers that are named as such', () => {
  expectMarks(recognizer, 'rodné číslo «780123/3550»', 'national-id');
  expectMarks(recognizer, 'birth number «7801233550»', 'national-id');
  expectMarks(recognizer, 'rodne cislo: «530123/354»', 'national-id');
});

test('czRodneCislo leaves other numbers alone', () => {
  expectMarks(recognizer, '780123/3550', 'national-id');
  expectMarks(recognizer, 'rodné číslo 7801233551', 'national-id');
  expectMarks(recognizer, 'rodné číslo 781323/3540', 'national-id');
});

test('czRodneCislo believes a bare number under a key of personal data, none under that of an identifier', () => {
  expectMarks(recognizer, '«7801233550»', 'national-id', KEY.personal);
  expectMarks(recognizer, '7801233550', 'national-id', KEY.identifier);
});
