/**
 * The server's own metrics in the OpenTelemetry model. They are read in two ways: pushed as OTLP when
 * OTEL_EXPORTER_OTLP_METRICS_ENDPOINT is set, and as Prometheus text for `GET /metrics`. Counting costs an addition;
 * everything else happens when someone collects.
 */
import type { Histogram } from '@opentelemetry/api';
import { PrometheusSerializer } from '@opentelemetry/exporter-prometheus';
import { resourceFromAttributes } from '@opentelemetry/resources';
import { type IMetricReader, MeterProvider, MetricReader, PeriodicExportingMetricReader } from '@opentelemetry/sdk-metrics';
import type { RequestAccount } from '#model';
import { COUNTERS, GAUGES, type GaugeName, HISTOGRAMS } from './instruments.ts';
import { RecentDurations, RecentRate, type RecentTimes } from './recent.ts';
import { Tally } from './tally.ts';

export type { RecentTimes } from './recent.ts';
export { COUNTERS, type CounterRow, type GaugeName, GAUGES, HISTOGRAMS, type HistogramRow } from './instruments.ts';

/** The media type of `Meter.text` (Prometheus text exposition format 0.0.4). */
export const METRICS_MEDIA_TYPE = 'text/plain; version=0.0.4; charset=utf-8';

type Transport = 'http' | 'grpc';
type Spans = Pick<RequestAccount, 'producer' | 'received' | 'stored' | 'refused' | 'dropped' | 'minimized'>;

/** A push of metrics, its retries included. */
const EXPORT_MS_MAX = 2_000;

const UNDECODABLE: ReadonlySet<string> = new Set(['body_undecodable', 'body_too_deep']);

export interface MeterOptions {
  /** Version of the server, an attribute of the resource. */
  readonly version: string;
  /** Read for OTEL_EXPORTER_OTLP_METRICS_*, as the OpenTelemetry specification names them. */
  readonly environment: Readonly<Record<string, string | undefined>>;
}

/** Starts to export if the environment asks for it. */
export async function startMeter({ version, environment }: MeterOptions): Promise<Meter> {
  const endpoint = environment['OTEL_EXPORTER_OTLP_METRICS_ENDPOINT'];
  if (endpoint === undefined || endpoint === '') return new Meter(version, []);
  // Loaded only here: most servers are scraped or not watched at all.
  const { OTLPMetricExporter } = await import('@opentelemetry/exporter-metrics-otlp-proto');
  return new Meter(version, [new PeriodicExportingMetricReader({ exporter: new OTLPMetricExporter({ url: endpoint, timeoutMillis: EXPORT_MS_MAX }), exportIntervalMillis: intervalOf(environment['OTEL_METRIC_EXPORT_INTERVAL']), exportTimeoutMillis: EXPORT_MS_MAX })]);
}

/** Milliseconds between two pushes (OpenTelemetry specification, default one minute); never less than a push may take. */
function intervalOf(text: string | undefined): number {
  const ms = Number(text ?? '');
  return Number.isFinite(ms) && ms > 0 ? Math.max(ms, EXPORT_MS_MAX) : 60_000;
}

/** Never throws on the hot path, never blocks, keeps no payload. */
export class Meter {
  readonly #tallies = Object.fromEntries(Object.entries(COUNTERS).map(([key, { labels }]) => [key, new Tally(labels)])) as Record<keyof typeof COUNTERS, Tally>;
  readonly #gauges = new Map<GaugeName, () => number>([['memory', () => process.memoryUsage.rss()]]);
  readonly #histograms: Record<keyof typeof HISTOGRAMS, Histogram>;
  /** By version and group, of which there are few. */
  readonly #exchanges = new Map<string, number>();
  readonly #handshakesFailed = new Map<string, number>();
  readonly #commits = new RecentDurations();
  readonly #flushes = new RecentDurations();
  readonly #arrived = new RecentRate();
  readonly #provider: MeterProvider;
  readonly #reader = new OnDemandReader();
  readonly #serializer = new PrometheusSerializer(undefined, false, undefined, false, true);

  constructor(version: string, readers: readonly IMetricReader[]) {
    const resource = resourceFromAttributes({ 'service.name': 'tracekeep', 'service.version': version });
    this.#provider = new MeterProvider({ resource, readers: [this.#reader, ...readers] });
    const meter = this.#provider.getMeter('tracekeep', version);
    for (const [key, { name, unit, says }] of entries(COUNTERS)) {
      const counter = meter.createObservableCounter(name, { unit, description: says });
      counter.addCallback((result) => {
        for (const { value, attributes } of this.#tallies[key]) result.observe(value, attributes);
      });
    }
    for (const [key, { name, unit, says }] of entries(GAUGES)) {
      const gauge = meter.createObservableGauge(name, { unit, description: says });
      gauge.addCallback((result) => {
        const value = this.#gauges.get(key)?.();
        if (value !== undefined) result.observe(value);
      });
    }
    this.#histograms = Object.fromEntries(
      entries(HISTOGRAMS).map(([key, { name, unit, says, bounds }]) => [key, meter.createHistogram(name, { unit, description: says, advice: { explicitBucketBoundaries: [...bounds] } })]),
    ) as Record<keyof typeof HISTOGRAMS, Histogram>;
  }

