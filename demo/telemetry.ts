/**
 * OpenTelemetry for one service of the shop, as its own documentation sets it up: the official SDK with the official
 * automatic instrumentations, loaded before the service by `node --import ./telemetry.ts checkout.ts`. Where the spans go is read
 * from the standard variables (`OTEL_SERVICE_NAME`, `OTEL_EXPORTER_OTLP_PROTOCOL`, `…_ENDPOINT`, `…_HEADERS`).
 *
 * The options below are ones that teams really switch on while they look for a fault and forget to switch off: header
 * capture, query parameters, whole cache commands. That is what puts secrets into traces, and what Tracekeep takes out again.
 */
import type { Attributes, Span } from '@opentelemetry/api';
import { getNodeAutoInstrumentations } from '@opentelemetry/auto-instrumentations-node';
import { NodeSDK } from '@opentelemetry/sdk-node';
import { register } from 'import-in-the-middle/register-hooks.mjs';

/** A span as this process handed it to its exporter: the "before" of the demo's example. Goes to the driver over the process's own IPC channel. */
export interface SentSpan {
  readonly traceId: string;
  readonly spanId: string;
  readonly name: string;
  readonly service: string;
  readonly attributes: Attributes;
  readonly events: readonly { readonly name: string; readonly attributes: Attributes }[];
}

/** The driver asks one service to show it the finished spans of requests to this path. */
const SHOWN_PATH = process.env['SHOP_SHOWN_PATH'];
const HEADERS = ['authorization', 'cookie', 'x-api-key', 'x-forwarded-for', 'user-agent', 'set-cookie'];

// ES modules are instrumented by a loader hook. The packages above are loaded before it is registered: only the service's own need it.
register({ include: ['http', 'https', 'node:http', 'node:https', 'pg', 'pg-pool', 'ioredis', '@grpc/grpc-js'] });

const sdk = new NodeSDK({
  instrumentations: getNodeAutoInstrumentations({
    '@opentelemetry/instrumentation-http': {
      headersToSpanAttributes: { server: { requestHeaders: HEADERS, responseHeaders: HEADERS }, client: { requestHeaders: HEADERS, responseHeaders: HEADERS } },
      applyCustomAttributesOnSpan: (span, request) => {
        if (SHOWN_PATH !== undefined && 'url' in request && request.url?.startsWith(SHOWN_PATH)) setImmediate(showDriver, span);
      },
    },
    '@opentelemetry/instrumentation-undici': { headersToSpanAttributes: { requestHeaders: HEADERS, responseHeaders: HEADERS } },
    '@opentelemetry/instrumentation-grpc': {
      metadataToSpanAttributes: { client: { requestMetadata: ['x-api-key'] }, server: { requestMetadata: ['x-api-key'] } },
    },
    '@opentelemetry/instrumentation-pg': { enhancedDatabaseReporting: true },
    '@opentelemetry/instrumentation-ioredis': { dbStatementSerializer: (command, args) => [command, ...args.map(String)].join(' ') },
    // A span per socket, look-up and file says nothing about a shop.
    '@opentelemetry/instrumentation-net': { enabled: false },
    '@opentelemetry/instrumentation-dns': { enabled: false },
    '@opentelemetry/instrumentation-fs': { enabled: false },
  }),
});
sdk.start();

process.on('SIGTERM', () => {
  // What is still in the exporter's queue is sent first.
  sdk.shutdown().then(() => process.exit(0), () => process.exit(1));
});

/** Called after the span has ended: what it holds now is what the exporter sends. */
function showDriver(span: Span): void {
  const { name, attributes, events } = span as Span & Pick<SentSpan, 'name' | 'attributes' | 'events'>;
  const { traceId, spanId } = span.spanContext();
  const sent: SentSpan = { traceId, spanId, name, service: process.env['OTEL_SERVICE_NAME'] ?? '', attributes, events: events.map((event) => ({ name: event.name, attributes: event.attributes })) };
  process.send?.({ kind: 'span', span: sent });
}
