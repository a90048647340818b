/** What must hold when an attack is over: the server serves others, its memory was bounded, its account is true, it stops in good order. */
import assert from 'node:assert/strict';
import type { TestServer } from './harness.ts';
import { type Account, ask, askWell, balancedAccounting, exportOf, type Json, sendWell, spanOf } from './exchange.ts';

/** The most memory the server may ever have resident. */
export const MEMORY_MAX = 2 * 1024 ** 3;

/** Takes a span of somebody else and answers it. */
export async function assertServes(server: TestServer, key: string, token: string): Promise<void> {
  const span = spanOf();
  await sendWell(server, key, exportOf([span]));
  const { status, text } = await ask(server, token, `/api/v1/traces/${String(span['traceId'])}`);
  assert.equal(status, 200, text);
  assert.equal((await ask(server, null, '/readyz')).status, 200);
}

export interface Expected {
  /** Spans sent in requests that could be decoded; undefined if nobody can know. */
  readonly received?: number;
}

/** Everything at once, and the end of the server. The account is compared with what can really be read. */
export async function assertUnharmed(server: TestServer, key: string, token: string, expected: Expected = {}): Promise<Account> {
  const { totals: before } = await balancedAccounting(server, token);
  await assertServes(server, key, token);
  const { totals } = await balancedAccounting(server, token);
  assert.deepEqual([totals.received, totals.stored], [before.received + 1, before.stored + 1]);
  if (expected.received !== undefined) assert.equal(before.received, expected.received);
  assert.equal(await spansThere(server, token), totals.stored, 'what can be read is what the account says is stored');
  const peak = server.peakMemoryBytes();
  assert.ok(peak < MEMORY_MAX, `the server took ${Math.round(peak / 2 ** 20)} MiB`);
  assert.match(server.stdout, /^tracekeep ready[^\n]*\n$/, 'it says nothing else on standard output');
  assert.ok(!server.stderr.includes('worker failed') && !server.stderr.includes('pipeline failed'), server.stderr);
  await server.stop();
  return totals;
}

/** Spans that the query API counts, over all services and operations of the token's tenant. */
export async function spansThere(server: TestServer, token: string): Promise<number> {
  const { services } = await askWell<{ services: string[] }>(server, token, '/api/v1/services');
  let spans = 0;
  for (const service of services) {
    const { operations } = await askWell<{ operations: (Json & { spanCount: number })[] }>(server, token, `/api/v1/services/${encodeURIComponent(service)}/operations`);
    for (const { spanCount } of operations) spans += spanCount;
  }
  return spans;
}
