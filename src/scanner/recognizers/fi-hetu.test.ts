import test from 'node:test';
import { KEY } from '#scanner/recognizer';
import { expectMarks } from '#scanner/testing';
import { fiHetu } from './fi-hetu.ts';
import { nationalIds } from './national-ids.ts';

test('fiHetu marks numbers that are written or named as such', () => {
  expectMarks(nationalIds([fiHetu]), '«131052-308T»', 'national-id');
  expectMarks(nationalIds([fiHetu]), 'hetu: «131052-308t»', 'national-id');
  expectMarks(nationalIds([fiHetu]), '«131052A308T»', 'national-id');
});

test('fiHetu leaves other numbers alone', () => {
  expectMarks(nationalIds([fiHetu]), '131052-308U', 'national-id');
  expectMarks(nationalIds([fiHetu]), '131352-308T', 'national-id');
  expectMarks(nationalIds([fiHetu]), '321052-308T', 'national-id');
  expectMarks(nationalIds([fiHetu]), '131052G308T', 'national-id');
  expectMarks(nationalIds([fiHetu]), 'abc131052-308T', 'national-id');
});

test('fiHetu marks nothing under a key that holds an identifier', () => {
  expectMarks(nationalIds([fiHetu]), '131052-308T', 'national-id', KEY.identifier);
});
