import test from 'node:test';
import { KEY } from '#scanner/recognizer';
import { expectMarks } from '#scanner/testing';
import { itCodiceFiscale } from './it-codice-fiscale.ts';

test('itCodiceFiscale marks numbers that are written or named as such', () => {
  expectMarks(itCodiceFiscale, '«RCCMNL83S18D969H»', 'national-id');
  expectMarks(itCodiceFiscale, 'cf=«rssmra85t10a562s»', 'national-id');
  expectMarks(itCodiceFiscale, '«RCC MNL 83S18 D969H»', 'national-id');
});

test('itCodiceFiscale leaves other numbers alone', () => {
  expectMarks(itCodiceFiscale, 'RCCMNL83S18D969I', 'national-id');
  expectMarks(itCodiceFiscale, 'RCCMNL83S18D969HX', 'national-id');
  expectMarks(itCodiceFiscale, 'RCCMNL83Z18D969H', 'national-id');
});

test('itCodiceFiscale marks nothing under a key that holds an identifier', () => {
  expectMarks(itCodiceFiscale, 'RCCMNL83S18D969H', 'national-id', KEY.identifier);
});
