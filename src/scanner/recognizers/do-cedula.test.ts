import test from 'node:test';
import { KEY } from '#scanner/recognizer';
import { expectMarks } from '#scanner/testing';
import { nationalIds } from './national-ids.ts';
import { doCedula } from './do-cedula.ts';

const recognizer = nationalIds([doCedula]);

test('doCedula marks numbers that are named as such', () => {
  expectMarks(recognizer, 'cédula «001-1391843-7»', 'national-id');
  expectMarks(recognizer, 'cedula=«00113918437»', 'national-id');
});

test('doCedula leaves other numbers alone', () => {
  expectMarks(recognizer, '00113918437', 'national-id');
  expectMarks(recognizer, 'cedula 00113918438', 'national-id');
});

test('doCedula believes a bare number under a key of personal data, none under that of an identifier', () => {
  expectMarks(recognizer, '«00113918437»', 'national-id', KEY.personal);
  expectMarks(recognizer, '00113918437', 'national-id', KEY.identifier);
});
