/** The address that snippets send to. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { endpointOf } from './endpoint.ts';

test('endpointOf() is where exporters reach the server', () => {
  const page = { hostname: 'traces.example', protocol: 'https:' };
  assert.equal(endpointOf({ host: '127.0.0.1', port: 4318 }, page), 'http://127.0.0.1:4318');
  assert.equal(endpointOf({ host: '0.0.0.0', port: 4318 }, page), 'https://traces.example:4318');
  assert.equal(endpointOf({ host: '::', port: 1 }, { hostname: 'localhost', protocol: 'http:' }), 'http://127.0.0.1:1');
  assert.equal(endpointOf({ host: '::1', port: 1 }, page), 'http://[::1]:1');
  assert.equal(endpointOf(null, { hostname: '127.0.0.1', protocol: 'http:' }), 'http://127.0.0.1:4318');
});
