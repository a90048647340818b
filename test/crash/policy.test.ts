/**
 * `kill -9` at each step of a change of the policy after the version was written, while spans are sent: the next start has that version in force; the log was told
 * of each version once and before the first block that was made under it, and what was acknowledged is there. Before that nothing is written.
 */
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { pathToFileURL } from 'node:url';
import { verifyDirectory } from '#commands/verify-store';
import { launchServer, temporaryFolder, until, type TestServer } from '#harness';
import { makeCredentials } from '#harness/credentials';
import { askWell, exportOf, newSpanId, send, spanOf, type Json } from '#harness/exchange';
import { openRootKey } from '#keys';
import { Store } from '#store';
import { STEPS } from './dying-policy.ts';

process.env['UV_THREADPOOL_SIZE'] ??= '16';

const CONFIG = { retention: { default: { days: 36_500 } }, diskBytesMax: null, diskFreeBytesMin: 0 };
const DYING = pathToFileURL(join(import.meta.dirname, 'dying-policy.ts')).href;
const data = join(temporaryFolder(), 'data');
const textOf = (name: string): string => `version: 2\nrules:\n  - { id: ${name}, keys: [user.secret], action: { replace: { with: under-${name} } } }\n`;

interface InForce {
  readonly version: number;
  readonly digest: string;
  readonly text: string;
}

async function start(step = ''): Promise<TestServer> {
  const server = launchServer({ data, env: { NODE_OPTIONS: `--import=${DYING}`, TRACEKEEP_TEST_DIES_WHEN: step } });
  await server.ready();
  return server;
}

test('killed at any step of a change, the server starts with one policy in force, which the log knew before any block of it', { timeout: 180_000 }, async () => {
  const { key, token } = await makeCredentials(data);
  const acknowledged: string[] = [];
  /** Sends until it is refused, or the server is gone. */
  async function sendOn(server: TestServer): Promise<void> {
    for (;;) {
      const span = spanOf({ 'user.secret': newSpanId() });
      try {
        if ((await send(server, key, exportOf([span]))).status !== 200) return;
      } catch {
        return;
      }
      acknowledged.push(String(span['traceId']));
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
  }

  let version = 1;
  let server = await start(STEPS[0]);
  for (const [at, step] of STEPS.entries()) {
    const sending = sendOn(server);
    const sent = acknowledged.length;
    await until(() => acknowledged.length > sent, 'spans are sent');
    const before = await askWell<InForce>(server, token, '/api/v1/policy');
    const wanted = textOf(step);
    await assert.rejects(async () => fetch(`${server.console}/api/v1/policy/apply`, { method: 'POST', headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' }, body: JSON.stringify({ text: wanted, base: before.digest }) }));
    assert.deepEqual(await server.exited, { code: null, signal: 'SIGKILL' });
    await sending;
    version += 1;
    server = await start(STEPS[at + 1]);
    const now = await askWell<InForce>(server, token, '/api/v1/policy');
    assert.deepEqual([now.version, now.text], [version, wanted], step);
    const span = spanOf({ 'user.secret': newSpanId() });
    assert.equal((await send(server, key, exportOf([span]))).status, 200);
    const trace = await askWell<{ resourceSpans: readonly { scopeSpans: readonly { spans: readonly { attributes: readonly Json[] }[] }[] }[] }>(server, token, `/api/v1/traces/${String(span['traceId'])}`);
    const value = trace.resourceSpans[0]?.scopeSpans[0]?.spans[0]?.attributes.find((attribute) => attribute['key'] === 'user.secret')?.['value'];
    assert.deepEqual(value, { stringValue: `[under-${step}]` }, step);
  }
  await server.stop();

  const store = await Store.open({ dataDir: data, rootKey: openRootKey({ file: `${data}.key`, dataDir: data }), config: CONFIG });
  const told: { readonly digest: string; readonly version: number }[] = [];
  const bodies = await store.bodies(0, store.log.size);
  assert.deepEqual(bodies.map(({ index }) => index), Array.from({ length: store.log.size }, (_, index) => index), 'each entry has a body');
  for (const body of bodies) {
    if (body.type === 'policy') told.push(JSON.parse(body.closed) as (typeof told)[number]);
    if (body.type === 'block') assert.ok(told.some(({ digest }) => digest === (JSON.parse(body.statement) as { policy: string }).policy), `the log knew the policy of entry ${body.index} before`);
  }
  const stored = await store.query<{ trace: string }>('SELECT DISTINCT lower(hex(trace_id)) AS trace FROM spans', {}, { deadline_ms: 60_000, rows_max: 1_000_000 });
  await store.close();
  assert.ok(new Set(acknowledged).isSubsetOf(new Set(stored.map(({ trace }) => trace))), 'what was acknowledged is there');
  assert.deepEqual(told.map((one) => one.version), Array.from({ length: version }, (_, at) => at + 1), 'each version once');
  const { report } = await verifyDirectory({ data, rootKeyFile: `${data}.key`, logKeys: `${data}.log` }, { keys: [], kept: [], since_ms: null, trace: null });
  assert.deepEqual(report.findings, []);
});
