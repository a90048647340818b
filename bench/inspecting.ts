/**
 * What inspecting costs: with nothing remembered, as a server does that has run for a while, and with every value known. All of it is CPU time of the
 * process, so what else the machine does hardly shows.
 */
import { KeyTable, SpanBatch, TYPE } from '#batch';
import { Inspector } from '#inspect';
import { decodeRequest } from '#otlp';
import { isRefusal } from '#refusal';
import { Scanner } from '#scanner';
import { RECOGNIZERS } from '#scanner/recognizers';
import { type ValidBatch, validate } from '#validate';
import type { Corpus } from './corpus.ts';
import { medianOf } from './summary.ts';

/** Requests as they go over the wire. */
export interface Traffic {
  readonly requests: number;
  body(at: number): Uint8Array;
}

/** Medians over requests. */
export interface InspectFigures {
  readonly spans: number;
  /** Texts a span that are sent for the first time below their key, and the share of all texts that they are. */
  readonly newPerSpan: number;
  readonly newShare: number;
  readonly attributesPerSpan: number;
  readonly valuesPerSpan: number;
  /** Microseconds a span: at the repetition of the corpus; nothing remembered; everything remembered. */
  readonly repetition_us: number;
  readonly first_us: number;
  readonly repeated_us: number;
  /** The first of them as the mean, which the collector's pauses are in, and as a median for twelve attributes. */
  readonly repetitionMean_us: number;
  readonly ofTwelve_us: number;
  /** Nanoseconds a value, everything remembered, and what a text that is new costs more than one that is remembered. */
  readonly rememberedValue_ns: number;
  readonly newValue_ns: number;
}

/** Share of the requests by which memory and compiler are warmed up, as on a server that has run for a while. */
const WARM_SHARE = 0.3;
/** So many requests are looked at with nothing remembered: each needs a memory of its own, which is large. */
const FIRST_REQUESTS = 40;
const ATTRIBUTES = 12;

export function trafficOf(corpus: Corpus): Traffic {
  const shift_ns = corpus.shiftTo(Date.now());
  return { requests: corpus.requests, body: (at) => corpus.request(at, 0, shift_ns).body };
}

export function measureInspect(traffic: Traffic): InspectFigures {
  const keys = new KeyTable();
  const scanner = new Scanner(RECOGNIZERS, { parts: false });
  const inspector = new Inspector(scanner, keys);
  const times = { repetition: [] as number[], first: [] as number[], repeated: [] as number[], values: [] as number[] };
  const warm = warmRequests(traffic);
  let spans = 0;
  let values = 0;
  let all_us = 0;
  let attributes = 0;
  for (let at = 0; at < traffic.requests; at++) {
    const batch = batchOf(traffic, at, keys);
    const here = timed(inspector, batch);
    const repeated = timed(inspector, batch);
    if (at < warm) continue;
    spans += batch.spans;
    values += batch.values;
    all_us += here;
    for (let span = 0; span < batch.spans; span++) attributes += batch.attributesEnd[span]! - batch.attributesStart[span]!;
    times.repetition.push(here / batch.spans);
    times.repeated.push(repeated / batch.spans);
    times.values.push((repeated * 1_000) / batch.values);
  }
  for (let at = 0; at < Math.min(FIRST_REQUESTS, traffic.requests); at++) {
    const batch = batchOf(traffic, at, keys);
    times.first.push(timed(new Inspector(scanner, keys), batch) / batch.spans);
  }
  const repetition_us = medianOf(times.repetition);
  const repeated_us = medianOf(times.repeated);
  const { newPerSpan, newShare } = repetitionOf(traffic);
  const attributesPerSpan = attributes / spans;
  return {
    spans, newPerSpan, newShare, attributesPerSpan, valuesPerSpan: values / spans, repetition_us, first_us: medianOf(times.first), repeated_us, repetitionMean_us: all_us / spans,
    ofTwelve_us: (repetition_us * ATTRIBUTES) / attributesPerSpan, rememberedValue_ns: medianOf(times.values), newValue_ns: ((repetition_us - repeated_us) * 1_000) / newPerSpan,
  };
}

function warmRequests(traffic: Traffic): number {
  return Math.floor(traffic.requests * WARM_SHARE);
}

/** How many texts of the measured requests no request before has had. */
function repetitionOf(traffic: Traffic): { readonly newPerSpan: number; readonly newShare: number } {
  const keys = new KeyTable();
  const seen = new Set<string>();
  let spans = 0;
  let texts = 0;
  let news = 0;
  for (let at = 0; at < traffic.requests; at++) {
    const known = seen.size;
    const batch = batchOf(traffic, at, keys);
    const found = textsOf(batch);
    for (const { key, value } of found) seen.add(`${keys.texts[key]}\0${value}`);
    if (at < warmRequests(traffic)) continue;
    spans += batch.spans;
    texts += found.length;
    news += seen.size - known;
  }
  return { newPerSpan: news / spans, newShare: news / texts };
}

function textsOf(batch: SpanBatch): { readonly key: number; readonly value: string }[] {
  const { bytes, valueType, valueKey, valueA, valueB } = batch;
  const body = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const texts: { key: number; value: string }[] = [];
  for (let value = 0; value < batch.values; value++) {
    if (valueType[value] === TYPE.string && valueB[value] !== 0) texts.push({ key: valueKey[value]!, value: body.toString('utf8', valueA[value]!, valueA[value]! + valueB[value]!) });
  }
  return texts;
}

/** Texts of the first requests, each once below its key. */
export function distinctTexts(traffic: Traffic, requests: number): { readonly key: string; readonly value: string }[] {
  const keys = new KeyTable();
  const found = new Map<string, { key: string; value: string }>();
  for (let at = 0; at < Math.min(requests, traffic.requests); at++) {
    for (const { key, value } of textsOf(batchOf(traffic, at, keys))) found.set(`${keys.texts[key]}\0${value}`, { key: keys.texts[key]!, value });
  }
  return [...found.values()];
}

function batchOf(traffic: Traffic, at: number, keys: KeyTable): ValidBatch {
  const batch = new SpanBatch(keys);
  if (decodeRequest(traffic.body(at), batch) !== null) throw new Error('cannot decode the corpus');
  return validate(batch, { speaksFor: () => true, backfill: false }, Date.now()).batch;
}

/** Microseconds. */
function timed(inspector: Inspector, batch: ValidBatch): number {
  const before = process.cpuUsage();
  if (isRefusal(inspector.inspect(batch))) throw new Error('cannot inspect the requests');
  const { user, system } = process.cpuUsage(before);
  return user + system;
}
