import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isMasked, isOrdinaryId, isPlaceholder, isReplaced, isReplacedWhole, looksLikeCode, looksLikePassword, looksRandom } from './values.ts';

test('isPlaceholder() knows what is written instead of a secret', () => {
  for (const value of ['', '[password]', '${TOKEN}', '$TOKEN', '$1', '{{ token }}', '<your token>', '%TOKEN%', '%s', '****', 'xxxxxxxx', '...', 'null', 'true', 'REDACTED', ':token', '?', 'process.env.TOKEN', '$(cat x)', '${{ secrets.X }}', 'vault:secret/x', 'YOUR_API_KEY', 'bP88Q~xxxxxxxxxxxxxxxx']) {
    assert.ok(isPlaceholder(value), value);
  }
  for (const value of ['hunter2', '$ecret1!', 'abcdef', 'x', '0123456789', 'correct horse', '%a1b2', '<a1b2>c3', '[password]x']) assert.ok(!isPlaceholder(value), value);
});

test('isReplaced() knows what minimization leaves', () => {
  assert.ok(isReplaced('[email]') && isReplaced('[email]x') && !isReplaced('[emails]') && !isReplaced('x[email]'));
  assert.ok(isReplacedWhole('[session-id]') && !isReplacedWhole('[session-id]x'));
});

test('isMasked() sees a blanked secret behind a real beginning', () => {
  assert.ok(isMasked('ghp_xxxxxxxxxxxxxxxxxxxx') && isMasked('sha256~XXXXXXXXXX_PUT_YOUR_TOKEN_HERE_XXXX'));
  assert.ok(!isMasked('ghp_16C7e42F292c6912E7710c838347Ae178B4a'));
});

test('looksRandom() tells random characters from words, paths, versions and names', () => {
  for (const value of ['8f3kd93kd02kd83kd', 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY', 'd3d1443e0adc9c24564c6c5676d679d4', 'xavzqralp09loi0u0', '550e8400-e29b-41d4-a716-446655440000']) assert.ok(looksRandom(value), value);
  for (const value of ['getPagesInConfluenceSpace', 'com.example.auth.TokenService', '/usr/local/lib/python3/site', '2024-05-17T12:34:56Z', 'user-service-v2-canary', 'short1', 'aaaaaaaaaaaaaaaaaaaaaaaa', 'prod/eu/service-12/config-34']) assert.ok(!looksRandom(value), value);
});

test('looksLikePassword() tells passwords from the words of sentences', () => {
  for (const value of ['hunter2', 'P@ssword', 'tr0ub4dor&3', 'S3cret!']) assert.ok(looksLikePassword(value), value);
  for (const value of ['incorrect', 'must', '12ms', '2024-05-17', 'bcrypt', 'sha256', 'https://x.example/1', '/etc/x1', 'wrong!', 'v2']) assert.ok(!looksLikePassword(value), value);
});

test('looksLikeCode() knows expressions', () => {
  for (const value of ['user.password', 'getPassword()', 'request.headers', 'a->b', 'x[0]']) assert.ok(looksLikeCode(value), value);
  for (const value of ['hunter2', 'abc.123', 'P@ss']) assert.ok(!looksLikeCode(value), value);
});

test('isOrdinaryId() knows ids by their form', () => {
  for (const value of ['550e8400-e29b-41d4-a716-446655440000', 'd3d1443e0adc9c24', '20240517', '2024-05-17', 'sha256:abc']) assert.ok(isOrdinaryId(value), value);
  for (const value of ['hunter2', '8f3kd93kd']) assert.ok(!isOrdinaryId(value), value);
});

test('a row of x does not hide a secret beside it', () => {
  for (const value of [`9sT7vLw2Xy8BZk3uxe0Q${'x'.repeat(40)}`, `${'*'.repeat(40)}8f3kd93kd02kd83kd93k2j1h`, `8f3kd93kd02kd83kd93k2j1h${'#'.repeat(20)}`]) assert.ok(!isMasked(value), value);
  for (const value of [`ghp_${'x'.repeat(36)}`, `sk_live_4242${'*'.repeat(20)}`, `xoxp-572370529330-573807301142-572331691188-${'#'.repeat(20)}`]) assert.ok(isMasked(value), value);
});
