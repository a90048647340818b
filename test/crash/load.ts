/**
 * Exports of known content, made from a seed, and what became of them: an export that got no acknowledgement is kept and sent again with
 * the same bytes, as an exporter would. At the end the ledger says which traces must be stored, each with which spans.
 */
import assert from 'node:assert/strict';
import { requestFromJson } from '#otlp';
import { isRefusal } from '#refusal';
import type { TestServer } from '#harness';
import { exportOf, send, spanOf } from '#harness/exchange';

/** Repeatable randomness (mulberry32). */
export class Random {
  #state: number;

  constructor(seed: number) {
    this.#state = seed | 0;
  }

  /** From 0 up to, and without, `end`. */
  below(end: number): number {
    this.#state = (this.#state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(this.#state ^ (this.#state >>> 15), 1 | this.#state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return Math.floor((((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32) * end);
  }

  hex(bytes: number): string {
    let text = '';
    while (text.length < 2 * bytes) text += (1 + this.below(0xffff_ffff)).toString(16).padStart(8, '0');
    return text.slice(0, 2 * bytes);
  }
}

/** A new seed, or the one of `TRACEKEEP_TEST_SEED`. It is printed, so that a failure can be had again. */
export function newSeed(): number {
  const seed = Number(process.env['TRACEKEEP_TEST_SEED'] ?? Date.now() % 1_000_000);
  console.log(`seed ${seed}: repeat with TRACEKEEP_TEST_SEED=${seed}`);
  return seed;
}

/** Number of spans and the exclusive or of their ids. */
export interface TraceSum {
  readonly spans: number;
  readonly ids: bigint;
}

export interface Export {
  readonly body: Uint8Array<ArrayBuffer>;
  readonly type: string;
  readonly spans: number;
  readonly traces: ReadonlyMap<string, TraceSum>;
}

type Attributes = Readonly<Record<string, string>>;

/** An export of so many spans in traces of up to sixteen; protobuf or JSON as it falls, unless told. The spans are of now, or of another time. */
export function makeExport(random: Random, spans: number, attributes: Attributes | (() => Attributes) = {}, encoding = random.below(2) === 0 ? 'json' : 'protobuf', at_ms = Date.now()): Export {
  const time = `${at_ms}000000`;
  const traces = new Map<string, TraceSum>();
  const list = Array.from({ length: spans }, (_, at) => {
    const traceId = at % 16 === 0 ? random.hex(16) : ([...traces.keys()].at(-1) ?? '');
    const spanId = random.hex(8);
    const sum = traces.get(traceId) ?? { spans: 0, ids: 0n };
    traces.set(traceId, { spans: sum.spans + 1, ids: sum.ids ^ BigInt(`0x${spanId}`) });
    return spanOf({ 'http.route': `/shelf/${random.below(50)}`, 'http.response.status_code': 200, attempt: at, ...(typeof attributes === 'function' ? attributes() : attributes) }, { traceId, spanId, name: `GET /shelf ${random.below(20)}`, startTimeUnixNano: time, endTimeUnixNano: time });
  });
  const json = new Uint8Array(Buffer.from(JSON.stringify(exportOf(list, `shop-${random.below(5)}`))));
  const bytes = encoding === 'json' ? json : requestFromJson(json);
  assert.ok(!isRefusal(bytes));
  return { body: new Uint8Array(bytes), type: bytes === json ? 'application/json' : 'application/x-protobuf', spans, traces };
}

/** The status of the answer; null when the connection ended without one. */
export async function post(server: TestServer, key: string, { body, type }: Export): Promise<number | null> {
  try {
    // A copy: what is sent again must be what was sent.
    return (await send(server, key, new Uint8Array(body), { 'Content-Type': type })).status;
  } catch {
    return null;
  }
}

/** What was sent and what was heard. */
export class Ledger {
  readonly acknowledged: Export[] = [];
  /** Sent, and no acknowledgement heard. */
  readonly open: Export[] = [];
  /** Spans of exports that were acknowledged before and acknowledged again. */
  repeatedSpans = 0;
  /** Spans of exports that were sent again without having been acknowledged. */
  retriedSpans = 0;

  get spans(): number {
    return this.acknowledged.reduce((sum, { spans }) => sum + spans, 0);
  }

  /** Sends it and notes what became of it; the status. */
  async send(server: TestServer, key: string, one: Export): Promise<number | null> {
    const status = await post(server, key, one);
    (status === 200 ? this.acknowledged : this.open).push(one);
    return status;
  }

  /** One of those that were not acknowledged, to be sent again. */
  takeOpen(): Export | undefined {
    const one = this.open.shift();
    this.retriedSpans += one?.spans ?? 0;
    return one;
  }

  /** Sends everything that was not acknowledged until it is. */
  async retry(server: TestServer, key: string): Promise<void> {
    const patience = AbortSignal.timeout(30_000);
    for (let one = this.takeOpen(); one !== undefined; one = this.takeOpen()) {
      const status = await this.send(server, key, one);
      patience.throwIfAborted();
      if (status !== 200) await pause(50);
    }
  }

  /** Sends again what was acknowledged: it must be acknowledged again. */
  async repeat(server: TestServer, key: string, exports: readonly Export[]): Promise<void> {
    for (const one of exports) {
      assert.equal(await post(server, key, one), 200, 'an export that was acknowledged before is refused');
      this.repeatedSpans += one.spans;
    }
  }

  /** Every trace that must be stored. */
  traces(): Map<string, TraceSum> {
    return new Map(this.acknowledged.flatMap(({ traces }) => [...traces]));
  }
}

export const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));
