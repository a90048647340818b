import assert from 'node:assert/strict';
import { test } from 'node:test';
import { QueryRefused, Readers } from './readers.ts';
import type { EngineSession } from './session.ts';

test('a drained pool finishes what runs, refuses what waits, and begins nothing', async () => {
  let finish: (text: string) => void = () => {};
  const session: Pick<EngineSession, 'text'> = { text: () => new Promise((resolve) => (finish = resolve)) };
  const readers = new Readers([session as EngineSession]);
  const bounds = { deadline_ms: 60_000, rows_max: 1 };
  const running = readers.query('SELECT 1 AS one', {}, bounds);
  const waiting = readers.query('SELECT 2', {}, bounds);
  readers.drain();
  const isDraining = (error: unknown): boolean => error instanceof QueryRefused && error.refusal.refused === 'draining';
  await assert.rejects(waiting, isDraining);
  await assert.rejects(readers.query('SELECT 3', {}, bounds), isDraining);
  finish('{"one":1}');
  assert.deepEqual(await running, [{ one: 1 }]);
});
