import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createServer, type TLSSocket } from 'node:tls';
import { LIMITS } from '#limits';
import { boundHandshakes, HandshakeGate, type HandshakeLimits } from './handshakes.ts';

const SMALL: HandshakeLimits = { ...LIMITS, tls_handshakes_per_s_max: 10, tls_handshakes_burst_max: 12, tls_handshakes_pending_max: 6, tls_handshakes_network_per_s_max: 2, tls_handshakes_network_burst_max: 4, tls_handshakes_network_pending_max: 3, tls_handshakes_networks_max: 10 };

/** What becomes of so many that begin at once and end at once. */
const begin = (gate: HandshakeGate, address: string, times: number, now_ms: number): string[] =>
  Array.from({ length: times }, () => {
    const entered = gate.enter(address, now_ms);
    if (typeof entered === 'string') return entered;
    entered();
    return 'in';
  });

test('a network begins no more than its share, and all networks together no more than the listener’s', () => {
  const gate = new HandshakeGate(SMALL);
  assert.deepEqual(begin(gate, '192.0.2.1', 6, 0), ['in', 'in', 'in', 'in', 'rate', 'rate']);
  // Another address of the same network.
  assert.deepEqual(begin(gate, '192.0.2.200', 1, 0), ['rate']);
  assert.deepEqual(begin(gate, '198.51.100.1', 4, 0), ['in', 'in', 'in', 'in']);
  assert.deepEqual(begin(gate, '2001:db8:1::1', 5, 0), ['in', 'in', 'in', 'in', 'rate']);
  assert.deepEqual(begin(gate, '203.0.113.1', 1, 0), ['rate'], 'the listener has begun as many as it may');
  assert.deepEqual(begin(gate, '192.0.2.1', 3, 1_000), ['in', 'in', 'rate'], 'a second later it may again');
});

test('as many are under way as the limit says, and each end makes room once', () => {
  const gate = new HandshakeGate(SMALL);
  const ends = Array.from({ length: 3 }, () => gate.enter('192.0.2.1', 0));
  assert.equal(gate.enter('192.0.2.1', 0), 'pending');
  const [first] = ends;
  assert.ok(typeof first === 'function');
  first();
  first();
  assert.equal(typeof gate.enter('192.0.2.1', 0), 'function');
  assert.equal(gate.enter('192.0.2.1', 0), 'pending');
  for (let at = 0; at < 3; at++) assert.equal(typeof gate.enter(`198.51.100.${at}`, 0), 'function');
  assert.equal(gate.enter('203.0.113.1', 0), 'pending', 'of all networks');
});

test('so many networks are remembered, and one that was forgotten still ends what it began', () => {
  const gate = new HandshakeGate({ ...SMALL, tls_handshakes_burst_max: 100, tls_handshakes_networks_max: 3 });
  const end = gate.enter('192.0.2.1', 0);
  for (let at = 0; at < 6; at++) gate.enter(`10.0.${at}.1`, 0);
  assert.ok(typeof end === 'function');
  assert.equal(gate.enter('203.0.113.1', 0), 'pending');
  end();
  assert.equal(typeof gate.enter('203.0.113.1', 0), 'function');
});

test('clients that do not trust the certificate are told apart from other failures', () => {
  const failed: string[] = [];
  const server = createServer();
  boundHandshakes(server, SMALL, (reason) => failed.push(reason));
  // As OpenSSL names the alerts of clients; Node as a client sends none, browsers and curl do.
  for (const code of ['ERR_SSL_TLSV1_ALERT_UNKNOWN_CA', 'ERR_SSL_SSL/TLS_ALERT_CERTIFICATE_UNKNOWN', 'ERR_SSL_SSL/TLS_ALERT_BAD_CERTIFICATE', 'ERR_SSL_TLSV1_ALERT_DECRYPT_ERROR', 'ETIMEDOUT']) server.emit('tlsClientError', Object.assign(new Error(code), { code }), {} as TLSSocket);
  assert.deepEqual(failed, ['untrusted', 'untrusted', 'untrusted', 'other', 'other']);
});
