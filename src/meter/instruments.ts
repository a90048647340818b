/**
 * Every metric of the server itself, in one table: OpenTelemetry name, unit (UCUM) and what it says. No attribute ever
 * holds payload: transports, outcomes, refusal codes, kinds of findings and producer ids are the only ones.
 */

interface Row {
  readonly name: string;
  readonly unit: string;
  readonly says: string;
}

export interface CounterRow extends Row {
  /** Attribute names, in the order in which `Tally.add` takes their values. */
  readonly labels: readonly string[];
}

export interface HistogramRow extends Row {
  readonly bounds: readonly number[];
}

const SECONDS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30];

const counter = (name: string, unit: string, labels: readonly string[], says: string): CounterRow => ({ name: `tracekeep.${name}`, unit, labels, says });
const seconds = (name: string, says: string): HistogramRow => ({ name: `tracekeep.${name}`, unit: 's', bounds: SECONDS, says });
const gauge = (name: string, unit: string, says: string): Row => ({ name: `tracekeep.${name}`, unit, says });

export const COUNTERS = {
  requests: counter('ingest.requests', '{request}', ['transport', 'outcome'], 'Requests that ended, by transport and outcome: ok, partial, aborted or a refusal code.'),
  undecodable: counter('ingest.undecodable', '{request}', ['transport'], 'Requests whose body could not be decoded; their spans are unknown and in no other count.'),
  wireBytes: counter('ingest.wire', 'By', ['transport'], 'Bytes of bodies as they arrived.'),
  inflatedBytes: counter('ingest.inflated', 'By', ['transport'], 'Bytes of bodies after decompression.'),
  turnedAway: counter('ingest.connections.turned_away', '{connection}', ['transport'], 'Connections closed at once because too many were open.'),
  connected: counter('tls.connections', '{connection}', ['listener', 'version', 'group'], 'TLS connections by listener, version and key-exchange group. Groups without MLKEM are not post-quantum.'),
  handshakesFailed: counter('tls.handshakes.failed', '{handshake}', ['listener', 'reason'], 'TLS handshakes not completed; rate and pending were reset before a byte of them was read.'),
  received: counter('spans.received', '{span}', ['producer'], 'Spans received. Always stored + refused + dropped.'),
  stored: counter('spans.stored', '{span}', ['producer'], 'Spans kept.'),
  refused: counter('spans.refused', '{span}', ['producer', 'code'], 'Spans refused, by reason.'),
  dropped: counter('spans.dropped', '{span}', ['producer'], 'Spans that had been taken already.'),
  minimized: counter('values.minimized', '{value}', ['kind'], 'Values replaced or shortened before they were kept, by kind.'),
  committedRows: counter('commit.rows', '{row}', [], 'Rows made durable in the journal.'),
  flushedRows: counter('flush.rows', '{row}', [], 'Rows moved from the journal into the store.'),
} as const satisfies Record<string, CounterRow>;

export const HISTOGRAMS = {
  requestTime: seconds('ingest.duration', 'Time from the headers of a request to its answer.'),
  queueWait: seconds('pipeline.wait', 'Time a request waits for a pipeline worker.'),
  commitTime: seconds('commit.duration', 'Time to make a commit durable.'),
  flushTime: seconds('flush.duration', 'Time to move rows from the journal into the store.'),
} as const satisfies Record<string, HistogramRow>;

export const GAUGES = {
  requestsInFlight: gauge('ingest.requests.in_flight', '{request}', 'Requests being received or processed.'),
  bytesInFlight: gauge('ingest.bytes.in_flight', 'By', 'Bytes of bodies held in memory.'),
  pendingRows: gauge('store.rows.pending', '{row}', 'Rows acknowledged and not yet in the store.'),
  diskFree: gauge('disk.free', 'By', 'Free bytes on the disk of the data directory.'),
  diskUsed: gauge('disk.used', 'By', 'Bytes in the data directory.'),
  logEntries: gauge('log.entries', '{entry}', 'Entries of the log that are durable.'),
  logPublished: gauge('log.entries.published', '{entry}', 'Entries that the published checkpoint covers: what is behind for long waits for witnesses.'),
  witnessesBehind: gauge('log.witnesses.behind', '{witness}', 'Witnesses that fail, or refuse this log.'),
  recordsWaiting: gauge('records.waiting', '{record}', 'Records of what was read that are not in the log yet.'),
  findingsDropped: gauge('findings.dropped', '{finding}', 'Findings since the start that there was no room for.'),
  memory: gauge('process.memory', 'By', 'Resident memory of the process.'),
} as const satisfies Record<string, Row>;

export type GaugeName = keyof typeof GAUGES;
