import test from 'node:test';
import { KEY } from '#scanner/recognizer';
import { expectMarks } from '#scanner/testing';
import { nationalIds } from './national-ids.ts';
import { sePersonnummer } from './se-personnummer.ts';

test('sePersonnummer marks numbers that are written or named as such', () => {
  expectMarks(nationalIds([sePersonnummer]), '«811228-9874»', 'national-id');
  expectMarks(nationalIds([sePersonnummer]), '«19811228-9874»', 'national-id');
  expectMarks(nationalIds([sePersonnummer]), '«880320-0016»', 'national-id');
  expectMarks(nationalIds([sePersonnummer]), 'personnummer «8112289874»', 'national-id');
  expectMarks(nationalIds([sePersonnummer]), 'pnr=«198112289874»', 'national-id');
  expectMarks(nationalIds([sePersonnummer]), 'Personnummer «240115-1036»', 'national-id');
});

test('sePersonnummer leaves other numbers alone', () => {
  expectMarks(nationalIds([sePersonnummer]), '811228-9873', 'national-id');
  expectMarks(nationalIds([sePersonnummer]), '8112289874', 'national-id');
  expectMarks(nationalIds([sePersonnummer]), '20240115-1036', 'national-id');
  expectMarks(nationalIds([sePersonnummer]), '240115-1036', 'national-id');
  expectMarks(nationalIds([sePersonnummer]), '811328-9874', 'national-id');
  expectMarks(nationalIds([sePersonnummer]), 'backup-811228-9874', 'national-id');
});

test('sePersonnummer marks nothing under a key that holds an identifier', () => {
  expectMarks(nationalIds([sePersonnummer]), '811228-9874', 'national-id', KEY.identifier);
});

test('sePersonnummer believes a bare number under a key of personal data', () => {
  expectMarks(nationalIds([sePersonnummer]), '«8112289874»', 'national-id', KEY.personal);
});
