import { test } from 'node:test';
import { KEY } from '#scanner/recognizer';
import { expectMarks } from '#scanner/testing';
import { cookieHeader, cookieInText } from './cookie.ts';

test('cookieHeader marks values, not names and attributes', () => {
  for (const text of [
    'a=«b»; c=«d»',
    'session=«abc=»; theme=«dark»',
    'id=«a3fWa»; Expires=Wed, 21 Oct 2026 07:28:00 GMT; Max-Age=60; Path=/; Domain=x.example; Secure; HttpOnly; SameSite=Lax; Partitioned',
    '«justavalue»',
    'a=; b=«c»',
    'path=«/secret»; x=«1»',
    'a=[cookie]; b=[cookie]',
    '',
    ' ; ;',
  ]) expectMarks(cookieHeader, text, 'cookie', KEY.cookie);
});

test('cookieInText finds the headers in dumps', () => {
  for (const text of [
    'Cookie: session=«abc123»; theme=«dark»\nHost: x',
    '> Set-Cookie: JSESSIONID=«0AFC35»; Path=/; HttpOnly',
    `curl -H 'Cookie: a=«b»' https://x`,
    '{"Cookie":"a=«b»; c=«d»"}',
    '{"cookie":["a=«b»"]}',
    '{\\"set-cookie\\":\\"a=«b»; Path=/\\"}',
    'Cookie:[a=«b»] Host:[x]',
  ]) expectMarks(cookieInText, text, 'cookie');
});

test('cookieInText leaves talk of cookies alone', () => {
  for (const text of ['Cookie policy accepted', 'cookies=true', 'cookie consent: yes', 'cookie "a" rejected because x=1', 'cookie_domain=example.com']) expectMarks(cookieInText, text, 'cookie');
});
