import assert from 'node:assert/strict';
import { createHash, randomInt } from 'node:crypto';
import { test } from 'node:test';
import { LIMITS } from '#limits';
import type { ProducerId, TakenRequest, TenantId } from '#model';
import { RequestMemory } from './request-memory.ts';

const NOW_MS = 1_800_000_000_000;
const digest = (of: number): string => createHash('sha256').update(`request ${of}`).digest('hex').slice(0, 32);
const taken = (of: number, message = ''): TakenRequest => ({ producer: `p_${of % 7}` as ProducerId, tenant: `tenant ${of % 7}` as TenantId, received: of, rejected: message === '' ? 0 : 1, message });

test('it knows the newest requests, by whoever sent each last, and says since when it knows all', () => {
  const seed = Number(process.env['TRACEKEEP_SEED'] ?? randomInt(2 ** 31));
  let state = seed;
  const random = (below: number): number => (state = (state * 48_271 + 11) % 2_147_483_647) % below;
  const capacity = 100;
  const memory = new RequestMemory(0, capacity);
  const added: { readonly of: number; readonly value: number; readonly at_ms: number }[] = [];
  let oldest = 0;
  let now_ms = NOW_MS;
  for (let turn = 0; turn < 5_000; turn++) {
    now_ms += random(2_000);
    const one = { of: random(300), value: turn, at_ms: now_ms };
    memory.add(digest(one.of), taken(one.value), now_ms);
    added.push(one);
    oldest = Math.max(oldest, added.length - capacity);
    if (turn % 97 === 0) {
      memory.forgetBefore(now_ms - 60_000);
      while (oldest < added.length && Math.ceil(added[oldest]!.at_ms / 1_000) * 1_000 < now_ms - 60_000) oldest++;
    }
    assert.equal(memory.size, added.length - oldest, `seed ${seed}`);
    if (oldest > 0) assert.ok(memory.since_ms >= added[oldest - 1]!.at_ms, `seed ${seed}`);
    assert.ok(memory.since_ms <= (oldest === 0 ? 0 : added[oldest - 1]!.at_ms + 1_000), `seed ${seed}: it forgets no more than it must`);
    if (turn % 50 !== 0) continue;
    const known = new Map(added.slice(oldest).map(({ of, value }) => [of, value]));
    for (let of = 0; of < 300; of++) assert.deepEqual(memory.find(digest(of)), known.has(of) ? taken(known.get(of)!) : null, `seed ${seed}`);
  }
});

test('the sentence of an old partial success is gone, its count is not', () => {
  const memory = new RequestMemory(0, LIMITS.remembered_messages_max + 10);
  for (let of = 0; of <= LIMITS.remembered_messages_max; of++) memory.add(digest(of), taken(of, `message ${of}`), NOW_MS);
  assert.deepEqual(memory.find(digest(1)), taken(1, 'message 1'));
  const oldest = memory.find(digest(0));
  assert.equal(oldest?.rejected, 1);
  assert.match(oldest?.message ?? '', /^Some spans were refused/);
});

test('two million requests are within their memory', () => {
  const before = process.memoryUsage().arrayBuffers;
  const memory = new RequestMemory(0);
  assert.ok(process.memoryUsage().arrayBuffers - before <= 96 * 1024 * 1024);
  assert.equal(memory.since_ms, 0);
});
