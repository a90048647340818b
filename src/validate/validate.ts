/**
 * Decides which spans of a decoded request are taken: ids, times, counts, and whether the producer may speak for the service.
 * Refused spans stay in the batch, marked; nothing of them is stored, and the partial success says how many and why.
 */
import { NONE, type SpanBatch, TYPE } from '#batch';
import { LIMITS } from '#limits';
import { UNKNOWN_SERVICE } from '#model';
import { type SpanRefusalCode, REFUSALS } from '#refusal';

declare const valid: unique symbol;
/** A batch whose taken spans have sound ids, sound times and a service that its producer may speak for. Only `validate` makes it. */
export type ValidBatch = SpanBatch & { readonly [valid]: true };

/** `batch.refused` holds 1 + an index of this list. */
export const SPAN_REFUSALS = ['span_service', 'span_ids', 'span_time', 'span_links_events', 'span_too_old', 'span_count'] as const satisfies readonly SpanRefusalCode[];
const CODE = { service: 1, ids: 2, time: 3, linksEvents: 4, tooOld: 5 } as const;

export interface Validity {
  readonly batch: ValidBatch;
  readonly received: number;
  readonly taken: number;
  /** Taken spans that end before they start or have no start: kept as sent, but counted. */
  readonly oddTimes: number;
  /** Spans refused, by code; only codes that occurred. */
  readonly refused: Partial<Record<SpanRefusalCode, number>>;
}

export interface Rights {
  /** Whether the producer may send spans of a service, by the name as sent. */
  readonly speaksFor: (service: string) => boolean;
  /** Whether it may send spans that ended long ago. */
  readonly backfill: boolean;
  /** No time is a reason to refuse a span. */
  readonly anyTime?: boolean;
}

/** `now_ms` is the server's clock. Requests taken before `rememberedSince_ms` would not be recognised if they came again; 0 if every one would. */
export function validate(batch: SpanBatch, { speaksFor, backfill, anyTime = false }: Rights, now_ms: number, rememberedSince_ms = 0): Validity {
  const latest_ns = anyTime ? Infinity : (now_ms + LIMITS.future_ms_max) * 1e6;
  const earliest_ns = backfill || anyTime ? 0 : earliest(now_ms, rememberedSince_ms) * 1e6;
  const allowed: boolean[] = [];
  for (let resource = 0; resource < batch.resources; resource++) allowed.push(speaksFor(serviceOf(batch, resource)));
  const counts = SPAN_REFUSALS.map(() => 0);
  let taken = 0;
  let oddTimes = 0;
  for (let span = 0; span < batch.spans; span++) {
    const code = judge(batch, span, allowed[batch.resource[span]!]!, earliest_ns, latest_ns);
    batch.refused[span] = code;
    if (code !== 0) counts[code - 1]!++;
    else {
      taken++;
      if (hasOddTimes(batch, span)) oddTimes++;
    }
  }
  counts[SPAN_REFUSALS.length - 1] = batch.spansCut;
  const refused: Partial<Record<SpanRefusalCode, number>> = {};
  counts.forEach((count, at) => {
    if (count > 0) refused[SPAN_REFUSALS[at]!] = count;
  });
  return { batch: batch as ValidBatch, received: batch.spans + batch.spansCut, taken, oddTimes, refused };
}

/** The sentence of the partial success: every reason with its count, no values. '' when nothing was refused. */
export function refusedMessage(refused: Validity['refused']): string {
  return Object.entries(refused)
    .map(([code, count]) => `${count} span${count === 1 ? '' : 's'} refused, ${code}: ${REFUSALS[code as SpanRefusalCode].says} ${REFUSALS[code as SpanRefusalCode].advice}`)
    .join(' ');
}

/** A span that ended at the latest moment that was allowed when it came first: had it come before memory begins, it would have ended before this. */
function earliest(now_ms: number, rememberedSince_ms: number): number {
  const past_ms = now_ms - LIMITS.past_ms_max;
  return rememberedSince_ms === 0 ? past_ms : Math.max(past_ms, rememberedSince_ms + LIMITS.future_ms_max + 1);
}

function judge(batch: SpanBatch, span: number, serviceAllowed: boolean, earliest_ns: number, latest_ns: number): number {
  if (!serviceAllowed) return CODE.service;
  if (!isId(batch, batch.traceId[span]!, 16) || !isId(batch, batch.spanId[span]!, 8) || batch.parentId[span] === NONE) return CODE.ids;
  // Doubles are exact to a microsecond, and the bounds a millisecond apart. Whatever passes fits DateTime64(9). Where only the start is given, that counts.
  const last_ns = Math.max(batch.startHigh[span]! * 0x1_0000_0000 + batch.startLow[span]!, batch.endHigh[span]! * 0x1_0000_0000 + batch.endLow[span]!);
  if (last_ns > latest_ns) return CODE.time;
  // A span without any time says nothing about its age.
  if (last_ns < earliest_ns && last_ns > 0) return CODE.tooOld;
  if (batch.eventsEnd[span]! - batch.eventsStart[span]! > LIMITS.events_per_span_max || batch.linksEnd[span]! - batch.linksStart[span]! > LIMITS.links_per_span_max) return CODE.linksEvents;
  return 0;
}

/** Among the spans that are taken. */
export function countOddTimes(batch: SpanBatch): number {
  let odd = 0;
  for (let span = 0; span < batch.spans; span++) if (batch.refused[span] === 0 && hasOddTimes(batch, span)) odd++;
  return odd;
}

/** Clocks that were set between start and end, and senders that leave times out: odd, but no reason to lose the span. */
function hasOddTimes(batch: SpanBatch, span: number): boolean {
  const startHigh = batch.startHigh[span]!;
  const endHigh = batch.endHigh[span]!;
  if (startHigh === 0 && batch.startLow[span] === 0) return true;
  return endHigh < startHigh || (endHigh === startHigh && batch.endLow[span]! < batch.startLow[span]!);
}

/** W3C Trace Context and OTLP: an id of all zeros is invalid. */
function isId(batch: SpanBatch, offset: number, length: number): boolean {
  if (offset === 0) return false;
  for (let at = offset; at < offset + length; at++) if (batch.bytes[at] !== 0) return true;
  return false;
}

/** The name as sent: the check comes before minimization, which could otherwise be used to disguise a service. */
function serviceOf(batch: SpanBatch, resource: number): string {
  const value = batch.resourceService[resource]!;
  if (value === NONE || batch.valueType[value] !== TYPE.string || batch.valueB[value] === 0) return UNKNOWN_SERVICE;
  const at = batch.valueA[value]!;
  return Buffer.from(batch.bytes.buffer, batch.bytes.byteOffset + at, batch.valueB[value]).toString('utf8');
}
