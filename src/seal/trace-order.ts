/**
 * Brings the taken spans of a request into the order of their traces, first seen first. Spans of a trace next to each other
 * compress to a fraction and are found as one range of rows.
 */
import { HASH_SEED, hashBytes, type SpanBatch } from '#batch';

const SLOTS_MIN = 1_024;

export class TraceOrder {
  /** Spans in order of trace; `taken` of them. */
  order = new Uint32Array(1_024);
  taken = 0;
  /** Traces of the request: where each begins in `order`; one more entry marks the end. */
  starts = new Uint32Array(1_024);
  traces = 0;

  #slots = new Int32Array(SLOTS_MIN);
  #traceOf = new Uint32Array(1_024);
  /** A span that has the trace's id. */
  #first = new Uint32Array(1_024);

  arrange(batch: SpanBatch): void {
    const { bytes, spans, traceId, refused } = batch;
    this.#size(spans);
    const slots = this.#slots;
    const mask = slots.length - 1;
    slots.fill(-1);
    const starts = this.starts;
    const traceOf = this.#traceOf;
    const first = this.#first;
    let traces = 0;
    let taken = 0;
    for (let span = 0; span < spans; span++) {
      if (refused[span] !== 0) continue;
      taken++;
      const id = traceId[span]!;
      let slot = hashBytes(bytes, id, 16, HASH_SEED) & mask;
      for (;;) {
        const trace = slots[slot]!;
        if (trace < 0) {
          slots[slot] = traces;
          first[traces] = id;
          starts[traces] = 1;
          traceOf[span] = traces++;
          break;
        }
        if (same16(bytes, first[trace]!, id)) {
          starts[trace]!++;
          traceOf[span] = trace;
          break;
        }
        slot = (slot + 1) & mask;
      }
    }
    let at = 0;
    for (let trace = 0; trace < traces; trace++) {
      const count = starts[trace]!;
      starts[trace] = at;
      at += count;
    }
    const order = this.order;
    for (let span = 0; span < spans; span++) {
      if (refused[span] === 0) order[starts[traceOf[span]!]!++] = span;
    }
    for (let trace = traces; trace > 0; trace--) starts[trace] = starts[trace - 1]!;
    starts[0] = 0;
    this.traces = traces;
    this.taken = taken;
  }

  #size(spans: number): void {
    if (spans + 1 > this.order.length) {
      const length = (spans + 1) * 2;
      this.order = new Uint32Array(length);
      this.starts = new Uint32Array(length);
      this.#traceOf = new Uint32Array(length);
      this.#first = new Uint32Array(length);
    }
    let slots = SLOTS_MIN;
    while (slots < spans * 2) slots *= 2;
    if (slots !== this.#slots.length) this.#slots = new Int32Array(slots);
  }
}

function same16(bytes: Uint8Array, a: number, b: number): boolean {
  for (let i = 15; i >= 0; i--) if (bytes[a + i] !== bytes[b + i]) return false;
  return true;
}
