import test from 'node:test';
import { KEY } from '#scanner/recognizer';
import { expectMarks } from '#scanner/testing';
import { itCodiceFiscale } from './it-codice-fiscale.ts';
import { nationalIds } from './national-ids.ts';

test('itCodiceFiscale marks numbers that are written or named as such', () => {
  expectMarks(nationalIds([itCodiceFiscale]), '«RCCMNL83S18D969H»', 'national-id');
  expectMarks(nationalIds([itCodiceFiscale]), 'cf=«rssmra85t10a562s»', 'national-id');
  expectMarks(nationalIds([itCodiceFiscale]), '«RCC MNL 83S18 D969H»', 'national-id');
});

test('itCodiceFiscale leaves other numbers alone', () => {
  expectMarks(nationalIds([itCodiceFiscale]), 'RCCMNL83S18D969I', 'national-id');
  expectMarks(nationalIds([itCodiceFiscale]), 'RCCMNL83S18D969HX', 'national-id');
  expectMarks(nationalIds([itCodiceFiscale]), 'RCCMNL83Z18D969H', 'national-id');
});

test('itCodiceFiscale marks nothing under a key that holds an identifier', () => {
  expectMarks(nationalIds([itCodiceFiscale]), 'RCCMNL83S18D969H', 'national-id', KEY.identifier);
});
