import test from 'node:test';
import { KEY } from '#scanner/recognizer';
import { expectMarks } from '#scanner/testing';
import { cnResident } from './cn-resident.ts';
import { nationalIds } from './national-ids.ts';

test('cnResident marks numbers that are written or named as such', () => {
  expectMarks(nationalIds([cnResident]), '«11010519491231002X»', 'national-id');
  expectMarks(nationalIds([cnResident]), '身份证号«11010519491231002X»', 'national-id');
  expectMarks(nationalIds([cnResident]), 'id «360426199101010071»', 'national-id');
  expectMarks(nationalIds([cnResident]), '«11010519491231002x»', 'national-id');
});

test('cnResident leaves other numbers alone', () => {
  expectMarks(nationalIds([cnResident]), '110105194912310021', 'national-id');
  expectMarks(nationalIds([cnResident]), '360426199101010072', 'national-id');
  expectMarks(nationalIds([cnResident]), '360426199113010071', 'national-id');
  expectMarks(nationalIds([cnResident]), '123456789012345678', 'national-id');
});

test('cnResident marks nothing under a key that holds an identifier', () => {
  expectMarks(nationalIds([cnResident]), '11010519491231002X', 'national-id', KEY.identifier);
});
