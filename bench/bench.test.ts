/** The bench from end to end with a small corpus: figures are there and the answers right. Nothing about how fast. */
import assert from 'node:assert/strict';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { bench } from './bench.ts';
import { corpusOf } from './corpus.ts';

const SPANS = 5_120;
const out = mkdtempSync(join(tmpdir(), 'tracekeep-bench-test-'));
after(() => rmSync(out, { recursive: true, force: true }));

test('the corpus is the same each time it is made, and its passes differ in ids alone', () => {
  const first = corpusOf(2_000, join(out, 'first'));
  const second = corpusOf(2_000, join(out, 'second'));
  const other = corpusOf(2_000, join(out, 'first'), 2);
  assert.deepEqual(first.request(1, 0, 0n), second.request(1, 0, 0n));
  assert.notDeepEqual(first.request(1, 0, 0n), other.request(1, 0, 0n));
  const again = first.request(1, 3, 0n);
  assert.equal(again.body.length, first.request(1, 0, 0n).body.length);
  assert.notEqual(first.traceId(0, 3), first.traceId(0, 0));
  assert.ok(first.request(0, 3, 0n).body.includes(Buffer.from(first.traceId(0, 3), 'hex')));
  assert.ok(!first.request(0, 3, 0n).body.includes(Buffer.from(first.traceId(0, 0), 'hex')));
  for (const corpus of [first, second, other]) corpus.close();
});

test('every figure is there, every span is stored and every query answered rightly', async () => {
  // A fifth of a round is one question or a few of each kind.
  const options = { spans: SPANS, passes: 2, runs: 1, connections: [8], gzip: true, only: ['ingest', 'query', 'parts', 'recognize', 'access', 'audit'], profile: false, hurried: true, laterPasses: 1, traces: 2, searches: 3, searchRounds: 0.1, seed: 1, show: false, requests: null, quick: true, out };
  const { machine, ingest, query, evidence, parts, recognize, access, audit, tables, spans } = await bench(options, () => {});
  assert.equal(spans, SPANS);
  assert.ok(machine.cores > 0 && machine.engine !== '');

  const [run] = ingest;
  assert.ok(run !== undefined);
  assert.deepEqual(run.loaded.failures, {});
  assert.equal(run.loaded.spans, SPANS);
  assert.equal(run.stored, SPANS);
  assert.equal(run.loaded.acknowledged_ms.count, SPANS / 512);
  for (const figure of [run.cpuSecondsPerMillion, run.spansPerCpuSecond, run.loaded.spansPerSecond, run.peakMemoryBytes, run.diskBytesPerSpan]) assert.ok(figure > 0);
  assert.ok(Object.values(run.cpuSecondsByThread).reduce((sum, seconds) => sum + seconds, 0) > 0);

  assert.ok(query !== null);
  assert.deepEqual(query.wrong, []);
  assert.equal(query.spans, 2 * SPANS);
  for (const { rare, ...times } of [query.atRest, query.underLoad]) {
    assert.equal(Object.keys(rare).length, 6);
    for (const { count, p50, p99 } of [...Object.values(times), ...Object.values(rare)]) assert.ok(count > 0 && p50 > 0 && p99 >= p50);
  }

  assert.ok(evidence !== null);
  assert.deepEqual(evidence.wrong, []);
  for (const { count, p50 } of [evidence.ofSpan, evidence.ofTrace, evidence.proofBytes]) assert.ok(count > 0 && p50 > 0);

  assert.ok(parts !== null);
  // What sealing adds is a difference of two times, which can be lost in noise here.
  const { journal, insert, sealing, ...stages } = parts;
  assert.ok(Number.isFinite(sealing));
  for (const figure of Object.values(stages)) assert.ok(figure > 0);
  assert.ok(journal >= 0 && insert >= 0);

  assert.ok(recognize !== null);
  assert.ok(recognize.outside.length >= 90 && recognize.own.length >= 140 && recognize.statements.length >= 4);
  assert.ok(recognize.ordinary.every(({ values }) => values > 0) && recognize.ordinary[0]!.values === 20_000);
  assert.ok(recognize.newValue_ns > 0 && recognize.inspect.repetition_us > 0 && recognize.inspect.newPerSpan > 0 && recognize.inspectOther === null);

  assert.ok(audit?.asked.length === 4 && audit.asked.every(({ with_ms }) => with_ms > 0));
  assert.ok(access !== null && access.policies === 500 && access.remembered_us > 0 && access.remembered_us < access.cold_us);
  assert.ok(tables.some((table) => table.includes('trace by id')));
  const [file] = readdirSync(out).filter((name) => name.endsWith('.json'));
  assert.equal(JSON.parse(readFileSync(join(out, file ?? ''), 'utf8')).spans, SPANS);
});
