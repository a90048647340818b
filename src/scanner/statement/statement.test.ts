import assert from 'node:assert/strict';
import test from 'node:test';
import { partsOf, readSamples, type StatementSample } from '#scanner/samples';
import { literalsOf } from './statement.ts';
import { languageOf } from './language.ts';

/** The statement with every literal as `?`; checks on the way that ranges are sorted and lie in the text. */
function stripped(text: string): string {
  let result = '';
  let last = 0;
  literalsOf(text, (start, end) => {
    assert.ok(start >= last && end > start && end <= text.length, `range ${start}..${end} after ${last}`);
    result += `${text.slice(last, start)}?`;
    last = end;
  });
  return result + text.slice(last);
}

function expectAll(cases: readonly (readonly [text: string, expected: string])[]): void {
  for (const [text, expected] of cases) assert.equal(stripped(text), expected);
}

test('literalsOf() agrees with the samples of other products on what is a literal', () => {
  const samples = readSamples<StatementSample>('sql.jsonl');
  let literalsGone = 0;
  let namesKept = 0;
  for (const sample of samples) {
    const result = stripped(sample.input);
    const before = partsOf(sample.input);
    const after = partsOf(result);
    assert.deepEqual(after.literals, [], `${sample.case}: ${result}`);
    assert.deepEqual(after.names, before.names, `${sample.case}: ${result}`);
    // As many placeholders as literals, besides those that were there; comments are counted apart.
    const placeholders = (text: string): number => text.replaceAll(/--[^\n]*|\/\*[^]*?\*\//g, '').split('?').length - 1;
    assert.equal(placeholders(result) - placeholders(sample.input.replaceAll(/'(?:[^']|'')*'/g, '')), before.literals.length, `${sample.case}: ${result}`);
    // No literal of the input that the other product removed is left.
    const other = sample.expected.join(' ');
    for (const literal of before.literals) {
      if (literal.length >= 3 && !other.includes(literal)) assert.ok(!result.includes(`'${literal}'`), `${sample.case}: ${literal}`);
    }
    literalsGone += before.literals.length;
    namesKept += before.names.length;
  }
  assert.equal(samples.length, 174);
  assert.ok(literalsGone >= 300, String(literalsGone));
  assert.ok(namesKept >= 2000, String(namesKept));
});

test('literalsOf() replaces every kind of SQL string', () => {
  expectAll([
    ["SELECT * FROM t WHERE a = 'it''s' AND b = 'x'", 'SELECT * FROM t WHERE a = ? AND b = ?'],
    ["SELECT * FROM t WHERE a = 'it\\'s Jane' AND b = 'x'", 'SELECT * FROM t WHERE a = ? AND b = ?'],
    ["SELECT * FROM t WHERE a = 'C:\\' AND b = 'Jane'", 'SELECT * FROM t WHERE a = ? AND b = ?'],
    ["SELECT * FROM t WHERE a = E'a\\'b' AND b = N'x' AND c = X'1f' AND d = B'01' AND e = _utf8'x' AND f = U&'\\0041'", 'SELECT * FROM t WHERE a = ? AND b = ? AND c = ? AND d = ? AND e = ? AND f = ?'],
    ['SELECT $$it is Jane$$, $tag$a $$ b$tag$, $1', 'SELECT ?, ?, $1'],
    ["SELECT q'[it's Jane]', q'!it's!', nq'(a)' FROM dual", 'SELECT ?, ?, ? FROM dual'],
    ["SELECT DATE '2024-01-15', TIMESTAMP'2024-01-15 10:30'", 'SELECT DATE ?, TIMESTAMP?'],
    ["SELECT * FROM t WHERE name = 'O'Brien' AND b = 'x'", 'SELECT * FROM t WHERE name = ? AND b = ?'],
    ["SELECT * FROM t WHERE name = 'Jane", 'SELECT * FROM t WHERE name = ?'],
    ["SELECT 'a'AS x, 'b' FROM t", 'SELECT ?AS x, ? FROM t'],
    ["INSERT INTO t VALUES ('a'),('b')", 'INSERT INTO t VALUES (?),(?)'],
    ['SELECT r\'a\\\' FROM t WHERE x = 1', 'SELECT ? FROM t WHERE x = ?'],
  ]);
});

test('literalsOf() replaces numbers and keeps names, placeholders and constants', () => {
  expectAll([
    ['SELECT a1, t2.b3 FROM t2 WHERE x = -5 AND y = 1.5e-3 AND z = 0xFF AND w > .5 AND v = 1_000', 'SELECT a1, t2.b3 FROM t2 WHERE x = ? AND y = ? AND z = ? AND w > ? AND v = ?'],
    ['SELECT a-1, a - 1, -1, (-1), 2*-3 FROM t', 'SELECT a-?, a - ?, ?, (?), ?*? FROM t'],
    ['SELECT * FROM t WHERE a = $1 AND b = ? AND c = :name AND d = @p1 AND e = :2 AND f = ?3 AND g = %s AND h = %(x)s AND i = @@v', 'SELECT * FROM t WHERE a = $1 AND b = ? AND c = :name AND d = @p1 AND e = :2 AND f = ?3 AND g = %s AND h = %(x)s AND i = @@v'],
    ['SELECT * FROM t WHERE a IS NULL AND b = TRUE AND c = false', 'SELECT * FROM t WHERE a IS NULL AND b = TRUE AND c = false'],
    ['SELECT x::int, y::varchar(20) FROM t LIMIT 10', 'SELECT x::int, y::varchar(?) FROM t LIMIT ?'],
    ['SELECT * FROM t WHERE id = 550e8400-e29b-41d4-a716-446655440000 AND o = f47ac10b-58cc-4372-a567-0e02b2c3d479', 'SELECT * FROM t WHERE id = ? AND o = ?'],
    ['SELECT [Order Details].[Id], arr[1], ARRAY[1, 2] FROM [Order Details]', 'SELECT [Order Details].[Id], arr[?], ARRAY[?, ?] FROM [Order Details]'],
    ['SELECT mean("value") FROM "cpu" WHERE "host" = \'web1\' AND time > now() - 1h GROUP BY time(5m)', 'SELECT mean(?) FROM "cpu" WHERE "host" = ? AND time > now() - ? GROUP BY time(?)'],
    ['SELECT * FROM cpu WHERE host =~ /web.*jane/', 'SELECT * FROM cpu WHERE host =~ ?'],
    ['SELECT 1', 'SELECT ?'],
    ['SELECT * FROM t WHERE a IN (1, 2, 3)', 'SELECT * FROM t WHERE a IN (?, ?, ?)'],
    ['CREATE USER jane IDENTIFIED BY hunter2', 'CREATE USER jane IDENTIFIED BY ?'],
    ['ALTER USER jane IDENTIFIED BY "hunter2"', 'ALTER USER jane IDENTIFIED BY ?'],
    ["ALTER LOGIN x WITH PASSWORD = 'hunter2'", 'ALTER LOGIN x WITH PASSWORD = ?'],
    ['COPY users FROM STDIN;\n1\tJane\n\\.', 'COPY users FROM STDIN;\n?'],
    ["UPDATE t SET m = m + {'jane': 'x'} WHERE id = 5 IF EXISTS", 'UPDATE t SET m = m + {?: ?} WHERE id = ? IF EXISTS'],
  ]);
});

test('literalsOf() keeps double-quoted text only where it can hardly be a value', () => {
  expectAll([
    ['SELECT "u"."id", "u"."name" FROM "users" AS "u" WHERE "u"."email" = $1 ORDER BY "u"."id" LIMIT 5', 'SELECT "u"."id", "u"."name" FROM "users" AS "u" WHERE "u"."email" = $1 ORDER BY "u"."id" LIMIT ?'],
    ['INSERT INTO "users" ("id", "email") VALUES ("jane", "x@example.com") RETURNING "id"', 'INSERT INTO "users" ("id", "email") VALUES (?, ?) RETURNING "id"'],
    ['SELECT * FROM users WHERE name = "Jane" AND city IN ("Ghent", "Bruges")', 'SELECT * FROM users WHERE name = ? AND city IN (?, ?)'],
    ['SELECT * FROM `users` WHERE "name" = "Jane"', 'SELECT * FROM `users` WHERE ? = ?'],
    ['SELECT "Jane", 1', 'SELECT ?, ?'],
    ['SELECT * FROM users WHERE "userId" = 5 AND "name" LIKE "Jane%"', 'SELECT * FROM users WHERE "userId" = ? AND "name" LIKE ?'],
    ['UPDATE "users" SET "name" = "Jane", "age" = 5 WHERE "id" = 1', 'UPDATE "users" SET "name" = ?, "age" = ? WHERE "id" = ?'],
    ['SELECT COUNT("id") FROM "t" GROUP BY "a", "b"', 'SELECT COUNT("id") FROM "t" GROUP BY "a", "b"'],
    ['SELECT MD5("hunter2"), CONCAT("a", x)', 'SELECT MD5(?), CONCAT(?, x)'],
    ['SELECT * FROM t WHERE a = "Jane', 'SELECT * FROM t WHERE a = ?'],
    ['SELECT * FROM t WHERE x BETWEEN "a" AND "b"', 'SELECT * FROM t WHERE x BETWEEN ? AND ?'],
  ]);
});

test('literalsOf() clears comments that hold more than words', () => {
  expectAll([
    ["SELECT a FROM t -- was: x = 'Jane'\nWHERE b = 1", 'SELECT a FROM t --?\nWHERE b = ?'],
    ["SELECT a FROM t /*route='/users/5'*/", 'SELECT a FROM t /*?*/'],
    ['SELECT /*+ FULL(e) */ a FROM t -- by name', 'SELECT /*+ FULL(e) */ a FROM t -- by name'],
    ["SELECT a FROM t WHERE b = '' OR 1=1 --' AND pw = 'hunter2'", 'SELECT a FROM t WHERE b = ? OR ?=? --?'],
    ["SELECT a FROM t /* 'Jane", 'SELECT a FROM t ?'],
    ["SELECT a FROM t # name='Jane'", 'SELECT a FROM t #?'],
    ["SELECT d #>> '{a}' FROM #tmp", 'SELECT d #>> ? FROM #tmp'],
  ]);
});

test('literalsOf() reads documents of MongoDB and Elasticsearch', () => {
  expectAll([
    ['{"find":"users","filter":{"email":"jane@example.com","age":{"$gt":21}},"limit":1,"$db":"shop"}', '{"find":"users","filter":{"email":?,"age":{"$gt":?}},"limit":?,"$db":"shop"}'],
    ['db.users.find({email: "jane@example.com", n: -5, ok: true})', 'db.users.find({email: ?, n: ?, ok: true})'],
    ["db.getCollection('users').updateOne({_id: ObjectId('507f1f77bcf86cd799439011')}, {$set: {name: 'Jane'}})", "db.getCollection('users').updateOne({_id: ObjectId(?)}, {$set: {name: ?}})"],
    ['db.users.find({name: /^jane/i, tags: {$in: ["a", \'b\']}})', 'db.users.find({name: ?, tags: {$in: [?, ?]}})'],
    ['{"aggregate":"orders","pipeline":[{"$match":{"user":"jane"}},{"$group":{"_id":"$user","n":{"$sum":1}}}]}', '{"aggregate":"orders","pipeline":[{"$match":{"user":?}},{"$group":{"_id":?,"n":{"$sum":?}}}]}'],
    ['users.find {"email":"jane"}', 'users.find {"email":?}'],
    ['{"query":{"match":{"title":"jane doe"}},"size":10}', '{"query":{"match":{"title":?}},"size":?}'],
    ['GET /users/_search\n{"query":{"term":{"email":"jane"}}}', 'GET /users/_search\n{"query":{"term":{"email":?}}}'],
    ['{"a":"Jane', '{"a":?'],
    ['POST /users/_doc/5?routing=jane&x=1\n{"name":"jane"}', 'POST /users/_doc/??routing=?&x=?\n{"name":?}'],
    ['<Query field="name"><Eq>jane</Eq></Query>', '<Query field=?><Eq>?</Eq></Query>'],
    ['{"a":"b\\"c","d":null,"e":[1,2.5e3,-1]}', '{"a":?,"d":null,"e":[?,?,?]}'],
    ['{"jane@example.com":1}', '{?:?}'],
    ['from(bucket:"x") |> range(start: -1h) |> filter(fn: (r) => r._measurement == "cpu")', 'from(bucket:?) |> range(start: ?) |> filter(fn: (r) => r._measurement == ?)'],
  ]);
});

test('literalsOf() reads GraphQL and Cypher', () => {
  expectAll([
    ['query Q($id: ID!) { user(id: "5", first: 10, status: ACTIVE, at: $id) { name } }', 'query Q($id: ID!) { user(id: ?, first: ?, status: ACTIVE, at: $id) { name } }'],
    ['mutation { add(note: """Jane "x" Doe""") { id } } # for "Jane"', 'mutation { add(note: ?) { id } } #?'],
    ['{ user(id: "5") { name } }', '{ user(id: ?) { name } }'],
    ['MATCH (p:Person {name: "Jane", age: 5})-[:KNOWS*1..3]->(q) WHERE q.email = \'x\' RETURN q.`full name` LIMIT 5', 'MATCH (p:Person {name: ?, age: ?})-[:KNOWS*?..?]->(q) WHERE q.email = ? RETURN q.`full name` LIMIT ?'],
    ['CREATE (n:Person {name: $name, city: "Ghent"})', 'CREATE (n:Person {name: $name, city: ?})'],
  ]);
});

test('literalsOf() keeps the command and first key of Redis and memcached', () => {
  expectAll([
    ['SET user:1 "Jane Doe"', 'SET user:1 ?'],
    ['GET user:1', 'GET user:1'],
    ['get session:s%3Aabcdef', 'get session:?'],
    ['HSET user:1 email jane@example.com age 5', 'HSET user:1 ?'],
    ['AUTH jane hunter2', 'AUTH ?'],
    ['HELLO 3 AUTH default hunter2', 'HELLO ?'],
    ['CONFIG SET requirepass hunter2', 'CONFIG SET ?'],
    ['EVAL "return redis.call(\'get\', KEYS[1])" 1 a', 'EVAL ?'],
    ['MULTI\nSET a Jane\nEXEC', 'MULTI\nSET a ?\nEXEC'],
    ['set user:1 0 60 4\r\nJane\r\n', 'set user:1 ?\r\n?'],
    ['SET note one\nJane Doe said', 'SET note ?\n?'],
    ['SET a', 'SET a'],
    ['PING', 'PING'],
    ['JSON.SET doc $ {"a":1}', 'JSON.SET doc ?'],
    ['MSET a 1 b 2 c 3 d 4 e 5 f 6', 'MSET a ?'],
  ]);
});

test('languageOf() tells words that two languages share', () => {
  for (const text of ["SET search_path TO 'x'", 'SET @a = 1', 'SET NOCOUNT ON;', 'SET IDENTITY_INSERT orders ON; INSERT INTO orders VALUES (1)', 'SELECT 1 FROM t', 'DELETE FROM t', 'EXEC proc 1', 'COPY t FROM STDIN', '/* x */ SELECT 1', "(SELECT 'a')"]) assert.equal(languageOf(text), 'sql', text);
  for (const text of ['SET key value', 'DEL a b', 'EXEC', 'SELECT 0', 'TYPE key']) assert.equal(languageOf(text), 'command', text);
  for (const text of ['jane has 5', '(&(uid', 'name = x']) assert.ok(['unknown', 'ldap'].includes(languageOf(text)), text);
});

test('literalsOf() reads what it does not know in the way that hides most', () => {
  expectAll([
    ['(&(objectClass=user)(uid=jane))', '(&(objectClass=?)(uid=?))'],
    ['title:jane AND age:5 "Jane Doe"', 'title:? AND age:? ?'],
    ["FROBNICATE x WITH 'Jane' 5 \"Doe\"", 'FROBNICATE x WITH ? ? ?'],
    ['', ''],
  ]);
});

test('literalsOf() leaves no literal and loses no name of generated statements', () => {
  const seed = Date.now() & 0xffff;
  let state = seed || 1;
  const random = (below: number): number => {
    state = (Math.imul(state, 1103515245) + 12345) & 0x7fffffff;
    return (state >>> 8) % below;
  };
  const pick = (choices: readonly string[]): string => choices[random(choices.length)]!;
  const secret = (): string => pick(['SECRET', 'SEC RET', "SEC''RET", 'SEC"RET', 'SEC;RET -- x', 'SEC /* RET', 'SEC(RET', 'SEC]RET', 'SEC`RET', 'SEC?RET', 'SEC$$RET', 'SEC\nRET', 'SEC=RET', "''SECRET", "SECRET''", '']);
  const value = (): string => pick([`'${secret()}'`, `N'${secret()}'`, `E'${secret()}'`, `$t$SEC'RET$t$`, '4711', '-4711.5', '0x4711', "DATE '4711-01-01'", "X'4711'", `CONCAT('${secret()}', kept)`, `(SELECT kept FROM kept WHERE kept = '${secret()}')`, `q'[SEC'RET]'`]);
  const condition = (): string => pick([`kept = ${value()}`, `"kept"."kept" <> ${value()}`, `kept IN (${value()}, ${value()})`, `kept BETWEEN ${value()} AND ${value()}`, `kept LIKE ${value()}`, `kept->>${value()} IS NULL`, `kept = $1`]);
  for (let round = 0; round < 2000; round += 1) {
    const sql = pick([
      `SELECT kept, ${value()} AS kept FROM kept WHERE ${condition()} AND (${condition()} OR ${condition()}) LIMIT 4711`,
      `INSERT INTO kept (kept, "kept") VALUES (${value()}, ${value()}), (${value()},${value()}) ON CONFLICT DO NOTHING`,
      `UPDATE kept SET kept = ${value()}, "kept"=${value()} WHERE ${condition()}`,
      `DELETE FROM kept WHERE ${condition()}; SELECT kept(${value()}, kept)`,
    ]);
    const result = stripped(sql);
    const told = `seed ${seed} round ${round}: ${sql} => ${result}`;
    assert.doesNotMatch(result, /SEC|RET|4711/, told);
    assert.equal(result.split('kept').length, sql.split('kept').length, told);
  }
});

test('literalsOf() holds its bounds on hostile text, in linear time', () => {
  const seed = Date.now() & 0xffff;
  let state = seed || 1;
  const random = (below: number): number => {
    state = (Math.imul(state, 1103515245) + 12345) & 0x7fffffff;
    return (state >>> 8) % below;
  };
  const pieces = ["'", '"', '`', '\\', '$$', '$a$', '--', '/*', '*/', '#', '[', ']', '(', ')', '{', '}', ':', '::', '@', '?', '%', ' ', '\n', '1', '0x', '1e', '-', '.', '..', 'a', 'é', '字', '\ud800', 'E', "q'", "N'", 'U&', 'SELECT ', 'FROM ', 'IN ', 'VALUES ', 'AS ', 'db.', 'SET ', 'GET ', 'MATCH (', 'query ', '=', '=~', '/', '/x', '"""', '\0', 'IDENTIFIED BY ', 'STDIN\n', ';', ','];
  for (let round = 0; round < 3000; round += 1) {
    let text = ['SELECT ', '{', 'SET ', 'MATCH (', 'query {', '(&(', 'x '][random(7)]!;
    for (let n = random(40); n > 0; n -= 1) text += pieces[random(pieces.length)];
    try {
      stripped(text);
    } catch (error) {
      throw new Error(`seed ${seed} round ${round}: ${JSON.stringify(text)}`, { cause: error });
    }
  }
  // Long runs of one piece: quadratic work would take minutes.
  for (const piece of pieces) stripped(`SELECT ${piece.repeat(50_000)}`);
  for (const piece of ['{"a":', '(', '<a b="', '<', '[', "'a' ", '"a" ', '$a$ ', '/*', '"a".', 'x=', ':']) for (const start of ['SELECT ', '{', 'SET k ', 'MATCH (a) RETURN ', 'x ', '<a>', 'GET /']) stripped(start + piece.repeat(20_000));
});

test('literalsOf() reads what is special to some databases', () => {
  expectAll([
    ['SELECT [Name] FROM t WHERE price > $12.50 AND id = $1', 'SELECT [Name] FROM t WHERE price > ? AND id = $1'],
    ["SELECT $$Jane's$$, src:customer.name::string FROM @stage/2024/jane.csv (FILE_FORMAT => 'csv')", 'SELECT ?, src:customer.name::string FROM @stage/? (FILE_FORMAT => ?)'],
    ['PUT file:///tmp/jane.csv @%t', 'PUT file://? @%t'],
    ['*3\r\n$3\r\nSET\r\n$8\r\nuser:jan\r\n$4\r\nJane\r\n', '*3\r\n$3\r\nSET?'],
    ['*2\\r\\n$4\\r\\nAUTH\\r\\n$7\\r\\nhunter2', '*2\\r\\n$4\\r\\nAUTH?'],
    ['POST /users/_search {"query":{"match":{"name":"Jane"}},"size":5}', 'POST /users/_search {"query":{"match":{"name":?}},"size":?}'],
    ['GET /users/_doc/jane', 'GET /users/_doc/?'],
    ['GET /users/_search?q=jane HTTP/1.1', 'GET /users/_search?q=? HTTP/1.1'],
  ]);
});

test('literalsOf() lets nothing through behind what is left open', () => {
  const open = ["'Jane", "'it''s Jane", 'E\'Jane\\', "N'Jane", "X'4a616e65", "q'[Jane", "q'{Jane]", '$$Jane', '$a$Jane$b$', '"Jane', '/* Jane', '/* a */ /* Jane', "_utf8'Jane", "U&'Jane", "r'Jane", "b'0101 Jane"];
  for (const text of open) {
    for (const before of ['SELECT id FROM t WHERE a = ', 'INSERT INTO t VALUES (1, ', 'UPDATE t SET a = ', 'EXEC p @a = ']) {
      for (const after of ['', ' AND b = 5', '; SELECT Jane', '\nJane']) assert.doesNotMatch(stripped(before + text + after), /Jane|4a616e65/, before + text + after);
    }
  }
  for (const text of ['{"find":"t","filter":{"a":"Jane', '{"a":[1,"Jane', 'db.t.find({a: "Jane', "db.t.find({a: 'Jane", 'SET k "Jane', '{"query":{"match":{"a":"Jane', 'MATCH (n {a: "Jane', 'POST /t/_search {"query":{"match":{"a":"Jane']) assert.doesNotMatch(stripped(text), /Jane/, text);
});
