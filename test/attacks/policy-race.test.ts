/**
 * A policy change racing a commit: policies alternate while several senders send values that each policy treats otherwise. Whatever was acknowledged
 * is stored, and what each stored value looks like is what exactly the policy does that its block names.
 */
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { verifyDirectory } from '#commands/verify-store';
import { startServer, temporaryFolder } from '#harness';
import { makeCredentials } from '#harness/credentials';
import { askWell, exportOf, newSpanId, newTraceId, send, spanOf } from '#harness/exchange';
import { openRootKey } from '#keys';
import { Store } from '#store';

process.env['UV_THREADPOOL_SIZE'] ??= '16';

const CHANGES = 9;
const SENDERS = 4;
const SECRET = 'AKIAIOSFODNN7EXAMPLE';
const CONFIG = { retention: { default: { days: 36_500 } }, diskBytesMax: null, diskFreeBytesMin: 0 };
/** What each makes of the attribute, by its name. */
const POLICIES = ['one', 'two', 'three'].map((name) => ({ text: `version: 2\nrules:\n  - { id: ${name}, keys: [user.secret], action: { replace: { with: under-${name} } } }\n`, becomes: `[under-${name}]` }));

interface Applied {
  readonly applied: boolean;
  readonly version: number;
  readonly boundary: number | null;
}
interface Row {
  readonly id: string;
  readonly block: string;
  readonly value: string;
}

test('a policy change racing a commit leaves no value that another policy made than the one its block names, and loses nothing', { timeout: 180_000 }, async (t) => {
  const data = join(temporaryFolder(), 'data');
  const { key, token } = await makeCredentials(data);
  const server = await startServer({ data, args: ['--workers', '3'] });
  const post = async (text: string): Promise<Applied> => {
    const { digest } = await askWell<{ digest: string }>(server, token, '/api/v1/policy');
    const answer = await fetch(`${server.console}/api/v1/policy/apply`, { method: 'POST', headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' }, body: JSON.stringify({ text, base: digest }) });
    const told = await answer.text();
    assert.equal(answer.status, 200, told);
    return JSON.parse(told) as Applied;
  };

  const acknowledged = new Set<string>();
  let over = false;
  const sending = Array.from({ length: SENDERS }, async () => {
    while (!over) {
      const traceId = newTraceId();
      const spans = Array.from({ length: 5 }, () => spanOf({ 'user.secret': `${SECRET} ${newSpanId()}` }, { traceId }));
      const { status, text } = await send(server, key, exportOf(spans));
      assert.deepEqual([status, text], [200, '{}'], 'a change refuses nobody');
      for (const { spanId } of spans) acknowledged.add(String(spanId));
    }
  });
  await post(POLICIES[0]!.text);
  const boundaries: { readonly boundary: number; readonly version: number }[] = [];
  for (let change = 1; change <= CHANGES; change++) {
    const { version, boundary } = await post(POLICIES[change % POLICIES.length]!.text);
    assert.ok(boundary !== null);
    boundaries.push({ boundary, version });
    const before = acknowledged.size;
    // Something is taken under each of them.
    while (acknowledged.size < before + 10) await new Promise((resolve) => setTimeout(resolve, 2));
  }
  over = true;
  await Promise.all(sending);
  const { versions } = await askWell<{ versions: { version: number; digest: string }[] }>(server, token, '/api/v1/policy/versions');
  const digestOf = new Map(versions.map(({ version, digest }) => [version, digest]));
  await server.stop();

  const store = await Store.open({ dataDir: data, rootKey: openRootKey({ file: `${data}.key`, dataDir: data }), config: CONFIG });
  const rows = await store.query<Row>("SELECT lower(hex(span_id)) AS id, toString(block) AS block, attributes['user.secret'] AS value FROM spans", {}, { deadline_ms: 60_000, rows_max: 1_000_000 });
  const policyOf = new Map<string, string>();
  const told = new Set<unknown>();
  for (let index = 0; index < store.log.size; index++) {
    const { type, statement, closed } = (await store.body(index)) ?? assert.fail(`entry ${index} has no body`);
    if (type === 'policy') told.add((JSON.parse(closed) as { digest: string }).digest);
    if (type !== 'block') continue;
    const { block, policy } = JSON.parse(statement) as { block: number; policy: string };
    policyOf.set(String(block), policy);
    assert.ok(told.has(policy), `the log knew the policy of block ${block} before`);
  }
  await store.close();

  for (const [block, digest] of policyOf) {
    const since = boundaries.findLast(({ boundary }) => boundary <= Number(block));
    if (since !== undefined) assert.equal(digest, digestOf.get(since.version), `block ${block} was made under version ${since.version}`);
  }

  const becomes = new Map([...POLICIES.map(({ becomes: value }, at) => [digestOf.get(at + 2)!, value] as const)]);
  for (const { block, value } of rows) {
    const wanted = becomes.get(policyOf.get(block) ?? '');
    // Of the first moments, under the default policy.
    if (wanted === undefined) assert.ok(!value.includes(SECRET), `block ${block}`);
    else assert.equal(value, wanted, `block ${block}`);
  }
  assert.deepEqual(new Set(rows.map(({ id }) => id)), acknowledged);
  assert.equal(rows.length, acknowledged.size, 'and nothing twice');
  const { report } = await verifyDirectory({ data, rootKeyFile: `${data}.key`, logKeys: `${data}.log` }, { keys: [], kept: [], since_ms: null, trace: null });
  assert.deepEqual(report.findings, []);
  t.diagnostic(`${rows.length} spans in ${policyOf.size} blocks over ${CHANGES} changes`);
});
