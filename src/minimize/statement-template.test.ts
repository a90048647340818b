import assert from 'node:assert/strict';
import { test } from 'node:test';
import { statementTemplate } from './statement-template.ts';

test('literals of statements become ?; what is malformed hides more, and what is no statement is not understood', () => {
  const cases: Readonly<Record<string, string | null>> = {
    "SELECT * FROM users WHERE name = 'ada' AND age > 36": 'SELECT * FROM users WHERE name = ? AND age > ?',
    "SELECT * FROM users WHERE name = 'ada": 'SELECT * FROM users WHERE name = ?',
    "INSERT INTO t VALUES (1, 'a', [email])": 'INSERT INTO t VALUES (?, ?, [email])',
    'SET session:42 hunter2': 'SET session:? ?',
    'dear hunter2': null, '': null,
  };
  for (const [statement, template] of Object.entries(cases)) assert.equal(statementTemplate(statement), template, statement);
});
