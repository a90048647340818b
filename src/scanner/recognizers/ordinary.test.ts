/**
 * Values as traces are full of them, in which no recognizer of people's data may find anything. A false positive is a
 * defect of the same rank as a leak: it hides what the trace was taken for.
 */
import assert from 'node:assert/strict';
import test from 'node:test';
import { KEY } from '#scanner/recognizer';
import type { Kind } from '#scanner/recognizer';
import { marksOf } from '#scanner/testing';
import { RECOGNIZERS } from './recognizers.ts';

const KINDS_OF_PEOPLE: ReadonlySet<Kind> = new Set<Kind>(['email', 'card', 'iban', 'national-id', 'phone', 'ip', 'literal']);
const OURS = RECOGNIZERS.filter(({ kind }) => KINDS_OF_PEOPLE.has(kind));

const ORDINARY = [
  // ids and hashes
  '550e8400-e29b-41d4-a716-446655440000', '00000000-0000-0000-0000-000000000000', '4bf92f3577b34da6a3ce929d0e0e4736', '00f067aa0ba902b7', '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01',
  'da39a3ee5e6b4b0d3255bfef95601890afd80709', 'sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855', '01ARZ3NDEKTSV4RRFFQ69G5FAV', 'V1StGXR8_Z5jdHi6B-myT', '507f1f77bcf86cd799439011', '1146520129327923200', 'req-5f2b8c1d9e', 'ORD-2024-000123', 'order 100045', 'INV/2024/0001234',
  // clocks, sizes, ports
  '2024-01-15T10:30:00.123456789Z', '2024-01-15 10:30:00,123', 'Mon, 15 Jan 2024 10:30:00 GMT', '1705312345', '1705312345678', '1705312345678901', '1705312345678901234', '20240115103000', '20240115-103000', '10:30:00.000', 'P3Y6M4DT12H30M5S', '12.345678 ms', '1048576', '9007199254740991', '18446744073709551615', '-9223372036854775808', '3.14159265358979', '1.7976931348623157e+308', '8080', '0.0.0.0:4318', '4317/tcp', '65535',
  // versions, images, packages
  '1.2.3.4', 'v1.29.0-rc.1+build.20240115', 'node:22.4.1-alpine3.20', 'registry.example.com:5000/shop/cart:1.4.2', 'redis@sha256:9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08', '@opentelemetry/instrumentation-http@0.53.0', 'org.springframework.web.servlet.DispatcherServlet@6d06d69c', 'go1.22.5', 'PostgreSQL 16.3 on x86_64-pc-linux-gnu', 'github.com/gin-gonic/gin@v1.9.1', 'spring-boot-3.2.1.jar',
  // hosts, pods, paths, agents
  'cart-7d4b9c6f5d-x2x7q', 'ip-10-0-12-34.eu-west-1.compute.internal', 'postgres.shop.svc.cluster.local:5432', 'https://10.0.0.5:8080/api/v1/orders/123456789/items?page=2&limit=50', '/api/v1/users/123456789', '/usr/lib/x86_64-linux-gnu/libc.so.6', 'C:\\Program Files\\App\\1.2.3\\app.exe', 'git@github.com:org/repo.git', 'fe80::1', '2001:db8::1', '[::]:4317', '0a:58:0a:f4:00:1c', 'i-0abcd1234efgh5678', 'arn:aws:lambda:eu-west-1:123456789012:function:checkout', 'projects/my-project-123456/topics/orders', 'eu-central-1a', 'partition-12 offset 123456789012',
  'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0.6478.127 Safari/537.36', 'curl/8.6.0', 'grpc-node-js/1.10.8', 'okhttp/4.12.0',
  // span names and messages
  'GET /users/:id', 'SELECT shop.orders', 'SELECT', 'INSERT INTO orders', 'HTTP GET', 'orders process', 'grpc.health.v1.Health/Check', 'connect ECONNREFUSED 10.0.0.5:5432', 'Request failed with status code 404', 'timeout of 1000ms exceeded', 'Deadline exceeded after 4.999812s', 'received 12345678 bytes in 123.456 ms', 'retry 3 of 5 in 200 ms', "Cannot read properties of undefined (reading 'id')", 'TypeError: x is not a function\n    at Object.<anonymous> (/app/server.js:123:45)\n    at Module._compile (node:internal/modules/cjs/loader:1358:14)',
  'select the best of 5 from 10', 'update 12 of 345', 'lock wait timeout exceeded; try restarting transaction', 'thread-pool-12-thread-345', 'kafka-consumer-1705312345678-12', 'text/html; charset=utf-8', 'W/"33a64df551425fcc55e4d42a148795d9f25f89d4"', 'bytes=0-1048575', 'max-age=31536000', 'gzip, deflate, br', '{"n":123456789,"ok":true,"at":1705312345678}', 'a=1&b=22&c=333', '+00:00', 'UTC+1', '(123) 456', '12/34/5678', '123-456-7890123', '1,234,567,890',
];

test('recognizers of people’s data leave ordinary values alone', () => {
  assert.ok(OURS.length >= 12);
  for (const text of ORDINARY) {
    for (const recognizer of OURS) {
      const found = marksOf(recognizer, text, KEY.plain).map(({ start, end }) => text.slice(start, end));
      assert.deepEqual(found, [], `${recognizer.id} on ${text}`);
    }
  }
});

test('recognizers of people’s data rarely fire on random ids', () => {
  const seed = 20240115;
  let state = seed;
  const random = (): number => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
  const take = (alphabet: string, length: number): string => Array.from({ length }, () => alphabet[Math.floor(random() * alphabet.length)]).join('');
  const shapes: (readonly [string, () => string, atMost: number])[] = [
    ['uuid', () => [8, 4, 4, 4, 12].map((n) => take('0123456789abcdef', n)).join('-'), 0],
    ['trace id', () => take('0123456789abcdef', 32), 0],
    ['span id', () => take('0123456789abcdef', 16), 3],
    ['base64', () => take('ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/', 44), 0],
    ['decimal u64', () => take('0123456789', 19), 3],
    ['16 digits', () => take('0123456789', 16), 120],
    ['12 digits', () => take('0123456789', 12), 0],
    ['11 digits', () => take('0123456789', 11), 0],
    ['9 digits', () => take('0123456789', 9), 0],
    ['milliseconds', () => String(1_600_000_000_000 + Math.floor(random() * 3e11)), 0],
    ['upper-case id', () => take('ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789', 12), 0],
    ['pod', () => `cart-${take('bcdfghjklmnpqrstvwxz2456789', 10)}-${take('bcdfghjklmnpqrstvwxz2456789', 5)}`, 0],
    ['ip and port', () => `10.${Math.floor(random() * 256)}.${Math.floor(random() * 256)}.${Math.floor(random() * 256)}:${take('123456789', 4)}`, 0],
  ];
  for (const [name, make, atMost] of shapes) {
    let fired = 0;
    for (let i = 0; i < 3000; i += 1) {
      const text = make();
      if (OURS.some((recognizer) => marksOf(recognizer, text, KEY.plain).length > 0)) fired += 1;
    }
    assert.ok(fired <= atMost, `${name}: ${fired} of 3000, seed ${seed}`);
  }
});
