/**
 * Killed at any moment while it rolls: what a reader adds up is every span once, in figures, per block, and in the sample of calls.
 */

import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { setTimeout as wait } from 'node:timers/promises';
import { Engine } from '#clickhouse';
import { blocksSql } from '#clickhouse/block-ranges';
import { CALLS_ONE_IN } from '#clickhouse/schema';
import { Secret } from '#model';
import { Figures } from './figures.ts';

process.env['UV_THREADPOOL_SIZE'] ??= '16';

const ROLLING = join(import.meta.dirname, 'rolling.ts');
const SEED = Math.floor(Math.random() * 1_000);
const KILLS = 3;

test(`killed at any moment while it rolls, no span is lost and none counts twice (seed ${SEED})`, async () => {
  const dataDir = mkdtempSync(join(tmpdir(), 'tracekeep-rolling-'));
  try {
    let next = 1;
    let rolls = 0;
    for (let kill = 0; kill < KILLS; kill += 1) {
      const child = spawn(process.execPath, [ROLLING, dataDir, String(next)], { stdio: ['ignore', 'pipe', 'inherit'] });
      await once(child.stdout, 'data');
      await wait((SEED * 7_919 * (kill + 1)) % 400);
      child.kill('SIGKILL');
      await once(child, 'exit');
      const engine = await Engine.open({ dataDir, diskKey: new Secret(new Uint8Array(32).fill(7)), readers: 1 });
      const ask = async (sql: string): Promise<string> => (await engine.command(sql)).trim();
      const figures = await Figures.open({ engine, now_ms: () => 0, onFailure: (error) => assert.fail(String(error)) });
      const total = Number(await ask('SELECT count() FROM tracekeep.spans'));
      const counted = async (): Promise<number[]> => {
        const { roll, blocks } = figures.state;
        const left = Number(await ask(`SELECT count() FROM tracekeep.spans WHERE ${blocksSql(blocks)}`));
        return [Number(await ask(`SELECT sum(count) FROM tracekeep.figures WHERE what = 'services' AND roll <= ${roll}`)) + left, Number(await ask(`SELECT sum(count) FROM tracekeep.figures WHERE what = 'operations' AND roll <= ${roll}`)) + left];
      };
      // Everything that figures have was noted when it was first seen, also what the killed one had no time to note.
      const unnoted = (): Promise<string> => ask("SELECT count() FROM tracekeep.figures WHERE what = 'minimized' AND (tenant, service, operation, value_kind) NOT IN (SELECT tenant, service, place, value_kind FROM tracekeep.first_seen)");
      assert.ok(total > 0);
      assert.deepEqual(await counted(), [total, total]);
      assert.equal(await unnoted(), '0');
      await figures.rollAll();
      assert.deepEqual(await counted(), [total, total]);
      assert.equal(await ask("SELECT count() - uniqExact(block) FROM (SELECT arrayJoin(blocks) AS block FROM tracekeep.figures WHERE what = 'rolled')"), '0');
      assert.equal(await ask('SELECT count() FROM tracekeep.calls'), await ask(`SELECT count() FROM tracekeep.spans WHERE reinterpretAsUInt64(substring(trace_id, 9, 8)) % ${CALLS_ONE_IN} = 0`));
      assert.equal(await unnoted(), '0');
      assert.notEqual(await ask('SELECT count() FROM tracekeep.first_seen'), '0', 'spans of the sample have nothing replaced');
      next = Number(await ask('SELECT max(block) FROM tracekeep.spans')) + 1;
      rolls = figures.state.roll;
      await engine.close();
    }
    assert.ok(rolls > KILLS, 'it was killed before it did anything');
  } finally {
    rmSync(dataDir, { recursive: true, force: true });
  }
});
