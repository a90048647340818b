import assert from 'node:assert/strict';
import { test } from 'node:test';
import { urlTemplate } from './url-template.ts';

test('ids of the path and values of the query go; user and fragment too', () => {
  const cases: Readonly<Record<string, string | null>> = {
    'https://ada:hunter2@shop.example:8443/users/42/orders?sort=asc&user=ada#top': 'https://shop.example:8443/users/{id}/orders?sort=?&user=?',
    '/users/3f2504e0-4f89-11d3-9a0c-0305e82c3301/avatar.png': '/users/{id}/avatar.png',
    '/v1/customers/cus_9s6XKzkNRiz8i3/cards': '/v1/customers/{id}/cards',
    '/files/9e107d9d372bb6826bd81d3542a419d6': '/files/{id}', '/blob/deadbeef01': '/blob/{id}', '/a/facade/b': '/a/facade/b', '/orders/2026-11': '/orders/{id}', '/orders/order-17': '/orders/{id}',
    '/t/VGhpcyBpcyBhIHNlY3JldCB0aGF0IGlz': '/t/{id}', '/api/v1.2/order-items/:batchGet': '/api/v1.2/order-items/:batchGet', '/oauth2/token': '/oauth2/token', '/users/{userId}': '/users/{userId}', '/users/:id': '/users/:id',
    '/by/ada%20lovelace': '/by/{id}', '/by/ada@example.org': '/by/{id}', '/by/[email]/x': '/by/[email]/x', '/m;jsessionid=abc/x': '/{id}/x', '/': '/', '': null,
    '?token=abc': '?token=?', 'user=ada&token=abc': 'user=?&token=?', 'a=1&&b': 'a=?&&?', '/x?hunter2': '/x??', '/x?': '/x?', '/x?12345=1&[email]=2': '/x??&?',
    '//cdn.example/lib.js': '//cdn.example/lib.js', 'https://[2001:db8::1]:80/x': 'https://[2001:db8::1]:80/x', 'https://shop.example': 'https://shop.example',
    'not a url': null, 'hunter2': null, 'mailto:ada@example.org': null, 'data:text/plain;base64,aHVudGVyMg==': null, 'https://exa mple/x': null, 'https://ex"ample/x': null,
  };
  for (const [url, template] of Object.entries(cases)) assert.equal(urlTemplate(url), template, url);
});

test('a template is its own template', () => {
  for (const url of ['https://shop.example/users/42?sort=asc', '/a/b/123', '/x?hunter2&a=b']) assert.equal(urlTemplate(urlTemplate(url)!), urlTemplate(url), url);
});

test('long and hostile texts take no longer than their length', () => {
  // Hours, were it otherwise: finishing at all is the proof.
  for (const text of [`/${'a'.repeat(100_000)}`, `/x?${'a=b&'.repeat(30_000)}`, `https://${'@'.repeat(100_000)}`, `/${'a1'.repeat(50_000)}`, `a[${'[]'.repeat(50_000)}=`, `/${'0a'.repeat(50_000)}g`, `${'/0a'.repeat(30_000)}`]) urlTemplate(text);
});
