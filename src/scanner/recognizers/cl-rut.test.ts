import test from 'node:test';
import { KEY } from '#scanner/recognizer';
import { expectMarks } from '#scanner/testing';
import { nationalIds } from './national-ids.ts';
import { clRut } from './cl-rut.ts';

const recognizer = nationalIds([clRut]);

test('clRut marks numbers that are written or named as such', () => {
  expectMarks(recognizer, '«12.345.678-5»', 'national-id');
  expectMarks(recognizer, '«11.111.112-K»', 'national-id');
  expectMarks(recognizer, 'RUT «12345678-5»', 'national-id');
  expectMarks(recognizer, 'rut: «12.345.678-5»', 'national-id');
});

test('clRut leaves other numbers alone', () => {
  expectMarks(recognizer, '12345678-5', 'national-id');
  expectMarks(recognizer, '12.345.678-3', 'national-id');
  expectMarks(recognizer, 'RUT 12345678-3', 'national-id');
});

test('clRut believes a bare number under a key of personal data, none under that of an identifier', () => {
  expectMarks(recognizer, '«12345678-5»', 'national-id', KEY.personal);
  expectMarks(recognizer, '12345678-5', 'national-id', KEY.identifier);
});
