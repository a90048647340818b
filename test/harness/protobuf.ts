/** Just enough of the Protocol Buffers wire format for tests to write requests that no well-meaning library would write. */

type Part = Uint8Array | readonly number[];

/** A varint of any size that fits a number exactly. */
export function varint(value: number | bigint): number[] {
  const bytes: number[] = [];
  for (let rest = BigInt(value); ; rest >>= 7n) {
    if (rest < 0x80n) return [...bytes, Number(rest)];
    bytes.push(Number(rest & 0x7fn) | 0x80);
  }
}

/** A length-delimited field: bytes, text or parts one after another. */
export function field(number: number, content: string | Part | readonly Uint8Array[]): Buffer<ArrayBuffer> {
  const body = typeof content === 'string' ? Buffer.from(content) : Array.isArray(content) && content[0] instanceof Uint8Array ? Buffer.concat(content as readonly Uint8Array[]) : Buffer.from(content as Part);
  return Buffer.concat([Buffer.from([...varint((number << 3) | 2), ...varint(body.length)]), body]);
}

/** A varint field. */
export function number(at: number, value: number | bigint): Buffer<ArrayBuffer> {
  return Buffer.from([...varint(at << 3), ...varint(value)]);
}

/** A fixed64 field. */
export function fixed64(at: number, value: bigint): Buffer<ArrayBuffer> {
  const bytes = Buffer.alloc(8);
  bytes.writeBigUInt64LE(BigInt.asUintN(64, value));
  return Buffer.concat([Buffer.from(varint((at << 3) | 1)), bytes]);
}

/** `KeyValue` with an encoded `AnyValue` (opentelemetry/proto/common/v1/common.proto). */
export function keyValue(key: string | Part, value: Uint8Array): Buffer<ArrayBuffer> {
  return Buffer.concat([field(1, key), field(2, value)]);
}

/** `Span` with ids, name and times; `more` are further encoded fields. */
export function span(traceId: Uint8Array, spanId: Uint8Array, name: string | Part, more: readonly Uint8Array[] = [], start_ns = BigInt(Date.now()) * 1_000_000n, end_ns = start_ns): Buffer<ArrayBuffer> {
  return Buffer.concat([field(1, traceId), field(2, spanId), field(5, name), number(6, 2), fixed64(7, start_ns), fixed64(8, end_ns), ...more]);
}

/** `ExportTraceServiceRequest` with one resource and one scope around encoded spans. */
export function request(spans: readonly Uint8Array[], service = 'shop'): Buffer<ArrayBuffer> {
  const resource = field(1, field(1, keyValue('service.name', field(1, service))));
  const scope = field(2, Buffer.concat(spans.map((one) => field(2, one))));
  return field(1, Buffer.concat([resource, scope]));
}
