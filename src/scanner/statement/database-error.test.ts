import assert from 'node:assert/strict';
import test from 'node:test';
import { literalsOfDatabaseErrors } from './database-error.ts';

function stripped(text: string): string {
  const ranges: [number, number][] = [];
  literalsOfDatabaseErrors(text, (start, end) => {
    assert.ok(start >= 0 && end > start && end <= text.length);
    ranges.push([start, end]);
  });
  ranges.sort((a, b) => b[0] - a[0]);
  return ranges.reduce((result, [start, end]) => `${result.slice(0, start)}?${result.slice(end)}`, text);
}

test('literalsOfDatabaseErrors() replaces the values that databases repeat', () => {
  for (const [text, expected] of [
    ["Duplicate entry 'jane@example.com' for key 'users.email'", "Duplicate entry '?' for key 'users.email'"],
    ["Duplicate entry 'O'Brien' for key 'users.name'", "Duplicate entry '?' for key 'users.name'"],
    ['duplicate key value violates unique constraint "users_email_key"\nDETAIL:  Key (email)=(jane@example.com) already exists.', 'duplicate key value violates unique constraint "users_email_key"\nDETAIL:  Key (email)=(?) already exists.'],
    ['Key (lower(email), tenant)=(jane (work), 5) already exists.', 'Key (lower(email), tenant)=(?) already exists.'],
    ['Failing row contains (5, Jane, null).', 'Failing row contains (?).'],
    ['The duplicate key value is (Jane, 5).', 'The duplicate key value is (?).'],
    ['E11000 duplicate key error collection: shop.users index: email_1 dup key: { email: "jane@example.com" }', 'E11000 duplicate key error collection: shop.users index: email_1 dup key: { email: ? }'],
    ['invalid input syntax for type integer: "Jane"', 'invalid input syntax for type integer: "?"'],
    ["Incorrect integer value: 'Jane' for column 'age' at row 1", "Incorrect integer value: '?' for column 'age' at row 1"],
    ["Conversion failed when converting the varchar value 'Jane' to data type int.", "Conversion failed when converting the varchar value '?' to data type int."],
    ['syntax error at or near "Jane"', 'syntax error at or near "?"'],
    ["right syntax to use near 'Brien' AND x=1' at line 1", "right syntax to use near '?' at line 1"],
  ] as const)
    assert.equal(stripped(text), expected);
});

test('literalsOfDatabaseErrors() leaves other messages alone', () => {
  for (const text of ['relation "users" does not exist', "Unknown column 'x' in 'field list'", 'duplicate request 5', 'Key (email) missing', 'timeout at or near 5 s', 'connection refused']) assert.equal(stripped(text), text);
});

test('literalsOfDatabaseErrors() is linear on hostile text', () => {
  for (const piece of ["Duplicate entry '", 'Key (a)=(', 'Key (', 'dup key: {', 'at or near "', 'Incorrect a value ', 'invalid input syntax for type ']) stripped(piece.repeat(20_000));
});
