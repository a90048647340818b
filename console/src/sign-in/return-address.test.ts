import assert from 'node:assert/strict';
import { test } from 'node:test';
import { linkOf, returnAddress } from './return-address.ts';

const ORIGIN = 'http://127.0.0.1:4320';

test('returnAddress() leads back to where somebody was', () => {
  for (const address of ['/', '/search', '/search?service=shop&start=1h', '/traces/5b8efff798038103d269b633813fc60c#span', '/services/%2F']) assert.equal(returnAddress(address, ORIGIN), address);
});

test('returnAddress() leads nowhere else, however it is written', () => {
  const elsewhere = [
    'https://evil.example', '//evil.example', '/\\evil.example', '\\\\evil.example', '/\t/evil.example', '/\n/evil.example', '/.//evil.example', '/..//evil.example', 'javascript:alert(1)', '/%09/../..//evil.example', ' //evil.example', 'evil.example', '',
    '/sign-in', '/sign-in?to=/sign-in', '/api/v1/session', null, undefined, 7, ['/search'], { toString: () => '/search' },
  ];
  for (const address of elsewhere) {
    const led = returnAddress(address, ORIGIN);
    const url = new URL(led, ORIGIN);
    assert.equal(url.origin, ORIGIN, String(address));
    assert.ok(led.startsWith('/') && !led.startsWith('//') && !/^\/(api|sign-in)/.test(led), `${String(address)} → ${led}`);
  }
});

test('linkOf() reads what the server prints and nothing else', () => {
  assert.deepEqual(linkOf('#first=tl_abc-DEF_9'), { kind: 'first', text: 'tl_abc-DEF_9' });
  assert.deepEqual(linkOf('#link=tl_x'), { kind: 'link', text: 'tl_x' });
  for (const hash of ['', '#', '#first=', '#last=tl_x', '#first=tl_x&y', '#first=<script>', `#first=${'x'.repeat(200)}`]) assert.equal(linkOf(hash), null, hash);
});
