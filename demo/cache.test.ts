/** The cache is asked by the same unmodified client that the shop uses. */
import assert from 'node:assert/strict';
import type { Server } from 'node:net';
import type { AddressInfo } from 'node:net';
import { after, before, test } from 'node:test';
import { Redis } from 'ioredis';
import { startCache } from './cache.ts';

let server: Server;
let client: Redis;
let other: Redis;

before(async () => {
  server = await startCache();
  const { port } = server.address() as AddressInfo;
  [client, other] = [new Redis({ port, protocol: 2 }), new Redis({ port, protocol: 2 })];
});

after(() => {
  client.disconnect();
  other.disconnect();
  server.close();
});

test('SET and GET keep text of any script, and EX ends it', async () => {
  await client.set('key', 'søt te 茶\r\n$5', 'EX', 100);
  assert.equal(await other.get('key'), 'søt te 茶\r\n$5');
  await client.set('key', 'gone', 'EX', 0);
  assert.equal(await client.get('key'), null);
});

test('HSET, HGETALL, INCR and DEL', async () => {
  assert.equal(await client.hset('cart', 'a', '1', 'b', '2'), 2);
  assert.deepEqual(await client.hgetall('cart'), { a: '1', b: '2' });
  assert.deepEqual([await client.incr('n'), await client.incr('n')], [1, 2]);
  assert.deepEqual([await client.del('cart', 'n', 'absent'), await client.hgetall('cart')], [2, {}]);
});

test('BRPOP answers in the order of LPUSH, waits for an item, and gives up in time', async () => {
  await client.lpush('queue', 'first');
  await client.lpush('queue', 'second');
  assert.deepEqual([await client.brpop('queue', 1), await client.brpop('queue', 1)], [['queue', 'first'], ['queue', 'second']]);
  const waiting = other.brpop('queue', 0);
  await client.ping();
  await client.lpush('queue', 'third');
  assert.deepEqual(await waiting, ['queue', 'third']);
  assert.equal(await client.brpop('queue', 0.01), null);
});

test('an unknown command is refused and the connection stays usable', async () => {
  await assert.rejects(client.zadd('set', 1, 'member'), /ERR unknown command/);
  assert.equal(await client.ping(), 'PONG');
});
