/**
 * The corpus: OTLP requests of 512 spans, encoded once and kept as files, with the ids of all traces and searches whose answers are known.
 * Sending it again and again yields any number of spans: each pass has trace and span ids of its own, and times that end now.
 */
import { createHash } from 'node:crypto';
import { closeSync, existsSync, mkdirSync, openSync, readFileSync, readSync, renameSync, rmSync, writeFileSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { Random } from './random.ts';
import { encodeRequest, type Placed } from './request.ts';
import { SERVICES, type Service, type ShopSpan, shopTrace, TABLES } from './shop.ts';

/** Traces with a span of the service that has the attribute and lasts at least so long. */
export interface KnownSearch {
  readonly service: Service;
  readonly key: string;
  readonly value: string | number;
  readonly durationMin_ms: number;
  /** Numbers of the traces that match. */
  readonly traces: readonly number[];
}

interface Described {
  readonly spans: number;
  readonly traces: number;
  readonly bytes: number;
  readonly attributes: number;
  /** Nanoseconds since 1970, decimal. */
  readonly newest_ns: string;
  /** Where each request begins in the file, and where the last one ends. */
  readonly places: readonly number[];
  readonly searches: readonly KnownSearch[];
}

export const SPANS_PER_REQUEST = 512;
const SPREAD_NS = 60_000_000_000;
const BASE_NS = 1_700_000_000_000_000_000n;
/** Trace id and number of spans. */
const TRACE_BYTES = 18;
const HEADER_BYTES = 16;
/** Bytes of a trace id that are the same in all passes. */
const SAME_BYTES = 4;
/** What the corpus is made by: another generator is another corpus. */
const MAKERS = ['corpus.ts', 'request.ts', 'shop.ts', 'random.ts', 'wire.ts'];

/** The corpus of at least so many spans, made now if it is not kept below the folder yet. */
export function corpusOf(spans: number, folder: string, seed = 1): Corpus {
  const maker = createHash('sha256');
  for (const name of MAKERS) maker.update(readFileSync(join(import.meta.dirname, name)));
  const path = join(folder, `corpus-${maker.digest('hex').slice(0, 8)}-${spans}-${seed}`);
  if (!existsSync(path)) {
    const unfinished = `${path}.${process.pid}`;
    mkdirSync(unfinished, { recursive: true });
    try {
      generate(unfinished, Math.ceil(spans / SPANS_PER_REQUEST), new Random(seed));
      renameSync(unfinished, path);
    } finally {
      rmSync(unfinished, { recursive: true, force: true });
    }
  }
  return new Corpus(path);
}

export class Corpus {
  readonly folder: string;
  readonly described: Described;
  readonly #file: number;
  readonly #traces: Buffer;
  readonly #byStart = new Map<string, readonly number[]>();

  constructor(folder: string) {
    this.folder = folder;
    this.described = JSON.parse(readFileSync(join(folder, 'corpus.json'), 'utf8')) as Described;
    this.#file = openSync(join(folder, 'requests.bin'), 'r');
    this.#traces = readFileSync(join(folder, 'traces.bin'));
  }

  get requests(): number {
    return this.described.places.length - 1;
  }

  get searches(): readonly KnownSearch[] {
    return this.described.searches;
  }

  /** By how much times must be moved so that the newest span ends then. */
  shiftTo(now_ms: number): bigint {
    return BigInt(now_ms) * 1_000_000n - BigInt(this.described.newest_ns);
  }

  /** A request as it goes over the wire in a pass, its times moved. */
  request(at: number, pass: number, shift_ns: bigint): { readonly body: Buffer; readonly spans: number } {
    const { places } = this.described;
    const start = places[at] ?? 0;
    const record = Buffer.allocUnsafe((places[at + 1] ?? start) - start);
    readSync(this.#file, record, 0, record.length, start);
    const [spans, times, traceIds, spanIds] = [0, 4, 8, 12].map((place) => record.readUInt32LE(place)) as [number, number, number, number];
    const body = record.subarray(HEADER_BYTES + 4 * (times + traceIds + spanIds));
    let place = HEADER_BYTES;
    for (const end = place + 4 * times; place < end; place += 4) {
      const time = record.readUInt32LE(place);
      body.writeBigUInt64LE(body.readBigUInt64LE(time) + shift_ns, time);
    }
    const mask = maskOf(pass);
    for (const end = place + 4 * traceIds; place < end; place += 4) hide(body, record.readUInt32LE(place), 16, mask);
    for (const end = place + 4 * spanIds; place < end; place += 4) hide(body, record.readUInt32LE(place), 8, mask.subarray(8));
    return { body, spans };
  }

  /** Hexadecimal, as sent in a pass. */
  traceId(trace: number, pass: number): string {
    const id = Buffer.from(this.#traces.subarray(trace * TRACE_BYTES, trace * TRACE_BYTES + 16));
    hide(id, 0, 16, maskOf(pass));
    return id.toString('hex');
  }

  /** The traces that may have this id in some pass; nearly always one. */
  tracesOf(id: string): readonly number[] {
    if (this.#byStart.size === 0) {
      for (let trace = 0; trace < this.described.traces; trace++) {
        const start = this.#traces.toString('hex', trace * TRACE_BYTES, trace * TRACE_BYTES + SAME_BYTES);
        this.#byStart.set(start, [...(this.#byStart.get(start) ?? []), trace]);
      }
    }
    return this.#byStart.get(id.slice(0, 2 * SAME_BYTES)) ?? [];
  }

  spansOf(trace: number): number {
    return this.#traces.readUInt16LE(trace * TRACE_BYTES + 16);
  }

  close(): void {
    closeSync(this.#file);
  }
}

const MASKS: Buffer[] = [];

/** What ids of a pass differ by; the first pass has the ids of the file. Four bytes stay, so that an id tells which trace it is. */
function maskOf(pass: number): Buffer {
  return (MASKS[pass] ??= pass === 0 ? Buffer.alloc(16) : createHash('sha256').update(`pass ${pass}`).digest().subarray(0, 16).fill(0, 0, SAME_BYTES));
}

function hide(bytes: Buffer, start: number, length: number, mask: Buffer): void {
  for (let at = 0; at < length; at++) bytes[start + at]! ^= mask[at]!;
}

function generate(folder: string, requests: number, random: Random): void {
  const file = openSync(join(folder, 'requests.bin'), 'w');
  const searches = openSearches();
  const counts: number[] = [];
  const ids: Buffer[] = [];
  const places = [0];
  let bytes = 0;
  let attributes = 0;
  let newest_ns = 0;
  let late: Placed[] = [];
  for (let request = 0; request < requests; request++) {
    const placed = late;
    late = [];
    while (placed.length < SPANS_PER_REQUEST) {
      const trace = ids.length;
      const left = SPANS_PER_REQUEST - placed.length;
      const size = left < 16 ? left : Math.min(left, 8 + random.int(17));
      const spans = shopTrace(random, size);
      const start_ns = Math.floor(((request + random.real()) * SPREAD_NS) / requests);
      const id = random.bytes(16);
      const pod = random.int(2);
      const spanIds = spans.map(() => random.bytes(8));
      const made = spans.map((span, at): Placed => ({ span, pod, traceId: id, spanId: spanIds[at] ?? id, parentId: spanIds[span.parent] ?? null, start_ns: BASE_NS + BigInt(start_ns) + BigInt(Math.floor(span.start_ns)) }));
      ids.push(id);
      counts.push(size);
      for (const span of spans) {
        newest_ns = Math.max(newest_ns, start_ns + span.start_ns + span.duration_ns);
        attributes += span.attributes.length;
        note(searches, span, trace);
      }
      // Services export on their own, so a trace seldom comes in one piece.
      const together = trace % 4 === 0 && request < requests - 1 && size > 4 ? size - 4 : size;
      placed.push(...made.slice(0, together));
      late.push(...made.slice(together));
    }
    const encoded = encodeRequest(placed);
    writeSync(file, encoded.header);
    writeSync(file, encoded.body);
    bytes += encoded.body.length;
    places.push((places.at(-1) ?? 0) + encoded.header.length + encoded.body.length);
  }
  closeSync(file);
  writeFileSync(join(folder, 'traces.bin'), Buffer.concat(ids.map((id, at) => Buffer.concat([id, Buffer.from(Uint16Array.of(counts[at] ?? 0).buffer)]))));
  const described: Described = { spans: counts.reduce((sum, count) => sum + count, 0), traces: ids.length, bytes, attributes, newest_ns: String(BASE_NS + BigInt(Math.ceil(newest_ns))), places, searches };
  writeFileSync(join(folder, 'corpus.json'), JSON.stringify(described));
}

interface OpenSearch extends KnownSearch {
  readonly traces: number[];
}

/** Fifty searches, from some that most traces fulfil to some that hardly any does. */
function openSearches(): OpenSearch[] {
  const searches: OpenSearch[] = [];
  const add = (service: number, key: string, value: string | number, durationMin_ms: number): void => void searches.push({ service: SERVICES[service % 8] ?? 'web', key, value, durationMin_ms, traces: [] });
  for (let at = 0; at < 10; at++) {
    add(at, 'app.agency', `agency-${[0, 1, 2, 5, 11, 24, 60, 110, 150, 199][at] ?? 0}`, [1, 5, 20, 60, 120][at % 5] ?? 1);
    add(0, 'http.response.status_code', [200, 404, 500, 201, 503][at % 5] ?? 200, 40 + at * 25);
    add(1 + at * 3, 'db.collection.name', TABLES[at % 8] ?? '', 5 + at * 12);
    add(1 + at * 5, 'rpc.grpc.status_code', [0, 14, 4, 13, 2][at % 5] ?? 0, 10 + at * 15);
    add(at * 3, 'app.agency', `agency-${at * at + 3}`, [100, 10, 2][at % 3] ?? 2);
  }
  return searches;
}

function note(searches: readonly OpenSearch[], span: ShopSpan, trace: number): void {
  for (const { service, key, value, durationMin_ms, traces } of searches) {
    if (SERVICES[span.service] !== service || Math.floor(span.duration_ns) < durationMin_ms * 1e6 || traces.at(-1) === trace) continue;
    if (span.attributes.some(([name, given]) => name === key && given === value)) traces.push(trace);
  }
}
