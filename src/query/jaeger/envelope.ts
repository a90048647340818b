/**
 * The envelopes of Jaeger's two HTTP APIs: `{data, total, limit, offset, errors}` of v1 and, for what goes wrong in v3,
 * grpc-gateway's `{error: {grpcCode, httpCode, message, httpStatus}}`.
 */
import { STATUS_CODES } from 'node:http';
import { REFUSALS, type Refusal } from '#refusal';

/** An entry of `errors` beside an answer: a trace that was asked for and is not in it. */
export interface MissingTrace {
  readonly msg: string;
  readonly traceID: string;
}

/** The answer of a v1 route; `data` is JSON text. */
export function dataJson(data: string, total = 0, missing: readonly MissingTrace[] = []): string {
  return `{"data":${data},"total":${total},"limit":0,"offset":0,"errors":${missing.length === 0 ? 'null' : JSON.stringify(missing)}}`;
}

export function wordingV1(refusal: Refusal, requestId: string): string {
  return JSON.stringify({ data: null, total: 0, limit: 0, offset: 0, errors: [{ code: REFUSALS[refusal.refused].http, msg: sentence(refusal, 'trace not found', requestId) }] });
}

export function wordingV3(refusal: Refusal, requestId: string): string {
  const { http, grpc } = REFUSALS[refusal.refused];
  return JSON.stringify({ error: { grpcCode: grpc, httpCode: http, message: sentence(refusal, 'No traces found', requestId), httpStatus: STATUS_CODES[http] ?? '' } });
}

/** Jaeger's words where a client may look for them, else ours. */
function sentence({ refused, detail }: Refusal, notFound: string, requestId: string): string {
  if (refused === 'not_found') return notFound;
  const { says, advice } = REFUSALS[refused];
  const where = detail === undefined ? '' : ` (${detail})`;
  return `${says}${where} ${advice}${refused === 'internal' ? ` Request id: ${requestId}.` : ''}`;
}
