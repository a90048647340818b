/**
 * What the server says to an exporter, in both encodings of OTLP: ExportTraceServiceResponse (collector/trace/v1) with its
 * partial success, and google.rpc.Status with RetryInfo or BadRequest (google/rpc/status.proto, error_details.proto).
 */
import { LIMITS } from '#limits';
import { REFUSALS, type Refusal, refusalText } from '#refusal';
import { ProtoWriter, WIRE } from './proto-writer.ts';

export type Encoding = 'protobuf' | 'json';

const EMPTY = new Uint8Array(0);
const EMPTY_JSON = Buffer.from('{}');

/**
 * ExportTraceServiceResponse. `partial_success` stays unset when everything was taken without a remark (OTLP 1.11); zero
 * rejected spans with a message is a warning.
 */
export function exportAnswer(rejectedSpans: number, message: string, encoding: Encoding): Uint8Array {
  const full = rejectedSpans === 0 && message === '';
  if (encoding === 'json') {
    if (full) return EMPTY_JSON;
    // int64 is a decimal string in the protobuf JSON mapping; a zero count is left out like every proto3 default.
    const count = rejectedSpans === 0 ? {} : { rejectedSpans: String(rejectedSpans) };
    return Buffer.from(JSON.stringify({ partialSuccess: { ...count, errorMessage: message } }));
  }
  if (full) return EMPTY;
  const writer = new ProtoWriter(64 + message.length);
  const partial = writer.open(1); // partial_success = 1
  if (rejectedSpans > 0) {
    writer.tag(1, WIRE.varint); // rejected_spans = 1
    writer.varint(rejectedSpans);
  }
  writer.textField(2, message); // error_message = 2
  writer.close(partial);
  return writer.written();
}

/**
 * google.rpc.Status for a refusal. Retryable ones carry RetryInfo; undecodable data carries BadRequest, as OTLP 1.11 asks
 * of HTTP 400. Without RetryInfo an exporter takes RESOURCE_EXHAUSTED as final.
 */
export function statusAnswer(refusal: Refusal, encoding: Encoding): Uint8Array {
  const row = REFUSALS[refusal.refused];
  const message = refusalText(refusal);
  const violation = row.http === 400 ? `${row.says}${refusal.detail === undefined ? '' : ` (${refusal.detail})`}` : null;
  if (encoding === 'json') {
    const details = [
      ...(row.retry ? [{ '@type': RETRY_INFO, retryDelay: `${LIMITS.retry_after_s}s` }] : []),
      ...(violation === null ? [] : [{ '@type': BAD_REQUEST, fieldViolations: [{ field: 'body', description: violation }] }]),
    ];
    return Buffer.from(JSON.stringify({ code: row.grpc, message, ...(details.length === 0 ? {} : { details }) }));
  }
  const writer = new ProtoWriter(128 + message.length * 2);
  writer.tag(1, WIRE.varint); // code = 1
  writer.varint(row.grpc);
  writer.textField(2, message); // message = 2
  if (row.retry) any(writer, RETRY_INFO, retryInfo);
  if (violation !== null) any(writer, BAD_REQUEST, () => badRequest(writer, violation));
  return writer.written();
}

const RETRY_INFO = 'type.googleapis.com/google.rpc.RetryInfo';
const BAD_REQUEST = 'type.googleapis.com/google.rpc.BadRequest';

/** details = 3, of google.protobuf.Any { type_url = 1, value = 2 }. */
function any(writer: ProtoWriter, type: string, content: (writer: ProtoWriter) => void): void {
  const detail = writer.open(3);
  writer.textField(1, type);
  const value = writer.open(2);
  content(writer);
  writer.close(value);
  writer.close(detail);
}

/** retry_delay = 1, a google.protobuf.Duration { seconds = 1 }. */
function retryInfo(writer: ProtoWriter): void {
  const delay = writer.open(1);
  writer.tag(1, WIRE.varint);
  writer.varint(LIMITS.retry_after_s);
  writer.close(delay);
}

/** field_violations = 1 { field = 1, description = 2 }. */
function badRequest(writer: ProtoWriter, description: string): void {
  const violation = writer.open(1);
  writer.textField(1, 'body');
  writer.textField(2, description);
  writer.close(violation);
}
