/** A receiver of OTLP over HTTP (protobuf and JSON) and gRPC that only remembers. It stands in for Tracekeep where the shop itself is tested. */
import { createServer } from 'node:http';
import type { IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { gunzipSync } from 'node:zlib';
import { Server, ServerCredentials } from '@grpc/grpc-js';
import type { sendUnaryData, ServerUnaryCall, ServiceDefinition } from '@grpc/grpc-js';
import { loadSync } from '@grpc/proto-loader';

interface KeyValue {
  readonly key: string;
  readonly value: unknown;
}

interface Span {
  readonly traceId: string | Buffer;
  readonly spanId: string | Buffer;
  readonly parentSpanId?: string | Buffer;
  readonly name: string;
  readonly kind: number;
  readonly attributes?: readonly KeyValue[];
  readonly events?: readonly { readonly name: string; readonly attributes?: readonly KeyValue[] }[];
  readonly status?: { readonly message?: string; readonly code?: number };
}

interface ExportRequest {
  readonly resourceSpans: readonly {
    readonly resource: { readonly attributes: readonly KeyValue[] };
    readonly scopeSpans: readonly { readonly scope: { readonly name: string }; readonly spans: readonly Span[] }[];
  }[];
}

export interface ReceivedSpan {
  /** Hexadecimal. */
  readonly traceId: string;
  readonly spanId: string;
  /** Empty at a root. */
  readonly parentSpanId: string;
  readonly service: string;
  readonly scope: string;
  readonly name: string;
  readonly failed: boolean;
  /** Keys and values of the span and its events, as JSON. */
  readonly text: string;
}

export interface Sink {
  readonly http: string;
  readonly grpc: string;
  readonly spans: readonly ReceivedSpan[];
  /** `protocol authorization` of every request. */
  readonly senders: ReadonlySet<string>;
  close(): Promise<void>;
}

const TRACE_SERVICE = loadSync(`${import.meta.dirname}/sink.proto`, { longs: String })['opentelemetry.proto.collector.trace.v1.TraceService'] as ServiceDefinition;

export async function startSink(): Promise<Sink> {
  const spans: ReceivedSpan[] = [];
  const senders = new Set<string>();

  const http = createServer((request, response) => {
    readBody(request).then(
      (body) => {
        const json = request.headers['content-type'] === 'application/json';
        senders.add(`${json ? 'http/json' : 'http/protobuf'} ${request.headers.authorization}`);
        spans.push(...spansOf((json ? JSON.parse(body.toString()) : TRACE_SERVICE['Export']?.requestDeserialize(body)) as ExportRequest));
        response.writeHead(200, { 'content-type': request.headers['content-type'] }).end(json ? '{}' : '');
      },
      () => response.writeHead(400).end(),
    );
  });
  await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve));

  const grpc = new Server();
  grpc.addService(TRACE_SERVICE, {
    Export: (call: ServerUnaryCall<ExportRequest, object>, answer: sendUnaryData<object>) => {
      senders.add(`grpc ${call.metadata.get('authorization')[0]}`);
      spans.push(...spansOf(call.request));
      answer(null, {});
    },
  });
  const grpcPort = await new Promise<number>((resolve, reject) => {
    grpc.bindAsync('127.0.0.1:0', ServerCredentials.createInsecure(), (error, port) => (error === null ? resolve(port) : reject(error)));
  });

  return {
    http: `http://127.0.0.1:${(http.address() as AddressInfo).port}`,
    grpc: `http://127.0.0.1:${grpcPort}`,
    spans,
    senders,
    close: async () => {
      grpc.forceShutdown();
      http.closeAllConnections();
      await new Promise((resolve) => http.close(resolve));
    },
  };
}

function spansOf(request: ExportRequest): ReceivedSpan[] {
  return request.resourceSpans.flatMap(({ resource, scopeSpans }) => {
    const service = resource.attributes.find(({ key }) => key === 'service.name')?.value as { stringValue: string };
    return scopeSpans.flatMap(({ scope, spans }) =>
      spans.map((span) => ({
        traceId: hex(span.traceId),
        spanId: hex(span.spanId),
        parentSpanId: hex(span.parentSpanId),
        service: service.stringValue,
        scope: scope.name,
        name: span.name,
        failed: span.status?.code === 2,
        text: JSON.stringify([span.attributes, span.events, span.status]),
      })),
    );
  });
}

/** Ids are hexadecimal in OTLP/JSON and bytes elsewhere. */
function hex(id: string | Buffer | undefined): string {
  return typeof id === 'string' ? id : (id?.toString('hex') ?? '');
}

async function readBody(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  const body = Buffer.concat(chunks);
  return request.headers['content-encoding'] === 'gzip' ? gunzipSync(body) : body;
}
