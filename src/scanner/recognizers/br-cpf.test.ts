import test from 'node:test';
import { KEY } from '#scanner/recognizer';
import { expectMarks } from '#scanner/testing';
import { brCpf } from './br-cpf.ts';
import { nationalIds } from './national-ids.ts';

test('brCpf marks numbers that are written or named as such', () => {
  expectMarks(nationalIds([brCpf]), '«390.533.447-05»', 'national-id');
  expectMarks(nationalIds([brCpf]), 'cpf=«39053344705»', 'national-id');
  expectMarks(nationalIds([brCpf]), 'CNPJ «16.727.230/0001-97»', 'national-id');
  expectMarks(nationalIds([brCpf]), 'cnpj «16727230000197»', 'national-id');
  expectMarks(nationalIds([brCpf]), '«12.ABC.345/01DE-35»', 'national-id');
  expectMarks(nationalIds([brCpf]), 'doc=«16.727.230%2F0001-97»', 'national-id');
});

test('brCpf leaves other numbers alone', () => {
  expectMarks(nationalIds([brCpf]), '390.533.447-06', 'national-id');
  expectMarks(nationalIds([brCpf]), '39053344705', 'national-id');
  expectMarks(nationalIds([brCpf]), '111.111.111-11', 'national-id');
  expectMarks(nationalIds([brCpf]), 'cpf 11111111111', 'national-id');
  expectMarks(nationalIds([brCpf]), '16.727.230/0001-98', 'national-id');
  expectMarks(nationalIds([brCpf]), '16727230000197', 'national-id');
});

test('brCpf marks nothing under a key that holds an identifier', () => {
  expectMarks(nationalIds([brCpf]), '390.533.447-05', 'national-id', KEY.identifier);
});

test('brCpf believes a bare number under a key of personal data', () => {
  expectMarks(nationalIds([brCpf]), '«39053344705»', 'national-id', KEY.personal);
});
