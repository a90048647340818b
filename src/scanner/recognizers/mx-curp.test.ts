import test from 'node:test';
import { KEY } from '#scanner/recognizer';
import { expectMarks } from '#scanner/testing';
import { mxCurp } from './mx-curp.ts';

test('mxCurp marks numbers that are written or named as such', () => {
  expectMarks(mxCurp, '«BOXW310820HNERXN09»', 'national-id');
  expectMarks(mxCurp, 'curp=«boxw310820hnerxn09»', 'national-id');
});

test('mxCurp leaves other numbers alone', () => {
  expectMarks(mxCurp, 'BOXW310820HNERXN08', 'national-id');
  expectMarks(mxCurp, 'BOXW311320HNERXN09', 'national-id');
  expectMarks(mxCurp, 'XBOXW310820HNERXN09', 'national-id');
});

test('mxCurp marks nothing under a key that holds an identifier', () => {
  expectMarks(mxCurp, 'BOXW310820HNERXN09', 'national-id', KEY.identifier);
});