  /** A request ended after `ms`: ok, partial, aborted or a refusal code. */
  ended(transport: Transport, outcome: string, ms: number): void {
    this.#tallies.requests.add(1, transport, outcome);
    if (UNDECODABLE.has(outcome)) this.#tallies.undecodable.add(1, transport);
    this.#histograms.requestTime.record(ms / 1_000, TRANSPORT_ATTRIBUTES[transport]);
  }

  /** A body arrived whole. */
  arrived(transport: Transport, wireBytes: number, inflatedBytes: number): void {
    this.#tallies.wireBytes.add(wireBytes, transport);
    this.#tallies.inflatedBytes.add(inflatedBytes, transport);
  }

  /** A connection was closed at once: too many are open. */
  turnedAway(transport: Transport): void {
    this.#tallies.turnedAway.add(1, transport);
  }

  /** A TLS handshake was completed, in this version and with this key-exchange group. */
  connected(listener: string, version: string, group: string): void {
    this.#tallies.connected.add(1, listener, version, group);
    const row = `${version} ${group}`;
    this.#exchanges.set(row, (this.#exchanges.get(row) ?? 0) + 1);
  }

  /** A TLS handshake was not completed, or not let in. */
  handshakeFailed(listener: string, reason: string): void {
    this.#tallies.handshakesFailed.add(1, listener, reason);
    this.#handshakesFailed.set(reason, (this.#handshakesFailed.get(reason) ?? 0) + 1);
  }

  /** Those since the start, of all listeners, by reason. */
  handshakesFailed(): readonly { readonly reason: string; readonly count: number }[] {
    return [...this.#handshakesFailed].map(([reason, count]) => ({ reason, count }));
  }

  /** Those connections since the start, of all listeners. */
  connections(): readonly { readonly version: string; readonly group: string; readonly count: number }[] {
    return [...this.#exchanges].map(([row, count]) => ({ version: row.split(' ')[0] ?? '', group: row.split(' ')[1] ?? '', count }));
  }

  /** What became of the spans of one request, once its commit is durable. */
  accounted({ producer, received, stored, refused, dropped, minimized }: Spans): void {
    this.#tallies.received.add(received, producer);
    this.#arrived.add(received);
    this.#tallies.stored.add(stored, producer);
    for (const code in refused) this.#tallies.refused.add(refused[code] as number, producer, code);
    if (dropped > 0) this.#tallies.dropped.add(dropped, producer);
    for (const kind in minimized) this.#tallies.minimized.add(minimized[kind] as number, kind);
  }

  /** A request waited this long for a worker. */
  waited(ms: number): void {
    this.#histograms.queueWait.record(ms / 1_000);
  }

  committed(rows: number, ms: number): void {
    this.#tallies.committedRows.add(rows);
    this.#histograms.commitTime.record(ms / 1_000);
    this.#commits.add(ms);
  }

  flushed(rows: number, ms: number): void {
    this.#tallies.flushedRows.add(rows);
    this.#histograms.flushTime.record(ms / 1_000);
    this.#flushes.add(ms);
  }

  /** The last minutes, for people who look now. */
  recent(): { readonly commit: RecentTimes; readonly flush: RecentTimes; readonly spansPerSecond: number } {
    return { commit: this.#commits.times(), flush: this.#flushes.times(), spansPerSecond: this.#arrived.perSecond() };
  }

  /** `read` is called at each collection, so it must be cheap and must not throw. */
  watch(gauge: GaugeName, read: () => number): void {
    this.#gauges.set(gauge, read);
  }

  /** Everything as Prometheus text. Rejects after `stop`. */
  async text(): Promise<string> {
    const { resourceMetrics } = await this.#reader.collect();
    return this.#serializer.serialize(resourceMetrics);
  }

  /** Exports what is left and stops. A collector that cannot be reached does not keep the server from stopping. */
  async stop(): Promise<void> {
    await this.#provider.shutdown({ timeoutMillis: EXPORT_MS_MAX }).catch(() => {});
  }
}

const TRANSPORT_ATTRIBUTES = { http: { transport: 'http' }, grpc: { transport: 'grpc' } } as const;

/** Collects when asked, and only then. */
class OnDemandReader extends MetricReader {
  protected override async onForceFlush(): Promise<void> {}
  protected override async onShutdown(): Promise<void> {}
}

function entries<Key extends string, Value>(table: Readonly<Record<Key, Value>>): [Key, Value][] {
  return Object.entries(table) as [Key, Value][];
}
