/** One request of the corpus in OTLP protobuf, with the places of all times and ids in it, so that they can be changed when it is sent. */
import { resourceOf, SERVICES, type ShopSpan } from './shop.ts';
import { varintBytes, Wire } from './wire.ts';

export interface Placed {
  readonly span: ShopSpan;
  readonly pod: number;
  readonly traceId: Uint8Array;
  readonly spanId: Uint8Array;
  readonly parentId: Uint8Array | null;
  readonly start_ns: bigint;
}

export interface EncodedRequest {
  /** Counts and places, four bytes each: spans, times, trace ids, span ids; then the places of each. */
  readonly header: Buffer;
  readonly body: Buffer;
}

interface EncodedSpan {
  readonly bytes: Buffer;
  readonly times: readonly number[];
  readonly traceId: number;
  readonly spanIds: readonly number[];
}

const SCHEMA_URL = 'https://opentelemetry.io/schemas/1.37.0';
const CODE_ERROR = 2;
const SAMPLED_AND_LOCAL = 0x101;
const wire = new Wire();

export function encodeRequest(placed: readonly Placed[]): EncodedRequest {
  const groups = Map.groupBy(placed, ({ span, pod }) => span.service * 2 + pod);
  const body: Buffer[] = [];
  const times: number[] = [];
  const traceIds: number[] = [];
  const spanIds: number[] = [];
  let at = 0;
  const put = (bytes: Buffer): void => {
    body.push(bytes);
    at += bytes.length;
  };
  for (const [group, members] of groups) {
    const spans = members.map(encodeSpan);
    const scope = written(() => wire.nested(1, () => {
      wire.text(1, `@travel/instrumentation-${SERVICES[group >> 1] ?? ''}`);
      wire.text(2, '0.214.0');
    }));
    const resource = written(() => wire.nested(1, () => {
      for (const attribute of resourceOf(group >> 1, group & 1)) wire.attribute(1, attribute);
    }));
    const schema = written(() => wire.text(3, SCHEMA_URL));
    const scopeBytes = scope.length + spans.reduce((sum, { bytes }) => sum + 1 + varintBytes(bytes.length) + bytes.length, 0);
    put(opening(1, resource.length + 1 + varintBytes(scopeBytes) + scopeBytes + schema.length));
    put(resource);
    put(opening(2, scopeBytes));
    put(scope);
    for (const span of spans) {
      put(opening(2, span.bytes.length));
      times.push(...span.times.map((place) => at + place));
      traceIds.push(at + span.traceId);
      spanIds.push(...span.spanIds.map((place) => at + place));
      put(span.bytes);
    }
    put(schema);
  }
  const header = Uint32Array.of(placed.length, times.length, traceIds.length, spanIds.length, ...times, ...traceIds, ...spanIds);
  return { header: Buffer.from(header.buffer), body: Buffer.concat(body) };
}

function encodeSpan({ span, traceId, spanId, parentId, start_ns }: Placed): EncodedSpan {
  const end_ns = start_ns + BigInt(Math.floor(span.duration_ns));
  const traceAt = wire.raw(1, traceId);
  const spanIds = [wire.raw(2, spanId)];
  if (parentId !== null) spanIds.push(wire.raw(4, parentId));
  wire.text(5, span.name);
  wire.integer(6, span.kind);
  const times = [wire.fixed64(7, start_ns), wire.fixed64(8, end_ns)];
  for (const attribute of span.attributes) wire.attribute(9, attribute);
  const { error } = span;
  if (error !== null) {
    let place = 0;
    const moved = wire.nested(11, () => {
      place = wire.fixed64(1, end_ns);
      wire.text(2, 'exception');
      for (const attribute of error.event) wire.attribute(3, attribute);
    });
    times.push(place + moved);
    wire.nested(15, () => {
      wire.text(2, error.message);
      wire.integer(3, CODE_ERROR);
    });
  }
  wire.fixed32(16, SAMPLED_AND_LOCAL);
  return { bytes: wire.take(), times, traceId: traceAt, spanIds };
}

/** Key and length of an embedded message. */
function opening(field: number, length: number): Buffer {
  return written(() => {
    wire.varint((field << 3) | 2);
    wire.varint(length);
  });
}

function written(write: () => void): Buffer {
  write();
  return wire.take();
}
