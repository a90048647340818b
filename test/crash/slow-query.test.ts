/**
 * Slow queries delay no exporter: acknowledgements keep coming while they run, they end at their deadline, and more of them than can wait
 * are refused. A trace is found beside one.
 */
import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { before, test } from 'node:test';
import { addProducer, createToken, startServer, type TestServer, until } from '#harness';
import { ask, type Reply } from '#harness/exchange';
import { LIMITS } from '#limits';
import { Ledger, makeExport, newSeed, Random } from './load.ts';

/** Two milliseconds of CPU each under the pattern below, on the two threads that a query has: six times what a query may take. */
const SPANS = 60_000;
const REQUEST = 4_000;
/** Acknowledgements that are compared, with and without slow queries. */
const COMPARED = 40;
/** Two cores that scan leave little: an acknowledgement may take this many times as long, and not as long as a query. */
const SLOWER_MAX = 40;
/** Rows with texts of their own and a pattern that keeps hundreds of places in them open: nothing quicker than trying them all. */
const SLOW = `/api/v1/search?attribute=${encodeURIComponent('text=~(?:.{0,200}[0-9a-c].{0,200}[xz]){2}')}`;

const random = new Random(newSeed());
const ledger = new Ledger();
let server: TestServer;
let key = '';
let token = '';

before(async () => {
  server = await startServer();
  key = await addProducer(server.data, 'shop');
  token = await createToken(server.data);
  const texts = (): { text: string } => ({ text: randomBytes(100).toString('hex') });
  const sender = async (): Promise<void> => {
    while (ledger.spans < SPANS) {
      const status = await ledger.send(server, key, ledger.takeOpen() ?? makeExport(random, REQUEST, texts, 'protobuf'));
      assert.ok(status === 200 || status === 503, `${status}`);
    }
  };
  await Promise.all([sender(), sender(), sender()]);
  await quiet();
});

/** Waits until a search is answered in no time again. */
async function quiet(): Promise<void> {
  await until(async () => (await ask(server, token, '/api/v1/search?attribute=text&limit=1')).status === 200, 'searches are answered');
}

interface Slow {
  readonly reply: Reply;
  readonly took_ms: number;
}

async function askSlow(): Promise<Slow> {
  const began = performance.now();
  return { reply: await ask(server, token, SLOW), took_ms: performance.now() - began };
}

/** How long acknowledgements take, one after another, in milliseconds. */
async function acknowledgements(): Promise<number[]> {
  const took: number[] = [];
  for (let sent = 0; sent < COMPARED; sent++) {
    const one = makeExport(random, 64);
    const began = performance.now();
    assert.equal(await ledger.send(server, key, one), 200);
    took.push(performance.now() - began);
  }
  return took;
}

const median = (values: readonly number[]): number => values.toSorted((a, b) => a - b)[values.length >> 1] ?? assert.fail('nothing was measured');
const codeOf = ({ reply }: Slow): unknown => (JSON.parse(reply.text) as { error?: { code?: string } }).error?.code;

/** Runs the queries and compares what acknowledgements take before and meanwhile; what the queries were answered. */
async function compare(count: number, t: { diagnostic: (text: string) => void }, besides?: () => Promise<void>): Promise<Slow[]> {
  const without = median(await acknowledgements());
  let ended = 0;
  const queries = Array.from({ length: count }, () => askSlow().finally(() => (ended += 1)));
  // Those that may not even wait are refused first.
  const refused = Math.max(0, count - (LIMITS.queries_at_once_max - 1) - LIMITS.queries_waiting_max);
  await until(() => ended >= refused, 'those beyond the queue are refused');
  const meanwhile = median(await acknowledgements());
  await besides?.();
  assert.equal(ended, refused, 'the queries ended before that');
  t.diagnostic(`${count} slow: acknowledged in ${meanwhile.toFixed(1)} ms, in ${without.toFixed(1)} ms without`);
  assert.ok(meanwhile < SLOWER_MAX * without, `acknowledgements take ${meanwhile} ms instead of ${without} ms`);
  return Promise.all(queries);
}

test('one slow query: acknowledgements keep coming, a trace is found, it ends at its deadline', { timeout: 120_000 }, async (t) => {
  const [slow] = await compare(1, t, async () => {
    const [trace] = ledger.acknowledged.at(-1)?.traces.keys() ?? [];
    await until(async () => (await ask(server, token, `/api/v1/traces/${trace}`)).status === 200, 'the trace is found');
  });
  assert.ok(slow !== undefined);
  assert.deepEqual([slow.reply.status, codeOf(slow)], [504, 'query_timeout']);
  assert.ok(slow.took_ms > 0.9 * LIMITS.query_ms_default && slow.took_ms < 2 * LIMITS.query_ms_default, `it took ${slow.took_ms} ms`);
  await quiet();
});

test('a hundred slow queries at once: acknowledgements keep coming, those beyond the queue are refused', { timeout: 120_000 }, async (t) => {
  const slow = await compare(100, t);
  const busy = slow.filter((one) => codeOf(one) === 'query_busy');
  assert.equal(busy.length, 100 - (LIMITS.queries_at_once_max - 1) - LIMITS.queries_waiting_max);
  for (const { reply } of busy) assert.deepEqual([reply.status, Number(reply.headers.get('retry-after')) >= 1], [503, true]);
  assert.ok(slow.filter((one) => !busy.includes(one)).every((one) => codeOf(one) === 'query_timeout'));
  await quiet();
  await server.stop();
});
