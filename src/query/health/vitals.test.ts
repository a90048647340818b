/** The server's figures as they are answered, from parts that say known ones. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { refuse } from '#refusal';
import type { TlsState } from '#tls';
import { createVitals, type VitalsParts } from './vitals.ts';

const NOW_MS = Date.UTC(2026, 5, 1, 12);

function partsWith(more: Partial<VitalsParts>): { parts: VitalsParts; reads: () => number } {
  let reads = 0;
  const times = { p50_ms: 1, p95_ms: 2, p99_ms: 3, count: 9, lastAt: NOW_MS - 5_000 };
  const parts: VitalsParts = {
    version: '1.2.3',
    now_ms: () => NOW_MS,
    ready: async () => null,
    listens: () => ({ otlpHttp: { host: '127.0.0.1', port: 4318 }, otlpGrpc: { host: '127.0.0.1', port: 4317 } }),
    inFlight: () => ({ requests: 4, bytes: 5 }),
    store: {
      health: () => ({ diskFreeBytes: 100, dataBytes: 50, journalBytes: 5, pendingRows: 6, lastFlush_ms: null, acceptingWrites: null }),
      tables: async () => {
        reads += 1;
        return [
          { table: 'spans', retention: 'default', day: '2026-05-31', parts: 2, rows: 10, bytes: 20 },
          { table: 'spans', retention: 'default', day: '2026-05-30', parts: 1, rows: 5, bytes: 10 },
          { table: 'traces', retention: 'default', day: '2026-05-29', parts: 1, rows: 3, bytes: 1 },
          { table: 'spans', retention: 'gone', day: '2026-05-01', parts: 1, rows: 1, bytes: 2 },
          { table: 'accounting', retention: '', day: '', parts: 1, rows: 7, bytes: 3 },
        ];
      },
      accounting: async () => [{ tenant: 'a', producer: 'p', outcome: 'stored', reason: '', count: 8 }, { tenant: 'b', producer: 'q', outcome: 'stored', reason: '', count: 8 }, { tenant: 'a', producer: 'p', outcome: 'received', reason: '', count: 99 }],
    },
    meter: { connections: () => [{ version: 'TLSv1.3', group: 'X25519MLKEM768', count: 5 }, { version: 'TLSv1.2', group: 'x25519', count: 2 }], handshakesFailed: () => [{ reason: 'version', count: 3 }], recent: () => ({ commit: times, flush: { ...times, lastAt: null }, spansPerSecond: 12.5 }) },
    tls: null,
    config: { retention: { default: { days: 7 }, long: { days: 30 } }, diskBytesMax: null, diskFreeBytesMin: 1 },
    ...more,
  };
  return { parts, reads: () => reads };
}

test('vitals say what waits, how long things take, and what is kept for how long', async () => {
  const vitals = await createVitals(partsWith({}).parts)();
  assert.deepEqual(vitals.ready, { ok: true });
  assert.equal(vitals.listens?.otlpHttp.port, 4318);
  assert.deepEqual([vitals.queue.requestsInFlight, vitals.queue.bytesInFlight, vitals.queue.pendingRows], [4, 5, 6]);
  assert.deepEqual(vitals.commit, { p50_ms: 1, p95_ms: 2, p99_ms: 3, lastAt: '2026-06-01T11:59:55.000Z' });
  assert.equal(vitals.flush.lastAt, null);
  assert.deepEqual(vitals.disk, { used: 50, max: null, free: 100, freeMin: 1 });
  assert.deepEqual(vitals.retention, [
    { class: 'default', age_ms: 7 * 86_400_000, oldestDay: '2026-05-30', rows: 15, bytes: 31 },
    { class: 'gone', age_ms: 7 * 86_400_000, oldestDay: '2026-05-01', rows: 1, bytes: 2 },
    { class: 'long', age_ms: 30 * 86_400_000, oldestDay: null, rows: 0, bytes: 0 },
  ]);
  assert.deepEqual(vitals.engine, { parts: 6, rows: 26, bytes: 36 });
  assert.deepEqual(vitals.spans, { perSecond: 12.5, total: 16 });
  assert.deepEqual([vitals.tls.connections, vitals.tls.notPostQuantum], [7, 2]);
});

test('TLS that somebody should look after says so for as long as it is so', async () => {
  const ends = NOW_MS + 86_400_000;
  const told = async (more: Partial<TlsState>) => (await createVitals(partsWith({ tls: { state: () => ({ ends, ending: false, unusable: false, minVersion: 'TLSv1.3', ...more }) } }).parts)()).tls;
  assert.deepEqual((await told({})).warnings, []);
  assert.equal((await told({})).certificateEndsAt, '2026-06-02T12:00:00.000Z');
  for (const [more, says] of [[{ ending: true }, /ends at 2026-06-02T12/], [{ unusable: true }, /cannot be used/], [{ minVersion: 'TLSv1.2' }, /TLS 1\.2 is spoken/]] as const) assert.deepEqual((await told(more)).warnings.map(({ message }) => says.test(message)), [true]);
});

test('what is not ready says why and what to do', async () => {
  const { ready } = await createVitals(partsWith({ ready: async () => refuse('disk_full') }).parts)();
  assert.equal(ready.ok, false);
  assert.equal(ready.code, 'disk_full');
  assert.match(ready.advice ?? '', /Free disk space/);
});

test('many who watch at once cost one reading', async () => {
  const { parts, reads } = partsWith({});
  const vitals = createVitals(parts);
  await Promise.all([vitals(), vitals(), vitals()]);
  assert.equal(reads(), 1);
});
