import assert from 'node:assert/strict';
import { test } from 'node:test';
import { matchesGlob } from '#control/glob';
import { globsOf } from './key-globs.ts';

test('expressions that globs can say', () => {
  const said: Readonly<Record<string, readonly string[]>> = {
    'token': ['*token*'], '.*token.*': ['*token*'], '^http\\.request\\.header\\..*$': ['http.request.header.*'], '^user\\.(id|name)$': ['user.id', 'user.name'], '^(?:a|b)?c': ['c*', 'ac*', 'bc*'],
    '^[Tt]oken$': ['Token', 'token'], 'k8s\\.pod': ['*k8s.pod*'], '^a|b$': ['a*', '*b'], '^(a|b$)': ['a*', 'b'],
  };
  for (const [pattern, globs] of Object.entries(said)) assert.deepEqual(globsOf(pattern), { globs, wider: false, narrower: false }, pattern);
});

test('expressions of which globs say more, or may say less', () => {
  assert.deepEqual(globsOf('^x-[0-9]+$'), { globs: ['x-*'], wider: true, narrower: false });
  assert.deepEqual(globsOf('^a.b$'), { globs: ['a*b'], wider: true, narrower: false });
  assert.deepEqual(globsOf('^a.+$'), { globs: ['a*'], wider: true, narrower: false });
  const { globs, narrower } = globsOf('(?i).*api_key.*')!;
  assert.ok(narrower);
  for (const key of ['api_key', 'my.API_KEY.x', 'Api_key', 'Api_Key']) assert.ok(globs.some((glob) => matchesGlob(glob, key)), key);
});

test('expressions that globs cannot say', () => {
  for (const pattern of ['.*', '', '.+', '[a-z]+', '(?=a)b', 'a(b', '[a', 'a\\', '\\p{L}x', 'x'.repeat(2_000), '(a|b|c|d)(a|b|c|d)(a|b|c|d)(a|b|c|d)', 'a^b', 'a$b', '*a']) assert.equal(globsOf(pattern), null, pattern);
});

test('globs match at least what the expression matches', () => {
  const keys = ['http.request.header.authorization', 'user.id', 'user.token.value', 'x-42', 'password', 'a1b', 'db.statement', 'Token', 'my_token2'];
  let compared = 0;
  for (const pattern of ['token', '^user\\..*', '^x-\\d{1,3}$', '(pass|secret)', '^[a-z]\\d[a-z]$', '^db\\.(statement|query)$', '[Tt]oken\\d?', '\\bid$', '^[^.]+$|token']) {
    const found = globsOf(pattern);
    if (found === null) continue;
    for (const key of keys) {
      if (!new RegExp(pattern).test(key)) continue;
      assert.ok(found.globs.some((glob) => matchesGlob(glob, key)), `${pattern} on ${key}`);
      compared++;
    }
  }
  assert.ok(compared >= 8);
});
