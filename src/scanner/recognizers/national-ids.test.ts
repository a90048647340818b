import assert from 'node:assert/strict';
import test from 'node:test';
import { KEY } from '#scanner/recognizer';
import { expectMarks } from '#scanner/testing';
import { COUNTRIES, nationalId } from './national-ids.ts';

test('nationalId finds the ids of different countries in one text', () => {
  expectMarks(nationalId, 'ssn «123-45-6789», cpf «390.533.447-05», hetu «131052-308T»', 'national-id');
});

test('ids of at least forty countries are known', () => {
  assert.ok(new Set(COUNTRIES.map(({ name }) => name.slice(0, 2))).size >= 40);
});

test('nationalId marks nothing under a key that holds an identifier', () => {
  expectMarks(nationalId, '123-45-6789', 'national-id', KEY.identifier);
});
