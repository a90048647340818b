/** `kill -9` at random moments while somebody reads: whatever was answered is in the log, once. */
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { createToken, launchServer, startServer, temporaryFolder, until } from '#harness';
import { storedBodies } from '#harness/stored-bodies';
import { newSeed, pause, Random } from './load.ts';

const ROUNDS = 2;
const READERS = 4;
const random = new Random(newSeed());

test('killed at any moment, the server has a record of every read that it answered, and none twice', { timeout: 180_000 }, async (t) => {
  const data = join(temporaryFolder(), 'data');
  const token = await createToken(data);
  const answered = new Set<string>();
  let asked = 0;
  for (let round = 1; round <= ROUNDS; round++) {
    const server = await startServer({ data });
    let over = false;
    const reading = Array.from({ length: READERS }, async () => {
      while (!over) {
        const id = (asked += 1).toString(16).padStart(32, 'a');
        const status = await fetch(`${server.console}/api/v1/traces/${id}`, { headers: { authorization: `Bearer ${token}` } }).then(async (answer) => (await answer.text(), answer.status), () => 0);
        if (status === 404) answered.add(id);
        else if (status !== 0) assert.equal(status, 503);
      }
    });
    const before = answered.size;
    await until(() => answered.size >= before + 20, 'some reads were answered');
    await pause(random.below(1_000));
    await server.kill();
    over = true;
    await Promise.all(reading);
  }
  const last = launchServer({ data });
  await last.ready();
  await last.stop();
  const counts = new Map<string, number>();
  for (const { type, closed } of await storedBodies(data)) {
    if (type !== 'access') continue;
    for (const { ids = [] } of closed['reads'] as readonly { readonly ids?: readonly string[] }[]) for (const id of ids) counts.set(id, (counts.get(id) ?? 0) + 1);
  }
  t.diagnostic(`${answered.size} answers over ${ROUNDS} kills, ${counts.size} records`);
  assert.ok(answered.size >= 20 * ROUNDS);
  assert.deepEqual([...answered].filter((id) => !counts.has(id)), [], 'answered and not recorded');
  assert.deepEqual([...counts].filter(([, count]) => count > 1), [], 'recorded twice');
});
