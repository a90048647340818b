import assert from 'node:assert/strict';
import { test } from 'node:test';

import { addressText, isLoopback, readAddress, readPeriod, readSize } from './quantity.ts';

test('readPeriod() reads a number with a unit, and nothing else', () => {
  const good = { '0': 0, '0s': 0, '250ms': 250, '90s': 90_000, '15m': 900_000, '24h': 86_400_000, '30d': 2_592_000_000, '1 h': 3_600_000 };
  for (const [text, ms] of Object.entries(good)) assert.equal(readPeriod(text), ms, text);
  for (const text of ['', '5', '-1h', '1.5h', '1w', 'h', '1hh', '1H', ' 1h', '1h ', '9999999999999999d', 'constructor', '1e3s']) assert.equal(readPeriod(text), null, text);
});

test('readSize() reads decimal and binary units', () => {
  const good = { '0': 0, '1000': 1_000, '512MiB': 536_870_912, '200GB': 2e11, '1 TiB': 2 ** 40, '3B': 3 };
  for (const [text, bytes] of Object.entries(good)) assert.equal(readSize(text), bytes, text);
  for (const text of ['', 'GB', '1gb', '-1', '1.5GB', '9999999999999TB', '1 2']) assert.equal(readSize(text), null, text);
});

test('readAddress() takes an IP address or localhost, and looks no name up', () => {
  assert.deepEqual(readAddress('127.0.0.1:4318'), { host: '127.0.0.1', port: 4318 });
  assert.deepEqual(readAddress('localhost:0'), { host: '127.0.0.1', port: 0 });
  assert.deepEqual(readAddress('[::1]:4318'), { host: '::1', port: 4318 });
  for (const text of ['', '4318', ':4318', '127.0.0.1', '127.0.0.1:', '127.0.0.1:65536', '127.0.0.1:1x', '::1:4318', '[::1]', '[127.0.0.1]:1', 'example.com:1', '127.1:1', '[fe80::1%eth0]:1', 'http://127.0.0.1:1']) {
    assert.equal(readAddress(text), null, text);
  }
});

test('isLoopback() is true for what only this machine reaches', () => {
  for (const text of ['127.0.0.1:1', '127.255.0.9:1', '[::1]:1', '[0:0:0:0:0:0:0:1]:1', 'localhost:1']) assert.ok(isLoopback(readAddress(text) ?? { host: '', port: 0 }), text);
  for (const text of ['0.0.0.0:1', '10.0.0.1:1', '[::]:1', '[::2]:1', '[::ffff:127.0.0.1]:1', '128.0.0.1:1']) assert.ok(!isLoopback(readAddress(text) ?? { host: '127.0.0.1', port: 0 }), text);
});

test('addressText() puts IPv6 into brackets', () => {
  assert.equal(addressText({ host: '::1', port: 1 }), '[::1]:1');
  assert.equal(addressText({ host: '127.0.0.1', port: 1 }), '127.0.0.1:1');
});
