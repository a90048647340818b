/**
 * Tells a trace the way it happened: who was called, how long they worked, what they noted. A clock moves as the story goes on, so that
 * spans nest and follow as real ones do. Random numbers come from a seed.
 */
import { anyValue, attributesOf, type Json, type Value } from '#harness/exchange';

export type Attributes = Readonly<Record<string, Value>>;
export const KIND = { internal: 1, server: 2, client: 3, producer: 4, consumer: 5 } as const;

/** Numbers in [0, 1), the same ones for the same seed (mulberry32). */
export function randomFrom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 0x1_0000_0000;
  };
}

export function hexFrom(random: () => number, bytes: number): string {
  let hex = '';
  for (let at = 0; at < bytes; at++) hex += Math.floor(random() * 256).toString(16).padStart(2, '0');
  // All zeros is no id.
  return hex.replace(/^00/, 'a0');
}

export interface SpanFields {
  traceId: string;
  spanId: string;
  parentSpanId?: string;
  traceState?: string;
  name: string;
  kind: number;
  startTimeUnixNano: string;
  endTimeUnixNano: string;
  attributes: Json[];
  events?: Json[];
  links?: Json[];
  status?: Json;
}

interface Open {
  readonly service: string;
  readonly fields: SpanFields;
}

export class ToldTrace {
  readonly traceId: string;
  /** Ended spans by service. */
  readonly spans: Map<string, SpanFields[]> = new Map();
  readonly random: () => number;
  #now_ns: bigint;
  readonly #open: Open[] = [];

  constructor(random: () => number, start_ms: number, traceId = hexFrom(random, 16)) {
    this.random = random;
    this.traceId = traceId;
    this.#now_ns = BigInt(Math.round(start_ms * 1000)) * 1000n;
  }

  /** Time goes by: about so many milliseconds, now and then far more, as in a real service. */
  work(ms: number): void {
    const spread = 0.6 + this.random() * 0.8 + (this.random() < 0.04 ? this.random() * 3 : 0);
    this.#now_ns += BigInt(Math.max(1, Math.round(ms * spread * 1000))) * 1000n;
  }

  /** A span around what happens inside; a thrown `Mishap` ends it as failed, with an exception event, and goes on up. */
  span(service: string, name: string, kind: number, attributes: Attributes, inside: () => void = () => undefined): SpanFields {
    const parent = this.#open.at(-1)?.fields.spanId;
    const fields: SpanFields = {
      traceId: this.traceId,
      spanId: hexFrom(this.random, 8),
      ...(parent === undefined ? {} : { parentSpanId: parent }),
      name,
      kind,
      startTimeUnixNano: String(this.#now_ns),
      endTimeUnixNano: '0',
      attributes: attributesOf(attributes),
    };
    this.#open.push({ service, fields });
    try {
      inside();
    } catch (mishap) {
      if (!(mishap instanceof Mishap)) throw mishap;
      fields.status = { code: 2, message: mishap.message };
      if (!mishap.recorded) {
        this.event('exception', { 'exception.type': mishap.type, 'exception.message': mishap.message, 'exception.stacktrace': stackOf(service, mishap) });
        mishap.recorded = true;
      }
      if (this.#open.length > 1 && !mishap.caught) throw mishap;
    } finally {
      if (this.#now_ns === BigInt(fields.startTimeUnixNano)) this.work(0.3);
      fields.endTimeUnixNano = String(this.#now_ns);
      this.#open.pop();
      const told = this.spans.get(service);
      if (told === undefined) this.spans.set(service, [fields]);
      else told.push(fields);
    }
    return fields;
  }

  /** A call over the network: the caller's span around the callee's. */
  call(from: string, to: string, name: string, attributes: Attributes, inside: () => void): void {
    this.span(from, name, KIND.client, { ...attributes, 'server.address': to }, () => {
      this.work(0.4);
      this.span(to, name, KIND.server, attributes, inside);
      this.work(0.3);
    });
  }

  event(name: string, attributes: Attributes): void {
    const { fields } = this.#open.at(-1) ?? {};
    (fields!.events ??= []).push({ timeUnixNano: String(this.#now_ns), name, attributes: attributesOf(attributes) });
  }

  attribute(key: string, value: Value): void {
    this.#open.at(-1)!.fields.attributes.push({ key, value: anyValue(value) });
  }

  link(to: Pick<SpanFields, 'traceId' | 'spanId'>, attributes: Attributes = {}): void {
    (this.#open.at(-1)!.fields.links ??= []).push({ traceId: to.traceId, spanId: to.spanId, attributes: attributesOf(attributes) });
  }

  /** Things that happen at the same time: each begins now, and the story goes on when the last one has ended. */
  together(...parts: readonly (() => void)[]): void {
    const start = this.#now_ns;
    let last = start;
    for (const part of parts) {
      this.#now_ns = start;
      part();
      if (this.#now_ns > last) last = this.#now_ns;
    }
    this.#now_ns = last;
  }
}

/** What goes wrong in a story. */
export class Mishap extends Error {
  readonly type: string;
  recorded = false;
  caught = false;

  constructor(type: string, message: string) {
    super(message);
    this.type = type;
  }
}

function stackOf(service: string, { type, message }: Mishap): string {
  return [`${type}: ${message}`, `    at handle (/srv/${service}/${service}.js:84:11)`, '    at process.processTicksAndRejections (node:internal/process/task_queues:104:5)', `    at async answer (/srv/${service}/service.js:61:12)`].join('\n');
}
