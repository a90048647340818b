/**
 * `kill -9` at random moments while control data changes: in the end the log has every change exactly once, in order. The changes are made beside
 * the server, so they go on while none runs.
 */
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { ControlStore } from '#control';
import { launchServer, temporaryFolder } from '#harness';
import { storedBodies } from '#harness/stored-bodies';
import { deriveKey, openRootKey } from '#keys';
import { DEFAULT_TENANT } from '#model';
import { newSeed, pause, Random } from './load.ts';

const ROUNDS = 3;
const KILL_MS_MAX = 1_500;
const random = new Random(newSeed());

test('killed at any moment, the server logs every change once and in order', { timeout: 120_000 }, async (t) => {
  const data = join(temporaryFolder(), 'data');
  let server = launchServer({ data });
  await server.ready();
  const control = await ControlStore.open({ dataDir: data, key: deriveKey(openRootKey({ file: `${data}.key`, dataDir: data }), 'control') });
  let changes = 0;
  let over = false;
  const changing = (async () => {
    while (!over) {
      await control.setTenant(DEFAULT_TENANT, `class-${++changes}`);
      await pause(random.below(40));
    }
  })();
  for (let round = 1; round <= ROUNDS; round++) {
    await pause(random.below(KILL_MS_MAX));
    await server.kill();
    await pause(random.below(200));
    server = launchServer({ data });
    // Every other one is killed while it starts.
    if (round % 2 === 0) await server.ready();
  }
  over = true;
  await changing;
  control.close();
  await server.ready();
  await server.stop();
  const logged = (await storedBodies(data)).filter(({ type, statement }) => type === 'tenant' && statement['what'] === 'set').map(({ statement }) => statement['retention']);
  assert.deepEqual(logged, Array.from({ length: changes }, (_, at) => `class-${at + 1}`));
  t.diagnostic(`${changes} changes over ${ROUNDS} kills`);
  assert.ok(changes > 50);
});
