import assert from 'node:assert/strict';
import { test } from 'node:test';

import { repeatsMember } from './json-members.ts';

test('repeatsMember() finds a name that stands twice in one object, however it is written', () => {
  for (const text of ['{"a":1,"a":2}', '{"a":1,"\\u0061":2}', '{"a" :1,"b":2,"a"\n\t:3}', '[{"x":{"y":1,"y":1}}]', '{"a":{"b":[{"c":1},{"c":1,"d":2,"c":3}]}}', '{"":1,"":2}', '{"a\\"":1,"a\\"":2}']) {
    JSON.parse(text);
    assert.equal(repeatsMember(text), true, text);
  }
});

test('repeatsMember() is not misled by values, other objects, quotation marks and brackets in strings', () => {
  for (const text of ['{}', '[]', '"a"', '{"a":"a"}', '{"a":"a","b":"a"}', '{"a":{"a":{"a":1}}}', '[{"a":1},{"a":1}]', '{"a":"\\"a\\":","b":"{\\"a\\":1"}', '{"a":["a","a"]}', '{"a":"\\\\","b":1}', '{"A":1,"a":2}']) {
    JSON.parse(text);
    assert.equal(repeatsMember(text), false, text);
  }
});
