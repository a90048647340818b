import test from 'node:test';
import { KEY } from '#scanner/recognizer';
import { expectMarks } from '#scanner/testing';
import { literal, literalDatabaseError, literalEmbedded, literalParameter } from './literal.ts';

test('literal reads whole statements, and only under their keys', () => {
  expectMarks(literal, "SELECT * FROM t WHERE a = «'x'»", 'literal', KEY.statement);
  expectMarks(literal, 'SET user:1 «Jane»', 'literal', KEY.statement);
  expectMarks(literal, "SELECT * FROM t WHERE a = 'x'", 'literal', KEY.plain);
});

test('literalParameter takes the whole value', () => {
  expectMarks(literalParameter, '«Jane Doe»', 'literal', KEY.parameter);
  expectMarks(literalParameter, '?', 'literal', KEY.parameter);
  expectMarks(literalParameter, 'Jane Doe', 'literal', KEY.plain);
});

test('literalEmbedded and literalDatabaseError read other text', () => {
  expectMarks(literalEmbedded, "failed: SELECT * FROM t WHERE a = «'x'»", 'literal');
  expectMarks(literalEmbedded, "SELECT * FROM t WHERE a = 'x'", 'literal', KEY.statement);
  expectMarks(literalDatabaseError, "Duplicate entry '«jane»' for key 'x'", 'literal');
  expectMarks(literalDatabaseError, "Duplicate entry 'jane' for key 'x'", 'literal', KEY.statement);
});
