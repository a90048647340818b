import test from 'node:test';
import { KEY } from '#scanner/recognizer';
import { expectMarks } from '#scanner/testing';
import { cnResident } from './cn-resident.ts';

test('cnResident marks numbers that are written or named as such', () => {
  expectMarks(cnResident, '«11010519491231002X»', 'national-id');
  expectMarks(cnResident, '身份证号«11010519491231002X»', 'national-id');
  expectMarks(cnResident, 'id «360426199101010071»', 'national-id');
  expectMarks(cnResident, '«11010519491231002x»', 'national-id');
});

test('cnResident leaves other numbers alone', () => {
  expectMarks(cnResident, '110105194912310021', 'national-id');
  expectMarks(cnResident, '360426199101010072', 'national-id');
  expectMarks(cnResident, '360426199113010071', 'national-id');
  expectMarks(cnResident, '123456789012345678', 'national-id');
});

test('cnResident marks nothing under a key that holds an identifier', () => {
  expectMarks(cnResident, '11010519491231002X', 'national-id', KEY.identifier);
});
