import assert from 'node:assert/strict';
import { test } from 'node:test';
import { expectMarks } from '#scanner/testing';
import { authorization, markAuthorizationValue } from './authorization.ts';

test('authorization marks what follows a scheme', () => {
  for (const text of [
    'Authorization: Bearer «mF_9.B5f-4.1JqM»',
    'header authorization=Bearer «abcdef123456» sent',
    'authorization: Basic «dXNlcjpwYXNz»',
    'Proxy-Authorization: basic «dXNlcjpwYXNz»',
    'DPoP «Kz~8mXK1EalYznwH-LC-1fBAo.4Ljp~zsPE_NeO.gxU»',
    'ApiKey «8f3kd93kd02kd83kd»',
    'Token «22cb987851bc5659229114c62e60c79abd0d2c08»',
    'SSWS «00QCjAl4MlV-WPXM9abcd0HmjFx-vbGua»',
    'Digest username="«Mufasa»", realm="x", nonce="«dcd98b7102dd2f0e»", uri="/", response="«6629fae49393a053»"',
    'AWS4-HMAC-SHA256 Credential=«AKIAIOSFODNN7EXAMPLE/20130524/us-east-1/s3/aws4_request», SignedHeaders=host;range, Signature=«fe5f80f77d5fa3be»',
    'OAuth realm="x", oauth_token="«ad180jjd733klru7»", oauth_signature="«wOJIO9A2W5mFwDgiDvZbTSMK»"',
  ]) expectMarks(authorization, text, 'authorization');
});

test('authorization leaves sentences, challenges and templates alone', () => {
  for (const text of [
    'Bearer token required', 'Basic authentication is not supported', 'Bearer realm="api", error="invalid_token"', 'the basic idea', 'Token validation failed', 'token expired', 'Bearer ${TOKEN}', 'Bearer <token>', 'Bearer ****', 'bearer of bad news',
    'Digest algorithm is unknown', 'Basic realm="x"', 'Bearer [authorization]', 'Basic [authorization]', 'Token mismatch', 'basic training',
  ]) expectMarks(authorization, text, 'authorization');
});

test('markAuthorizationValue() keeps the scheme', () => {
  const marked = (value: string): string => {
    let result = value;
    markAuthorizationValue(value, 0, value.length, (start, end) => (result = `${value.slice(0, start)}*${value.slice(end)}`));
    return result;
  };
  assert.equal(marked('Bearer abc'), 'Bearer *');
  assert.equal(marked('abc'), '*');
  assert.equal(marked('SharedKey acc:sig'), 'SharedKey *');
  assert.equal(marked('Bearer [authorization]'), 'Bearer [authorization]');
  assert.equal(marked(''), '');
});
