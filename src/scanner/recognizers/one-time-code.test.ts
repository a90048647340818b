import { test } from 'node:test';
import { expectMarks } from '#scanner/testing';
import { oneTimeCode } from './one-time-code.ts';

test('oneTimeCode marks codes in sentences', () => {
  for (const text of ['Use «725515» as your verification code', 'G-«219063» is your Google verification code', 'OTP «295412» sent to user', 'sms code «577006»', 'your one-time password is «074264»', '2FA code: «407795»', '«123 456» is your login code']) expectMarks(oneTimeCode, text, 'password');
});

test('oneTimeCode leaves other codes alone', () => {
  for (const text of ['error code 5000', 'status code: 404', 'verification code expired after 3000 ms', '200 is your status code', 'OTP service on port 8080-x', 'security codes: 4711 rows']) expectMarks(oneTimeCode, text, 'password');
});
