import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { after, afterEach, test } from 'node:test';
import { LIMITS } from '#limits';
import { DEFAULT_POLICY } from '#policy';
import { refuse } from '#refusal';
import type { Comparison } from './comparison.ts';
import { DIRECT_READER, ThreadReader } from './reader.ts';

const WEAKER = 'version: 2\nrules:\n  - { id: all, recognized: any, action: keep }\n';
const folder = mkdtempSync(join(tmpdir(), 'tracekeep-reader-'));
after(() => rmSync(folder, { recursive: true, force: true }));
let reader: ThreadReader | null = null;
afterEach(() => reader?.stop());

/** A thread that does as the text says: it answers, ends, takes all memory, or does not answer. */
function started(): ThreadReader {
  const path = join(folder, 'thread.mjs');
  writeFileSync(path, `
    import { parentPort } from 'node:worker_threads';
    parentPort.on('message', ({ wanted }) => {
      if (wanted === 'end') process.exit(1);
      const all = [];
      while (wanted === 'fill') all.push(new Array(1_000_000).fill(Math.random()));
      if (wanted !== 'wait') parentPort.postMessage({ document: null, problems: [], weakenings: [wanted] });
    });
  `);
  return (reader = new ThreadReader(pathToFileURL(path)));
}
const ask = (wanted: string) => reader!.read({ wanted, inForce: DEFAULT_POLICY });

test('a text is read beside the server as it is read on the command line', async () => {
  reader = new ThreadReader();
  for (const wanted of [WEAKER, 'version: 2\nrules: 7\n', DEFAULT_POLICY]) {
    const question = { wanted, inForce: DEFAULT_POLICY };
    assert.deepEqual(await reader.read(question), await DIRECT_READER.read(question));
  }
  const { weakenings } = (await reader.read({ wanted: WEAKER, inForce: DEFAULT_POLICY })) as Comparison;
  assert.ok(weakenings.length > 0);
});

test('a text that takes all memory, or kills the thread, is refused, and the next one is read', { timeout: 60_000 }, async () => {
  started();
  for (const wanted of ['end', 'fill']) {
    assert.deepEqual(await ask(wanted), refuse('policy_too_complex'));
    assert.deepEqual((await ask('next') as unknown as { weakenings: unknown }).weakenings, ['next']);
  }
});

test('a text that takes too long is refused, and so are more at once than may wait', async (t) => {
  t.mock.timers.enable({ apis: ['setTimeout'] });
  started();
  const waiting = ask('wait');
  const others = Array.from({ length: LIMITS.policy_readings_waiting_max - 1 }, () => ask('next'));
  assert.deepEqual(await ask('next'), refuse('query_busy', 'other policies are being read'));
  await Promise.resolve();
  t.mock.timers.tick(LIMITS.policy_reading_ms_max);
  assert.deepEqual(await waiting, refuse('policy_too_complex'));
  for (const other of others) assert.deepEqual((await other as unknown as { weakenings: unknown }).weakenings, ['next']);
});
