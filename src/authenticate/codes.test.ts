import assert from 'node:assert/strict';
import { test } from 'node:test';

import type { CodeProof, SecondFactor } from '#control';
import { LIMITS } from '#limits';

import { createCodes } from './codes.ts';

/** The key of RFC 6238 appendix B, in base32. */
const RFC_SECRET = 'GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ';
let now = 0;
const codes = createCodes({ proofOf: (...parts) => parts.join(' | ') }, { now_ms: () => now });
const factor: SecondFactor = { secret: RFC_SECRET, since: 7, step: -1, recovery: [] };
const stepOf = (proof: CodeProof | null): number | null => (proof?.is === 'code' ? proof.step : null);

test('check() takes the codes of RFC 6238, appendix B', () => {
  for (const [seconds, code] of [[59, '287082'], [1_111_111_109, '081804'], [1_111_111_111, '050471'], [1_234_567_890, '005924'], [2_000_000_000, '279037'], [20_000_000_000, '353130']] as const) {
    now = seconds * 1_000;
    assert.deepEqual(codes.check('a', factor, code), { since: 7, is: 'code', step: Math.floor(seconds / 30) });
  }
});

test('check() takes the step before and the one after, and none farther off', () => {
  const code = '050471';
  const step = Math.floor(1_111_111_111 / 30);
  for (const [steps, taken] of [[-2, false], [-1, true], [0, true], [1, true], [2, false]] as const) {
    now = (step - steps) * 30_000;
    assert.equal(stepOf(codes.check('a', factor, code)), taken ? step : null, `${steps}`);
  }
});

test('check() takes no code of a step that was taken, or of one before it', () => {
  const step = Math.floor(1_111_111_111 / 30);
  now = step * 30_000;
  for (const [taken, fits] of [[step - 1, true], [step, false], [step + 1, false]] as const) assert.equal(codes.check('a', { ...factor, step: taken }, '050471') !== null, fits);
});

test('check() takes nothing where there is no second factor, and no malformed text', () => {
  now = 1_111_111_111_000;
  assert.equal(codes.check('a', null, '050471'), null);
  for (const text of ['', '05047', '0504711', '٠٥٠٤٧١', 'no one', 'x'.repeat(100_000), '0'.repeat(LIMITS.code_characters_max + 1), '050471\0']) assert.equal(codes.check('a', factor, text), null, text.slice(0, 20));
  for (const text of ['050 471', '050-471', ' 050471\n']) assert.notEqual(codes.check('a', factor, text), null, text);
});

test('recovery codes are ten, differ, count for one account, and are taken however they are written', () => {
  const made = codes.newRecoveryCodes();
  assert.equal(new Set(made).size, LIMITS.recovery_codes);
  for (const code of made) assert.match(code, /^[a-z2-9]{5}-[a-z2-9]{5}$/);
  const [first = ''] = made;
  const recovery = codes.hashesOf('a', made);
  for (const text of [first, first.toUpperCase(), first.replace('-', ''), ` ${first.replace('-', ' ')} `]) assert.deepEqual(codes.check('a', { ...factor, recovery }, text), { since: 7, is: 'recovery code', hash: recovery[0] });
  assert.equal(codes.check('b', { ...factor, recovery }, first), null, 'of another account');
  assert.equal(codes.check('a', { ...factor, recovery: recovery.slice(1) }, first), null, 'used');
});

test('newSecret() has 160 bits, and uriOf() says everything that an app needs', () => {
  const secret = codes.newSecret();
  assert.match(secret.reveal(), /^[A-Z2-7]{32}$/);
  assert.notEqual(codes.newSecret().reveal(), secret.reveal());
  assert.equal(String(secret), '[secret]');
  const uri = new URL(codes.uriOf(secret, 'Ada & Co: ü?'));
  assert.match(uri.href, /^otpauth:\/\/totp\/Tracekeep:/);
  assert.ok(decodeURIComponent(uri.pathname).endsWith('/Tracekeep:Ada & Co: ü?'));
  assert.deepEqual(Object.fromEntries(uri.searchParams), { issuer: 'Tracekeep', secret: secret.reveal(), algorithm: 'SHA1', digits: '6', period: '30' });
});
