/** The two encoders of a span agree: from the columns that the engine returns, and from the OTLP/JSON that a reader gets of the same row. */
import assert from 'node:assert/strict';
import { randomInt } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { KeyTable, SpanBatch } from '#batch';
import { Engine } from '#clickhouse';
import { SPANS, TRACES } from '#clickhouse/schema';
import { isEvidenceFlaw, sealDigest, spanEntry } from '#evidence';
import { TRACE } from '#evidence/testing';
import { randomSpan, RESTRICTED_KEYS, wholeSpan } from '#evidence/span-samples';
import { Inspector } from '#inspect';
import { randomKey, Tokens } from '#keys';
import { sha256 } from '#keys/signing';
import { BlockLeaves } from '#leaves';
import { Minimizer, Pseudonyms } from '#minimize';
import { compilePolicy, DEFAULT_POLICY, type Rule } from '#policy';
import { DEFAULT_TENANT, type SealedBlock, Secret, traceId } from '#model';
import { decodeRequest, requestFromJson } from '#otlp';
import { resourceOf, scopeOf, spanJson } from '#query/otlp-json';
import { seeingAll } from '#query/testing';
import { isRefusal } from '#refusal';
import { Scanner } from '#scanner';
import { BlockBuilder, SubjectKeys } from '#seal';
import { validate } from '#validate';
import { fetchStored } from './stored-spans.ts';

process.env['UV_THREADPOOL_SIZE'] ??= '16';

const SPANS_SENT = 600;
const ID = traceId(TRACE)!;
const NOW_MS = 1_800_000_000_000;
const NOW_NS = BigInt(NOW_MS) * 1_000_000n;
const SEALS: Rule = { id: 'seals', keys: ['http.request.method', 'user.email', 'db.system'], action: { seal: { subject: true } } };
const POLICY = compilePolicy({ ...DEFAULT_POLICY, rules: [SEALS, ...DEFAULT_POLICY.rules], restricted: [...RESTRICTED_KEYS] });

test('the entry of a span from its columns is the entry from its OTLP/JSON, whatever was sent', async () => {
  const seed = Number(process.env['SEED'] ?? randomInt(2 ** 31));
  const random = randomOf(seed);
  const sent = [wholeSpan(), ...Array.from({ length: SPANS_SENT - 1 }, () => randomSpan(random))];
  // Ends before starts are sent as well; what is too old or too new would be refused.
  const spans = sent.map(({ placed }, at) => {
    const { resource, resourceSchemaUrl: ofResource, scope, scopeSchemaUrl: ofScope, span } = placed;
    const [startTimeUnixNano, endTimeUnixNano] = [NOW_NS - BigInt(random(1_000_000)), NOW_NS - BigInt(random(1_000_000))].map(String);
    const own = { ...span, spanId: (at + 1).toString(16).padStart(16, '0'), startTimeUnixNano, endTimeUnixNano };
    return { resource, schemaUrl: ofResource ?? '', scopeSpans: [{ scope, schemaUrl: ofScope ?? '', spans: [own] }] };
  });
  const sealed = seal(spans);
  assert.ok(sealed.rows > SPANS_SENT * 0.9, `seed ${seed}: ${sealed.rows} were taken`);

  const dataDir = mkdtempSync(join(tmpdir(), 'tracekeep-agreement-'));
  const engine = await Engine.open({ dataDir, diskKey: new Secret(new Uint8Array(32).fill(3)) });
  try {
    await engine.insertNative(SPANS, [sealed.spans]);
    await engine.insertNative(TRACES, [sealed.traces]);
    const native = await engine.queryNative(`SELECT * FROM spans WHERE block = ${sealed.id} ORDER BY block, row`);
    const leaves = new BlockLeaves(POLICY.restricts);
    assert.deepEqual(leaves.compute(native, sealed.salt).root, sealed.root, `seed ${seed}`);
    const rows = new Map(leaves.rowsOf(native, sealed.salt).map((leaf) => [leaf.row, leaf]));
    const { spans: stored } = await fetchStored(ID, '', seeingAll(engine));
    assert.equal(stored.length, sealed.rows);
    let restricted = 0;
    let seals = 0;
    for (const { row, producer, span, seals: closed } of stored) {
      const leaf = rows.get(row)!;
      const [resource, scope] = [resourceOf(span.resource), scopeOf(span.scope)];
      const placed = {
        resource: JSON.parse(resource.json) as unknown, resourceSchemaUrl: resource.schemaUrl, scope: JSON.parse(scope.json) as unknown, scopeSchemaUrl: scope.schemaUrl,
        span: JSON.parse(spanJson({ ...span, minimized: [] })) as unknown,
      };
      const left = closed.map(({ key, text }) => ({ digest: sealDigest(sha256, key, text) }));
      const made = spanEntry(sha256, placed, { producer, minimized: span.minimized, restricted: leaf.restricted, ...(closed.length > 0 && { sealed: row % 2 === 0 ? closed : left }) });
      assert.ok(!isEvidenceFlaw(made), `seed ${seed}, row ${row}`);
      assert.equal(Buffer.from(made.entry).toString('hex'), Buffer.from(leaf.entry).toString('hex'), `seed ${seed}, row ${row}`);
      restricted += leaf.restricted.length;
      seals += closed.length;
    }
    assert.ok(restricted > SPANS_SENT / 4, `seed ${seed}: ${restricted} values were restricted`);
    assert.ok(seals > SPANS_SENT / 20, `seed ${seed}: ${seals} spans have a seal`);
  } finally {
    await engine.close();
    rmSync(dataDir, { recursive: true, force: true });
  }
});

function seal(resourceSpans: unknown): SealedBlock {
  const keys = new KeyTable();
  const batch = new SpanBatch(keys);
  const inspector = new Inspector(new Scanner(), keys);
  const minimizer = new Minimizer(POLICY, inspector, keys, new Pseudonyms(null));
  const bytes = requestFromJson(Buffer.from(JSON.stringify({ resourceSpans })));
  assert.ok(bytes instanceof Uint8Array);
  assert.equal(decodeRequest(bytes, batch), null);
  const inspected = inspector.inspect(validate(batch, { speaksFor: () => true, backfill: true }, NOW_MS).batch);
  assert.ok(!isRefusal(inspected));
  const sealing = new SubjectKeys(new Tokens(randomKey()));
  sealing.begin(DEFAULT_TENANT, { id: 1, key: randomKey() });
  const builder = new BlockBuilder(minimizer, new BlockLeaves(POLICY.restricts), sealing);
  builder.open({ block: 1, day: Math.floor(NOW_MS / 86_400_000), retention: 'default', tenant: DEFAULT_TENANT });
  builder.append(minimizer.minimize(inspected, { tenant: DEFAULT_TENANT, now_ms: Date.now() }), 1, 'p_0123456789abcdef');
  return builder.close();
}

/** Whole numbers below a bound, the same for a seed. */
function randomOf(seed: number): (bound: number) => number {
  let state = seed;
  return (bound) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * bound);
  };
}
