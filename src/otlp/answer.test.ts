import assert from 'node:assert/strict';
import { test } from 'node:test';
import protobuf from 'protobufjs';
import { REFUSALS, type RefusalCode, refuse, refusalText } from '#refusal';
import { exportAnswer, statusAnswer } from './answer.ts';

// opentelemetry/proto/collector/trace/v1/trace_service.proto; google/rpc/status.proto and error_details.proto
const { root } = protobuf.parse(`syntax = "proto3";
  message Response { PartialSuccess partial_success = 1; message PartialSuccess { int64 rejected_spans = 1; string error_message = 2; } }
  message Status { int32 code = 1; string message = 2; repeated Any details = 3; }
  message Any { string type_url = 1; bytes value = 2; }
  message RetryInfo { Duration retry_delay = 1; }
  message Duration { int64 seconds = 1; int32 nanos = 2; }
  message BadRequest { repeated Violation field_violations = 1; message Violation { string field = 1; string description = 2; } }`, { keepCase: true });

function decoded(type: string, bytes: Uint8Array): Record<string, unknown> {
  const found = root.lookupType(type);
  return found.toObject(found.decode(bytes), { longs: Number });
}

test('exportAnswer() leaves partial success unset when all was taken', () => {
  assert.equal(exportAnswer(0, '', 'protobuf').length, 0);
  assert.equal(Buffer.from(exportAnswer(0, '', 'json')).toString(), '{}');
});

test('exportAnswer() says how many and why, or only warns', () => {
  for (const [rejected, message] of [[1, ''], [127, 'a'], [128, 'é'.repeat(100)], [50_000, 'x'.repeat(20_000)], [2 ** 40, 'many'], [0, 'a warning']] as const) {
    const count = rejected === 0 ? {} : { rejected_spans: rejected };
    const wire = decoded('Response', exportAnswer(rejected, message, 'protobuf')) as { partial_success: { error_message?: string } };
    assert.deepEqual(wire, { partial_success: { ...count, error_message: message } });
    const json: unknown = JSON.parse(Buffer.from(exportAnswer(rejected, message, 'json')).toString());
    assert.deepEqual(json, { partialSuccess: { ...(rejected === 0 ? {} : { rejectedSpans: String(rejected) }), errorMessage: message } });
  }
});

test('statusAnswer() carries RetryInfo for what may be retried and BadRequest for what could not be decoded', () => {
  for (const code of Object.keys(REFUSALS) as RefusalCode[]) {
    const row = REFUSALS[code];
    const refusal = refuse(code, 'byte 7');
    const status = decoded('Status', statusAnswer(refusal, 'protobuf')) as { code?: number; message: string; details?: { type_url: string; value: Uint8Array }[] };
    assert.equal(status.code, row.grpc);
    assert.equal(status.message, refusalText(refusal));
    const details = (status.details ?? []).map(({ type_url, value }) => {
      const type = type_url.replace('type.googleapis.com/google.rpc.', '');
      return [type, decoded(type, value)];
    });
    const description = `${row.says} (byte 7)`;
    assert.deepEqual(details, [
      ...(row.retry ? [['RetryInfo', { retry_delay: { seconds: 1 } }]] : []),
      ...(row.http === 400 ? [['BadRequest', { field_violations: [{ field: 'body', description }] }]] : []),
    ]);
    const json = JSON.parse(Buffer.from(statusAnswer(refusal, 'json')).toString()) as { code: number; message: string; details?: Record<string, unknown>[] };
    assert.deepEqual([json.code, json.message], [row.grpc, refusalText(refusal)]);
    assert.deepEqual(json.details, !row.retry && row.http !== 400 ? undefined : [
      ...(row.retry ? [{ '@type': 'type.googleapis.com/google.rpc.RetryInfo', retryDelay: '1s' }] : []),
      ...(row.http === 400 ? [{ '@type': 'type.googleapis.com/google.rpc.BadRequest', fieldViolations: [{ field: 'body', description }] }] : []),
    ]);
  }
});
