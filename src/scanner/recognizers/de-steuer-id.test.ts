import test from 'node:test';
import { KEY } from '#scanner/recognizer';
import { expectMarks } from '#scanner/testing';
import { deSteuerId } from './de-steuer-id.ts';
import { nationalIds } from './national-ids.ts';

test('deSteuerId marks numbers that are written or named as such', () => {
  expectMarks(nationalIds([deSteuerId]), 'Steuer-ID «86 095 742 719»', 'national-id');
  expectMarks(nationalIds([deSteuerId]), 'steuerId: «47036892816»', 'national-id');
  expectMarks(nationalIds([deSteuerId]), 'IdNr. «26954371827»', 'national-id');
});

test('deSteuerId leaves other numbers alone', () => {
  expectMarks(nationalIds([deSteuerId]), '86095742719', 'national-id');
  expectMarks(nationalIds([deSteuerId]), 'IdNr. 86095742718', 'national-id');
  expectMarks(nationalIds([deSteuerId]), 'id 12345678901', 'national-id');
  expectMarks(nationalIds([deSteuerId]), '86 095 742 718', 'national-id');
});

test('deSteuerId marks nothing under a key that holds an identifier', () => {
  expectMarks(nationalIds([deSteuerId]), 'Steuer-ID 86 095 742 719', 'national-id', KEY.identifier);
});
