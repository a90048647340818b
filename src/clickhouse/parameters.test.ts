import assert from 'node:assert/strict';
import { test } from 'node:test';
import { quote, setParameters } from './parameters.ts';

test('quote() leaves nothing but letters and digits as they are', () => {
  assert.equal(quote('aZ09'), "'aZ09'");
  assert.equal(quote("'; \\é"), "'\\x27\\x3b\\x20\\x5c\\xc3\\xa9'");
  for (let code = 0; code < 256; code += 1) assert.match(quote(String.fromCharCode(code)), /^'(?:[a-zA-Z0-9]|(?:\\x[0-9a-f]{2}){1,2})'$/);
});

test('setParameters() sets what the statement names', () => {
  assert.equal(setParameters('SELECT {a:String}, {b:Array(UInt64)}', { a: 'x y', b: [1, 2n] }), "SET param_a = 'x\\x20y', param_b = '\\x5b1\\x2c2\\x5d'");
  assert.equal(setParameters('SELECT 1', {}), '');
});

test('setParameters() refuses what does not fit the statement', () => {
  assert.throws(() => setParameters('SELECT {a:String}', {}), /parameter a is missing/);
  assert.throws(() => setParameters('SELECT {a:String}', { a: 1, b: 2 }), /no parameter b/);
  assert.throws(() => setParameters('SELECT {toString:String}', {}), /parameter toString is missing/);
  assert.throws(() => setParameters('SELECT {a:Float64}', { a: Number.NaN }), /not finite/);
});
