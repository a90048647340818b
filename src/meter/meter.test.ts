import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { test } from 'node:test';
import { LIMITS } from '#limits';
import type { ProducerId } from '#model';
import { COUNTERS, GAUGES, HISTOGRAMS, type Meter, startMeter } from './meter.ts';
import { Tally } from './tally.ts';

const PRODUCER = 'p_0123456789abcdef' as ProducerId;

function spans(meter: Meter, producer = PRODUCER): void {
  meter.accounted({ producer, received: 10, stored: 6, refused: { span_ids: 1, span_time: 1 }, dropped: 2, minimized: { email: 5, card: 1 } });
}

test('Tally.add() counts by its labels, and beyond the bound under other', () => {
  const tally = new Tally(['a', 'b']);
  tally.add(1, 'x', 'y');
  tally.add(2, 'x', 'y');
  tally.add(4, 'x', 'z');
  assert.deepEqual([...tally], [{ attributes: { a: 'x', b: 'y' }, value: 3 }, { attributes: { a: 'x', b: 'z' }, value: 4 }]);
  for (let i = 0; i < LIMITS.meter_rows_max + 10; i++) tally.add(1, 'many', String(i));
  const counts = [...tally];
  assert.equal(counts.length, LIMITS.meter_rows_max + 1);
  assert.deepEqual(counts.at(-1), { attributes: { a: 'other', b: 'other' }, value: 12 });
});

test('Tally.add() without labels is one count', () => {
  const tally = new Tally([]);
  tally.add(1);
  tally.add(2);
  assert.deepEqual([...tally], [{ attributes: {}, value: 3 }]);
});

test('every instrument has a name of its own, a unit and a sentence', () => {
  const rows = [COUNTERS, GAUGES, HISTOGRAMS].flatMap((table) => Object.values(table));
  assert.equal(new Set(rows.map(({ name }) => name)).size, rows.length);
  for (const { name, unit, says } of rows) {
    assert.match(name, /^tracekeep(?:\.[a-z_]{1,20}){1,4}$/);
    assert.notEqual(unit, '');
    assert.match(says, /^[A-Z].{5,120}\.$/);
  }
});

test('text() shows every count, gauge and histogram', async () => {
  const meter = await startMeter({ version: '1.2.3', environment: {} });
  meter.ended('http', 'ok', 3);
  meter.ended('http', 'body_undecodable', 1);
  meter.ended('grpc', 'partial', 1);
  meter.arrived('http', 100, 300);
  meter.turnedAway('grpc');
  spans(meter);
  spans(meter);
  meter.waited(2);
  meter.committed(64, 7);
  meter.flushed(128, 90);
  meter.watch('pendingRows', () => 42);
  const text = await meter.text();
  for (const line of [
    'tracekeep_ingest_requests_total{transport="http",outcome="ok"} 1',
    'tracekeep_ingest_requests_total{transport="http",outcome="body_undecodable"} 1',
    'tracekeep_ingest_requests_total{transport="grpc",outcome="partial"} 1',
    'tracekeep_ingest_undecodable_total{transport="http"} 1',
    'tracekeep_ingest_wire_total{transport="http"} 100',
    'tracekeep_ingest_inflated_total{transport="http"} 300',
    'tracekeep_ingest_connections_turned_away_total{transport="grpc"} 1',
    `tracekeep_spans_received_total{producer="${PRODUCER}"} 20`,
    `tracekeep_spans_stored_total{producer="${PRODUCER}"} 12`,
    `tracekeep_spans_refused_total{producer="${PRODUCER}",code="span_ids"} 2`,
    `tracekeep_spans_dropped_total{producer="${PRODUCER}"} 4`,
    'tracekeep_values_minimized_total{kind="email"} 10',
    'tracekeep_commit_rows_total 64',
    'tracekeep_flush_rows_total 128',
    'tracekeep_store_rows_pending 42',
    'tracekeep_ingest_duration_count{transport="http"} 2',
    'tracekeep_pipeline_wait_bucket{le="0.0025"} 1',
    'tracekeep_commit_duration_bucket{le="0.01"} 1',
    'tracekeep_flush_duration_sum 0.09',
  ]) assert.ok(text.includes(`${line}\n`) || text.endsWith(line), `${line}\n\n${text}`);
  assert.match(text, /service_version="1\.2\.3"/);
  assert.match(text, /tracekeep_process_memory \d{6,12}/);
  assert.doesNotMatch(text, /disk_free \d/);
  await meter.stop();
});

test('the metrics are pushed as OTLP where the environment says', async () => {
  const requests: { path: string; type: string; body: Buffer }[] = [];
  const collector = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk)).on('end', () => {
      requests.push({ path: request.url ?? '', type: request.headers['content-type'] ?? '', body: Buffer.concat(chunks) });
      response.writeHead(200, { 'content-type': 'application/x-protobuf' }).end();
    });
  });
  await new Promise<void>((resolve) => collector.listen(0, '127.0.0.1', resolve));
  const { port } = collector.address() as AddressInfo;
  const meter = await startMeter({ version: '1', environment: { OTEL_EXPORTER_OTLP_METRICS_ENDPOINT: `http://127.0.0.1:${port}/v1/metrics` } });
  spans(meter);
  await meter.stop();
  collector.close();
  collector.closeAllConnections();
  assert.equal(requests.length, 1);
  assert.deepEqual([requests[0]?.path, requests[0]?.type], ['/v1/metrics', 'application/x-protobuf']);
  assert.ok(requests[0]?.body.includes('tracekeep.spans.stored'));
});

test('stop() does not wait for a collector that is not there', async () => {
  const meter = await startMeter({ version: '1', environment: { OTEL_EXPORTER_OTLP_METRICS_ENDPOINT: 'http://127.0.0.1:9/v1/metrics' } });
  spans(meter);
  await meter.stop();
  await assert.rejects(meter.text());
});
