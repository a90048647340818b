import assert from 'node:assert/strict';
import { test } from 'node:test';
import { networkOf, networksOf } from './network.ts';

test('addresses become their network, IPv4 within IPv6 by the prefix of IPv4', () => {
  const cases: [string, number, number, string | null][] = [
    ['203.0.113.9', 24, 48, '203.0.113.0'], ['203.0.113.9', 16, 48, '203.0.0.0'], ['203.0.113.9', 0, 48, '0.0.0.0'], ['203.0.113.9', 32, 48, '203.0.113.9'], ['203.0.113.201', 26, 48, '203.0.113.192'],
    ['2001:db8:1:2:3:4:5:6', 24, 48, '2001:db8:1::'], ['2001:db8:1:2:3:4:5:6', 24, 32, '2001:db8::'], ['2001:0DB8:1:2::9', 24, 64, '2001:db8:1:2::'], ['2001:db8:1ff:2::9', 24, 40, '2001:db8:100::'],
    ['2001:db8:1:2:3:4:5:6', 24, 128, '2001:db8:1:2:3:4:5:6'], ['2001:db8:1:2:3:4:5:6', 24, 112, '2001:db8:1:2:3:4:5:0'], ['2001:db8::1', 24, 0, '::'], ['::1', 24, 48, '::'],
    ['::ffff:203.0.113.9', 24, 48, '::ffff:203.0.113.0'], ['::ffff:203.0.113.9', 8, 128, '::ffff:203.0.0.0'], ['::ffff:cb00:7109', 24, 128, '::ffff:203.0.113.0'],
    ['fe80::1%eth0', 24, 64, 'fe80::'], ['64:ff9b::203.0.113.9', 24, 48, '64:ff9b::'],
    ['203.0.113', 24, 48, null], ['203.0.113.256', 24, 48, null], ['203.0.113.9.1', 24, 48, null], ['2001:db8:::1', 24, 48, null], ['1:2:3:4:5:6:7', 24, 48, null], ['1:2:3:4:5:6:7:8:9', 24, 48, null], ['1::2::3', 24, 48, null], ['db8::g', 24, 48, null], ['', 24, 48, null], ['example.org', 24, 48, null],
  ];
  for (const [address, v4, v6, network] of cases) assert.equal(networkOf(address, { v4, v6 }), network, `${address} /${v4} /${v6}`);
});

test('lists, brackets and ports stay, anything else is not understood', () => {
  const by = (text: string) => networksOf(text, { v4: 24, v6: 48 });
  assert.equal(by('203.0.113.9:443'), '203.0.113.0:443');
  assert.equal(by('[2001:db8:1:2::9]:443'), '[2001:db8:1::]:443');
  assert.equal(by('203.0.113.9,2001:db8:1:2::9 , ::ffff:198.51.100.7'), '203.0.113.0, 2001:db8:1::, ::ffff:198.51.100.0');
  for (const text of ['', 'unknown', '203.0.113.9 hunter2', '203.0.113.9, hunter2', 'for=203.0.113.9', '203.0.113.9:hunter2', '[203.0.113.9', '2001:db8::1%hunter2hunter2hunter2']) assert.equal(by(text), null, text);
});
