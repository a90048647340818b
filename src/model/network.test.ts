import assert from 'node:assert/strict';
import { test } from 'node:test';
import { networkText, subscriberOf } from './network.ts';

test('networkText() keeps the network of an address and nothing of who it is', () => {
  assert.equal(networkText('192.0.2.77'), '192.0.2.0/24');
  assert.equal(networkText('::ffff:192.0.2.77'), '192.0.2.0/24');
  assert.equal(networkText('2001:db8:1:2:3:4:5:6'), '2001:db8:1::/48');
  assert.equal(networkText('2001:db8::6'), '2001:db8:0::/48');
  assert.equal(networkText('fe80::1%eth0'), 'fe80:0:0::/48');
  assert.equal(networkText('::1'), '0:0:0::/48');
  for (const text of ['', 'somewhere', "1.2.3.4'--"]) assert.equal(networkText(text), 'unknown');
});

test('subscriberOf() puts the addresses of one IPv6 network together', () => {
  assert.equal(subscriberOf('2001:db8:1:2:3:4:5:6'), subscriberOf('2001:db8:1:2::9'));
  assert.notEqual(subscriberOf('2001:db8:1:2::9'), subscriberOf('2001:db8:1:3::9'));
  assert.equal(subscriberOf('192.0.2.77'), '192.0.2.77');
});
