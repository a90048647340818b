import assert from 'node:assert/strict';
import test from 'node:test';
import { KEY } from '#scanner/recognizer';
import { marksOf } from '#scanner/testing';
import { ip, ipVersion6, shortened4, shortened6 } from './ip.ts';

/** The text with every mark carried out. */
function minimized(text: string, keyClass: number = KEY.plain): string {
  const marks = [...marksOf(ip, text, keyClass), ...marksOf(ipVersion6, text, keyClass)].sort((a, b) => b.start - a.start);
  return marks.reduce((result, mark) => result.slice(0, mark.start) + mark.instead + result.slice(mark.end), text);
}

test('shortened4() and shortened6() keep the network', () => {
  assert.equal(shortened4('203.0.113.195'), '203.0.113.0');
  assert.equal(shortened4('203.0.113.256'), undefined);
  for (const [address, short] of [
    ['2001:db8:85a3:8d3:1319:8a2e:370:7348', '2001:db8:85a3::'], ['2001:db8::1', '2001:db8::'], ['::1', '::'], ['fe80::1ff:fe23:4567:890a', 'fe80::'], ['::ffff:203.0.113.9', '::ffff:203.0.113.0'],
    ['64:ff9b::203.0.113.9', '64:ff9b::'], ['1:2:3:4:5:6:203.0.113.9', '1:2:3::'], ['1::8', '1::'], ['::', '::'],
    ['1:2:3:4:5:6:7:8:9', undefined], ['1:2:3:4:5:6:7', undefined], ['1::2::3', undefined], ['12345::', undefined], ['10:30:00', undefined], [':1', undefined],
  ] as const)
    assert.equal(shortened6(address), short, address);
});

test('ip shortens every address under a key of clients', () => {
  for (const [text, expected] of [
    ['203.0.113.195', '203.0.113.0'], ['203.0.113.195:4433', '203.0.113.0:4433'], ['203.0.113.195, 10.1.2.3,192.168.7.9', '203.0.113.0, 10.1.2.0,192.168.7.0'], ['127.0.0.1', '127.0.0.1'], ['10.20.30.40', '10.20.30.0'],
    ['2001:db8:85a3:8d3::7348', '2001:db8:85a3::'], ['[2001:db8:85a3::1]:443', '[2001:db8:85a3::]:443'], ['::ffff:203.0.113.9', '::ffff:203.0.113.0'], ['fe80::1%eth0', 'fe80::'], ['::1', '::1'], ['0:0:0:0:0:0:0:1', '0:0:0:0:0:0:0:1'], ['::ffff:127.0.0.1', '::ffff:127.0.0.1'], ['1::1', '1::'],
    ['for="[2001:db8::17]:4711";proto=http', 'for="[2001:db8::]:4711";proto=http'], ['client.example.com', 'client.example.com'], ['203.0.113.0', '203.0.113.0'], ['unix:/run/app.sock', 'unix:/run/app.sock'],
  ] as const)
    assert.equal(minimized(text, KEY.clientAddress), expected);
});

test('ip shortens addresses that the text calls a client', () => {
  for (const [text, expected] of [
    ['X-Forwarded-For: 203.0.113.195, 70.41.3.18', 'X-Forwarded-For: 203.0.113.0, 70.41.3.0'],
    ['remote_addr=203.0.113.195 server=10.0.0.5', 'remote_addr=203.0.113.0 server=10.0.0.5'],
    ['{"client_ip":"203.0.113.195","host":"10.0.0.5"}', '{"client_ip":"203.0.113.0","host":"10.0.0.5"}'],
    ['upstream timed out, client: 203.0.113.195, server: shop, upstream: "http://10.0.0.5:80/"', 'upstream timed out, client: 203.0.113.0, server: shop, upstream: "http://10.0.0.5:80/"'],
    ['Forwarded: for=203.0.113.195;proto=http', 'Forwarded: for=203.0.113.0;proto=http'],
    ['x-real-ip: 2001:db8:1:2::9', 'x-real-ip: 2001:db8:1::'],
    ['user logged in from 203.0.113.195', 'user logged in from 203.0.113.0'],
    ["'REMOTE_ADDR': '203.0.113.195'", "'REMOTE_ADDR': '203.0.113.0'"],
  ] as const)
    assert.equal(minimized(text), expected);
});

test('ip leaves servers, versions, times and hashes alone', () => {
  for (const text of [
    'connect ECONNREFUSED 10.0.0.5:5432', 'http://10.0.0.5:8080/x', 'version 1.2.3.4', 'Chrome/120.0.6099.109', 'server 2001:db8::1', '10:30:00', 'a::b', 'std::vector::at', 'client library 1.2.3',
    'listening on 0.0.0.0:4318', 'aa:bb:cc:dd:ee:ff', 'client 1.2.3.4.5', 'client_version=1.2.3.4-rc1',
  ])
    assert.equal(minimized(text), text);
  for (const text of ['v1.2.3.4.5', 'x203.0.113.9', '300.1.1.1', 'aa:bb:cc:dd:ee:ff', '10:30:00', '1.2.3.4-beta']) assert.equal(minimized(text, KEY.clientAddress), text);
});

test('ip shortens of the other end of a connection only public addresses', () => {
  for (const [text, expected] of [
    ['203.0.113.195', '203.0.113.0'], ['203.0.113.195:443', '203.0.113.0:443'], ['2001:db8:85a3:8d3::7348', '2001:db8:85a3::'], ['::ffff:203.0.113.9', '::ffff:203.0.113.0'], ['172.32.0.9', '172.32.0.0'], ['100.128.0.9', '100.128.0.0'],
    ...['10.1.2.3', '172.16.0.9', '172.31.255.9', '192.168.1.2', '127.0.0.1', '169.254.1.9', '100.64.0.9', '::1', 'fe80::1', 'fd12:3456::9', '::ffff:10.0.0.9', '0.0.0.0', '/var/run/app.sock', 'db.internal'].map((text) => [text, text] as const),
  ] as const)
    assert.equal(minimized(text, KEY.peerAddress), expected);
  assert.equal(minimized('peer_ip=203.0.113.195 peer_addr: 10.0.0.5 socket.address=127.0.0.1'), 'peer_ip=203.0.113.0 peer_addr: 10.0.0.5 socket.address=127.0.0.1');
});

test('ip shortens the address at the beginning of a line of an access log', () => {
  for (const text of ['203.0.113.9 - - [10/Oct/2000:13:55:36 -0700] "GET / HTTP/1.0" 200 2326', 'started\n203.0.113.9 - jane [10/Oct/2000:13:55:36 -0700] "GET /"']) assert.equal(marksOf(ip, text)[0]?.instead, '203.0.113.0', text);
  for (const text of ['203.0.113.9 - - up', 'server 203.0.113.9 - - [10/Oct/2000:13:55:36 -0700]']) assert.deepEqual(marksOf(ip, text), [], text);
});
