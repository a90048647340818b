import assert from 'node:assert/strict';
import test from 'node:test';
import { literalsInText } from './embedded.ts';

function stripped(text: string): string {
  let result = '';
  let last = 0;
  literalsInText(text, (start, end) => {
    assert.ok(start >= last && end > start && end <= text.length);
    result += `${text.slice(last, start)}?`;
    last = end;
  });
  return result + text.slice(last);
}

test('literalsInText() replaces literals of statements inside messages', () => {
  for (const [text, expected] of [
    ["SELECT * FROM users WHERE email = 'jane@example.com'", 'SELECT * FROM users WHERE email = ?'],
    ["QueryFailedError: syntax error in: SELECT id FROM users WHERE name = 'Jane' LIMIT 5\n    at Object.<anonymous> (/app/db.js:123:45)", 'QueryFailedError: syntax error in: SELECT id FROM users WHERE name = ? LIMIT ?\n    at Object.<anonymous> (/app/db.js:123:45)'],
    ["PreparedStatementCallback; SQL [insert into users (id, name) values (5, 'Jane')]; error code 1062", 'PreparedStatementCallback; SQL [insert into users (id, name) values (?, ?)]; error code 1062'],
    ['{"sql":"UPDATE users SET name = \'Jane\' WHERE id = 5","ms":12}', '{"sql":"UPDATE users SET name = ? WHERE id = ?","ms":12}'],
    ["(sqlite3.Error) [SQL: INSERT INTO users (name) VALUES (?)]\n[parameters: ('Jane', 5)]", '(sqlite3.Error) [SQL: INSERT INTO users (name) VALUES (?)]\n[parameters: (?, ?)]'],
    ["delete from users where name = 'Jane'", 'delete from users where name = ?'],
    ["EXEC dbo.AddUser 'Jane', 5", 'EXEC dbo.AddUser ?, ?'],
    ["failed 'SELECT a FROM t WHERE b = 'x'' after 3 tries", "failed 'SELECT a FROM t WHERE b = ?' after 3 tries"],
    ["ALTER USER jane WITH PASSWORD 'hunter2'", 'ALTER USER jane WITH PASSWORD ?'],
    ['SELECT 1', 'SELECT ?'],
    ["failed: select id from users where name = 'Jane'", 'failed: select id from users where name = ?'],
    ['1062 (SQL: insert into `users` (`name`, `age`) values (Jane Doe, 5))', '1062 (SQL: insert into `users` (`name`, `age`) values (?))'],
    ['1054 (SQL: update `users` set `name` = Jane, `age` = 5 where `email` = jane@example.com and `x` = 1 limit 1)', '1054 (SQL: update `users` set `name` = ?, `age` = ? where `email` = ? and `x` = ? limit ?)'],
  ] as const)
    assert.equal(stripped(text), expected);
});

test('literalsInText() leaves English and names alone', () => {
  for (const text of [
    'SELECT shop.orders', 'Please select 1 of 5 items from the menu', 'update 3 of 10 set', "delete from cache took 12 ms for 'x'", 'insert 5 into queue', 'could not update user 123: timeout', 'set x from 5 to 6', "Selected 'a' from 12 candidates", 'GET /users/5', 'call 5 (five)', 'UPDATE shop.users', 'executed 5 (ok)',
  ])
    assert.equal(stripped(text), text);
});

test('literalsInText() holds its bounds on hostile text, in linear time', () => {
  for (const piece of ['SELECT ', 'UPDATE x SET ', 'INSERT INTO ', 'select from where ', "SELECT 'a' ", 'parameters: [', 'DELETE FROM x ', '"SELECT 1', "'SELECT 1", 'EXEC a ', '\nat ', 'SELECT a FROM (', 'EXECUTE     ', '(SQL: select from where a = ', '(SQL: insert into a values (']) stripped(piece.repeat(20_000));
});
