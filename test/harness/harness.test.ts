/** The test harness itself: that it starts, stops, kills and waits. */
import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { test } from 'node:test';
import { addProducer, createToken, startServer, until } from '#harness';
import { balancedAccounting, exportOf, sendWell, spanOf } from '#harness/exchange';

test('a server starts, takes a span, tells of it, stops', async () => {
  const server = await startServer();
  const key = await addProducer(server.data, 'shop');
  const token = await createToken(server.data);
  await sendWell(server, key, exportOf([spanOf()]));
  const { totals } = await balancedAccounting(server, token);
  assert.deepEqual([totals.received, totals.stored, totals.refused, totals.dropped], [1, 1, 0, 0]);
  assert.ok(server.peakMemoryBytes() > 1e6);
  await server.stop();
  assert.ok(existsSync(server.data));
});

test('a killed server is gone; what does not come to pass fails', async () => {
  const server = await startServer();
  await server.kill();
  assert.equal((await server.exited).signal, 'SIGKILL');
  await assert.rejects(server.stop(), /good order/);
  await assert.rejects(until(() => false, 'never', 50), /never/);
});
