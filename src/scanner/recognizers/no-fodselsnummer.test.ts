import test from 'node:test';
import { KEY } from '#scanner/recognizer';
import { expectMarks } from '#scanner/testing';
import { nationalIds } from './national-ids.ts';
import { noFodselsnummer } from './no-fodselsnummer.ts';

test('noFodselsnummer marks numbers that are written or named as such', () => {
  expectMarks(nationalIds([noFodselsnummer]), '«151086 95088»', 'national-id');
  expectMarks(nationalIds([noFodselsnummer]), 'fødselsnummer «15108695088»', 'national-id');
  expectMarks(nationalIds([noFodselsnummer]), 'fnr=«15108695088»', 'national-id');
});

test('noFodselsnummer leaves other numbers alone', () => {
  expectMarks(nationalIds([noFodselsnummer]), '15108695088', 'national-id');
  expectMarks(nationalIds([noFodselsnummer]), 'fnr 15108695089', 'national-id');
  expectMarks(nationalIds([noFodselsnummer]), '151086 95089', 'national-id');
});

test('noFodselsnummer marks nothing under a key that holds an identifier', () => {
  expectMarks(nationalIds([noFodselsnummer]), '151086 95088', 'national-id', KEY.identifier);
});

test('noFodselsnummer believes a bare number under a key of personal data', () => {
  expectMarks(nationalIds([noFodselsnummer]), '«15108695088»', 'national-id', KEY.personal);
});
