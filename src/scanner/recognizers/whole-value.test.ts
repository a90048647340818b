import { test } from 'node:test';
import { KEY } from '#scanner/recognizer';
import { expectMarks } from '#scanner/testing';
import { wholeValue } from './whole-value.ts';

test('wholeValue marks whatever stands under a secret key', () => {
  expectMarks(wholeValue, '«x»', 'credential', KEY.secret);
  expectMarks(wholeValue, ' «a b c» ', 'credential', KEY.secret);
  expectMarks(wholeValue, '«hunter2»', 'password', KEY.secret | KEY.password);
  expectMarks(wholeValue, '«12»', 'password', KEY.secret | KEY.password);
  expectMarks(wholeValue, '«abc»', 'session-id', KEY.session);
  expectMarks(wholeValue, 'Bearer «abc»', 'authorization', KEY.secret | KEY.authorization);
  expectMarks(wholeValue, '«[email]hunter2»', 'password', KEY.secret | KEY.password);
});

test('wholeValue leaves absences, templates and what was replaced alone', () => {
  for (const text of ['', '  ', 'null', 'true', '********', '${TOKEN}', '<redacted>', '[credential]', '"[credential]"', '7']) expectMarks(wholeValue, text, 'credential', KEY.secret);
  expectMarks(wholeValue, 'Bearer [authorization]', 'authorization', KEY.secret | KEY.authorization);
});

test('wholeValue asks more of a value whose key only may carry a secret', () => {
  expectMarks(wholeValue, '«8f3kd93kd02kd83kd»', 'credential', KEY.perhaps);
  for (const text of ['orders', 'user:42', '550e8400-e29b-41d4-a716-446655440000', 'd3d1443e0adc9c24', '2024-05-17T12:00:00Z']) expectMarks(wholeValue, text, 'credential', KEY.perhaps);
});
