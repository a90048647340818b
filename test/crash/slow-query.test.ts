/**
 * Slow queries delay no exporter and no trace: acknowledgements keep coming and a trace is found while they run, they end at their deadline and not
 * long after it, and more of them than can wait are refused. Shown by what ends before what, so that it does not matter what else the machine does.
 */
import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { availableParallelism, loadavg } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { pathToFileURL } from 'node:url';
import { addProducer, createToken, startServer, type TestServer, until } from '#harness';
import { ask, type Reply } from '#harness/exchange';
import { LIMITS } from '#limits';
import { type Export, Ledger, makeExport, newSeed, Random } from './load.ts';

/** More than half a millisecond of CPU each under the pattern below, on the two threads that a query has: more than twice what a query may take on an idle machine, and three run. */
const SPANS = 32_000;
const REQUEST = 4_000;
/** What a query may take here: longer where much else runs, which costs no more, since each then gets a smaller part of the machine. */
const QUERY_MS = Math.min(24_000, Math.max(4_000, Math.ceil((2_000 * loadavg()[0]!) / availableParallelism())));
const SLOW = 100;
/** A search that was refused its time may go on to the end of its block of rows, on each of six threads; to the end of all rows they would take a minute. */
const OVERHANG_CPU_S_MAX = 15;
/** One after another while slow queries run. An exporter that waited for a query would have one at most, begun just before. */
const ACKNOWLEDGED_MIN = 2;
const ACKNOWLEDGED_ENOUGH = 20;
/** Rows with texts of their own and a pattern that keeps hundreds of places in them open: nothing quicker than trying them all. */
const QUESTION = `/api/v1/search?attribute=${encodeURIComponent('text=~(?:.{0,100}[0-9a-c].{0,100}[xz]){2}')}`;
const SHORT_DEADLINE = pathToFileURL(join(import.meta.dirname, 'short-deadline.ts')).href;

interface Slow {
  readonly reply: Reply;
  readonly took_ms: number;
}

const codeOf = ({ reply }: Slow): unknown => (JSON.parse(reply.text) as { error?: { code?: string } }).error?.code;

/** CPU seconds that a process has taken so far, in ticks of 10 ms. */
function cpuSeconds({ pid }: TestServer): number {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  const [user, system] = stat.slice(stat.lastIndexOf(')') + 2).split(' ').slice(11, 13);
  return (Number(user) + Number(system)) / 100;
}

test('a hundred slow queries: acknowledgements keep coming, a trace is found, those beyond the queue are refused, the others end at their deadline', { timeout: 240_000 }, async (t) => {
  const random = new Random(newSeed());
  const ledger = new Ledger();
  const server = await startServer({ env: { NODE_OPTIONS: `--import=${SHORT_DEADLINE}`, TRACEKEEP_TEST_QUERY_MS: String(QUERY_MS) } });
  const key = await addProducer(server.data, 'shop');
  const token = await createToken(server.data);
  const quiet = (): Promise<void> => until(async () => (await ask(server, token, '/api/v1/search?attribute=text&limit=1')).status === 200, 'searches are answered');
  const texts = (): { text: string } => ({ text: randomBytes(100).toString('hex') });
  while (ledger.spans < SPANS) assert.equal(await ledger.send(server, key, makeExport(random, REQUEST, texts, 'protobuf')), 200);
  await quiet();

  let ended = 0;
  const askSlow = async (): Promise<Slow> => {
    const began = performance.now();
    const reply = await ask(server, token, QUESTION);
    ended += 1;
    return { reply, took_ms: performance.now() - began };
  };
  const asked = Promise.all(Array.from({ length: SLOW }, askSlow));
  // Those that may not even wait are refused first.
  const refused = SLOW - (LIMITS.queries_at_once_max - 1) - LIMITS.queries_waiting_max;
  await until(() => ended >= refused, 'those beyond the queue are refused');
  const run = (): boolean => ended === refused;

  let acknowledged = 0;
  const acknowledging = async (): Promise<void> => {
    while (run() && acknowledged < ACKNOWLEDGED_ENOUGH) {
      assert.equal(await ledger.send(server, key, makeExport(random, 64)), 200);
      if (run()) acknowledged += 1;
    }
  };
  const isFound = async (one: Export | undefined): Promise<boolean> => (await ask(server, token, `/api/v1/traces/${one?.traces.keys().next().value}`)).status === 200;
  const finding = async (): Promise<boolean> => {
    await until(() => isFound(ledger.acknowledged[0]), 'a trace is found');
    return run();
  };
  const [, found] = await Promise.all([acknowledging(), finding()]);
  const slow = await asked;
  const cpu_s = cpuSeconds(server);
  await quiet();
  assert.ok(await isFound(ledger.acknowledged.at(-1)), 'what was acknowledged meanwhile is found');
  const overhang_s = cpuSeconds(server) - cpu_s;
  t.diagnostic(`${acknowledged} exports acknowledged while slow queries ran for ${QUERY_MS} ms, which went on for ${overhang_s.toFixed(1)} s of CPU after their deadline`);

  assert.ok(acknowledged >= ACKNOWLEDGED_MIN, `${acknowledged} exports were acknowledged before the queries ended`);
  assert.ok(found, 'the trace was found only when the queries had ended');
  assert.ok(overhang_s < OVERHANG_CPU_S_MAX, `queries went on for ${overhang_s} s of CPU after their deadline`);
  const busy = slow.filter((one) => codeOf(one) === 'query_busy');
  assert.equal(busy.length, refused);
  for (const { reply } of busy) assert.deepEqual([reply.status, Number(reply.headers.get('retry-after')) >= 1], [503, true]);
  const others = slow.filter((one) => !busy.includes(one));
  assert.deepEqual(new Set(others.map((one) => `${one.reply.status} ${String(codeOf(one))}`)), new Set(['504 query_timeout']));
  for (const { took_ms } of others) assert.ok(took_ms > 0.9 * QUERY_MS && took_ms < 10 * QUERY_MS, `it took ${took_ms} ms`);
  await server.stop();
});
