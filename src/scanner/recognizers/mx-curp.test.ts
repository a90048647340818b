import test from 'node:test';
import { KEY } from '#scanner/recognizer';
import { expectMarks } from '#scanner/testing';
import { mxCurp } from './mx-curp.ts';
import { nationalIds } from './national-ids.ts';

test('mxCurp marks numbers that are written or named as such', () => {
  expectMarks(nationalIds([mxCurp]), '«BOXW310820HNERXN09»', 'national-id');
  expectMarks(nationalIds([mxCurp]), 'curp=«boxw310820hnerxn09»', 'national-id');
});

test('mxCurp leaves other numbers alone', () => {
  expectMarks(nationalIds([mxCurp]), 'BOXW310820HNERXN08', 'national-id');
  expectMarks(nationalIds([mxCurp]), 'BOXW311320HNERXN09', 'national-id');
  expectMarks(nationalIds([mxCurp]), 'XBOXW310820HNERXN09', 'national-id');
});

test('mxCurp marks nothing under a key that holds an identifier', () => {
  expectMarks(nationalIds([mxCurp]), 'BOXW310820HNERXN09', 'national-id', KEY.identifier);
});
