/** The seeds: taken whole by a real server, and the same each time. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { addProducer, createToken, startServer, type TestServer } from '#harness';
import { askWell, balancedAccounting } from '#harness/exchange';
import { afterFile, beforeFile } from './before-file.ts';
import { plant, shopTraffic } from './seed.ts';
import { randomFrom } from './told-trace.ts';

let server: TestServer;
let key = '';
let token = '';

beforeFile(import.meta.filename, async () => {
  server = await startServer();
  afterFile(() => server.kill());
  key = await addProducer(server.data, 'seed');
  token = await createToken(server.data);
});

test('shopTraffic() tells the same story for the same seed, with failures, exceptions and links', () => {
  const stretch = { from_ms: 1_800_000_000_000, to_ms: 1_800_003_600_000, traces: 300 };
  const { groups, telling } = shopTraffic(randomFrom(7), stretch);
  assert.equal(JSON.stringify(shopTraffic(randomFrom(7), stretch).groups), JSON.stringify(groups));
  assert.notEqual(JSON.stringify(shopTraffic(randomFrom(8), stretch).groups), JSON.stringify(groups));
  assert.equal(groups.length, 7);
  const spans = groups.flatMap((group) => group.spans);
  assert.ok(spans.some((span) => span.events?.some((event) => event['name'] === 'exception')), 'no exception');
  assert.ok(spans.some((span) => (span.links?.length ?? 0) > 0), 'no link');
  for (const span of spans) assert.ok(BigInt(span.endTimeUnixNano) > BigInt(span.startTimeUnixNano), span.name);
  assert.ok(telling['checkout'] !== undefined && telling['declined'] !== undefined, JSON.stringify(telling));
});

test('plant() fills a server: every span is stored, and secrets in it were found', async () => {
  const { spans, traces } = await plant({ otlpHttp: server.otlpHttp, key }, 'some', Date.now());
  const { totals } = await balancedAccounting(server, token);
  assert.equal(totals.stored, spans);
  assert.ok((totals.minimized['email'] ?? 0) > 100, JSON.stringify(totals.minimized));
  for (const [name, id] of Object.entries(traces)) {
    const { resourceSpans } = await askWell<{ resourceSpans: unknown[] }>(server, token, `/api/v1/traces/${id}`);
    assert.ok(resourceSpans.length > 0, name);
  }
});
